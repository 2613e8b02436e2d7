package storetest

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/store"
	"github.com/contactsweep/contactsweep/where"
)

// linkSchema refers to contacts in every way that there is.
func linkSchema() contacts.Schema {
	return contacts.Schema{
		Table: "people", Key: []string{"id"},
		Fields: []contacts.Field{
			contacts.Int64("id").NotNull(), contacts.Text("email"), contacts.Int64("number"), contacts.UUID("token"), contacts.Text("region"), contacts.Text("code"),
		},
		Associations: []contacts.Association{
			{
				Name: "by key", Table: "by_key", Action: contacts.Delete, Fields: []contacts.Field{contacts.Int64("to")},
				References: []contacts.Reference{{Fields: []string{"to"}}},
			},
			{
				Name: "by text", Table: "by_text", Action: contacts.Delete, Fields: []contacts.Field{contacts.Text("to")},
				References: []contacts.Reference{{Fields: []string{"to"}, To: []string{"email"}}},
			},
			{
				Name: "by number", Table: "by_number", Action: contacts.Delete, Fields: []contacts.Field{contacts.Int64("to")},
				References: []contacts.Reference{{Fields: []string{"to"}, To: []string{"number"}}},
			},
			{
				Name: "by uuid", Table: "by_uuid", Action: contacts.Delete, Fields: []contacts.Field{contacts.UUID("to")},
				References: []contacts.Reference{{Fields: []string{"to"}, To: []string{"token"}}},
			},
			{
				Name: "by two fields", Table: "by_two", Action: contacts.Delete, Fields: []contacts.Field{contacts.Text("r"), contacts.Text("c")},
				References: []contacts.Reference{{Fields: []string{"r", "c"}, To: []string{"region", "code"}}},
			},
			{
				Name: "by either", Table: "by_either", Action: contacts.Delete, Fields: []contacts.Field{contacts.Int64("from"), contacts.Int64("to")},
				References: []contacts.Reference{{Fields: []string{"from"}}, {Fields: []string{"to"}}},
			},
			{
				Name: "polymorphic", Table: "notes", Action: contacts.Delete,
				Fields: []contacts.Field{contacts.Text("type"), contacts.Int64("ref"), contacts.Int64("version"), contacts.Text("body")},
				References: []contacts.Reference{
					{Fields: []string{"ref"}, Constants: map[string]any{"type": "contact", "version": 2}},
					{Fields: []string{"ref"}, Constants: map[string]any{"type": "person"}},
				},
			},
			{
				Name: "some rows", Table: "notes", Action: contacts.Delete,
				Fields:     []contacts.Field{contacts.Text("type"), contacts.Int64("ref"), contacts.Int64("version"), contacts.Text("body")},
				References: []contacts.Reference{{Fields: []string{"ref"}}},
				Where:      where.New().WhereNotEquals("body", "keep").WhereEquals("type", "memo"),
			},
		},
	}
}

func linkData() Data {
	return Data{
		"people": {
			{"id": 1, "email": "a@x", "number": 10, "token": token(1), "region": "n", "code": "1"},
			{"id": 2, "email": "", "number": 0, "region": "n", "code": "2"},
			{"id": 3, "email": nil, "number": nil, "region": "", "code": "1"},
			{"id": 4, "email": "A@x", "token": token(4), "region": "n", "code": nil},
			{"id": 0, "email": "a@x ", "number": -10},
		},
		"by_key":    {{"to": 1}, {"to": 0}, {"to": 99}, {"to": nil}},
		"by_text":   {{"to": "a@x"}, {"to": "a@x"}, {"to": ""}, {"to": nil}, {"to": "A@X"}},
		"by_number": {{"to": 10}, {"to": 0}, {"to": nil}, {"to": 1}},
		"by_uuid":   {{"to": token(4)}, {"to": token(9)}, {"to": nil}},
		"by_two":    {{"r": "n", "c": "1"}, {"r": "n", "c": "3"}, {"r": "", "c": "1"}, {"r": "n", "c": nil}, {"r": nil, "c": nil}, {"r": "1", "c": "n"}},
		"by_either": {{"from": 1, "to": 2}, {"from": 3, "to": 3}, {"from": nil, "to": 4}, {"from": 99, "to": nil}},
		"notes": {
			{"type": "contact", "version": 2, "ref": 1, "body": "x"},
			{"type": "contact", "version": 1, "ref": 2, "body": "x"},
			{"type": "Contact", "version": 2, "ref": 2, "body": "x"},
			{"type": nil, "version": 2, "ref": 2, "body": "x"},
			{"type": "person", "ref": 3, "body": "x"},
			{"type": "account", "version": 2, "ref": 4, "body": "x"},
			{"type": "memo", "ref": 2, "body": "go"},
			{"type": "memo", "ref": 1, "body": "keep"},
			{"type": "memo", "ref": 4, "body": nil},
		},
	}
}

