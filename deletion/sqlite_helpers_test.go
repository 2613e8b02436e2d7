package deletion_test

import (
	"database/sql"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
	_ "modernc.org/sqlite"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/store/sqlstore"
)

// openSQLite opens a database that nobody needs after the test, so nothing
// waits for the disk.
func openSQLite(t *testing.T, file string, foreignKeys int) *sql.DB {
	t.Helper()
	db, err := sql.Open("sqlite", fmt.Sprintf(
		"file:%s?_pragma=foreign_keys(%d)&_pragma=busy_timeout(5000)&_pragma=synchronous(0)&_pragma=journal_mode(memory)", file, foreignKeys))
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, db.Close()) })
	return db
}

// sqliteStore makes the tables of the schema in memory and fills them by the
// statements.
func sqliteStore(t *testing.T, schema contacts.Schema, fill ...string) (*sqlstore.Store, *sql.DB) {
	t.Helper()
	db := openSQLite(t, ":memory:", 1)
	db.SetMaxOpenConns(1) // the database belongs to one connection
	ddl, err := sqlstore.DDL(sqlstore.SQLite, schema)
	require.NoError(t, err)
	for _, s := range append(ddl, fill...) {
		_, err := db.ExecContext(t.Context(), s)
		require.NoError(t, err)
	}
	st, err := sqlstore.Open(t.Context(), db, sqlstore.SQLite, schema)
	require.NoError(t, err)
	return st, db
}

// column returns the integers that the query selects.
func column(t *testing.T, db *sql.DB, query string) []int64 {
	t.Helper()
	rows, err := db.QueryContext(t.Context(), query)
	require.NoError(t, err)
	defer func() { require.NoError(t, rows.Close()) }()
	out := []int64{}
	for rows.Next() {
		var n int64
		require.NoError(t, rows.Scan(&n))
		out = append(out, n)
	}
	require.NoError(t, rows.Err())
	return out
}
