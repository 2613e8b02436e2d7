package storetest

import (
	"testing"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/store"
	"github.com/contactsweep/contactsweep/where"
)

// logSchema has rows that are anonymised: by one reference, by two, by one that
// stays, with constants, with a condition, and below rows that are deleted.
func logSchema() contacts.Schema {
	id := contacts.Int64("id").NotNull()
	return contacts.Schema{
		Table: "people", Key: []string{"id"}, Fields: []contacts.Field{id, contacts.Text("email"), contacts.Bool("held")},
		Associations: []contacts.Association{
			{
				Name: "visits", Table: "visits", Action: contacts.Anonymise, References: refs("person"),
				Fields: []contacts.Field{contacts.Int64("person"), contacts.Text("ip"), contacts.Text("agent").NotNull(), contacts.Int64("pages")},
				Set:    contacts.Values{"ip": nil, "agent": "deleted"},
			},
			{
				Name: "mails", Table: "mails", Action: contacts.Anonymise,
				Fields:     []contacts.Field{contacts.Text("to"), contacts.Text("from"), contacts.Text("subject")},
				References: []contacts.Reference{{Fields: []string{"to"}, To: []string{"email"}}, {Fields: []string{"from"}, To: []string{"email"}}},
				Set:        contacts.Values{"subject": ""},
			},
			{
				Name: "scores", Table: "scores", Action: contacts.Anonymise,
				Fields:     []contacts.Field{contacts.Int64("person").NotNull(), contacts.Int64("points"), contacts.Text("name")},
				References: []contacts.Reference{{Fields: []string{"person"}, Stays: true}},
				Set:        contacts.Values{"name": nil},
			},
			{
				Name: "notes", Table: "notes", Action: contacts.Anonymise,
				Fields:     []contacts.Field{contacts.Text("type"), contacts.Int64("ref"), contacts.Text("body")},
				References: []contacts.Reference{{Fields: []string{"ref"}, Constants: map[string]any{"type": "contact"}}},
				Where:      where.New().WhereNotEquals("body", "kept"), Set: contacts.Values{"body": "gone"},
			},
			{
				Name: "orders", Table: "orders", Key: []string{"id"}, Action: contacts.Delete, Fields: []contacts.Field{id, contacts.Int64("buyer")}, References: refs("buyer"),
				Associations: []contacts.Association{{
					Name: "lines", Table: "lines", Action: contacts.Anonymise, References: refs("order"),
					Fields: []contacts.Field{contacts.Int64("order"), contacts.Text("sku"), contacts.Text("ship_to")}, Set: contacts.Values{"ship_to": nil},
				}},
			},
		},
	}
}

func logData() Data {
	return Data{
		"people": {{"id": 1, "email": "one@x", "held": false}, {"id": 2, "email": "two@x", "held": false}, {"id": 3, "held": true}},
		"visits": {
			{"person": 1, "ip": "10.0.0.1", "agent": "a", "pages": 1},
			{"person": 1, "agent": "deleted", "pages": 2},
			{"person": 2, "ip": "10.0.0.2", "agent": "b"},
			{"ip": "10.0.0.3", "agent": "c"},
		},
		"mails": {
			{"to": "one@x", "from": "two@x", "subject": "a"},
			{"to": "two@x", "from": "one@x", "subject": "b"},
			{"to": "one@x", "from": "one@x", "subject": "c"},
			{"to": "two@x", "subject": "d"},
			{"subject": "e"},
		},
		"scores": {{"person": 1, "points": 10, "name": "One"}, {"person": 1, "points": 20}, {"person": 2, "points": 5, "name": "Two"}},
		"notes": {
			{"type": "contact", "ref": 1, "body": "a"},
			{"type": "contact", "ref": 1, "body": "kept"},
			{"type": "contact", "ref": 1},
			{"type": "account", "ref": 1, "body": "b"},
			{"type": "contact", "ref": 2, "body": "c"},
			{"ref": 1, "body": "d"},
		},
		"orders": {{"id": 10, "buyer": 1}, {"id": 20, "buyer": 2}, {"id": 30}},
		"lines":  {{"order": 10, "sku": "a", "ship_to": "Main Street 1"}, {"order": 20, "sku": "b", "ship_to": "Main Street 2"}, {"order": 30, "ship_to": "c"}, {"ship_to": "d"}},
	}
}

