package sqlstore_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/store"
	"github.com/contactsweep/contactsweep/store/sqlstore"
	"github.com/contactsweep/contactsweep/where"
)

// held is a schema of people and their legal holds.
func held(associations ...contacts.Association) contacts.Schema {
	return contacts.Schema{
		Table: "people", Key: []string{"id"}, Fields: []contacts.Field{contacts.Int64("id")}, Associations: associations,
	}
}

func holds(name string, action contacts.Action, which where.Condition, constants map[string]any) contacts.Association {
	return contacts.Association{
		Name: name, Table: "holds", Action: action, Where: which,
		Fields:     []contacts.Field{contacts.Int64("person"), contacts.Text("released"), contacts.Text("type")},
		References: []contacts.Reference{{Fields: []string{"person"}, Constants: constants}},
	}
}

// The people 1 to 3 match; 1 has an open hold, 2 one that was released, and 3
// one of a firm of that number.
func holdsDDL(reference string) string {
	return `
CREATE TABLE people (id INTEGER PRIMARY KEY AUTOINCREMENT);
CREATE TABLE holds (person INTEGER ` + reference + `, released TEXT, type TEXT);
CREATE INDEX holds_person ON holds (person);
INSERT INTO people VALUES (1), (2), (3);
INSERT INTO holds VALUES (1, NULL, 'person'), (2, '2026', 'person'), (3, '2026', 'firm');
`
}

func unreleased() where.Condition { return where.New().WhereNull("released") }

func TestRowsThatNoAssociationCovers(t *testing.T) {
	t.Parallel()
	const (
		on, off  = "foreign_keys(1)", "foreign_keys(0)"
		declared = "REFERENCES people (id)"
		fatal    = "fatal partly-covered:holds.person"
		warning  = "warning partly-covered:holds.person"
		cascades = "fatal cascade-removes-kept:holds.person"
	)
	all, ofPerson := where.Condition{}, map[string]any{"type": "person"}
	for name, tt := range map[string]struct {
		pragma, reference string
		associations      []contacts.Association
		want              []string
		message           string
	}{
		"restricting, nothing declared":  {on, "", []contacts.Association{holds("open", contacts.Restrict, unreleased(), nil)}, []string{fatal}, "association open covers only some rows of holds that refer to people; the others would be left"},
		"deleting, nothing declared":     {on, "", []contacts.Association{holds("open", contacts.Delete, unreleased(), nil)}, []string{fatal}, "would be left"},
		"detaching, nothing declared":    {on, "", []contacts.Association{holds("open", contacts.Detach, unreleased(), nil)}, []string{fatal}, "would be left"},
		"restricting, not enforced":      {off, declared, []contacts.Association{holds("open", contacts.Restrict, unreleased(), nil)}, []string{fatal}, "foreign keys are not enforced"},
		"deleting, not enforced":         {off, declared, []contacts.Association{holds("open", contacts.Delete, unreleased(), nil)}, []string{fatal}, "foreign keys are not enforced"},
		"detaching, not enforced":        {off, declared, []contacts.Association{holds("open", contacts.Detach, unreleased(), nil)}, []string{fatal}, "foreign keys are not enforced"},
		"restricting, enforced":          {on, declared, []contacts.Association{holds("open", contacts.Restrict, unreleased(), nil)}, []string{warning}, "contacts with others cannot be deleted"},
		"deleting, enforced":             {on, declared, []contacts.Association{holds("open", contacts.Delete, unreleased(), nil)}, []string{warning}, "contacts with others cannot be deleted"},
		"set to NULL, enforced":          {on, declared + " ON DELETE SET NULL", []contacts.Association{holds("open", contacts.Restrict, unreleased(), nil)}, []string{fatal}, "the database changes the others"},
		"set to NULL, not enforced":      {off, declared + " ON DELETE SET NULL", []contacts.Association{holds("open", contacts.Restrict, unreleased(), nil)}, []string{fatal}, "foreign keys are not enforced"},
		"cascading":                      {on, declared + " ON DELETE CASCADE", []contacts.Association{holds("open", contacts.Restrict, unreleased(), nil)}, []string{cascades}, ""},
		"the rest is deleted":            {off, "", []contacts.Association{holds("open", contacts.Restrict, unreleased(), nil), holds("all", contacts.Delete, all, nil)}, nil, ""},
		"the rest is kept":               {off, "", []contacts.Association{holds("open", contacts.Delete, unreleased(), nil), holds("all", contacts.Keep, all, nil)}, nil, ""},
		"polymorphic":                    {off, "", []contacts.Association{holds("some", contacts.Delete, all, ofPerson)}, nil, ""},
		"polymorphic, some of it":        {on, "", []contacts.Association{holds("open", contacts.Restrict, unreleased(), ofPerson)}, []string{fatal}, "would be left"},
		"constants and a foreign key":    {on, declared, []contacts.Association{holds("some", contacts.Delete, all, ofPerson)}, []string{warning}, "covers only rows with certain constants of holds"},
		"constants, a key that is none":  {off, declared, []contacts.Association{holds("some", contacts.Delete, all, ofPerson)}, []string{fatal}, "certain constants"},
		"conditions that leave a little": {off, "", []contacts.Association{holds("open", contacts.Restrict, unreleased(), nil), holds("done", contacts.Delete, where.New().WhereNotNull("released"), nil)}, []string{fatal}, "associations open and done cover only some rows"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			db := file(t, tt.pragma)
			script(t, db, holdsDDL(tt.reference))
			st, err := sqlstore.Open(t.Context(), db, sqlstore.SQLite, held(tt.associations...))
			require.NoError(t, err)
			findings, err := st.Verify(t.Context())
			require.NoError(t, err)
			var got []string
			for _, f := range findings {
				got = append(got, f.Severity.String()+" "+f.Name())
				require.Contains(t, f.Message, tt.message)
			}
			require.Equal(t, tt.want, got)
		})
	}
}

