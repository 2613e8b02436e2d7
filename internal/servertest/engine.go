package servertest

import (
	"database/sql"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
	_ "modernc.org/sqlite" // the driver of the engine

	"github.com/contactsweep/contactsweep/internal/dialect"
)

// Engine is where a test of one dialect has its databases.
type Engine struct {
	Dialect dialect.Dialect
	// Create makes a database and returns its name, which other processes can
	// open, too.
	Create func(tb testing.TB) string
	// Open opens a pool on it.
	Open func(tb testing.TB, database string) *sql.DB
}

// New makes a database and opens it.
func (e Engine) New(tb testing.TB) *sql.DB {
	tb.Helper()
	return e.Open(tb, e.Create(tb))
}

// Engines are SQLite, PostgreSQL and MariaDB. What tests write may be lost when
// PostgreSQL crashes, because it would take most of their time.
func Engines() []Engine {
	postgres, mariadb := Postgres(), MariaDB()
	return []Engine{
		{
			Dialect: dialect.SQLite,
			Create: func(tb testing.TB) string {
				tb.Helper()
				return filepath.Join(tb.TempDir(), "test.db")
			},
			Open: func(tb testing.TB, path string) *sql.DB {
				tb.Helper()
				db, err := sql.Open("sqlite", "file:"+path+"?_pragma=busy_timeout(10000)&_pragma=journal_mode(wal)&_pragma=synchronous(normal)")
				require.NoError(tb, err)
				tb.Cleanup(func() { require.NoError(tb, db.Close()) })
				return db
			},
		},
		{
			Dialect: dialect.PostgreSQL,
			Create: func(tb testing.TB) string {
				tb.Helper()
				name := postgres.Database(tb)
				postgres.admin(tb, `ALTER DATABASE "`+name+`" SET synchronous_commit = off`)
				return name
			},
			Open: postgres.Open,
		},
		{Dialect: dialect.MySQL, Create: mariadb.Database, Open: mariadb.Open},
	}
}

// OnEach runs a test on each of the engines.
func OnEach(t *testing.T, test func(*testing.T, Engine)) {
	t.Helper()
	for _, e := range Engines() {
		t.Run(e.Dialect.String(), func(t *testing.T) {
			t.Parallel()
			test(t, e)
		})
	}
}
