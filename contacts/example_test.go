package contacts_test

import (
	"fmt"
	"time"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/where"
)

// A host describes its own tables. Conditions use the names of the fields,
// whatever the columns are called.
func ExampleSchema() {
	schema := contacts.Schema{
		Table: "customers",
		Key:   []string{"id"},
		Fields: []contacts.Field{
			contacts.Int64("id").NotNull(),
			contacts.Text("email").In("email_address").FoldCase(),
			contacts.Time("created").In("created_at").Encoded(contacts.UnixSeconds()),
		},
		Associations: []contacts.Association{
			{
				Name: "orders", Table: "orders", Action: contacts.Delete, Key: []string{"id"},
				Fields:     []contacts.Field{contacts.Int64("id"), contacts.Int64("customer_id")},
				References: []contacts.Reference{{Fields: []string{"customer_id"}}},
				Associations: []contacts.Association{{
					Name: "order lines", Table: "order_lines", Action: contacts.Delete,
					Fields:     []contacts.Field{contacts.Int64("order_id")},
					References: []contacts.Reference{{Fields: []string{"order_id"}}},
				}},
			},
			{
				// Notes belong to rows of several tables, and outlive them.
				Name: "notes", Table: "notes", Action: contacts.Detach,
				Fields: []contacts.Field{contacts.Int64("subject_id"), contacts.Text("subject_type")},
				References: []contacts.Reference{{
					Fields: []string{"subject_id"}, Constants: map[string]any{"subject_type": "customer"},
				}},
			},
		},
	}
	fmt.Println(schema.Validate())

	placed := schema.Placed()
	for _, i := range schema.Order() {
		fmt.Println(placed[i].Action, placed[i].Name)
	}
	// Output:
	// <nil>
	// delete order lines
	// delete orders
	// detach notes
}

// Rows that must outlive their contact are anonymised, or get another one.
func ExampleSchema_changes() {
	id := contacts.Int64("id").NotNull()
	schema := contacts.Schema{
		Table: "customers",
		Key:   []string{"id"},
		Fields: []contacts.Field{
			id, contacts.Text("email"),
		},
		Associations: []contacts.Association{
			{
				// Visits stay for statistics, without what tells whose they were.
				Name: "visits", Table: "visits", Action: contacts.Anonymise, Set: contacts.Values{"ip": nil, "agent": "deleted"},
				Fields:     []contacts.Field{contacts.Int64("customer_id"), contacts.Text("ip"), contacts.Text("agent").NotNull()},
				References: []contacts.Reference{{Fields: []string{"customer_id"}}},
			},
			{
				// Orders keep the number of the customer, which stands for nobody then.
				Name: "orders", Table: "orders", Action: contacts.Anonymise, Set: contacts.Values{"address": nil},
				Fields:     []contacts.Field{contacts.Int64("customer_id").NotNull(), contacts.Text("address")},
				References: []contacts.Reference{{Fields: []string{"customer_id"}, Stays: true}},
			},
			{
				// Groups are handed over to customer 1.
				Name: "groups", Table: "groups", Action: contacts.HandOver, Heir: contacts.Values{"owner_id": 1},
				Fields:     []contacts.Field{contacts.Int64("owner_id")},
				References: []contacts.Reference{{Fields: []string{"owner_id"}}},
			},
		},
	}
	fmt.Println(schema.Validate())
	for _, p := range schema.Placed() {
		for _, change := range p.Changes(p.References[0]) {
			fmt.Printf("%s %s: %s = %v\n", p.Action, p.Name, change.Field, change.Value.Any())
		}
	}
	fmt.Println(schema.Heirs())
	// Output:
	// <nil>
	// anonymise visits: customer_id = <nil>
	// anonymise visits: agent = deleted
	// anonymise visits: ip = <nil>
	// anonymise orders: address = <nil>
	// hand over groups: owner_id = 1
	// id = 1 true
}

// All faults of a schema are reported at once.
func ExampleSchema_Validate() {
	schema := contacts.Schema{
		Table: "customers",
		Key:   []string{"id"},
		Fields: []contacts.Field{
			contacts.Text("id"),
			contacts.Date("born").Encoded(contacts.UnixSeconds()),
		},
		Associations: []contacts.Association{{
			Name: "orders", Table: "orders",
			Fields:     []contacts.Field{contacts.Int64("customer_id")},
			References: []contacts.Reference{{Fields: []string{"customer_id"}}},
		}},
	}
	for _, fault := range schema.Validate().(*contacts.SchemaError).Faults { //nolint:errorlint,forcetypeassert // as documented
		fmt.Println(fault)
	}
	// Output:
	// contacts, field "born": an encoding of time, but the field is date
	// association "orders": no action; choose Delete, Anonymise, Detach, HandOver, Keep, Restrict or ReadOnly
	// association "orders", reference 1: "customer_id" is int64 but refers to "id", which is text
}

