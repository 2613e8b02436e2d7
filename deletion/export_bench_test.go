package deletion_test

import (
	"database/sql"
	"io"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/deletion"
	"github.com/contactsweep/contactsweep/store/sqlstore"
	"github.com/contactsweep/contactsweep/where"
)

// BenchmarkExport exports all contacts with their rows, ten activities and three
// others to each, to nowhere; shared, where an activity may belong to two
// contacts. CONTACTSWEEP_BENCH_CONTACTS is as for
// BenchmarkSQLite.
//
//	go test ./deletion -run '^$' -bench Export -benchtime 1x -timeout 0
func BenchmarkExport(b *testing.B) {
	size := benchNumber(b, "CONTACTSWEEP_BENCH_CONTACTS", 100_000)
	b.Run("sqlite", func(b *testing.B) {
		db := benchOpen(b, benchFile(b, size))
		defer func() { require.NoError(b, db.Close()) }()
		benchExport(b, db, sqlstore.SQLite, size)
	})
	for name, engine := range serverEngines() {
		b.Run(name, func(b *testing.B) {
			base := engine.server.Database(b)
			db := engine.server.Open(b, base)
			engine.fill(b, db, size)
			benchExport(b, db, engine.dialect, size)
		})
	}
}

func benchExport(b *testing.B, db *sql.DB, dialect sqlstore.Dialect, size int) {
	b.Helper()
	schema := benchSchema()
	shared := schema.Clone()
	a := &shared.Associations[0]
	a.Fields = append(a.Fields, contacts.Int64("id"))
	a.References = append(a.References, contacts.Reference{Fields: []string{"id"}})
	b.Run("plain", func(b *testing.B) { benchExportBy(b, db, dialect, schema, size) })
	b.Run("shared", func(b *testing.B) { benchExportBy(b, db, dialect, shared, size) })
}

func benchExportBy(b *testing.B, db *sql.DB, dialect sqlstore.Dialect, schema contacts.Schema, size int) {
	b.Helper()
	st, err := sqlstore.Open(b.Context(), db, dialect, schema)
	require.NoError(b, err)
	svc, err := deletion.New(st)
	require.NoError(b, err)
	heap := watchHeap()
	for b.Loop() {
		done, err := svc.Export(b.Context(), io.Discard, where.Everything(),
			deletion.ExportRows(func(string) (io.Writer, error) { return io.Discard, nil }))
		require.NoError(b, err)
		require.EqualValues(b, size, done.Contacts)
		require.EqualValues(b, 10*size, done.Rows["activities"])
		b.ReportMetric(float64(size)/done.Duration.Seconds(), "contacts/s")
	}
	b.ReportMetric(heap()/(1<<20), "MiB-heap")
}
