package sqlstore_test

import (
	"database/sql"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/internal/servertest"
	"github.com/contactsweep/contactsweep/store"
	"github.com/contactsweep/contactsweep/store/sqlstore"
	"github.com/contactsweep/contactsweep/where"
)

// walkedSchema has a field to walk by. Of 100,000 contacts, which lie in the
// table in another order, 20,000 each have the same value.
func walkedSchema() contacts.Schema {
	return contacts.Schema{Table: "people", Key: []string{"id"}, Fields: []contacts.Field{
		contacts.Int64("id").NotNull(), contacts.Text("email"), contacts.Time("created").NotNull().NeverChanges(),
	}}
}

// fromSecond is when the second of them were made; each is an hour later.
func fromSecond() time.Time { return time.Date(2020, 1, 1, 1, 0, 0, 0, time.UTC) }

// middlePage reads a page by created that begins in the middle of contacts with
// the same value, of a condition with limits at both ends. record is called
// right before it.
func middlePage(t *testing.T, st *sqlstore.Store, record func()) {
	t.Helper()
	s := store.Selection{Condition: where.New().WhereBetween("created", fromSecond(), fromSecond().Add(2*time.Hour)).WhereNotEmpty("email")}
	until, err := st.Bound(t.Context(), store.BoundRequest{By: "created"})
	require.NoError(t, err)
	first, err := st.Page(t.Context(), store.PageRequest{Selection: s, By: "created", Until: until, Limit: 15_000})
	require.NoError(t, err)
	require.Len(t, first.Keys, 15_000)
	record()
	second, err := st.Page(t.Context(), store.PageRequest{Selection: s, By: "created", After: first.Next, Until: until, Limit: 1000})
	require.NoError(t, err)
	require.Len(t, second.Keys, 1000)
	require.True(t, second.More)
}

// walkFindings is what Verify says of the walk by created.
func walkFindings(t *testing.T, st *sqlstore.Store) []store.Finding {
	t.Helper()
	findings, err := st.Verify(t.Context())
	require.NoError(t, err)
	var out []store.Finding
	for _, f := range findings {
		if f.Walk != "" {
			require.Equal(t, "created", f.Walk)
			out = append(out, f)
		}
	}
	return out
}

func requireUnindexed(t *testing.T, st *sqlstore.Store, message string) {
	t.Helper()
	found := walkFindings(t, st)
	require.Len(t, found, 1)
	require.Equal(t, "walk-unindexed:people.created", found[0].Name())
	require.Equal(t, store.Warning, found[0].Severity)
	require.Contains(t, found[0].Message, message)
	require.Equal(t, "create an index on created, id", found[0].Advice)
}

func TestSQLiteWalksByAnIndex(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, tie, rest string
		analyze         bool
	}{
		{"created", "(created=? AND rowid>?)", "(created>? AND created<?)", false},
		{"created", "(created=? AND rowid>?)", "(created>? AND created<?)", true},
		{"created, id", "(created=? AND id>?)", "(created>? AND created<?)", true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			db, h := hooked(t, filepath.Join(t.TempDir(), "walk.db"), "?_pragma=synchronous(0)")
			create(t, db, walkedSchema())
			script(t, db, `
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100000)
INSERT INTO people (id, email, created) SELECT i, i || '@x', datetime(1577836800 + (i * 7919) % 100000 / 20000 * 3600, 'unixepoch') FROM n`)
			st, err := sqlstore.Open(t.Context(), db, sqlstore.SQLite, walkedSchema())
			require.NoError(t, err)
			requireUnindexed(t, st, "reads the whole table")
			script(t, db, `CREATE INDEX people_created ON people (`+tt.name+`)`)
			if tt.analyze {
				script(t, db, `ANALYZE`)
			}
			require.Empty(t, walkFindings(t, st))
			middlePage(t, st, func() { h.set(nil, nil) })
			statements := h.statements()
			require.Len(t, statements, 1, "the contacts with the same value fill the page")
			require.Equal(t, []string{"SEARCH c USING INDEX people_created " + tt.tie}, plan(t, db, statements[0]))

			until := bound(t, st)
			page, err := st.Page(t.Context(), store.PageRequest{
				Selection: store.Selection{Condition: where.New().WhereLessThan("created", fromSecond())}, By: "created", Limit: 20_000, Until: until,
			})
			require.NoError(t, err)
			require.Len(t, page.Keys, 20_000)
			h.set(nil, nil)
			next, err := st.Page(t.Context(), store.PageRequest{
				Selection: store.Selection{Condition: where.New().WhereLessOrEquals("created", fromSecond()).WhereNotEmpty("email")}, By: "created", After: page.Next, Limit: 10, Until: until,
			})
			require.NoError(t, err)
			require.Len(t, next.Keys, 10)
			statements = h.statements()
			require.Equal(t, []string{"SEARCH c USING INDEX people_created " + tt.rest}, plan(t, db, statements[1]))
		})
	}
}

