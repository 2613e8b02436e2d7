package scheduler_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/contactsweep/contactsweep/scheduler"
	"github.com/contactsweep/contactsweep/scheduler/memstate"
)

func control(t *testing.T, st scheduler.State) *scheduler.Control {
	t.Helper()
	c, err := scheduler.NewControl(st)
	require.NoError(t, err)
	return c
}

func TestDisableAndEnable(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		task, st := &recorder{}, memstate.New()
		reg := registry(t, task, scheduler.DailyAt(2, 0, time.UTC))
		r, operator := run(t, runner(t, reg, st)), control(t, st)
		pass(t, 3*time.Hour)
		require.NoError(t, operator.Disable(t.Context(), "task"))
		require.False(t, status(t, st).Enabled)
		require.Zero(t, status(t, st).Next)
		pass(t, 24*time.Hour)
		require.NoError(t, r.stop())
		r = run(t, runner(t, reg, st)) // it is kept across a restart
		pass(t, 24*time.Hour)
		require.Len(t, task.all(), 1)
		require.NoError(t, operator.Enable(t.Context(), "task"))
		require.Equal(t, time.Date(2000, 1, 4, 2, 0, 0, 0, time.UTC), status(t, st).Next, "what passed is not caught up with")
		pass(t, 24*time.Hour)
		require.NoError(t, r.stop())
		require.Equal(t, []string{"2000-01-01 02:00:00", "2000-01-04 02:00:00"}, task.slots(time.UTC))
	})
}

func TestATaskThatIsDisabledInCode(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		task, st := &recorder{}, memstate.New()
		r := run(t, runner(t, registry(t, task, scheduler.DailyAt(2, 0, time.UTC), scheduler.StartDisabled()), st))
		pass(t, 24*time.Hour)
		require.Empty(t, task.all())
		require.NoError(t, r.Enable(t.Context(), "task"))
		pass(t, 24*time.Hour)
		require.NoError(t, r.stop())
		require.Len(t, task.all(), 1)
	})
}

func TestTheScheduleIsChangedAtRunTime(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		task, st := &recorder{}, memstate.New()
		r, operator := run(t, runner(t, registry(t, task, scheduler.DailyAt(2, 0, time.UTC)), st)), control(t, st)
		pass(t, 3*time.Hour)
		require.NoError(t, operator.SetSchedule(t.Context(), "task", scheduler.DailyAt(4, 0, time.UTC)))
		got := status(t, st)
		require.Equal(t, "daily at 02:00 in UTC", got.ScheduleInCode)
		require.Equal(t, "daily at 04:00 in UTC", got.Schedule)
		require.Equal(t, time.Date(2000, 1, 1, 4, 0, 0, 0, time.UTC), got.Next)
		pass(t, 24*time.Hour)
		require.NoError(t, r.stop())

		// A later version with another schedule does not win over it.
		later := registry(t, task, scheduler.DailyAt(3, 0, time.UTC))
		r = run(t, runner(t, later, st))
		pass(t, 24*time.Hour)
		require.Equal(t, "daily at 03:00 in UTC", status(t, st).ScheduleInCode)
		require.Equal(t, "daily at 04:00 in UTC", status(t, st).Schedule)
		require.NoError(t, r.ClearSchedule(t.Context(), "task"))
		require.Equal(t, "daily at 03:00 in UTC", status(t, st).Schedule)
		pass(t, 25*time.Hour)
		require.NoError(t, r.stop())
		require.Equal(t, []string{
			"2000-01-01 02:00:00", "2000-01-01 04:00:00", "2000-01-02 04:00:00", "2000-01-04 03:00:00",
		}, task.slots(time.UTC))
	})
}

func TestScheduleThatCannotBeSet(t *testing.T) {
	t.Parallel()
	st := memstate.New()
	c := control(t, st)
	require.ErrorContains(t, c.SetSchedule(t.Context(), "task", nil), "the schedule is nil")
	require.ErrorContains(t, c.SetSchedule(t.Context(), "task", scheduler.DailyAt(25, 0, time.UTC)), "time of day 25:00")
	require.ErrorContains(t, c.SetSchedule(t.Context(), "task", foreign{}), `"when the moon is full" is not one that ParseSchedule understands`)
	require.ErrorIs(t, c.SetSchedule(t.Context(), "task", scheduler.Manual()), scheduler.ErrUnknownTask)
}

// foreign is a schedule of a host's own.
type foreign struct{}

func (foreign) Next(t time.Time) time.Time { return t.Add(time.Hour + time.Nanosecond) }
func (foreign) String() string             { return "when the moon is full" }

