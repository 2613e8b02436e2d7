package storetest

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/store"
	"github.com/contactsweep/contactsweep/where"
)

// restrictSchema restricts at three levels, and with two associations of one.
func restrictSchema() contacts.Schema {
	id := contacts.Int64("id").NotNull()
	to := func(field string) []contacts.Reference { return []contacts.Reference{{Fields: []string{field}}} }
	return contacts.Schema{
		Table: "people", Key: []string{"id"}, Fields: []contacts.Field{id, contacts.Int64("n"), contacts.Bool("held"), contacts.Text("tenant")},
		Associations: []contacts.Association{
			{
				Name: "orders", Table: "orders", Key: []string{"id"}, Action: contacts.Delete, Fields: []contacts.Field{id, contacts.Int64("buyer")}, References: to("buyer"),
				Associations: []contacts.Association{{
					Name: "lines", Table: "lines", Key: []string{"id"}, Action: contacts.Delete, Fields: []contacts.Field{id, contacts.Int64("of")}, References: to("of"),
					Associations: []contacts.Association{{
						Name: "claims", Table: "claims", Action: contacts.Restrict, Fields: []contacts.Field{contacts.Int64("line"), contacts.Text("state")}, References: to("line"),
						Where: where.New().WhereNotEquals("state", "closed"),
					}},
				}},
			},
			{Name: "cases", Table: "cases", Action: contacts.Restrict, Fields: []contacts.Field{contacts.Int64("person")}, References: to("person")},
			{Name: "trials", Table: "trials", Action: contacts.Restrict, Fields: []contacts.Field{contacts.Int64("person")}, References: to("person")},
		},
	}
}

func restrictData() Data {
	return Data{
		"people": {
			{"id": 1, "n": 1, "held": false, "tenant": "a"},
			{"id": 2, "n": 1, "held": false, "tenant": "a"},
			{"id": 3, "n": 1, "held": false, "tenant": "a"},
			{"id": 4, "n": 2, "held": false, "tenant": "a"},
			{"id": 5, "n": 1, "held": true, "tenant": "a"},
			{"id": 6, "n": 1, "tenant": "a"},
			{"id": 7, "n": 1, "held": false, "tenant": "b"},
			{"id": 8, "n": 1, "held": false},
			{"id": 9, "held": false, "tenant": "a"},
			{"id": 10, "n": 2, "held": true, "tenant": "b"},
			{"id": 11, "n": 2, "held": true, "tenant": "a"},
			{"id": 12, "n": 1, "held": true, "tenant": "a"},
		},
		"orders": {{"id": 1, "buyer": 1}, {"id": 2, "buyer": 2}, {"id": 3, "buyer": 3}},
		"lines":  {{"id": 1, "of": 1}, {"id": 2, "of": 2}, {"id": 3, "of": 3}},
		"claims": {{"line": 1, "state": "open"}, {"line": 2, "state": "closed"}, {"line": 99, "state": "open"}},
		"cases":  {{"person": 3}, {"person": 4}, {"person": 5}, {"person": 7}, {"person": 12}},
		"trials": {{"person": 3}, {}},
	}
}

// testCauses checks which cause is reported when several apply.
func testCauses(t *testing.T, h Harness) {
	t.Helper()
	w := where.New
	guarded := store.Selection{Condition: w().WhereEquals("n", 1), Scope: w().WhereEquals("tenant", "a"), Protected: w().WhereTrue("held")}
	runDeletions(t, h, []deletion{
		{
			name: "each cause in its order", schema: restrictSchema(), data: restrictData(),
			batch:   store.Batch{Selection: guarded, Keys: keysOf(t, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 77)},
			deleted: ids(2), rows: map[string]int64{"orders": 1, "lines": 1},
			skipped: map[string]string{
				"77": "gone", "7": "gone", "8": "gone", "10": "gone", // not there, out of scope, or not known to be in scope
				"4": "changed", "9": "changed", "11": "changed",
				"5": "protected", "6": "protected", "12": "protected",
				"1": "restricted claims", "3": "restricted cases",
			},
		},
		{
			name: "restricting rows do not follow the contact", schema: restrictSchema(), data: restrictData(), batch: store.Batch{Keys: keysOf(t, 2, 9, 11)},
			deleted: ids(2, 9, 11), rows: map[string]int64{"orders": 1, "lines": 1},
		},
		{
			name: "keys that are given twice count once", schema: restrictSchema(), data: restrictData(), batch: store.Batch{Keys: keysOf(t, 2, 1, 2, 1, 77, 77)},
			deleted: ids(2), skipped: map[string]string{"1": "restricted claims", "77": "gone"}, rows: map[string]int64{"orders": 1, "lines": 1},
		},
		{
			name: "nobody passes", schema: restrictSchema(), data: restrictData(), batch: store.Batch{Keys: keysOf(t, 77, 1), Selection: store.Selection{Condition: where.NoResults()}},
			skipped: map[string]string{"1": "changed", "77": "gone"},
		},
	})
	t.Run("a second batch with the same keys", func(t *testing.T) {
		t.Parallel()
		b := setup(t, h, restrictSchema(), restrictData())
		batch := store.Batch{Selection: selection(w().WhereNotExists("cases")), Keys: keysOf(t, 2, 9, 3)}
		out, err := b.st.Delete(t.Context(), batch)
		require.NoError(t, err)
		require.Equal(t, ids(2, 9), texts(out.Deleted))
		out, err = b.st.Delete(t.Context(), batch)
		require.NoError(t, err)
		require.Empty(t, out.Deleted)
		require.Equal(t, map[string]string{"2": "gone", "9": "gone", "3": "changed"}, causes(out.Skipped))
		require.Empty(t, withoutZeros(out.Rows))
	})
	t.Run("candidates that changed since the page", func(t *testing.T) {
		t.Parallel()
		// Contact 2 matches as long as 3 works for it; deleting 3 changes that.
		b := setup(t, h, crmSchema(), Data{"people": {{"id": 1}, {"id": 2, "boss": 1}, {"id": 3, "boss": 2}}})
		leads := selection(w().WhereExists("reports"))
		page, err := b.st.Page(t.Context(), store.PageRequest{Selection: leads, Until: b.bound(t), Limit: 10})
		require.NoError(t, err)
		require.Equal(t, ids(1, 2), texts(page.Keys))
		_, err = b.st.Delete(t.Context(), store.Batch{Selection: selection(where.Everything()), Keys: keysOf(t, 3)})
		require.NoError(t, err)
		out, err := b.st.Delete(t.Context(), store.Batch{Selection: leads, Keys: page.Keys})
		require.NoError(t, err)
		require.Equal(t, ids(1), texts(out.Deleted))
		require.Equal(t, map[string]string{"2": "changed"}, causes(out.Skipped))
	})
}
