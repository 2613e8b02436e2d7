package main

import (
	"database/sql"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestRun(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "crm.db")
	db, err := sql.Open("sqlite", file)
	require.NoError(t, err)
	_, err = db.ExecContext(t.Context(), `
		CREATE TABLE people (id INTEGER PRIMARY KEY, name TEXT);
		CREATE TABLE notes (id INTEGER PRIMARY KEY, person INTEGER REFERENCES people);
		CREATE TABLE teams (id INTEGER PRIMARY KEY, owner INTEGER REFERENCES people)`)
	require.NoError(t, err)
	require.NoError(t, db.Close())

	var out strings.Builder
	require.NoError(t, run(t.Context(), &out, []string{"-table", "people", "-delete", "notes", "-detach", "teams", file}))
	require.Contains(t, out.String(), `Name: "notes", Table: "notes", Action: contacts.Delete,`)
	require.Contains(t, out.String(), `Name: "teams", Table: "teams", Action: contacts.Detach,`)
	require.Contains(t, out.String(), "// warning key-reuse:people.id:")

	require.ErrorContains(t, run(t.Context(), &out, []string{"-delete", "notes"}), "name the file")
	require.ErrorContains(t, run(t.Context(), &out, []string{"-delete", "nothing", "-table", "people", file}), `nothing refers from table "nothing"`)
}
