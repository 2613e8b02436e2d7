package retention_test

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/deletion"
	"github.com/contactsweep/contactsweep/deletion/retention"
	"github.com/contactsweep/contactsweep/scheduler"
	"github.com/contactsweep/contactsweep/scheduler/memstate"
	"github.com/contactsweep/contactsweep/store/memory"
)

// crm is a service over a hundred contacts, of whom 40 have been inactive for a year.
func crm() *deletion.Service {
	st, _ := memory.New(contacts.DefaultSchema(), memory.WithLedger())
	for id := range 100 {
		made := time.Now()
		if id < 40 {
			made = made.AddDate(-1, 0, 0)
		}
		_ = st.Insert(memory.Row{"id": id, "created": made, "external_id": fmt.Sprintf("TEST-%d", id/50)})
	}
	svc, _ := deletion.New(st)
	return svc
}

// now runs a task at once and prints how its run ended.
func now(task scheduler.ScheduledTask, state scheduler.State) {
	tasks := scheduler.NewRegistry()
	if err := retention.Register(tasks, "Acme.Night", task); err != nil {
		fmt.Println(err)
		return
	}
	runner, _ := scheduler.NewRunner(tasks, state)
	ctx := context.Background()
	_, _ = runner.RunDue(ctx) // registers it; nothing is due
	_, _ = runner.RunNow(ctx, "Acme.Night")
	runs, err := runner.RunDue(ctx)
	for _, r := range runs {
		fmt.Println(r.Outcome, "|", withoutID(r.Message))
	}
	if err != nil {
		fmt.Println(err)
	}
}

// By default a batch has 1000 contacts, a minute passes between two, and after four hours
// the rest is left to the next night.
func ExampleDeleteInactive() {
	task, err := retention.DeleteInactive(crm(), 90*24*time.Hour, retention.Cap(500))
	if err != nil {
		fmt.Println(err)
		return
	}
	now(task, memstate.New())

	_, err = retention.DeleteInactive(crm(), 24*time.Hour, retention.BatchSize(0))
	fmt.Println(errors.Is(err, retention.ErrInvalidOption), err)
	// Output:
	// succeeded | deleted 40 contacts, operation …, done
	// true retention: DeleteInactive: contacts that were active 24h0m0s ago cannot be called inactive; at least 7 days are needed; BatchSize: 0 is less than 1
}

func ExampleDeleteMatching() {
	task, err := retention.DeleteMatching(crm(), contacts.KeyPrefix(contacts.ExternalID, "TEST-1"), retention.Reason("test contacts"))
	if err != nil {
		fmt.Println(err)
		return
	}
	now(task, memstate.New())
	// Output: succeeded | deleted 50 contacts, operation …, done
}

// The first run says what the next one would do.
func ExamplePreviewFirst() {
	svc, state := crm(), memstate.New()
	control, _ := scheduler.NewControl(state)
	task, err := retention.DeleteInactive(svc, 90*24*time.Hour, retention.PreviewFirst(control))
	if err != nil {
		fmt.Println(err)
		return
	}
	now(task, state)
	now(task, state)
	// Output:
	// succeeded | preview only: 40 of 100 contacts match, 0 are protected and 0 held back by their rows; the next run deletes 40
	// succeeded | deleted 40 contacts, operation …, done
}

func ExampleProcessDue() {
	svc := crm()
	keys, _ := contacts.Keys(3, 4, 5)
	_ = svc.Pending().Put(context.Background(), "bounced", keys...)
	task, err := retention.ProcessDue(svc, retention.EmptyPendingTable(), retention.Cap(1000))
	if err != nil {
		fmt.Println(err)
		return
	}
	now(task, memstate.New())
	// Output: succeeded | 1 operation, 1 completed; deleted 3 contacts
}

// The owner is told of what is refused, and nothing is deleted.
func ExampleNotify() {
	task, err := retention.DeleteInactive(crm(), 90*24*time.Hour, retention.Cap(39), retention.Notify(func(_ context.Context, e retention.Event) error {
		fmt.Println(e.Task, e.Kind)
		return nil
	}))
	if err != nil {
		fmt.Println(err)
		return
	}
	now(task, memstate.New())
	// Output:
	// Acme.Night refused by cap
	// failed | retention: deleted 0 contacts, operation …: deletion: cap exceeded: at least 40 contacts match, and the cap is 39
}

func ExampleWatch() {
	state := memstate.New()
	control, _ := scheduler.NewControl(state)
	task, err := retention.Watch(control, 48*time.Hour, []string{"Acme.DeleteInactive"})
	if err != nil {
		fmt.Println(err)
		return
	}
	now(task, state)
	// Output: succeeded | 1 task watched, none overdue
}
