package scheduler_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/contactsweep/contactsweep/scheduler"
	"github.com/contactsweep/contactsweep/scheduler/memstate"
)

func TestADailyTaskRunsEveryDay(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		task, st := &recorder{}, memstate.New()
		r := run(t, runner(t, registry(t, task, scheduler.DailyAt(2, 0, time.UTC)), st))
		pass(t, 3*24*time.Hour)
		require.NoError(t, r.stop())
		require.Equal(t, []string{"2000-01-01 02:00:00", "2000-01-02 02:00:00", "2000-01-03 02:00:00"}, task.slots(time.UTC))
		s := status(t, st)
		require.Equal(t, int64(3), s.Runs)
		require.Equal(t, "done", s.Last.Message)
		require.Equal(t, s.Last.Slot, s.Last.Started, "to the moment, because what is due is known in advance")
		require.Equal(t, time.Date(2000, 1, 4, 2, 0, 0, 0, time.UTC), s.Next)
		quiet(t, st)
	})
}

func TestTheTaskIsTold(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		task, st := &recorder{}, memstate.New()
		given := map[string]string{"days": "30"}
		reg := registry(t, task, scheduler.DailyAt(2, 0, time.UTC), scheduler.MaxRunTime(4*time.Hour), scheduler.Parameters(given))
		given["days"] = "0"
		skew := func() time.Time { return time.Now().Add(time.Minute) }
		r := run(t, runner(t, reg, st, scheduler.WithClock(skew)))
		pass(t, 3*time.Hour)
		require.NoError(t, r.stop())
		slot := time.Date(2000, 1, 1, 2, 0, 0, 0, time.UTC)
		require.Len(t, task.all(), 1)
		got := task.all()[0]
		require.True(t, got.Deadline.Equal(slot.Add(4*time.Hour+time.Minute)), "by the instance's own clock")
		got.Deadline = time.Time{}
		require.Equal(t, scheduler.Run{
			Task: "task", Kind: scheduler.KindDue, Slot: slot, Attempt: 1, Parameters: map[string]string{"days": "30"},
		}, got)
	})
}

func TestATaskNeverOverlapsItself(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		task, st := &recorder{work: lasting(25 * time.Minute)}, memstate.New()
		r := run(t, runner(t, registry(t, task, scheduler.Every(10*time.Minute)), st))
		pass(t, 2*time.Hour+time.Second)
		require.Equal(t, []string{
			"2000-01-01 00:10:00", "2000-01-01 00:30:00", "2000-01-01 01:00:00", "2000-01-01 01:20:00", "2000-01-01 01:50:00",
		}, task.slots(time.UTC), "slots that passed while it ran are passed over, but the latest")
		require.Equal(t, 1, task.all()[1].Missed)
		require.NoError(t, r.stop())
		quiet(t, st)
	})
}

func TestOnlySoManyTasksRunAtOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		reg, st := scheduler.NewRegistry(), memstate.New()
		tasks := make([]recorder, 7)
		for i := range tasks {
			tasks[i].work = lasting(time.Hour)
			require.NoError(t, reg.Register(fmt.Sprintf("task-%d", i), &tasks[i], scheduler.DailyAt(2, i, time.UTC)))
		}
		r := run(t, runner(t, reg, st, scheduler.WithMaxConcurrent(3)))
		started := func() (n int) {
			for i := range tasks {
				n += len(tasks[i].all())
			}
			return n
		}
		pass(t, 2*time.Hour+30*time.Minute)
		require.Equal(t, 3, started())
		pass(t, time.Hour)
		require.Equal(t, 6, started())
		pass(t, time.Hour)
		require.Equal(t, 7, started())
		require.NoError(t, r.stop())
	})
}

func TestFailuresAreRecorded(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		work    func() (scheduler.Result, error)
		outcome scheduler.Outcome
		message string
	}{
		"result": {func() (scheduler.Result, error) { return scheduler.Result{Message: "5 of 5"}, nil }, scheduler.OutcomeSucceeded, "5 of 5"},
		"paused": {
			func() (scheduler.Result, error) { return scheduler.Result{Message: "3 of 5", Paused: true}, nil },
			scheduler.OutcomePaused, "3 of 5",
		},
		"error": {func() (scheduler.Result, error) { return scheduler.Result{}, errors.New("no disk") }, scheduler.OutcomeFailed, "no disk"},
		"panic": {func() (scheduler.Result, error) { panic("no disk") }, scheduler.OutcomeFailed, "panic: no disk"},
		"ended goroutine": {
			func() (scheduler.Result, error) { runtime.Goexit(); return scheduler.Result{}, nil },
			scheduler.OutcomeFailed, "the task ended its goroutine",
		},
		"long text": {
			func() (scheduler.Result, error) { return scheduler.Result{Message: strings.Repeat("é", 2001)}, nil },
			scheduler.OutcomeSucceeded, strings.Repeat("é", 1998) + " …",
		},
		"no text": {
			func() (scheduler.Result, error) { return scheduler.Result{Message: "a\xff\x00b"}, nil },
			scheduler.OutcomeSucceeded, "a\uFFFD\uFFFDb",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				st := memstate.New()
				task := &recorder{work: func(context.Context, scheduler.Run) (scheduler.Result, error) { return c.work() }}
				r := run(t, runner(t, registry(t, task, scheduler.Every(time.Hour)), st))
				pass(t, 2*time.Hour+time.Minute)
				require.NoError(t, r.stop())
				require.Len(t, task.all(), 2, "the next slot is run all the same")
				require.Equal(t, c.outcome, status(t, st).Last.Outcome)
				require.Equal(t, c.message, status(t, st).Last.Message)
			})
		})
	}
}

func TestTheMaximumRunTimeEndsTheContext(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		task, st := &recorder{work: lasting(24 * time.Hour)}, memstate.New()
		r := run(t, runner(t, registry(t, task, scheduler.DailyAt(2, 0, time.UTC), scheduler.MaxRunTime(4*time.Hour)), st))
		pass(t, 7*time.Hour)
		last := status(t, st).Last
		require.Equal(t, scheduler.OutcomeFailed, last.Outcome)
		require.Equal(t, "the maximum run time was over: context deadline exceeded", last.Message)
		require.Equal(t, 4*time.Hour, last.Ended.Sub(last.Started))
		require.NoError(t, r.stop())
	})
}
