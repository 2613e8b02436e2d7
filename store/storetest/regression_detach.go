package storetest

import (
	"maps"
	"testing"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/store"
	"github.com/contactsweep/contactsweep/where"
)

// guardedContactsSchema has contacts that refer to contacts, by two references
// and by another association, and to what belongs to a contact.
func guardedContactsSchema() contacts.Schema {
	id := contacts.Int64("id").NotNull()
	return contacts.Schema{
		Table: "people", Key: []string{"id"},
		Fields: []contacts.Field{
			id, contacts.Int64("tenant"), contacts.Int64("boss"), contacts.Int64("deputy"), contacts.Int64("mentor"), contacts.Int64("team"), contacts.Bool("held").NotNull(),
		},
		Associations: []contacts.Association{
			{Name: "reports", Table: "people", Action: contacts.Detach, References: refs("boss", "deputy")},
			{Name: "pupils", Table: "people", Action: contacts.Keep, References: refs("mentor")},
			{
				Name: "teams", Table: "teams", Key: []string{"id"}, Action: contacts.Delete, Fields: []contacts.Field{id, contacts.Int64("lead")}, References: refs("lead"),
				Associations: []contacts.Association{
					{Name: "members", Table: "people", Action: contacts.Detach, References: refs("team"), Where: where.New().WhereGreaterThan("id", 3)},
				},
			},
			{
				Name: "holds", Table: "holds", Action: contacts.Restrict, Fields: []contacts.Field{contacts.Int64("person")}, References: refs("person"),
			},
		},
	}
}

// testGuardedContacts checks that a contact which is protected or out of scope
// is not changed by the deletion of another.
func testGuardedContacts(t *testing.T, h Harness) {
	t.Helper()
	w := where.New
	schema := guardedContactsSchema()
	scoped := store.Selection{Scope: w().WhereEquals("tenant", 1)}
	protecting := store.Selection{Protected: w().WhereTrue("held")}
	person := func(id int, more Row) Row {
		row := Row{"id": id, "tenant": 1, "held": false}
		maps.Copy(row, more)
		return row
	}
	one := func(s store.Selection) store.Batch { return store.Batch{Selection: s, Keys: keysOf(t, 1)} }
	runDeletions(t, h, []deletion{
		{
			name: "out of scope", schema: schema, data: Data{"people": {person(1, nil), person(2, Row{"tenant": 2, "boss": 1}), person(3, Row{"boss": 1})}},
			batch: one(scoped), skipped: map[string]string{"1": "restricted reports"},
		},
		{
			name: "of no known scope", schema: schema, data: Data{"people": {person(1, nil), person(2, Row{"tenant": nil, "deputy": 1})}},
			batch: one(scoped), skipped: map[string]string{"1": "restricted reports"},
		},
		{
			name: "protected", schema: schema, data: Data{"people": {person(1, nil), person(2, Row{"held": true, "boss": 2, "deputy": 1})}},
			batch: one(protecting), skipped: map[string]string{"1": "restricted reports"},
		},
		{
			name: "allowed contacts are detached", schema: schema, data: Data{"people": {person(1, nil), person(2, Row{"boss": 1}), person(3, Row{"boss": 2, "held": true})}},
			batch: one(protecting), deleted: ids(1), rows: map[string]int64{"reports": 1},
		},
		{
			name: "without scope and protection", schema: schema, data: Data{"people": {person(1, nil), person(2, Row{"held": true, "tenant": 2, "boss": 1})}},
			batch: one(store.Selection{}), deleted: ids(1), rows: map[string]int64{"reports": 1},
		},
		{
			name: "a contact that refers to itself", schema: schema, data: Data{"people": {person(1, Row{"boss": 1})}},
			batch: one(protecting), deleted: ids(1),
		},
		{
			name: "what is kept is not changed", schema: schema, data: Data{"people": {person(1, nil), person(2, Row{"held": true, "mentor": 1})}},
			batch: one(protecting), deleted: ids(1),
		},
		{
			name: "what restricts comes first", schema: schema, data: Data{
				"people": {person(1, nil), person(2, Row{"held": true, "boss": 1})}, "holds": {{"person": 1}},
			},
			batch: one(protecting), skipped: map[string]string{"1": "restricted holds"},
		},
		{
			name: "a whole batch", schema: schema, data: Data{
				"people": {person(1, nil), person(2, Row{"boss": 1}), person(3, Row{"boss": 2, "held": true}), person(4, Row{"boss": 2, "deputy": 1})},
			},
			batch:   store.Batch{Selection: protecting},
			deleted: ids(1, 4), skipped: map[string]string{"2": "restricted reports", "3": "protected"}, rows: map[string]int64{"reports": 1},
		},
		{
			name: "below a row", schema: schema, data: Data{
				"people": {person(1, nil), person(4, Row{"held": true, "team": 10}), person(5, Row{"team": 11})}, "teams": {{"id": 10, "lead": 1}, {"id": 11, "lead": 4}},
			},
			batch: one(protecting), skipped: map[string]string{"1": "restricted members"},
		},
		{
			name: "below a row, but none of the association's", schema: schema, data: Data{
				"people": {person(1, nil), person(2, Row{"held": true, "team": 10}), person(5, Row{"team": 10})}, "teams": {{"id": 10, "lead": 1}},
			},
			batch: one(protecting), deleted: ids(1), rows: map[string]int64{"teams": 1, "members": 1},
		},
	})
}

// testLargeConditions checks that conditions joined by where.All are no less
// possible than each of them.
func testLargeConditions(t *testing.T, h Harness) {
	t.Helper()
	and, or := where.New(), where.New().WhereEquals("state", "old")
	for i := range 498 {
		and, or = and.WhereNotEquals("email", string(rune('a'+i))), or.Or().WhereEquals("state", string(rune('a'+i)))
	}
	runSelects(t, h, crmSchema(), crmData(), []selects{
		{"terms of AND and of OR", where.All(and, or), ids(1, 2)},
		{"four parts", where.All(and, or, where.New().WhereNotExists("holds"), and), ids(1, 2)},
	})
}
