package sqlstate_test

import (
	"database/sql"
	"testing"
	"time"

	"github.com/go-sql-driver/mysql"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/stretchr/testify/require"

	"github.com/contactsweep/contactsweep/internal/servertest"
)

// What a host tells its driver, and which connection a statement reaches, must
// not matter.
func TestConformanceWhateverTheDriverIsTold(t *testing.T) {
	t.Parallel()
	servers := servertest.Engines()
	for name, tt := range map[string]struct {
		engine      servertest.Engine
		connections int
	}{
		"SQLite without a busy time-out": {connections: 8, engine: servertest.Engine{Dialect: servers[0].Dialect, Create: servers[0].Create, Open: func(tb testing.TB, path string) *sql.DB {
			tb.Helper()
			db, err := sql.Open("sqlite", "file:"+path+"?_pragma=journal_mode(wal)&_pragma=synchronous(off)&_texttotime=1")
			require.NoError(tb, err)
			tb.Cleanup(func() { require.NoError(tb, db.Close()) })
			return db
		}}},
		"PostgreSQL by the simple protocol, over one connection that is often another": {connections: 1, engine: servertest.Engine{Dialect: servers[1].Dialect, Create: servers[1].Create, Open: func(tb testing.TB, database string) *sql.DB {
			tb.Helper()
			config, err := pgx.ParseConfig(servertest.Postgres().DSN())
			require.NoError(tb, err)
			config.Database, config.DefaultQueryExecMode = database, pgx.QueryExecModeSimpleProtocol
			db := stdlib.OpenDB(*config)
			db.SetConnMaxLifetime(200 * time.Millisecond)
			tb.Cleanup(func() { _ = db.Close() })
			return db
		}}},
		"MySQL with all options": {connections: 8, engine: servertest.Engine{Dialect: servers[2].Dialect, Create: servers[2].Create, Open: func(tb testing.TB, database string) *sql.DB {
			tb.Helper()
			config, err := mysql.ParseDSN(servertest.MariaDB().DSN())
			require.NoError(tb, err)
			config.DBName, config.ParseTime, config.ClientFoundRows, config.MultiStatements, config.InterpolateParams = database, true, true, true, true
			config.Logger = &mysql.NopLogger{}
			config.Params = map[string]string{"sql_mode": "''", "time_zone": "'-09:30'", "tx_isolation": "'SERIALIZABLE'"}
			connector, err := mysql.NewConnector(config)
			require.NoError(tb, err)
			db := sql.OpenDB(connector)
			tb.Cleanup(func() { _ = db.Close() })
			return db
		}}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			conform(t, tt.engine, tt.connections)
		})
	}
}
