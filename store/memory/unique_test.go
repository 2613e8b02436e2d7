package memory_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/store"
	"github.com/contactsweep/contactsweep/store/memory"
	"github.com/contactsweep/contactsweep/where"
)

// targetSchema refers to other fields than the key, of contacts and of rows.
func targetSchema(action contacts.Action) contacts.Schema {
	id := contacts.Int64("id").NotNull()
	return contacts.Schema{
		Table: "people", Key: []string{"id"},
		Fields: []contacts.Field{id, contacts.Text("email").FoldCase(), contacts.Int64("badge"), contacts.Text("site"), contacts.Int64("seat"), contacts.Text("name")},
		Associations: []contacts.Association{
			{
				Name: "letters", Table: "letters", Action: action, Fields: []contacts.Field{contacts.Text("to")},
				References: []contacts.Reference{{Fields: []string{"to"}, To: []string{"email"}}},
			},
			{
				Name: "doors", Table: "doors", Action: action, Fields: []contacts.Field{contacts.Int64("badge"), contacts.Text("site"), contacts.Int64("seat")},
				References: []contacts.Reference{{Fields: []string{"badge"}, To: []string{"badge"}}, {Fields: []string{"site", "seat"}, To: []string{"site", "seat"}}},
			},
			{
				Name: "names", Table: "names", Action: contacts.ReadOnly, Fields: []contacts.Field{contacts.Text("name")},
				References: []contacts.Reference{{Fields: []string{"name"}, To: []string{"name"}}},
			},
			{
				Name: "orders", Table: "orders", Action: contacts.Delete, Fields: []contacts.Field{contacts.Text("number"), contacts.Int64("buyer")},
				References: []contacts.Reference{{Fields: []string{"buyer"}, To: []string{"id"}}},
				Associations: []contacts.Association{{
					Name: "lines", Table: "lines", Action: contacts.Delete, Fields: []contacts.Field{contacts.Text("order")},
					References: []contacts.Reference{{Fields: []string{"order"}, To: []string{"number"}}},
				}},
			},
		},
	}
}

func newSchemaStore(tb testing.TB, schema contacts.Schema) *memory.Store {
	tb.Helper()
	st, err := memory.New(schema)
	require.NoError(tb, err)
	return st
}

func TestWhatIsReferredToIsUnique(t *testing.T) {
	t.Parallel()
	const secret = "secret@example.com"
	first := memory.Row{"id": 1, "email": secret, "badge": 7, "site": "a", "seat": 1, "name": "n"}
	for name, test := range map[string]struct {
		row    memory.Row
		fields string // empty: accepted
	}{
		"the same text":                {memory.Row{"email": secret}, "email"},
		"the same text when folded":    {memory.Row{"email": "Secret@Example.com"}, "email"},
		"the same number":              {memory.Row{"badge": 7}, "badge"},
		"the same pair":                {memory.Row{"site": "a", "seat": 1}, "site, seat"},
		"another number":               {memory.Row{"badge": 8}, ""},
		"one half of a pair":           {memory.Row{"site": "a", "seat": 2}, ""},
		"half a pair, and NULL":        {memory.Row{"site": "a"}, ""},
		"NULL":                         {memory.Row{"email": nil}, ""},
		"an empty text":                {memory.Row{"email": ""}, ""},
		"a value outside the kind":     {memory.Row{"email": where.Unknown(), "badge": where.Unknown()}, ""},
		"a target that is only read":   {memory.Row{"name": "n"}, ""},
		"the same as nobody, but once": {memory.Row{"email": "b", "badge": 9, "site": "b", "seat": 1}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			st := newSchemaStore(t, targetSchema(contacts.Detach))
			require.NoError(t, st.Insert(first, memory.Row{"id": 2, "email": ""}))
			test.row["id"] = 4
			inserted := st.Insert(memory.Row{"id": 3}, test.row)
			together := newSchemaStore(t, targetSchema(contacts.Detach)).Insert(first, test.row)
			delete(test.row, "id")
			updated := st.Update(key(t, 2), test.row)
			if test.fields == "" {
				require.NoError(t, inserted)
				require.NoError(t, together)
				require.NoError(t, updateOf(t, test.row))
				return
			}
			require.ErrorContains(t, inserted, "memory: contacts, row 2 of 2: another row has the same "+test.fields+", to which references refer")
			require.ErrorContains(t, together, "memory: contacts, row 2 of 2: another row has the same "+test.fields)
			require.ErrorContains(t, updated, "memory: update: another row has the same "+test.fields)
			require.NotContains(t, inserted.Error()+updated.Error(), secret)
			require.Len(t, st.Contacts(), 2, "nothing was inserted")
			require.Empty(t, st.Contacts()[1]["email"], "nothing was changed")
		})
	}
}

