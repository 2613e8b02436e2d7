package sqlstore_test

import (
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/internal/servertest"
	"github.com/contactsweep/contactsweep/store"
	"github.com/contactsweep/contactsweep/store/sqlstore"
	"github.com/contactsweep/contactsweep/where"
)

// pgFill makes 100,000 contacts with a million activities, and some rows below
// rows.
const pgFill = `
CREATE INDEX contacts_email ON contacts (email);
CREATE INDEX contacts_created ON contacts (created);
CREATE INDEX activities_seen ON activities (contact_id, created);
INSERT INTO contacts (id, email, created) SELECT i, CASE WHEN i % 2 = 1 THEN '' ELSE i || '@x' END, to_timestamp(1700000000 + i) FROM generate_series(1, 100000) i;
INSERT INTO activities (id, contact_id, type, created) SELECT i, (i::bigint * 7919) % 100000 + 1, 'mail', to_timestamp(1700000000 + i) FROM generate_series(1, 1000000) i;
INSERT INTO conversations (contact_id, created) SELECT id, created FROM contacts WHERE id % 5 = 0;
INSERT INTO messages (conversation_id, created) SELECT id, created FROM conversations;
ANALYZE
`

var pgSeqScan = regexp.MustCompile(`Seq Scan on (contacts|activities)\b`)

// Every statement of a batch finds its rows by an index, with a list of keys as
// short or as long as a batch may be.
func TestPostgreSQLUsesIndexes(t *testing.T) {
	t.Parallel()
	database := servertest.Postgres().Database(t)
	filling, _ := pgRecorded(t, database, func(c *pgx.ConnConfig) { c.RuntimeParams["session_replication_role"] = "replica" })
	pgCreate(t, filling, contacts.DefaultSchema())
	pgScript(t, filling, pgFill)
	db, r := pgRecorded(t, database, nil)
	st, err := sqlstore.Open(t.Context(), db, sqlstore.PostgreSQL, contacts.DefaultSchema())
	require.NoError(t, err)
	now := time.Now()
	s := store.Selection{
		At: now,
		Condition: where.New().WhereEmpty("email").WhereLessThan("created", now).
			WhereNotExists("activities", where.New().WhereGreaterThan("created", now)),
		Protected: where.New().WhereEquals("email", "boss@x"),
	}
	until, err := st.Bound(t.Context(), store.BoundRequest{})
	require.NoError(t, err)
	for _, size := range []int{10, 1000, 5000} {
		first, err := st.Page(t.Context(), store.PageRequest{Selection: s, Until: until, Limit: size})
		require.NoError(t, err)
		require.Len(t, first.Keys, size)
		r.take()
		page, err := st.Page(t.Context(), store.PageRequest{Selection: s, After: first.Next, Until: until, Limit: size})
		require.NoError(t, err)
		out, err := st.Delete(t.Context(), store.Batch{Selection: s, Keys: page.Keys, DryRun: true})
		require.NoError(t, err)
		require.Len(t, out.Deleted, size)
		require.EqualValues(t, size*10, out.Rows["activities"])
		for _, statement := range r.take() {
			if strings.Contains(statement.SQL, "pg_catalog") || !strings.Contains(statement.SQL, `"`) {
				continue
			}
			lines := pgPlan(t, db, statement)
			require.NotRegexp(t, pgSeqScan, strings.Join(lines, "\n"), statement.SQL)
		}
	}
}

// A table of which nobody has made statistics yet is not read as a whole, the
// list anew with every row.
func TestPostgreSQLUsesIndexesWithoutStatistics(t *testing.T) {
	t.Parallel()
	database := servertest.Postgres().Database(t)
	db, r := pgRecorded(t, database, nil)
	pgScript(t, db, `
CREATE TABLE people (id bigint PRIMARY KEY);
CREATE TABLE tasks (id bigint PRIMARY KEY, person bigint, code text) WITH (autovacuum_enabled = off);
CREATE INDEX tasks_person ON tasks (person);
INSERT INTO people SELECT i FROM generate_series(1, 5000) i;
INSERT INTO tasks SELECT i, i % 5000 + 1, 'x' FROM generate_series(1, 50000) i`)
	schema := coded(tasks(contacts.Delete, "person"))
	schema.Fields = schema.Fields[:1]
	st, err := sqlstore.Open(t.Context(), db, sqlstore.PostgreSQL, schema)
	require.NoError(t, err)
	ids := make([]int, 1000)
	for i := range ids {
		ids[i] = i + 1
	}
	batch := everybody(t, ids...)
	batch.DryRun = true
	r.take()
	out, err := st.Delete(t.Context(), batch)
	require.NoError(t, err)
	require.EqualValues(t, 10*len(ids), out.Rows["tasks"])
	found := false
	for _, statement := range r.take() {
		if strings.HasPrefix(statement.SQL, `DELETE FROM "public"."tasks"`) {
			found = true
			require.NotContains(t, strings.Join(pgPlan(t, db, statement), "\n"), "Seq Scan on tasks")
		}
	}
	require.True(t, found)
}
