package storetest

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/store"
	"github.com/contactsweep/contactsweep/where"
)

// cascadedSchema has rows that the database may delete by itself: of the
// contact, below others of these, and below rows that the store deletes; with
// rows of other actions below them.
func cascadedSchema() contacts.Schema {
	id := contacts.Int64("id").NotNull()
	ticket := []contacts.Field{id, contacts.Int64("person"), contacts.Int64("agent")}
	return contacts.Schema{
		Table: "people", Key: []string{"id"}, Fields: []contacts.Field{id, contacts.Bool("held")},
		Associations: []contacts.Association{
			{
				Name: "tickets", Table: "tickets", Key: []string{"id"}, Action: contacts.Delete, Cascaded: true, Fields: ticket, References: refs("person"),
				Associations: []contacts.Association{
					{
						Name: "replies", Table: "replies", Key: []string{"id"}, Action: contacts.Delete, Cascaded: true, References: refs("ticket"),
						Fields: []contacts.Field{id, contacts.Int64("ticket")},
						Associations: []contacts.Association{
							{Name: "files", Table: "files", Action: contacts.Delete, Cascaded: true, Fields: []contacts.Field{contacts.Int64("reply")}, References: refs("reply")},
							{Name: "quotes", Table: "quotes", Action: contacts.Delete, Fields: []contacts.Field{contacts.Int64("reply")}, References: refs("reply")},
							{Name: "stars", Table: "stars", Action: contacts.Detach, Fields: []contacts.Field{contacts.Int64("reply"), contacts.Text("by")}, References: refs("reply")},
						},
					},
					{Name: "refunds", Table: "refunds", Action: contacts.Restrict, Fields: []contacts.Field{contacts.Int64("ticket")}, References: refs("ticket")},
				},
			},
			{Name: "handled", Table: "tickets", Action: contacts.ReadOnly, Fields: ticket, References: refs("agent")},
			{
				Name: "orders", Table: "orders", Key: []string{"id"}, Action: contacts.Delete, References: refs("buyer", "payer"),
				Fields: []contacts.Field{id, contacts.Int64("buyer"), contacts.Int64("payer")},
				Associations: []contacts.Association{{
					Name: "lines", Table: "lines", Action: contacts.Delete, Cascaded: true, Fields: []contacts.Field{contacts.Int64("order"), contacts.Text("sku")}, References: refs("order"),
				}},
			},
		},
	}
}

// cascadedData has only rows that refer to something or to nothing, so that a
// storage that enforces references can do with all of them what it likes.
func cascadedData() Data {
	return Data{
		"people": {{"id": 1, "held": false}, {"id": 2, "held": false}, {"id": 3, "held": true}, {"id": 4, "held": false}, {"id": 5, "held": false}},
		"tickets": {
			{"id": 10, "person": 1}, {"id": 11, "person": 1, "agent": 2}, {"id": 20, "person": 2}, {"id": 30, "person": 3}, {"id": 40, "person": 4, "agent": 3}, {"id": 50},
		},
		"replies": {{"id": 100, "ticket": 10}, {"id": 101, "ticket": 10}, {"id": 110, "ticket": 11}, {"id": 200, "ticket": 20}, {"id": 400, "ticket": 40}, {"id": 500, "ticket": 50}},
		"files":   {{"reply": 100}, {"reply": 100}, {"reply": 101}, {"reply": 110}, {"reply": 200}, {"reply": 400}, {"reply": 500}, {}},
		"quotes":  {{"reply": 100}, {"reply": 200}, {"reply": 500}},
		"stars":   {{"reply": 101, "by": "a"}, {"reply": 200, "by": "b"}, {"by": "c"}},
		"refunds": {{"ticket": 20}, {"ticket": 50}, {}},
		"orders":  {{"id": 60, "buyer": 1, "payer": 4}, {"id": 61, "buyer": 5}, {"id": 62, "buyer": 3, "payer": 3}, {"id": 63}},
		"lines":   {{"order": 60, "sku": "a"}, {"order": 60, "sku": "b"}, {"order": 61, "sku": "c"}, {"order": 62, "sku": "d"}, {"order": 63, "sku": "e"}, {"sku": "f"}},
	}
}

// testCascaded checks that it makes no difference who deletes the rows.
func testCascaded(t *testing.T, h Harness) {
	t.Helper()
	w := where.New
	one := map[string]int64{"tickets": 2, "replies": 3, "files": 4, "quotes": 1, "stars": 1, "orders": 1, "lines": 2}
	runDeletions(t, h, []deletion{
		{
			name: "rows of rows", schema: cascadedSchema(), data: cascadedData(), batch: store.Batch{Keys: keysOf(t, 1)}, deleted: ids(1), rows: one,
		},
		{
			name: "all that may go", schema: cascadedSchema(), data: cascadedData(),
			deleted: ids(1, 3, 4, 5), skipped: map[string]string{"2": "restricted refunds"},
			rows: map[string]int64{"tickets": 4, "replies": 4, "files": 5, "quotes": 1, "stars": 1, "orders": 3, "lines": 4},
		},
		{
			name: "rows of a protected contact too", schema: cascadedSchema(), data: cascadedData(),
			batch:   store.Batch{Selection: store.Selection{Protected: w().WhereTrue("held")}},
			deleted: ids(1, 5), skipped: map[string]string{"2": "restricted refunds", "3": "protected", "4": "restricted tickets"},
			rows: map[string]int64{"tickets": 2, "replies": 3, "files": 4, "quotes": 1, "stars": 1, "orders": 2, "lines": 3},
		},
		{
			name: "nothing to delete", schema: cascadedSchema(), data: Data{"people": {{"id": 1}}}, deleted: ids(1),
		},
	})
	everyone := selection(where.Everything())
	t.Run("options", func(t *testing.T) {
		t.Parallel()
		b := setup(t, h, cascadedSchema(), cascadedData())
		keys, most := keysOf(t, 1), total(one)
		for _, batch := range []store.Batch{
			{MaxRows: 1}, {MaxRows: 5}, {MaxRows: most - 1}, {MaxRows: most - 1, DryRun: true}, // some are counted before the contact goes, and all in the end
		} {
			batch.Selection, batch.Keys = everyone, keys
			_, err := b.st.Delete(t.Context(), batch)
			require.ErrorIs(t, err, store.ErrTooManyRows, "limit %d", batch.MaxRows)
			b.requireUnchanged(t)
		}
		for _, dry := range []bool{true, false} {
			out, err := b.st.Delete(t.Context(), store.Batch{Selection: everyone, Keys: keys, MaxRows: most, DryRun: dry})
			require.NoError(t, err)
			require.Equal(t, one, out.Rows)
			if dry {
				b.requireUnchanged(t)
			}
		}
		out, err := b.st.Delete(t.Context(), store.Batch{Selection: everyone, Keys: keysOf(t, 5)})
		require.NoError(t, err)
		require.Equal(t, map[string]int64{"orders": 1, "lines": 1}, withoutZeros(out.Rows), "what an earlier batch deleted does not count")
	})
	t.Run("concurrency", func(t *testing.T) {
		t.Parallel()
		schema, err := crmSchema().Edit(contacts.SetCascaded("lines", "parts"))
		require.NoError(t, err)
		deleteOverlapping(t, h, schema)
	})
}
