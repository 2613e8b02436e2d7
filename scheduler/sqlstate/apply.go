package sqlstate

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/contactsweep/contactsweep/internal/sqlerr"
	"github.com/contactsweep/contactsweep/internal/sqltx"
	"github.com/contactsweep/contactsweep/scheduler"
	"github.com/contactsweep/contactsweep/scheduler/internal/rules"
)

// errChanged is a task that is not any more as it was read.
var errChanged = errors.New("sqlstate: the task has changed")

// apply reads a task, decides, and writes the step, as one.
func (s *State) apply(
	ctx context.Context, op, task string, decide func(scheduler.TaskState, time.Time) (rules.Step, error),
) (t scheduler.TaskState, now time.Time, err error) {
	err = s.repeat(ctx, op, func() error {
		var was stored
		was, now, err = s.task(ctx, task)
		if err != nil {
			return err
		}
		step, err := decide(was.TaskState, now)
		if err != nil {
			return &answer{err}
		}
		if t = step.Task; step.Same {
			return nil
		}
		return s.transaction(ctx, func(x *sqltx.Tx) error { return s.take(ctx, x, was, step, &t) })
	})
	if err != nil {
		return scheduler.TaskState{}, time.Time{}, err
	}
	return t, now, nil
}

// answer is an error of the scheduler, and no failure of the database.
type answer struct{ error }

// tries is how often a call is repeated because others use the same rows. Nearly
// all of them are over after a few.
const tries = 60

// repeat repeats work while others are in its way, and says what has failed.
func (s *State) repeat(ctx context.Context, op string, work func() error) error {
	for try := 1; ; try++ {
		err := work()
		var final *answer
		switch {
		case err == nil:
			return nil
		case errors.As(err, &final):
			return final.error
		case try == tries || !s.contended(err):
			return s.failed(ctx, op, err)
		}
		if err := pause(ctx, try); err != nil {
			return s.failed(ctx, op, err)
		}
	}
}

// contended reports whether the error comes from others, and certainly nothing
// was done.
func (s *State) contended(err error) bool {
	if commit, ok := errors.AsType[*sqltx.CommitError](err); ok {
		return commit.Certain && commit.Class == sqlerr.Contention
	}
	return errors.Is(err, errChanged) || sqlerr.Diagnose(s.dialect, err).Class == sqlerr.Contention
}

// pause waits for a random time, up to a fifth of a second.
func pause(ctx context.Context, try int) error {
	longest := min(time.Millisecond<<min(try, 8), 200*time.Millisecond)
	t := time.NewTimer(rand.N(longest)) //nolint:gosec // not to meet the others again is all that it is for
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("%w", ctx.Err())
	}
}
