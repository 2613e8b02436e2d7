package storetest

import (
	"testing"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/store"
	"github.com/contactsweep/contactsweep/where"
)

// sharedSchema has two associations that share a table: rows have a contact
// that they are from and one that they go to. They are handed over to contact 4.
func sharedSchema(first, second contacts.Action) contacts.Schema {
	fields := []contacts.Field{contacts.Int64("from"), contacts.Int64("to"), contacts.Text("text")}
	one := func(name, field string, action contacts.Action) contacts.Association {
		a := contacts.Association{Name: name, Table: "links", Action: action, Fields: fields, References: refs(field)}
		switch action { //nolint:exhaustive // the others need no values
		case contacts.Anonymise:
			a.Set = contacts.Values{"text": "anonymised by " + name}
		case contacts.HandOver:
			a.Heir = contacts.Values{field: 4}
		}
		return a
	}
	return contacts.Schema{
		Table: "people", Key: []string{"id"}, Fields: []contacts.Field{contacts.Int64("id").NotNull(), contacts.Bool("held")},
		Associations: []contacts.Association{one("first", "from", first), one("second", "to", second)},
	}
}

func sharedData() Data {
	return Data{
		"people": {{"id": 1, "held": false}, {"id": 2, "held": false}, {"id": 3, "held": true}, {"id": 4}},
		"links": {
			{"from": 1, "to": 1, "text": "a"},
			{"from": 1, "to": 2, "text": "b"},
			{"from": 2, "to": 1, "text": "c"},
			{"from": 3, "text": "d"},
			{"to": 3, "text": "e"},
			{"from": 99, "to": 99, "text": "f"},
			{"text": "g"},
		},
	}
}

// diamondSchema reaches the rows of one table by two ways of two levels.
func diamondSchema() contacts.Schema {
	id, owner := contacts.Int64("id").NotNull(), contacts.Int64("owner")
	middle := func(name, field string) contacts.Association {
		return contacts.Association{
			Name: name, Table: name, Key: []string{"id"}, Action: contacts.Delete, Fields: []contacts.Field{id, owner}, References: []contacts.Reference{{Fields: []string{"owner"}}},
			Associations: []contacts.Association{{
				Name: "files of " + name, Table: "files", Action: contacts.Delete,
				Fields:     []contacts.Field{contacts.Int64("task"), contacts.Int64("mail"), contacts.Text("path")},
				References: []contacts.Reference{{Fields: []string{field}}},
			}},
		}
	}
	return contacts.Schema{
		Table: "people", Key: []string{"id"}, Fields: []contacts.Field{id},
		Associations: []contacts.Association{middle("tasks", "task"), middle("mails", "mail")},
	}
}

// unionSchema has two associations of one table that name other fields of it.
func unionSchema() contacts.Schema {
	return contacts.Schema{
		Table: "people", Key: []string{"id"}, Fields: []contacts.Field{contacts.Int64("id").NotNull()},
		Associations: []contacts.Association{
			{
				Name: "received", Table: "links", Action: contacts.Detach, References: refs("to"),
				Fields: []contacts.Field{contacts.Int64("to"), contacts.Text("text")},
			},
			{
				Name: "big", Table: "links", Action: contacts.Delete, References: refs("from", "to"),
				Fields: []contacts.Field{contacts.Int64("from"), contacts.Int64("to"), contacts.Int64("size")},
				Where:  where.New().WhereBetween("size", 6, 9),
			},
		},
	}
}

