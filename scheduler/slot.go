package scheduler

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// RunSlot runs one slot of a task's schedule, for hosts with a trigger of their
// own that names it, such as a job queue. It returns the record of the run; the
// task's own error is in there. However often and wherever the trigger comes, a
// slot is run once:
//
//   - [ErrTaken]: the slot has been run, or is running. The record says how.
//   - [ErrRefused]: it cannot be run now, because the task runs, is disabled or
//     has a newer definition elsewhere, or because it is not time yet.
//   - [ErrUnknownTask]: the task is not in this runner's registry.
//   - [ErrInvalidRequest]: the schedule in force has no such slot.
//
// It waits while as many tasks run in this runner as may. When the context ends,
// it stops as [Runner.Run] does.
func (r *Runner) RunSlot(ctx context.Context, task string, slot time.Time) (RunRecord, error) {
	e := r.entries[task]
	if e == nil {
		return RunRecord{}, fmt.Errorf("%w: %s is not in the registry", ErrUnknownTask, task)
	}
	if err := checkSlot(KindDue, slot); err != nil {
		return RunRecord{}, err
	}
	if err := r.register(ctx); err != nil {
		return RunRecord{}, err
	}
	select {
	case r.places <- struct{}{}:
		defer r.release(true)
	case <-ctx.Done():
		return RunRecord{}, ctx.Err()
	}
	return r.runSlot(ctx, e, slot.UTC().Round(0))
}

func (r *Runner) runSlot(ctx context.Context, e *entry, slot time.Time) (RunRecord, error) {
	for {
		c, err := r.claimSlot(ctx, e, slot)
		switch {
		case errors.Is(err, ErrTaken):
			return r.taken(ctx, e.def.Task, slot, err)
		case errors.Is(err, errAgain):
			continue
		case err != nil:
			return RunRecord{}, err
		}
		a := r.newAttempt(e, c)
		run := a.supervise(ctx)
		r.ranOne()
		r.wakeAll()
		if a.abandoned {
			return run, abandonedError([]string{run.Task})
		}
		return run, nil
	}
}

// errAgain: the task was moved on, and is to be read again.
var errAgain = errors.New("scheduler: again")

// claimSlot does the next thing that it takes to start the slot.
func (r *Runner) claimSlot(ctx context.Context, e *entry, slot time.Time) (claimed, error) {
	t, now, err := r.read(ctx, e.def.Task)
	if err != nil {
		return claimed{}, err
	}
	s := e.inForce(t)
	if s == nil {
		return claimed{}, errNoSchedule
	}
	if got, err := next(s, slot.Add(-time.Microsecond)); err != nil {
		return claimed{}, err
	} else if !got.Equal(slot) {
		return claimed{}, invalid("task %s has no slot at %s by its schedule, %s", t.Task, instant(slot), s)
	}
	ours := t.Current != nil && t.Current.Kind == KindDue && t.Current.Slot.Equal(slot)
	lost := t.Current != nil && !t.Until.After(now)
	if ours && !lost {
		return claimed{}, fmt.Errorf("%w: it is running", ErrTaken)
	}
	if r.isHere(t.Task) {
		return claimed{}, fmt.Errorf("%w: task %s has not returned from another run", ErrRefused, t.Task)
	}
	if t.Enabled() && !t.Planned || lost {
		return r.clearWay(ctx, e, t, s, now, ours)
	}
	request := ClaimRequest{
		Task: t.Task, Fingerprint: e.def.Fingerprint, Version: t.Version, Action: ActionStart, Kind: KindDue, Slot: slot,
	}
	if request.Next, request.Due, err = plan(s, t.Task, slot); err != nil {
		return claimed{}, err
	}
	return r.claim(ctx, request)
}

// clearWay plans the task, or sees to a run that was lost: ours is tried again
// here, another one must not be.
func (r *Runner) clearWay(
	ctx context.Context, e *entry, t TaskState, s Schedule, now time.Time, ours bool,
) (claimed, error) {
	request, err := e.decide(t, s, now)
	if err != nil {
		return claimed{}, err
	}
	if request.Action == ActionRetry && !ours {
		return claimed{}, fmt.Errorf("%w: another run of task %s was lost and is to be tried again first", ErrRefused, t.Task)
	}
	c, err := r.claim(ctx, request)
	if err == nil && request.Action != ActionRetry {
		err = errAgain
	}
	return c, err
}

// read reads a task.
func (c *Control) read(ctx context.Context, task string) (TaskState, time.Time, error) {
	tasks, err := c.state.Tasks(ctx, TasksRequest{Tasks: []string{task}})
	if err != nil {
		return TaskState{}, time.Time{}, err
	}
	if len(tasks.Tasks) == 0 {
		return TaskState{}, time.Time{}, fmt.Errorf("%w: %s", ErrUnknownTask, task)
	}
	return tasks.Tasks[0], tasks.Now, nil
}

// taken returns the record of a slot that was claimed before.
func (c *Control) taken(ctx context.Context, task string, slot time.Time, taken error) (RunRecord, error) {
	page, err := c.state.Runs(ctx, RunsRequest{Task: task, Kind: KindDue, Slot: slot, Limit: 1})
	if err != nil || len(page.Runs) == 0 {
		return RunRecord{}, errors.Join(taken, err)
	}
	return page.Runs[0], taken
}
