package scheduler_test

import (
	"context"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/contactsweep/contactsweep/scheduler"
	"github.com/contactsweep/contactsweep/scheduler/memstate"
)

// dying starts a runner whose process dies after a time: it hears nothing of the
// state any more, and its tasks neither.
func dying(t *testing.T, reg *scheduler.Registry, st scheduler.State, after time.Duration) started {
	t.Helper()
	var dead atomic.Bool
	time.AfterFunc(after, func() { dead.Store(true) })
	return run(t, runner(t, reg, crashing{State: st, dead: dead.Load}, scheduler.WithInstance("dying")))
}

func TestALostRunIsTakenOver(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		st := memstate.New()
		first := &recorder{work: lasting(time.Hour)}
		dead := dying(t, registry(t, first, scheduler.DailyAt(2, 0, time.UTC)), st, 2*time.Hour+61*time.Second)
		second := &recorder{work: lasting(time.Hour)}
		pass(t, 2*time.Hour+30*time.Second)
		r := run(t, runner(t, registry(t, second, scheduler.DailyAt(2, 0, time.UTC)), st, scheduler.WithInstance("heir")))
		pass(t, 91*time.Second)
		running := status(t, st).Running
		require.NotNil(t, running, "after the lease of a minute")
		require.Contains(t, running.Holder, "heir")
		require.Equal(t, int64(1), running.Lost)
		require.Len(t, second.all(), 1)
		require.Equal(t, 2, second.all()[0].Attempt)
		require.Equal(t, first.all()[0].Slot, second.all()[0].Slot)

		pass(t, 2*time.Hour)
		last := status(t, st).Last
		require.Equal(t, scheduler.OutcomeSucceeded, last.Outcome)
		require.Equal(t, int64(2), last.Attempt)
		require.Equal(t, int64(1), status(t, st).Runs, "it is one slot")
		require.NoError(t, r.stop())
		require.NoError(t, dead.stop())
		require.Len(t, outcomes(t, st), 1)
	})
}

func TestWhatFollowsALostAttempt(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		opts     []scheduler.TaskOption
		attempts int
	}{
		"three attempts are the default": {nil, 3},
		"one attempt":                    {options(scheduler.Attempts(1)), 1},
		"five attempts":                  {options(scheduler.Attempts(5)), 5},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				task, st := &recorder{work: lasting(100 * time.Minute)}, memstate.New()
				reg := registry(t, task, scheduler.DailyAt(2, 0, time.UTC), c.opts...)
				pass(t, time.Hour)
				for range 7 { // hosts, none of which lives long enough
					dead := dying(t, reg, st, 90*time.Minute)
					pass(t, 2*time.Hour)
					require.NoError(t, dead.stop())
				}
				require.Len(t, task.all(), c.attempts)
				got := status(t, st)
				require.Nil(t, got.Running)
				require.Equal(t, scheduler.OutcomeLost, got.Last.Outcome)
				require.Equal(t, int64(c.attempts), got.Last.Lost)
				require.Equal(t, int64(1), got.Runs)
				quiet(t, st)

				r := run(t, runner(t, reg, st))
				pass(t, 24*time.Hour)
				require.NoError(t, r.stop())
				require.Equal(t, scheduler.OutcomeSucceeded, status(t, st).Last.Outcome, "the next slot is run")
			})
		})
	}
}

// A process that was stopped for longer than its lease finds out when it comes
// back, and writes nothing.
func TestAZombieWritesNothing(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		st := memstate.New()
		frozen := atomic.Bool{}
		causes := make(chan error, 1)
		zombie := &recorder{work: func(ctx context.Context, r scheduler.Run) (scheduler.Result, error) {
			_, err := lasting(3*time.Hour)(ctx, r)
			causes <- err
			return scheduler.Result{Message: "from a zombie"}, nil
		}}
		z := run(t, runner(t, registry(t, zombie, scheduler.DailyAt(2, 0, time.UTC)), crashing{State: st, dead: frozen.Load}))
		pass(t, 2*time.Hour+30*time.Second)
		frozen.Store(true)
		heir := &recorder{work: lasting(time.Hour)}
		r := run(t, runner(t, registry(t, heir, scheduler.DailyAt(2, 0, time.UTC)), st))
		pass(t, 50*time.Second)
		require.ErrorIs(t, <-causes, scheduler.ErrLeaseLost, "its task is cancelled before anybody can take over")
		require.Empty(t, heir.all())
		pass(t, time.Minute)
		require.Len(t, heir.all(), 1)
		frozen.Store(false)
		pass(t, 2*time.Hour)
		last := status(t, st).Last
		require.Equal(t, "done", last.Message)
		require.Equal(t, int64(2), last.Attempt)
		require.NoError(t, z.stop())
		require.NoError(t, r.stop())
		quiet(t, st)
	})
}

// A state that is away for a moment costs nothing.
func TestAStateThatFailsForAMoment(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		st := memstate.New()
		task := &recorder{work: lasting(30 * time.Minute)}
		away := atomic.Bool{}
		r := run(t, runner(t, registry(t, task, scheduler.Every(time.Hour)), crashing{State: st, dead: away.Load}))
		for _, at := range []time.Duration{
			59*time.Minute + 55*time.Second, 10 * time.Minute, 19*time.Minute + 55*time.Second, // before a claim, a renewal, a report
		} {
			pass(t, at)
			away.Store(true)
			pass(t, 10*time.Second)
			away.Store(false)
		}
		pass(t, time.Hour)
		require.NoError(t, r.stop())
		require.Equal(t, []scheduler.Outcome{scheduler.OutcomeSucceeded, scheduler.OutcomeSucceeded}, outcomes(t, st)[:2])
		require.Equal(t, 1, task.all()[0].Attempt)
		require.Len(t, task.all(), 2)
	})
}

// A slot that passes between the registration and the planning is not lost.
func TestASlotThatPassesBeforeItIsPlanned(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		st, away := memstate.New(), atomic.Bool{}
		task := &recorder{}
		pass(t, 119*time.Minute)
		away.Store(true)
		r := run(t, runner(t, registry(t, task, scheduler.DailyAt(2, 0, time.UTC)), crashing{State: st, dead: away.Load}))
		pass(t, 2*time.Minute)
		away.Store(false)
		pass(t, 2*time.Minute)
		require.NoError(t, r.stop())
		require.Equal(t, []string{"2000-01-01 02:00:00"}, task.slots(time.UTC))
	})
}
