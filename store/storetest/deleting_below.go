package storetest

import (
	"testing"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/store"
	"github.com/contactsweep/contactsweep/where"
)

// belowSchema has a Delete association with associations of every action below
// it, two of them with constants and conditions, and one that refers to
// another field than the key.
func belowSchema() contacts.Schema {
	id := contacts.Int64("id").NotNull()
	return contacts.Schema{
		Table: "people", Key: []string{"id"}, Fields: []contacts.Field{id},
		Associations: []contacts.Association{{
			Name: "tickets", Table: "tickets", Key: []string{"id"}, Action: contacts.Delete, References: refs("person"),
			Fields: []contacts.Field{id, contacts.Int64("person"), contacts.Text("number")},
			Where:  where.New().WhereNotEquals("number", "kept"),
			Associations: []contacts.Association{
				{
					Name: "replies", Table: "replies", Action: contacts.Delete,
					Fields:     []contacts.Field{contacts.Text("ticket"), contacts.Text("text")},
					References: []contacts.Reference{{Fields: []string{"ticket"}, To: []string{"number"}}},
				},
				{
					Name: "mentions", Table: "mentions", Action: contacts.Detach,
					Fields:     []contacts.Field{contacts.Text("type"), contacts.Int64("ref"), contacts.Int64("weight")},
					References: []contacts.Reference{{Fields: []string{"ref"}, Constants: map[string]any{"type": "ticket"}}},
					Where:      where.New().WhereGreaterThan("weight", 0),
				},
				{Name: "audits", Table: "audits", Action: contacts.Keep, Fields: []contacts.Field{contacts.Int64("ticket")}, References: refs("ticket")},
				{Name: "refunds", Table: "refunds", Action: contacts.Restrict, Fields: []contacts.Field{contacts.Int64("ticket")}, References: refs("ticket")},
				{Name: "kinds", Table: "kinds", Action: contacts.ReadOnly, Fields: []contacts.Field{contacts.Int64("ticket")}, References: refs("ticket")},
			},
		}},
	}
}

// ownTableSchema has rows that refer to rows of their own table.
func ownTableSchema() contacts.Schema {
	fields := []contacts.Field{contacts.Int64("id").NotNull(), contacts.Int64("owner"), contacts.Int64("parent")}
	return contacts.Schema{
		Table: "people", Key: []string{"id"}, Fields: []contacts.Field{contacts.Int64("id").NotNull()},
		Associations: []contacts.Association{{
			Name: "tasks", Table: "tasks", Key: []string{"id"}, Action: contacts.Delete, Fields: fields, References: refs("owner"),
			Associations: []contacts.Association{{Name: "subtasks", Table: "tasks", Action: contacts.Detach, Fields: fields, References: refs("parent")}},
		}},
	}
}

func belowData() Data {
	return Data{
		"people": {{"id": 1}, {"id": 2}, {"id": 3}},
		"tickets": {
			{"id": 10, "person": 1, "number": "A"},
			{"id": 11, "person": 1, "number": ""},
			{"id": 12, "person": 1, "number": "kept"},
			{"id": 13, "person": 1},
			{"id": 20, "person": 2, "number": "B"},
			{"id": 30, "person": 3, "number": "a"},
		},
		"replies":  {{"ticket": "A", "text": "x"}, {"ticket": "", "text": "x"}, {"ticket": "kept", "text": "x"}, {"text": "x"}, {"ticket": "B", "text": "x"}, {"ticket": "A ", "text": "x"}},
		"mentions": {{"type": "ticket", "ref": 10, "weight": 1}, {"type": "ticket", "ref": 10, "weight": 0}, {"type": "person", "ref": 10, "weight": 1}, {"ref": 10, "weight": 1}, {"type": "ticket", "ref": 12, "weight": 1}},
		"audits":   {{"ticket": 10}, {"ticket": 20}},
		"refunds":  {{"ticket": 20}, {"ticket": 12}, {}},
		"kinds":    {{"ticket": 10}},
	}
}

// testBelow checks rows of rows: they go only with a row that goes.
func testBelow(t *testing.T, h Harness) {
	t.Helper()
	w := where.New
	runDeletions(t, h, []deletion{
		{
			name: "rows of rows that do not belong stay", schema: belowSchema(), data: belowData(), batch: store.Batch{Keys: keysOf(t, 1)},
			deleted: ids(1), rows: map[string]int64{"tickets": 2, "replies": 1, "mentions": 1},
		},
		{
			name: "a row of a row restricts", schema: belowSchema(), data: belowData(),
			deleted: ids(1, 3), skipped: map[string]string{"2": "restricted refunds"}, rows: map[string]int64{"tickets": 3, "replies": 1, "mentions": 1},
		},
		{
			name: "rows that refer to rows of their own table", schema: ownTableSchema(), data: Data{
				"people": {{"id": 1}, {"id": 2}},
				"tasks":  {{"id": 10, "owner": 1, "parent": 10}, {"id": 11, "owner": 1, "parent": 10}, {"id": 20, "owner": 2, "parent": 10}, {"id": 21, "owner": 2, "parent": 20}},
			},
			batch:   store.Batch{Keys: keysOf(t, 1)},
			deleted: ids(1), rows: map[string]int64{"tasks": 2, "subtasks": 3},
		},
		{
			name: "a condition on a row that is only read", schema: belowSchema(), data: belowData(),
			batch:   store.Batch{Selection: store.Selection{Condition: w().WhereExists("tickets", w().WhereExists("kinds"))}},
			deleted: ids(1), skipped: map[string]string{"2": "changed", "3": "changed"}, rows: map[string]int64{"tickets": 2, "replies": 1, "mentions": 1},
		},
	})
}
