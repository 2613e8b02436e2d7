package storetest

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/store"
	"github.com/contactsweep/contactsweep/where"
)

// foldedSchema has references and constants that are compared without the case
// of letters: by the field referred to, by the field of the row, and by neither.
func foldedSchema() contacts.Schema {
	byMail := func(name string, to contacts.Field, action contacts.Action) contacts.Association {
		return contacts.Association{
			Name: name, Table: name, Action: action, Fields: []contacts.Field{to, contacts.Text("type").FoldCase()},
			References: []contacts.Reference{{Fields: []string{to.Name}, To: []string{"mail"}, Constants: map[string]any{"type": "Person"}}},
		}
	}
	exact := byMail("exact", contacts.Text("to"), contacts.Delete)
	exact.References[0].To = []string{"login"}
	folding := byMail("folding", contacts.Text("to").FoldCase(), contacts.Delete)
	folding.References[0].To = []string{"login"}
	return contacts.Schema{
		Table: "people", Key: []string{"id"},
		Fields:       []contacts.Field{contacts.Int64("id").NotNull(), contacts.Text("mail").FoldCase(), contacts.Text("login"), contacts.Bool("held")},
		Associations: []contacts.Association{byMail("sent", contacts.Text("to"), contacts.Delete), byMail("seen", contacts.Text("by"), contacts.Detach), exact, folding},
	}
}

func foldedData() Data {
	rows := func(field string) []Row {
		return []Row{{field: "Ann@X", "type": "PERSON"}, {field: "ann@x", "type": "person"}, {field: "ANN@X", "type": "group"}, {field: "ann", "type": "Person"}}
	}
	return Data{
		"people": {{"id": 1, "mail": "ann@x", "login": "Ann@X"}, {"id": 2, "mail": "BOB@X", "login": "bob"}, {"id": 3, "mail": "É@x", "login": "é@x"}},
		"sent":   append(rows("to"), Row{"to": "é@x", "type": "person"}), "seen": rows("by"), "exact": rows("to"), "folding": rows("to"),
	}
}

// testAdapterRules checks rules that an adapter can break without any other case
// failing: references without case, guards, keys of another spelling, Scan.
func testAdapterRules(t *testing.T, h Harness) {
	t.Helper()
	w := where.New
	runSelects(t, h, foldedSchema(), foldedData(), []selects{
		{"the field referred to folds", w().WhereCount("sent", where.Equal, 2), ids(1)},
		{"neither folds", w().WhereCount("exact", where.Equal, 1), ids(1)},
		{"the field of the row folds", w().WhereCount("folding", where.Equal, 2), ids(1)},
		{"only ASCII letters fold", w().WhereExists("sent"), ids(1)},
	})
	held := store.Selection{Protected: w().WhereTrue("held")}
	runDeletions(t, h, []deletion{
		{
			name: "folded references", schema: foldedSchema(), data: foldedData(), deleted: ids(1, 2, 3),
			rows: map[string]int64{"sent": 2, "seen": 2, "exact": 1, "folding": 2},
		},
		{
			name: "a guarded reference of another association, whatever its Where", schema: guardedWhereSchema(), data: Data{
				"people": {{"id": 1, "held": false}, {"id": 2, "held": true}}, "calls": {{"from": 1, "to": 2, "state": "closed"}},
			},
			batch: store.Batch{Selection: held, Keys: keysOf(t, 1)}, skipped: map[string]string{"1": "restricted made"},
		},
		{
			name: "what restricts comes before what is guarded, wherever it stands", schema: guardedWhereSchema(), data: Data{
				"people": {{"id": 1, "held": false}, {"id": 2, "held": true}}, "calls": {{"from": 1, "to": 2, "state": "open"}}, "holds": {{"person": 1}},
			},
			batch: store.Batch{Selection: held, Keys: keysOf(t, 1)}, skipped: map[string]string{"1": "restricted holds"},
		},
	})
	t.Run("keys of another spelling", func(t *testing.T) {
		t.Parallel()
		schema := contacts.Schema{Table: "people", Key: []string{"id"}, Fields: []contacts.Field{contacts.Uint64("id").NotNull()}}
		b := setup(t, h, schema, Data{"people": {{"id": 1}, {"id": 2}}})
		same := append(keysOf(t, 1), keysOf(t, uint64(1))...)
		page, err := b.st.Page(t.Context(), store.PageRequest{Selection: selection(where.Everything()), Keys: same, Limit: 5})
		require.NoError(t, err)
		require.Equal(t, same[1:], page.Keys)
		out, err := b.st.Delete(t.Context(), store.Batch{Selection: selection(where.Everything()), Keys: append(same, keysOf(t, 9)...)})
		require.NoError(t, err)
		require.Equal(t, same[1:], out.Deleted)
		require.Equal(t, []store.Skipped{{Key: keysOf(t, uint64(9))[0], Cause: store.Gone}}, out.Skipped)
	})
	t.Run("Scan has no effect with keys", func(t *testing.T) {
		t.Parallel()
		b := setup(t, h, sampleSchema(), sampleData())
		page, err := b.st.Page(t.Context(), store.PageRequest{Selection: selection(where.Everything()), Keys: keysOf(t, 1, 2, 3, 4, 5, 6, 7, 8), Limit: 8, Scan: 1})
		require.NoError(t, err)
		require.Len(t, page.Keys, 8)
	})
}

func guardedWhereSchema() contacts.Schema {
	fields := []contacts.Field{contacts.Int64("from"), contacts.Int64("to"), contacts.Text("state")}
	return contacts.Schema{
		Table: "people", Key: []string{"id"}, Fields: []contacts.Field{contacts.Int64("id").NotNull(), contacts.Bool("held")},
		Associations: []contacts.Association{
			{Name: "made", Table: "calls", Action: contacts.Delete, Fields: fields, References: refs("from")},
			{Name: "taken", Table: "calls", Action: contacts.Keep, Fields: fields, References: refs("to"), Where: where.New().WhereEquals("state", "open")},
			{Name: "holds", Table: "holds", Action: contacts.Restrict, Fields: []contacts.Field{contacts.Int64("person")}, References: refs("person")},
		},
	}
}