// testAnonymise checks rows that stay without what tells whose they were.
func testAnonymise(t *testing.T, h Harness) {
	t.Helper()
	w := where.New
	one := map[string]int64{"visits": 2, "mails": 3, "scores": 2, "notes": 1, "orders": 1, "lines": 1}
	runDeletions(t, h, []deletion{
		{name: "one contact", schema: logSchema(), data: logData(), batch: store.Batch{Keys: keysOf(t, 1)}, deleted: ids(1), rows: one},
		{
			name: "several, of which rows belong to two", schema: logSchema(), data: logData(), deleted: ids(1, 2, 3),
			rows: map[string]int64{"visits": 3, "mails": 4, "scores": 3, "notes": 2, "orders": 2, "lines": 2},
		},
		{
			name: "a contact without rows", schema: logSchema(), data: logData(), batch: store.Batch{Keys: keysOf(t, 3)}, deleted: ids(3),
		},
		{
			name: "a condition on what is anonymised is asked before", schema: logSchema(), data: logData(),
			batch:   store.Batch{Selection: store.Selection{Condition: w().WhereExists("visits", w().WhereNotNull("ip")).WhereCount("mails", where.Equal, 3)}},
			deleted: ids(1, 2), skipped: map[string]string{"3": "changed"},
			rows: map[string]int64{"visits": 3, "mails": 4, "scores": 3, "notes": 2, "orders": 2, "lines": 2},
		},
		{
			name: "what is protected guards no rows that stay", schema: logSchema(), data: logData(),
			batch:   store.Batch{Keys: keysOf(t, 1), Selection: store.Selection{Protected: w().WhereEquals("id", 2)}},
			deleted: ids(1), rows: one,
		},
		{
			name: "a tenant stays", schema: tenantLogSchema(), data: Data{
				"people": {{"tenant": "t", "id": 1}, {"tenant": "u", "id": 1}},
				"visits": {{"tenant": "t", "person": 1, "ip": "a"}, {"tenant": "u", "person": 1, "ip": "b"}, {"tenant": "t", "ip": "c"}},
			},
			batch: store.Batch{Keys: mustKeys(t, []any{"t", 1})}, deleted: []string{"t,1"}, rows: map[string]int64{"visits": 1},
		},
	})
}

func tenantLogSchema() contacts.Schema {
	return contacts.Schema{
		Table: "people", Key: []string{"tenant", "id"},
		Fields: []contacts.Field{contacts.Text("tenant").NotNull(), contacts.Int64("id").NotNull()},
		Associations: []contacts.Association{{
			Name: "visits", Table: "visits", Action: contacts.Anonymise, Set: contacts.Values{"ip": nil},
			Fields:     []contacts.Field{contacts.Text("tenant"), contacts.Int64("person"), contacts.Text("ip")},
			References: []contacts.Reference{{Fields: []string{"tenant", "person"}, SetNull: []string{"person"}}},
		}},
	}
}

// testAnonymisedKinds sets fields of every kind and encoding, to a value and to
// NULL.
func testAnonymisedKinds(t *testing.T, h Harness) {
	t.Helper()
	fields := everyKind()
	for i, null := range []bool{false, true} {
		set, before := contacts.Values{}, Row{"person": 1}
		for _, f := range fields {
			var values []any
			for _, x := range valuesOf(f) {
				if holds(h, f, x) {
					values = append(values, x)
				}
			}
			set[f.Name], before[f.Name] = values[0], values[len(values)-1]
			if null {
				set[f.Name] = nil
			}
		}
		schema := contacts.Schema{
			Table: "people", Key: []string{"id"}, Fields: []contacts.Field{contacts.Int64("id").NotNull()},
			Associations: []contacts.Association{{
				Name: "rows", Table: "rows", Action: contacts.Anonymise, Set: set,
				Fields: append([]contacts.Field{contacts.Int64("person")}, fields...), References: refs("person"),
			}},
		}
		t.Run([]string{"values", "NULL"}[i], func(t *testing.T) {
			t.Parallel()
			deletion{
				schema: schema, data: Data{"people": {{"id": 1}}, "rows": {before, {"person": 1}, {}}}, deleted: ids(1), rows: map[string]int64{"rows": 2},
			}.run(t, h)
		})
	}
}
