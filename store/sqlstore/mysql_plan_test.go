package sqlstore_test

import (
	"database/sql"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/go-sql-driver/mysql"
	"github.com/stretchr/testify/require"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/internal/servertest"
	"github.com/contactsweep/contactsweep/store"
	"github.com/contactsweep/contactsweep/store/sqlstore"
	"github.com/contactsweep/contactsweep/where"
)

// deep has rows below rows below rows, and every action.
func deep() contacts.Schema {
	id := contacts.Int64("id").NotNull()
	of := func(name string, a contacts.Action, below ...contacts.Association) contacts.Association {
		return contacts.Association{
			Name: name, Table: name, Key: []string{"id"}, Action: a, References: []contacts.Reference{{Fields: []string{"of"}}}, Associations: below,
			Fields: []contacts.Field{id, contacts.Int64("of"), contacts.Time("created")},
		}
	}
	return contacts.Schema{
		Table: "contacts", Key: []string{"id"},
		Fields: []contacts.Field{id, contacts.Text("email"), contacts.Time("created"), contacts.Int64("boss")},
		Associations: []contacts.Association{
			of("activities", contacts.Delete),
			of("threads", contacts.Delete, of("messages", contacts.Delete, of("files", contacts.Delete), of("marks", contacts.Detach))),
			of("teams", contacts.Detach),
			of("holds", contacts.Restrict),
			{Name: "reports", Table: "contacts", Action: contacts.Detach, References: []contacts.Reference{{Fields: []string{"boss"}}}},
		},
	}
}

// myFill makes 100,000 contacts with 300,000 activities, and rows below
// rows.
const myFill = `
ALTER TABLE contacts MODIFY email VARCHAR(190), ADD INDEX contacts_email (email), ADD INDEX contacts_created (created);
ALTER TABLE activities ADD INDEX activities_seen (of, created);
INSERT INTO contacts (id, email, created, boss) SELECT seq, IF(seq % 2, '', CONCAT(seq, '@x')), '2020-01-01' + INTERVAL seq MINUTE, IF(seq % 10, NULL, seq % 1000) FROM seq_1_to_100000;
INSERT INTO activities (id, of, created) SELECT seq, (seq * 7919) % 100000 + 1, '2020-01-01' + INTERVAL seq SECOND FROM seq_1_to_300000;
INSERT INTO threads (id, of) SELECT seq, (seq * 7919) % 100000 + 1 FROM seq_1_to_50000;
INSERT INTO messages (id, of) SELECT seq, (seq * 7919) % 50000 + 1 FROM seq_1_to_100000;
INSERT INTO files (id, of) SELECT seq, (seq * 7919) % 100000 + 1 FROM seq_1_to_100000;
INSERT INTO marks (id, of) SELECT seq, (seq * 7919) % 100000 + 1 FROM seq_1_to_100000;
INSERT INTO teams (id, of) SELECT seq, seq FROM seq_1_to_20000;
INSERT INTO holds (id, of) SELECT seq, seq * 2 FROM seq_1_to_20000;
ANALYZE TABLE contacts, activities, threads, messages, files, marks, teams, holds
`

// Every statement of a batch finds its rows by an index, with a list of keys as
// short or as long as a batch may be.
func TestMySQLUsesIndexes(t *testing.T) {
	t.Parallel()
	database := servertest.MariaDB().Database(t)
	loose := myLoose(t, database)
	myCreate(t, loose, deep())
	myScript(t, loose, myFill)
	db, r := myRecorded(t, database, nil)
	interpolating := myPool(t, database, func(c *mysql.Config) { c.InterpolateParams = true })
	cascaded, err := deep().Edit(contacts.SetCascaded("activities", "threads", "messages", "files"))
	require.NoError(t, err)
	for _, schema := range []contacts.Schema{deep(), cascaded} {
		st, err := sqlstore.Open(t.Context(), db, sqlstore.MySQL, schema)
		require.NoError(t, err)
		requireIndexes(t, st, db, interpolating, r)
	}
}

func requireIndexes(t *testing.T, st *sqlstore.Store, db, interpolating *sql.DB, r *myRecorder) {
	t.Helper()
	now := time.Now()
	s := store.Selection{
		At: now,
		Condition: where.New().WhereEmpty("email").WhereLessThan("created", now).
			WhereNotExists("activities", where.New().WhereGreaterThan("created", now)),
		Protected: where.New().WhereEquals("email", "boss@x"),
	}
	until, err := st.Bound(t.Context(), store.BoundRequest{})
	require.NoError(t, err)
	for _, size := range []int{1, 10, 1000, 5000} {
		first, err := st.Page(t.Context(), store.PageRequest{Selection: s, Until: until, Limit: size})
		require.NoError(t, err)
		require.Len(t, first.Keys, size)
		r.take()
		page, err := st.Page(t.Context(), store.PageRequest{Selection: s, After: first.Next, Until: until, Limit: size})
		require.NoError(t, err)
		began := time.Now()
		out, err := st.Delete(t.Context(), store.Batch{Selection: s, Keys: page.Keys, DryRun: true})
		require.NoError(t, err)
		t.Logf("a batch of %d contacts took %v, %v", size, time.Since(began), out.Rows)
		require.Len(t, out.Deleted, size)
		require.EqualValues(t, size*3, out.Rows["activities"])
		for _, statement := range r.take() {
			if strings.Contains(statement.query, "information_schema") || !strings.Contains(statement.query, "`") {
				continue
			}
			requireIndexed(t, statement.query, myPlan(t, db, statement), size)
			requireIndexed(t, statement.query, myPlan(t, interpolating, statement), size) // long lists become tables of their own
		}
	}
}

// requireIndexed demands that no table is read as a whole. What the statement
// has picked is a table without an index.
func requireIndexed(t *testing.T, query string, plan []myStep, size int) {
	t.Helper()
	if len(query) > 600 {
		query = query[:300] + " … " + query[len(query)-300:]
	}
	for _, step := range plan {
		switch {
		case step.table == "", strings.HasPrefix(step.table, "<"):
		case step.access == "ALL", step.access == "index" && !strings.Contains(step.extra, "LIMIT"):
			require.Fail(t, "a table is read as a whole", "%d keys: %s\n%v", size, query, fmt.Sprint(plan))
		}
	}
}
