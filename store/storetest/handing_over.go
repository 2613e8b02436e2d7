package storetest

import (
	"testing"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/store"
	"github.com/contactsweep/contactsweep/where"
)

// groupSchema has rows that are handed over to contact 1: by one reference, by
// two, by one with a constant and a condition, and by an email address.
func groupSchema() contacts.Schema {
	id := contacts.Int64("id").NotNull()
	return contacts.Schema{
		Table: "people", Key: []string{"id"}, Fields: []contacts.Field{id, contacts.Text("email"), contacts.Bool("held")},
		Associations: []contacts.Association{
			{
				Name: "groups", Table: "groups", Key: []string{"id"}, Action: contacts.HandOver, Fields: []contacts.Field{id, contacts.Int64("owner_id"), contacts.Text("name")},
				References: refs("owner_id"), Heir: contacts.Values{"owner_id": 1},
			},
			{
				Name: "deals", Table: "deals", Action: contacts.HandOver, Fields: []contacts.Field{contacts.Int64("seller").NotNull(), contacts.Int64("partner"), contacts.Int64("amount")},
				References: refs("seller", "partner"), Heir: contacts.Values{"seller": 1, "partner": 1},
			},
			{
				Name: "notes", Table: "notes", Action: contacts.HandOver, Fields: []contacts.Field{contacts.Text("type"), contacts.Int64("ref"), contacts.Text("body")},
				References: []contacts.Reference{{Fields: []string{"ref"}, Constants: map[string]any{"type": "contact"}}},
				Where:      where.New().WhereNotNull("body"), Heir: contacts.Values{"ref": 1},
			},
			{
				Name: "boxes", Table: "boxes", Action: contacts.HandOver, Fields: []contacts.Field{contacts.Text("mail")},
				References: []contacts.Reference{{Fields: []string{"mail"}, To: []string{"email"}}}, Heir: contacts.Values{"mail": "one@x"},
			},
		},
	}
}

func groupData() Data {
	return Data{
		"people": {{"id": 1, "email": "one@x", "held": false}, {"id": 2, "email": "two@x", "held": false}, {"id": 3, "email": "", "held": true}, {"id": 4}},
		"groups": {{"id": 10, "owner_id": 1, "name": "a"}, {"id": 20, "owner_id": 2, "name": "b"}, {"id": 21, "owner_id": 2}, {"id": 30, "owner_id": 3}, {"id": 40, "name": "d"}},
		"deals": {
			{"seller": 2, "partner": 1, "amount": 1},
			{"seller": 2, "partner": 2, "amount": 2},
			{"seller": 2, "partner": 3, "amount": 3},
			{"seller": 1, "partner": 2, "amount": 4},
			{"seller": 2, "amount": 5},
			{"seller": 1, "partner": 1, "amount": 6},
		},
		"notes": {{"type": "contact", "ref": 2, "body": "a"}, {"type": "contact", "ref": 2}, {"type": "account", "ref": 2, "body": "b"}, {"type": "contact", "ref": 4, "body": "c"}},
		"boxes": {{"mail": "two@x"}, {"mail": "one@x"}, {"mail": ""}, {}},
	}
}

