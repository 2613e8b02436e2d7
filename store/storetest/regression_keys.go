package storetest

import (
	"testing"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/store"
	"github.com/contactsweep/contactsweep/where"
)

// emptyKeySchema has a key of two columns, one of which is empty for the
// default tenant, and a row below that has a text key of its own.
func emptyKeySchema(action contacts.Action) contacts.Schema {
	tenant, who := contacts.Text("tenant"), contacts.Int64("who")
	ref := contacts.Reference{Fields: []string{"tenant", "who"}, SetNull: []string{"who"}}
	byName := contacts.Reference{Fields: []string{"who", "tenant"}, To: []string{"id", "tenant"}, SetNull: []string{"who"}}
	out := contacts.Schema{
		Table: "people", Key: []string{"tenant", "id"},
		Fields: []contacts.Field{contacts.Text("tenant").NotNull(), contacts.Int64("id").NotNull(), contacts.Text("code")},
		Associations: []contacts.Association{
			{Name: "acts", Table: "acts", Action: action, Fields: []contacts.Field{tenant, who}, References: []contacts.Reference{ref}},
			{Name: "calls", Table: "calls", Action: action, Fields: []contacts.Field{tenant, who}, References: []contacts.Reference{byName}},
			{
				Name: "codes", Table: "codes", Action: action, Fields: []contacts.Field{contacts.Text("code")},
				References: []contacts.Reference{{Fields: []string{"code"}, To: []string{"code"}}},
			},
			{
				Name: "folders", Table: "folders", Action: contacts.Delete, Key: []string{"path"}, Fields: []contacts.Field{contacts.Text("path").NotNull(), tenant, who},
				References: []contacts.Reference{{Fields: []string{"tenant", "who"}}},
				Associations: []contacts.Association{{
					Name: "files", Table: "files", Action: action, Fields: []contacts.Field{contacts.Text("folder")}, References: []contacts.Reference{{Fields: []string{"folder"}}},
				}},
			},
		},
	}
	return out
}

func emptyKeyData(only ...string) Data {
	data := Data{
		"people":  {{"tenant": "", "id": 1, "code": ""}, {"tenant": "x", "id": 1}, {"tenant": "", "id": 2}},
		"acts":    {{"tenant": "", "who": 1}, {"tenant": "x", "who": 1}, {"tenant": nil, "who": 1}, {"tenant": "", "who": nil}},
		"calls":   {{"tenant": "", "who": 1}, {"tenant": "x", "who": 9}},
		"codes":   {{"code": ""}, {"code": nil}},
		"folders": {{"path": "", "tenant": "", "who": 1}, {"path": "a", "tenant": "x", "who": 1}},
		"files":   {{"folder": ""}, {"folder": "a"}, {"folder": nil}},
	}
	if only == nil {
		return data
	}
	out := Data{"people": data["people"]}
	for _, table := range only {
		out[table] = data[table]
	}
	return out
}

// testEmptyKeys checks that an empty text in a key is a value like any other,
// while in all other fields that are referred to it refers to nothing.
func testEmptyKeys(t *testing.T, h Harness) {
	t.Helper()
	w := where.New
	t.Run("conditions", func(t *testing.T) {
		t.Parallel()
		runSelects(t, h, emptyKeySchema(contacts.Delete), emptyKeyData(), []selects{
			{"the key", w().WhereExists("acts"), []string{",1", "x,1"}},
			{"none", w().WhereNotExists("acts"), []string{",2"}},
			{"the key, named in To", w().WhereExists("calls"), []string{",1"}},
			{"another field", w().WhereExists("codes"), nil},
			{"the key of a row", w().WhereExists("folders", w().WhereExists("files")), []string{",1", "x,1"}},
		})
	})
	one := store.Batch{Keys: mustKeys(t, []any{"", 1})}
	runDeletions(t, h, []deletion{
		{
			name: "Delete", schema: emptyKeySchema(contacts.Delete), data: emptyKeyData(), batch: one,
			deleted: []string{",1"}, rows: map[string]int64{"acts": 1, "calls": 1, "folders": 1, "files": 1},
		},
		{
			name: "Detach", schema: emptyKeySchema(contacts.Detach), data: emptyKeyData(), batch: one,
			deleted: []string{",1"}, rows: map[string]int64{"acts": 1, "calls": 1, "folders": 1, "files": 1},
		},
		{
			name: "Restrict", schema: emptyKeySchema(contacts.Restrict), data: emptyKeyData("acts"),
			deleted: []string{",2"}, skipped: map[string]string{",1": "restricted acts", "x,1": "restricted acts"},
		},
		{
			name: "Restrict by the key named in To", schema: emptyKeySchema(contacts.Restrict), data: emptyKeyData("calls"), batch: one,
			skipped: map[string]string{",1": "restricted calls"},
		},
		{
			name: "Restrict by another field", schema: emptyKeySchema(contacts.Restrict), data: emptyKeyData("codes"), batch: one,
			deleted: []string{",1"},
		},
		{
			name: "Restrict by the key of a row", schema: emptyKeySchema(contacts.Restrict), data: emptyKeyData("folders", "files"), batch: one,
			skipped: map[string]string{",1": "restricted files"},
		},
	})
}