// updateOf gives the row's values to a contact beside one that has none.
func updateOf(tb testing.TB, row memory.Row) error {
	tb.Helper()
	st := newSchemaStore(tb, targetSchema(contacts.Detach))
	require.NoError(tb, st.Insert(memory.Row{"id": 1}, memory.Row{"id": 2}))
	return st.Update(key(tb, 2), row)
}

func TestUpdatingAUniqueValue(t *testing.T) {
	t.Parallel()
	st := newSchemaStore(t, targetSchema(contacts.Delete))
	require.NoError(t, st.Insert(memory.Row{"id": 1, "email": "a", "badge": 7}, memory.Row{"id": 2, "email": "b"}))
	require.NoError(t, st.Update(key(t, 1), memory.Row{"email": "A", "badge": 7}), "it is its own value")
	require.NoError(t, st.Update(key(t, 1), memory.Row{"email": "c"}))
	require.NoError(t, st.Update(key(t, 2), memory.Row{"email": "a"}), "which is free now")
	require.NoError(t, st.Remove(key(t, 2)))
	require.NoError(t, st.Insert(memory.Row{"id": 3, "email": "a"}), "and again")
}

func TestRowsAboveAreUniqueToo(t *testing.T) {
	t.Parallel()
	st := newSchemaStore(t, targetSchema(contacts.Delete))
	require.NoError(t, st.InsertRows("orders", memory.Row{"number": "a"}, memory.Row{"number": ""}, memory.Row{"number": ""}, memory.Row{"buyer": 1}))
	require.ErrorContains(t, st.InsertRows("orders", memory.Row{"number": "b"}, memory.Row{"number": "a", "buyer": 1}),
		"memory: orders, row 2 of 2: another row has the same number, to which references refer; they must be unique")
	require.Len(t, st.Rows("orders"), 4)
	require.NoError(t, st.InsertRows("orders", memory.Row{"number": "b", "buyer": 1}), "a key is not checked again, and buyers repeat")
}

// TestAnEmptyTextInAKeyIsAValue has rows that refer to an empty key and, by the
// same field, to another field that is empty.
func TestAnEmptyTextInAKeyIsAValue(t *testing.T) {
	t.Parallel()
	schema := contacts.Schema{
		Table: "people", Key: []string{"id"}, Fields: []contacts.Field{contacts.Text("id").NotNull(), contacts.Text("code")},
		Associations: []contacts.Association{
			{Name: "by id", Table: "acts", Action: contacts.Detach, Fields: []contacts.Field{contacts.Text("to")}, References: []contacts.Reference{{Fields: []string{"to"}}}},
			{
				Name: "by code", Table: "acts", Action: contacts.Keep, Fields: []contacts.Field{contacts.Text("to"), contacts.Text("code")},
				References: []contacts.Reference{{Fields: []string{"code"}, To: []string{"code"}}},
			},
		},
	}
	st := newSchemaStore(t, schema)
	require.NoError(t, st.Insert(memory.Row{"id": "", "code": ""}, memory.Row{"id": "b", "code": ""}))
	require.NoError(t, st.InsertRows("by id", memory.Row{"to": "", "code": ""}, memory.Row{"to": "b", "code": ""}))
	for condition, want := range map[string]int64{"by id": 2, "by code": 0} {
		counts, err := st.Count(t.Context(), countOf(where.New().WhereExists(condition)))
		require.NoError(t, err)
		require.Equal(t, want, counts.Contacts, condition)
	}
	out, err := st.Delete(t.Context(), store.Batch{Selection: everything(), Keys: []contacts.Key{key(t, "")}})
	require.NoError(t, err)
	require.Len(t, out.Deleted, 1)
	require.Equal(t, map[string]int64{"by id": 1}, out.Rows)
}