// testReferences checks which rows belong to which contacts, first as
// conditions see them, then by what goes with each contact.
func testReferences(t *testing.T, h Harness) {
	t.Helper()
	w := where.New
	t.Run("conditions", func(t *testing.T) {
		t.Parallel()
		runSelects(t, h, linkSchema(), linkData(), []selects{
			{"to the key", w().WhereExists("by key"), ids(0, 1)},
			{"to a text field, exactly and never when empty", w().WhereExists("by text"), ids(1)},
			{"rows of a text reference", w().WhereCount("by text", where.Equal, 2), ids(1)},
			{"to a number, which may be zero", w().WhereExists("by number"), ids(1, 2)},
			{"to a uuid", w().WhereExists("by uuid"), ids(4)},
			{"to two fields, both of which must be there", w().WhereExists("by two fields"), ids(1)},
			{"by either of two references", w().WhereExists("by either"), ids(1, 2, 3, 4)},
			{"a row with two references counts once", w().WhereCount("by either", where.Equal, 1), ids(1, 2, 3, 4)},
			{"constants", w().WhereExists("polymorphic"), ids(1, 3)},
			{"a condition on the rows", w().WhereExists("some rows"), ids(2)},
		})
	})
	for _, c := range []struct {
		name string
		id   int
		rows map[string]int64
	}{
		{"contact 0", 0, map[string]int64{"by key": 1}},
		{"contact 1", 1, map[string]int64{"by key": 1, "by text": 2, "by number": 1, "by two fields": 1, "by either": 1, "polymorphic": 1}},
		{"contact 2 with an empty email", 2, map[string]int64{"by number": 1, "by either": 1, "some rows": 1}},
		{"contact 3 without an email", 3, map[string]int64{"by either": 1, "polymorphic": 1}},
		{"contact 4", 4, map[string]int64{"by uuid": 1, "by either": 1}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			deletion{
				schema: linkSchema(), data: linkData(), batch: store.Batch{Keys: keysOf(t, c.id)},
				deleted: ids(c.id), rows: c.rows,
			}.run(t, h)
		})
	}
	t.Run("all contacts", func(t *testing.T) {
		t.Parallel()
		deletion{
			schema: linkSchema(), data: linkData(), deleted: ids(0, 1, 2, 3, 4),
			rows: map[string]int64{
				"by key": 2, "by text": 2, "by number": 2, "by uuid": 1, "by two fields": 1, "by either": 3, "polymorphic": 2, "some rows": 1,
			},
		}.run(t, h)
	})
}

// testSchema checks the store's own idea of the schema.
func testSchema(t *testing.T, h Harness) {
	t.Helper()
	b := setup(t, h, linkSchema(), linkData())
	require.Equal(t, b.schema.Fingerprint(), b.st.Schema().Fingerprint(), "Schema must return what the store was opened with")
	require.NoError(t, b.st.Schema().Validate())
	b.requireUnchanged(t)
}
