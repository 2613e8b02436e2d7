package storetest_test

import (
	"database/sql"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
	_ "modernc.org/sqlite"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/store"
	"github.com/contactsweep/contactsweep/store/sqlstore"
	"github.com/contactsweep/contactsweep/store/storetest"
	"github.com/contactsweep/contactsweep/where"
)

// sqliteHarness runs the suite over SQLite, in a file for every store, or in
// memory on a single connection.
type sqliteHarness struct {
	foreignKeys bool
	inMemory    bool
	databases   *sync.Map // *sql.DB by store
}

func newSQLite(foreignKeys, inMemory bool) sqliteHarness {
	return sqliteHarness{foreignKeys: foreignKeys, inMemory: inMemory, databases: new(sync.Map)}
}

func (h sqliteHarness) Open(tb testing.TB, schema contacts.Schema, data storetest.Data) store.Store {
	tb.Helper()
	return h.openWith(tb, schema, data, false)
}

// OpenLedger implements storetest.LedgerHarness.
func (h sqliteHarness) OpenLedger(tb testing.TB, schema contacts.Schema, data storetest.Data) store.Store {
	tb.Helper()
	return h.openWith(tb, schema, data, true)
}

func (h sqliteHarness) openWith(tb testing.TB, schema contacts.Schema, data storetest.Data, ledger bool) store.Store {
	tb.Helper()
	name := ":memory:"
	if !h.inMemory {
		name = "file:" + filepath.Join(tb.TempDir(), "contacts.db") + "?_pragma=busy_timeout(20000)&_pragma=journal_mode(WAL)&_pragma=synchronous(OFF)"
	}
	db := openSQLite(tb, name)
	ddl, err := sqlstore.DDL(sqlstore.SQLite, schema)
	require.NoError(tb, err)
	for _, statement := range ddl {
		_, err = db.ExecContext(tb.Context(), statement)
		require.NoError(tb, err, statement)
	}
	insert(tb, db, schema, data)
	switch {
	case h.inMemory:
		h.setForeignKeys(tb, db, h.foreignKeys)
	case h.foreignKeys:
		db = openSQLite(tb, name+"&_pragma=foreign_keys(1)")
	}
	st := openStore(tb, db, sqlstore.SQLite, schema, ledger)
	h.databases.Store(store.Store(st), db)
	return st
}

func openSQLite(tb testing.TB, name string) *sql.DB {
	tb.Helper()
	db, err := sql.Open("sqlite", name)
	require.NoError(tb, err)
	if name == ":memory:" {
		db.SetMaxOpenConns(1)
	}
	tb.Cleanup(func() { require.NoError(tb, db.Close()) })
	return db
}

func (h sqliteHarness) setForeignKeys(tb testing.TB, db *sql.DB, on bool) {
	tb.Helper()
	_, err := db.ExecContext(tb.Context(), fmt.Sprintf("PRAGMA foreign_keys = %t", on))
	require.NoError(tb, err)
}

// Refill implements storetest.RefillHarness, for stores in memory.
func (h sqliteHarness) Refill(tb testing.TB, st store.Store, data storetest.Data) {
	tb.Helper()
	db := h.database(tb, st)
	h.setForeignKeys(tb, db, false)
	for table := range columnsOf(st.Schema()) {
		_, err := db.ExecContext(tb.Context(), "DELETE FROM "+quoted(table))
		require.NoError(tb, err)
	}
	insert(tb, db, st.Schema(), data)
	h.setForeignKeys(tb, db, h.foreignKeys)
}

// Strict implements storetest.StrictHarness.
func (h sqliteHarness) Strict() bool { return h.foreignKeys }

// Foreigns implements storetest.ForeignHarness.
func (h sqliteHarness) Foreigns(f contacts.Field) int { return len(foreignSQL(f)) }

// Holds implements storetest.LimitedHarness: SQLite has no decimals and no
// integers beyond 64 bits with a sign.
func (h sqliteHarness) Holds(f contacts.Field, v where.Value) bool {
	_, err := sqlstore.Encode(sqlstore.SQLite, f, v)
	return err == nil
}

func (h sqliteHarness) database(tb testing.TB, st store.Store) *sql.DB {
	tb.Helper()
	x, ok := h.databases.Load(st)
	require.True(tb, ok)
	db, ok := x.(*sql.DB)
	require.True(tb, ok)
	return db
}

// columnsOf returns the fields of each table by their names.
func columnsOf(schema contacts.Schema) map[string]map[string]contacts.Field {
	out := map[string]map[string]contacts.Field{schema.Table: {}}
	for _, f := range schema.Fields {
		out[schema.Table][f.Name] = f
	}
	for _, p := range schema.Placed() {
		if out[p.Table] == nil {
			out[p.Table] = map[string]contacts.Field{}
		}
		for _, f := range p.Fields {
			out[p.Table][f.Name] = f
		}
	}
	return out
}

