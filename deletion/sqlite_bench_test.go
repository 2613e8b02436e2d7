package deletion_test

import (
	"context"
	"database/sql"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/deletion"
	"github.com/contactsweep/contactsweep/store/sqlstore"
	"github.com/contactsweep/contactsweep/where"
)

// BenchmarkSQLite deletes the half of the contacts that have no email and are
// old, with their rows, from a SQLite file: by the library, by a loop of the
// same statements written by hand, and by a single DELETE whose foreign keys
// cascade. The three take turns on fresh copies of one file, and what is
// reported are medians of the ratios within a turn, because the machine's
// speed drifts.
//
//	go test ./deletion -run '^$' -bench SQLite -benchtime 1x -timeout 0
//
// CONTACTSWEEP_BENCH_CONTACTS changes the number of contacts (100,000; there
// are ten activities to each), CONTACTSWEEP_BENCH_TURNS the number of turns (7).
func BenchmarkSQLite(b *testing.B) {
	size, turns := benchNumber(b, "CONTACTSWEEP_BENCH_CONTACTS", 100_000), benchNumber(b, "CONTACTSWEEP_BENCH_TURNS", 7)
	original := benchFile(b, size)
	var toHand, toSingle, late, heap []float64
	for range b.N {
		for turn := range turns {
			runs := []func(*testing.B, *sql.DB) (int64, []time.Duration){deleteByLibrary, deleteByHand, deleteAtOnce}
			results := make([]benchRun, len(runs))
			for i := range runs {
				i = (i + turn) % len(runs) // nobody is always first
				results[i] = benchOne(b, original, runs[i])
			}
			ours, hand, single := results[0], results[1], results[2]
			require.Equal(b, hand.deleted, ours.deleted)
			require.Equal(b, single.deleted, ours.deleted)
			toHand = append(toHand, ours.took.Seconds()/hand.took.Seconds())
			toSingle = append(toSingle, ours.took.Seconds()/single.took.Seconds())
			late = append(late, lateToEarly(ours.batches))
			heap = append(heap, (ours.peak-hand.peak)/(1<<20))
			b.Logf("turn %d: library %v, by hand %v, single DELETE %v; peak heap %.1f and %.1f MiB; late to early batches %.2f",
				turn+1, ours.took.Round(time.Millisecond), hand.took.Round(time.Millisecond), single.took.Round(time.Millisecond),
				ours.peak/(1<<20), hand.peak/(1<<20), late[len(late)-1])
		}
	}
	b.ReportMetric(median(toHand), "x-by-hand")
	b.ReportMetric(median(toSingle), "x-single-delete")
	b.ReportMetric(median(late), "x-late-to-early")
	b.ReportMetric(slices.Max(heap), "MiB-heap-over-hand")
}

type benchRun struct {
	deleted int64
	batches []time.Duration // per contact
	took    time.Duration
	peak    float64 // bytes of live and unswept objects above the start's
}

func benchOne(b *testing.B, original string, run func(*testing.B, *sql.DB) (int64, []time.Duration)) benchRun {
	b.Helper()
	data, err := os.ReadFile(original)
	require.NoError(b, err)
	file := filepath.Join(b.TempDir(), "copy.db")
	require.NoError(b, os.WriteFile(file, data, 0o600))
	data = nil //nolint:ineffassign,wastedassign // let the collector have it before the heap is measured
	db := benchOpen(b, file)
	var warm int64
	require.NoError(b, db.QueryRowContext(b.Context(), `SELECT count(*) FROM contacts WHERE email <> 'x'`).Scan(&warm))

	heap := watchHeap()
	start := time.Now()
	out := benchRun{}
	out.deleted, out.batches = run(b, db)
	out.took, out.peak = time.Since(start), heap()

	var left int64
	require.NoError(b, db.QueryRowContext(b.Context(), `SELECT count(*) FROM contacts WHERE `+benchSQL, benchCutoff).Scan(&left))
	require.Zero(b, left)
	require.NoError(b, db.Close())
	require.NoError(b, os.Remove(file))
	return out
}

const (
	benchSQL    = `created < ? AND email = ''`
	benchCutoff = "2026-01-01 00:00:00"
)

func benchOpen(b *testing.B, file string) *sql.DB {
	b.Helper()
	db, err := sql.Open("sqlite", "file:"+file+"?_pragma=journal_mode(WAL)&_pragma=foreign_keys(1)&_pragma=busy_timeout(5000)&_txlock=immediate")
	require.NoError(b, err)
	return db
}

