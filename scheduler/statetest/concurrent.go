package statetest

import (
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/contactsweep/contactsweep/scheduler"
)

func concurrency() map[string]func(desk) {
	return map[string]func(desk){
		"one of many starts":      raceStart,
		"one of many takes over":  raceTakeOver,
		"every slot exactly once": raceSlots,
		"changes do not get lost": raceChanges,
		"many register":           raceRegister,
	}
}

// race calls f from eight goroutines at once and returns how many succeeded. All
// others must fail with the class.
func race(d desk, class error, f func(i int) error) int {
	d.Helper()
	var wg sync.WaitGroup
	var won atomic.Int64
	begin := make(chan struct{})
	errs := make(chan error, 8)
	for i := range 8 {
		wg.Go(func() {
			<-begin
			if err := f(i); err != nil {
				errs <- err
				return
			}
			won.Add(1)
		})
	}
	close(begin)
	wg.Wait()
	close(errs)
	for err := range errs {
		require.ErrorIs(d, err, class)
	}
	return int(won.Load())
}

func raceStart(d desk) {
	d.due("a")
	r := d.request("a", scheduler.ActionStart)
	require.Equal(d, 1, race(d, scheduler.ErrRefused, func(i int) error {
		mine := r
		mine.Holder = fmt.Sprintf("instance-%d", i)
		_, err := d.Claim(d.Context(), mine)
		return err
	}))
	require.Len(d, d.runs("a"), 1)
	require.Equal(d, int64(1), d.task("a").Term)
}

func raceTakeOver(d desk) {
	d.due("a")
	d.lose()
	r := d.request("a", scheduler.ActionRetry)
	require.Equal(d, 1, race(d, scheduler.ErrRefused, func(i int) error {
		mine := r
		mine.Holder = fmt.Sprintf("instance-%d", i+2)
		_, err := d.Claim(d.Context(), mine)
		return err
	}))
	require.Equal(d, int64(2), d.task("a").Current.Attempt)
}

// raceSlots has eight instances work through slots that are all due.
func raceSlots(d desk) {
	const slots = 40
	first := d.due("a").Slot
	end := first.Add(slots * time.Microsecond)
	d.wait(end)
	var started sync.Map
	won := race(d, scheduler.ErrRefused, func(i int) error {
		for {
			run, err := d.raceSlot(fmt.Sprintf("instance-%d", i), end)
			switch {
			case errors.Is(err, scheduler.ErrRefused):
				continue // another instance was faster, or it runs
			case err != nil || run == nil:
				return err
			}
			if _, twice := started.LoadOrStore(run.Slot, i); twice {
				return fmt.Errorf("slot %s was started twice", run.Slot)
			}
		}
	})
	require.Equal(d, 8, won)
	runs := d.runs("a")
	require.Len(d, runs, slots)
	for i, run := range runs {
		require.Equal(d, end.Add(-time.Duration(i+1)*time.Microsecond), run.Slot)
	}
	require.Equal(d, int64(slots), d.task("a").Runs)
}

// raceSlot runs the planned slot and returns the run; nil at the end.
func (d desk) raceSlot(holder string, end time.Time) (*scheduler.RunRecord, error) {
	tasks, err := d.Tasks(d.Context(), scheduler.TasksRequest{Tasks: []string{"a"}})
	if err != nil {
		return nil, err
	}
	task := tasks.Tasks[0]
	if !task.Slot.Before(end) {
		return nil, nil //nolint:nilnil // the end is no fault
	}
	next := task.Slot.Add(time.Microsecond)
	c, err := d.Claim(d.Context(), scheduler.ClaimRequest{
		Task: "a", Fingerprint: task.Fingerprint, Version: task.Version, Action: scheduler.ActionStart,
		Kind: scheduler.KindDue, Slot: task.Slot, Next: next, Due: next, Holder: holder, Lease: long,
	})
	if err != nil {
		return nil, err
	}
	_, err = d.Report(d.Context(), scheduler.ReportRequest{Task: "a", Term: c.Task.Term, Outcome: scheduler.OutcomeSucceeded})
	return c.Task.Current, err
}

func raceChanges(d desk) {
	d.due("a")
	run := d.start("a", long)
	require.Equal(d, 8, race(d, nil, func(i int) error {
		switch i % 4 {
		case 0:
			_, err := d.Change(d.Context(), scheduler.ChangeRequest{Task: "a", RunNow: true})
			return err
		case 1:
			_, err := d.Change(d.Context(), scheduler.ChangeRequest{Task: "a", Override: new("every 5m")})
			return err
		case 2:
			_, err := d.Report(d.Context(), scheduler.ReportRequest{
				Task: "a", Term: run.Term, Outcome: scheduler.OutcomeAbandoned, Lease: long,
			})
			return err
		default:
			return d.Register(d.Context(), scheduler.RegisterRequest{
				Definitions: []scheduler.Definition{define("a", "every 1h"), define("b", "every 1h")},
			})
		}
	}))
	got := d.task("a")
	require.True(d, got.Waiting)
	require.Equal(d, "every 5m", got.Override)
	require.Equal(d, scheduler.OutcomeAbandoned, got.Current.Outcome)
	require.Equal(d, run.Term, got.Term)
	d.task("b")
}

func raceRegister(d desk) {
	require.Equal(d, 8, race(d, nil, func(i int) error {
		defs := []scheduler.Definition{define("c", "every 1h"), define("a", "every 1h"), define("b", "every 1h")}
		if i%2 == 1 { // in another order, which must not make them wait for each other
			defs[0], defs[2] = defs[2], defs[0]
		}
		return d.Register(d.Context(), scheduler.RegisterRequest{Definitions: defs})
	}))
	tasks, err := d.Tasks(d.Context(), scheduler.TasksRequest{})
	require.NoError(d, err)
	require.Equal(d, []string{"a", "b", "c"}, names(tasks.Tasks))
	for _, task := range tasks.Tasks {
		require.Equal(d, int64(1), task.Version)
	}
	d.plan("a")
}
