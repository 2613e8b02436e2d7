package sqlstore_test

import (
	"database/sql"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/store"
	"github.com/contactsweep/contactsweep/store/sqlstore"
	"github.com/contactsweep/contactsweep/where"
)

// plannedDB is a database of 20,000 contacts and 100,000 activities, without
// and with statistics.
func plannedDB(t *testing.T, analyze bool) (*sql.DB, *hooks, *sqlstore.Store) {
	t.Helper()
	db, h := hooked(t, filepath.Join(t.TempDir(), "plan.db"),
		"?_pragma=journal_mode(wal)&_pragma=synchronous(0)&_pragma=foreign_keys(1)")
	schema := contacts.DefaultSchema()
	create(t, db, schema)
	script(t, db, `
CREATE INDEX contacts_email ON contacts (email);
CREATE INDEX contacts_created ON contacts (created);
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000)
INSERT INTO contacts (id, email, created) SELECT i, CASE WHEN i % 2 THEN '' ELSE i || '@x' END, datetime(1700000000 + i, 'unixepoch') FROM n;
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100000)
INSERT INTO activities (id, contact_id, type, created) SELECT i, (i * 7919) % 20000 + 1, 'mail', datetime(1700000000 + i, 'unixepoch') FROM n;
INSERT INTO conversations (contact_id, created) SELECT id, created FROM contacts WHERE id % 10 = 0;
INSERT INTO messages (conversation_id, created) SELECT id, created FROM conversations;
`)
	if analyze {
		script(t, db, `ANALYZE`)
	}
	st, err := sqlstore.Open(t.Context(), db, sqlstore.SQLite, schema)
	require.NoError(t, err)
	return db, h, st
}

// plan returns the lines of a statement's query plan.
func plan(t *testing.T, db *sql.DB, s seen) []string {
	t.Helper()
	args := make([]any, len(s.args))
	for i, a := range s.args {
		args[i] = a.Value
	}
	rows, err := db.QueryContext(t.Context(), "EXPLAIN QUERY PLAN "+s.query, args...)
	require.NoError(t, err)
	defer func() { require.NoError(t, rows.Close()) }()
	var out []string
	for rows.Next() {
		var id, parent, unused int
		var detail string
		require.NoError(t, rows.Scan(&id, &parent, &unused, &detail))
		out = append(out, detail)
	}
	require.NoError(t, rows.Err())
	return out
}

// cheap are the only scans in a batch: of the list of keys, and of the tables
// of tables. The write that changes nothing never starts its scan.
var cheap = regexp.MustCompile(`^SCAN (k|j|m|CONSTANT ROW)\b`)

func TestEveryStatementOfABatchUsesAnIndex(t *testing.T) {
	t.Parallel()
	for _, analyze := range []bool{false, true} {
		t.Run("", func(t *testing.T) {
			t.Parallel()
			db, h, st := plannedDB(t, analyze)
			now := time.Now()
			s := store.Selection{
				At: now,
				Condition: where.New().WhereEmpty("email").WhereLessThan("created", now).
					WhereNotExists("activities", where.New().WhereGreaterThan("created", now)),
				Scope: where.New().WhereUnknown("phone"), Protected: where.New().WhereEquals("email", "boss@x"),
			}
			until, err := st.Bound(t.Context(), store.BoundRequest{})
			require.NoError(t, err)
			first, err := st.Page(t.Context(), store.PageRequest{Selection: s, Until: until, Limit: 500})
			require.NoError(t, err)
			require.Len(t, first.Keys, 500)

			h.set(nil, nil)
			page, err := st.Page(t.Context(), store.PageRequest{Selection: s, After: first.Next, Until: until, Limit: 500})
			require.NoError(t, err)
			pageStatement := h.statements()[0]
			lines := plan(t, db, pageStatement)
			require.Equal(t, "SEARCH c USING INTEGER PRIMARY KEY (rowid>? AND rowid<?)", lines[0])
			require.NotContains(t, strings.Join(lines, "\n"), "TEMP B-TREE", "the rows come in their order")

			h.set(nil, nil)
			out, err := st.Delete(t.Context(), store.Batch{Selection: s, Keys: page.Keys})
			require.NoError(t, err)
			require.Len(t, out.Deleted, 500)
			require.EqualValues(t, 2500, out.Rows["activities"])
			s.Condition = where.New().WhereNotEmpty("email")
			keys, err := contacts.Keys(10, 20, 30)
			require.NoError(t, err)
			out, err = st.Delete(t.Context(), store.Batch{Selection: s, Keys: keys})
			require.NoError(t, err)
			require.EqualValues(t, 3, out.Rows["messages"])
			for _, statement := range h.statements() {
				if strings.Contains(statement.query, "WHERE 1 = 0") {
					continue
				}
				for _, line := range plan(t, db, statement) {
					if strings.HasPrefix(line, "SCAN") {
						require.Regexp(t, cheap, line, statement.query)
					}
				}
			}
		})
	}
}

