package sqlstore_test

import (
	"crypto/sha256"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/internal/servertest"
	"github.com/contactsweep/contactsweep/store"
	"github.com/contactsweep/contactsweep/store/sqlstore"
	"github.com/contactsweep/contactsweep/where"
)

// BenchmarkCheckpoints compares batches of the engine's size without a
// checkpoint, with one, and with one that archives each contact; they take
// turns on one database. x/plain is what a checkpoint costs, and x/archive what
// the archive costs beside that.
//
//	go test -run '^$' -bench Checkpoints -benchtime 1x ./store/sqlstore
func BenchmarkCheckpoints(b *testing.B) {
	for _, d := range dialects() {
		b.Run(d.String(), func(b *testing.B) {
			var took [3]time.Duration
			for range b.N {
				for i, t := range checkpointRun(b, d) {
					took[i] += t
				}
			}
			b.ReportMetric(took[1].Seconds()/took[0].Seconds(), "x/plain")
			b.ReportMetric(took[2].Seconds()/took[1].Seconds(), "x/archive")
			b.ReportMetric(took[0].Seconds()/float64(b.N), "plain-s")
		})
	}
}

// checkpointRun deletes 60,000 contacts, with 600,000 activities and 120,000
// recipients, in three ways.
func checkpointRun(b *testing.B, d sqlstore.Dialect) (took [3]time.Duration) {
	b.Helper()
	const contactsToGo = 60_000
	tr := traced{dialect: d}
	switch d {
	case sqlstore.PostgreSQL:
		tr.db = servertest.Postgres().New(b)
	case sqlstore.MySQL:
		tr.db = servertest.MariaDB().New(b)
	case sqlstore.SQLite:
		tr.db = open(b, filepath.Join(b.TempDir(), "bench.db"), "journal_mode(wal)", "synchronous(1)", "foreign_keys(1)", "busy_timeout(5000)")
	}
	schema := benchSchema()
	ddl, err := sqlstore.DDL(d, schema)
	require.NoError(b, err)
	for _, s := range append(ddl,
		"INSERT INTO contacts (id, email) SELECT i, '' FROM "+tr.series(contactsToGo),
		"INSERT INTO activities (id, contact_id) SELECT i, (i % 60000) * 7919 % 60000 + 1 FROM "+tr.series(10*contactsToGo),
		"INSERT INTO email_recipients (id, contact_id) SELECT i, (i % 60000) * 7919 % 60000 + 1 FROM "+tr.series(2*contactsToGo)) {
		_, err := tr.db.ExecContext(b.Context(), s)
		require.NoError(b, err, s)
	}
	if d == sqlstore.PostgreSQL {
		_, err := tr.db.ExecContext(b.Context(), "ANALYZE")
		require.NoError(b, err)
	}
	require.NoError(b, sqlstore.Migrate(b.Context(), tr.db, d, schema))
	st, err := sqlstore.Open(b.Context(), tr.db, d, schema, sqlstore.WithLedger())
	require.NoError(b, err)
	o, err := st.Ledger().Operations.Create(b.Context(), store.CreateRequest{TTL: time.Hour, Operation: store.Operation{
		ID: "op", Format: 1, State: store.StateProcessing, Lease: store.Lease{Holder: "bench"},
	}})
	require.NoError(b, err)
	size := st.Pacing().Start
	for first := 1; first <= contactsToGo; first += size {
		way := first / size % len(took)
		batch := store.Batch{Selection: store.Selection{Condition: where.New().WhereEmpty("email"), At: time.Now()}, Keys: benchKeys(b, first, min(size, contactsToGo-first+1))}
		if way > 0 {
			batch.Checkpoint = benchCheckpoint(o, way == 2)
			o.Sequence++
		}
		start := time.Now()
		out, err := st.Delete(b.Context(), batch)
		took[way] += time.Since(start)
		require.NoError(b, err)
		require.Len(b, out.Deleted, len(batch.Keys))
	}
	return took
}

func benchKeys(b *testing.B, first, n int) []contacts.Key {
	b.Helper()
	ids := make([]int, n)
	for i := range ids {
		ids[i] = first + i
	}
	keys, err := contacts.Keys(ids...)
	require.NoError(b, err)
	return keys
}

// benchCheckpoint archives what a host may want to keep: a hash of the address,
// and a few fields.
func benchCheckpoint(o store.Operation, archive bool) *store.Checkpoint {
	c := &store.Checkpoint{Fence: fenceOf(o), TTL: time.Hour}
	if archive {
		c.Fields = []string{"email", "created"}
	}
	c.Commit = func(c store.Committing) (store.Commit, error) {
		out := store.Commit{Progress: []byte(`{"cursor":"1"}`)}
		for _, k := range c.Outcome.Deleted {
			if !archive {
				break
			}
			sum := sha256.Sum256([]byte(strconv.FormatInt(k.First().Int64(), 10)))
			out.Archive = append(out.Archive, store.ArchiveEntry{
				Key: k, HashKeyID: "2026", Hash: sum[:], Rule: 1, Reason: "no email", Operation: o.ID, Fields: []byte(`{"created":"2020-01-01"}`),
			})
		}
		return out, nil
	}
	return c
}
