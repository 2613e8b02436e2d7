package scheduler_test

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/contactsweep/contactsweep/scheduler"
	"github.com/contactsweep/contactsweep/scheduler/memstate"
)

// A Kubernetes CronJob starts a process every hour that does what is due.
func ExampleRunner_RunDue() {
	ctx := context.Background()
	at := newClock()
	state := memstate.New(memstate.WithClock(at.now))
	tasks := scheduler.NewRegistry()
	_ = tasks.Register("Acme.Greeter", Greeter{Greeting: "Good night"}, scheduler.DailyAt(2, 0, time.UTC))
	for range 24 {
		runner, _ := scheduler.NewRunner(tasks, state)
		runs, err := runner.RunDue(ctx)
		if err != nil {
			fmt.Println(err)
		}
		for _, run := range runs {
			fmt.Println(run.Slot, run.Outcome)
		}
		at.at = at.at.Add(time.Hour)
	}
	// Output: 2026-03-28 02:00:00 +0000 UTC succeeded
}

// A job queue delivers a slot twice.
func ExampleRunner_RunSlot() {
	ctx := context.Background()
	at := newClock()
	tasks := scheduler.NewRegistry()
	_ = tasks.Register("Acme.Greeter", Greeter{Greeting: "Hello"}, scheduler.Every(time.Hour))
	runner, _ := scheduler.NewRunner(tasks, memstate.New(memstate.WithClock(at.now)))
	for range 2 {
		run, err := runner.RunSlot(ctx, "Acme.Greeter", at.at)
		fmt.Println(run.Outcome, err == nil, errors.Is(err, scheduler.ErrTaken))
	}
	// Output:
	// succeeded true false
	// succeeded false true
}

func ExampleControl_SetSchedule() {
	ctx := context.Background()
	at := newClock()
	state := memstate.New(memstate.WithClock(at.now))
	tasks := scheduler.NewRegistry()
	_ = tasks.Register("Acme.Greeter", Greeter{}, scheduler.DailyAt(2, 0, time.UTC))
	runner, _ := scheduler.NewRunner(tasks, state)
	_, _ = runner.RunDue(ctx) // registers

	operator, _ := scheduler.NewControl(state) // in another process
	fmt.Println(operator.SetSchedule(ctx, "Acme.Greeter", scheduler.DailyAt(4, 30, time.UTC)))
	status, _ := operator.Status(ctx, "Acme.Greeter")
	fmt.Println("in code: ", status.ScheduleInCode)
	fmt.Println("in force:", status.Schedule)
	fmt.Println("next:    ", status.Next)
	// Output:
	// <nil>
	// in code:  daily at 02:00 in UTC
	// in force: daily at 04:30 in UTC
	// next:     2026-03-28 04:30:00 +0000 UTC
}

func ExampleControl_RunNow() {
	ctx, stop := context.WithCancel(context.Background())
	tasks := scheduler.NewRegistry()
	_ = tasks.Register("Acme.Greeter", Greeter{Greeting: "Hello"}, scheduler.Manual())
	runner, _ := scheduler.NewRunner(tasks, memstate.New())
	_, _ = runner.RunDue(ctx) // registers
	done := make(chan error)
	go func() { done <- runner.Run(ctx) }()

	asked, err := runner.RunNow(ctx, "Acme.Greeter")
	fmt.Println(asked.Kind, err)
	run, err := runner.Wait(ctx, asked)
	fmt.Println(run.Outcome, run.Message, err)

	stop()
	fmt.Println(<-done)
	// Output:
	// run-now <nil>
	// succeeded Hello,  <nil>
	// <nil>
}

func ExampleControl_List() {
	ctx := context.Background()
	at := newClock()
	tasks := scheduler.NewRegistry()
	_ = tasks.Register("Acme.Greeter", Greeter{Greeting: "Hello"}, scheduler.Every(time.Hour), scheduler.Name("Says hello"))
	_ = tasks.Register("Acme.Mailer", Greeter{}, scheduler.DailyAt(6, 0, time.UTC), scheduler.StartDisabled())
	runner, _ := scheduler.NewRunner(tasks, memstate.New(memstate.WithClock(at.now)))
	_, _ = runner.RunDue(ctx)
	at.at = at.at.Add(time.Hour)
	_, _ = runner.RunDue(ctx)
	list, _ := runner.List(ctx)
	for _, s := range list {
		fmt.Println(s.Task, "|", s.Name, "|", s.Enabled, "|", s.Schedule, "|", s.Runs)
	}
	page, _ := runner.History(ctx, scheduler.RunsRequest{Limit: 10})
	for _, run := range page.Runs {
		fmt.Println(run.Task, run.Slot.Format(time.TimeOnly), run.Outcome)
	}
	// Output:
	// Acme.Greeter | Says hello | true | every 1h | 1
	// Acme.Mailer | Acme.Mailer | false | daily at 06:00 in UTC | 0
	// Acme.Greeter 13:00:00 succeeded
}
