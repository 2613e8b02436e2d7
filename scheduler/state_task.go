package scheduler

import "time"

// TaskState is what a state keeps of a task.
type TaskState struct {
	// Definition is the one that was registered last.
	Definition
	// Registered is when it replaced another one, or was the first.
	Registered time.Time
	// Confirmed is when an instance that has it last said so.
	Confirmed time.Time

	// Switch and Override were set at run time and win over the definition.
	// Override is the text of a schedule, "" for none.
	Switch   Switch
	Override string

	// Version grows with every change of the task, except that of Confirmed and
	// of Until.
	Version int64

	// From is when the schedule in force began to count: when the task was
	// registered, changed or enabled last. Slots up to From are no slots. Each
	// such change sets it to now and drops the plan: Planned becomes false,
	// Slot and Due become zero.
	From time.Time
	// Planned says that Slot and Due are those of the schedule in force.
	Planned bool
	// Slot is the nominal time of the next slot to run, which may have passed;
	// zero: there is none, or none is planned.
	Slot time.Time
	// Due is when the slot may start: Slot and what jitter adds.
	Due time.Time

	// Waiting says that somebody asked for a run now that has not begun. Asked
	// is the slot of the newest such request; it only grows.
	Waiting bool
	Asked   time.Time

	// Term is that of the newest lease. It only grows.
	Term int64
	// Current is the run that holds the lease, nil if the lease is free. Its
	// outcome is [OutcomeRunning], or [OutcomeAbandoned] where the task ignored
	// its cancellation and still runs.
	Current *RunRecord
	// Until is when the lease expires; zero when it is free.
	Until time.Time

	// Runs counts the slots that were started. Pruning does not change it.
	Runs int64
	// Last is the run that was settled last, skipped ones aside; nil: none was.
	Last *RunRecord
}

// Enabled reports whether the task runs by its schedule.
func (t TaskState) Enabled() bool {
	switch t.Switch {
	case SwitchOn:
		return true
	case SwitchOff:
		return false
	default:
		return !t.Disabled
	}
}

// InForce returns the text of the schedule in force.
func (t TaskState) InForce() string {
	if t.Override != "" {
		return t.Override
	}
	return t.Schedule
}

// Wake returns when the task next needs an instance: to plan its next slot, to
// take over an expired lease, to run now, or to run the next slot. Zero: not
// before something changes.
func (t TaskState) Wake() time.Time {
	switch {
	case t.Enabled() && !t.Planned:
		return t.From
	case t.Current != nil:
		return t.Until
	case t.Waiting:
		return t.Asked
	case t.Enabled():
		return t.Due
	default:
		return time.Time{}
	}
}

// Kind says why a run takes place.
type Kind string

// The kinds.
const (
	KindDue    Kind = "due"     // a slot of the schedule
	KindRunNow Kind = "run-now" // somebody asked for it
)

// Outcome is how a run ended, or that it has not.
type Outcome string

// The outcomes.
const (
	OutcomeRunning   Outcome = "running"   // an attempt is under way, or was when its instance died
	OutcomeSucceeded Outcome = "succeeded" // the task returned a result
	OutcomePaused    Outcome = "paused"    // it returned a result and has work left for the next slot
	OutcomeFailed    Outcome = "failed"    // it returned an error, or panicked
	OutcomeCancelled Outcome = "cancelled" // it was stopped, and returned an error because of that
	OutcomeAbandoned Outcome = "abandoned" // it was stopped and did not return
	OutcomeLost      Outcome = "lost"      // its instance died or lost the lease, and it was not tried again
	OutcomeSkipped   Outcome = "skipped"   // a slot that was not run
)

// RunRecord is the record of one slot. (Task, Kind, Slot) is unique.
type RunRecord struct {
	// ID orders the history: it is larger than those of the runs before it.
	ID   int64
	Task string
	Kind Kind
	// Slot is the nominal time: of the schedule, or when the run was asked for.
	Slot time.Time
	// Missed counts the slots before this one that were passed over.
	Missed int64
	// Attempt is the number of the last attempt, from 1; 0 if it was skipped.
	Attempt int64
	// Lost counts the attempts whose instance died or lost the lease.
	Lost int64
	// Holder is the instance of the last attempt, and Term its lease's.
	Holder string
	Term   int64
	// Began is when the first attempt began, or when the slot was skipped,
	// Started when the last one began, and Ended when the run was settled, zero
	// before.
	Began, Started, Ended time.Time
	Outcome               Outcome
	// Message is the result or the error, "" while it runs.
	Message string
}

// Settled reports whether the run has ended.
func (r RunRecord) Settled() bool { return r.Outcome != OutcomeRunning }

// Ref names a run.
type Ref struct {
	Task string
	Kind Kind
	Slot time.Time
}

// Ref returns the name of the run.
func (r RunRecord) Ref() Ref { return Ref{Task: r.Task, Kind: r.Kind, Slot: r.Slot} }
