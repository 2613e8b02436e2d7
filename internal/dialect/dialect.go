package dialect

import (
	"database/sql"
	"fmt"
	"strconv"
	"strings"
)

// Dialect names a database engine. The zero Dialect is none and refused.
type Dialect uint8

// The dialects.
const (
	// SQLite is SQLite from version 3.38 on, with any driver.
	SQLite Dialect = iota + 1
	// PostgreSQL is PostgreSQL from version 13 on, and what speaks its protocol
	// and its dialect, with any driver.
	PostgreSQL
	// MySQL is MySQL from version 8.0.17 on and MariaDB from version 10.6 on,
	// with any driver whose connections speak utf8mb4.
	MySQL
)

// String returns the engine's name.
func (d Dialect) String() string {
	switch d {
	case SQLite:
		return "SQLite"
	case PostgreSQL:
		return "PostgreSQL"
	case MySQL:
		return "MySQL"
	}
	return fmt.Sprintf("dialect(%d)", uint8(d))
}

// Known reports whether the dialect is one of the constants.
func (d Dialect) Known() bool { return d == SQLite || d == PostgreSQL || d == MySQL }

// Quote makes a name of any characters an identifier.
func (d Dialect) Quote(name string) string {
	mark := `"`
	if d == MySQL {
		mark = "`"
	}
	return mark + strings.ReplaceAll(name, mark, mark+mark) + mark
}

// Rebind writes the engine's placeholders for question marks. A question mark
// between quotes stays as it is.
func (d Dialect) Rebind(query string) string {
	if d != PostgreSQL {
		return query
	}
	var out strings.Builder
	n, within := 0, rune(0)
	for _, r := range query {
		switch {
		case r == '?' && within == 0:
			n++
			out.WriteString("$" + strconv.Itoa(n))
			continue
		case within == r:
			within = 0 // a doubled quote opens again at once
		case within == 0 && (r == '\'' || r == '"'):
			within = r
		}
		out.WriteRune(r)
	}
	return out.String()
}

// Now is an expression for the database's clock, in integer microseconds since
// 1970 UTC, whatever the session's time zone is. It is the time at which the
// statement, or this part of it, begins, never the transaction's, and it may
// stand beside a column whose index is to be used. A statement that needs the
// time twice should not ask twice: the answers may differ.
//
// SQLite's functions know milliseconds only, and its clock is the machine's on
// which the process runs.
func (d Dialect) Now() string {
	switch d {
	case SQLite:
		return "(CAST(strftime('%s', 'now') AS INTEGER) * 1000000 + CAST(substr(strftime('%f', 'now'), 4) AS INTEGER) * 1000)"
	case PostgreSQL:
		// Alone, the function counts as one that is asked anew for each row, and
		// no index would be used.
		return "(SELECT CAST(extract(epoch FROM clock_timestamp()) * 1000000 AS bigint))"
	case MySQL:
		return "TIMESTAMPDIFF(MICROSECOND, '1970-01-01 00:00:00', UTC_TIMESTAMP(6))"
	}
	return ""
}

// Isolation is the level of transactions. Every statement sees what was committed
// before it: what is tested after rows were locked is tested as it is then. On
// MySQL, whose default is another one, it also keeps a transaction from locking
// rows that it only looks at, and from reading after the lock what was there
// before it. SQLite has one level only, and its drivers refuse to be asked for it.
func (d Dialect) Isolation() sql.IsolationLevel {
	if d == SQLite {
		return sql.LevelDefault
	}
	return sql.LevelReadCommitted
}

// TakeWrite is the statement with which a transaction that is going to write
// must begin, "" where none is needed. It changes nothing in the table, which
// is quoted and must exist. SQLite gives the lock of the only writer with the
// first write: a transaction that has read before may never get it.
func (d Dialect) TakeWrite(table string) string {
	if d != SQLite {
		return ""
	}
	return "DELETE FROM " + table + " WHERE 1 = 0"
}

// ForUpdate ends a SELECT that locks the rows it reads; "" where TakeWrite has
// locked all of them.
func (d Dialect) ForUpdate() string {
	if d == SQLite {
		return ""
	}
	return " FOR UPDATE"
}
