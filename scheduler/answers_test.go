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

// forgetful is a state that does what it is asked, and loses the answer of every
// second call.
type forgetful struct {
	scheduler.State
	calls atomic.Int64
}

func (f *forgetful) forgets() bool { return f.calls.Add(1)%2 == 1 }

func (f *forgetful) Claim(ctx context.Context, r scheduler.ClaimRequest) (scheduler.Claim, error) {
	c, err := f.State.Claim(ctx, r)
	if f.forgets() {
		return scheduler.Claim{}, errDead
	}
	return c, err
}

func (f *forgetful) Report(ctx context.Context, r scheduler.ReportRequest) (scheduler.Reported, error) {
	c, err := f.State.Report(ctx, r)
	if f.forgets() {
		return scheduler.Reported{}, errDead
	}
	return c, err
}

func TestAnswersThatGetLost(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		task, st := &recorder{work: lasting(5 * time.Minute)}, memstate.New()
		r := run(t, runner(t, registry(t, task, scheduler.Every(time.Hour)), &forgetful{State: st}))
		pass(t, 10*time.Hour+10*time.Minute)
		require.NoError(t, r.stop())
		require.Len(t, task.all(), 10)
		for _, run := range task.all() {
			require.Equal(t, 1, run.Attempt)
			require.Zero(t, run.Missed)
		}
		require.Len(t, outcomes(t, st), 10)
		require.NotContains(t, outcomes(t, st), scheduler.OutcomeLost)
		require.Equal(t, scheduler.OutcomeSucceeded, status(t, st).Last.Outcome)
	})
}

// A state that does not answer holds nobody up who wants to stop.
func TestStopWhileTheStateIsAway(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		task, st, away := &recorder{work: lasting(time.Hour)}, memstate.New(), atomic.Bool{}
		reg := registry(t, task, scheduler.Every(time.Hour))
		r := run(t, runner(t, reg, crashing{State: st, dead: away.Load}))
		pass(t, time.Hour+time.Second)
		away.Store(true)
		before := time.Now()
		require.NoError(t, r.stop())
		require.LessOrEqual(t, time.Since(before), 10*time.Second)
		require.NotNil(t, status(t, st).Running, "it could not be told")
		pass(t, 2*time.Minute)
		require.True(t, status(t, st).Lost)

		r = run(t, runner(t, reg, st))
		require.Equal(t, int64(1), status(t, st).Running.Lost, "those who come later find out")
		require.NoError(t, r.stop())
		quiet(t, st)
	})
}

// The database's clock is set back by hours, and an operator changes the
// schedule: no slot is run twice, and the runner moves on.
func TestTheStatesClockGoesBack(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var back atomic.Int64
		st := memstate.New(memstate.WithClock(func() time.Time { return time.Now().Add(-time.Duration(back.Load())) }))
		task := &recorder{}
		r := run(t, runner(t, registry(t, task, scheduler.Every(time.Hour), scheduler.RunMissed(10)), st))
		pass(t, 3*time.Hour+time.Minute)
		back.Store(int64(150 * time.Minute)) // it is 00:31
		require.NoError(t, r.SetSchedule(t.Context(), "task", scheduler.Every(30*time.Minute)))
		pass(t, 3*time.Hour+time.Minute)
		require.NoError(t, r.stop())
		require.Equal(t, []string{
			"2000-01-01 01:00:00", "2000-01-01 02:00:00", "2000-01-01 03:00:00",
			"2000-01-01 01:30:00", "2000-01-01 02:30:00", "2000-01-01 03:30:00",
		}, task.slots(time.UTC))
	})
}