// testHandOver checks rows that get another contact.
func testHandOver(t *testing.T, h Harness) {
	t.Helper()
	w := where.New
	runDeletions(t, h, []deletion{
		{
			name: "one contact; a row of its two references counts once", schema: groupSchema(), data: groupData(), batch: store.Batch{Keys: keysOf(t, 2)},
			deleted: ids(2), rows: map[string]int64{"groups": 2, "deals": 5, "notes": 1, "boxes": 1},
		},
		{
			name: "all contacts but the heir, which is a candidate", schema: groupSchema(), data: groupData(),
			deleted: ids(2, 3, 4), skipped: map[string]string{"1": "protected"}, rows: map[string]int64{"groups": 3, "deals": 5, "notes": 2, "boxes": 1},
		},
		{
			name: "an heir that does not match is changed", schema: groupSchema(), data: groupData(),
			batch:   store.Batch{Keys: keysOf(t, 1, 4), Selection: store.Selection{Condition: w().WhereGreaterThan("id", 1)}},
			deleted: ids(4), skipped: map[string]string{"1": "changed"}, rows: map[string]int64{"notes": 1},
		},
		{
			name: "a protection beside the heirs", schema: groupSchema(), data: groupData(),
			batch:   store.Batch{Selection: store.Selection{Protected: w().WhereTrue("held")}},
			deleted: ids(2), skipped: map[string]string{"1": "protected", "3": "protected", "4": "protected"}, // held of 4 is not known
			rows: map[string]int64{"groups": 2, "deals": 5, "notes": 1, "boxes": 1},
		},
		{
			name: "an heir out of scope", schema: groupSchema(), data: groupData(),
			batch:   store.Batch{Selection: store.Selection{Scope: w().WhereGreaterThan("id", 1)}},
			deleted: ids(2, 3, 4), skipped: map[string]string{"1": "gone"}, rows: map[string]int64{"groups": 3, "deals": 5, "notes": 2, "boxes": 1},
		},
		{
			name: "a condition on what is handed over is asked before", schema: groupSchema(), data: groupData(),
			batch:   store.Batch{Selection: store.Selection{Condition: w().WhereCount("groups", where.GreaterOrEqual, 1).WhereNotExists("notes")}},
			deleted: ids(3), skipped: map[string]string{"1": "protected", "2": "changed", "4": "changed"}, rows: map[string]int64{"groups": 1, "deals": 1},
		},
		{
			name: "a row that goes and is also an heir's restricts", schema: sharedSchema(contacts.Delete, contacts.HandOver),
			data:  Data{"people": {{"id": 1}, {"id": 2}, {"id": 4}}, "links": {{"from": 1, "to": 4}, {"from": 2, "to": 1}}},
			batch: store.Batch{Keys: keysOf(t, 1, 2)}, deleted: ids(2), skipped: map[string]string{"1": "restricted first"}, rows: map[string]int64{"first": 1},
		},
	})
}

// testHeirs checks what happens where there is no heir, and where the rows
// choose one.
func testHeirs(t *testing.T, h Harness) {
	t.Helper()
	nobody := groupData()
	nobody["people"] = nobody["people"][1:]
	nobody["deals"], nobody["boxes"] = nil, nobody["boxes"][:1]
	nobody["groups"] = nobody["groups"][1:3]
	fatal := []string{"heir-missing:groups.owner_id", "heir-missing:deals.seller", "heir-missing:deals.partner", "heir-missing:notes.ref", "heir-missing:boxes.mail"}
	renamed := groupData()
	renamed["people"][0]["email"] = "ONE@x"
	renamed["boxes"] = renamed["boxes"][:1]
	two := groupSchema()
	two.Associations = two.Associations[1:2]
	two.Associations[0].Heir["partner"] = 8
	runDeletions(t, h, []deletion{
		{
			name: "no heir: contacts with rows stay", schema: groupSchema(), data: nobody, fatal: fatal,
			deleted: ids(3), skipped: map[string]string{"2": "restricted groups", "4": "restricted notes"},
		},
		{
			name: "no heir for one of the references", schema: groupSchema(), data: renamed, fatal: []string{"heir-missing:boxes.mail"},
			deleted: ids(3, 4), skipped: map[string]string{"1": "protected", "2": "restricted boxes"}, rows: map[string]int64{"groups": 1, "deals": 1, "notes": 1},
		},
		{
			name: "each reference has its own heir", schema: two, fatal: []string{"heir-missing:deals.partner"}, data: Data{
				"people": {{"id": 1}, {"id": 2}, {"id": 3}}, "deals": {{"seller": 2, "partner": 1}, {"seller": 1, "partner": 3}, {"seller": 2}},
			},
			deleted: ids(2), skipped: map[string]string{"1": "protected", "3": "restricted deals"}, rows: map[string]int64{"deals": 2},
		},
		{
			name: "what restricts comes before a missing heir", schema: sharedSchema(contacts.HandOver, contacts.Restrict),
			data: Data{"people": {{"id": 1}, {"id": 2}}, "links": {{"from": 1, "to": 1}, {"from": 2}}}, fatal: []string{"heir-missing:links.from"},
			skipped: map[string]string{"1": "restricted second", "2": "restricted first"},
		},
		{
			name: "heirs of the rows' own tenants", schema: tenantGroupSchema(), data: Data{
				"people": {{"tenant": "t", "id": 1}, {"tenant": "t", "id": 2}, {"tenant": "u", "id": 2}, {"tenant": "u", "id": 3}, {"tenant": "v", "id": 1}},
				"tasks": {
					{"tenant": "t", "owner": 2, "checker": 1, "title": "a"},
					{"tenant": "t", "owner": 2, "checker": 2, "title": "b"},
					{"tenant": "u", "owner": 2, "title": "c"},
					{"tenant": "t", "title": "d"},
				},
			},
			deleted: []string{"t,2", "u,3"}, skipped: map[string]string{"t,1": "protected", "v,1": "protected", "u,2": "restricted tasks"}, rows: map[string]int64{"tasks": 2},
		},
		{
			name: "no heir of any tenant", schema: tenantGroupSchema(),
			data:  Data{"people": {{"tenant": "t", "id": 2}, {"tenant": "t", "id": 3}}, "tasks": {{"tenant": "t", "owner": 2}}},
			fatal: []string{"heir-missing:tasks.owner", "heir-missing:tasks.checker"}, deleted: []string{"t,3"}, skipped: map[string]string{"t,2": "restricted tasks"},
		},
	})
}

