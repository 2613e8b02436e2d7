package scheduler_test

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/contactsweep/contactsweep/scheduler"
	"github.com/contactsweep/contactsweep/scheduler/memstate"
)

// Six instances, with clocks that differ by up to a minute, and a state whose
// clock is an hour off: 1,000 slots of short tasks, each of which starts once.
func TestManyInstances(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		const tasks, slots = 10, 100
		st := memstate.New(memstate.WithClock(func() time.Time { return time.Now().Add(-time.Hour) }))
		var mu sync.Mutex
		starts, where := map[string]int{}, map[string]int{}
		until := time.Date(2000, 1, 1, 0, 0, slots, 0, time.UTC)
		pass(t, time.Hour) // midnight by the state's clock
		var fleet []started
		for i := range 6 {
			reg := scheduler.NewRegistry()
			for n := range tasks {
				work := scheduler.TaskFunc(func(ctx context.Context, r scheduler.Run) (scheduler.Result, error) {
					mu.Lock()
					starts[r.Task+" "+r.Slot.Format(time.RFC3339)]++
					where[fmt.Sprint("instance ", i)]++
					mu.Unlock()
					return lasting(time.Duration(10+100*n)*time.Millisecond)(ctx, r)
				})
				require.NoError(t, reg.Register(fmt.Sprintf("task-%d", n), work,
					scheduler.Until(scheduler.Every(time.Second), until), scheduler.RunMissed(2*slots)))
			}
			skew := time.Duration(i-3) * 20 * time.Second
			clock := func() time.Time { return time.Now().Add(skew) }
			fleet = append(fleet, run(t, runner(t, reg, st, scheduler.WithClock(clock), scheduler.WithPoll(300*time.Millisecond))))
		}
		pass(t, slots*time.Second+2*time.Minute)
		for _, r := range fleet {
			require.NoError(t, r.stop())
		}
		quiet(t, st)
		require.Len(t, starts, tasks*slots)
		for slot, n := range starts {
			require.Equal(t, 1, n, slot)
		}
		require.Greater(t, len(where), 1, "they share the work: %v", where)
		for _, o := range outcomes(t, st) {
			require.Equal(t, scheduler.OutcomeSucceeded, o)
		}
	})
}

// An instance is killed at random moments and comes back, while two others go
// on: no slot gets lost, and none is run by two at once.
func TestInstancesThatDie(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		st := memstate.New()
		var mu sync.Mutex
		finished, active := map[time.Time]int{}, 0
		task := scheduler.TaskFunc(func(ctx context.Context, r scheduler.Run) (scheduler.Result, error) {
			mu.Lock()
			active++
			require.Equal(t, 1, active, "overlap at %s", r.Slot)
			mu.Unlock()
			result, err := lasting(3*time.Second)(ctx, r)
			mu.Lock()
			active--
			if err == nil {
				finished[r.Slot]++
			}
			mu.Unlock()
			return result, err
		})
		reg := registry(t, task, scheduler.Every(10*time.Second), scheduler.RunMissed(1000), scheduler.Attempts(100))
		opts := []scheduler.RunnerOption{scheduler.WithLease(4 * time.Second), scheduler.WithPoll(time.Second)}
		a, b := run(t, runner(t, reg, st, opts...)), run(t, runner(t, reg, st, opts...))
		for i := range 60 {
			var r started
			synctest.Wait()
			dead := make(chan struct{})
			r = run(t, runner(t, reg, crashing{State: st, dead: func() bool {
				select {
				case <-dead:
					return true
				default:
					return false
				}
			}}, opts...))
			pass(t, time.Duration(1000+i*137)*time.Millisecond)
			close(dead)
			pass(t, 11*time.Second)
			require.NoError(t, r.stop())
		}
		pass(t, 10*time.Minute)
		require.NoError(t, a.stop())
		require.NoError(t, b.stop())
		quiet(t, st)
		got := status(t, st)
		last := got.Last.Slot
		for slot := time.Date(2000, 1, 1, 0, 0, 10, 0, time.UTC); slot.Before(last); slot = slot.Add(10 * time.Second) {
			require.GreaterOrEqual(t, finished[slot], 1, slot)
		}
	})
}

// An idle runner asks once for each poll, and nothing else.
func TestAnIdleRunnerAsksLittle(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		st := newCounting()
		reg := scheduler.NewRegistry()
		for i := range 100 {
			require.NoError(t, reg.Register(fmt.Sprintf("task-%d", i), &recorder{}, scheduler.DailyAt(2, 0, time.UTC)))
		}
		r := run(t, runner(t, reg, st, scheduler.WithPoll(10*time.Second)))
		require.Equal(t, map[string]int{"Register": 1, "Tasks": 1, "Claim": 100}, st.reset(), "what it takes to plan")
		pass(t, time.Hour)
		calls := st.reset()
		require.LessOrEqual(t, calls["Tasks"]+calls["Register"], 361)
		require.LessOrEqual(t, calls["Register"], 12)
		require.Len(t, calls, 2)

		pass(t, 59*time.Minute)
		st.reset()
		pass(t, 2*time.Minute)
		calls = st.reset()
		require.Equal(t, 100, calls["Claim"], "one for each slot")
		require.Equal(t, 100, calls["Report"])
		require.NoError(t, r.stop())
	})
}
