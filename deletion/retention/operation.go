package retention

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/contactsweep/contactsweep/deletion"
	"github.com/contactsweep/contactsweep/scheduler"
)

// byTask begins who asked for an operation of a task; the identifier follows.
const byTask = "scheduled task "

func by(task string) string { return byTask + task }

// slotKey makes repeated attempts of a slot the same request.
func slotKey(run scheduler.Run) string {
	return fmt.Sprintf("%s %s %s", run.Task, run.Kind, run.Slot.UTC().Format("2006-01-02T15:04:05.000000Z"))
}

// reasonFor is what the operations of a task are for.
func (s *settings) reasonFor(task string) string {
	if s.reason != "" {
		return s.reason
	}
	return by(task)
}

// operate works on the task's operation: the one that is open, or a new one.
func (d *Deletion) operate(ctx context.Context, run scheduler.Run) (deletion.Report, error) {
	ops := d.svc.Operations()
	refused := deletion.Report{Stopped: deletion.StoppedRefused}
	op, found, err := openOf(ctx, ops, run.Task)
	if err != nil {
		return refused, err
	}
	if found {
		if op, found, err = d.reuse(ctx, ops, op, run); err != nil {
			refused.Operation = op.ID
			return refused, err
		}
	}
	if !found {
		if op, err = ops.Submit(ctx, d.request(run, slotKey(run)), append(d.s.caps(), d.s.batches()...)...); err != nil {
			refused.Operation = op.ID
			return refused, err
		}
	}
	if op.State.Terminal() { // an attempt before this one did not live to say so
		return deletion.Report{Operation: op.ID, Stopped: deletion.StoppedDone, Deleted: op.Deleted, Skipped: op.Skipped}, nil
	}
	var caps []deletion.Option
	if op.State == deletion.StateRefused {
		caps = d.s.caps()
	}
	return resume(ctx, ops, op.ID, func() []deletion.Option { return append(d.s.pace(ctx), caps...) })
}

func (d *Deletion) request(run scheduler.Run, key string) deletion.Request {
	return deletion.Request{
		Condition: d.condition, Reason: d.s.reasonFor(run.Task), By: by(run.Task), IdempotencyKey: key, Period: deletion.AtOnce(),
	}
}

// reuse reports whether the task goes on with its open operation. One that is of another
// rule, schema or scope by now is cancelled, and so is one that was refused by a cap which
// the task does not have any more.
func (d *Deletion) reuse(ctx context.Context, ops deletion.Operations, op deletion.Operation, run scheduler.Run) (deletion.Operation, bool, error) {
	if op.State == deletion.StatePaused && op.PausedBy == deletion.PausedByPerson {
		return op, false, fmt.Errorf("%w: operation %s is paused by a person; resume or cancel it", deletion.ErrState, op.ID)
	}
	_, err := ops.Submit(ctx, d.request(run, op.Key)) // answers with the operation if it is of the same request
	uncapped := op.State == deletion.StateRefused && len(d.s.caps()) == 0
	if err == nil && !uncapped {
		return op, true, nil
	}
	if err != nil && !errors.Is(err, deletion.ErrKeyUsed) {
		return op, false, err
	}
	op, err = ops.Cancel(ctx, op.ID)
	return op, false, err
}

// openOf finds the newest operation of a task that has not ended.
func openOf(ctx context.Context, ops deletion.Operations, task string) (deletion.Operation, bool, error) {
	filter := deletion.OperationFilter{Limit: 1000, States: []deletion.State{
		deletion.StatePreparing, deletion.StatePending, deletion.StateProcessing,
		deletion.StatePaused, deletion.StateFailed, deletion.StateRefused,
	}}
	for {
		page, err := ops.List(ctx, filter)
		if err != nil {
			return deletion.Operation{}, false, err
		}
		for _, op := range page.Operations {
			if op.By == by(task) {
				return op, true, nil
			}
		}
		if filter.After = page.Next; !page.More {
			return deletion.Operation{}, false, nil
		}
	}
}

// How long the lease of an instance that died is waited for, and how often it is looked
// at.
const (
	heldFor  = 5 * time.Minute
	heldStep = 10 * time.Second
)

// resume works on an operation. Where another instance held it and died, its lease lasts
// a while longer.
func resume(ctx context.Context, ops deletion.Operations, id string, options func() []deletion.Option) (deletion.Report, error) {
	for began := time.Now(); ; {
		report, err := ops.Resume(ctx, id, options()...)
		if !errors.Is(err, deletion.ErrHeld) || time.Since(began) >= heldFor {
			return report, err
		}
		timer := time.NewTimer(heldStep)
		select {
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
			return report, context.Cause(ctx)
		}
	}
}

// ofAnotherTask reports whether the operation belongs to the window of another task.
func ofAnotherTask(op deletion.Operation, task string) bool {
	return strings.HasPrefix(op.By, byTask) && op.By != by(task)
}
