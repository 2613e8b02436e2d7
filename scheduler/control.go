package scheduler

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// Control looks at the tasks of a state and changes them at run time. What it
// changes is durable and holds for all instances. A [Runner] is one; another
// process, such as an operator's tool, makes one with [NewControl]: it needs none
// of the tasks' code. Its methods are safe for concurrent use.
type Control struct {
	state   State
	entries map[string]*entry
	changed func()
}

// NewControl returns the control of a state.
func NewControl(state State) (*Control, error) {
	if state == nil {
		return nil, errors.New("scheduler: new control: a state is needed")
	}
	return &Control{state: state, changed: func() {}}, nil
}

// Enable lets a task run by its schedule, from now on: slots that passed while
// it was disabled are not caught up with.
func (c *Control) Enable(ctx context.Context, task string) error {
	on := SwitchOn
	return c.change(ctx, ChangeRequest{Task: task, Switch: &on})
}

// Disable keeps a task from running by its schedule. A run that is under way
// goes on, and [Control.RunNow] still works.
func (c *Control) Disable(ctx context.Context, task string) error {
	off := SwitchOff
	return c.change(ctx, ChangeRequest{Task: task, Switch: &off})
}

// SetSchedule sets a schedule that wins over the one in code until it is
// cleared, also over those of later versions of the host. It counts from now.
// The schedule is one of this package, or another whose text [ParseSchedule]
// understands.
func (c *Control) SetSchedule(ctx context.Context, task string, schedule Schedule) error {
	if err := validate(schedule); err != nil {
		return fmt.Errorf("scheduler: set the schedule of task %q: %w", task, err)
	}
	text := schedule.String()
	read, err := ParseSchedule(text)
	if err != nil || read.String() != text {
		return fmt.Errorf("scheduler: set the schedule of task %q: its text %q is not one that ParseSchedule understands", task, text)
	}
	return c.change(ctx, ChangeRequest{Task: task, Override: &text})
}

// ClearSchedule goes back to the schedule in code, from now on.
func (c *Control) ClearSchedule(ctx context.Context, task string) error {
	none := ""
	return c.change(ctx, ChangeRequest{Task: task, Override: &none})
}

// RunNow asks for a run of the task now and does not wait for it: an instance
// that has the task does it at its next poll, or when the run that is under way
// has ended, whether the task is enabled or not. A request that nobody has
// begun to serve yet is the same request. [Control.Wait] waits for it.
func (c *Control) RunNow(ctx context.Context, task string) (Ref, error) {
	changed, err := c.state.Change(ctx, ChangeRequest{Task: task, RunNow: true})
	if err != nil {
		return Ref{}, err
	}
	c.changed()
	return Ref{Task: task, Kind: KindRunNow, Slot: changed.Task.Asked}, nil
}

// Wait waits until a run has ended, in whatever process, and returns its record.
// How the run ended is in there; the error is that of the state or the context.
func (c *Control) Wait(ctx context.Context, run Ref) (RunRecord, error) {
	const longest = 2 * time.Second
	for pause := 20 * time.Millisecond; ; pause = min(2*pause, longest) {
		page, err := c.state.Runs(ctx, RunsRequest{Task: run.Task, Kind: run.Kind, Slot: run.Slot, Limit: 1})
		if err != nil {
			return RunRecord{}, err
		}
		if len(page.Runs) > 0 && page.Runs[0].Settled() {
			return page.Runs[0], nil
		}
		timer := time.NewTimer(pause)
		select {
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
			return RunRecord{}, ctx.Err()
		}
	}
}

// change changes a task and plans its next slot where that is possible here.
func (c *Control) change(ctx context.Context, r ChangeRequest) error {
	changed, err := c.state.Change(ctx, r)
	if err != nil {
		return err
	}
	defer c.changed()
	t := changed.Task
	if t.Planned || !t.Enabled() {
		return nil
	}
	s, err := ParseSchedule(t.InForce())
	if err != nil {
		return nil // a schedule of the host's own: an instance that has it plans
	}
	claim := ClaimRequest{Task: t.Task, Fingerprint: t.Fingerprint, Version: t.Version, Action: ActionPlan}
	if claim.Next, claim.Due, err = plan(s, t.Task, t.From); err != nil {
		return nil // as above
	}
	if _, err = c.state.Claim(ctx, claim); errors.Is(err, ErrRefused) {
		return nil // somebody else has planned, or changed it again
	}
	return err
}
