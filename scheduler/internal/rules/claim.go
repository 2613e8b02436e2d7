package rules

import (
	"time"

	"github.com/contactsweep/contactsweep/scheduler"
)

// Claim moves a task on.
func Claim(t scheduler.TaskState, r scheduler.ClaimRequest, now time.Time) (Step, error) {
	if t.Fingerprint != r.Fingerprint {
		return Step{}, refuse("task %s was registered with another definition", t.Task)
	}
	if repeated(t, r) {
		return Step{Task: t, Same: true}, nil
	}
	if t.Version != r.Version {
		return Step{}, refuse("task %s has changed", t.Task)
	}
	switch r.Action {
	case scheduler.ActionPlan, scheduler.ActionSkip:
		return plan(t, r, now)
	case scheduler.ActionStart:
		return start(t, r, now)
	default:
		return takeOver(t, r, now)
	}
}

// repeated reports whether the same claim was made before, and its answer lost.
func repeated(t scheduler.TaskState, r scheduler.ClaimRequest) bool {
	return (r.Action == scheduler.ActionStart || r.Action == scheduler.ActionRetry) && t.Version == r.Version+1 &&
		t.Current != nil && t.Current.Holder == r.Holder && !t.Current.Settled() &&
		t.Current.Kind == r.Kind && t.Current.Slot.Equal(r.Slot)
}

func setPlan(t *scheduler.TaskState, r scheduler.ClaimRequest) error {
	if !r.Next.IsZero() && !r.Next.After(t.From) {
		return refuse("the next slot of task %s is not after the time from which its schedule counts", t.Task)
	}
	t.Planned, t.Slot, t.Due = true, utc(r.Next), utc(r.Due)
	return nil
}

// utc keeps the zero time as it is, and takes away a monotonic reading.
func utc(t time.Time) time.Time {
	if t.IsZero() {
		return time.Time{}
	}
	return t.UTC().Round(0)
}

func plan(t scheduler.TaskState, r scheduler.ClaimRequest, now time.Time) (Step, error) {
	if !t.Enabled() {
		return Step{}, refuse("task %s is disabled", t.Task)
	}
	var step Step
	if r.Action == scheduler.ActionPlan {
		if t.Planned {
			return Step{}, refuse("task %s is planned already", t.Task)
		}
	} else {
		if err := checkDue(t, now); err != nil {
			return Step{}, err
		}
		if r.Slot.Before(t.Slot) || r.Slot.After(now) {
			return Step{}, refuse("the slot is not between that of task %s and now", t.Task)
		}
		step.Lenient = true
		step.Insert = &scheduler.RunRecord{
			Task: t.Task, Kind: scheduler.KindDue, Slot: utc(r.Slot), Missed: r.Missed,
			Began: now, Started: now, Ended: now, Outcome: scheduler.OutcomeSkipped, Message: r.Message,
		}
	}
	t.Version++
	if err := setPlan(&t, r); err != nil {
		return Step{}, err
	}
	step.Task = t
	return step, nil
}

// checkDue demands that the planned slot is due.
func checkDue(t scheduler.TaskState, now time.Time) error {
	switch {
	case !t.Planned || t.Slot.IsZero():
		return refuse("task %s has no slot planned", t.Task)
	case t.Due.After(now):
		return refuse("task %s is not due yet", t.Task)
	}
	return nil
}

func start(t scheduler.TaskState, r scheduler.ClaimRequest, now time.Time) (Step, error) {
	if r.Kind == scheduler.KindDue {
		if err := startDue(&t, r, now); err != nil {
			return Step{}, err
		}
	} else {
		if !t.Waiting || !t.Asked.Equal(r.Slot) {
			return Step{}, refuse("nobody asked for that run of task %s, or it has begun", t.Task)
		}
		t.Waiting = false
	}
	var step Step
	if t.Current != nil {
		lost, err := giveUp(&t, now)
		if err != nil {
			return Step{}, err
		}
		step.Update = lost
	}
	t.Version++
	t.Term++
	t.Runs++
	t.Until = now.Add(r.Lease).Truncate(time.Microsecond)
	t.Current = &scheduler.RunRecord{
		Task: t.Task, Kind: r.Kind, Slot: utc(r.Slot), Missed: r.Missed, Attempt: 1, Holder: r.Holder, Term: t.Term,
		Began: now, Started: now, Outcome: scheduler.OutcomeRunning,
	}
	run := *t.Current
	step.Insert, step.Task = &run, t
	return step, nil
}

func startDue(t *scheduler.TaskState, r scheduler.ClaimRequest, now time.Time) error {
	switch {
	case !t.Enabled():
		return refuse("task %s is disabled", t.Task)
	case !t.Planned:
		return refuse("task %s has no slot planned", t.Task)
	case r.Slot.After(now), r.Slot.Equal(t.Slot) && t.Due.After(now):
		return refuse("task %s is not due yet", t.Task)
	case t.Slot.IsZero() || r.Slot.Before(t.Slot):
		// A slot that the plan has passed, brought by a host's own trigger.
		return nil
	}
	return setPlan(t, r)
}

func checkExpired(t *scheduler.TaskState, now time.Time) error {
	if t.Until.After(now) {
		return refuse("task %s runs until its lease expires", t.Task)
	}
	return nil
}

// giveUp frees an expired lease and returns its run if it was settled by that.
func giveUp(t *scheduler.TaskState, now time.Time) (*scheduler.RunRecord, error) {
	if err := checkExpired(t, now); err != nil {
		return nil, err
	}
	run := *t.Current
	t.Current, t.Until = nil, time.Time{}
	if run.Settled() {
		return nil, nil //nolint:nilnil // no run was changed, and that is no fault
	}
	run.Outcome, run.Ended = scheduler.OutcomeLost, now
	run.Lost++
	last := run
	t.Last = &last
	return &run, nil
}

// takeOver is for the run that holds an expired lease.
func takeOver(t scheduler.TaskState, r scheduler.ClaimRequest, now time.Time) (Step, error) {
	if t.Current == nil || t.Current.Kind != r.Kind || !t.Current.Slot.Equal(r.Slot) {
		return Step{}, refuse("that run of task %s holds no lease", t.Task)
	}
	if err := checkExpired(&t, now); err != nil {
		return Step{}, err
	}
	t.Version++
	t.Term++
	if r.Action == scheduler.ActionGiveUp {
		lost, err := giveUp(&t, now)
		return Step{Task: t, Update: lost}, err
	}
	run := *t.Current
	if run.Settled() {
		return Step{}, refuse("that run of task %s has ended", t.Task)
	}
	run.Attempt++
	run.Lost++
	run.Holder, run.Term, run.Started = r.Holder, t.Term, now
	update := run
	t.Current, t.Until = &run, now.Add(r.Lease).Truncate(time.Microsecond)
	return Step{Task: t, Update: &update}, nil
}
