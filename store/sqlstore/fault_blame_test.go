package sqlstore_test

import (
	"database/sql"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/store"
	"github.com/contactsweep/contactsweep/store/sqlstore"
	"github.com/contactsweep/contactsweep/where"
)

// A contact that a table outside of the schema refers to cannot be deleted, and
// the error says which table that may be.
func TestAForeignKeyFromOutsideIsNamed(t *testing.T) {
	t.Parallel()
	db, err := sql.Open("sqlite", "file:"+filepath.Join(t.TempDir(), "a.db")+"?_pragma=foreign_keys(1)")
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, db.Close()) })
	_, err = db.ExecContext(t.Context(), `
CREATE TABLE people (id INTEGER PRIMARY KEY AUTOINCREMENT);
CREATE TABLE tickets (id INTEGER PRIMARY KEY, person INTEGER REFERENCES people (id));
INSERT INTO people VALUES (1), (2);
INSERT INTO tickets VALUES (1, 2);`)
	require.NoError(t, err)
	st, err := sqlstore.Open(t.Context(), db, sqlstore.SQLite, contacts.Schema{
		Table: "people", Key: []string{"id"}, Fields: []contacts.Field{contacts.Int64("id")},
	})
	require.NoError(t, err)
	keys, err := contacts.Keys(1, 2)
	require.NoError(t, err)

	_, err = st.Delete(t.Context(), store.Batch{Selection: store.Selection{Condition: where.Everything()}, Keys: keys})

	require.ErrorIs(t, err, store.ErrConstraint)
	require.ErrorContains(t, err, "tables that are not in the schema refer to it: tickets")
}

// A foreign key also fails for rows that the schema names but leaves alone, and
// then sometimes only at the commit.
func TestAForeignKeyOfRowsThatAreLeftIsNamed(t *testing.T) {
	t.Parallel()
	some := where.New().WhereNull("released")
	for name, tt := range map[string]struct {
		reference    string
		associations []contacts.Association
		want         string
	}{
		"rows that are partly covered":   {"REFERENCES people (id)", []contacts.Association{holds("open", contacts.Restrict, some, nil)}, "left"},
		"rows that are kept":             {"REFERENCES people (id)", []contacts.Association{holds("all", contacts.Keep, where.Condition{}, nil)}, "left"},
		"partly covered, at the commit":  {"REFERENCES people (id) DEFERRABLE INITIALLY DEFERRED", []contacts.Association{holds("open", contacts.Restrict, some, nil)}, "left"},
		"not in the schema, at a commit": {"REFERENCES people (id) DEFERRABLE INITIALLY DEFERRED", nil, "outside"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			db := file(t, "foreign_keys(1)")
			script(t, db, holdsDDL(tt.reference))
			st, err := sqlstore.Open(t.Context(), db, sqlstore.SQLite, held(tt.associations...))
			require.NoError(t, err)

			_, err = st.Delete(t.Context(), everybody(t, 2))

			require.ErrorIs(t, err, store.ErrConstraint)
			require.ErrorContains(t, err, map[string]string{
				"left": "rows that the schema leaves as they are refer to it: holds", "outside": "tables that are not in the schema refer to it: holds",
			}[tt.want])
		})
	}
}