// crossingSchema deletes files of tasks before it comes to the versions of
// files that have an owner, which may be the same files.
func crossingSchema() contacts.Schema {
	id, owner := contacts.Int64("id").NotNull(), contacts.Int64("owner")
	file := []contacts.Field{id, owner, contacts.Int64("task")}
	return contacts.Schema{
		Table: "people", Key: []string{"id"}, Fields: []contacts.Field{id},
		Associations: []contacts.Association{
			{
				Name: "tasks", Table: "tasks", Key: []string{"id"}, Action: contacts.Delete, Fields: []contacts.Field{id, owner}, References: refs("owner"),
				Associations: []contacts.Association{{
					Name: "files of tasks", Table: "files", Key: []string{"id"}, Action: contacts.Delete, Fields: file, References: refs("task"),
					Associations: []contacts.Association{{
						Name: "other versions", Table: "versions", Action: contacts.Keep, Fields: []contacts.Field{contacts.Int64("file")}, References: refs("file"),
					}},
				}},
			},
			{
				Name: "files", Table: "files", Key: []string{"id"}, Action: contacts.Delete, Fields: file, References: refs("owner"),
				Associations: []contacts.Association{{
					Name: "versions", Table: "versions", Action: contacts.Delete, Fields: []contacts.Field{contacts.Int64("file")}, References: refs("file"),
				}},
			},
		},
	}
}

// testShared checks rows that several associations, or several contacts, have
// in common.
func testShared(t *testing.T, h Harness) {
	t.Helper()
	one := store.Batch{Keys: keysOf(t, 1)}
	runDeletions(t, h, []deletion{
		{
			name: "delete and delete: a row counts for the first", schema: sharedSchema(contacts.Delete, contacts.Delete), data: sharedData(), batch: one,
			deleted: ids(1), rows: map[string]int64{"first": 2, "second": 1},
		},
		{
			name: "delete and detach: a deleted row is not detached", schema: sharedSchema(contacts.Delete, contacts.Detach), data: sharedData(), batch: one,
			deleted: ids(1), rows: map[string]int64{"first": 2, "second": 1},
		},
		{
			name: "detach and delete: what deletes comes first", schema: sharedSchema(contacts.Detach, contacts.Delete), data: sharedData(), batch: one,
			deleted: ids(1), rows: map[string]int64{"first": 1, "second": 2},
		},
		{
			name: "detach and detach: a row counts for both", schema: sharedSchema(contacts.Detach, contacts.Detach), data: sharedData(), batch: one,
			deleted: ids(1), rows: map[string]int64{"first": 2, "second": 2},
		},
		{
			name: "delete and keep: a row that is kept by one is deleted by the other", schema: sharedSchema(contacts.Delete, contacts.Keep), data: sharedData(), batch: one,
			deleted: ids(1), rows: map[string]int64{"first": 2},
		},
		{
			name: "delete and restrict: a row that restricts holds its contact", schema: sharedSchema(contacts.Delete, contacts.Restrict), data: sharedData(),
			deleted: ids(4), skipped: map[string]string{"1": "restricted second", "2": "restricted second", "3": "restricted second"},
		},
		{
			name: "all contacts at once", schema: sharedSchema(contacts.Delete, contacts.Delete), data: sharedData(),
			deleted: ids(1, 2, 3, 4), rows: map[string]int64{"first": 4, "second": 1},
		},
		{
			name: "associations that name different fields of one table", schema: unionSchema(), data: Data{
				"people": {{"id": 1}, {"id": 2}},
				"links":  {{"from": 1, "to": 2, "size": 5, "text": "a"}, {"from": 2, "to": 1, "size": 7, "text": "b"}, {"from": 2, "to": 1, "text": "c"}, {"size": 1, "text": "d"}},
			},
			batch: one, deleted: ids(1), rows: map[string]int64{"big": 1, "received": 1},
		},
		{
			name: "a diamond counts once", schema: diamondSchema(), data: Data{
				"people": {{"id": 1}, {"id": 2}},
				"tasks":  {{"id": 10, "owner": 1}, {"id": 20, "owner": 2}},
				"mails":  {{"id": 10, "owner": 1}, {"id": 30, "owner": 1}},
				"files": {
					{"task": 10, "mail": 10, "path": "both"},
					{"task": 10, "path": "task"},
					{"mail": 30, "path": "mail"},
					{"task": 20, "mail": 30, "path": "of two"},
					{"task": 30, "path": "none"},
					{"mail": 20, "path": "none"},
				},
			},
			batch: one, deleted: ids(1), rows: map[string]int64{"tasks": 1, "mails": 2, "files of tasks": 2, "files of mails": 2},
		},
		{
			name: "rows are found although the rows above them go with another association", schema: crossingSchema(), data: Data{
				"people":   {{"id": 1}, {"id": 2}},
				"tasks":    {{"id": 10, "owner": 1}, {"id": 20, "owner": 2}},
				"files":    {{"id": 100, "owner": 1, "task": 10}, {"id": 101, "task": 10}, {"id": 102, "owner": 1}, {"id": 200, "owner": 2, "task": 20}},
				"versions": {{"file": 100}, {"file": 100}, {"file": 102}, {"file": 200}, {}},
			},
			batch: one, deleted: ids(1), rows: map[string]int64{"tasks": 1, "files of tasks": 2, "files": 1, "versions": 3},
		},
	})
}

