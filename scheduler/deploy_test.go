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

// While a new version is rolled out, instances of both are there. Only the newer
// schedule is in force.
func TestARollingDeployNeverRunsBoth(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		before, after, st := &recorder{}, &recorder{}, memstate.New()
		older := registry(t, before, scheduler.DailyAt(2, 0, time.UTC))
		newer := registry(t, after, scheduler.DailyAt(3, 0, time.UTC))
		r1, r2 := run(t, runner(t, older, st)), run(t, runner(t, older, st))
		pass(t, 24*time.Hour+90*time.Minute) // 01:30
		r3 := run(t, runner(t, newer, st))
		require.NoError(t, r1.stop())
		pass(t, 24*time.Hour)
		require.NoError(t, r2.stop())
		pass(t, 24*time.Hour)
		require.NoError(t, r3.stop())
		require.Equal(t, []string{"2000-01-01 02:00:00"}, before.slots(time.UTC))
		require.Equal(t, []string{"2000-01-02 03:00:00", "2000-01-03 03:00:00"}, after.slots(time.UTC))
	})
}

// An instance with the older definition comes back during the deploy, and wins,
// because it registered last; then it goes for good. Those with the newer one
// take the task back.
func TestADefinitionThatNobodyHasAnyMore(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		before, after, st := &recorder{}, &recorder{}, memstate.New()
		older := registry(t, before, scheduler.DailyAt(2, 0, time.UTC))
		newer := registry(t, after, scheduler.DailyAt(3, 0, time.UTC))
		current := run(t, runner(t, newer, st))
		pass(t, 10*time.Minute)
		late := run(t, runner(t, older, st))
		pass(t, 20*time.Minute)
		require.Equal(t, "daily at 02:00 in UTC", status(t, st).Schedule)
		require.NoError(t, late.stop())
		pass(t, 25*time.Minute)
		require.Equal(t, "daily at 03:00 in UTC", status(t, st).Schedule)
		pass(t, 24*time.Hour)
		require.NoError(t, current.stop())
		require.Empty(t, before.all())
		require.Len(t, after.all(), 1)
	})
}

// The same definition in a new version changes nothing: what was missed during
// the deploy is caught up with.
func TestADeployOfTheSameSchedule(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		task, st := &recorder{}, memstate.New()
		r := run(t, runner(t, registry(t, task, scheduler.DailyAt(2, 0, time.UTC)), st))
		pass(t, 119*time.Minute)
		require.NoError(t, r.stop())
		pass(t, 5*time.Minute)
		r = run(t, runner(t, registry(t, task, scheduler.DailyAt(2, 0, time.UTC), scheduler.MaxRunTime(time.Hour)), st))
		require.NoError(t, r.stop())
		require.Equal(t, []string{"2000-01-01 02:00:00"}, task.slots(time.UTC))
	})
}

func TestRunFailsWhereTasksCannotBeRegistered(t *testing.T) {
	t.Parallel()
	away := unregistered{State: memstate.New()}
	r := runner(t, registry(t, &recorder{}, scheduler.Every(time.Hour)), &away)
	require.ErrorIs(t, r.Run(t.Context()), errDead)
	_, err := r.RunDue(t.Context())
	require.ErrorIs(t, err, errDead)
	require.Equal(t, int64(2), away.calls.Load())
}

// unregistered fails to register.
type unregistered struct {
	scheduler.State
	calls atomic.Int64
}

func (u *unregistered) Register(context.Context, scheduler.RegisterRequest) error {
	u.calls.Add(1)
	return errDead
}
