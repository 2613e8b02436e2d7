package deletion_test

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/deletion"
	"github.com/contactsweep/contactsweep/store/sqlstore"
	"github.com/contactsweep/contactsweep/where"
)

// BenchmarkServers deletes the half of the contacts that have no email, with
// their rows, on PostgreSQL and MariaDB: by the library, by a loop of the same
// statements written by hand, by a single DELETE whose foreign keys cascade,
// and by the loop that asks for a thousand contacts from the beginning again
// and again. The library deletes the rows itself in one run, and leaves them to
// the database in another (cascaded). They take turns on fresh copies of one
// database, and what is reported are medians of the ratios within a turn:
// x-single-delete is the library's time divided by that of the single DELETE,
// and x-single-delete-cascaded the same of its other run. A probe writes to a
// kept contact meanwhile; stall is its slowest write.
//
//	go test ./deletion -run '^$' -bench Servers -benchtime 1x -timeout 0
//
// CONTACTSWEEP_BENCH_CONTACTS and CONTACTSWEEP_BENCH_TURNS are as for SQLite.
func BenchmarkServers(b *testing.B) {
	size, turns := benchNumber(b, "CONTACTSWEEP_BENCH_CONTACTS", 100_000), benchNumber(b, "CONTACTSWEEP_BENCH_TURNS", 7)
	for name, engine := range serverEngines() {
		b.Run(name, func(b *testing.B) {
			base := engine.server.Database(b)
			filling := engine.server.Open(b, base)
			start := time.Now()
			engine.fill(b, filling, size)
			require.NoError(b, filling.Close())
			b.Logf("%d contacts made in %v", size, time.Since(start).Round(time.Millisecond))
			for range b.N {
				benchServer(b, engine, base, turns)
			}
		})
	}
}

type serverRun struct {
	name string
	run  func(*testing.B, serverEngine, *sql.DB) (int64, []time.Duration)
}

func benchServer(b *testing.B, engine serverEngine, base string, turns int) {
	b.Helper()
	runs := []serverRun{
		{"library", serverByLibrary}, {"cascaded", serverByLibraryCascaded}, {"by-hand", serverByHand}, {"single-delete", serverAtOnce}, {"naive", serverNaive},
	}
	const ours, cascaded, single = 0, 1, 3
	ratios := map[string][]float64{}
	var late, longest, stall []float64
	for turn := range turns {
		results := make([]benchRun, len(runs))
		stalls := make([]time.Duration, len(runs))
		for i := range runs {
			i = (i + turn) % len(runs) // nobody is always first
			results[i], stalls[i] = benchServerOne(b, engine, base, runs[i])
			b.Logf("turn %d: %s took %v, longest batch %v, stall %v", turn+1, runs[i].name, results[i].took.Round(time.Millisecond),
				slices.Max(append(results[i].batches, 0)).Round(time.Millisecond), stalls[i].Round(time.Millisecond))
		}
		for i, r := range runs {
			if i <= cascaded {
				continue
			}
			name, other := r.name, results[i]
			for of, suffix := range map[int]string{ours: "", cascaded: "-cascaded"} {
				require.Equal(b, other.deleted, results[of].deleted)
				ratios[name+suffix] = append(ratios[name+suffix], results[of].took.Seconds()/other.took.Seconds())
			}
		}
		most := slices.Max(results[ours].batches).Seconds()
		late = append(late, lateToEarly(results[ours].batches))
		longest = append(longest, most/results[single].took.Seconds())
		stall = append(stall, stalls[ours].Seconds()/most)
	}
	for name, values := range ratios {
		b.ReportMetric(median(values), "x-"+name)
	}
	b.ReportMetric(median(late), "x-late-to-early")
	b.ReportMetric(median(longest), "longest-of-single")
	b.ReportMetric(median(stall), "stall-of-batch")
}

func benchServerOne(b *testing.B, engine serverEngine, base string, r serverRun) (benchRun, time.Duration) {
	b.Helper()
	db := engine.copy(b, base)
	stop := probe(b, db)
	start := time.Now()
	out := benchRun{}
	out.deleted, out.batches = r.run(b, engine, db)
	out.took = time.Since(start)
	stall := stop()
	var left int64
	require.NoError(b, db.QueryRowContext(b.Context(), `SELECT count(*) FROM contacts WHERE email = ''`).Scan(&left))
	require.Zero(b, left)
	execute(b, db, []string{"DROP TABLE activities, recipients, consents, contacts"}) // dozens of copies would fill the disk
	require.NoError(b, db.Close())
	return out, stall
}

