package main

import (
	"context"
	"database/sql"
	_ "embed"
	"errors"
	"path/filepath"

	_ "modernc.org/sqlite" // the host chooses the driver; this one needs no cgo

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/where"
)

//go:embed shop.sql
var tables string

// schema maps the tables of shop.sql.
func schema() contacts.Schema {
	ofCustomer := []contacts.Reference{{Fields: []string{"customer"}}}
	customer := contacts.Int64("customer").In("customer_id")
	invoice := []contacts.Field{customer, contacts.Text("name"), contacts.Bool("paid")}
	return contacts.Schema{
		Table: "customers",
		Key:   []string{"id"},
		Fields: []contacts.Field{
			contacts.Int64("id"),
			contacts.Text("email"),
			contacts.Time("created").In("registered_at").NotNull(),
		},
		Associations: []contacts.Association{
			{Name: "orders", Table: "orders", Action: contacts.Delete, References: ofCustomer, Fields: []contacts.Field{customer}},
			{Name: "readers", Table: "readers", Action: contacts.Delete, References: ofCustomer, Fields: []contacts.Field{customer}},
			{
				// Who has not paid cannot leave yet.
				Name: "unpaid invoices", Table: "invoices", Action: contacts.Restrict, References: ofCustomer, Fields: invoice,
				Where: where.New().WhereFalse("paid"),
			},
			{
				Name: "invoices", Table: "invoices", Action: contacts.Anonymise, References: ofCustomer, Fields: invoice,
				Set: contacts.Values{"name": "erased"}, // and the reference is set to NULL
			},
		},
	}
}

// open makes the shop's database in a file of the directory.
func open(ctx context.Context, dir string) (*sql.DB, error) {
	db, err := attach(dir)
	if err != nil {
		return nil, err
	}
	if _, err := db.ExecContext(ctx, tables); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return db, nil
}

func attach(dir string) (*sql.DB, error) {
	return sql.Open("sqlite", "file:"+path(dir)+"?_pragma=journal_mode(WAL)&_pragma=busy_timeout(5000)&_pragma=foreign_keys(1)")
}

func path(dir string) string { return filepath.Join(dir, "shop.db") }
