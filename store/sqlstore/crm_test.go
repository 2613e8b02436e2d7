package sqlstore_test

import (
	"database/sql"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/store"
	"github.com/contactsweep/contactsweep/store/sqlstore"
	"github.com/contactsweep/contactsweep/where"
)

// crm is a schema with every action: orders with lines below them, groups that
// lose their owner, holds that restrict, and people who report to people.
func crm() contacts.Schema {
	id := contacts.Int64("id")
	return contacts.Schema{
		Table: "people", Key: []string{"id"},
		Fields: []contacts.Field{id, contacts.Text("email"), contacts.Int64("boss")},
		Associations: []contacts.Association{
			{
				Name: "orders", Table: "orders", Action: contacts.Delete, Key: []string{"id"},
				Fields:     []contacts.Field{id, contacts.Int64("buyer")},
				References: []contacts.Reference{{Fields: []string{"buyer"}}},
				Associations: []contacts.Association{{
					Name: "lines", Table: "lines", Action: contacts.Delete, Key: []string{"id"},
					Fields:     []contacts.Field{id, contacts.Int64("of")},
					References: []contacts.Reference{{Fields: []string{"of"}}},
				}},
			},
			{
				Name: "groups", Table: "teams", Action: contacts.Detach, Key: []string{"id"},
				Fields:     []contacts.Field{id, contacts.Int64("owner")},
				References: []contacts.Reference{{Fields: []string{"owner"}}},
			},
			{
				Name: "holds", Table: "holds", Action: contacts.Restrict, Key: []string{"id"},
				Fields:     []contacts.Field{id, contacts.Int64("person")},
				References: []contacts.Reference{{Fields: []string{"person"}}},
			},
			{
				Name: "reports", Table: "people", Action: contacts.Detach,
				References: []contacts.Reference{{Fields: []string{"boss"}}},
			},
		},
	}
}

// fillCRM makes six people; 1 to 4 have no email, 4 is held back, and each has
// an order of two lines and a group. 2 and 6 report to 1.
const fillCRM = `
INSERT INTO people (id, email, boss) VALUES (1, '', NULL), (2, '', 1), (3, '', NULL), (4, '', NULL), (5, 'five@x', NULL), (6, 'six@x', 1);
INSERT INTO orders (id, buyer) SELECT 10 * id, id FROM people;
INSERT INTO lines (id, of) SELECT 2 * id, id FROM orders UNION ALL SELECT 2 * id + 1, id FROM orders;
INSERT INTO teams (id, owner) SELECT 100 + id, id FROM people;
INSERT INTO holds (id, person) VALUES (1, 4);
`

// openCRM opens a store over the tables with their rows.
func openCRM(tb testing.TB, db *sql.DB) *sqlstore.Store {
	tb.Helper()
	create(tb, db, crm())
	script(tb, db, fillCRM)
	st, err := sqlstore.Open(tb.Context(), db, sqlstore.SQLite, crm())
	require.NoError(tb, err)
	return st
}

// dump is the contents of the tables, one line for each row.
func dump(tb testing.TB, db *sql.DB, tables ...string) string {
	tb.Helper()
	if len(tables) == 0 {
		tables = []string{"people", "orders", "lines", "teams", "holds"}
	}
	var b strings.Builder
	for _, table := range tables {
		dumpTable(tb, db, table, &b)
	}
	return b.String()
}

func dumpTable(tb testing.TB, db *sql.DB, table string, b *strings.Builder) {
	tb.Helper()
	rows, err := db.QueryContext(tb.Context(), "SELECT * FROM "+table+" ORDER BY 1") //nolint:unqueryvet // all there is
	require.NoError(tb, err)
	defer func() { require.NoError(tb, rows.Close()) }()
	columns, err := rows.Columns()
	require.NoError(tb, err)
	for rows.Next() {
		values := make([]any, len(columns))
		targets := make([]any, len(columns))
		for i := range values {
			targets[i] = &values[i]
		}
		require.NoError(tb, rows.Scan(targets...))
		fmt.Fprintln(b, append([]any{table}, values...)...)
	}
	require.NoError(tb, rows.Err())
}

// noEmail is a batch of the people without an email.
func noEmail(tb testing.TB, ids ...int) store.Batch {
	tb.Helper()
	if len(ids) == 0 {
		ids = []int{1, 2, 3, 4}
	}
	keys, err := contacts.Keys(ids...)
	require.NoError(tb, err)
	return store.Batch{Selection: store.Selection{Condition: where.New().WhereEmpty("email")}, Keys: keys}
}

// deletedIDs are the keys of the outcome as integers.
func deletedIDs(o store.Outcome) []int64 {
	out := make([]int64, len(o.Deleted))
	for i, k := range o.Deleted {
		out[i] = k.First().Int64()
	}
	return out
}