// testGuarded checks that nothing of a contact that is protected or out of
// scope is deleted with another.
func testGuarded(t *testing.T, h Harness) {
	t.Helper()
	w := where.New
	protected := func(keys ...int) store.Batch {
		return store.Batch{Keys: keysOf(t, keys...), Selection: store.Selection{Protected: w().WhereTrue("held")}}
	}
	unheld := func(data Data) Data { // makes protection known everywhere
		for _, row := range data["people"] {
			if row["held"] == nil {
				row["held"] = false
			}
		}
		return data
	}
	withLink := func(row Row) Data {
		data := unheld(sharedData())
		data["links"] = append(data["links"], row)
		return data
	}
	runDeletions(t, h, []deletion{
		{
			name: "nothing shared", schema: sharedSchema(contacts.Delete, contacts.Delete), data: unheld(sharedData()), batch: protected(1, 2, 3, 4),
			deleted: ids(1, 2, 4), skipped: map[string]string{"3": "protected"}, rows: map[string]int64{"first": 3},
		},
		{
			name: "a row that is also of a protected contact restricts", schema: sharedSchema(contacts.Delete, contacts.Delete), data: withLink(Row{"from": 2, "to": 3}), batch: protected(1, 2),
			deleted: ids(1), skipped: map[string]string{"2": "restricted first"}, rows: map[string]int64{"first": 2, "second": 1},
		},
		{
			name: "also the other way round", schema: sharedSchema(contacts.Delete, contacts.Delete), data: withLink(Row{"from": 3, "to": 2}), batch: protected(1, 2),
			deleted: ids(1), skipped: map[string]string{"2": "restricted second"}, rows: map[string]int64{"first": 2, "second": 1},
		},
		{
			name: "also where the protected contact only keeps the row", schema: sharedSchema(contacts.Delete, contacts.Keep), data: withLink(Row{"from": 2, "to": 3}), batch: protected(1, 2),
			deleted: ids(1), skipped: map[string]string{"2": "restricted first"}, rows: map[string]int64{"first": 2},
		},
		{
			name: "also where the reference is only read", schema: sharedSchema(contacts.Delete, contacts.ReadOnly), data: withLink(Row{"from": 2, "to": 3}), batch: protected(1, 2),
			deleted: ids(1), skipped: map[string]string{"2": "restricted first"}, rows: map[string]int64{"first": 2},
		},
		{
			name: "a row that is only detached does not", schema: sharedSchema(contacts.Detach, contacts.Delete), data: withLink(Row{"from": 2, "to": 3}), batch: protected(1, 2),
			deleted: ids(1, 2), rows: map[string]int64{"second": 3, "first": 1},
		},
		{
			name: "a reference to nobody does not", schema: sharedSchema(contacts.Delete, contacts.Delete), data: withLink(Row{"from": 2, "to": 77}), batch: protected(2),
			deleted: ids(2), rows: map[string]int64{"first": 2, "second": 1},
		},
		{
			name: "an unknown protection guards", schema: sharedSchema(contacts.Delete, contacts.Delete),
			data:  Data{"people": {{"id": 1, "held": false}, {"id": 2}}, "links": {{"from": 1, "to": 2}}},
			batch: protected(1, 2), skipped: map[string]string{"1": "restricted first", "2": "protected"},
		},
		{
			name: "out of scope guards", schema: sharedSchema(contacts.Delete, contacts.Delete), data: withLink(Row{"from": 2, "to": 4}),
			batch:   store.Batch{Keys: keysOf(t, 1, 2, 4), Selection: store.Selection{Scope: w().WhereLessThan("id", 4)}},
			deleted: ids(1), skipped: map[string]string{"2": "restricted first", "4": "gone"}, rows: map[string]int64{"first": 2, "second": 1},
		},
		{
			name: "a reference with other constants does not", schema: guardedConstantSchema(), data: Data{
				"people": {{"id": 1, "held": false}, {"id": 2, "held": false}, {"id": 3, "held": true}},
				"notes":  {{"author": 1, "type": "account", "about": 3}, {"author": 1, "about": 3}, {"author": 2, "type": "contact", "about": 3}},
			},
			batch: protected(1, 2), deleted: ids(1), skipped: map[string]string{"2": "restricted written"}, rows: map[string]int64{"written": 2},
		},
		{
			name: "a guarded row at depth 2", schema: guardedBelowSchema(), data: Data{
				"people": {{"id": 1, "held": false}, {"id": 2, "held": false}, {"id": 3, "held": true}},
				"orders": {{"id": 10, "buyer": 1}, {"id": 20, "buyer": 2}},
				"lines":  {{"order": 10, "seller": 3}, {"order": 20, "seller": 1}},
			},
			batch: protected(1, 2), deleted: ids(2), skipped: map[string]string{"1": "restricted lines"}, rows: map[string]int64{"orders": 1, "lines": 1},
		},
		{
			name: "two references of one association", schema: crmSchema(), data: crmData(),
			batch:   store.Batch{Keys: keysOf(t, 1, 2, 3, 4), Selection: store.Selection{Protected: w().WhereEquals("id", 2)}},
			deleted: ids(3, 4), skipped: map[string]string{"1": "restricted orders", "2": "protected"},
			rows: map[string]int64{"orders": 2, "lines": 2, "parts": 2, "labels": 1, "notes": 1},
		},
	})
}

