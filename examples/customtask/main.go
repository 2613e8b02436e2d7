// Customtask registers a task of the host's own, runs it now, and lists it as an
// administrator would see it.
//
//	go run ./examples/customtask
package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/deletion"
	"github.com/contactsweep/contactsweep/scheduler"
	"github.com/contactsweep/contactsweep/scheduler/memstate"
	"github.com/contactsweep/contactsweep/store/memory"
)

func main() {
	if err := run(context.Background(), os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(ctx context.Context, out io.Writer) error {
	svc, err := service()
	if err != nil {
		return err
	}
	tasks := scheduler.NewRegistry()
	err = tasks.Register("Acme.ContactCleaner", ContactCleaner{Contacts: svc}, scheduler.DailyAt(2, 0, time.UTC),
		scheduler.Name("Delete contacts without email"),
		scheduler.Parameters(map[string]string{"days": "7"}),
		scheduler.MaxRunTime(4*time.Hour))
	if err != nil {
		return err
	}
	// A host that runs all the time calls runner.Run instead of RunDue.
	runner, err := scheduler.NewRunner(tasks, memstate.New())
	if err != nil {
		return err
	}
	if _, err := runner.RunDue(ctx); err != nil { // nothing is due yet
		return err
	}
	if err := list(ctx, out, runner.Control); err != nil {
		return err
	}
	for range 3 {
		if _, err := runner.RunNow(ctx, "Acme.ContactCleaner"); err != nil {
			return err
		}
		if _, err := runner.RunDue(ctx); err != nil {
			return err
		}
	}
	fmt.Fprintln(out)
	return list(ctx, out, runner.Control)
}

// list shows all tasks and their runs, the newest first.
func list(ctx context.Context, out io.Writer, control *scheduler.Control) error {
	all, err := control.List(ctx)
	if err != nil {
		return err
	}
	for _, s := range all {
		fmt.Fprintf(out, "%s (%s)\n  enabled: %t, %s, days: %s, runs: %d\n", s.Name, s.Task, s.Enabled, s.Schedule, s.Parameters["days"], s.Runs)
		page, err := control.History(ctx, scheduler.RunsRequest{Task: s.Task, Limit: 10})
		if err != nil {
			return err
		}
		for _, r := range page.Runs {
			fmt.Fprintf(out, "  %s: %s, %s\n", r.Kind, r.Outcome, r.Message)
		}
	}
	return nil
}

// service is over 4,000 contacts of whom every second one has no email.
func service() (*deletion.Service, error) {
	st, err := memory.New(contacts.DefaultSchema())
	if err != nil {
		return nil, err
	}
	for id := range 4000 {
		row := memory.Row{"id": id, "created": time.Now().AddDate(-1, 0, 0)}
		if id%2 == 0 {
			row["email"] = fmt.Sprintf("person%d@home.no", id)
		}
		if err := st.Insert(row); err != nil {
			return nil, err
		}
	}
	return deletion.New(st)
}
