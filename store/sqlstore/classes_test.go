package sqlstore_test

import (
	"fmt"
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/store"
	"github.com/contactsweep/contactsweep/store/sqlstore"
	"github.com/contactsweep/contactsweep/where"
)

// oddities are values of every storage class, in forms that are nearly those
// of some encoding.
func oddities() []any {
	out := []any{
		int64(0), int64(1), int64(2), int64(-1), int64(math.MaxInt64), int64(math.MinInt64), int64(1) << 53, int64(1)<<53 + 2,
		int64(-30610224000), int64(-30610224001), int64(253402300799), int64(253402300800), int64(253402300799999), int64(253402300799999999),
		0.5, 1e-15, 1e-17, 1e63, 1e65, 1e308, math.Inf(1), math.Inf(-1), -0.1, 0.1 + 0.2,
		"", "a", "a\x00b", "\x00", "0", "1", "12.5", "true", "2026-03-01", "2026-02-29", "2024-02-29", "0999-12-31", "0000-00-00", "2026-3-1", "2026-03-01 ",
		"2026-03-01 12:00:00", "2026-03-01T12:00:00", "2026-03-01 12:00", "2026-03-01 24:00:00", "2026-03-01 23:59:60", "2026-02-30 12:00:00", "0999-12-31 23:59:59",
		"2026-03-01 12:00:00.123", "2026-03-01 12:00:00.123Z", "2026-03-01T12:00:00.123Z", "2026-03-01T12:00:00.1234Z", "2026-03-01T24:00:00.000Z", "2026-03-01T23:59:60.000Z", "2026-02-30T12:00:00.000Z", "2026-03-01T12:00:00.123z", "2026-03-01T12:00:00.123\x00",
		"2026-03-01 12:00:00+00:00", "2026-03-01 12:00:00+01:00", "2026-03-01T12:00:00Z", "2026-03-01T12:00:00.123456Z", "9999-12-31 23:59:59", "10000-01-01 00:00:00", "now", "2460000.5",
		"00112233-4455-6677-8899-aabbccddeeff", "00112233-4455-6677-8899-AABBCCDDEEFF", "001122334455-6677-8899-aabbccddeeff", "00112233-4455-6677-8899-aabbccddeef", "00112233-4455-6677-8899-aabbccddeeff\x00",
		[]byte{},
		[]byte("abc"), []byte("2026-03-01 12:00:00"), make([]byte, 16), make([]byte, 17),
	}
	return out
}

func oddFields() []contacts.Field {
	fields := []contacts.Field{
		contacts.Text("v"), contacts.Int64("v"), contacts.Uint64("v"), contacts.Float64("v"), contacts.Bool("v"), contacts.Date("v"), contacts.UUID("v"), contacts.Time("v"),
		contacts.Decimal("v").Encoded(contacts.DecimalUnits(2)), contacts.Decimal("v").Encoded(contacts.DecimalReal()), contacts.UUID("v").Encoded(contacts.UUIDBytes()),
	}
	for _, e := range []contacts.Encoding{
		contacts.UnixSeconds(), contacts.UnixMillis(), contacts.UnixMicros(), contacts.TimeText(time.RFC3339[:19] + "Z"),
		contacts.TimeText("2006-01-02T15:04:05.000Z"), contacts.TimeText("2006-01-02 15:04:05.000"), contacts.TimeText("2006-01-02 15:04:05+00:00"), contacts.TimeText("2006-01-02T15:04:05.000000Z"),
	} {
		fields = append(fields, contacts.Time("v").Encoded(e))
	}
	return fields
}

// Whatever is stored in a column without affinity is known or unknown, and the
// guard in SQL agrees with what can be read in Go.
func TestStoredValuesAreKnownOrUnknown(t *testing.T) {
	t.Parallel()
	for i, f := range oddFields() {
		t.Run(fmt.Sprintf("%d %s form %d", i, f.Kind, f.Encoding.Form), func(t *testing.T) {
			t.Parallel()
			db := file(t)
			script(t, db, `CREATE TABLE people (id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, v)`)
			values := oddities()
			for id, x := range values {
				_, err := db.ExecContext(t.Context(), "INSERT INTO people VALUES (?, ?)", id+1, x)
				require.NoError(t, err)
			}
			st, err := sqlstore.Open(t.Context(), db, sqlstore.SQLite, contacts.Schema{
				Table: "people", Key: []string{"id"}, Fields: []contacts.Field{contacts.Int64("id"), f},
			})
			require.NoError(t, err)
			known := keysOf(t, st, where.New().WhereKnown("v"))
			unknown := keysOf(t, st, where.New().WhereUnknown("v"))
			require.Len(t, values, len(known)+len(unknown))
			require.NotEmpty(t, known)
			require.Equal(t, known, keysOf(t, st, where.New().WhereNotNull("v")))
			require.Empty(t, keysOf(t, st, where.New().WhereNull("v")), "an unknown value is not NULL")

			until, err := st.Bound(t.Context(), store.BoundRequest{})
			require.NoError(t, err)
			page, err := st.Page(t.Context(), store.PageRequest{
				Selection: store.Selection{Condition: where.Everything()}, Until: until, Limit: 1000, Fields: []string{"v"},
			})
			require.NoError(t, err)
			for i, x := range values {
				want := sqlstore.Decode(f, x)
				if b, ok := x.([]byte); ok && f.Kind != where.KindUUID || ok && len(b) != 16 {
					want = where.Unknown() // a blob is read as bytes, and so are texts
				}
				if s, ok := x.(string); ok && f.Encoding.Form == contacts.FormUUIDText && s == "" {
					want = where.Unknown()
				}
				got := page.Values[i][0]
				require.Equal(t, known[int64(i+1)], !got.IsUnknown(), "%#v", x)
				if known[int64(i+1)] {
					require.Equal(t, want, got, "%#v", x)
				}
				// Without a known value no comparison is true, nor its opposite.
				if !known[int64(i+1)] {
					require.True(t, unknown[int64(i+1)], "%#v", x)
				}
			}
			compareKnown(t, st, page, known)
		})
	}
}

