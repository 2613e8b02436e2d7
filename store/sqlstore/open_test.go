package sqlstore_test

import (
	"context"
	"database/sql"
	"net/url"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	_ "modernc.org/sqlite" // the driver of the tests

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/store/sqlstore"
	"github.com/contactsweep/contactsweep/where"
)

// file opens a new database in a file of its own; settings are pragmas such as
// "foreign_keys(1)".
func file(tb testing.TB, pragmas ...string) *sql.DB {
	tb.Helper()
	return open(tb, filepath.Join(tb.TempDir(), "test.db"), pragmas...)
}

func open(tb testing.TB, path string, pragmas ...string) *sql.DB {
	tb.Helper()
	q := url.Values{"_pragma": pragmas}
	db, err := sql.Open("sqlite", "file:"+strings.ReplaceAll(path, "#", "%23")+"?"+q.Encode())
	require.NoError(tb, err)
	tb.Cleanup(func() { require.NoError(tb, db.Close()) })
	return db
}

// script executes statements that end with a semicolon and a line break.
func script(tb testing.TB, db *sql.DB, text string) {
	tb.Helper()
	for s := range strings.SplitSeq(text, ";\n") {
		if strings.TrimSpace(s) != "" {
			_, err := db.ExecContext(tb.Context(), s)
			require.NoError(tb, err, s)
		}
	}
}

// create makes the schema's tables.
func create(tb testing.TB, db *sql.DB, schema contacts.Schema) {
	tb.Helper()
	ddl, err := sqlstore.DDL(sqlstore.SQLite, schema)
	require.NoError(tb, err)
	for _, s := range ddl {
		_, err := db.ExecContext(tb.Context(), s)
		require.NoError(tb, err, s)
	}
}

// executor is a database or a connection.
type executor interface {
	ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
}

// row holds values by the names of fields.
type row map[string]any

// insert writes rows in the encodings that the fields declare. Values of type
// raw are written as they are.
func insert(tb testing.TB, db executor, table string, fields []contacts.Field, rows ...row) {
	tb.Helper()
	for _, r := range rows {
		var columns, marks []string
		var args []any
		for _, f := range fields {
			x, ok := r[f.Name]
			if !ok {
				continue
			}
			columns, marks = append(columns, quoted(f.ColumnName())), append(marks, "?")
			if as, ok := x.(raw); ok {
				args = append(args, as.value)
				continue
			}
			var v where.Value
			if x != nil {
				var err error
				v, err = where.ValueOf(x)
				require.NoError(tb, err)
			}
			arg, err := sqlstore.Encode(sqlstore.SQLite, f, v)
			require.NoError(tb, err)
			args = append(args, arg)
		}
		_, err := db.ExecContext(tb.Context(), "INSERT INTO "+quoted(table)+" ("+strings.Join(columns, ", ")+") VALUES ("+
			strings.Join(marks, ", ")+")", args...)
		require.NoError(tb, err)
	}
}

// raw is a value as the driver takes it.
type raw struct{ value any }

func quoted(name string) string { return `"` + strings.ReplaceAll(name, `"`, `""`) + `"` }

// count returns the number that a query gives.
func count(tb testing.TB, db *sql.DB, query string) int {
	tb.Helper()
	var n int
	require.NoError(tb, db.QueryRowContext(tb.Context(), query).Scan(&n))
	return n
}
