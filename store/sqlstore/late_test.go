package sqlstore_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/store"
	"github.com/contactsweep/contactsweep/store/sqlstore"
)

// What a run was told at its start must not become more dangerous because the
// database changes, whoever looks at it meanwhile.
func TestDangersThatComeLaterAreRefused(t *testing.T) {
	t.Parallel()
	const again = `
DROP TABLE tasks;
CREATE TABLE tasks (id INTEGER PRIMARY KEY NOT NULL, person INTEGER REFERENCES people (id) ON DELETE `
	for name, tt := range map[string]struct {
		action contacts.Action
		change string
		code   string
	}{
		"a cascade of another table":           {contacts.Keep, `CREATE TABLE logs (person INTEGER REFERENCES people (id) ON DELETE CASCADE)`, "unregistered-cascade:logs.person"},
		"another table is set to NULL":         {contacts.Keep, `CREATE TABLE logs (person INTEGER REFERENCES people (id) ON DELETE SET NULL)`, "unregistered-set-null:logs.person"},
		"kept rows cascade":                    {contacts.Keep, again + `CASCADE, code TEXT)`, "cascade-removes-kept:tasks.person"},
		"kept rows are set to NULL":            {contacts.Keep, again + `SET NULL, code TEXT)`, "foreign-key-changes-kept:tasks.person"},
		"what refers to detached rows changes": {contacts.Detach, again + "NO ACTION UNIQUE, code TEXT);\nCREATE TABLE badges (of INTEGER REFERENCES tasks (person) ON UPDATE CASCADE)", "update-changes:badges.of"},
		"a column cannot be detached any more": {contacts.Detach, again + `NO ACTION NOT NULL, code TEXT)`, "detach-not-null:tasks.person"},
		"a column is gone":                     {contacts.Delete, `ALTER TABLE tasks DROP COLUMN code`, "missing-column:tasks.code"},
	} {
		for _, verified := range []bool{false, true} {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				db := file(t, "foreign_keys(1)")
				script(t, db, codedDDL("", "", "", ""))
				script(t, db, `INSERT INTO people (id) VALUES (1), (2), (3)`)
				schema := coded(tasks(tt.action, "person"))
				st, err := sqlstore.Open(t.Context(), db, sqlstore.SQLite, schema)
				require.NoError(t, err)
				_, err = st.Delete(t.Context(), everybody(t, 1))
				require.NoError(t, err)
				if tt.code == "missing-column:tasks.code" {
					script(t, db, "DROP INDEX tasks_code")
				}
				script(t, db, tt.change)
				before := dump(t, db, "people")
				for range 2 {
					if verified {
						findings, err := st.Verify(t.Context())
						require.NoError(t, err)
						require.Contains(t, fatal(findings), tt.code)
						require.Contains(t, findings[0].String()+findings[len(findings)-1].String(), "open")
					}
					_, err = st.Delete(t.Context(), everybody(t, 2))
					require.ErrorIs(t, err, store.ErrUnsafe)
					require.ErrorContains(t, err, tt.code)
					require.Equal(t, before, dump(t, db, "people"))
				}
				if tt.action == contacts.Delete {
					return
				}
				st, err = sqlstore.Open(t.Context(), db, sqlstore.SQLite, schema)
				require.NoError(t, err)
				_, err = st.Delete(t.Context(), everybody(t, 2))
				require.NoError(t, err, "a host that opens the store again has been told")
			})
		}
	}
}

// A danger that went and came back is one that a run may not have been told of.
func TestADangerThatComesBackIsLate(t *testing.T) {
	t.Parallel()
	const logs = `CREATE TABLE logs (person INTEGER REFERENCES people (id) ON DELETE CASCADE)`
	db := file(t, "foreign_keys(1)")
	script(t, db, codedDDL("", "", "", ""))
	script(t, db, `INSERT INTO people (id) VALUES (1), (2), (3)`)
	script(t, db, logs)
	st, err := sqlstore.Open(t.Context(), db, sqlstore.SQLite, coded())
	require.NoError(t, err)
	_, err = st.Delete(t.Context(), everybody(t, 1))
	require.NoError(t, err)
	script(t, db, "DROP TABLE logs")
	_, err = st.Verify(t.Context())
	require.NoError(t, err)
	script(t, db, logs)
	_, err = st.Verify(t.Context())
	require.NoError(t, err)

	_, err = st.Delete(t.Context(), everybody(t, 2))

	require.ErrorIs(t, err, store.ErrUnsafe)
}

// A virtual table is a warning, which hides nothing else.
func TestAVirtualTableHidesNoOtherFinding(t *testing.T) {
	t.Parallel()
	db := file(t, "foreign_keys(1)")
	script(t, db, codedDDL("", "", "", ""))
	script(t, db, `CREATE VIRTUAL TABLE words USING fts5 (body, owner);
CREATE TABLE logs (person INTEGER REFERENCES people (id) ON DELETE CASCADE)`)
	st, err := sqlstore.Open(t.Context(), db, sqlstore.SQLite, coded(contacts.Association{
		Name: "words", Table: "words", Action: contacts.Delete, Fields: []contacts.Field{contacts.Text("owner")},
		References: []contacts.Reference{{Fields: []string{"owner"}, To: []string{"code"}}},
	}))
	require.NoError(t, err)
	findings, err := st.Verify(t.Context())
	require.NoError(t, err)
	require.Contains(t, names(findings), "virtual-table:words")
	require.Equal(t, []string{"reference-type:words.owner", "unregistered-cascade:logs.person"}, fatal(findings))
	script(t, db, "INSERT INTO people (id, code) VALUES (1, 'a');\nINSERT INTO words (body, owner) VALUES ('hello', 'a')")
	out, err := st.Delete(t.Context(), everybody(t, 1))
	require.NoError(t, err, "a virtual table has tables of its own, which are changed as well")
	require.EqualValues(t, 1, out.Rows["words"])
}
