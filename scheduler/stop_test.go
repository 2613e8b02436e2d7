package scheduler_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/contactsweep/contactsweep/scheduler"
	"github.com/contactsweep/contactsweep/scheduler/memstate"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// A runner is stopped at every moment of its work: while it registers, waits,
// runs and records. A bubble does not end while a goroutine is left in it.
func TestStopAtAnyMoment(t *testing.T) {
	t.Parallel()
	for ms := range 120 {
		synctest.Test(t, func(t *testing.T) {
			st := memstate.New()
			slow := slowState{State: st, delay: 7 * time.Millisecond}
			task := &recorder{work: lasting(30 * time.Millisecond)}
			r := run(t, runner(t, registry(t, task, scheduler.Every(40*time.Millisecond)), slow))
			pass(t, time.Duration(ms)*time.Millisecond)
			r.cancel()
			require.NoError(t, r.stop(), "and a second stop is harmless")
			quiet(t, st)
			before := len(task.all())
			pass(t, time.Minute)
			require.Len(t, task.all(), before)

			r = run(t, r.Runner)
			pass(t, 200*time.Millisecond)
			require.NoError(t, r.stop(), "it can be run again")
			require.Greater(t, len(task.all()), before)
			quiet(t, st)
		})
	}
}

// slowState takes its time for every call, and forgets what was asked when the
// context ends meanwhile.
type slowState struct {
	scheduler.State
	delay time.Duration
}

func (s slowState) wait(ctx context.Context) error {
	timer := time.NewTimer(s.delay)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (s slowState) Register(ctx context.Context, r scheduler.RegisterRequest) error {
	if err := s.wait(ctx); err != nil {
		return err
	}
	return s.State.Register(ctx, r)
}

func (s slowState) Tasks(ctx context.Context, r scheduler.TasksRequest) (scheduler.Tasks, error) {
	if err := s.wait(ctx); err != nil {
		return scheduler.Tasks{}, err
	}
	return s.State.Tasks(ctx, r)
}

func (s slowState) Claim(ctx context.Context, r scheduler.ClaimRequest) (scheduler.Claim, error) {
	c, err := s.State.Claim(ctx, r)
	if waited := s.wait(ctx); err == nil && waited != nil {
		return scheduler.Claim{}, waited // it is claimed, and nobody hears it
	}
	return c, err
}

func (s slowState) Report(ctx context.Context, r scheduler.ReportRequest) (scheduler.Reported, error) {
	if err := s.wait(ctx); err != nil {
		return scheduler.Reported{}, err
	}
	return s.State.Report(ctx, r)
}

func TestStoppingCancelsTheTask(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		st := memstate.New()
		task := &recorder{work: func(ctx context.Context, _ scheduler.Run) (scheduler.Result, error) {
			<-ctx.Done()
			pass(t, 10*time.Second) // it finishes its batch
			return scheduler.Result{}, context.Cause(ctx)
		}}
		r := run(t, runner(t, registry(t, task, scheduler.Every(time.Hour)), st))
		pass(t, time.Hour)
		before := time.Now()
		require.NoError(t, r.stop())
		require.Equal(t, 10*time.Second, time.Since(before))
		last := status(t, st).Last
		require.Equal(t, scheduler.OutcomeCancelled, last.Outcome)
		require.Equal(t, scheduler.ErrStopped.Error(), last.Message)
		quiet(t, st)
	})
}

// deaf returns work that ignores its context until the channel is closed.
func deaf(until <-chan struct{}) func(context.Context, scheduler.Run) (scheduler.Result, error) {
	return func(context.Context, scheduler.Run) (scheduler.Result, error) {
		<-until
		return scheduler.Result{Message: "late"}, nil
	}
}

func TestATaskThatIgnoresTheStopIsAbandoned(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		st, until := memstate.New(), make(chan struct{})
		task := &recorder{work: deaf(until)}
		r := run(t, runner(t, registry(t, task, scheduler.Every(time.Hour)), st, scheduler.WithGrace(time.Minute)))
		pass(t, time.Hour)
		before := time.Now()
		err := r.stop()
		require.ErrorIs(t, err, scheduler.ErrAbandoned)
		require.EqualError(t, err, "scheduler: task abandoned: task")
		require.Equal(t, time.Minute, time.Since(before))
		quiet(t, st)
		require.Equal(t, scheduler.OutcomeAbandoned, status(t, st).Last.Outcome)
		close(until)
		synctest.Wait()
		require.Equal(t, scheduler.OutcomeAbandoned, status(t, st).Last.Outcome)
	})
}

func TestATaskThatIgnoresItsDeadlineStillDoesNotOverlap(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		st, until := memstate.New(), make(chan struct{})
		task := &recorder{work: deaf(until)}
		reg := registry(t, task, scheduler.Every(time.Hour), scheduler.MaxRunTime(10*time.Minute))
		r := run(t, runner(t, reg, st))
		other := run(t, runner(t, reg, st))
		pass(t, 75*time.Minute)
		got := status(t, st)
		require.Equal(t, scheduler.OutcomeAbandoned, got.Last.Outcome)
		require.Equal(t, got.Last.Started.Add(10*time.Minute+30*time.Second), got.Last.Ended)
		require.NotNil(t, got.Running, "the lease is held")
		pass(t, 5*time.Hour)
		require.Len(t, task.all(), 1)
		close(until)
		synctest.Wait()
		pass(t, time.Hour)
		require.Len(t, task.all(), 3, "what was missed, and the slot after that")
		require.NoError(t, r.stop())
		require.NoError(t, other.stop())
		require.Equal(t, scheduler.OutcomeAbandoned, outcomes(t, st)[0])
		quiet(t, st)
	})
}

func TestARunnerRunsOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r := run(t, runner(t, scheduler.NewRegistry(), memstate.New()))
		require.ErrorIs(t, r.Run(t.Context()), scheduler.ErrRunning)
		pass(t, time.Hour)
		require.NoError(t, r.stop())
	})
}
