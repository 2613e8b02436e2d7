// Nightly is a host with the tasks of the night: it deletes inactive contacts, empties the
// pending table, and watches that both succeed. The scheduler's clock is sped up, so that
// three nights pass in a few seconds; a real host gives its runner no clock and calls Run.
//
//	go run ./examples/nightly
package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/deletion"
	"github.com/contactsweep/contactsweep/deletion/retention"
	"github.com/contactsweep/contactsweep/scheduler"
	"github.com/contactsweep/contactsweep/scheduler/memstate"
)

func main() {
	if err := run(context.Background(), os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

const (
	inactive = "Acme.DeleteInactive"
	process  = "Acme.Process"
	watch    = "Acme.Watch"
)

func run(ctx context.Context, out io.Writer) error {
	svc, err := service()
	if err != nil {
		return err
	}
	noon := time.Now().Truncate(24 * time.Hour).Add(12 * time.Hour)
	clock := noon
	state := memstate.New(memstate.WithClock(func() time.Time { return clock }))
	tasks, err := nightTasks(svc, state, owner{out})
	if err != nil {
		return err
	}
	runner, err := scheduler.NewRunner(tasks, state)
	if err != nil {
		return err
	}
	days := []func() error{
		func() error { return nil },
		func() error { return svc.Pending().Put(ctx, "bounced", numbered(701, 705)...) },
		func() error { return svc.Pending().Put(ctx, "a wrong import", numbered(706, 800)...) },
	}
	for i, today := range days {
		if err := today(); err != nil {
			return err
		}
		fmt.Fprintf(out, "night %d\n", i+1)
		for end := noon.AddDate(0, 0, i+1); clock.Before(end); {
			clock = clock.Add(time.Hour)
			runs, err := runner.RunDue(ctx)
			if err != nil {
				return err
			}
			for _, r := range runs {
				fmt.Fprintf(out, "  %s %s: %s, %s\n", r.Slot.Format("15:04"), r.Task, r.Outcome, r.Message)
			}
		}
	}
	left, err := svc.Count(ctx, contacts.Inactive(90*24*time.Hour))
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "inactive contacts left: %d\n", left)
	return nil
}

// nightTasks registers the tasks of the night.
func nightTasks(svc *deletion.Service, state scheduler.State, o owner) (*scheduler.Registry, error) {
	// By default a batch has 1000 contacts, the pause takes a minute, and the night four
	// hours.
	cleaner, err := retention.DeleteInactive(svc, 90*24*time.Hour, retention.Cap(10_000), retention.Notify(o.told),
		retention.BatchSize(100), retention.Pause(time.Second), retention.TimeLimit(2900*time.Millisecond))
	if err != nil {
		return nil, err
	}
	processing, err := retention.ProcessDue(svc, retention.EmptyPendingTable(), retention.Cap(20), retention.Notify(o.told))
	if err != nil {
		return nil, err
	}
	control, err := scheduler.NewControl(state)
	if err != nil {
		return nil, err
	}
	watching, err := retention.Watch(control, 36*time.Hour, []string{inactive, process}, retention.Notify(o.told))
	if err != nil {
		return nil, err
	}
	tasks := scheduler.NewRegistry()
	for _, t := range []struct {
		name     string
		task     scheduler.ScheduledTask
		schedule scheduler.Schedule
	}{
		{inactive, cleaner, scheduler.DailyAt(2, 0, time.UTC)}, // retention.Register does it in the server's zone
		{process, processing, scheduler.DailyAt(3, 0, time.UTC)},
		{watch, watching, scheduler.DailyAt(8, 0, time.UTC)},
	} {
		if err := tasks.Register(t.name, t.task, t.schedule, scheduler.StartWithin(time.Hour)); err != nil {
			return nil, err
		}
	}
	return tasks, nil
}

// owner is who gets mail.
type owner struct{ out io.Writer }

func (o owner) told(_ context.Context, e retention.Event) error {
	switch e.Kind {
	case retention.Done:
		return nil // no mail for that
	case retention.Unfinished:
		fmt.Fprintf(o.out, "  mail: %s %s: %s\n", e.Task, e.Kind, e.Forecast)
	default:
		fmt.Fprintf(o.out, "  mail: %s %s\n", e.Task, e.Kind)
	}
	return nil
}
