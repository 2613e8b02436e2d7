package sqlstore_test

import (
	"context"
	"database/sql"
	"strings"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/stretchr/testify/require"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/internal/servertest"
	"github.com/contactsweep/contactsweep/store/sqlstore"
)

// recorder keeps the statements that pgx sends.
type recorder struct {
	mu   sync.Mutex
	seen []pgx.TraceQueryStartData
}

// TraceQueryStart implements pgx.QueryTracer.
func (r *recorder) TraceQueryStart(ctx context.Context, _ *pgx.Conn, data pgx.TraceQueryStartData) context.Context {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.seen = append(r.seen, data)
	return ctx
}

// TraceQueryEnd implements pgx.QueryTracer.
func (*recorder) TraceQueryEnd(context.Context, *pgx.Conn, pgx.TraceQueryEndData) {}

// take returns what was recorded, and forgets it.
func (r *recorder) take() []pgx.TraceQueryStartData {
	r.mu.Lock()
	defer r.mu.Unlock()
	out := r.seen
	r.seen = nil
	return out
}

// pgRecorded opens a pool on a database whose statements are recorded.
func pgRecorded(t *testing.T, database string, change func(*pgx.ConnConfig)) (*sql.DB, *recorder) {
	t.Helper()
	config, err := pgx.ParseConfig(servertest.Postgres().DSN())
	require.NoError(t, err)
	r := &recorder{}
	config.Database, config.Tracer = database, r
	if change != nil {
		change(config)
	}
	db := stdlib.OpenDB(*config)
	t.Cleanup(func() { require.NoError(t, db.Close()) })
	return db, r
}

// pgScript executes statements that are divided by lines of their own that end
// with a semicolon.
func pgScript(t *testing.T, db *sql.DB, script string) {
	t.Helper()
	for statement := range strings.SplitSeq(script, ";\n") {
		if strings.TrimSpace(statement) == "" {
			continue
		}
		_, err := db.ExecContext(t.Context(), statement)
		require.NoError(t, err, statement)
	}
}

func pgCreate(t *testing.T, db *sql.DB, schema contacts.Schema) {
	t.Helper()
	statements, err := sqlstore.DDL(sqlstore.PostgreSQL, schema)
	require.NoError(t, err)
	for _, s := range statements {
		_, err := db.ExecContext(t.Context(), s)
		require.NoError(t, err, s)
	}
}

// pgPlan returns the lines of a statement's plan.
func pgPlan(t *testing.T, db *sql.DB, s pgx.TraceQueryStartData) []string {
	t.Helper()
	return column(t, db, "EXPLAIN "+s.SQL, s.Args...)
}

// column reads the texts of a query's only column.
func column(t *testing.T, db *sql.DB, query string, args ...any) []string {
	t.Helper()
	rows, err := db.QueryContext(t.Context(), query, args...)
	require.NoError(t, err, query)
	defer func() { require.NoError(t, rows.Close()) }()
	var out []string
	for rows.Next() {
		var line string
		require.NoError(t, rows.Scan(&line))
		out = append(out, line)
	}
	require.NoError(t, rows.Err())
	return out
}