// benchFile makes the database: activities are scattered, so that those of one
// contact lie on many pages.
func benchFile(b *testing.B, size int) string {
	b.Helper()
	file := filepath.Join(b.TempDir(), "bench.db")
	db := benchOpen(b, file)
	for _, s := range []string{
		`CREATE TABLE contacts (id INTEGER PRIMARY KEY, email TEXT NOT NULL, name TEXT, created TEXT NOT NULL)`,
		`CREATE TABLE activities (id INTEGER PRIMARY KEY, contact_id INTEGER NOT NULL REFERENCES contacts ON DELETE CASCADE, type TEXT, created TEXT)`,
		`CREATE TABLE recipients (id INTEGER PRIMARY KEY, contact_id INTEGER NOT NULL REFERENCES contacts ON DELETE CASCADE, campaign INTEGER)`,
		`CREATE TABLE consents (id INTEGER PRIMARY KEY, contact_id INTEGER NOT NULL REFERENCES contacts ON DELETE CASCADE, purpose TEXT)`,
		`WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < @n)
		 INSERT INTO contacts SELECT i, CASE WHEN (i * 2654435761) % 1000 < 497 THEN '' ELSE 'person' || i || '@example.com' END,
		   'Person ' || i, datetime('2025-01-01', (i % 300) || ' days') FROM n`,
		`WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < @n * 10)
		 INSERT INTO activities SELECT i, 1 + (i * 2654435761) % @n, 'visit', datetime('2025-01-01', (i % 600) || ' days') FROM n`,
		`WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < @n * 2)
		 INSERT INTO recipients SELECT i, 1 + (i * 69069) % @n, i % 40 FROM n`,
		`WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < @n)
		 INSERT INTO consents SELECT i, 1 + (i * 40503) % @n, 'newsletter' FROM n`,
		`CREATE INDEX activities_contact ON activities (contact_id)`,
		`CREATE INDEX recipients_contact ON recipients (contact_id)`,
		`CREATE INDEX consents_contact ON consents (contact_id)`,
		`PRAGMA wal_checkpoint(TRUNCATE)`,
	} {
		_, err := db.ExecContext(b.Context(), s, sql.Named("n", size))
		require.NoError(b, err)
	}
	require.NoError(b, db.Close())
	return file
}

func benchSchema() contacts.Schema {
	of := []contacts.Reference{{Fields: []string{"contact_id"}}}
	fields := []contacts.Field{contacts.Int64("contact_id")}
	return contacts.Schema{
		Table: "contacts", Key: []string{"id"},
		Fields: []contacts.Field{contacts.Int64("id"), contacts.Text("email"), contacts.Time("created")},
		Associations: []contacts.Association{
			{Name: "activities", Table: "activities", Action: contacts.Delete, References: of, Fields: fields},
			{Name: "recipients", Table: "recipients", Action: contacts.Delete, References: of, Fields: fields},
			{Name: "consents", Table: "consents", Action: contacts.Delete, References: of, Fields: fields},
		},
	}
}

func deleteByLibrary(b *testing.B, db *sql.DB) (int64, []time.Duration) {
	b.Helper()
	st, err := sqlstore.Open(b.Context(), db, sqlstore.SQLite, benchSchema())
	require.NoError(b, err)
	svc, err := deletion.New(st)
	require.NoError(b, err)
	cutoff, err := time.Parse(time.DateTime, benchCutoff)
	require.NoError(b, err)
	var deleted int64
	var batches []time.Duration
	last := time.Now()
	for step, err := range svc.Batches(b.Context(), where.New().WhereLessThan("created", cutoff).WhereEquals("email", "")) {
		require.NoError(b, err)
		deleted = step.Run.Deleted
		batches = append(batches, time.Since(last)/time.Duration(max(step.Batch.Candidates, 1)))
		last = time.Now()
	}
	return deleted, batches
}

// deleteByHand is the loop that a careful host would write: the same page, the
// same lock, the same second test, the same deletes, in batches of 5,000.
func deleteByHand(b *testing.B, db *sql.DB) (deleted int64, batches []time.Duration) {
	b.Helper()
	ctx, after := b.Context(), int64(0)
	for {
		last := time.Now()
		keys := handKeys(ctx, b, db, `SELECT id FROM contacts WHERE id > ? AND `+benchSQL+` ORDER BY id LIMIT 5000`, after, benchCutoff)
		if len(keys) == 0 {
			return deleted, batches
		}
		after = keys[len(keys)-1]
		tx, err := db.BeginTx(ctx, nil)
		require.NoError(b, err)
		keys = handKeys(ctx, b, tx, `SELECT id FROM contacts WHERE id IN (SELECT value FROM json_each(?)) AND `+benchSQL, jsonKeys(keys), benchCutoff)
		list := jsonKeys(keys)
		for _, table := range []string{"activities", "recipients", "consents"} {
			_, err = tx.ExecContext(ctx, `DELETE FROM `+table+` WHERE contact_id IN (SELECT value FROM json_each(?))`, list)
			require.NoError(b, err)
		}
		result, err := tx.ExecContext(ctx, `DELETE FROM contacts WHERE id IN (SELECT value FROM json_each(?))`, list)
		require.NoError(b, err)
		require.NoError(b, tx.Commit())
		n, err := result.RowsAffected()
		require.NoError(b, err)
		deleted += n
		batches = append(batches, time.Since(last)/5000)
	}
}

func handKeys(ctx context.Context, b *testing.B, db interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
}, query string, args ...any,
) (keys []int64) {
	b.Helper()
	rows, err := db.QueryContext(ctx, query, args...)
	require.NoError(b, err)
	defer func() { require.NoError(b, rows.Close()) }()
	for rows.Next() {
		var id int64
		require.NoError(b, rows.Scan(&id))
		keys = append(keys, id)
	}
	require.NoError(b, rows.Err())
	return keys
}

func jsonKeys(keys []int64) string {
	list := []byte{'['}
	for i, id := range keys {
		if i > 0 {
			list = append(list, ',')
		}
		list = strconv.AppendInt(list, id, 10)
	}
	return string(append(list, ']'))
}

func deleteAtOnce(b *testing.B, db *sql.DB) (int64, []time.Duration) {
	b.Helper()
	result, err := db.ExecContext(b.Context(), `DELETE FROM contacts WHERE `+benchSQL, benchCutoff)
	require.NoError(b, err)
	n, err := result.RowsAffected()
	require.NoError(b, err)
	return n, nil
}

func benchNumber(b *testing.B, name string, otherwise int) int {
	b.Helper()
	text := os.Getenv(name)
	if text == "" {
		return otherwise
	}
	n, err := strconv.Atoi(text)
	require.NoError(b, err, name)
	return n
}