// guardedConstantSchema has rows that refer to contacts, and to other things.
func guardedConstantSchema() contacts.Schema {
	fields := []contacts.Field{contacts.Int64("author"), contacts.Text("type"), contacts.Int64("about")}
	return contacts.Schema{
		Table: "people", Key: []string{"id"}, Fields: []contacts.Field{contacts.Int64("id").NotNull(), contacts.Bool("held")},
		Associations: []contacts.Association{
			{Name: "written", Table: "notes", Action: contacts.Delete, Fields: fields, References: refs("author")},
			{
				Name: "notes", Table: "notes", Action: contacts.Delete, Fields: fields,
				References: []contacts.Reference{{Fields: []string{"about"}, Constants: map[string]any{"type": "contact"}}},
			},
		},
	}
}

// guardedBelowSchema has rows of rows that also refer to a contact.
func guardedBelowSchema() contacts.Schema {
	id := contacts.Int64("id").NotNull()
	fields := []contacts.Field{contacts.Int64("order"), contacts.Int64("seller")}
	return contacts.Schema{
		Table: "people", Key: []string{"id"}, Fields: []contacts.Field{id, contacts.Bool("held")},
		Associations: []contacts.Association{
			{
				Name: "orders", Table: "orders", Key: []string{"id"}, Action: contacts.Delete, Fields: []contacts.Field{id, contacts.Int64("buyer")},
				References: []contacts.Reference{{Fields: []string{"buyer"}}},
				Associations: []contacts.Association{{
					Name: "lines", Table: "lines", Action: contacts.Delete, Fields: fields, References: []contacts.Reference{{Fields: []string{"order"}}},
				}},
			},
			{Name: "sold", Table: "lines", Action: contacts.Keep, Fields: fields, References: []contacts.Reference{{Fields: []string{"seller"}}}},
		},
	}
}
