package storetest

import (
	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/where"
)

// heirWorld hands rows over in every way: to a contact of the row's own tenant,
// to one contact for all, by an email address, beside associations that delete,
// anonymise or restrict rows of the same table, and contacts to contacts.
func heirWorld() contacts.Schema {
	tenant, number := contacts.Text("tenant").NotNull(), contacts.Int64("id").NotNull()
	pair := func(field string) contacts.Reference {
		return contacts.Reference{Fields: []string{"tenant", field}, SetNull: []string{field}}
	}
	group := []contacts.Field{contacts.Text("tenant"), contacts.Int64("owner"), contacts.Int64("deputy"), contacts.Text("text"), contacts.Int64("int")}
	link := []contacts.Field{contacts.Text("tenant"), contacts.Int64("from"), contacts.Int64("to"), contacts.Bool("bool")}
	return contacts.Schema{
		Table: "members", Key: []string{"tenant", "id"},
		Fields: []contacts.Field{
			tenant, number, contacts.Text("email"), contacts.Int64("lead"), contacts.Text("school"), contacts.Int64("mentor"),
			contacts.Text("text"), contacts.Int64("int"), contacts.Bool("bool"), contacts.Time("time"),
		},
		Associations: []contacts.Association{
			{
				Name: "groups", Table: "groups", Action: contacts.HandOver, Fields: group,
				References: []contacts.Reference{pair("owner"), pair("deputy")}, Heir: contacts.Values{"owner": 2, "deputy": 2},
			},
			{
				Name: "closed groups", Table: "groups", Action: contacts.Anonymise, Fields: group,
				References: []contacts.Reference{pair("owner")}, Where: where.New().WhereGreaterThan("int", 1), Set: contacts.Values{"text": "a"},
			},
			{
				Name: "letters", Table: "letters", Action: contacts.HandOver,
				Fields:     []contacts.Field{contacts.Text("type"), contacts.Text("to"), contacts.Text("text")},
				References: []contacts.Reference{{Fields: []string{"to"}, To: []string{"email"}, Constants: map[string]any{"type": "a"}}},
				Where:      where.New().WhereNotEquals("text", "b"), Heir: contacts.Values{"to": "a"},
			},
			{Name: "sent", Table: "links", Action: contacts.Delete, Fields: link, References: []contacts.Reference{pair("from")}},
			{
				Name: "received", Table: "links", Action: contacts.HandOver, Fields: link,
				References: []contacts.Reference{pair("to")}, Heir: contacts.Values{"to": 2},
			},
			{
				Name: "open", Table: "links", Action: contacts.Restrict, Fields: link,
				References: []contacts.Reference{pair("to")}, Where: where.New().WhereTrue("bool"),
			},
			{Name: "team", Table: "members", Action: contacts.HandOver, References: []contacts.Reference{pair("lead")}, Heir: contacts.Values{"lead": 2}},
			{
				Name: "pupils", Table: "members", Action: contacts.HandOver, References: []contacts.Reference{{Fields: []string{"school", "mentor"}}},
				Heir: contacts.Values{"school": "a", "mentor": 2},
			},
		},
	}
}