// tenantGroupSchema hands rows over to the contact 1 of their own tenant.
func tenantGroupSchema() contacts.Schema {
	schema := detachSchema()
	a := &schema.Associations[0]
	a.Action, a.Heir = contacts.HandOver, contacts.Values{"owner": 1, "checker": 1}
	return schema
}

// testHandOverSelf hands contacts over to a contact: they get another boss.
func testHandOverSelf(t *testing.T, h Harness) {
	t.Helper()
	schema := contacts.Schema{
		Table: "people", Key: []string{"id"}, Fields: []contacts.Field{contacts.Int64("id").NotNull(), contacts.Int64("boss"), contacts.Int64("mentor"), contacts.Bool("held").NotNull()},
		Associations: []contacts.Association{{
			Name: "team", Table: "people", Action: contacts.HandOver, References: refs("boss", "mentor"), Heir: contacts.Values{"boss": 9, "mentor": 9},
		}},
	}
	person := func(id int, boss, mentor any) Row {
		return Row{"id": id, "boss": boss, "mentor": mentor, "held": false}
	}
	people := func(rows ...Row) Data { return Data{"people": append(rows, person(9, nil, nil))} }
	runDeletions(t, h, []deletion{
		{
			name: "survivors get the heir", schema: schema, data: people(person(1, nil, nil), person(2, 1, nil), person(3, 1, 2), person(4, 2, 9), person(5, 1, 9)),
			batch: store.Batch{Keys: keysOf(t, 1, 2)}, deleted: ids(1, 2), rows: map[string]int64{"team": 3},
		},
		{
			name: "all but the heir", schema: schema, data: people(person(1, 9, 1), person(2, 1, 2)), deleted: ids(1, 2), skipped: map[string]string{"9": "protected"},
		},
		{
			name: "a contact that refers to itself", schema: schema, data: people(person(1, 1, 1)), batch: store.Batch{Keys: keysOf(t, 1)}, deleted: ids(1),
		},
		{
			name: "the heir does not become its own boss", schema: schema,
			data:  Data{"people": {person(1, nil, nil), person(2, nil, nil), person(3, 2, nil), person(9, 1, nil)}},
			batch: store.Batch{Keys: keysOf(t, 1, 2)}, deleted: ids(2), skipped: map[string]string{"1": "restricted team"}, rows: map[string]int64{"team": 1},
		},
		{
			name: "an heir that is its own boss", schema: schema, data: Data{"people": {person(1, 9, nil), person(9, 9, nil)}},
			deleted: ids(1), skipped: map[string]string{"9": "protected"},
		},
		{
			name: "a protected contact is not handed over", schema: schema, data: people(person(1, nil, nil), Row{"id": 2, "mentor": 1, "held": true}),
			batch: store.Batch{Keys: keysOf(t, 1), Selection: store.Selection{Protected: where.New().WhereTrue("held")}}, skipped: map[string]string{"1": "restricted team"},
		},
		{
			name: "no heir", schema: schema, data: Data{"people": {person(1, nil, nil), person(2, 1, nil)}}, fatal: []string{"heir-missing:people.boss", "heir-missing:people.mentor"},
			deleted: ids(2), skipped: map[string]string{"1": "restricted team"},
		},
	})
}
