package storetest_test

import (
	"database/sql"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/go-sql-driver/mysql"
	"github.com/stretchr/testify/require"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/internal/servertest"
	"github.com/contactsweep/contactsweep/store"
	"github.com/contactsweep/contactsweep/store/sqlstore"
	"github.com/contactsweep/contactsweep/store/storetest"
	"github.com/contactsweep/contactsweep/where"
)

// mariadbHarness runs the suite over MariaDB, or MySQL, in a database of its
// own for every store.
type mariadbHarness struct {
	server      servertest.Server
	foreignKeys bool
	databases   *sync.Map // mariadbDatabase by store
}

func newMariaDB(server servertest.Server, foreignKeys bool) mariadbHarness {
	return mariadbHarness{server: server, foreignKeys: foreignKeys, databases: new(sync.Map)}
}

// mariadbDatabase is a database as the store sees it, and through a pool that
// stores anything: references to nobody, ids of zero, dates of zeros.
type mariadbDatabase struct{ store, loose *sql.DB }

func (h mariadbHarness) Open(tb testing.TB, schema contacts.Schema, data storetest.Data) store.Store {
	tb.Helper()
	return h.openWith(tb, schema, data, false)
}

// OpenLedger implements storetest.LedgerHarness.
func (h mariadbHarness) OpenLedger(tb testing.TB, schema contacts.Schema, data storetest.Data) store.Store {
	tb.Helper()
	return h.openWith(tb, schema, data, true)
}

func (h mariadbHarness) openWith(tb testing.TB, schema contacts.Schema, data storetest.Data, ledger bool) store.Store {
	tb.Helper()
	name := h.server.Database(tb)
	d := mariadbDatabase{loose: h.open(tb, name, map[string]string{
		"foreign_key_checks": "0", "sql_mode": "'NO_AUTO_VALUE_ON_ZERO,ALLOW_INVALID_DATES,NO_ENGINE_SUBSTITUTION'", "time_zone": "'+00:00'",
	})}
	d.loose.SetMaxOpenConns(2)
	if d.store = h.open(tb, name, map[string]string{"foreign_key_checks": "0"}); h.foreignKeys {
		d.store = h.open(tb, name, nil)
	}
	ddl, err := sqlstore.DDL(sqlstore.MySQL, schema)
	require.NoError(tb, err)
	for _, statement := range ddl {
		_, err = d.loose.ExecContext(tb.Context(), statement)
		require.NoError(tb, err, statement)
	}
	d.insert(tb, schema, data)
	st := openStore(tb, d.store, sqlstore.MySQL, schema, ledger)
	h.databases.Store(store.Store(st), d)
	return st
}

func (h mariadbHarness) open(tb testing.TB, database string, params map[string]string) *sql.DB {
	tb.Helper()
	config, err := mysql.ParseDSN(h.server.DSN())
	require.NoError(tb, err)
	config.DBName, config.Params, config.Logger = database, params, &mysql.NopLogger{}
	connector, err := mysql.NewConnector(config)
	require.NoError(tb, err)
	db := sql.OpenDB(connector)
	tb.Cleanup(func() { require.NoError(tb, db.Close()) })
	return db
}

// Refill implements storetest.RefillHarness.
func (h mariadbHarness) Refill(tb testing.TB, st store.Store, data storetest.Data) {
	tb.Helper()
	d := h.database(tb, st)
	for table := range columnsOf(st.Schema()) {
		_, err := d.loose.ExecContext(tb.Context(), "DELETE FROM "+backticked(table))
		require.NoError(tb, err)
	}
	d.insert(tb, st.Schema(), data)
}

// Strict implements storetest.StrictHarness.
func (h mariadbHarness) Strict() bool { return h.foreignKeys }

// Foreigns implements storetest.ForeignHarness.
func (h mariadbHarness) Foreigns(f contacts.Field) int { return len(mariadbForeign(f)) }

