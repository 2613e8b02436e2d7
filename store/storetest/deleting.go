package storetest

import (
	"testing"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/store"
	"github.com/contactsweep/contactsweep/where"
)

// testDelete checks what happens to the rows of every association.
func testDelete(t *testing.T, h Harness) {
	t.Helper()
	w := where.New
	when := func(c where.Condition) store.Batch { return store.Batch{Selection: store.Selection{Condition: c}} }
	runDeletions(t, h, []deletion{
		{
			name: "one contact with rows of every action", schema: crmSchema(), data: crmData(), batch: store.Batch{Keys: keysOf(t, 1)},
			deleted: ids(1),
			rows:    map[string]int64{"orders": 3, "lines": 3, "parts": 2, "labels": 2, "notes": 1, "letters": 2, "reports": 2},
		},
		{
			name: "a row of two contacts goes with either, once", schema: crmSchema(), data: crmData(), batch: store.Batch{Keys: keysOf(t, 1, 2)},
			deleted: ids(1, 2),
			rows:    map[string]int64{"orders": 4, "lines": 4, "parts": 2, "labels": 2, "notes": 2, "letters": 2, "reports": 1},
		},
		{
			name: "all contacts but the restricted one", schema: crmSchema(), data: crmData(),
			deleted: ids(1, 2, 3, 4), skipped: map[string]string{"5": "restricted holds"},
			rows: map[string]int64{"orders": 5, "lines": 5, "parts": 3, "labels": 3, "notes": 3, "letters": 2},
		},
		{
			name: "a contact with an empty email keeps the letters to nobody", schema: crmSchema(), data: crmData(), batch: store.Batch{Keys: keysOf(t, 3)},
			deleted: ids(3), rows: map[string]int64{"orders": 2, "lines": 2, "parts": 2, "labels": 1, "notes": 1, "reports": 1},
		},
		{
			name: "a condition on contacts", schema: crmSchema(), data: crmData(), batch: when(w().WhereEquals("state", "old")),
			deleted: ids(1, 2, 4), skipped: map[string]string{"3": "changed", "5": "changed"},
			rows: map[string]int64{"orders": 4, "lines": 4, "parts": 2, "labels": 2, "notes": 2, "letters": 2, "reports": 1},
		},
		{
			name: "a condition on rows that are deleted is asked before", schema: crmSchema(), data: crmData(), batch: when(w().WhereExists("orders", w().WhereExists("lines", w().WhereExists("parts", w().WhereEquals("sku", "b"))))),
			deleted: ids(1, 3), skipped: map[string]string{"2": "changed", "4": "changed", "5": "changed"},
			rows: map[string]int64{"orders": 4, "lines": 4, "parts": 3, "labels": 3, "notes": 2, "letters": 2, "reports": 2},
		},
		{
			name: "a count of rows is asked before", schema: crmSchema(), data: crmData(), batch: when(w().WhereCount("seen", where.Equal, 2)),
			deleted: ids(1), skipped: map[string]string{"2": "changed", "3": "changed", "4": "changed", "5": "changed"},
			rows: map[string]int64{"orders": 3, "lines": 3, "parts": 2, "labels": 2, "notes": 1, "letters": 2, "reports": 2},
		},
		{
			name: "a condition on a table that is only read", schema: crmSchema(), data: crmData(), batch: when(w().WhereNotExists("known")),
			deleted: ids(2, 3, 4), skipped: map[string]string{"1": "changed", "5": "changed"},
			rows: map[string]int64{"orders": 4, "lines": 3, "parts": 2, "labels": 1, "notes": 2, "letters": 1},
		},
		{
			name: "a condition on contacts that go in the same batch", schema: crmSchema(), data: crmData(), batch: when(w().WhereNotExists("reports")),
			deleted: ids(2, 4), skipped: map[string]string{"1": "changed", "3": "changed", "5": "restricted holds"},
			rows: map[string]int64{"orders": 2, "lines": 1, "notes": 1, "letters": 1},
		},
		{
			name: "contacts without any rows", schema: crmSchema(), data: Data{"people": {{"id": 1}, {"id": 2}}, "orders": {{"id": 1}}, "notes": {{"type": "contact"}}},
			deleted: ids(1, 2),
		},
		{
			name: "detached rows lose the named fields only", schema: detachSchema(), data: Data{
				"people": {{"tenant": "t", "id": 1}, {"tenant": "t", "id": 2}},
				"tasks": {
					{"tenant": "t", "owner": 1, "checker": 2, "title": "a"},
					{"tenant": "t", "owner": 1, "checker": 1, "title": "b"},
					{"tenant": "u", "owner": 1, "checker": 1, "title": "c"},
					{"tenant": "t", "owner": 2, "title": "d"},
				},
			},
			batch:   store.Batch{Keys: mustKeys(t, []any{"t", 1})},
			deleted: []string{"t,1"}, rows: map[string]int64{"tasks": 2},
		},
	})
}

