package sqlstore_test

import (
	"database/sql"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/contactsweep/contactsweep/internal/servertest"
	"github.com/contactsweep/contactsweep/store/sqlstore"
)

// traced is a database whose statements are kept.
type traced struct {
	dialect sqlstore.Dialect
	db      *sql.DB
	take    func() []tracedStatement
}

type tracedStatement struct {
	query string
	args  []any
}

func newTraced(t *testing.T, d sqlstore.Dialect) traced {
	t.Helper()
	switch d {
	case sqlstore.PostgreSQL:
		db, r := pgRecorded(t, servertest.Postgres().Database(t), nil)
		return traced{d, db, func() []tracedStatement {
			var out []tracedStatement
			for _, s := range r.take() {
				out = append(out, tracedStatement{s.SQL, s.Args})
			}
			return out
		}}
	case sqlstore.MySQL:
		db, r := myRecorded(t, servertest.MariaDB().Database(t), nil)
		return traced{d, db, func() []tracedStatement { return tracedOf(r.take()) }}
	case sqlstore.SQLite:
	}
	db, h := hooked(t, filepath.Join(t.TempDir(), "plan.db"), "?_pragma=journal_mode(wal)&_pragma=synchronous(0)&_pragma=foreign_keys(1)")
	return traced{d, db, func() []tracedStatement {
		defer h.set(nil, nil)
		return tracedOf(h.statements())
	}}
}

func tracedOf(statements []seen) []tracedStatement {
	var out []tracedStatement
	for _, s := range statements {
		one := tracedStatement{query: s.query}
		for _, a := range s.args {
			one.args = append(one.args, a.Value)
		}
		out = append(out, one)
	}
	return out
}

// series are rows with the numbers from 1 to n in the column i.
func (d traced) series(n int) string {
	switch number := strconv.Itoa(n); d.dialect {
	case sqlstore.PostgreSQL:
		return "generate_series(1, " + number + ") AS n(i)"
	case sqlstore.MySQL:
		return "(SELECT seq AS i FROM seq_1_to_" + number + ") AS n"
	case sqlstore.SQLite:
		return "(WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < " + number + ") SELECT i FROM n) AS n"
	}
	return ""
}

// text is a prefix with a number behind it.
func (d traced) text(prefix, number string) string {
	if d.dialect == sqlstore.MySQL {
		return "CONCAT('" + prefix + "', " + number + ")"
	}
	return "'" + prefix + "' || (" + number + ")"
}

// scan is what a plan must not have: a pass over a table of the ledger or of the
// contacts.
func (d traced) scan() *regexp.Regexp {
	return regexp.MustCompile(map[sqlstore.Dialect]string{
		sqlstore.SQLite:     `^SCAN (o|c|e|s|r\d+|suppressed|contacts|contactsweep_\w+)\b`,
		sqlstore.PostgreSQL: `Seq Scan on (contacts|contactsweep_(operations|targets|archive|pending|events))\b`,
		sqlstore.MySQL:      `^\S+ (ALL|index)\b.* rows=\d{4,}`,
	}[d.dialect])
}

// requireIndexes checks the plans of all that was executed.
func (d traced) requireIndexes(t *testing.T, what string) (statements int) {
	t.Helper()
	for _, s := range d.take() {
		if !strings.Contains(s.query, "contactsweep_") || strings.Contains(s.query, "1 = 0") || strings.HasPrefix(s.query, "INSERT") {
			continue
		}
		statements++
		for _, line := range d.plan(t, s) {
			require.NotRegexp(t, d.scan(), line, "%s: %s", what, s.query)
		}
	}
	return statements
}

// plan are the steps of a statement.
func (d traced) plan(t *testing.T, s tracedStatement) []string {
	t.Helper()
	switch d.dialect {
	case sqlstore.PostgreSQL:
		defer d.take()
		return column(t, d.db, "EXPLAIN "+s.query, s.args...)
	case sqlstore.MySQL:
		defer d.take()
		return d.mysqlPlan(t, s)
	case sqlstore.SQLite:
	}
	defer d.take()
	var out []string
	rows, err := d.db.QueryContext(t.Context(), "EXPLAIN QUERY PLAN "+s.query, s.args...)
	require.NoError(t, err)
	defer func() { require.NoError(t, rows.Close()) }()
	for rows.Next() {
		var line string
		require.NoError(t, rows.Scan(new(int), new(int), new(int), &line))
		out = append(out, line)
	}
	require.NoError(t, rows.Err())
	return out
}

func (d traced) mysqlPlan(t *testing.T, s tracedStatement) []string {
	t.Helper()
	rows, err := d.db.QueryContext(t.Context(), "EXPLAIN "+s.query, s.args...)
	require.NoError(t, err)
	defer func() { require.NoError(t, rows.Close()) }()
	var out []string
	for rows.Next() {
		var v [10]sql.NullString
		require.NoError(t, rows.Scan(&v[0], &v[1], &v[2], &v[3], &v[4], &v[5], &v[6], &v[7], &v[8], &v[9]))
		if !strings.HasPrefix(v[2].String, "<") { // what was found before
			out = append(out, v[2].String+" "+v[3].String+" "+v[5].String+" rows="+v[8].String+" "+v[9].String)
		}
	}
	require.NoError(t, rows.Err())
	return out
}