// Holds implements storetest.LimitedHarness.
func (h mariadbHarness) Holds(f contacts.Field, v where.Value) bool {
	_, err := sqlstore.Encode(sqlstore.MySQL, f, v)
	return err == nil
}

func (h mariadbHarness) database(tb testing.TB, st store.Store) mariadbDatabase {
	tb.Helper()
	x, ok := h.databases.Load(st)
	require.True(tb, ok)
	d, ok := x.(mariadbDatabase)
	require.True(tb, ok)
	return d
}

func (d mariadbDatabase) insert(tb testing.TB, schema contacts.Schema, data storetest.Data) {
	tb.Helper()
	tx, err := d.loose.BeginTx(tb.Context(), nil)
	require.NoError(tb, err)
	for table, fields := range columnsOf(schema) {
		for _, row := range data[table] {
			var columns, values []string
			var args []any
			for _, name := range slices.Sorted(maps.Keys(row)) {
				f, ok := fields[name]
				require.True(tb, ok, "table %s: no field %s", table, name)
				columns = append(columns, backticked(f.ColumnName()))
				if n, ok := row[name].(storetest.Foreign); ok {
					values = append(values, mariadbForeign(f)[n])
					continue
				}
				values = append(values, "?")
				args = append(args, mariadbEncoded(tb, f, row[name]))
			}
			_, err := tx.ExecContext(tb.Context(), "INSERT INTO "+backticked(table)+" ("+strings.Join(columns, ", ")+") VALUES ("+strings.Join(values, ", ")+")", args...)
			require.NoError(tb, err)
		}
	}
	require.NoError(tb, tx.Commit())
}

func mariadbEncoded(tb testing.TB, f contacts.Field, x any) any {
	tb.Helper()
	if x == nil {
		return nil
	}
	v, err := where.ValueOf(x)
	require.NoError(tb, err)
	out, err := sqlstore.Encode(sqlstore.MySQL, f, v)
	require.NoError(tb, err)
	return out
}

func backticked(name string) string { return "`" + strings.ReplaceAll(name, "`", "``") + "`" }

// mariadbForeign returns SQL of values that do not belong to the field's kind
// and that a column of its type keeps as they are.
func mariadbForeign(f contacts.Field) []string {
	if f.Required {
		return nil
	}
	switch f.Kind {
	case where.KindText:
		return []string{"'a\\0b'", "'\\0'"}
	case where.KindBool:
		return []string{"2", "-1", "127"}
	case where.KindTime:
		switch f.Encoding.Form { //nolint:exhaustive // the other forms are texts
		case contacts.FormUnixSeconds, contacts.FormUnixMillis, contacts.FormUnixMicros:
			return []string{"9223372036854775807", "-9223372036854775807"}
		case contacts.FormNative:
			return []string{"'0000-00-00 00:00:00'", "'2026-02-30 00:00:00'", "'2026-00-10 00:00:00'", "'2026-03-00 00:00:00'", "'0999-12-31 23:59:59.999999'", "'2025-02-29 12:00:00'", "'0000-01-01 00:00:00'"}
		}
		return slices.DeleteFunc(foreignTimes(f.Encoding), func(s string) bool { return !strings.HasPrefix(s, "'") })
	case where.KindDate:
		return []string{"'0000-00-00'", "'2026-02-30'", "'2026-00-10'", "'2026-03-00'", "'0999-12-31'", "'1900-02-29'"}
	case where.KindDecimal:
		if f.Encoding.Form == contacts.FormReal {
			return []string{"1e-40", "1e64"}
		}
	case where.KindUUID:
		if f.Encoding.Form != contacts.FormUUIDBytes {
			return []string{"'x'", "''", "'ab00000000004f008000000000000001'", "'gb000000-0000-4f00-8000-000000000001'", "'AB000000-0000-4f00-8000-000000000001'", "'ab000000-0000-4f00-8000-00000000000'"}
		}
	case where.KindInt64, where.KindUint64, where.KindFloat64:
	}
	return nil
}
