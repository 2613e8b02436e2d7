// Ownschema maps a database that was not made for this library: a tenant and a
// text code form the key, tasks have notes below them, documents refer to
// records of several tables, and contacts refer to each other.
//
//	go run ./examples/ownschema
package main

import (
	"context"
	"database/sql"
	_ "embed"
	"errors"
	"fmt"
	"os"

	_ "modernc.org/sqlite"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/deletion"
	"github.com/contactsweep/contactsweep/store/sqlstore"
	"github.com/contactsweep/contactsweep/where"
)

//go:embed database.sql
var database string

func main() {
	if err := run(context.Background()); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func schema() contacts.Schema {
	return contacts.Schema{
		Table: "people",
		Key:   []string{"tenant", "code"}, // a composite key; the code is text
		Fields: []contacts.Field{
			contacts.Int64("tenant").In("TenantID"),
			contacts.Text("code").In("PersonCode"),
			contacts.Text("email").In("EMail").FoldCase(),
			contacts.Text("manager").In("ManagerCode"),
			contacts.Time("created").In("CreatedAt").Encoded(contacts.UnixSeconds()),
		},
		Associations: []contacts.Association{
			{
				Name: "tasks", Table: "tasks", Action: contacts.Delete, Key: []string{"id"},
				References: []contacts.Reference{{Fields: []string{"tenant", "person"}}},
				Fields: []contacts.Field{
					contacts.Int64("id"), contacts.Int64("tenant").In("TenantID"), contacts.Text("person").In("PersonCode"),
				},
				Associations: []contacts.Association{{
					Name: "task notes", Table: "task_notes", Action: contacts.Delete,
					References: []contacts.Reference{{Fields: []string{"task"}}},
					Fields:     []contacts.Field{contacts.Int64("task").In("task_id")},
				}},
			},
			{
				// Documents of people only: the table holds those of orders too.
				Name: "documents", Table: "documents", Action: contacts.Delete,
				References: []contacts.Reference{{
					Fields: []string{"tenant", "owner"}, Constants: map[string]any{"type": "person"},
				}},
				Fields: []contacts.Field{
					contacts.Int64("tenant").In("TenantID"), contacts.Text("owner").In("OwnerRef"), contacts.Text("type").In("OwnerType"),
				},
			},
			{
				// Those who report to a deleted manager stay, without a manager.
				// The tenant is part of their own key, so only the code is cleared.
				Name: "reports", Table: "people", Action: contacts.Detach,
				References: []contacts.Reference{{Fields: []string{"tenant", "manager"}, SetNull: []string{"manager"}}},
			},
		},
	}
}

func run(ctx context.Context) (err error) {
	db, err := sql.Open("sqlite", "file:ownschema?mode=memory&cache=shared&_pragma=foreign_keys(1)")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	if _, err := db.ExecContext(ctx, database); err != nil {
		return err
	}
	st, err := sqlstore.Open(ctx, db, sqlstore.SQLite, schema())
	if err != nil {
		return err
	}
	svc, err := deletion.New(st)
	if err != nil {
		return err
	}

	// One tenant's people at a domain, whatever the case it was typed in.
	condition := where.New().WhereEquals("tenant", 1).And().WhereEndsWith("email", "@Example.com")
	report, err := svc.BulkDelete(ctx, condition)
	if err != nil {
		return err
	}
	fmt.Println("deleted:", report.Deleted)
	for _, a := range report.Associations {
		fmt.Printf("%s (%s): %d\n", a.Name, a.Action, a.Rows)
	}

	// By key: the values of its columns, in their order.
	report, err = svc.DeleteContact(ctx, 2, "ann")
	if err != nil {
		return err
	}
	fmt.Println("deleted by key:", report.Deleted)
	return show(ctx, db)
}

func show(ctx context.Context, db *sql.DB) error {
	for _, table := range []struct{ name, query string }{
		{"people", `SELECT group_concat(TenantID || '/' || PersonCode || ' under ' || coalesce(ManagerCode, 'nobody'), ', ') FROM people`},
		{"documents", `SELECT group_concat(OwnerType || ' ' || OwnerRef, ', ') FROM documents`},
		{"tasks", `SELECT count(*) FROM tasks`},
		{"task notes", `SELECT count(*) FROM task_notes`},
	} {
		var left string
		if err := db.QueryRowContext(ctx, table.query).Scan(&left); err != nil {
			return err
		}
		fmt.Printf("left in %s: %s\n", table.name, left)
	}
	return nil
}
