package scheduler_test

import (
	"context"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/contactsweep/contactsweep/scheduler"
	"github.com/contactsweep/contactsweep/scheduler/memstate"
)

// A host's own trigger fires a little after each full hour, on two instances.
func TestRunDue(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		task, st := &recorder{work: lasting(time.Minute)}, memstate.New()
		reg := registry(t, task, scheduler.Every(time.Hour), scheduler.RunMissed(10))
		runs, err := runner(t, reg, st).RunDue(t.Context())
		require.NoError(t, err)
		require.Empty(t, runs, "it only plans")
		for range 3 {
			pass(t, time.Hour)
			var wg sync.WaitGroup
			made := make(chan int, 2)
			for range 2 {
				wg.Go(func() {
					runs, err := runner(t, reg, st).RunDue(t.Context())
					if err != nil {
						t.Error(err)
					}
					made <- len(runs)
				})
			}
			wg.Wait()
			require.Equal(t, 1, <-made+<-made)
		}
		pass(t, 3*time.Hour)
		runs, err = runner(t, reg, st).RunDue(t.Context())
		require.NoError(t, err)
		require.Len(t, runs, 3, "all that was missed")
		for _, r := range runs {
			require.Equal(t, scheduler.OutcomeSucceeded, r.Outcome)
			require.Equal(t, "done", r.Message)
			require.Equal(t, time.Minute, r.Ended.Sub(r.Started))
		}
		require.Len(t, task.all(), 6)
		quiet(t, st)
	})
}

func TestRunDueStops(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		task, st := &recorder{work: lasting(time.Hour)}, memstate.New()
		r := runner(t, registry(t, task, scheduler.Every(time.Hour)), st)
		_, err := r.RunDue(t.Context())
		require.NoError(t, err)
		pass(t, time.Hour)
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		runs, err := r.RunDue(ctx)
		require.ErrorIs(t, err, context.DeadlineExceeded)
		require.Len(t, runs, 1)
		require.Equal(t, scheduler.OutcomeCancelled, runs[0].Outcome)
		quiet(t, st)
	})
}

func TestRunSlot(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		task, st := &recorder{work: lasting(time.Minute)}, memstate.New()
		a := runner(t, registry(t, task, scheduler.Every(time.Hour)), st)
		b := runner(t, registry(t, task, scheduler.Every(time.Hour)), st)
		one := time.Date(2000, 1, 1, 1, 0, 0, 0, time.UTC)
		_, err := a.RunSlot(t.Context(), "task", one)
		require.ErrorIs(t, err, scheduler.ErrRefused, "it is not time yet")
		_, err = a.RunSlot(t.Context(), "nobody", one)
		require.ErrorIs(t, err, scheduler.ErrUnknownTask)
		_, err = a.RunSlot(t.Context(), "task", one.Add(time.Minute))
		require.ErrorIs(t, err, scheduler.ErrInvalidRequest)
		require.ErrorContains(t, err, "no slot at 2000-01-01T01:01:00Z by its schedule, every 1h")

		pass(t, 3*time.Hour)
		// The trigger comes twice, out of order, and while another runs.
		done := make(chan error, 1)
		go func() {
			_, err := a.RunSlot(t.Context(), "task", one.Add(time.Hour))
			done <- err
		}()
		synctest.Wait()
		record, err := b.RunSlot(t.Context(), "task", one.Add(time.Hour))
		require.ErrorIs(t, err, scheduler.ErrTaken)
		require.Equal(t, scheduler.OutcomeRunning, record.Outcome)
		_, err = b.RunSlot(t.Context(), "task", one)
		require.ErrorIs(t, err, scheduler.ErrRefused, "the task runs")
		require.NoError(t, <-done)
		record, err = b.RunSlot(t.Context(), "task", one)
		require.NoError(t, err)
		require.Equal(t, scheduler.OutcomeSucceeded, record.Outcome)
		record, err = a.RunSlot(t.Context(), "task", one)
		require.ErrorIs(t, err, scheduler.ErrTaken)
		require.Equal(t, "done", record.Message)
		require.Len(t, task.all(), 2)

		// A runner does the rest, and none twice.
		r := run(t, runner(t, registry(t, task, scheduler.Every(time.Hour), scheduler.RunMissed(10)), st))
		pass(t, 2*time.Minute)
		require.NoError(t, r.stop())
		require.Equal(t, []string{"2000-01-01 02:00:00", "2000-01-01 01:00:00", "2000-01-01 03:00:00"}, task.slots(time.UTC))
	})
}

func TestRunSlotOfALostRun(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		task, st := &recorder{work: lasting(time.Hour)}, memstate.New()
		reg := registry(t, task, scheduler.Every(time.Hour), scheduler.Attempts(2))
		dead := dying(t, reg, st, time.Hour+time.Second)
		pass(t, time.Hour+2*time.Second)
		slot := task.all()[0].Slot
		r := runner(t, reg, st)
		_, err := r.RunSlot(t.Context(), "task", slot)
		require.ErrorIs(t, err, scheduler.ErrTaken)
		pass(t, 2*time.Minute)
		record, err := r.RunSlot(t.Context(), "task", slot)
		require.NoError(t, err)
		require.Equal(t, int64(2), record.Attempt)
		require.Equal(t, scheduler.OutcomeSucceeded, record.Outcome)
		require.NoError(t, dead.stop())
		quiet(t, st)
	})
}

func TestRunSlotWaitsForAPlace(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		st, reg := memstate.New(), scheduler.NewRegistry()
		require.NoError(t, reg.Register("a", &recorder{work: lasting(10 * time.Minute)}, scheduler.Every(time.Hour)))
		require.NoError(t, reg.Register("b", &recorder{}, scheduler.Every(time.Hour)))
		r := runner(t, reg, st, scheduler.WithMaxConcurrent(1))
		_, err := r.RunDue(t.Context())
		require.NoError(t, err)
		pass(t, time.Hour)
		slot := time.Now()
		go func() { _, _ = r.RunSlot(t.Context(), "a", slot) }()
		synctest.Wait()
		record, err := r.RunSlot(t.Context(), "b", slot)
		require.NoError(t, err)
		require.Equal(t, 10*time.Minute, record.Started.Sub(slot))
	})
}
