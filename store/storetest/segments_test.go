package storetest_test

import (
	"database/sql"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/internal/servertest"
	"github.com/contactsweep/contactsweep/store"
	"github.com/contactsweep/contactsweep/store/storetest"
	"github.com/contactsweep/contactsweep/where"
)

const segmentPeriod = 90 * 24 * time.Hour

// segmentNow is shortly after the end of a month, so that some months of the
// period begin and end at odd days.
func segmentNow() time.Time { return time.Date(2026, 3, 1, 0, 30, 0, 0, time.UTC) }

// segments are the ready conditions and what they mean, in SQL written by hand:
// NOW and CUTOFF stand for the two instants, MONTH(x) for a calendar month by
// UTC.
func segments() []segment {
	const recipients = ` FROM email_recipients r WHERE r.contact_id = c.id `
	return []segment{
		{"suppressed by the sender", contacts.SuppressedBySender(0), `c.sending_stopped < NOW`},
		{"suppressed by the sender for a while", contacts.SuppressedBySender(segmentPeriod), `c.sending_stopped < CUTOFF`},
		{"hard-bounced", contacts.HardBounced(segmentPeriod), `c.bounced_hard < CUTOFF`},
		{"test records", contacts.TestRecords(), `c.test_record = TRUE`},
		{"fake addresses", contacts.FakeAddresses("trash.io"), fakeSQL},
		{"bad quality", contacts.BadQuality("trash.io"), `c.test_record = TRUE OR (` + fakeSQL + `)`},
		{"zombies", contacts.Zombie(6, 3), `(SELECT COUNT(*)` + recipients + `AND r.created <= NOW) >= 6
			AND (SELECT COUNT(DISTINCT MONTH(r.created))` + recipients + `AND r.created <= NOW) >= 3
			AND (SELECT COUNT(r.opened) + COUNT(r.clicked)` + recipients + `) = 0`},
		{"lapsed", contacts.Lapsed(segmentPeriod), `(c.last_session IS NULL OR c.last_session < CUTOFF)
			AND (c.last_purchase IS NULL OR c.last_purchase < CUTOFF)
			AND (c.last_mobile_activity IS NULL OR c.last_mobile_activity < CUTOFF)
			AND c.created < CUTOFF
			AND c.id NOT IN (SELECT contact_id FROM email_recipients WHERE opened >= CUTOFF)
			AND c.id NOT IN (SELECT contact_id FROM email_recipients WHERE clicked >= CUTOFF)`},
		{"inactive", contacts.Inactive(segmentPeriod), `COALESCE((SELECT MAX(a.created) FROM activities a WHERE a.contact_id = c.id), c.created) < CUTOFF`},
		{"contactless", contacts.Contactless(), `COALESCE(c.email, '') = '' AND COALESCE(c.phone, '') = ''`},
	}
}

const fakeSQL = `c.email <> '' AND (c.email NOT LIKE '%@%' OR c.email LIKE '@%' OR c.email LIKE '%@'
	OR c.email LIKE '%@example.com' OR c.email LIKE '%@%.example.com' OR c.email LIKE '%@example.net' OR c.email LIKE '%@%.example.net'
	OR c.email LIKE '%@example.org' OR c.email LIKE '%@%.example.org' OR c.email LIKE '%@test' OR c.email LIKE '%@%.test'
	OR c.email LIKE '%@example' OR c.email LIKE '%@%.example' OR c.email LIKE '%@invalid' OR c.email LIKE '%@%.invalid'
	OR c.email LIKE '%@localhost' OR c.email LIKE '%@%.localhost' OR c.email LIKE '%@trash.io' OR c.email LIKE '%@%.trash.io')`

type segment struct {
	name string
	rule where.Condition
	sql  string
}

