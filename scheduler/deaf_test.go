package scheduler_test

import (
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/contactsweep/contactsweep/scheduler"
	"github.com/contactsweep/contactsweep/scheduler/memstate"
)

// A run that was abandoned at its deadline, and whose task still runs when the
// runner stops, holds it up no longer.
func TestStopWithATaskThatWasAbandonedBefore(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		st, until := memstate.New(), make(chan struct{})
		task := &recorder{work: deaf(until)}
		r := run(t, runner(t, registry(t, task, scheduler.Every(time.Hour), scheduler.MaxRunTime(10*time.Minute)), st))
		pass(t, 90*time.Minute)
		require.NotNil(t, status(t, st).Running)
		before := time.Now()
		require.ErrorIs(t, r.stop(), scheduler.ErrAbandoned)
		require.Zero(t, time.Since(before))
		quiet(t, st)
		close(until)
	})
}

// A task that was taken over and does not hear of it keeps its place for the
// grace period only, and what it has to say in the end is not recorded.
func TestATaskThatIgnoresThatItsLeaseIsLost(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		st, until, away := memstate.New(), make(chan struct{}), atomic.Bool{}
		zombie, other := &recorder{work: deaf(until)}, &recorder{}
		reg := registry(t, zombie, scheduler.DailyAt(2, 0, time.UTC))
		require.NoError(t, reg.Register("other", other, scheduler.DailyAt(3, 0, time.UTC)))
		z := run(t, runner(t, reg, crashing{State: st, dead: away.Load}, scheduler.WithMaxConcurrent(1)))
		pass(t, 2*time.Hour+30*time.Second)
		away.Store(true)
		heir := &recorder{}
		r := run(t, runner(t, registry(t, heir, scheduler.DailyAt(2, 0, time.UTC)), st))
		pass(t, 5*time.Minute)
		require.Len(t, heir.all(), 1)
		away.Store(false)
		pass(t, time.Hour)
		require.Len(t, other.all(), 1, "the place is free again")
		close(until)
		synctest.Wait()
		require.Equal(t, "done", status(t, st).Last.Message)
		require.ErrorIs(t, z.stop(), scheduler.ErrAbandoned)
		require.NoError(t, r.stop())
		quiet(t, st)
	})
}

func TestATaskWithJitterStartsLater(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		task, st := &recorder{}, memstate.New()
		s := scheduler.WithJitter(scheduler.Every(time.Hour), 20*time.Minute)
		delayer, ok := s.(scheduler.Delayer)
		require.True(t, ok)
		a, b := run(t, runner(t, registry(t, task, s), st)), run(t, runner(t, registry(t, task, s), st))
		pass(t, 24*time.Hour+30*time.Minute)
		require.NoError(t, a.stop())
		require.NoError(t, b.stop())
		page, err := st.Runs(t.Context(), scheduler.RunsRequest{Limit: 100})
		require.NoError(t, err)
		require.Len(t, page.Runs, 24)
		for _, r := range page.Runs {
			require.Equal(t, r.Slot.Truncate(time.Hour), r.Slot, "the slot keeps its nominal time")
			require.Equal(t, r.Slot.Add(delayer.Delay("task", r.Slot)), r.Started)
			require.Zero(t, r.Missed)
		}
	})
}

// counted counts how often a schedule is asked.
type counted struct {
	scheduler.Schedule
	n *int
}

func (c counted) Next(t time.Time) time.Time {
	*c.n++
	return c.Schedule.Next(t)
}

// A task of every second that was down for a year must not look at 31 million
// slots one by one, and still find the latest.
func TestALongTimeDown(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		task, st, asked := &recorder{}, memstate.New(), 0
		reg := registry(t, task, counted{scheduler.Every(time.Second), &asked})
		r := run(t, runner(t, reg, st))
		pass(t, 1500*time.Millisecond)
		require.NoError(t, r.stop())
		pass(t, 365*24*time.Hour)
		r = run(t, runner(t, reg, st))
		require.NoError(t, r.stop())
		require.Equal(t, []string{"2000-01-01 00:00:01", "2000-12-31 00:00:01"}, task.slots(time.UTC))
		require.Greater(t, task.all()[1].Missed, 100_000)
		require.Less(t, asked, 2_000_000)
	})
}

// A runner does not take over from itself while its own task still runs.
func TestATaskIsNotTakenOverByItsOwnProcess(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		st, until, away := memstate.New(), make(chan struct{}), atomic.Bool{}
		task := &recorder{work: deaf(until)}
		reg := registry(t, task, scheduler.DailyAt(2, 0, time.UTC))
		r := run(t, runner(t, reg, crashing{State: st, dead: away.Load}))
		pass(t, 2*time.Hour+30*time.Second)
		away.Store(true)
		pass(t, 5*time.Minute)
		away.Store(false)
		pass(t, time.Hour)
		require.Len(t, task.all(), 1)
		_, err := r.RunSlot(t.Context(), "task", task.all()[0].Slot)
		require.ErrorIs(t, err, scheduler.ErrRefused)
		close(until)
		synctest.Wait()
		require.Len(t, task.all(), 2, "it is tried again as soon as it has returned")
		require.Equal(t, 2, task.all()[1].Attempt)
		require.ErrorIs(t, r.stop(), scheduler.ErrAbandoned)
		quiet(t, st)
	})
}
