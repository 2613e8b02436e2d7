package storetest

import (
	"testing"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/where"
)

// namingSchema has names that are dangerous in query languages.
func namingSchema() contacts.Schema {
	return contacts.Schema{
		Table: `con"tacts; DROP TABLE x --`, Key: []string{`i"d`},
		Fields: []contacts.Field{
			contacts.Int64(`i"d`).In("select").NotNull(), contacts.Text("'name'").In("`na'me`"), contacts.Text("ö 日本").In("[grüße]"), contacts.Int64("a.b").In("%s"),
		},
		Associations: []contacts.Association{
			{
				Name: `or"ders 'n' such`, Table: "group", Action: contacts.Delete, Key: []string{"key"},
				Fields:     []contacts.Field{contacts.Int64("key").In("order").NotNull(), contacts.Int64("to").In(`fr"om`), contacts.Text("where").In("where")},
				References: []contacts.Reference{{Fields: []string{"to"}}},
				Where:      where.New().WhereNotEquals("where", "no").Or().WhereNull("where"),
				Associations: []contacts.Association{{
					Name: "$1", Table: "1 table", Action: contacts.Detach,
					Fields:     []contacts.Field{contacts.Int64(":x").In("@p"), contacts.Text("#").In("--")},
					References: []contacts.Reference{{Fields: []string{":x"}, Constants: map[string]any{"#": `'"`}}},
				}},
			},
		},
	}
}

func namingData() Data {
	return Data{
		namingSchema().Table: {{`i"d`: 1, "'name'": "x", "ö 日本": "'", "a.b": 1}, {`i"d`: 2, "'name'": "y", "a.b": 2}, {`i"d`: 3}},
		"group":              {{"key": 10, "to": 1, "where": "yes"}, {"key": 20, "to": 2, "where": "no"}, {"key": 30, "to": 2}},
		"1 table":            {{":x": 10, "#": `'"`}, {":x": 10, "#": "other"}, {":x": 30, "#": `'"`}},
	}
}

// testNaming checks that names are only names.
func testNaming(t *testing.T, h Harness) {
	t.Helper()
	w := where.New
	schema, data := namingSchema(), namingData()
	t.Run("conditions", func(t *testing.T) {
		t.Parallel()
		runSelects(t, h, schema, data, []selects{
			{"WhereEquals", w().WhereEquals("'name'", "y"), ids(2)},
			{"WhereContains", w().WhereContains("ö 日本", "'"), ids(1)},
			{"WhereGreaterThan", w().WhereGreaterThan("a.b", 0), ids(1, 2)},
			{"WhereID", w().WhereID(3), ids(3)},
			{"WhereExists", w().WhereExists(`or"ders 'n' such`, w().WhereNull("where")), ids(2)},
			{"WhereCount", w().WhereCount(`or"ders 'n' such`, where.Equal, 1), ids(1, 2)},
			{"nested", w().WhereExists(`or"ders 'n' such`, w().WhereExists("$1", w().WhereEndsWith("#", `"`))), ids(1, 2)},
			{"distinct", w().WhereCountDistinct(`or"ders 'n' such`, "where", where.Equal, 1), ids(1)},
		})
	})
	runDeletions(t, h, []deletion{{
		name: "Delete", schema: schema, data: data, deleted: ids(1, 2, 3), rows: map[string]int64{`or"ders 'n' such`: 2, "$1": 2},
	}})
}