func bound(t *testing.T, st *sqlstore.Store) store.Cursor {
	t.Helper()
	out, err := st.Bound(t.Context(), store.BoundRequest{By: "created"})
	require.NoError(t, err)
	return out
}

func TestPostgreSQLWalksByAnIndex(t *testing.T) {
	t.Parallel()
	db, r := pgRecorded(t, servertest.Postgres().Database(t), nil)
	pgCreate(t, db, walkedSchema())
	pgScript(t, db, `
INSERT INTO people (id, email, created) SELECT i, i || '@x', '2020-01-01 00:00:00+00'::timestamptz + (i::bigint * 7919) % 100000 / 20000 * interval '1 hour' FROM generate_series(1, 100000) i;
CREATE INDEX people_created ON people (created)`)
	st, err := sqlstore.Open(t.Context(), db, sqlstore.PostgreSQL, walkedSchema())
	require.NoError(t, err)
	requireUnindexed(t, st, "sorted anew for every page")
	pgScript(t, db, `DROP INDEX people_created; CREATE INDEX people_created ON people (created, id); ANALYZE`)
	require.Empty(t, walkFindings(t, st))
	middlePage(t, st, func() { r.take() })
	statements := r.take()
	require.Len(t, statements, 1)
	lines := column(t, db, "EXPLAIN (ANALYZE, BUFFERS, COSTS OFF, TIMING OFF, SUMMARY OFF) "+statements[0].SQL, statements[0].Args...)
	text := strings.Join(lines, "\n")
	require.Regexp(t, `Index Scan using people_created on people c \(actual rows=1000(\.00)? loops=1\)`, text)
	require.Regexp(t, `Index Cond: .*ROW\(created, id\) > ROW`, text)
	require.NotContains(t, text, "Sort")
	require.NotContains(t, text, "Rows Removed")
}

func TestMySQLWalksByAnIndex(t *testing.T) {
	t.Parallel()
	for _, columnType := range []string{"DATETIME(6)", "TIMESTAMP"} {
		t.Run(columnType, func(t *testing.T) {
			t.Parallel()
			db, r := myRecorded(t, servertest.MariaDB().Database(t), nil)
			db.SetMaxOpenConns(1)
			myCreate(t, db, walkedSchema())
			myScript(t, db, `
ALTER TABLE people MODIFY created `+columnType+` NOT NULL;
INSERT INTO people (id, email, created) SELECT seq, CONCAT(seq, '@x'), CONVERT_TZ('2020-01-01', '+00:00', @@time_zone) + INTERVAL ((seq * 7919) % 100000 DIV 20000) HOUR FROM seq_1_to_100000`)
			st, err := sqlstore.Open(t.Context(), db, sqlstore.MySQL, walkedSchema())
			require.NoError(t, err)
			requireUnindexed(t, st, "reads the whole table")
			myScript(t, db, `CREATE INDEX people_created ON people (created)`)
			myScript(t, db, `ANALYZE TABLE people`)
			require.Empty(t, walkFindings(t, st))
			before := int64(0)
			middlePage(t, st, func() { r.take(); before = myReads(t, db) })
			read := myReads(t, db) - before
			statements := r.take()
			var steps []myStep
			for _, s := range statements {
				if strings.Contains(s.query, "LIMIT") {
					steps = append(steps, myPlan(t, db, s)...)
				}
			}
			require.Len(t, steps, 1)
			require.Equal(t, "people_created", steps[0].key)
			require.Equal(t, "range", steps[0].access)
			require.NotContains(t, steps[0].extra, "filesort")
			most := int64(1100)
			if columnType == "TIMESTAMP" {
				most = 17_000 // those with the same value are read again
			}
			require.Less(t, read, most)
		})
	}
}

// myReads is how many rows or keys the only connection has read.
func myReads(t *testing.T, db *sql.DB) int64 {
	t.Helper()
	var n int64
	require.NoError(t, db.QueryRowContext(t.Context(),
		`SELECT SUM(VARIABLE_VALUE) FROM information_schema.SESSION_STATUS WHERE VARIABLE_NAME IN ('HANDLER_READ_KEY', 'HANDLER_READ_NEXT', 'HANDLER_READ_RND_NEXT', 'HANDLER_READ_FIRST')`).Scan(&n))
	return n
}
