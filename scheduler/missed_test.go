package scheduler_test

import (
	"context"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/contactsweep/contactsweep/scheduler"
	"github.com/contactsweep/contactsweep/scheduler/memstate"
)

// The host is down from 1 January, 12:00, to 4 January, 12:00, and misses the
// slots of 2, 3 and 4 January at 02:00.
func TestMissedSlots(t *testing.T) {
	t.Parallel()
	const first, after = "2000-01-01 02:00:00", "2000-01-05 02:00:00"
	for name, c := range map[string]struct {
		opts    []scheduler.TaskOption
		slots   []string
		missed  []int
		skipped int
	}{
		"run once is the default": {nil, []string{first, "2000-01-04 02:00:00", after}, []int{0, 2, 0}, 0},
		"run once":                {options(scheduler.RunMissedOnce()), []string{first, "2000-01-04 02:00:00", after}, []int{0, 2, 0}, 0},
		"skip":                    {options(scheduler.SkipMissed()), []string{first, after}, []int{0, 0}, 1},
		"run all": {
			options(scheduler.RunMissed(10)),
			[]string{first, "2000-01-02 02:00:00", "2000-01-03 02:00:00", "2000-01-04 02:00:00", after},
			[]int{0, 0, 0, 0, 0},
			0,
		},
		"run all up to two": {
			options(scheduler.RunMissed(2)),
			[]string{first, "2000-01-03 02:00:00", "2000-01-04 02:00:00", after},
			[]int{0, 1, 0, 0},
			0,
		},
		"run once if not too late": {
			options(scheduler.StartWithin(10 * time.Hour)), []string{first, "2000-01-04 02:00:00", after}, []int{0, 2, 0}, 0,
		},
		"too late": {options(scheduler.StartWithin(4 * time.Hour)), []string{first, after}, []int{0, 0}, 1},
		"run all that are not too late": {
			options(scheduler.RunMissed(10), scheduler.StartWithin(40*time.Hour)),
			[]string{first, "2000-01-03 02:00:00", "2000-01-04 02:00:00", after},
			[]int{0, 1, 0, 0},
			0,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				task, st := &recorder{}, memstate.New()
				reg := registry(t, task, scheduler.DailyAt(2, 0, time.UTC), c.opts...)
				r := run(t, runner(t, reg, st))
				pass(t, 12*time.Hour)
				require.NoError(t, r.stop())
				pass(t, 3*24*time.Hour)
				r = run(t, runner(t, reg, st))
				pass(t, 24*time.Hour)
				require.NoError(t, r.stop())
				require.Equal(t, c.slots, task.slots(time.UTC))
				for i, got := range task.all() {
					require.Equal(t, c.missed[i], got.Missed, got.Slot)
				}
				skipped := 0
				for _, o := range outcomes(t, st) {
					if o == scheduler.OutcomeSkipped {
						skipped++
					}
				}
				require.Equal(t, c.skipped, skipped)
			})
		})
	}
}

func options(opts ...scheduler.TaskOption) []scheduler.TaskOption { return opts }

// Kentico's profile: at 02:00, for at most four hours; the rest waits for the
// next night.
func TestANightlyTaskWithAWindow(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		const batch, all = 1000, 300_000
		left, st := all, memstate.New()
		task := &recorder{work: func(ctx context.Context, run scheduler.Run) (scheduler.Result, error) {
			done := 0
			for left > 0 {
				left -= batch
				done += batch
				if !time.Now().Add(time.Minute).Before(run.Deadline) {
					return scheduler.Result{Message: fmt.Sprintf("%d deleted, %d left", done, left), Paused: true}, nil
				}
				if _, err := lasting(time.Minute)(ctx, run); err != nil {
					return scheduler.Result{}, err
				}
			}
			return scheduler.Result{Message: fmt.Sprintf("%d deleted", done)}, nil
		}}
		berlin := zone(t, "Europe/Berlin")
		reg := registry(t, task, scheduler.DailyAt(2, 0, berlin), scheduler.MaxRunTime(4*time.Hour), scheduler.StartWithin(4*time.Hour))
		r := run(t, runner(t, reg, st))
		pass(t, 48*time.Hour)
		require.NoError(t, r.stop())
		require.Zero(t, left)
		page, err := st.Runs(t.Context(), scheduler.RunsRequest{Limit: 10})
		require.NoError(t, err)
		require.Len(t, page.Runs, 2)
		first, second := page.Runs[1], page.Runs[0]
		require.Equal(t, scheduler.OutcomePaused, first.Outcome)
		require.Equal(t, "240000 deleted, 60000 left", first.Message)
		require.Equal(t, "2000-01-01 02:00", first.Started.In(berlin).Format("2006-01-02 15:04"))
		require.Equal(t, "2000-01-01 05:59", first.Ended.In(berlin).Format("2006-01-02 15:04"))
		require.Equal(t, scheduler.OutcomeSucceeded, second.Outcome)
		require.Equal(t, "60000 deleted", second.Message)
		require.Equal(t, "2000-01-02 02:00", second.Started.In(berlin).Format("2006-01-02 15:04"))
		require.Equal(t, "2000-01-02 03:00", second.Ended.In(berlin).Format("2006-01-02 15:04"))
	})
}
