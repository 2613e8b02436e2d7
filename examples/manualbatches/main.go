// Manualbatches drives the batches itself: it looks at every step, pauses
// between them, stops after a few, and goes on later from where it stopped.
//
//	go run ./examples/manualbatches
package main

import (
	"context"
	"fmt"
	"os"
	"time"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/deletion"
	"github.com/contactsweep/contactsweep/store/memory"
	"github.com/contactsweep/contactsweep/where"
)

func main() {
	if err := run(context.Background()); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(ctx context.Context) error {
	svc, err := service()
	if err != nil {
		return err
	}
	noEmail := where.New().WhereEmpty("email")

	// The iterator waits a moment after each batch; breaking out of the loop
	// ends the run between two batches.
	var evening deletion.Report
	for step, err := range svc.Batches(ctx, noEmail, deletion.BatchSize(100), deletion.Pause(10*time.Millisecond)) {
		if err != nil {
			return err
		}
		evening = step.Run
		fmt.Printf("batch %d: %d deleted, %d in all\n", step.Run.Batches, step.Batch.Deleted, step.Run.Deleted)
		if step.Run.Batches == 3 {
			break // enough for tonight
		}
	}

	// Next can be stored as JSON. It holds the place, the bound and the
	// instant of the run, so that contacts created since are not touched.
	fmt.Println("the next night:")
	for evening.More {
		report, err := svc.BulkDelete(ctx, noEmail, deletion.BatchLimit(150), deletion.From(evening.Next))
		if err != nil {
			return err
		}
		fmt.Printf("%d deleted, more: %t\n", report.Deleted, report.More)
		evening = report
	}
	left, err := svc.Count(ctx, noEmail)
	if err != nil {
		return err
	}
	fmt.Println("left:", left)
	return nil
}

// service makes a service over 1,000 contacts in memory, half of which have no
// email.
func service() (*deletion.Service, error) {
	st, err := memory.New(contacts.Schema{
		Table:  "contacts",
		Key:    []string{"id"},
		Fields: []contacts.Field{contacts.Int64("id"), contacts.Text("email")},
	})
	if err != nil {
		return nil, err
	}
	for id := range 1000 {
		row := memory.Row{"id": id}
		if id%2 == 0 {
			row["email"] = fmt.Sprintf("person%d@example.com", id)
		}
		if err := st.Insert(row); err != nil {
			return nil, err
		}
	}
	return deletion.New(st)
}
