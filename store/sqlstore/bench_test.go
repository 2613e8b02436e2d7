package sqlstore_test

import (
	"context"
	"database/sql"
	"encoding/json"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/store"
	"github.com/contactsweep/contactsweep/store/sqlstore"
	"github.com/contactsweep/contactsweep/where"
)

// BenchmarkBatches compares the store with a loop of the same statements
// written by hand, in interleaved pairs. x/hand is the median ratio of the two
// times.
//
//	go test -bench Batches -benchtime 7x ./store/sqlstore
func BenchmarkBatches(b *testing.B) {
	const size = 5000
	schema := benchSchema()
	template := filepath.Join(b.TempDir(), "template.db")
	db := open(b, template, "journal_mode(wal)", "synchronous(0)")
	create(b, db, schema)
	script(b, db, `
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 50000)
INSERT INTO contacts (id, email, created) SELECT i, CASE WHEN i % 2 THEN '' ELSE i || '@example.com' END, datetime(1600000000 + i, 'unixepoch') FROM n;
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 500000)
INSERT INTO activities (id, contact_id, created) SELECT i, (i * 7919) % 50000 + 1, datetime(1600000000 + i, 'unixepoch') FROM n;
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100000)
INSERT INTO email_recipients (id, contact_id, created) SELECT i, (i * 7919) % 50000 + 1, datetime(1600000000 + i, 'unixepoch') FROM n;
`)
	var ratios, hands, stores []float64
	for i := range b.N {
		run := func(f func(db *sql.DB) int) float64 {
			path := filepath.Join(b.TempDir(), "copy.db")
			_, err := db.ExecContext(b.Context(), "VACUUM INTO ?", path)
			require.NoError(b, err)
			copied := open(b, path, "journal_mode(wal)", "synchronous(1)", "foreign_keys(1)", "busy_timeout(5000)")
			start := time.Now()
			n := f(copied)
			took := time.Since(start)
			require.Equal(b, 25000, n)
			return took.Seconds()
		}
		byStore := func(db *sql.DB) int { return deleteByStore(b, db, schema, size) }
		byHand := func(db *sql.DB) int { return deleteByHand(b, db, size) }
		var hand, lib float64
		if i%2 == 0 {
			hand, lib = run(byHand), run(byStore)
		} else {
			lib, hand = run(byStore), run(byHand)
		}
		ratios, hands, stores = append(ratios, lib/hand), append(hands, hand), append(stores, lib)
	}
	median := func(x []float64) float64 { slices.Sort(x); return x[len(x)/2] }
	b.ReportMetric(median(ratios), "x/hand")
	b.ReportMetric(median(hands), "hand-s")
	b.ReportMetric(median(stores), "store-s")
}

func benchSchema() contacts.Schema {
	rows := func(name string) contacts.Association {
		return contacts.Association{
			Name: name, Table: name, Action: contacts.Delete, Key: []string{"id"},
			Fields:     []contacts.Field{contacts.Int64("id"), contacts.Int64("contact_id"), contacts.Time("created")},
			References: []contacts.Reference{{Fields: []string{"contact_id"}}},
		}
	}
	return contacts.Schema{
		Table: "contacts", Key: []string{"id"},
		Fields:       []contacts.Field{contacts.Int64("id"), contacts.Text("email"), contacts.Time("created")},
		Associations: []contacts.Association{rows("activities"), rows("email_recipients")},
	}
}

func deleteByStore(b *testing.B, db *sql.DB, schema contacts.Schema, size int) int {
	b.Helper()
	st, err := sqlstore.Open(b.Context(), db, sqlstore.SQLite, schema)
	require.NoError(b, err)
	sel := store.Selection{
		At:        time.Now(),
		Condition: where.New().WhereEmpty("email").WhereLessThan("created", time.Now()),
	}
	until, err := st.Bound(b.Context(), store.BoundRequest{})
	require.NoError(b, err)
	n := 0
	page := store.Page{More: true}
	for page.More {
		page, err = st.Page(b.Context(), store.PageRequest{Selection: sel, After: page.Next, Until: until, Limit: size})
		require.NoError(b, err)
		out, err := st.Delete(b.Context(), store.Batch{Selection: sel, Keys: page.Keys})
		require.NoError(b, err)
		n += len(out.Deleted)
	}
	return n
}

func deleteByHand(b *testing.B, db *sql.DB, size int) int {
	b.Helper()
	ctx := b.Context()
	n, last := 0, int64(0)
	for {
		ids := handPage(ctx, b, db, last, size)
		if len(ids) == 0 {
			return n
		}
		last = ids[len(ids)-1]
		list, err := json.Marshal(ids)
		require.NoError(b, err)
		tx, err := db.BeginTx(ctx, nil)
		require.NoError(b, err)
		for _, q := range []string{
			"UPDATE contacts SET email = email WHERE 0",
			"DELETE FROM activities WHERE contact_id IN (SELECT value FROM json_each(?))",
			"DELETE FROM email_recipients WHERE contact_id IN (SELECT value FROM json_each(?))",
			"DELETE FROM contacts WHERE id IN (SELECT value FROM json_each(?)) AND created < datetime('now') AND (email IS NULL OR email = '')",
		} {
			var args []any
			if q[:6] == "DELETE" {
				args = append(args, string(list))
			}
			r, err := tx.ExecContext(ctx, q, args...)
			require.NoError(b, err)
			if q[:20] == "DELETE FROM contacts" {
				gone, err := r.RowsAffected()
				require.NoError(b, err)
				n += int(gone)
			}
		}
		require.NoError(b, tx.Commit())
	}
}

func handPage(ctx context.Context, b *testing.B, db *sql.DB, last int64, size int) []int64 {
	b.Helper()
	rows, err := db.QueryContext(ctx, "SELECT id FROM contacts WHERE id > ? AND created < datetime('now') AND (email IS NULL OR email = '') ORDER BY id LIMIT ?", last, size)
	require.NoError(b, err)
	defer func() { require.NoError(b, rows.Close()) }()
	var ids []int64
	for rows.Next() {
		var id int64
		require.NoError(b, rows.Scan(&id))
		ids = append(ids, id)
	}
	require.NoError(b, rows.Err())
	return ids
}
