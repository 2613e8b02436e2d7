package deletion_test

import (
	"bytes"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/deletion"
	"github.com/contactsweep/contactsweep/store/memory"
	"github.com/contactsweep/contactsweep/where"
)

// guests are people with their stays. One of them has sent a formula.
func guests() *memory.Store {
	st, err := memory.New(contacts.Schema{
		Table: "guests", Key: []string{"id"},
		Fields: []contacts.Field{contacts.Int64("id"), contacts.Text("name"), contacts.Text("phone"), contacts.Time("created")},
		Associations: []contacts.Association{{
			Name: "stays", Table: "stays", Action: contacts.Delete,
			Fields:     []contacts.Field{contacts.Int64("guest"), contacts.Text("room"), contacts.Int64("nights")},
			References: []contacts.Reference{{Fields: []string{"guest"}}},
		}},
	})
	if err == nil {
		err = errors.Join(
			st.Insert(
				memory.Row{"id": 1, "name": "Ann", "phone": "+49 30 901820"},
				memory.Row{"id": 2, "name": `=HYPERLINK("https://example.com")`, "phone": ""},
				memory.Row{"id": 3, "name": "Smith, Bob"}),
			st.InsertRows("stays", memory.Row{"guest": 1, "room": "12", "nights": 2}, memory.Row{"guest": 3, "room": "7", "nights": 1}))
	}
	if err != nil {
		panic(err)
	}
	return st
}

func ExampleService_Export() {
	svc, err := deletion.New(guests())
	if err != nil {
		fmt.Println(err)
		return
	}
	var stays bytes.Buffer
	done, err := svc.Export(context.Background(), os.Stdout, where.Everything(),
		deletion.ExportFields("name", "phone"),
		deletion.ExportRows(func(string) (io.Writer, error) { return &stays, nil }, "stays"))
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Print(stays.String())
	fmt.Println(done.Contacts, "guests,", done.Rows["stays"], "stays")
	// Output:
	// "id","name","phone"
	// 1,"Ann","'+49 30 901820"
	// 2,"'=HYPERLINK(""https://example.com"")","'"
	// 3,"Smith, Bob",
	// "guest","room","nights"
	// 1,"12",2
	// 3,"7",1
	// 3 guests, 2 stays
}

// A program reads an export with any reader of CSV.
func ExampleParseExported() {
	st := guests()
	svc, err := deletion.New(st)
	if err != nil {
		fmt.Println(err)
		return
	}
	var file bytes.Buffer
	if _, err = svc.Export(context.Background(), &file, where.New().WhereID(2), deletion.ExportFields("name", "phone", "created")); err != nil {
		fmt.Println(err)
		return
	}
	records, err := csv.NewReader(&file).ReadAll()
	if err != nil {
		fmt.Println(err)
		return
	}
	for i, name := range records[0] {
		f, _ := st.Schema().Lookup(name)
		v, err := deletion.ParseExported(f.Kind, records[1][i])
		fmt.Println(name, v, err)
	}
	// Output:
	// id 2 <nil>
	// name "=HYPERLINK(\"https://example.com\")" <nil>
	// phone "" <nil>
	// created NULL <nil>
}

// What a batch is about to delete is saved first: the contacts, their rows, and
// what the host keeps of them elsewhere. Where that fails nothing is deleted.
func ExampleService_ExportKeys() {
	ctx := context.Background()
	dir, err := os.MkdirTemp("", "guests")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer func() { _ = os.RemoveAll(dir) }()
	var svc *deletion.Service
	svc, err = deletion.New(guests(), deletion.WithBeforeBatch(func(ctx context.Context, c deletion.BatchCandidates) error {
		for _, k := range c.Keys { // another attempt writes the same files again
			if err := os.WriteFile(filepath.Join(dir, k.String()+".pdf"), []byte("the registration form of the guest"), 0o600); err != nil {
				return err
			}
		}
		// Another attempt may be for a part of the contacts: it has files of its own.
		return save(filepath.Join(dir, fmt.Sprintf("batch %d.%d", c.Batch, c.Attempt)), func(people, stays io.Writer) error {
			_, err := svc.ExportKeys(ctx, people, c.Keys, deletion.ExportRows(func(string) (io.Writer, error) { return stays, nil }))
			return err
		})
	}))
	if err != nil {
		fmt.Println(err)
		return
	}
	report, err := svc.BulkDelete(ctx, where.New().WhereEmpty("phone"), deletion.BatchSize(1))
	fmt.Println(report.Deleted, "deleted", err)
	saved, err := os.ReadDir(dir)
	for _, f := range saved {
		fmt.Println(f.Name())
	}
	fmt.Println(err)
	// Output:
	// 2 deleted <nil>
	// 2.pdf
	// 3.pdf
	// batch 1.1 guests.csv
	// batch 1.1 stays.csv
	// batch 2.1 guests.csv
	// batch 2.1 stays.csv
	// <nil>
}

// save makes two files, which are there and on the disk when the error is nil.
func save(name string, write func(people, stays io.Writer) error) error {
	people, err := os.Create(filepath.Clean(name + " guests.csv"))
	if err != nil {
		return err
	}
	stays, err := os.Create(filepath.Clean(name + " stays.csv"))
	if err != nil {
		return errors.Join(err, people.Close())
	}
	return errors.Join(write(people, stays), people.Sync(), stays.Sync(), people.Close(), stays.Close())
}
