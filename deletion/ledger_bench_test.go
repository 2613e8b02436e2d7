package deletion_test

import (
	"iter"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/deletion"
	"github.com/contactsweep/contactsweep/store/sqlstore"
	"github.com/contactsweep/contactsweep/where"
)

// BenchmarkSuppressed submits all contacts by a stream of their keys on
// PostgreSQL, asks for a thousand of them, restores a tenth and purges the rest.
// The metrics are the seconds of each, the milliseconds of the question, and the
// largest heap of the library and its test.
//
//	CONTACTSWEEP_BENCH_CONTACTS=1000000 go test ./deletion -run '^$' -bench Suppressed -benchtime 1x -timeout 0
func BenchmarkSuppressed(b *testing.B) {
	size := benchNumber(b, "CONTACTSWEEP_BENCH_CONTACTS", 100_000)
	engine := serverEngines()["postgres"]
	for range b.N {
		db := engine.server.New(b)
		execute(b, db, []string{
			"CREATE TABLE contacts (id bigint PRIMARY KEY, email text NOT NULL, name text, created timestamptz NOT NULL)",
			"INSERT INTO contacts SELECT i, 'x', 'Person', '2025-01-01' FROM " + engine.series(size), "ANALYZE",
		})
		schema := benchSchema()
		schema.Associations = nil
		require.NoError(b, sqlstore.Migrate(b.Context(), db, engine.dialect, schema))
		st, err := sqlstore.Open(b.Context(), db, engine.dialect, schema, sqlstore.WithLedger())
		require.NoError(b, err)
		svc, err := deletion.New(st, deletion.WithArchive(deletion.ArchiveConfig{}))
		require.NoError(b, err)
		heap := watchHeap()
		timed := func(metric string, do func()) {
			start := time.Now()
			do()
			b.ReportMetric(time.Since(start).Seconds(), metric)
		}
		var op deletion.Operation
		timed("s-submit", func() {
			op, err = svc.Operations().Submit(b.Context(), deletion.Request{KeyStream: numbers(1, size)})
			require.NoError(b, err)
		})
		timed("s-question", func() {
			found, err := svc.Suppressions().Check(b.Context(), deletion.Sending, collected(b, numbers(1, 1000))...)
			require.NoError(b, err)
			require.Len(b, found, 1000)
		})
		timed("s-restore", func() {
			for chunk := range slices.Chunk(collected(b, numbers(1, size/10)), 1000) {
				_, err := svc.Operations().RestoreKeys(b.Context(), op.ID, chunk...)
				require.NoError(b, err)
			}
		})
		execute(b, db, []string{"UPDATE contactsweep_operations SET ready = 1, due = 1"})
		timed("s-purge", func() {
			done, err := svc.Operations().ProcessDue(b.Context())
			require.NoError(b, err)
			require.Len(b, done, 1)
			require.NoError(b, done[0].Err)
			require.EqualValues(b, size-size/10, done[0].Operation.Deleted)
		})
		b.ReportMetric(heap()/(1<<20), "MiB-heap")
	}
}

func numbers(from, to int) iter.Seq2[contacts.Key, error] {
	return func(yield func(contacts.Key, error) bool) {
		for i := from; i <= to; i++ {
			if !yield(contacts.NewKey(i)) {
				return
			}
		}
	}
}

func collected(tb testing.TB, keys iter.Seq2[contacts.Key, error]) (out []contacts.Key) {
	tb.Helper()
	for k, err := range keys {
		require.NoError(tb, err)
		out = append(out, k)
	}
	return out
}

// BenchmarkLedger compares a run without a ledger, with one, and with an archive,
// in turns on each server; the metrics are medians of the ratios within a turn.
//
//	go test ./deletion -run '^$' -bench Ledger -benchtime 1x -timeout 0
func BenchmarkLedger(b *testing.B) {
	size, turns := benchNumber(b, "CONTACTSWEEP_BENCH_CONTACTS", 20_000), benchNumber(b, "CONTACTSWEEP_BENCH_TURNS", 7)
	for name, engine := range serverEngines() {
		b.Run(name, func(b *testing.B) {
			base := engine.server.Database(b)
			filling := engine.server.Open(b, base)
			engine.fill(b, filling, size)
			require.NoError(b, sqlstore.Migrate(b.Context(), filling, engine.dialect, benchSchema()))
			require.NoError(b, filling.Close())
			var ledgers, archives []float64
			for range turns {
				plain := ledgerRun(b, engine, base)
				with := ledgerRun(b, engine, base, sqlstore.WithLedger())
				archived := ledgerRun(b, engine, base, sqlstore.WithLedger(), nil)
				ledgers, archives = append(ledgers, with/plain), append(archives, archived/with)
				b.Logf("plain %.2f s, with a ledger %.2f s, with an archive %.2f s", plain, with, archived)
			}
			b.ReportMetric(median(ledgers), "x-ledger")
			b.ReportMetric(median(archives), "x-archive")
		})
	}
}

// ledgerRun returns the seconds of a run on a copy; a second option that is nil
// stands for an archive.
func ledgerRun(b *testing.B, engine serverEngine, base string, options ...sqlstore.Option) float64 {
	b.Helper()
	db := engine.copy(b, base)
	var archive []deletion.ServiceOption
	if len(options) > 1 {
		options, archive = options[:1], []deletion.ServiceOption{deletion.WithArchive(deletion.ArchiveConfig{})}
	}
	st, err := sqlstore.Open(b.Context(), db, engine.dialect, benchSchema(), options...)
	require.NoError(b, err)
	svc, err := deletion.New(st, archive...)
	require.NoError(b, err)
	start := time.Now()
	_, err = svc.BulkDelete(b.Context(), where.New().WhereEquals("email", ""), deletion.BatchSize(1000))
	require.NoError(b, err)
	took := time.Since(start).Seconds()
	require.NoError(b, db.Close())
	return took
}
