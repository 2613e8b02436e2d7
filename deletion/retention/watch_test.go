package retention_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/contactsweep/contactsweep/deletion/retention"
	"github.com/contactsweep/contactsweep/scheduler"
	"github.com/contactsweep/contactsweep/scheduler/memstate"
)

func runOf(task string) scheduler.Run {
	return scheduler.Run{Task: task, Kind: scheduler.KindDue, Slot: time.Date(2026, 1, 1, 2, 0, 0, 0, time.UTC), Attempt: 1}
}

// A task that fails, and one that never runs, are told of after two days, and until they
// succeed.
func TestWatch(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		state := memstate.New()
		control, err := scheduler.NewControl(state)
		require.NoError(t, err)
		var told []retention.Event
		watch, err := retention.Watch(control, 2*day, []string{"Good", "Bad", "Missing"}, retention.Notify(func(_ context.Context, e retention.Event) error {
			told = append(told, e)
			return nil
		}))
		require.NoError(t, err)
		nights := 0
		tasks := scheduler.NewRegistry()
		require.NoError(t, retention.Register(tasks, "Good", scheduler.TaskFunc(func(context.Context, scheduler.Run) (scheduler.Result, error) {
			return scheduler.Result{Paused: true}, nil
		})))
		require.NoError(t, retention.Register(tasks, "Bad", scheduler.TaskFunc(func(context.Context, scheduler.Run) (scheduler.Result, error) {
			if nights++; nights == 1 || nights == 5 {
				return scheduler.Result{}, nil
			}
			return scheduler.Result{}, errors.New("no")
		})))
		require.NoError(t, tasks.Register("Watch", watch, scheduler.DailyAt(8, 0, time.UTC)))
		runner, err := scheduler.NewRunner(tasks, state)
		require.NoError(t, err)
		ctx, cancel := context.WithTimeout(t.Context(), 5*day)
		defer cancel()
		require.NoError(t, runner.Run(ctx))

		var names []string
		for _, e := range told {
			require.Equal(t, retention.Overdue, e.Kind)
			names = append(names, e.Task)
			require.Equal(t, e.Task == "Missing", e.Since.IsZero())
		}
		require.Equal(t, []string{"Bad", "Bad", "Missing", "Missing"}, sorted(names))
		page, err := control.History(t.Context(), scheduler.RunsRequest{Task: "Watch", Limit: 10})
		require.NoError(t, err)
		require.Equal(t, scheduler.OutcomeFailed, page.Runs[0].Outcome)
		require.Equal(t, "retention: Missing has not succeeded for more than 48h0m0s", page.Runs[0].Message)
	})
}
