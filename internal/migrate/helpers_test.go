package migrate_test

import (
	"database/sql"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	_ "modernc.org/sqlite"

	"github.com/contactsweep/contactsweep/internal/dialect"
	"github.com/contactsweep/contactsweep/internal/servertest"
)

type engine struct {
	dialect dialect.Dialect
	// database makes one and returns what opens a pool on it.
	database func(tb testing.TB) func(tb testing.TB) *sql.DB
}

func (e engine) open(tb testing.TB) *sql.DB {
	tb.Helper()
	return e.database(tb)(tb)
}

func onEach(t *testing.T, test func(*testing.T, engine)) {
	t.Helper()
	server := func(s servertest.Server) func(testing.TB) func(testing.TB) *sql.DB {
		return func(tb testing.TB) func(testing.TB) *sql.DB {
			tb.Helper()
			name := s.Database(tb)
			return func(tb testing.TB) *sql.DB {
				tb.Helper()
				return s.Open(tb, name)
			}
		}
	}
	for _, e := range []engine{
		{dialect.SQLite, func(tb testing.TB) func(testing.TB) *sql.DB {
			tb.Helper()
			path := tb.TempDir() + "/migrate.db"
			return func(tb testing.TB) *sql.DB {
				tb.Helper()
				db, err := sql.Open("sqlite", "file:"+path+"?_pragma=busy_timeout(10000)")
				require.NoError(tb, err)
				tb.Cleanup(func() { require.NoError(tb, db.Close()) })
				return db
			}
		}},
		{dialect.PostgreSQL, server(servertest.Postgres())},
		{dialect.MySQL, server(servertest.MariaDB())},
	} {
		t.Run(e.dialect.String(), func(t *testing.T) {
			t.Parallel()
			test(t, e)
		})
	}
}

func exec(tb testing.TB, db *sql.DB, statement string) {
	tb.Helper()
	_, err := db.ExecContext(tb.Context(), statement)
	require.NoError(tb, err, statement)
}

func text(tb testing.TB, db *sql.DB, query string) string {
	tb.Helper()
	var out string
	require.NoError(tb, db.QueryRowContext(tb.Context(), query).Scan(&out), query)
	return out
}

func after(milliseconds int) <-chan time.Time {
	return time.After(time.Duration(milliseconds) * time.Millisecond)
}
