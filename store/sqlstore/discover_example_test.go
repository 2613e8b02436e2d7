package sqlstore_test

import (
	"context"
	"fmt"
	"log"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/store/sqlstore"
)

// A host lets the foreign keys of its database propose a schema, decides about
// what they leave open, and pastes the result into its own code.
func ExampleDiscover() {
	ctx := context.Background()
	db := database(ctx,
		`CREATE TABLE customers (id INTEGER PRIMARY KEY AUTOINCREMENT, email TEXT, registered DATETIME NOT NULL)`,
		`CREATE TABLE orders (id INTEGER PRIMARY KEY, customer_id INTEGER NOT NULL REFERENCES customers, total NUMERIC(10,2))`,
		`CREATE TABLE order_lines (id INTEGER PRIMARY KEY, order_id INTEGER NOT NULL REFERENCES orders ON DELETE CASCADE)`,
		`CREATE TABLE contracts (id INTEGER PRIMARY KEY, customer_id INTEGER NOT NULL REFERENCES customers)`,
		`CREATE TABLE teams (id INTEGER PRIMARY KEY, leader_id INTEGER REFERENCES customers ON DELETE SET NULL)`,
		`INSERT INTO customers (email, registered) VALUES ('ann@example.com', '2024-02-29T10:00:00Z')`,
		`INSERT INTO orders VALUES (1, 1, 12.5)`)

	proposal, err := sqlstore.Discover(ctx, db, sqlstore.SQLite, "customers", sqlstore.WithAction("orders", contacts.Delete))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(proposal)
	// Output:
	// // contracts.customer_id: ON DELETE NO ACTION: contacts with such rows are left alone, until WithAction or an edit decides otherwise
	// var schema = contacts.Schema{
	// 	Table: "customers",
	// 	Key:   []string{"id"},
	// 	Fields: []contacts.Field{
	// 		contacts.Int64("id").NotNull(),
	// 		contacts.Text("email"),
	// 		contacts.Time("registered").Encoded(contacts.TimeText("2006-01-02T15:04:05Z")).NotNull(),
	// 	},
	// 	Associations: []contacts.Association{
	// 		{
	// 			Name: "contracts", Table: "contracts", Action: contacts.Restrict, Key: []string{"id"},
	// 			References: []contacts.Reference{{Fields: []string{"customer_id"}}},
	// 			Fields: []contacts.Field{
	// 				contacts.Int64("id").NotNull(),
	// 				contacts.Int64("customer_id").NotNull(),
	// 			},
	// 		},
	// 		{
	// 			Name: "orders", Table: "orders", Action: contacts.Delete, Key: []string{"id"},
	// 			References: []contacts.Reference{{Fields: []string{"customer_id"}}},
	// 			Fields: []contacts.Field{
	// 				contacts.Int64("id").NotNull(),
	// 				contacts.Int64("customer_id").NotNull(),
	// 				contacts.Decimal("total").Encoded(contacts.DecimalReal()),
	// 			},
	// 			Associations: []contacts.Association{
	// 				{
	// 					Name: "order_lines", Table: "order_lines", Action: contacts.Delete, Key: []string{"id"},
	// 					References: []contacts.Reference{{Fields: []string{"order_id"}}},
	// 					Fields: []contacts.Field{
	// 						contacts.Int64("id").NotNull(),
	// 						contacts.Int64("order_id").NotNull(),
	// 					},
	// 				},
	// 			},
	// 		},
	// 		{
	// 			Name: "teams", Table: "teams", Action: contacts.Detach, Key: []string{"id"},
	// 			References: []contacts.Reference{{Fields: []string{"leader_id"}}},
	// 			Fields: []contacts.Field{
	// 				contacts.Int64("id").NotNull(),
	// 				contacts.Int64("leader_id"),
	// 			},
	// 		},
	// 	},
	// }
}

// What was proposed is changed by name; a name that is not there is an error.
func ExampleDiscover_edited() {
	ctx := context.Background()
	db := database(ctx,
		`CREATE TABLE customers (id INTEGER PRIMARY KEY AUTOINCREMENT, EMailAddress TEXT)`,
		`CREATE TABLE contracts (id INTEGER PRIMARY KEY, customer_id INTEGER REFERENCES customers)`)
	proposal, err := sqlstore.Discover(ctx, db, sqlstore.SQLite, "customers")
	if err != nil {
		log.Fatal(err)
	}
	schema, err := proposal.Schema.Edit(
		contacts.RenameField("", "EMailAddress", contacts.Email),
		contacts.EditField("", contacts.Email, contacts.Field.FoldCase),
		contacts.SetAction("contracts", contacts.Detach),
	)
	if err != nil {
		log.Fatal(err)
	}
	st, err := sqlstore.Open(ctx, db, sqlstore.SQLite, schema)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%#v\n", st.Schema().Fields[1])
	fmt.Println(st.Schema().Associations[0].Action)
	// Output:
	// contacts.Text("email").In("EMailAddress").FoldCase()
	// detach
}