// compareKnown compares every known value with all stored ones.
func compareKnown(t *testing.T, st *sqlstore.Store, page store.Page, known map[int64]bool) {
	t.Helper()
	for i, values := range page.Values {
		if values[0].IsUnknown() {
			continue
		}
		require.True(t, keysOf(t, st, where.New().WhereEquals("v", values[0]))[page.Keys[i].First().Int64()])
		either := len(keysOf(t, st, where.New().WhereEquals("v", values[0]))) + len(keysOf(t, st, where.New().WhereNotEquals("v", values[0])))
		require.Equal(t, len(known), either)
		if !values[0].Kind().Ordered() {
			continue
		}
		less := keysOf(t, st, where.New().WhereLessThan("v", values[0]))
		require.Equal(t, len(known), len(less)+len(keysOf(t, st, where.New().WhereGreaterOrEquals("v", values[0]))))
		for j, other := range page.Values {
			if !other[0].IsUnknown() {
				require.Equal(t, where.CompareValues(other[0], values[0]) < 0, less[page.Keys[j].First().Int64()], "%v < %v", other[0], values[0])
			}
		}
	}
}

// keysOf returns the integer keys of the selected contacts.
func keysOf(t *testing.T, st *sqlstore.Store, c where.Condition) map[int64]bool {
	t.Helper()
	until, err := st.Bound(t.Context(), store.BoundRequest{})
	require.NoError(t, err)
	page, err := st.Page(t.Context(), store.PageRequest{Selection: store.Selection{Condition: c}, Until: until, Limit: 1_000_000})
	require.NoError(t, err)
	out := map[int64]bool{}
	for _, k := range page.Keys {
		out[k.First().Int64()] = true
	}
	counts, err := st.Count(t.Context(), store.CountRequest{Selection: store.Selection{Condition: c}})
	require.NoError(t, err)
	require.EqualValues(t, len(out), counts.Contacts)
	return out
}

// An integer sorts below every text, so it would be older than any cutoff.
func TestAnIntegerInATextTimeIsNeverOlder(t *testing.T) {
	t.Parallel()
	db := file(t)
	script(t, db, `CREATE TABLE people (id INTEGER PRIMARY KEY, created);
INSERT INTO people VALUES (1, '2020-01-01 00:00:00'), (2, 1577836800), (3, x'00'), (4, NULL), (5, '2020-01-01')`)
	st, err := sqlstore.Open(t.Context(), db, sqlstore.SQLite, contacts.Schema{
		Table: "people", Key: []string{"id"}, Fields: []contacts.Field{contacts.Int64("id"), contacts.Time("created")},
	})
	require.NoError(t, err)
	now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	require.Equal(t, map[int64]bool{1: true}, keysOf(t, st, where.New().WhereLessThan("created", now)))
	require.Equal(t, map[int64]bool{}, keysOf(t, st, where.New().WhereNot(where.New().WhereLessThan("created", now))))
	require.Equal(t, map[int64]bool{4: true}, keysOf(t, st, where.New().WhereNull("created")))
}

// A driver that turns texts into times must not change what is read.
func TestDeclaredTypesDoNotChangeWhatIsRead(t *testing.T) {
	t.Parallel()
	path := t.TempDir() + "/typed.db"
	db, _ := hooked(t, path, "?_texttotime=1&_inttotime=1")
	script(t, db, `CREATE TABLE people (id TEXT PRIMARY KEY NOT NULL, created DATETIME, made TIMESTAMP, born DATE, active BOOLEAN);
INSERT INTO people VALUES ('2026-01-01', '2026-01-02 03:04:05', 1577836800, '2026-01-03', 1)`)
	st, err := sqlstore.Open(t.Context(), db, sqlstore.SQLite, contacts.Schema{
		Table: "people", Key: []string{"id"}, Fields: []contacts.Field{
			contacts.Text("id"), contacts.Time("created"), contacts.Time("made").Encoded(contacts.UnixSeconds()), contacts.Date("born"), contacts.Bool("active"),
		},
	})
	require.NoError(t, err)
	until, err := st.Bound(t.Context(), store.BoundRequest{})
	require.NoError(t, err)
	page, err := st.Page(t.Context(), store.PageRequest{
		Selection: store.Selection{Condition: where.New().WhereEquals("born", where.Date{Year: 2026, Month: 1, Day: 3})},
		Until:     until, Limit: 1, Fields: []string{"created", "made", "born", "active", "id"},
	})
	require.NoError(t, err)
	var got []any
	for _, v := range page.Values[0] {
		got = append(got, v.Any())
	}
	require.Equal(t, []any{
		time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC), time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC),
		where.Date{Year: 2026, Month: 1, Day: 3},
		true, "2026-01-01",
	}, got)
}
