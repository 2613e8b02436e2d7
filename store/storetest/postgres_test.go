package storetest_test

import (
	"database/sql"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/internal/servertest"
	"github.com/contactsweep/contactsweep/store"
	"github.com/contactsweep/contactsweep/store/sqlstore"
	"github.com/contactsweep/contactsweep/store/storetest"
	"github.com/contactsweep/contactsweep/where"
)

// postgresHarness runs the suite over PostgreSQL: every store has a schema of
// its own in one database.
type postgresHarness struct {
	server      servertest.Server
	foreignKeys bool
	database    string
	pools       *sync.Map // *sql.DB by store
	number      *counter
}

type counter struct {
	sync.Mutex

	n int
}

func (c *counter) next() int {
	c.Lock()
	defer c.Unlock()
	c.n++
	return c.n
}

func newPostgres(tb testing.TB, server servertest.Server, foreignKeys bool) postgresHarness {
	tb.Helper()
	return postgresHarness{
		server: server, foreignKeys: foreignKeys, database: server.Database(tb), pools: new(sync.Map), number: new(counter),
	}
}

func (h postgresHarness) Open(tb testing.TB, schema contacts.Schema, data storetest.Data) store.Store {
	tb.Helper()
	return h.openWith(tb, schema, data, false)
}

// OpenLedger implements storetest.LedgerHarness.
func (h postgresHarness) OpenLedger(tb testing.TB, schema contacts.Schema, data storetest.Data) store.Store {
	tb.Helper()
	return h.openWith(tb, schema, data, true)
}

func (h postgresHarness) openWith(tb testing.TB, schema contacts.Schema, data storetest.Data, ledger bool) store.Store {
	tb.Helper()
	own := fmt.Sprintf("own_%d", h.number.next())
	db := h.server.OpenSchema(tb, h.database, own)
	ddl, err := sqlstore.DDL(sqlstore.PostgreSQL, schema)
	require.NoError(tb, err)
	h.exec(tb, db, "CREATE SCHEMA "+own+"; "+strings.Join(ddl, ";\n"))
	if !h.foreignKeys {
		h.dropForeignKeys(tb, db, own)
	}
	h.insert(tb, db, schema, data)
	st := openStore(tb, db, sqlstore.PostgreSQL, schema, ledger)
	h.pools.Store(store.Store(st), db)
	return st
}

func (h postgresHarness) exec(tb testing.TB, db *sql.DB, statement string) {
	tb.Helper()
	_, err := db.ExecContext(tb.Context(), statement)
	require.NoError(tb, err, statement)
}

func (h postgresHarness) dropForeignKeys(tb testing.TB, db *sql.DB, schema string) {
	tb.Helper()
	rows, err := db.QueryContext(tb.Context(), `SELECT conrelid::regclass::text, conname FROM pg_constraint WHERE contype = 'f' AND connamespace = $1::regnamespace`, schema)
	require.NoError(tb, err)
	defer func() { require.NoError(tb, rows.Close()) }()
	var drops []string
	for rows.Next() {
		var table, name string
		require.NoError(tb, rows.Scan(&table, &name))
		drops = append(drops, "ALTER TABLE "+table+" DROP CONSTRAINT "+quoted(name))
	}
	require.NoError(tb, rows.Err())
	for _, drop := range drops {
		h.exec(tb, db, drop)
	}
}

// Refill implements storetest.RefillHarness.
func (h postgresHarness) Refill(tb testing.TB, st store.Store, data storetest.Data) {
	tb.Helper()
	h.insert(tb, h.pool(tb, st), st.Schema(), data)
}

// Strict implements storetest.StrictHarness.
func (h postgresHarness) Strict() bool { return h.foreignKeys }

// Foreigns implements storetest.ForeignHarness.
func (h postgresHarness) Foreigns(f contacts.Field) int { return len(foreignPostgres(f)) }

// Holds implements storetest.LimitedHarness.
func (h postgresHarness) Holds(f contacts.Field, v where.Value) bool {
	_, err := sqlstore.Encode(sqlstore.PostgreSQL, f, v)
	return err == nil
}

func (h postgresHarness) pool(tb testing.TB, st store.Store) *sql.DB {
	tb.Helper()
	x, ok := h.pools.Load(st)
	require.True(tb, ok)
	db, ok := x.(*sql.DB)
	require.True(tb, ok)
	return db
}