// A connection of the host's pool may differ from the one that Verify asked.
func TestABatchWithUncoveredRowsAsksForForeignKeys(t *testing.T) {
	t.Parallel()
	schema := held(holds("open", contacts.Restrict, unreleased(), nil))
	for pragma, class := range map[string]error{"foreign_keys(0)": store.ErrUnsafe, "foreign_keys(1)": store.ErrConstraint} {
		db := file(t, pragma)
		script(t, db, holdsDDL("REFERENCES people (id)"))
		st, err := sqlstore.Open(t.Context(), db, sqlstore.SQLite, schema)
		require.NoError(t, err)
		_, err = st.Delete(t.Context(), everybody(t, 2))
		require.ErrorIs(t, err, class)
		require.Contains(t, dump(t, db, "people", "holds"), "people 2")
	}
}

func TestAForeignKeyThatIsDroppedProtectsNoLonger(t *testing.T) {
	t.Parallel()
	db := file(t, "foreign_keys(1)")
	script(t, db, holdsDDL("REFERENCES people (id)"))
	st, err := sqlstore.Open(t.Context(), db, sqlstore.SQLite, held(holds("open", contacts.Restrict, unreleased(), nil)))
	require.NoError(t, err)
	_, err = st.Verify(t.Context())
	require.NoError(t, err)
	script(t, db, `
DROP TABLE holds;
CREATE TABLE holds (person INTEGER, released TEXT, type TEXT);
INSERT INTO holds VALUES (2, '2026', 'person')`)

	_, err = st.Delete(t.Context(), everybody(t, 2))

	require.ErrorIs(t, err, store.ErrUnsafe)
	require.Contains(t, dump(t, db, "people"), "people 2")
}

func everybody(t *testing.T, ids ...int) store.Batch {
	t.Helper()
	keys, err := contacts.Keys(ids...)
	require.NoError(t, err)
	return store.Batch{Selection: store.Selection{Condition: where.Everything()}, Keys: keys}
}