func ExampleDefaultSchema() {
	schema := contacts.DefaultSchema()
	schema.Fields = append(schema.Fields, contacts.Text("city"))
	rule := where.New().WhereEquals("city", "Oslo").WhereExists(contacts.Tags, where.New().WhereEquals("tag", "lead"))
	fmt.Println(schema.Validate(), rule.Validate(schema.Catalog()))
	// Output: <nil> <nil>
}

func ExampleKeys() {
	keys, err := contacts.Keys(17, 18)
	fmt.Println(keys, err)
	_, err = contacts.Keys("a", "b\x00")
	fmt.Println(err)
	// Output:
	// [17 18] <nil>
	// contacts: id 2 of 2: text is not valid UTF-8 or contains a NUL character
}

func ExampleInactive() {
	fmt.Println(contacts.Inactive(90 * 24 * time.Hour))
	fmt.Println(contacts.Inactive(24 * time.Hour).Validate(contacts.DefaultSchema().Catalog()))
	// Output:
	// (NOT EXISTS activities WHERE (created >= ago(2160h0m0s) OR created IS NOT KNOWN) AND (created < ago(2160h0m0s) OR EXISTS activities))
	// where: invalid condition: inactive contacts: a contact cannot be called inactive after less than 7 days
}

func ExampleContactless() {
	fmt.Println(contacts.Contactless().WhereLessThan(contacts.Created, where.Ago(7*24*time.Hour)))
	// Output: (email IS EMPTY AND phone IS EMPTY AND created < ago(168h0m0s))
}

func ExampleKeyPrefix() {
	fmt.Println(contacts.KeyPrefix(contacts.ExternalID, "TEST-"))
	// Output: external_id STARTS WITH "TEST-"
}

func ExampleDeletedUpstream() {
	schema := contacts.DefaultSchema()
	schema.Associations = append(schema.Associations, contacts.Association{
		Name: "upstream", Table: "upstream_ids", Action: contacts.ReadOnly,
		Fields:     []contacts.Field{contacts.Text("id")},
		References: []contacts.Reference{{Fields: []string{"id"}, To: []string{contacts.ExternalID}}},
	})
	rule := contacts.DeletedUpstream(contacts.ExternalID, "upstream")
	fmt.Println(rule, rule.Validate(schema.Catalog()))
	// Output: (external_id IS NOT EMPTY AND NOT EXISTS upstream) <nil>
}

func ExampleAnonymous() {
	fmt.Println(contacts.Anonymous())
	// Output: external_id IS EMPTY
}

func ExampleAnonymousOn() {
	fmt.Println(contacts.AnonymousOn("kiosk-7"))
	// Output: (external_id IS EMPTY AND device_id = "kiosk-7")
}

// A host changes what was proposed to it. A misspelt name is an error.
func ExampleSchema_Edit() {
	schema, err := contacts.DefaultSchema().Edit(
		contacts.SetAction(contacts.Notes, contacts.Keep),
		contacts.EditField("", contacts.Email, contacts.Field.FoldCase),
		contacts.RenameField("", contacts.DeviceID, "device"),
	)
	email, _ := schema.Lookup(contacts.Email)
	device, _ := schema.Lookup("device")
	fmt.Printf("%#v %#v %v\n", email, device, err)

	_, err = schema.Edit(contacts.SetAction("note", contacts.Keep))
	fmt.Println(err)
	// Output:
	// contacts.Text("email").FoldCase() contacts.Text("device").In("device_id") <nil>
	// contacts: edit 1: there is no association "note"
}

// Rows that the database deletes by itself may be left to it. What a foreign key
// cannot know is refused.
func ExampleSetCascaded() {
	schema, err := contacts.DefaultSchema().Edit(contacts.SetCascaded(contacts.Activities, contacts.Conversations, contacts.Messages))
	fmt.Println(err, schema.Validate())

	schema, err = schema.Edit(contacts.EditAssociation(contacts.Activities, func(a *contacts.Association) {
		a.Where = where.New().WhereEquals("type", "visit")
	}))
	fmt.Println(err, schema.Validate())
	// Output:
	// <nil> <nil>
	// <nil> contacts: invalid schema: association "activities": Cascaded with a Where, but a foreign key knows no condition on rows; leave Cascaded out
}
