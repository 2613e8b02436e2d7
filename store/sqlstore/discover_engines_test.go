package sqlstore_test

import (
	"database/sql"
	"fmt"
	"go/format"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/contactsweep/contactsweep/internal/servertest"
	"github.com/contactsweep/contactsweep/store"
	"github.com/contactsweep/contactsweep/store/sqlstore"
)

// target is an engine on which discovery is tested.
type target struct {
	name    string
	dialect sqlstore.Dialect
	open    func(tb testing.TB) *sql.DB // an empty database
	chinook string                      // the name of its script
}

func targets() []target {
	return []target{
		{"sqlite", sqlstore.SQLite, func(tb testing.TB) *sql.DB {
			tb.Helper()
			return open(tb, filepath.Join(tb.TempDir(), "x.db"), "foreign_keys(1)")
		}, "Chinook_Sqlite.sql"},
		{"postgres", sqlstore.PostgreSQL, func(tb testing.TB) *sql.DB {
			tb.Helper()
			return servertest.Postgres().New(tb)
		}, "Chinook_PostgreSql.sql"},
		{"mariadb", sqlstore.MySQL, func(tb testing.TB) *sql.DB {
			tb.Helper()
			return servertest.MariaDB().New(tb)
		}, "Chinook_MySql.sql"},
	}
}

// run executes statements, each alone.
func run(tb testing.TB, db *sql.DB, statements ...string) {
	tb.Helper()
	for _, s := range statements {
		if s = strings.TrimSpace(s); s != "" {
			_, err := db.ExecContext(tb.Context(), s)
			require.NoError(tb, err, s)
		}
	}
}

// fill runs statements in one transaction.
func fill(tb testing.TB, db *sql.DB, statements []string) {
	tb.Helper()
	tx, err := db.BeginTx(tb.Context(), nil)
	require.NoError(tb, err)
	defer func() { _ = tx.Rollback() }()
	for _, s := range statements {
		_, err := tx.ExecContext(tb.Context(), s)
		require.NoError(tb, err, s)
	}
	require.NoError(tb, tx.Commit())
}

// dumped is the contents of tables, one sorted text for each.
func dumped(tb testing.TB, db *sql.DB, tables ...string) map[string]string {
	tb.Helper()
	out := map[string]string{}
	for _, table := range tables {
		var lines []string
		eachRow(tb, db, "SELECT * FROM "+table, func(values []any) { //nolint:unqueryvet // all there is
			lines = append(lines, fmt.Sprint(values...))
		})
		slices.Sort(lines)
		out[table] = strings.Join(lines, "\n")
	}
	return out
}

// ids are the integers that the query selects.
func ids(tb testing.TB, db *sql.DB, query string) []int64 {
	tb.Helper()
	out := []int64{}
	eachRow(tb, db, query, func(values []any) {
		id, ok := values[0].(int64)
		require.True(tb, ok)
		out = append(out, id)
	})
	return out
}

func eachRow(tb testing.TB, db *sql.DB, query string, visit func(values []any)) {
	tb.Helper()
	rows, err := db.QueryContext(tb.Context(), query)
	require.NoError(tb, err, query)
	defer func() { require.NoError(tb, rows.Close()) }()
	columns, err := rows.Columns()
	require.NoError(tb, err)
	for rows.Next() {
		values, into := make([]any, len(columns)), make([]any, len(columns))
		for i := range values {
			into[i] = &values[i]
		}
		require.NoError(tb, rows.Scan(into...))
		for i, v := range values {
			if b, ok := v.([]byte); ok {
				values[i] = string(b)
			}
		}
		visit(values)
	}
	require.NoError(tb, rows.Err())
}

// discover proposes, opens and verifies; nothing that refers to what is deleted
// may be missing.
func discover(tb testing.TB, db *sql.DB, dialect sqlstore.Dialect, table string, options ...sqlstore.DiscoverOption) (sqlstore.Proposal, []store.Finding) {
	tb.Helper()
	p, err := sqlstore.Discover(tb.Context(), db, dialect, table, options...)
	require.NoError(tb, err)
	require.NoError(tb, p.Schema.Validate())
	again, err := sqlstore.Discover(tb.Context(), db, dialect, table, options...)
	require.NoError(tb, err)
	require.Equal(tb, p, again)
	source := "package p\n\n" + p.String() + "\n"
	formatted, err := format.Source([]byte(source))
	require.NoError(tb, err)
	require.Equal(tb, source, string(formatted))
	require.Empty(tb, p.Schema.Gaps())
	findings := verified(tb, db, dialect, p)
	for _, f := range findings {
		require.NotContains(tb, f.Code, "unregistered", f.String())
	}
	return p, findings
}

func verified(tb testing.TB, db *sql.DB, dialect sqlstore.Dialect, p sqlstore.Proposal) []store.Finding {
	tb.Helper()
	st, err := sqlstore.Open(tb.Context(), db, dialect, p.Schema)
	require.NoError(tb, err)
	findings, err := st.Verify(tb.Context())
	require.NoError(tb, err)
	return findings
}

// fatalOf are the names of the findings that matter.
func fatalOf(findings []store.Finding) []string {
	out := []string{}
	for _, f := range findings {
		if f.Severity == store.Fatal {
			out = append(out, f.Name())
		}
	}
	return out
}

// outline is the schema's associations, one line for each.
func outline(p sqlstore.Proposal) []string {
	out := []string{}
	for _, a := range p.Schema.Placed() {
		parts := []string{strings.Repeat("  ", a.Depth-1) + a.Action.String(), a.Name}
		for _, r := range a.References {
			part := strings.Join(r.Fields, ",")
			if len(r.To) > 0 {
				part += ">" + strings.Join(r.To, ",")
			}
			if len(r.SetNull) > 0 {
				part += " null " + strings.Join(r.SetNull, ",")
			}
			parts = append(parts, part)
		}
		out = append(out, strings.Join(parts, " "))
	}
	return out
}

func notes(p sqlstore.Proposal) []string {
	out := []string{}
	for _, n := range p.Notes {
		out = append(out, n.String())
	}
	return out
}
