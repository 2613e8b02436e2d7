// Package contacts describes where a host keeps its contacts and what belongs
// to them.
//
// A host with tables of its own writes a [Schema]: the contact table, its key,
// the fields that conditions may name, and for every table that refers to a
// contact an [Association] that says what happens to its rows when the contact
// goes:
//
//	schema := contacts.Schema{
//		Table: "customers",
//		Key:   []string{"id"},
//		Fields: []contacts.Field{
//			contacts.Int64("id"),
//			contacts.Text("email").In("email_address"),
//			contacts.Time("created").In("created_at"),
//		},
//		Associations: []contacts.Association{{
//			Name: "orders", Table: "orders", Action: contacts.Delete,
//			References: []contacts.Reference{{Fields: []string{"customer_id"}}},
//			Fields:     []contacts.Field{contacts.Int64("customer_id")},
//		}},
//	}
//
// Rows that must stay are kept as they are ([Keep]), lose their reference
// ([Detach]), lose it with what else tells whose they were ([Anonymise]), or get
// another contact ([HandOver]):
//
//	{
//		Name: "visits", Table: "visits", Action: contacts.Anonymise,
//		Set: contacts.Values{"ip": nil, "agent": "deleted"},
//		…
//	},
//	{
//		Name: "groups", Table: "groups", Action: contacts.HandOver,
//		Heir: contacts.Values{"owner_id": 1},
//		…
//	},
//
// Where the database deletes rows by a foreign key that cascades, a host may leave
// them to it, which is faster on some engines: [Association.Cascaded].
//
// A host with many tables lets sqlstore.Discover propose the schema, prints it
// as Go source and changes it, in the source or with [Schema.Edit]. A host
// without tables starts from [DefaultSchema].
//
// The package also holds the field names that everybody shares and ready
// conditions: [Inactive], [Lapsed], [Zombie], [Contactless], [Anonymous],
// [AnonymousOn], [KeyPrefix], [DeletedUpstream], [SuppressedBySender],
// [HardBounced], [TestRecords], [FakeAddresses] and [BadQuality].
package contacts
