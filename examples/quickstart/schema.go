package main

import "github.com/contactsweep/contactsweep/contacts"

// crm maps the tables of schema.sql: which fields conditions may name, what
// belongs to a contact, and what happens to it when the contact goes.
func crm() contacts.Schema {
	ofContact := []contacts.Reference{{Fields: []string{"contact_id"}}}
	return contacts.Schema{
		Table: "contacts",
		Key:   []string{"id"},
		Fields: []contacts.Field{
			contacts.Int64("id"),
			contacts.Text("external_id"),
			contacts.Text("email"),
			contacts.Text("phone"),
			contacts.Time("created").In("created_at").NotNull(),
		},
		Associations: []contacts.Association{
			{
				Name: "activities", Table: "activities", Action: contacts.Delete, References: ofContact,
				Fields: []contacts.Field{
					contacts.Int64("contact_id"), contacts.Text("type"), contacts.Time("created").In("happened_at"),
				},
			},
			{
				Name: "consents", Table: "consents", Action: contacts.Delete, References: ofContact,
				Fields: []contacts.Field{contacts.Int64("contact_id"), contacts.Text("purpose")},
			},
			{
				Name: "recipients", Table: "email_recipients", Action: contacts.Delete, References: ofContact,
				Fields: []contacts.Field{contacts.Int64("contact_id"), contacts.Time("sent").In("sent_at")},
			},
			{
				Name: "owned groups", Table: "contact_groups", Action: contacts.Detach,
				References: []contacts.Reference{{Fields: []string{"owner_id"}}},
				Fields:     []contacts.Field{contacts.Int64("owner_id")},
			},
		},
	}
}
