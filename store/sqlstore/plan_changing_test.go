package sqlstore_test

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/store"
	"github.com/contactsweep/contactsweep/store/sqlstore"
	"github.com/contactsweep/contactsweep/where"
)

func TestRowsThatStayAreFoundByAnIndex(t *testing.T) {
	t.Parallel()
	tenants := contacts.Schema{
		Table: "people", Key: []string{"tenant", "id"}, Fields: []contacts.Field{contacts.Text("tenant"), contacts.Int64("id")},
		Associations: []contacts.Association{{
			Name: "tasks", Table: "tasks", Action: contacts.HandOver, Heir: contacts.Values{"owner": 1, "checker": 1},
			Fields:     []contacts.Field{contacts.Text("tenant"), contacts.Int64("owner"), contacts.Int64("checker")},
			References: []contacts.Reference{{Fields: []string{"tenant", "owner"}}, {Fields: []string{"tenant", "checker"}}},
		}},
	}
	for name, tt := range map[string]struct {
		schema contacts.Schema
		fill   string
		keys   [][]any
	}{
		"heirs":   {heirs(), fillCRM, [][]any{{1}, {2}, {3}}},
		"tenants": {tenants, `INSERT INTO people VALUES ('t', 1), ('t', 2), ('u', 1), ('u', 2)`, [][]any{{"t", 2}, {"u", 2}}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			db, h := hooked(t, filepath.Join(t.TempDir(), "plan.db"), "?_pragma=foreign_keys(1)")
			create(t, db, tt.schema)
			script(t, db, tt.fill)
			st, err := sqlstore.Open(t.Context(), db, sqlstore.SQLite, tt.schema)
			require.NoError(t, err)
			batch := store.Batch{Selection: store.Selection{Condition: where.Everything()}}
			for _, values := range tt.keys {
				k, err := contacts.NewKey(values...)
				require.NoError(t, err)
				batch.Keys = append(batch.Keys, k)
			}
			h.set(nil, nil)
			out, err := st.Delete(t.Context(), batch)
			require.NoError(t, err)
			require.Len(t, out.Deleted, len(tt.keys))
			for _, statement := range h.statements() {
				if strings.Contains(statement.query, "WHERE 1 = 0") {
					continue
				}
				for _, line := range plan(t, db, statement) {
					if strings.HasPrefix(line, "SCAN") {
						require.Regexp(t, cheap, line, statement.query)
					}
				}
			}
		})
	}
}
