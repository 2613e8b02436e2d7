package statetest

import (
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/contactsweep/contactsweep/scheduler"
)

func concurrency() map[string]func(*testing.T, scheduler.State) {
	return map[string]func(*testing.T, scheduler.State){
		"one of many starts":      raceStart,
		"one of many takes over":  raceTakeOver,
		"every slot exactly once": raceSlots,
		"changes do not get lost": raceChanges,
		"many register":           raceRegister,
	}
}

// race calls f from eight goroutines at once and returns how many succeeded. All
// others must fail with the class.
func race(t *testing.T, class error, f func(i int) error) int {
	t.Helper()
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
		require.ErrorIs(t, err, class)
	}
	return int(won.Load())
}

func raceStart(t *testing.T, st scheduler.State) {
	d := newDesk(t, st)
	d.due("a")
	r := d.request("a", scheduler.ActionStart)
	require.Equal(t, 1, race(t, scheduler.ErrRefused, func(i int) error {
		mine := r
		mine.Holder = fmt.Sprintf("instance-%d", i)
		_, err := st.Claim(t.Context(), mine)
		return err
	}))
	require.Len(t, d.runs("a"), 1)
	require.Equal(t, int64(1), d.task("a").Term)
}

func raceTakeOver(t *testing.T, st scheduler.State) {
	d := newDesk(t, st)
	d.due("a")
	d.lose("a")
	r := d.request("a", scheduler.ActionRetry)
	require.Equal(t, 1, race(t, scheduler.ErrRefused, func(i int) error {
		mine := r
		mine.Holder = fmt.Sprintf("instance-%d", i+2)
		_, err := st.Claim(t.Context(), mine)
		return err
	}))
	require.Equal(t, int64(2), d.task("a").Current.Attempt)
}

// raceSlots has eight instances work through slots that are all due.
func raceSlots(t *testing.T, st scheduler.State) {
	const slots = 40
	d := newDesk(t, st)
	first := d.due("a").Slot
	d.wait(first.Add(slots * time.Microsecond))
	var started sync.Map
	won := race(t, scheduler.ErrRefused, func(i int) error {
		for {
			tasks, err := st.Tasks(t.Context(), scheduler.TasksRequest{Tasks: []string{"a"}})
			if err != nil {
				return err
			}
			task := tasks.Tasks[0]
			next := task.Slot.Add(time.Microsecond)
			if !task.Slot.Before(first.Add(slots * time.Microsecond)) {
				return nil
			}
			c, err := st.Claim(t.Context(), scheduler.ClaimRequest{
				Task: "a", Fingerprint: task.Fingerprint, Version: task.Version, Action: scheduler.ActionStart,
				Kind: scheduler.KindDue, Slot: task.Slot, Next: next, Due: next, Holder: fmt.Sprintf("instance-%d", i), Lease: long,
			})
			if errors.Is(err, scheduler.ErrRefused) {
				continue // another instance was faster, or it runs
			}
			if err != nil {
				return err
			}
			if _, twice := started.LoadOrStore(c.Task.Current.Slot, i); twice {
				return fmt.Errorf("slot %s was started twice", c.Task.Current.Slot)
			}
			if _, err := st.Report(t.Context(), scheduler.ReportRequest{
				Task: "a", Term: c.Task.Term, Outcome: scheduler.OutcomeSucceeded,
			}); err != nil {
				return err
			}
		}
	})
	require.Equal(t, 8, won)
	runs := d.runs("a")
	require.Len(t, runs, slots)
	for i, run := range runs {
		require.Equal(t, first.Add(time.Duration(slots-1-i)*time.Microsecond), run.Slot)
	}
	require.Equal(t, int64(slots), d.task("a").Runs)
}

func raceChanges(t *testing.T, st scheduler.State) {
	d := newDesk(t, st)
	d.due("a")
	run := d.start("a", long)
	require.Equal(t, 8, race(t, nil, func(i int) error {
		switch i % 4 {
		case 0:
			_, err := st.Change(t.Context(), scheduler.ChangeRequest{Task: "a", RunNow: true})
			return err
		case 1:
			_, err := st.Change(t.Context(), scheduler.ChangeRequest{Task: "a", Override: new("every 5m")})
			return err
		case 2:
			_, err := st.Report(t.Context(), scheduler.ReportRequest{
				Task: "a", Term: run.Term, Outcome: scheduler.OutcomeAbandoned, Lease: long,
			})
			return err
		default:
			return st.Register(t.Context(), scheduler.RegisterRequest{
				Definitions: []scheduler.Definition{define("a", "every 1h"), define("b", "every 1h")},
			})
		}
	}))
	got := d.task("a")
	require.True(t, got.Waiting)
	require.Equal(t, "every 5m", got.Override)
	require.Equal(t, scheduler.OutcomeAbandoned, got.Current.Outcome)
	require.Equal(t, run.Term, got.Term)
	d.task("b")
}

func raceRegister(t *testing.T, st scheduler.State) {
	d := newDesk(t, st)
	require.Equal(t, 8, race(t, nil, func(i int) error {
		defs := []scheduler.Definition{define("c", "every 1h"), define("a", "every 1h"), define("b", "every 1h")}
		if i%2 == 1 { // in another order, which must not make them wait for each other
			defs[0], defs[2] = defs[2], defs[0]
		}
		return st.Register(t.Context(), scheduler.RegisterRequest{Definitions: defs})
	}))
	tasks, err := st.Tasks(t.Context(), scheduler.TasksRequest{})
	require.NoError(t, err)
	require.Equal(t, []string{"a", "b", "c"}, names(tasks.Tasks))
	for _, task := range tasks.Tasks {
		require.Equal(t, int64(1), task.Version)
	}
	d.plan("a")
}