// detachSchema has rows with two references that share a column, of which
// detaching leaves the shared one.
func detachSchema() contacts.Schema {
	return contacts.Schema{
		Table: "people", Key: []string{"tenant", "id"},
		Fields: []contacts.Field{contacts.Text("tenant").NotNull(), contacts.Int64("id").NotNull()},
		Associations: []contacts.Association{{
			Name: "tasks", Table: "tasks", Action: contacts.Detach,
			Fields: []contacts.Field{contacts.Text("tenant"), contacts.Int64("owner"), contacts.Int64("checker"), contacts.Text("title")},
			References: []contacts.Reference{
				{Fields: []string{"tenant", "owner"}, SetNull: []string{"owner"}},
				{Fields: []string{"tenant", "checker"}, SetNull: []string{"checker"}},
			},
		}},
	}
}

// mustKeys makes keys of several columns.
func mustKeys(t *testing.T, keys ...[]any) []contacts.Key {
	t.Helper()
	var out []contacts.Key
	for _, values := range keys {
		k, err := contacts.NewKey(values...)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, k)
	}
	return out
}

// testSelf checks contacts that refer to contacts.
func testSelf(t *testing.T, h Harness) {
	t.Helper()
	schema := func(action contacts.Action) contacts.Schema {
		return contacts.Schema{
			Table: "people", Key: []string{"id"},
			Fields: []contacts.Field{contacts.Int64("id").NotNull(), contacts.Int64("boss"), contacts.Int64("mentor"), contacts.Text("name")},
			Associations: []contacts.Association{{
				Name: "team", Table: "people", Action: action,
				References: []contacts.Reference{{Fields: []string{"boss"}}, {Fields: []string{"mentor"}}},
			}},
		}
	}
	// 1 leads 2 and 3, 2 leads 4; 5 leads and mentors itself; 6 has two leads.
	data := func() Data {
		return Data{"people": {
			{"id": 1}, {"id": 2, "boss": 1}, {"id": 3, "boss": 1, "mentor": 2}, {"id": 4, "boss": 2}, {"id": 5, "boss": 5, "mentor": 5}, {"id": 6, "boss": 4, "mentor": 3, "name": "six"},
		}}
	}
	leaves := store.Batch{Selection: store.Selection{Condition: where.New().WhereNotExists("team")}}
	runDeletions(t, h, []deletion{
		{
			name: "detach all at once touches nobody", schema: schema(contacts.Detach), data: data(),
			deleted: ids(1, 2, 3, 4, 5, 6),
		},
		{
			name: "detach survivors", schema: schema(contacts.Detach), data: data(), batch: store.Batch{Keys: keysOf(t, 1, 2)},
			deleted: ids(1, 2), rows: map[string]int64{"team": 2},
		},
		{
			name: "detach leaves references to others", schema: schema(contacts.Detach), data: data(), batch: store.Batch{Keys: keysOf(t, 3)},
			deleted: ids(3), rows: map[string]int64{"team": 1},
		},
		{
			name: "a contact that refers to itself", schema: schema(contacts.Detach), data: data(), batch: store.Batch{Keys: keysOf(t, 5)},
			deleted: ids(5),
		},
		{
			name: "those without a team, and not their leads", schema: schema(contacts.Detach), data: data(), batch: leaves,
			deleted: ids(6), skipped: map[string]string{"1": "changed", "2": "changed", "3": "changed", "4": "changed", "5": "changed"},
		},
		{
			name: "keep leaves references to nobody", schema: schema(contacts.Keep), data: data(), batch: store.Batch{Keys: keysOf(t, 1, 4)},
			deleted: ids(1, 4),
		},
		{
			name: "restrict counts those that go in the same batch", schema: schema(contacts.Restrict), data: data(),
			deleted: ids(6), skipped: map[string]string{"1": "restricted team", "2": "restricted team", "3": "restricted team", "4": "restricted team", "5": "restricted team"},
		},
		{
			name: "read-only is not looked at", schema: schema(contacts.ReadOnly), data: data(), batch: store.Batch{Keys: keysOf(t, 1, 2)},
			deleted: ids(1, 2),
		},
	})
}
