package sqlstore_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/store"
	"github.com/contactsweep/contactsweep/store/sqlstore"
	"github.com/contactsweep/contactsweep/where"
)

func TestHostileNamesAreOnlyNames(t *testing.T) {
	t.Parallel()
	for _, name := range []string{
		`a"b`, "a`b", `x; --`, `x" OR 1=1 --`, "a b", "[a]", "'a'", "select", "rowid2", `"`, `""`, "naïve", "日本語",
		"$1", ":a", "@a", "%s", "x)", strings.Repeat("long", 20), "c", "k", "j", "value", "selected", "f id",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			schema := contacts.Schema{
				Table: name + " people", Key: []string{"id"},
				Fields: []contacts.Field{contacts.Int64("id").In(name + " id"), contacts.Text("mail").In(name)},
				Associations: []contacts.Association{{
					Name: "rows", Table: name, Action: contacts.Delete, Key: []string{"id"},
					Fields:     []contacts.Field{contacts.Int64("id").In(name + "2"), contacts.Text("of").In(name + " of")},
					References: []contacts.Reference{{Fields: []string{"of"}, To: []string{"mail"}}},
				}, {
					Name: "self", Table: name + " people", Action: contacts.Keep,
					References: []contacts.Reference{{Fields: []string{"id"}}},
				}},
			}
			db := file(t)
			create(t, db, schema)
			insert(t, db, schema.Table, schema.Fields, row{"id": 1, "mail": "a"}, row{"id": 2, "mail": ""})
			insert(t, db, name, schema.Associations[0].Fields, row{"id": 1, "of": "a"}, row{"id": 2, "of": ""}, row{"id": 3})
			st, err := sqlstore.Open(t.Context(), db, sqlstore.SQLite, schema)
			require.NoError(t, err)
			require.Equal(t, map[int64]bool{1: true}, keysOf(t, st, where.New().WhereExists("rows")))
			findings, err := st.Verify(t.Context())
			require.NoError(t, err)
			require.Empty(t, fatal(findings))
			keys, err := contacts.Keys(1, 2)
			require.NoError(t, err)
			out, err := st.Delete(t.Context(), store.Batch{Selection: store.Selection{Condition: where.Everything()}, Keys: keys})
			require.NoError(t, err)
			require.Len(t, out.Deleted, 2)
			require.EqualValues(t, 1, out.Rows["rows"])
		})
	}
}

// SQLite takes a misspelt name in double quotes for a text. Such a condition
// would be true for every contact.
func TestAMisspeltColumnIsAnError(t *testing.T) {
	t.Parallel()
	db := file(t)
	create(t, db, crm())
	schema := crm()
	schema.Fields[1] = contacts.Text("email").In("Emial")
	schema.Associations[0].Fields[1] = contacts.Int64("buyer").In("bayer")
	schema.Associations[2].Table = "hold"
	_, err := sqlstore.Open(t.Context(), db, sqlstore.SQLite, schema)
	require.EqualError(t, err, "sqlstore: open: the database has no column people.Emial, no column orders.bayer, no table hold")
}

func TestAColumnDroppedLaterIsAnErrorToo(t *testing.T) {
	t.Parallel()
	db := file(t)
	st := openCRM(t, db)
	script(t, db, `ALTER TABLE people RENAME COLUMN email TO mail`)
	before := dump(t, db)
	_, err := st.Delete(t.Context(), noEmail(t))
	require.Error(t, err)
	_, err = st.Count(t.Context(), store.CountRequest{Selection: store.Selection{Condition: where.New().WhereNotEquals("email", "x")}})
	require.Error(t, err)
	require.Equal(t, before, dump(t, db))
	findings, err := st.Verify(t.Context())
	require.NoError(t, err)
	require.Equal(t, []string{"missing-column:people.email"}, names(findings))
}

func TestAnAttachedDatabase(t *testing.T) {
	t.Parallel()
	db := file(t)
	db.SetMaxOpenConns(1) // ATTACH is a matter of the connection
	script(t, db, `ATTACH DATABASE ':memory:' AS crm;
CREATE TABLE people (id INTEGER PRIMARY KEY, email TEXT);
INSERT INTO people VALUES (1, '')`)
	schema := crm()
	schema.Table, schema.Associations[3].Table = "crm.people", "crm.people"
	for i, table := range []string{"crm.orders", "crm.teams", "crm.holds"} {
		schema.Associations[i].Table = table
	}
	schema.Associations[0].Associations[0].Table = "crm.lines"
	create(t, db, schema)
	script(t, db, strings.ReplaceAll(strings.ReplaceAll(fillCRM, "INTO ", "INTO crm."), "FROM ", "FROM crm."))
	st, err := sqlstore.Open(t.Context(), db, sqlstore.SQLite, schema)
	require.NoError(t, err)
	out, err := st.Delete(t.Context(), noEmail(t))
	require.NoError(t, err)
	require.Equal(t, []int64{1, 2, 3}, deletedIDs(out))
	require.Equal(t, 3, count(t, db, "SELECT count(*) FROM crm.people"))
	require.Equal(t, 1, count(t, db, "SELECT count(*) FROM main.people"))
	findings, err := st.Verify(t.Context())
	require.NoError(t, err)
	require.Empty(t, fatal(findings))
}

// names are the findings' names in their order.
func names(findings []store.Finding) []string {
	var out []string
	for _, f := range findings {
		out = append(out, f.Name())
	}
	return out
}

// fatal are the names of the findings that keep a run from starting.
func fatal(findings []store.Finding) []string {
	var out []string
	for _, f := range findings {
		if f.Severity == store.Fatal {
			out = append(out, f.Name())
		}
	}
	return out
}
