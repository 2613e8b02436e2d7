package scheduler

import (
	"errors"
	"time"
)

const (
	// maxMissed is the largest number of missed slots that are run.
	maxMissed = 10_000
	// maxSteps bounds how many slots are looked at one by one.
	maxSteps = 100_000
)

// errSuperseded: it is for those who have the newer definition to run the task.
var errSuperseded = errors.New("scheduler: another instance has registered another definition, which is in force")

// errNoSchedule: the schedule that was set at run time cannot be read here.
var errNoSchedule = errors.New("scheduler: the schedule that was set at run time cannot be read")

// decide returns the claim that moves the task on, by the rules of its
// registration; an action of "" if there is nothing to do now. A schedule that
// is nil cannot be read: what needs none is done all the same.
func (e *entry) decide(t TaskState, s Schedule, now time.Time) (ClaimRequest, error) {
	r := ClaimRequest{Task: t.Task, Fingerprint: e.def.Fingerprint, Version: t.Version}
	var err error
	switch {
	case t.Enabled() && !t.Planned && s != nil:
		r.Action = ActionPlan
		r.Next, r.Due, err = plan(s, t.Task, t.From)
	case t.Current != nil:
		if t.Until.After(now) {
			return r, nil
		}
		r.Kind, r.Slot = t.Current.Kind, t.Current.Slot
		r.Action = ActionGiveUp
		off := t.Current.Kind == KindDue && !t.Enabled()
		if !t.Current.Settled() && !off && t.Current.Attempt < e.attempts {
			r.Action = ActionRetry
		}
	case t.Waiting:
		r.Action, r.Kind, r.Slot = ActionStart, KindRunNow, t.Asked
	case !t.Enabled():
	case s == nil:
		err = errNoSchedule
	case t.Planned && !t.Due.IsZero() && !t.Due.After(now):
		err = e.decideDue(&r, t, s, now)
	}
	return r, err
}

// plan returns the first slot after t, and when it may start.
func plan(s Schedule, task string, t time.Time) (slot, due time.Time, err error) {
	if slot, err = next(s, t); err != nil {
		return slot, due, err
	}
	return slot, delayed(s, task, slot), nil
}

// decideDue decides which of the slots that are due is run.
func (e *entry) decideDue(r *ClaimRequest, t TaskState, s Schedule, now time.Time) error {
	due, err := dueSlots(s, t.Task, t.Slot, now, e.missed)
	if err != nil {
		return err
	}
	r.Kind = KindDue
	late := func(slot time.Time) bool {
		return e.within > 0 && now.Sub(delayed(s, t.Task, slot)) > e.within
	}
	slots, passed := due.slots, due.passed
	for len(slots) > 1 && late(slots[0]) {
		slots, passed = slots[1:], passed+1
	}
	r.Action, r.Slot, r.Missed = ActionStart, slots[0], passed
	if late(slots[0]) {
		r.Action = ActionSkip
		r.Message = "not started within " + period(e.within)
	}
	r.Next = due.next
	if len(slots) > 1 {
		r.Next = slots[1]
	}
	r.Due = delayed(s, t.Task, r.Next)
	return nil
}

// dueNow are slots that are due.
type dueNow struct {
	slots  []time.Time // the latest, in order; at least one
	passed int64       // how many were before them; at least so many
	next   time.Time   // the first that is not due; zero: none
}

// dueSlots returns the latest n slots from first on that are due.
func dueSlots(s Schedule, task string, first, now time.Time, n int) (dueNow, error) {
	due := dueNow{next: first}
	for step := 1; !due.next.IsZero() && !delayed(s, task, due.next).After(now); step++ {
		due.slots = append(due.slots, due.next)
		if len(due.slots) > 2*n { // now and then, so that it costs nothing
			due.passed += int64(n + 1)
			due.slots = append(due.slots[:0], due.slots[n+1:]...)
		}
		from := due.next
		if step%maxSteps == 0 {
			// Far behind: half of the way is passed over unseen.
			from = from.Add(now.Sub(from) / 2)
		}
		var err error
		if due.next, err = next(s, from); err != nil {
			return due, err
		}
	}
	if more := len(due.slots) - n; more > 0 {
		due.passed += int64(more)
		due.slots = due.slots[more:]
	}
	return due, nil
}