// insert replaces all rows. Foreign keys are not looked at meanwhile.
func (h postgresHarness) insert(tb testing.TB, db *sql.DB, schema contacts.Schema, data storetest.Data) {
	tb.Helper()
	tx, err := db.BeginTx(tb.Context(), nil)
	require.NoError(tb, err)
	defer func() { _ = tx.Rollback() }()
	_, err = tx.ExecContext(tb.Context(), "SET LOCAL session_replication_role = replica")
	require.NoError(tb, err)
	for table, fields := range columnsOf(schema) {
		_, err = tx.ExecContext(tb.Context(), "DELETE FROM "+quoted(table))
		require.NoError(tb, err)
		for _, row := range data[table] {
			statement, args := insertPostgres(tb, table, fields, row)
			_, err := tx.ExecContext(tb.Context(), statement, args...)
			require.NoError(tb, err, statement)
		}
	}
	require.NoError(tb, tx.Commit())
}

func insertPostgres(tb testing.TB, table string, fields map[string]contacts.Field, row storetest.Row) (string, []any) {
	tb.Helper()
	if len(row) == 0 {
		return "INSERT INTO " + quoted(table) + " DEFAULT VALUES", nil
	}
	var columns, values []string
	var args []any
	for _, name := range slices.Sorted(maps.Keys(row)) {
		f, ok := fields[name]
		require.True(tb, ok, "table %s: no field %s", table, name)
		columns = append(columns, quoted(f.ColumnName()))
		switch x := row[name].(type) {
		case storetest.Foreign:
			values = append(values, foreignPostgres(f)[x])
		case nil:
			values = append(values, "NULL")
		default:
			v, err := where.ValueOf(x)
			require.NoError(tb, err)
			arg, err := sqlstore.Encode(sqlstore.PostgreSQL, f, v)
			require.NoError(tb, err)
			args = append(args, arg)
			values = append(values, fmt.Sprintf("$%d", len(args)))
		}
	}
	return "INSERT INTO " + quoted(table) + " (" + strings.Join(columns, ", ") + ") VALUES (" + strings.Join(values, ", ") + ")", args
}

// foreignPostgres returns SQL of values that the column holds but that do not
// belong to the field's kind.
func foreignPostgres(f contacts.Field) []string {
	if f.Required {
		return nil
	}
	unix := f.Encoding.Form == contacts.FormUnixSeconds || f.Encoding.Form == contacts.FormUnixMillis || f.Encoding.Form == contacts.FormUnixMicros
	switch f.Kind { //nolint:exhaustive // the others hold nothing else
	case where.KindUint64:
		return []string{"-1", "99999999999999999999", "'NaN'"}
	case where.KindFloat64:
		return []string{"'NaN'", "'Infinity'", "'-Infinity'"}
	case where.KindDecimal:
		switch f.Encoding.Form { //nolint:exhaustive // the others are of other kinds
		case contacts.FormNative:
			return []string{"'NaN'", "1e70", "1e-40", "'Infinity'", "'-Infinity'"}
		case contacts.FormReal:
			return []string{"'NaN'", "'Infinity'", "1e-40", "1e200"}
		}
	case where.KindTime:
		switch {
		case unix:
			return []string{"9223372036854775807", "-9223372036854775807"}
		case f.Encoding.Form == contacts.FormText:
			return slices.DeleteFunc(foreignTimes(f.Encoding), func(s string) bool { return !strings.HasPrefix(s, "'") })
		}
		return []string{"'infinity'", "'-infinity'", "'0999-12-31 23:59:59+00'", "'10000-01-01 00:00:00+00'", "'0044-03-15 00:00:00+00 BC'"}
	case where.KindDate:
		return []string{"'infinity'", "'-infinity'", "'0999-12-31'", "'10000-01-01'", "'0044-03-15 BC'"}
	case where.KindUUID:
		switch f.Encoding.Form { //nolint:exhaustive // the others are of other kinds
		case contacts.FormUUIDText:
			return []string{"'x'", "''", "'ab00000000004f008000000000000001'", "'AB000000-0000-4f00-8000-000000000001'"}
		case contacts.FormUUIDBytes:
			return []string{`'\x00'`, `''`, `'\xab0000000000000000000000000000000001'`}
		}
	}
	return nil
}