func insert(tb testing.TB, db *sql.DB, schema contacts.Schema, data storetest.Data) {
	tb.Helper()
	tx, err := db.BeginTx(tb.Context(), nil)
	require.NoError(tb, err)
	for table, fields := range columnsOf(schema) {
		for _, row := range data[table] {
			if len(row) == 0 {
				_, err := tx.ExecContext(tb.Context(), "INSERT INTO "+quoted(table)+" DEFAULT VALUES")
				require.NoError(tb, err)
				continue
			}
			var columns, values []string
			var args []any
			for _, name := range slices.Sorted(maps.Keys(row)) {
				f, ok := fields[name]
				require.True(tb, ok, "table %s: no field %s", table, name)
				columns = append(columns, quoted(f.ColumnName()))
				if n, ok := row[name].(storetest.Foreign); ok {
					values = append(values, foreignSQL(f)[n])
					continue
				}
				values = append(values, "?")
				args = append(args, encoded(tb, f, row[name]))
			}
			_, err := tx.ExecContext(tb.Context(), "INSERT INTO "+quoted(table)+" ("+strings.Join(columns, ", ")+") VALUES ("+strings.Join(values, ", ")+")", args...)
			require.NoError(tb, err)
		}
	}
	require.NoError(tb, tx.Commit())
}

func encoded(tb testing.TB, f contacts.Field, x any) any {
	tb.Helper()
	if x == nil {
		return nil
	}
	v, err := where.ValueOf(x)
	require.NoError(tb, err)
	out, err := sqlstore.Encode(sqlstore.SQLite, f, v)
	require.NoError(tb, err)
	return out
}

func quoted(name string) string { return `"` + strings.ReplaceAll(name, `"`, `""`) + `"` }

// foreignSQL returns SQL of values that do not belong to the field's kind and
// that a column of its type keeps as they are.
func foreignSQL(f contacts.Field) []string {
	if f.Required {
		return nil
	}
	switch f.Kind {
	case where.KindText:
		return []string{"x'61'", "x''", "char(97, 0, 98)"}
	case where.KindInt64:
		return []string{"'x'", "1.5", "x'31'", "''", "9e99"}
	case where.KindUint64:
		return []string{"-1", "'x'", "1.5", "x'31'"}
	case where.KindFloat64:
		return []string{"9e999", "-9e999", "'x'", "x'31'", "''"}
	case where.KindDecimal:
		if f.Encoding.Form == contacts.FormReal {
			return []string{"9e999", "'x'", "x'31'", "1e-40"}
		}
		return []string{"'x'", "1.5", "x'31'"}
	case where.KindBool:
		return []string{"2", "-1", "'x'", "'true'", "1.5"}
	case where.KindTime:
		return foreignTimes(f.Encoding)
	case where.KindDate:
		return []string{
			"'0000-00-00'", "'2026-02-30'", "'2026-13-01'", "'26-01-01'", "'2026-1-1'", "'0999-12-31'", "'2026-03-31 00:00:00'", "x'323032362d30332d3331'", "'20260331'", "''", "'now'", "' 2026-03-31'",
		}
	case where.KindUUID:
		if f.Encoding.Form == contacts.FormUUIDBytes {
			return []string{"x'00'", "'ab000000-0000-4f00-8000-000000000001'", "x''", "1"}
		}
		return []string{"'x'", "''", "'ab00000000004f008000000000000001'", "x'ab0000000000'", "'gb000000-0000-4f00-8000-000000000001'", "'ab000000-0000-4f00-8000-0000000000012'"}
	}
	return nil
}

func foreignTimes(e contacts.Encoding) []string {
	switch e.Form { //nolint:exhaustive // the other forms are texts
	case contacts.FormUnixSeconds, contacts.FormUnixMillis, contacts.FormUnixMicros:
		return []string{"'x'", "1.5", "x'31'", "9223372036854775807", "-9223372036854775807", "''", "'2026-03-31 12:00:00'"}
	}
	out := []string{
		"'x'", "''", "'0000-00-00 00:00:00'", "'2026-03-31'", "'now'", "'12:00:00'", "x'31'", "1774958400", "2461131.0", "'2026-3-31 12:00:00'", "'2026-03-31 12:00'",
		"'2026-03-31 12:00:00 '", "'2026-03-31 12:00:00.5x'", "'2026-03-31T12:00:00+05:30'",
	}
	layout := e.Layout
	if e.Form == contacts.FormNative {
		layout = contacts.SQLiteTime
	}
	for _, bad := range []string{"0999-12-31T23:59:59", "2026-02-30T00:00:00", "2026-13-01T00:00:00", "2026-03-31T24:00:00", "2026-03-31T12:60:00", "2026-03-31T12:00:60", "2026-00-10T00:00:00"} {
		out = append(out, "'"+strings.Replace(bad, "T", layout[10:11], 1)+layout[19:]+"'")
	}
	return out
}
