package sqlstore_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/store"
	"github.com/contactsweep/contactsweep/store/sqlstore"
	"github.com/contactsweep/contactsweep/where"
)

// loose has files that two associations reach; one of them only while they
// belong to no case.
func loose(caseFiles, looseFiles contacts.Action) contacts.Schema {
	id := contacts.Int64("id").NotNull()
	files := func(name, by string, action contacts.Action) contacts.Association {
		return contacts.Association{
			Name: name, Table: "files", Action: action, Key: []string{"id"},
			Fields:     []contacts.Field{id, contacts.Int64("person"), contacts.Int64("case_id")},
			References: []contacts.Reference{{Fields: []string{by}}},
		}
	}
	free := files("loose files", "person", looseFiles)
	free.Where = where.New().WhereNull("case_id")
	return contacts.Schema{
		Table: "people", Key: []string{"id"}, Fields: []contacts.Field{id},
		Associations: []contacts.Association{{
			Name: "cases", Table: "cases", Action: contacts.Delete, Key: []string{"id"},
			Fields:       []contacts.Field{id, contacts.Int64("person")},
			References:   []contacts.Reference{{Fields: []string{"person"}}},
			Associations: []contacts.Association{files("case files", "case_id", caseFiles)},
		}, free},
	}
}

const looseTables = `
CREATE TABLE people (id INTEGER PRIMARY KEY AUTOINCREMENT);
CREATE TABLE cases (id INTEGER PRIMARY KEY, person INTEGER);
CREATE TABLE files (id INTEGER PRIMARY KEY, person INTEGER, case_id INTEGER);
INSERT INTO people VALUES (1), (2);
INSERT INTO cases VALUES (10, 1);
INSERT INTO files VALUES (100, 1, NULL), (101, 1, 10), (102, 2, 10);
`

func TestDetachingDoesNotMakeRowsMatch(t *testing.T) {
	t.Parallel()
	for action, want := range map[contacts.Action]string{
		contacts.Delete: "files 101 1 <nil>\nfiles 102 2 <nil>\n",
		contacts.Detach: "files 100 <nil> <nil>\nfiles 101 1 <nil>\nfiles 102 2 <nil>\n",
	} {
		db := file(t)
		script(t, db, looseTables)
		st, err := sqlstore.Open(t.Context(), db, sqlstore.SQLite, loose(contacts.Detach, action))
		require.NoError(t, err)
		keys, err := contacts.Keys(1)
		require.NoError(t, err)
		out, err := st.Delete(t.Context(), store.Batch{Selection: store.Selection{Condition: where.Everything()}, Keys: keys})
		require.NoError(t, err)
		require.Equal(t, map[string]int64{"cases": 1, "case files": 2, "loose files": 1}, out.Rows)
		require.Equal(t, want, dump(t, db, "files"))
	}
}

func TestTriggersAreFoundHoweverTheyAreWritten(t *testing.T) {
	t.Parallel()
	const goodbyes = `CREATE TABLE goodbyes (person INTEGER REFERENCES people (id) ON DELETE CASCADE);
INSERT INTO goodbyes VALUES (3)`
	for name, trigger := range map[string]string{
		"contacts are put back": `CREATE TRIGGER again AFTER DELETE ON PEOPLE WHEN old.id = 3 BEGIN INSERT INTO people (id, email) VALUES (old.id, old.email); END`,
		"by another table":      `CREATE TRIGGER again AFTER DELETE ON goodbyes BEGIN INSERT INTO people (id, email) VALUES (old.person, ''); END`,
		"contacts are kept":     `CREATE TRIGGER keep BEFORE DELETE ON People WHEN old.id = 3 BEGIN SELECT RAISE(IGNORE); END`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			db := file(t, "foreign_keys(1)")
			openCRM(t, db)
			script(t, db, goodbyes)
			script(t, db, trigger)
			st, err := sqlstore.Open(t.Context(), db, sqlstore.SQLite, crm())
			require.NoError(t, err)
			out, err := st.Delete(t.Context(), noEmail(t, 1, 3))
			require.NoError(t, err)
			require.Equal(t, []int64{1}, deletedIDs(out))
			require.Len(t, out.Skipped, 1)
			require.Equal(t, store.KeptByStore, out.Skipped[0].Cause)
			require.Equal(t, 1, count(t, db, "SELECT count(*) FROM orders WHERE buyer = 3"))
		})
	}
	db := file(t)
	st := openCRM(t, db)
	script(t, db, `CREATE TRIGGER keep BEFORE DELETE ON LINES WHEN old.of = 20 BEGIN SELECT RAISE(IGNORE); END`)
	before := dump(t, db)
	_, err := st.Delete(t.Context(), noEmail(t, 1, 2))
	require.ErrorIs(t, err, store.ErrConstraint)
	require.Equal(t, before, dump(t, db))
	findings, err := st.Verify(t.Context())
	require.NoError(t, err)
	require.Contains(t, names(findings), "trigger:lines")
}

func TestContactsOutOfReachAreNotDetached(t *testing.T) {
	t.Parallel()
	for name, s := range map[string]store.Selection{
		"out of scope": {Scope: where.New().WhereNotEquals("email", "six@x")},
		"unknown":      {Scope: where.New().WhereNotEquals("email", "five@x")},
		"protected":    {Protected: where.New().WhereEquals("email", "six@x")},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			db := file(t)
			st := openCRM(t, db)
			if name == "unknown" {
				script(t, db, "UPDATE people SET email = x'00' WHERE id = 6")
			}
			batch := noEmail(t, 1, 2)
			batch.Scope, batch.Protected = s.Scope, s.Protected
			out, err := st.Delete(t.Context(), batch)
			require.NoError(t, err)
			require.Equal(t, []int64{2}, deletedIDs(out))
			require.Equal(t, []store.Skipped{{Key: batch.Keys[0], Cause: store.Restricted, Association: "reports"}}, out.Skipped)
			require.Equal(t, 1, count(t, db, "SELECT boss FROM people WHERE id = 6"))
		})
	}
}
