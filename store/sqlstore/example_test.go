package sqlstore_test

import (
	"context"
	"database/sql"
	"fmt"
	"log"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/store"
	"github.com/contactsweep/contactsweep/store/sqlstore"
	"github.com/contactsweep/contactsweep/where"
)

// A host with tables of its own describes them and opens a store over the
// database that it has opened anyway.
func ExampleOpen() {
	ctx := context.Background()
	db := database(ctx, // an *sql.DB, by any driver
		`CREATE TABLE customers (id INTEGER PRIMARY KEY AUTOINCREMENT, email_address TEXT)`,
		`INSERT INTO customers (email_address) VALUES ('ann@example.com'), (''), (NULL)`)

	st, err := sqlstore.Open(ctx, db, sqlstore.SQLite, contacts.Schema{
		Table: "customers", Key: []string{"id"},
		Fields: []contacts.Field{contacts.Int64("id"), contacts.Text("email").In("email_address")},
	})
	if err != nil {
		log.Fatal(err)
	}
	counts, err := st.Count(ctx, store.CountRequest{
		Selection: store.Selection{Condition: where.New().WhereEmpty("email")},
	})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(counts.Contacts, "without an email")
	// Output: 2 without an email
}

// What the schema asks for and the database does not give is found before
// anything is deleted.
func ExampleStore_Verify() {
	ctx := context.Background()
	db := database(ctx,
		`CREATE TABLE customers (id INTEGER PRIMARY KEY AUTOINCREMENT)`,
		`CREATE TABLE orders (id INTEGER PRIMARY KEY, customer_id INTEGER REFERENCES customers ON DELETE CASCADE)`)

	st, err := sqlstore.Open(ctx, db, sqlstore.SQLite, contacts.Schema{
		Table: "customers", Key: []string{"id"}, Fields: []contacts.Field{contacts.Int64("id")},
	})
	if err != nil {
		log.Fatal(err)
	}
	findings, err := st.Verify(ctx)
	if err != nil {
		log.Fatal(err)
	}
	for _, f := range findings {
		fmt.Println(f.Severity, f.Name())
	}
	// Output: fatal unregistered-cascade:orders.customer_id
}

func ExampleDDL() {
	statements, err := sqlstore.DDL(sqlstore.SQLite, contacts.Schema{
		Table: "contacts", Key: []string{"id"}, Fields: []contacts.Field{contacts.Int64("id"), contacts.Text("email")},
		Associations: []contacts.Association{{
			Name: "notes", Table: "notes", Action: contacts.Delete, Key: []string{"id"},
			Fields:     []contacts.Field{contacts.Int64("id"), contacts.Int64("contact_id").NotNull()},
			References: []contacts.Reference{{Fields: []string{"contact_id"}}},
		}},
	})
	if err != nil {
		log.Fatal(err)
	}
	for _, s := range statements {
		fmt.Println(s + ";")
	}
	// Output:
	// CREATE TABLE "contacts" (
	// 	"id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
	// 	"email" TEXT
	// );
	// CREATE TABLE "notes" (
	// 	"id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
	// 	"contact_id" INTEGER NOT NULL,
	// 	FOREIGN KEY ("contact_id") REFERENCES "contacts" ("id") ON DELETE CASCADE
	// );
	// CREATE INDEX "notes_contact_id" ON "notes" ("contact_id");
}

func ExampleEncode() {
	price := contacts.Decimal("price").Encoded(contacts.DecimalUnits(2))
	v, err := where.ValueOf("12.50")
	if err != nil {
		log.Fatal(err)
	}
	x, err := sqlstore.Encode(sqlstore.SQLite, price, v)
	fmt.Println(x, err)
	// Output: 1250 <nil>
}

// database opens a database in memory and executes the statements.
func database(ctx context.Context, statements ...string) *sql.DB {
	db, err := sql.Open("sqlite", ":memory:")
	if err != nil {
		log.Fatal(err)
	}
	db.SetMaxOpenConns(1) // each connection would have a memory of its own
	for _, s := range statements {
		if _, err := db.ExecContext(ctx, s); err != nil {
			log.Fatal(err)
		}
	}
	return db
}
