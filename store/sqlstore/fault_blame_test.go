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
