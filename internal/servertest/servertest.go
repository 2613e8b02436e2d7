// Package servertest gives tests a database of their own on a real server.
//
// Servers are looked for at their usual local addresses, or where an
// environment variable says: CONTACTSWEEP_POSTGRES and CONTACTSWEEP_MARIADB
// hold the data source name of a user that may create databases; MySQL,
// CockroachDB, YugabyteDB and TiDB are reached by CONTACTSWEEP_MYSQL,
// CONTACTSWEEP_COCKROACH, CONTACTSWEEP_YUGABYTE and CONTACTSWEEP_TIDB only. A
// test is skipped when its server is not there, and fails instead when
// CONTACTSWEEP_REQUIRE_SERVERS is set.
package servertest

import (
	"context"
	"crypto/rand"
	"database/sql"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/go-sql-driver/mysql"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/stretchr/testify/require"
)

// Server is a database server that tests can use.
type Server struct {
	Name     string
	variable string
	fallback string // "": only by the variable
	dsn      string // of a server of the test's own
	required bool   // by CONTACTSWEEP_REQUIRE_SERVERS
	open     func(dsn, database string) (*sql.DB, error)
	create   func(database string) string
	drop     func(database string) string
}

// Postgres is a PostgreSQL server.
func Postgres() Server {
	return Server{
		Name: "postgres", variable: "CONTACTSWEEP_POSTGRES", fallback: "postgres://postgres@127.0.0.1:5432/postgres", required: true,
		open:   openPostgres,
		create: func(name string) string { return `CREATE DATABASE "` + name + `"` },
		drop:   func(name string) string { return `DROP DATABASE IF EXISTS "` + name + `" WITH (FORCE)` },
	}
}

// MariaDB is a MariaDB server.
func MariaDB() Server {
	return Server{
		Name: "mariadb", variable: "CONTACTSWEEP_MARIADB", fallback: "root@tcp(127.0.0.1:3306)/", required: true,
		open:   openMySQL,
		create: func(name string) string { return "CREATE DATABASE `" + name + "` CHARACTER SET utf8mb4" },
		drop:   func(name string) string { return "DROP DATABASE IF EXISTS `" + name + "`" },
	}
}

// Others are servers that take part only when their variable is set. They speak
// the protocol of one of the two.
func Others() (postgres, mysql []Server) {
	at := func(s Server, name, variable string) Server {
		s.Name, s.variable, s.fallback, s.required = name, variable, "", false
		return s
	}
	cockroach := at(Postgres(), "cockroachdb", "CONTACTSWEEP_COCKROACH")
	cockroach.drop = func(name string) string { return `DROP DATABASE IF EXISTS "` + name + `" CASCADE` }
	yugabyte := at(Postgres(), "yugabytedb", "CONTACTSWEEP_YUGABYTE")
	yugabyte.drop = func(name string) string { return `DROP DATABASE IF EXISTS "` + name + `"` }
	return []Server{cockroach, yugabyte}, []Server{at(MariaDB(), "mysql", "CONTACTSWEEP_MYSQL"), at(MariaDB(), "tidb", "CONTACTSWEEP_TIDB")}
}

// DSN returns where the server is, "" if nobody has said so.
func (s Server) DSN() string {
	if s.dsn != "" {
		return s.dsn
	}
	if dsn := os.Getenv(s.variable); dsn != "" {
		return dsn
	}
	return s.fallback
}

func openPostgres(dsn, database string) (*sql.DB, error) {
	config, err := pgx.ParseConfig(dsn)
	if err != nil {
		return nil, fmt.Errorf("servertest: %w", err)
	}
	if database != "" {
		config.Database = database
	}
	return stdlib.OpenDB(*config), nil
}

func openMySQL(dsn, database string) (*sql.DB, error) {
	config, err := mysql.ParseDSN(dsn)
	if err != nil {
		return nil, fmt.Errorf("servertest: %w", err)
	}
	config.DBName = database
	config.Logger = &mysql.NopLogger{}
	connector, err := mysql.NewConnector(config)
	if err != nil {
		return nil, fmt.Errorf("servertest: %w", err)
	}
	return sql.OpenDB(connector), nil
}

// Available skips or fails the test when the server is not there.
func (s Server) Available(tb testing.TB) {
	tb.Helper()
	dsn := s.DSN()
	if dsn == "" {
		tb.Skipf("no %s server: set %s to the data source name of one", s.Name, s.variable)
	}
	db, err := s.open(dsn, "")
	require.NoError(tb, err)
	defer func() { _ = db.Close() }()
	ctx, cancel := context.WithTimeout(tb.Context(), 10*time.Second)
	defer cancel()
	if err := db.PingContext(ctx); err != nil {
		const said = "no %s server at its usual address, or where %s says: %v"
		if s.required && os.Getenv("CONTACTSWEEP_REQUIRE_SERVERS") != "" {
			tb.Fatalf(said, s.Name, s.variable, err)
		}
		tb.Skipf(said, s.Name, s.variable, err)
	}
}

// Database creates a database, which is dropped when the test ends, and returns
// its name.
func (s Server) Database(tb testing.TB) string {
	tb.Helper()
	s.Available(tb)
	name := "contactsweep_" + strings.ToLower(rand.Text()[:16])
	s.admin(tb, s.create(name))
	tb.Cleanup(func() { s.admin(tb, s.drop(name)) })
	return name
}

func (s Server) admin(tb testing.TB, statement string) {
	tb.Helper()
	db, err := s.open(s.DSN(), "")
	require.NoError(tb, err)
	defer func() { require.NoError(tb, db.Close()) }()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(tb.Context()), time.Minute) // a cleanup's context has ended
	defer cancel()
	_, err = db.ExecContext(ctx, statement)
	require.NoError(tb, err)
}

// Open opens a pool on a database of the server.
func (s Server) Open(tb testing.TB, database string) *sql.DB {
	tb.Helper()
	db, err := s.open(s.DSN(), database)
	require.NoError(tb, err)
	tb.Cleanup(func() { _ = db.Close() })
	return db
}

// Copy creates a database that is a copy of another one of a PostgreSQL server,
// to which nobody is connected, and opens it.
func (s Server) Copy(tb testing.TB, base string) *sql.DB {
	tb.Helper()
	s.create = func(name string) string { return `CREATE DATABASE "` + name + `" TEMPLATE "` + base + `"` }
	return s.New(tb)
}

// OpenSchema opens a pool whose names are looked for in one schema of a
// PostgreSQL database.
func (s Server) OpenSchema(tb testing.TB, database, schema string) *sql.DB {
	tb.Helper()
	config, err := pgx.ParseConfig(s.DSN())
	require.NoError(tb, err)
	config.Database, config.RuntimeParams["search_path"] = database, schema
	config.RuntimeParams["synchronous_commit"] = "off" // the suite opens hundreds of stores
	db := stdlib.OpenDB(*config)
	tb.Cleanup(func() { _ = db.Close() })
	return db
}

// New creates a database and opens it.
func (s Server) New(tb testing.TB) *sql.DB {
	tb.Helper()
	return s.Open(tb, s.Database(tb))
}
