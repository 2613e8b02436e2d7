package scheduler_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/contactsweep/contactsweep/scheduler"
	"github.com/contactsweep/contactsweep/scheduler/memstate"
)

func TestRegisterReportsAllFaults(t *testing.T) {
	t.Parallel()
	err := scheduler.NewRegistry().Register("2nd task", nil, scheduler.DailyAt(2, 99, time.UTC),
		scheduler.Name(""), scheduler.MaxRunTime(0), scheduler.RunMissed(0), scheduler.StartWithin(-1), scheduler.Attempts(0), nil)
	for _, want := range []string{
		`scheduler: register task "2nd task"`, `identifier "2nd task": letters, digits and . - _ / are allowed, and the first is a letter`,
		"the task is nil", "time of day 02:99", "Name: the name is empty", "MaxRunTime: 0s is not positive",
		"RunMissed: 0 slots", "StartWithin: -1ns is not positive", "Attempts: 0 is less than 1", "an option is nil",
	} {
		require.ErrorContains(t, err, want)
	}
}

func TestIdentifiersAreUnique(t *testing.T) {
	t.Parallel()
	r := registry(t, &recorder{}, scheduler.Manual())
	require.ErrorContains(t, r.Register("task", &recorder{}, scheduler.Manual()), `task "task" is registered already`)
	require.ErrorContains(t, r.Register("Task", &recorder{}, scheduler.Manual()), `task "task" is registered already`)
	require.NoError(t, r.Register("Acme.Contacts/clean-up_2", &recorder{}, scheduler.Manual()))
}

func TestNewRunnerReportsAllFaults(t *testing.T) {
	t.Parallel()
	_, err := scheduler.NewRunner(scheduler.NewRegistry(), memstate.New(),
		scheduler.WithLogger(nil), scheduler.WithInstance(""), scheduler.WithMaxConcurrent(0), scheduler.WithPoll(0),
		scheduler.WithLease(time.Millisecond), scheduler.WithGrace(-1), scheduler.WithHistory(-1), scheduler.WithClock(nil), nil)
	for _, want := range []string{
		"scheduler: new runner:", "WithLogger: the logger is nil", "WithInstance: a name", "WithMaxConcurrent: 0", "WithPoll: 0s",
		"WithLease: 1ms", "WithGrace: -1ns", "WithHistory: -1ns", "WithClock: the clock is nil", "an option is nil",
	} {
		require.ErrorContains(t, err, want)
	}
	_, err = scheduler.NewRunner(nil, memstate.New())
	require.ErrorContains(t, err, "a registry and a state are needed")
	_, err = scheduler.NewRunner(scheduler.NewRegistry(), nil)
	require.ErrorContains(t, err, "a registry and a state are needed")
	_, err = scheduler.NewControl(nil)
	require.ErrorContains(t, err, "a state is needed")
}

// What a task says may be personal, and stays out of the log; that it failed
// does not.
func TestLogsHoldNothingThatATaskSaid(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var log bytes.Buffer
		logger := slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))
		n := 0
		task := &recorder{work: func(context.Context, scheduler.Run) (scheduler.Result, error) {
			switch n++; n {
			case 1:
				return scheduler.Result{Message: "SECRET"}, nil
			case 2:
				return scheduler.Result{}, errors.New("SECRET")
			default:
				panic("SECRET")
			}
		}}
		r := run(t, runner(t, registry(t, task, scheduler.Every(time.Hour), scheduler.Parameters(map[string]string{"a": "SECRET"})),
			memstate.New(), scheduler.WithLogger(logger)))
		pass(t, 3*time.Hour+time.Minute)
		require.NoError(t, r.stop())
		require.NotContains(t, log.String(), "SECRET")
		require.Contains(t, log.String(), `level=ERROR msg="run ended" task=task kind=due slot=2000-01-01T02:00:00.000Z attempt=1 outcome=failed`)
		require.Contains(t, log.String(), "stack=")
	})
}