func TestAForeignSchedule(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		task, st := &recorder{}, memstate.New()
		r, operator := run(t, runner(t, registry(t, task, foreign{}), st)), control(t, st)
		require.NoError(t, operator.Disable(t.Context(), "task"))
		require.NoError(t, operator.Enable(t.Context(), "task"))
		pass(t, 3*time.Hour)
		require.NoError(t, r.stop())
		require.Len(t, task.all(), 2)
		require.Zero(t, task.all()[0].Slot.Nanosecond()%1000)
	})
}

// An override that this version cannot read keeps the task from running by its
// schedule, and from nothing else.
func TestAnOverrideThatCannotBeRead(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		task, st := &recorder{}, memstate.New()
		r := run(t, runner(t, registry(t, task, scheduler.Every(time.Hour)), st))
		_, err := st.Change(t.Context(), scheduler.ChangeRequest{Task: "task", Override: new("every full moon")})
		require.NoError(t, err)
		pass(t, 24*time.Hour)
		require.Empty(t, task.all())
		_, err = r.RunNow(t.Context(), "task")
		require.NoError(t, err)
		pass(t, time.Minute)
		require.Len(t, task.all(), 1)
		require.NoError(t, r.stop())
	})
}

func TestRunNow(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		task, st := &recorder{work: lasting(time.Minute)}, memstate.New()
		r, operator := run(t, runner(t, registry(t, task, scheduler.DailyAt(2, 0, time.UTC)), st)), control(t, st)
		pass(t, time.Hour+time.Second)
		asked := time.Now()
		ref, err := operator.RunNow(t.Context(), "task")
		require.NoError(t, err)
		require.Equal(t, ref.Slot, status(t, st).Asked)
		again, err := operator.RunNow(t.Context(), "task")
		require.NoError(t, err)
		require.Equal(t, ref, again, "while nobody has begun, it is the same request")
		record, err := operator.Wait(t.Context(), ref)
		require.NoError(t, err)
		require.Equal(t, scheduler.OutcomeSucceeded, record.Outcome)
		require.LessOrEqual(t, record.Started.Sub(asked), 10*time.Second, "at the next poll")

		ref, err = r.RunNow(t.Context(), "task")
		require.NoError(t, err)
		synctest.Wait()
		require.Equal(t, ref, status(t, st).Running.Ref(), "its own runner begins at once")
		second, err := operator.RunNow(t.Context(), "task")
		require.NoError(t, err)
		require.NotEqual(t, ref, second)
		record, err = r.Wait(t.Context(), second)
		require.NoError(t, err)
		require.Equal(t, 2*time.Minute, record.Ended.Sub(ref.Slot), "one after the other")
		pass(t, time.Hour)
		require.NoError(t, r.stop())
		require.Len(t, task.all(), 4)
		require.Equal(t, scheduler.KindDue, task.all()[3].Kind, "and the schedule goes on")

		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		third, err := operator.RunNow(t.Context(), "task")
		require.NoError(t, err)
		_, err = operator.Wait(ctx, third)
		require.ErrorIs(t, err, context.DeadlineExceeded)
		_, err = operator.RunNow(t.Context(), "nobody")
		require.ErrorIs(t, err, scheduler.ErrUnknownTask)
	})
}

func TestListingAndHistory(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		st := memstate.New()
		reg := scheduler.NewRegistry()
		require.NoError(t, reg.Register("b", &recorder{work: lasting(48 * time.Hour)}, scheduler.Every(24*time.Hour), scheduler.Name("The other")))
		require.NoError(t, reg.Register("a", &recorder{}, scheduler.Every(time.Hour), scheduler.Parameters(map[string]string{"days": "30"})))
		r := run(t, runner(t, reg, st, scheduler.WithInstance("here"), scheduler.WithHistory(12*time.Hour)))
		pass(t, 30*time.Hour+time.Minute)
		list, err := r.List(t.Context())
		require.NoError(t, err)
		require.Len(t, list, 2)
		a, b := list[0], list[1]
		require.Equal(t, "a", a.Name)
		require.Equal(t, map[string]string{"days": "30"}, a.Parameters)
		require.Equal(t, int64(30), a.Runs)
		require.Nil(t, a.Running)
		require.Equal(t, "The other", b.Name)
		require.Nil(t, b.Last)
		require.Contains(t, b.Running.Holder, "here/")
		require.False(t, b.Lost)
		require.WithinDuration(t, time.Now(), b.Seen, 6*time.Minute)
		page, err := r.History(t.Context(), scheduler.RunsRequest{Task: "a", Limit: 1000})
		require.NoError(t, err)
		require.Len(t, page.Runs, 12, "the older ones were pruned")
		require.NoError(t, r.stop())
		n, err := r.Prune(t.Context(), "a", time.Hour)
		require.NoError(t, err)
		require.Equal(t, int64(11), n)
		elsewhere, err := control(t, st).List(t.Context())
		require.NoError(t, err)
		require.Equal(t, "b", elsewhere[1].Name, "an operator's tool does not have the code")
	})
}
