// Adapter shows a store for another kind of storage than SQL: package jsonstore
// beside it keeps contacts in a file of JSON documents, and implements nothing
// but store.Store. The program makes a small CRM in a temporary directory,
// previews a rule, deletes what it matches, and prints the file that is left.
//
//	go run ./examples/adapter
package main

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/deletion"
	"github.com/contactsweep/contactsweep/examples/adapter/jsonstore"
	"github.com/contactsweep/contactsweep/where"
)

//go:embed crm.jsonl
var crm []byte

func main() {
	if err := run(context.Background()); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func schema() contacts.Schema {
	to := func(field string) []contacts.Reference { return []contacts.Reference{{Fields: []string{field}}} }
	return contacts.Schema{
		Table: "people", Key: []string{"id"},
		Fields: []contacts.Field{
			contacts.Int64("id"), contacts.Text("email"), contacts.Time("created"), contacts.Int64("introducer").In("introduced_by"),
		},
		Associations: []contacts.Association{
			{
				Name: "orders", Table: "orders", Action: contacts.Delete, Key: []string{"id"}, References: to("person"),
				Fields: []contacts.Field{contacts.Int64("id"), contacts.Int64("person")},
				Associations: []contacts.Association{{
					Name: "lines", Table: "lines", Action: contacts.Delete, References: to("order"), Fields: []contacts.Field{contacts.Int64("order")},
				}},
			},
			{
				Name: "open claims", Table: "claims", Action: contacts.Restrict, References: to("person"),
				Fields: []contacts.Field{contacts.Int64("person"), contacts.Text("state")},
				Where:  where.New().WhereNotEquals("state", "closed"), // or is not known: then it may be open
			},
			{
				Name: "claims", Table: "claims", Action: contacts.Detach, References: to("person"),
				Fields: []contacts.Field{contacts.Int64("person"), contacts.Text("state")},
			},
			{Name: "introduced", Table: "people", Action: contacts.Detach, References: to("introducer")},
		},
	}
}

func run(ctx context.Context) (err error) {
	dir, err := os.MkdirTemp("", "adapter")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	path := filepath.Join(dir, "crm.jsonl")
	if err := os.WriteFile(path, crm, 0o600); err != nil {
		return err
	}

	st, err := jsonstore.Open(path, schema())
	if err != nil {
		return err
	}
	svc, err := deletion.New(st)
	if err != nil {
		return err
	}
	old := where.New().
		WhereLessThan("created", time.Date(2025, time.January, 1, 0, 0, 0, 0, time.UTC)).
		And().WhereEmpty("email")
	plan, err := svc.Preview(ctx, old)
	if err != nil {
		return err
	}
	fmt.Println(plan)
	report, err := svc.Execute(ctx, plan)
	if err != nil {
		return err
	}

	fmt.Printf("\ndeleted %d contacts, skipped %s; stopped: %s\n", report.Deleted, report.Skipped, report.Stopped)
	for _, a := range report.Associations {
		fmt.Printf("  %s: %d rows to %s\n", a.Name, a.Rows, a.Action)
	}
	left, err := os.ReadFile(path) //nolint:gosec // made above
	if err != nil {
		return err
	}
	fmt.Printf("\nleft in the file:\n%s", left)
	return nil
}
