// Package rules is the contract of scheduler.State as functions on records, so
// that every state of this module follows the same rules and only has to keep
// what they return.
//
// A state reads a task with its Current and Last runs and its clock, applies a
// rule, and writes the Step, all in one atomic step. The rules trust that the
// request was validated.
package rules

import (
	"fmt"
	"time"

	"github.com/contactsweep/contactsweep/scheduler"
)

// Step is what a state has to write.
type Step struct {
	// Task is the task afterwards. Its Version differs unless nothing but
	// Confirmed or Until has changed.
	Task scheduler.TaskState
	// Update is a run that is recorded already and has changed, or nil.
	Update *scheduler.RunRecord
	// Insert is a run to record, without its ID, or nil. If there is one with
	// the same task, kind and slot, then the step must not be taken, and the answer
	// is scheduler.ErrTaken; with Lenient only the run is left out. Task.Current, where
	// it is the same run, needs the ID too.
	Insert  *scheduler.RunRecord
	Lenient bool
	// Same says that nothing is to be written.
	Same bool
}

func refuse(format string, args ...any) error {
	return fmt.Errorf("%w: %s", scheduler.ErrRefused, fmt.Sprintf(format, args...))
}

// unplan drops the plan.
func unplan(t *scheduler.TaskState, now time.Time) {
	t.Version++
	t.Planned, t.Slot, t.Due = false, time.Time{}, time.Time{}
	t.From = now
}

// Create is the task of a definition that is registered first.
func Create(d scheduler.Definition, now time.Time) scheduler.TaskState {
	return scheduler.TaskState{Definition: d, Registered: now, Confirmed: now, Version: 1, From: now}
}

// Register registers a definition over a stored one.
func Register(t scheduler.TaskState, d scheduler.Definition, stale time.Duration, now time.Time) Step {
	switch {
	case t.Fingerprint == d.Fingerprint:
		if !now.After(t.Confirmed) {
			return Step{Task: t, Same: true}
		}
	case stale > 0 && now.Sub(t.Confirmed) < stale:
		return Step{Task: t, Same: true}
	default:
		t.Definition, t.Registered = d, now
		unplan(&t, now)
	}
	t.Confirmed = now
	return Step{Task: t}
}

// Change changes a task at run time.
func Change(t scheduler.TaskState, r scheduler.ChangeRequest, now time.Time) Step {
	switch {
	case r.Switch != nil && *r.Switch != t.Switch:
		t.Switch = *r.Switch
		unplan(&t, now)
	case r.Override != nil && *r.Override != t.Override:
		t.Override = *r.Override
		unplan(&t, now)
	case r.RunNow && !t.Waiting:
		// Asked only grows, so that the clock, set back, makes no slot twice.
		t.Asked = maxTime(now, t.Asked.Add(time.Microsecond))
		t.Waiting = true
		t.Version++
	default:
		return Step{Task: t, Same: true}
	}
	return Step{Task: t}
}

func maxTime(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// Report reports on an attempt.
func Report(t scheduler.TaskState, r scheduler.ReportRequest, now time.Time) (Step, error) {
	if t.Term != r.Term {
		return Step{}, fmt.Errorf("%w: task %s is at term %d, not %d", scheduler.ErrLeaseLost, t.Task, t.Term, r.Term)
	}
	if t.Current == nil {
		if r.Outcome == scheduler.OutcomeRunning || r.Lease > 0 {
			return Step{}, fmt.Errorf("%w: task %s runs no more", scheduler.ErrLeaseLost, t.Task)
		}
		// Only the holder ends a run without a new term: it has said so before.
		return Step{Task: t, Same: true}, nil
	}
	var step Step
	run := *t.Current
	if r.Outcome != scheduler.OutcomeRunning && !run.Settled() {
		run.Outcome, run.Message, run.Ended = r.Outcome, r.Message, now
		last := run
		t.Last, t.Current = &last, &run
		t.Version++
		step.Update = &last
	}
	if r.Lease > 0 {
		t.Until = maxTime(t.Until, now.Add(r.Lease).Truncate(time.Microsecond))
	} else {
		free(&t)
	}
	step.Task = t
	return step, nil
}

// free frees the lease.
func free(t *scheduler.TaskState) {
	t.Current, t.Until = nil, time.Time{}
	t.Version++
}
