package storetest

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/store"
	"github.com/contactsweep/contactsweep/where"
)

// foreignSchema has fields that can hold foreign values everywhere: in the
// contact, in its rows, and in references.
func foreignSchema() contacts.Schema {
	return contacts.Schema{
		Table: "people", Key: []string{"id"},
		Fields: []contacts.Field{contacts.Int64("id").NotNull(), contacts.Time("seen"), contacts.Bool("held"), contacts.Int64("boss")},
		Associations: []contacts.Association{
			{
				Name: "events", Table: "events", Action: contacts.Delete, References: refs("person"),
				Fields: []contacts.Field{contacts.Int64("person"), contacts.Int64("points"), contacts.Time("at").Encoded(contacts.UnixSeconds()), contacts.Text("name")},
			},
			{
				Name: "good events", Table: "events", Action: contacts.Delete, References: refs("person"),
				Fields: []contacts.Field{contacts.Int64("person"), contacts.Int64("points"), contacts.Time("at").Encoded(contacts.UnixSeconds()), contacts.Text("name")},
				Where:  where.New().WhereGreaterThan("points", 0),
			},
			{Name: "team", Table: "people", Action: contacts.Detach, References: refs("boss")},
		},
	}
}

func foreignData() Data {
	const f = Foreign(0)
	return Data{
		"people": {
			{"id": 1, "seen": utc(2020, 1, 1, 0, 0, 0), "held": false},
			{"id": 2, "seen": f, "held": false, "boss": 1},
			{"id": 3, "seen": utc(2020, 1, 1, 0, 0, 0), "held": f, "boss": f},
			{"id": 4, "held": false},
		},
		"events": {
			{"person": 1, "points": 1, "at": utc(2020, 1, 1, 0, 0, 0), "name": "a"},
			{"person": 1, "points": f, "at": f, "name": f},
			{"person": 1, "points": f, "at": utc(2020, 2, 1, 0, 0, 0)},
			{"person": f, "points": 5},
			{"person": 3, "points": f, "at": f},
		},
	}
}

// testForeign checks stored values that do not belong to their field's kind:
// every test of them is unknown, and unknown selects nothing and protects.
func testForeign(t *testing.T, h Harness) {
	t.Helper()
	for _, f := range foreignSchema().Fields[1:] {
		if foreigns(h, f) == 0 {
			t.Skip("the harness cannot store values outside a field's kind")
		}
	}
	w := where.New
	t.Run("conditions", func(t *testing.T) {
		t.Parallel()
		runSelects(t, h, foreignSchema(), foreignData(), []selects{
			{"never older", w().WhereLessThan("seen", where.Ago(0)), ids(1, 3)},
			{"never newer", w().WhereGreaterThan("seen", where.Ago(0)), ids()},
			{"not even NULL", w().WhereNull("seen"), ids(4)},
			{"nor empty", w().WhereEmpty("seen"), ids(4)},
			{"nor not NULL", w().WhereNot(w().WhereNull("seen")), ids(1, 3)},
			{"OR something else", w().WhereNull("seen").Or().WhereEquals("id", 2), ids(2, 4)},
			{"but unknown", w().WhereUnknown("seen").WhereNot(w().WhereID(4)), ids(2)},
			{"a row that is unknown does not exist", w().WhereExists("events", w().WhereLessThan("points", 9).Or().WhereGreaterOrEquals("points", 9)), ids(1)},
			{"nor does its opposite", w().WhereExists("events", w().WhereNot(w().WhereEquals("points", 1))), ids()},
			{"a row that is unknown is known to be", w().WhereCount("events", where.Equal, 2, w().WhereUnknown("points")), ids(1)},
			{"rows", w().WhereCount("events", where.Equal, 3), ids(1)},
			{"are no distinct value", w().WhereCountDistinct("events", "points", where.Equal, 1), ids(1)},
			{"are no distinct text", w().WhereCountDistinct("events", "name", where.Equal, 1), ids(1)},
			{"are no month", w().WhereCountMonths("events", "at", where.Equal, 2), ids(1)},
			{"the condition of an association", w().WhereCount("good events", where.Equal, 1), ids(1)},
			{"refer to nobody", w().WhereExists("team"), ids(1)},
		})
	})
	runDeletions(t, h, []deletion{
		{
			name: "Delete", schema: foreignSchema(), data: foreignData(),
			batch:   store.Batch{Selection: store.Selection{Condition: w().WhereLessThan("seen", instant()), Protected: w().WhereTrue("held")}},
			deleted: ids(1), skipped: map[string]string{"2": "changed", "3": "protected", "4": "changed"}, rows: map[string]int64{"events": 3, "team": 1},
		},
		{
			name: "scope", schema: foreignSchema(), data: foreignData(),
			batch:   store.Batch{Selection: store.Selection{Scope: w().WhereFalse("held")}},
			deleted: ids(1, 2, 4), skipped: map[string]string{"3": "gone"}, rows: map[string]int64{"events": 3},
		},
	})
	t.Run("Page", func(t *testing.T) {
		t.Parallel()
		b := setup(t, h, foreignSchema(), foreignData())
		page, err := b.st.Page(t.Context(), store.PageRequest{Selection: selection(where.Everything()), Until: b.bound(t), Limit: 10, Fields: []string{"seen"}})
		require.NoError(t, err)
		require.Len(t, page.Values, 4)
		for _, values := range page.Values {
			require.Len(t, values, 1)
		}
		require.True(t, page.Values[1][0].IsUnknown(), "a foreign value is unknown, not NULL")
		require.True(t, page.Values[3][0].IsNull())
	})
}