func TestConditionsUseTheirIndex(t *testing.T) { //nolint:tparallel // the statements are recorded one by one
	t.Parallel()
	db, h, st := plannedDB(t, true)
	script(t, db, `CREATE TABLE folded (id INTEGER PRIMARY KEY, email TEXT COLLATE NOCASE UNIQUE)`)
	folded, err := sqlstore.Open(t.Context(), db, sqlstore.SQLite, contacts.Schema{
		Table: "folded", Key: []string{"id"}, Fields: []contacts.Field{contacts.Int64("id"), contacts.Text("email")},
	})
	require.NoError(t, err)
	at := time.Date(2023, 11, 14, 23, 0, 0, 0, time.UTC)
	for name, tt := range map[string]struct { //nolint:paralleltest // see above
		st        *sqlstore.Store
		condition where.Condition
		want      string
	}{
		"equal, by a column that ignores case": {folded, where.New().WhereEquals("email", "12@x"), "SEARCH c USING COVERING INDEX sqlite_autoindex_folded_1 (email=?)"},
		"equal":                                {st, where.New().WhereEquals("email", "12@x"), "SEARCH c USING COVERING INDEX contacts_email (email=?)"},
		"starts with":                          {st, where.New().WhereStartsWith("email", "12@"), "SEARCH c USING COVERING INDEX contacts_email (email>? AND email<?)"},
		"in":                                   {st, where.New().WhereIn("email", "12@x", "14@x"), "SEARCH c USING COVERING INDEX contacts_email (email=?)"},
		"a range":                              {st, where.New().WhereLessThan("created", at), "SEARCH c USING COVERING INDEX contacts_created (created<?)"},
		"the key":                              {st, where.New().WhereID(12), "SEARCH c USING INTEGER PRIMARY KEY (rowid=?)"},
	} {
		t.Run(name, func(t *testing.T) {
			h.set(nil, nil)
			_, err := tt.st.Count(t.Context(), store.CountRequest{Selection: store.Selection{Condition: tt.condition}})
			require.NoError(t, err)
			require.Contains(t, plan(t, db, h.statements()[0]), tt.want)
		})
	}
}

// A composite key is walked as a row value, so that a page starts at the
// cursor and not at the first contact of its tenant.
func TestACompositeKeyIsWalkedByItsIndex(t *testing.T) {
	t.Parallel()
	db, h := hooked(t, filepath.Join(t.TempDir(), "plan.db"), "")
	schema := keyed(contacts.Int64("tenant"), contacts.Text("id"))
	create(t, db, schema)
	keys := fillKeyed(t, db, schema, [][]any{{1, "a"}, {1, "b"}, {2, "a"}})
	st, err := sqlstore.Open(t.Context(), db, sqlstore.SQLite, schema)
	require.NoError(t, err)
	h.set(nil, nil)
	s := store.Selection{Condition: where.Everything()}
	require.Equal(t, keys, walk(t, st, s, 1))
	lines := plan(t, db, h.statements()[2])
	require.Equal(t, []string{"SEARCH c USING COVERING INDEX sqlite_autoindex_people_1 ((tenant,id)>(?,?) AND (tenant,id)<(?,?))"}, lines)

	h.set(nil, nil)
	_, err = st.Delete(t.Context(), store.Batch{Selection: s, Keys: keys})
	require.NoError(t, err)
	for _, statement := range h.statements()[1:] {
		for _, line := range plan(t, db, statement) {
			if strings.HasPrefix(line, "SCAN") {
				require.Regexp(t, cheap, line, statement.query)
			}
		}
	}
}
