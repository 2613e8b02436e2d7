package sqlstate

import (
	"database/sql"
	"errors"
	"fmt"

	"github.com/contactsweep/contactsweep/internal/dialect"
	"github.com/contactsweep/contactsweep/internal/sqltx"
)

// Dialect names a database engine. It is the same type for all packages of this
// module that take one.
type Dialect = dialect.Dialect

// The dialects.
const (
	// SQLite is SQLite from version 3.38 on, with any driver.
	SQLite = dialect.SQLite
	// PostgreSQL is PostgreSQL from version 13 on, with any driver.
	PostgreSQL = dialect.PostgreSQL
	// MySQL is MySQL from version 8.0.17 on and MariaDB from version 10.6 on,
	// with any driver whose connections speak utf8mb4.
	MySQL = dialect.MySQL
)

// DB is the part of *sql.DB that the state needs; wrappers that have it work as
// well. It is never closed.
type DB = sqltx.DB

// Option says where the tables are.
type Option func(*dialect.Naming)

// WithTablePrefix starts the names of the tables and indexes: lower-case ASCII letters,
// digits and underscores, at most 24, no digit first. The default, and what ""
// stands for, is contactsweep_. Schedulers with different prefixes know nothing
// of each other.
func WithTablePrefix(prefix string) Option {
	return func(n *dialect.Naming) { n.Prefix = prefix }
}

// WithSchema names the schema of PostgreSQL, the database of MySQL, or the
// attached database of SQLite that has the tables. It must exist. The default is
// where the connection looks first.
func WithSchema(schema string) Option {
	return func(n *dialect.Naming) { n.Schema = schema }
}

// place is what all functions are told.
func place(db DB, d Dialect, opts []Option) (dialect.Naming, error) {
	var n dialect.Naming
	if pool, ok := db.(*sql.DB); db == nil || ok && pool == nil {
		return n, errors.New("sqlstate: no database")
	}
	return naming(d, opts)
}

func naming(d Dialect, opts []Option) (dialect.Naming, error) {
	var n dialect.Naming
	if !d.Known() {
		return n, fmt.Errorf("sqlstate: there is no %s; use sqlstate.SQLite, sqlstate.PostgreSQL or sqlstate.MySQL", d)
	}
	for _, opt := range opts {
		opt(&n)
	}
	if err := n.Validate(); err != nil {
		return n, fmt.Errorf("sqlstate: %w", err)
	}
	return n, nil
}
