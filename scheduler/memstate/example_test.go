package memstate_test

import (
	"context"
	"fmt"
	"time"

	"github.com/contactsweep/contactsweep/scheduler"
	"github.com/contactsweep/contactsweep/scheduler/memstate"
)

// A test of what a host does at night, at noon.
func ExampleWithClock() {
	ctx := context.Background()
	now := time.Date(2026, 3, 27, 12, 0, 0, 0, time.UTC)
	state := memstate.New(memstate.WithClock(func() time.Time { return now }))

	tasks := scheduler.NewRegistry()
	_ = tasks.Register("Acme.Cleaner", scheduler.TaskFunc(func(_ context.Context, run scheduler.Run) (scheduler.Result, error) {
		return scheduler.Result{Message: "cleaned for " + run.Slot.Format(time.DateOnly)}, nil
	}), scheduler.DailyAt(2, 0, time.UTC))
	runner, _ := scheduler.NewRunner(tasks, state)

	_, _ = runner.RunDue(ctx)
	now = now.Add(24 * time.Hour)
	runs, err := runner.RunDue(ctx)
	fmt.Println(len(runs), err)
	fmt.Println(runs[0].Message)
	// Output:
	// 1 <nil>
	// cleaned for 2026-03-28
}
