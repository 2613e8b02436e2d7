package jsonstore_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/examples/adapter/jsonstore"
	"github.com/contactsweep/contactsweep/store"
	"github.com/contactsweep/contactsweep/where"
)

func people() contacts.Schema {
	return contacts.Schema{
		Table: "people", Key: []string{"id"}, Fields: []contacts.Field{contacts.Int64("id"), contacts.Text("email")},
		Associations: []contacts.Association{{
			Name: "mails", Table: "mails", Action: contacts.Delete, Fields: []contacts.Field{contacts.Text("to")},
			References: []contacts.Reference{{Fields: []string{"to"}, To: []string{"email"}}},
		}},
	}
}

func file(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "people.jsonl")
	require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
	return path
}

func TestOpenRefuses(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{
		"a contact without a key":          `{"table": "people", "row": {"email": "secret"}}`,
		"a contact with a foreign key":     `{"table": "people", "row": {"id": "secret"}}`,
		"two contacts with the same key":   `{"table": "people", "row": {"id": 1}} {"table": "people", "row": {"id": 1, "email": "secret"}}`,
		"half a document":                  `{"table": "people", "row": {"id": 1, "email": "secret"`,
		"what is no document but an array": `["secret"]`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := jsonstore.Open(file(t, text), people())
			require.Error(t, err)
			require.NotContains(t, err.Error(), "secret")
		})
	}
	t.Run("no file", func(t *testing.T) {
		t.Parallel()
		_, err := jsonstore.Open(filepath.Join(t.TempDir(), "none"), people())
		require.ErrorIs(t, err, os.ErrNotExist)
	})
}

func TestVerify(t *testing.T) {
	t.Parallel()
	st, err := jsonstore.Open(file(t, `{"table": "people", "row": {"id": 1, "email": "a"}} {"table": "people", "row": {"id": 2, "email": "a"}}
		{"table": "people", "row": {"id": 3, "email": 7}} {"table": "visits", "row": {"person": 1}}`), people())
	require.NoError(t, err)
	findings, err := st.Verify(t.Context())
	require.NoError(t, err)
	names := map[string]store.Severity{}
	for _, f := range findings {
		names[f.Name()] = f.Severity
	}
	require.Equal(t, map[string]store.Severity{
		"not-unique:people.email": store.Fatal, "foreign-values:people.email": store.Warning, "unknown-table:visits": store.Warning,
	}, names)
}

// TestFailedWrite takes the directory away: the batch must not be half there.
func TestFailedWrite(t *testing.T) {
	t.Parallel()
	path := file(t, `{"table": "people", "row": {"id": 1}}`)
	st, err := jsonstore.Open(path, people())
	require.NoError(t, err)
	moved := filepath.Dir(path) + " moved"
	require.NoError(t, os.Rename(filepath.Dir(path), moved))
	keys, err := contacts.Keys(1)
	require.NoError(t, err)
	all := store.Selection{Condition: where.Everything()}
	_, err = st.Delete(t.Context(), store.Batch{Selection: all, Keys: keys})
	require.Error(t, err)
	require.NotContains(t, err.Error(), path)
	counts, err := st.Count(t.Context(), store.CountRequest{Selection: all})
	require.NoError(t, err)
	require.Equal(t, int64(1), counts.Contacts)

	require.NoError(t, os.Rename(moved, filepath.Dir(path)))
	out, err := st.Delete(t.Context(), store.Batch{Selection: all, Keys: keys})
	require.NoError(t, err)
	require.Equal(t, keys, out.Deleted)
	left, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Empty(t, left)
	entries, err := os.ReadDir(filepath.Dir(path))
	require.NoError(t, err)
	require.Len(t, entries, 1, "nothing else is left")
}