// probe writes to a contact that is kept, every 20 ms, until it is stopped, and
// returns the time of the slowest write.
func probe(b *testing.B, db *sql.DB) (stop func() time.Duration) {
	b.Helper()
	var id int64
	require.NoError(b, db.QueryRowContext(b.Context(), `SELECT max(id) FROM contacts WHERE email <> ''`).Scan(&id))
	ctx, cancel := context.WithCancel(b.Context())
	var slowest time.Duration
	var done sync.WaitGroup
	done.Go(func() {
		tick := time.NewTicker(20 * time.Millisecond)
		defer tick.Stop()
		for n := 0; ctx.Err() == nil; n++ {
			start := time.Now()
			if _, err := db.ExecContext(ctx, fmt.Sprintf(`UPDATE contacts SET name = 'probe %d' WHERE id = %d`, n, id)); err == nil {
				slowest = max(slowest, time.Since(start))
			}
			select {
			case <-ctx.Done():
			case <-tick.C:
			}
		}
	})
	return func() time.Duration {
		cancel()
		done.Wait()
		return slowest
	}
}

func serverByLibrary(b *testing.B, engine serverEngine, db *sql.DB) (deleted int64, batches []time.Duration) {
	b.Helper()
	return serverBySchema(b, engine, db, benchSchema())
}

// serverByLibraryCascaded leaves the rows to the database, and counts them.
func serverByLibraryCascaded(b *testing.B, engine serverEngine, db *sql.DB) (deleted int64, batches []time.Duration) {
	b.Helper()
	schema, err := benchSchema().Edit(contacts.SetCascaded("activities", "recipients", "consents"))
	require.NoError(b, err)
	return serverBySchema(b, engine, db, schema)
}

func serverBySchema(b *testing.B, engine serverEngine, db *sql.DB, schema contacts.Schema) (deleted int64, batches []time.Duration) {
	b.Helper()
	st, err := sqlstore.Open(b.Context(), db, engine.dialect, schema)
	require.NoError(b, err)
	svc, err := deletion.New(st)
	require.NoError(b, err)
	for step, err := range svc.Batches(b.Context(), where.New().WhereEquals("email", ""), deletion.BatchSize(1000)) {
		require.NoError(b, err)
		deleted = step.Run.Deleted
		if step.Batch.Number > 0 {
			batches = append(batches, step.Batch.Duration)
		}
	}
	return deleted, batches
}

// serverByHand is the loop that a careful host would write: the same pages, the
// same locks, the same second test, the same deletes.
func serverByHand(b *testing.B, engine serverEngine, db *sql.DB) (deleted int64, batches []time.Duration) {
	b.Helper()
	ctx, after := b.Context(), int64(0)
	for {
		last := time.Now()
		keys := handKeys(ctx, b, db, fmt.Sprintf(`SELECT id FROM contacts WHERE id > %d AND email = '' ORDER BY id LIMIT 1000`, after))
		if len(keys) == 0 {
			return deleted, batches
		}
		after = keys[len(keys)-1]
		tx, err := db.BeginTx(ctx, &sql.TxOptions{Isolation: sql.LevelReadCommitted})
		require.NoError(b, err)
		keys = handKeys(ctx, b, tx, `SELECT id FROM contacts WHERE id `+engine.list(keys)+` ORDER BY id FOR UPDATE`)
		keys = handKeys(ctx, b, tx, `SELECT id FROM contacts WHERE id `+engine.list(keys)+` AND email = '' ORDER BY id`)
		for _, table := range []string{"activities", "recipients", "consents"} {
			_, err = tx.ExecContext(ctx, `DELETE FROM `+table+` WHERE contact_id `+engine.list(keys))
			require.NoError(b, err)
		}
		result, err := tx.ExecContext(ctx, `DELETE FROM contacts WHERE id `+engine.list(keys))
		require.NoError(b, err)
		require.NoError(b, tx.Commit())
		n, err := result.RowsAffected()
		require.NoError(b, err)
		deleted += n
		batches = append(batches, time.Since(last))
	}
}

func serverAtOnce(b *testing.B, _ serverEngine, db *sql.DB) (int64, []time.Duration) {
	b.Helper()
	result, err := db.ExecContext(b.Context(), `DELETE FROM contacts WHERE email = ''`)
	require.NoError(b, err)
	n, err := result.RowsAffected()
	require.NoError(b, err)
	return n, nil
}

// serverNaive asks again from the beginning, and lets the database cascade.
func serverNaive(b *testing.B, engine serverEngine, db *sql.DB) (deleted int64, batches []time.Duration) {
	b.Helper()
	for {
		last := time.Now()
		keys := handKeys(b.Context(), b, db, `SELECT id FROM contacts WHERE email = '' LIMIT 1000`)
		if len(keys) == 0 {
			return deleted, batches
		}
		result, err := db.ExecContext(b.Context(), `DELETE FROM contacts WHERE id `+engine.list(keys))
		require.NoError(b, err)
		n, err := result.RowsAffected()
		require.NoError(b, err)
		deleted += n
		batches = append(batches, time.Since(last))
	}
}

func joined(keys []int64) string {
	texts := make([]string, len(keys))
	for i, k := range keys {
		texts[i] = strconv.FormatInt(k, 10)
	}
	return strings.Join(texts, ",")
}
