package storetest

import (
	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/where"
)

// crmSchema has every action, three levels of rows, and contacts that refer to
// contacts.
func crmSchema() contacts.Schema {
	to := func(fields ...string) []contacts.Reference {
		var out []contacts.Reference
		for _, f := range fields {
			out = append(out, contacts.Reference{Fields: []string{f}})
		}
		return out
	}
	id := contacts.Int64("id").NotNull()
	return contacts.Schema{
		Table: "people", Key: []string{"id"},
		Fields: []contacts.Field{id, contacts.Text("email"), contacts.Text("state"), contacts.Int64("boss")},
		Associations: []contacts.Association{
			{
				Name: "orders", Table: "orders", Key: []string{"id"}, Action: contacts.Delete, References: to("buyer", "payer"),
				Fields: []contacts.Field{id, contacts.Int64("buyer"), contacts.Int64("payer")},
				Associations: []contacts.Association{{
					Name: "lines", Table: "lines", Key: []string{"id"}, Action: contacts.Delete, References: to("of"),
					Fields: []contacts.Field{id, contacts.Int64("of")},
					Associations: []contacts.Association{
						{
							Name: "parts", Table: "parts", Action: contacts.Delete, References: to("line"),
							Fields: []contacts.Field{contacts.Int64("line"), contacts.Text("sku")},
						},
						{
							Name: "labels", Table: "labels", Action: contacts.Detach, References: to("line"),
							Fields: []contacts.Field{contacts.Int64("line"), contacts.Text("text")},
						},
					},
				}},
			},
			{
				Name: "notes", Table: "notes", Action: contacts.Delete,
				Fields:     []contacts.Field{contacts.Text("type"), contacts.Int64("ref"), contacts.Text("body")},
				References: []contacts.Reference{{Fields: []string{"ref"}, Constants: map[string]any{"type": "contact"}}},
			},
			{
				Name: "letters", Table: "letters", Action: contacts.Detach,
				Fields:     []contacts.Field{contacts.Text("to"), contacts.Text("from"), contacts.Text("subject")},
				References: []contacts.Reference{{Fields: []string{"to"}, To: []string{"email"}}, {Fields: []string{"from"}, To: []string{"email"}}},
			},
			{
				Name: "seen", Table: "seen", Action: contacts.Keep, References: to("person"),
				Fields: []contacts.Field{contacts.Int64("person"), contacts.Text("page")},
			},
			{
				Name: "holds", Table: "holds", Action: contacts.Restrict, References: to("person"),
				Fields: []contacts.Field{contacts.Int64("person"), contacts.Bool("open")},
				Where:  where.New().WhereTrue("open"),
			},
			{Name: "reports", Table: "people", Action: contacts.Detach, References: to("boss")},
			{
				Name: "known", Table: "known", Action: contacts.ReadOnly,
				Fields:     []contacts.Field{contacts.Text("mail")},
				References: []contacts.Reference{{Fields: []string{"mail"}, To: []string{"email"}}},
			},
		},
	}
}

func crmData() Data {
	return Data{
		"people": {
			{"id": 1, "email": "one@x", "state": "old"},
			{"id": 2, "email": "two@x", "state": "old", "boss": 1},
			{"id": 3, "email": "", "state": "new", "boss": 1},
			{"id": 4, "state": "old", "boss": 3},
			{"id": 5, "email": "five@x"},
		},
		"orders": {
			{"id": 10, "buyer": 1, "payer": 1},
			{"id": 11, "buyer": 1, "payer": 2},
			{"id": 12, "buyer": 3, "payer": 1},
			{"id": 20, "buyer": 2},
			{"id": 30, "payer": 3},
			{"id": 40},
			{"id": 50, "buyer": 99},
		},
		"lines":  {{"id": 100, "of": 10}, {"id": 101, "of": 10}, {"id": 102, "of": 12}, {"id": 103, "of": 20}, {"id": 104, "of": 30}, {"id": 105, "of": 40}, {"id": 106}},
		"parts":  {{"line": 100, "sku": "a"}, {"line": 102, "sku": "b"}, {"line": 104, "sku": "c"}, {"line": 105, "sku": "d"}, {"sku": "e"}},
		"labels": {{"line": 100, "text": "a"}, {"line": 101, "text": "b"}, {"line": 104, "text": "c"}, {"line": 106, "text": "d"}, {"text": "e"}},
		"notes": {
			{"type": "contact", "ref": 1, "body": "a"},
			{"type": "contact", "ref": 2, "body": "b"},
			{"type": "contact", "ref": 3, "body": "c"},
			{"type": "account", "ref": 1, "body": "d"},
			{"ref": 1, "body": "e"},
			{"type": "contact", "body": "f"},
		},
		"letters": {
			{"to": "one@x", "from": "two@x", "subject": "a"},
			{"to": "five@x", "from": "one@x", "subject": "b"},
			{"to": "five@x", "subject": "c"},
			{"to": "", "from": "nobody@x", "subject": "d"},
		},
		"seen":  {{"person": 1, "page": "/"}, {"person": 1, "page": "/a"}, {"person": 2, "page": "/"}, {"person": 5, "page": "/"}, {"page": "/"}},
		"holds": {{"person": 5, "open": true}, {"person": 1, "open": false}, {"person": 2, "open": false}, {"open": true}},
		"known": {{"mail": "one@x"}, {"mail": "five@x"}, {"mail": ""}},
	}
}
