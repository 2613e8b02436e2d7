package memory_test

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/store"
	"github.com/contactsweep/contactsweep/store/memory"
	"github.com/contactsweep/contactsweep/where"
)

// TestKeysOfEveryKindAreInOrder inserts keys in any order and walks them in
// pages.
func TestKeysOfEveryKindAreInOrder(t *testing.T) {
	t.Parallel()
	// A generator is not safe for concurrent use, and the subtests are parallel.
	text := func() *rapid.Generator[string] { return rapid.StringOf(rapid.RuneFrom([]rune("aAbé 0\U0001F600"))) }
	kinds := map[string]struct {
		field  contacts.Field
		values *rapid.Generator[any]
	}{
		"int64":  {contacts.Int64("id"), rapid.Int64().AsAny()},
		"uint64": {contacts.Uint64("id"), rapid.Uint64().AsAny()},
		"text":   {contacts.Text("id"), text().AsAny()},
		"uuid":   {contacts.UUID("id"), rapid.Map(rapid.SliceOfN(rapid.ByteMax(2), 16, 16), func(b []byte) any { return [16]byte(b) })},
	}
	for name, kind := range kinds {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := contacts.Schema{Table: "contacts", Key: []string{"id", "tenant"}, Fields: []contacts.Field{kind.field, contacts.Text("tenant")}}
			tenants := text()
			rapid.Check(t, func(r *rapid.T) {
				st, err := memory.New(s)
				require.NoError(r, err)
				want := map[contacts.Key]bool{}
				for _, id := range rapid.SliceOfN(kind.values, 1, 20).Draw(r, "ids") {
					k, err := contacts.NewKey(id, tenants.Draw(r, "tenant"))
					require.NoError(r, err)
					if !want[k] {
						want[k] = true
						require.NoError(r, st.Insert(memory.Row{"id": k.Values()[0], "tenant": k.Values()[1]}))
					}
				}
				requireWalk(t, r, st, want)
			})
		})
	}
}

func requireWalk(t *testing.T, r *rapid.T, st *memory.Store, want map[contacts.Key]bool) {
	t.Helper()
	until, err := st.Bound(t.Context(), store.BoundRequest{})
	require.NoError(r, err)
	var walked []contacts.Key
	for page := (store.Page{More: true}); page.More; {
		page, err = st.Page(t.Context(), store.PageRequest{Selection: everything(), After: page.Next, Until: until, Limit: 3})
		require.NoError(r, err)
		walked = append(walked, page.Keys...)
	}
	require.Len(r, walked, len(want))
	require.True(r, slices.IsSortedFunc(walked, func(a, b contacts.Key) int {
		return slices.CompareFunc(a.Values(), b.Values(), where.CompareValues)
	}))
	for _, k := range walked {
		require.True(r, want[k])
	}
}

func TestReferencesOfCaseInsensitiveFields(t *testing.T) {
	t.Parallel()
	st, err := memory.New(contacts.Schema{
		Table: "contacts", Key: []string{"id"},
		Fields: []contacts.Field{contacts.Text("id"), contacts.Text("email").FoldCase()},
		Associations: []contacts.Association{{
			Name: "bounces", Table: "bounces", Action: contacts.Delete,
			Fields:     []contacts.Field{contacts.Text("address"), contacts.Text("kind").FoldCase()},
			References: []contacts.Reference{{Fields: []string{"address"}, To: []string{"email"}, Constants: map[string]any{"kind": "Hard"}}},
		}},
	})
	require.NoError(t, err)
	require.NoError(t, st.Insert(memory.Row{"id": "x", "email": "Ann@Example.com"}, memory.Row{"id": "", "email": ""}, memory.Row{"id": "y"}))
	require.NoError(t, st.InsertRows("bounces",
		memory.Row{"address": "aNN@example.com", "kind": "HARD"},
		memory.Row{"address": "aNN@example.com", "kind": "soft"},
		memory.Row{"address": "ann@example.org", "kind": "hard"},
		memory.Row{"address": "", "kind": "hard"},
		memory.Row{"kind": "hard"},
		memory.Row{"address": where.Unknown(), "kind": "hard"},
	))
	all, err := contacts.Keys("x", "", "y")
	require.NoError(t, err)
	out, err := st.Delete(t.Context(), store.Batch{Selection: everything(), Keys: all})
	require.NoError(t, err)
	require.Len(t, out.Deleted, 3)
	require.EqualValues(t, 1, out.Rows["bounces"], "empty, NULL and unknown refer to nothing")
	require.Len(t, st.Rows("bounces"), 5)
}