// The ready segments select the same contacts everywhere as plain SQL.
func TestSegmentsAgreeWithPlainSQL(t *testing.T) {
	t.Parallel()
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	data := segmentData(rand.New(rand.NewPCG(seed, 0)))
	inMemory := memoryHarness{}.Open(t, contacts.DefaultSchema(), data)
	for _, e := range segmentEngines() {
		t.Run(e.name, func(t *testing.T) {
			t.Parallel()
			st, db := e.open(t, data)
			for _, s := range segments() {
				query := "SELECT c.id FROM contacts c WHERE " + strings.NewReplacer(
					"NOW", e.time(segmentNow()), "CUTOFF", e.time(segmentNow().Add(-segmentPeriod)), "MONTH(r.created)", e.month,
				).Replace(s.sql) + " ORDER BY c.id"
				want := idsOf(t, db, query)
				require.NotEmpty(t, want, "%s: the data must hold some", s.name)
				require.Less(t, len(want), len(data["contacts"]), "%s: the data must hold others", s.name)
				require.Equal(t, want, selected(t, st, s.rule), "%s, on the database", s.name)
				require.Equal(t, want, selected(t, inMemory, s.rule), "%s, in memory", s.name)
			}
		})
	}
}

// segmentEngine is a database and how its SQL says a few things.
type segmentEngine struct {
	name  string
	open  func(t *testing.T, data storetest.Data) (store.Store, *sql.DB)
	time  func(at time.Time) string
	month string
}

func segmentEngines() []segmentEngine {
	return []segmentEngine{
		{"sqlite", func(t *testing.T, data storetest.Data) (store.Store, *sql.DB) {
			t.Helper()
			h := newSQLite(true, false)
			st := h.Open(t, contacts.DefaultSchema(), data)
			return st, h.database(t, st)
		}, func(at time.Time) string { return "'" + at.Format(contacts.SQLiteTime) + "'" }, "substr(r.created, 1, 7)"},
		{"postgres", func(t *testing.T, data storetest.Data) (store.Store, *sql.DB) {
			t.Helper()
			server := servertest.Postgres()
			server.Available(t)
			h := newPostgres(t, server, true)
			st := h.Open(t, contacts.DefaultSchema(), data)
			return st, h.pool(t, st)
		}, func(at time.Time) string { return "TIMESTAMPTZ '" + at.Format("2006-01-02 15:04:05") + "+00'" }, "date_trunc('month', r.created AT TIME ZONE 'UTC')"},
		{"mariadb", func(t *testing.T, data storetest.Data) (store.Store, *sql.DB) {
			t.Helper()
			server := servertest.MariaDB()
			server.Available(t)
			h := newMariaDB(server, true)
			st := h.Open(t, contacts.DefaultSchema(), data)
			return st, h.database(t, st).loose
		}, func(at time.Time) string { return "'" + at.Format("2006-01-02 15:04:05") + "'" }, "EXTRACT(YEAR_MONTH FROM r.created)"},
	}
}

func idsOf(t *testing.T, db *sql.DB, query string) []int64 {
	t.Helper()
	rows, err := db.QueryContext(t.Context(), query)
	require.NoError(t, err, query)
	defer func() { require.NoError(t, rows.Close()) }()
	var out []int64
	for rows.Next() {
		var id int64
		require.NoError(t, rows.Scan(&id))
		out = append(out, id)
	}
	require.NoError(t, rows.Err())
	return out
}

// selected walks over all contacts that a run which starts at segmentNow would
// delete.
func selected(t *testing.T, st store.Store, rule where.Condition) []int64 {
	t.Helper()
	bound, err := st.Bound(t.Context(), store.BoundRequest{})
	require.NoError(t, err)
	var out []int64
	after, more := store.Cursor(""), true
	for more {
		page, err := st.Page(t.Context(), store.PageRequest{
			Selection: store.Selection{Condition: rule, At: segmentNow()}, After: after, Until: bound, Limit: 1000,
		})
		require.NoError(t, err)
		for _, key := range page.Keys {
			id, ok := key.Values()[0].Any().(int64)
			require.True(t, ok)
			out = append(out, id)
		}
		after, more = page.Next, page.More
	}
	return out
}
