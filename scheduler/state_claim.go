package scheduler

import "time"

// Action is what a claim does.
type Action string

// The actions. All of them demand that the definition's fingerprint is the
// stored one and that the task's version is the one that the decision rests on.
const (
	// ActionPlan sets the plan to Next and Due. The task is enabled and not
	// planned.
	ActionPlan Action = "plan"
	// ActionSkip records a slot as skipped, unless it is recorded already, and
	// moves the plan to Next and Due. The task is enabled and planned, its Due
	// is not after now, and neither is the slot nor is it before the task's.
	ActionSkip Action = "skip"
	// ActionStart starts the first attempt of a slot. The lease is free or has
	// expired; a run under an expired lease that is not settled is settled as
	// lost.
	//
	// Of kind due: the task is enabled and planned, and the slot is not after
	// now; nor is Due where the slot is the task's own. The plan moves to Next
	// and Due, unless the slot is before the task's: then it stays. Of kind run
	// now: the task is Waiting and the slot is its Asked; it waits no more, and the
	// plan stays.
	//
	// The slot becomes a new record, with its Missed, Attempt 1, Holder, Began
	// and Started at now, and the new Term, which is one more than the last.
	// Runs grows by one.
	ActionStart Action = "start"
	// ActionRetry starts another attempt of the run that holds the lease. The
	// lease has expired and the run is not settled. Attempt, Lost and Term grow
	// by one, Holder and Started are new.
	ActionRetry Action = "retry"
	// ActionGiveUp frees an expired lease: its run, unless it is settled, is
	// settled as lost, and Lost grows by one. Term grows by one as well, so that
	// the holder finds out.
	ActionGiveUp Action = "give up"
)

// ClaimRequest moves a task on.
type ClaimRequest struct {
	Task        string
	Fingerprint string // of the caller's own definition
	Version     int64  // of the task as the caller read it
	Action      Action

	// Kind and Slot name the run of every action but ActionPlan. For ActionSkip
	// the kind is due; for ActionRetry and ActionGiveUp they are those of the
	// run that holds the lease.
	Kind Kind
	Slot time.Time

	// Next and Due become the task's Slot and Due, for ActionPlan, ActionSkip,
	// and ActionStart of kind due; both zero: no slot is left. Next is after Slot
	// and after the task's From, and Due is not before Next.
	Next, Due time.Time

	// Missed and Message are recorded with the slot: Missed for ActionSkip and
	// ActionStart, Message for ActionSkip.
	Missed  int64
	Message string

	// Holder is the instance, and Lease how long its lease lasts, for
	// ActionStart and ActionRetry. No two runners have the same Holder.
	Holder string
	Lease  time.Duration
}

// Claim is the answer to a ClaimRequest.
type Claim struct {
	Now time.Time
	// Task is the task after the claim. Its Current is the run that was
	// started, with the Term to report with.
	Task TaskState
}

// ReportRequest reports on an attempt.
type ReportRequest struct {
	Task string
	Term int64
	// Outcome is OutcomeRunning while the attempt is under way. Any other but
	// OutcomeSkipped and OutcomeLost settles the run with the message, at now,
	// and makes it the task's Last; a run that is settled already keeps what
	// was recorded.
	Outcome Outcome
	Message string
	// Lease, when not 0, makes the lease last at least that long from now. 0
	// frees it, and is refused with OutcomeRunning. Only OutcomeRunning and
	// OutcomeAbandoned may keep a lease: a task that ignores its cancellation
	// must not overlap with itself.
	Lease time.Duration
}

// Reported is the answer to a ReportRequest.
type Reported struct {
	Now   time.Time
	Until time.Time // of the lease; zero: it is free
}

// RunsRequest asks for a page of the history.
type RunsRequest struct {
	// Task is the identifier; "": all tasks.
	Task string
	// Kind and Slot, when set, name one run of the task; the page holds no other.
	Kind Kind
	Slot time.Time
	// Before, when not 0, is the ID of a run; the page holds older ones.
	Before int64
	// Limit is the largest number of runs, from 1 to 1000.
	Limit int
}

// RunsPage is a page of the history. Pages that follow each other by Before
// show every run once that was there when the first one was read and is not
// pruned meanwhile.
type RunsPage struct {
	Now  time.Time
	Runs []RunRecord
	// More reports whether there are older runs.
	More bool
}

// PruneRequest deletes records of runs.
type PruneRequest struct {
	// Task is the identifier; "": all tasks.
	Task string
	// Age is how long ago, or longer, a run must have ended, by the state's
	// clock. It is positive.
	Age time.Duration
	// Limit is the largest number of records to delete in the call, from 1 to
	// 10,000; which ones is open.
	Limit int
}
