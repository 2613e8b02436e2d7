package scheduler_test

import (
	"context"
	"fmt"
	"time"

	"github.com/contactsweep/contactsweep/scheduler"
	"github.com/contactsweep/contactsweep/scheduler/memstate"
)

// Greeter is a task. What it needs are its fields.
type Greeter struct{ Greeting string }

// Execute does the work of one slot.
func (g Greeter) Execute(_ context.Context, run scheduler.Run) (scheduler.Result, error) {
	return scheduler.Result{Message: g.Greeting + ", " + run.Parameters["whom"]}, nil
}

// clock is a state's clock that the examples set.
type clock struct{ at time.Time }

func (c *clock) now() time.Time { return c.at }

func newClock() *clock { return &clock{at: time.Date(2026, 3, 27, 12, 0, 0, 0, time.UTC)} }

func Example() {
	ctx := context.Background()
	tasks := scheduler.NewRegistry()
	err := tasks.Register("Acme.Greeter", Greeter{Greeting: "Hello"}, scheduler.Every(50*time.Millisecond),
		scheduler.MaxRunTime(time.Minute),
		scheduler.Parameters(map[string]string{"whom": "world"}))
	if err != nil {
		fmt.Println(err)
		return
	}
	runner, err := scheduler.NewRunner(tasks, memstate.New())
	if err != nil {
		fmt.Println(err)
		return
	}
	ctx, stop := context.WithTimeout(ctx, 500*time.Millisecond)
	defer stop()
	fmt.Println(runner.Run(ctx))

	status, _ := runner.Status(context.WithoutCancel(ctx), "Acme.Greeter")
	fmt.Println(status.Schedule, "|", status.Last.Outcome, "|", status.Last.Message)
	// Output:
	// <nil>
	// every 50ms | succeeded | Hello, world
}

func ExampleRegistry_Register() {
	tasks := scheduler.NewRegistry()
	err := tasks.Register("Acme.Greeter", Greeter{}, scheduler.DailyAt(25, 0, time.UTC), scheduler.MaxRunTime(-time.Hour))
	fmt.Println(err)
	// Output:
	// scheduler: register task "Acme.Greeter": time of day 25:00: 00:00 to 23:59 are possible
	// MaxRunTime: -1h0m0s is not positive
}

func ExampleDailyAt() {
	berlin, _ := time.LoadLocation("Europe/Berlin")
	s := scheduler.DailyAt(2, 30, berlin)
	at := time.Date(2026, 3, 27, 12, 0, 0, 0, berlin)
	for range 3 {
		at = s.Next(at)
		fmt.Println(at.In(berlin))
	}
	// Output:
	// 2026-03-28 02:30:00 +0100 CET
	// 2026-03-29 03:00:00 +0200 CEST
	// 2026-03-30 02:30:00 +0200 CEST
}

func ExampleCron() {
	s := scheduler.Cron("0 9 * * MON-FRI", time.UTC)
	fmt.Println(s.Next(time.Date(2026, 3, 27, 12, 0, 0, 0, time.UTC)))
	// Output: 2026-03-30 09:00:00 +0000 UTC
}

func ExampleBetween() {
	night := scheduler.Between(scheduler.Every(4*time.Hour), scheduler.At(22, 0), scheduler.At(6, 0), time.UTC)
	s := scheduler.OnWeekdays(night, time.UTC, time.Saturday, time.Sunday)
	fmt.Println(s)
	at := time.Date(2026, 3, 27, 12, 0, 0, 0, time.UTC)
	for range 3 {
		at = s.Next(at)
		fmt.Println(at.Format("Mon 15:04"))
	}
	// Output:
	// every 4h between 22:00 and 06:00 in UTC on Sat,Sun in UTC
	// Sat 00:00
	// Sat 04:00
	// Sun 00:00
}

func ExampleEveryFrom() {
	first := time.Date(2026, 1, 1, 2, 0, 0, 0, time.UTC)
	s := scheduler.EveryFrom(36*time.Hour, first)
	fmt.Println(s.Next(first))
	// Output: 2026-01-02 14:00:00 +0000 UTC
}

func ExampleStarting() {
	from := time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC)
	s := scheduler.Until(scheduler.Starting(scheduler.Every(24*time.Hour), from), from.AddDate(0, 0, 1))
	for at := s.Next(time.Unix(0, 0)); !at.IsZero(); at = s.Next(at) {
		fmt.Println(at)
	}
	// Output:
	// 2026-06-01 00:00:00 +0000 UTC
	// 2026-06-02 00:00:00 +0000 UTC
}

func ExampleWithJitter() {
	s := scheduler.WithJitter(scheduler.DailyAt(2, 0, time.UTC), 10*time.Minute)
	fmt.Println(s)
	slot := s.Next(time.Date(2026, 3, 27, 12, 0, 0, 0, time.UTC))
	fmt.Println(slot)
	if d, ok := s.(scheduler.Delayer); ok {
		fmt.Println(d.Delay("Acme.Greeter", slot) < 10*time.Minute)
	}
	// Output:
	// daily at 02:00 in UTC jitter 10m
	// 2026-03-28 02:00:00 +0000 UTC
	// true
}

func ExampleParseSchedule() {
	_, err := scheduler.ParseSchedule("daily at 02:00 in Mars/Olympus_Mons")
	fmt.Println(err)
	// Output: scheduler: schedule "daily at 02:00 in Mars/Olympus_Mons": time zone "Mars/Olympus_Mons" is not in this host's time zone database
}
