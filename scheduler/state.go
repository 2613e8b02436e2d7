package scheduler

import (
	"context"
	"time"
)

// State is the port to the place where the scheduler keeps what must survive a
// restart and be the same for all instances. Hosts do not call it; they make one
// with memstate.New or sqlstate.Open and hand it to [NewRunner]. This is what
// an implementation owes; package statetest proves it.
//
// A state has one clock, that of its storage, which alone decides what is due
// and which lease has expired. Each call reads it once, and that is the call's
// now: in UTC, in whole microseconds. Clocks of instances play no part. Times
// are kept to the microsecond and returned in UTC; the zero time means none.
//
// Each call is atomic: all of it is durable when it returns without an error,
// and nothing is when it returns one, unless the answer was lost on the way. All
// calls can then be repeated: a [State.Claim] that was made is granted again to
// the same caller, a [State.Report] that was made is accepted again, and the
// others do nothing twice but a request to run now, which makes at most one more.
//
// Calls for one task, from whatever process, take effect one after another. Every
// method is safe for concurrent use, returns promptly when the context ends,
// with an error that wraps the context's, and checks everything that it is
// given: the Validate methods of the requests do, and a fault gives an error
// that matches [ErrInvalidRequest] before the storage is touched. A task that
// is not stored gives [ErrUnknownTask]. Texts are compared byte by byte.
type State interface {
	// Register stores the definitions of an instance's tasks, all or none.
	//
	// A task that is not stored yet is created: enabled unless the definition
	// says otherwise, with Version 1, not planned, From and Registered at now.
	// Where the stored fingerprint is the definition's, only Confirmed changes,
	// to now: the plan stays, so that what was missed while no instance ran is
	// still there. Where it differs, the definition replaces the stored one and
	// the plan is dropped as [TaskState.From] says, unless Stale keeps the stored
	// one. What was set at run time stays in any case, and so does a run that
	// is under way.
	Register(ctx context.Context, r RegisterRequest) error

	// Change sets at run time what wins over the definition in code, or asks
	// for a run now. What is so already is not changed, and neither is then the
	// version.
	//
	// A schedule or a switch that changes drops the plan as [TaskState.From]
	// says. A request to run now sets Waiting, and Asked to now, or to a
	// microsecond after the last Asked if that is not before now: it names the
	// slot of the run. While a request waits, another one is the same request.
	Change(ctx context.Context, r ChangeRequest) (Changed, error)

	// Tasks returns tasks in the order of their identifiers' bytes. It is what
	// an idle runner calls at each poll, so that it must be one query. Tasks
	// that are not stored are left out.
	Tasks(ctx context.Context, r TasksRequest) (Tasks, error)

	// Claim moves a task on: it plans the next slot, records one as skipped, or
	// starts an attempt under a lease of a new term. See [ClaimRequest] for
	// what each action demands and does. What cannot be done now gives an error
	// that matches [ErrRefused], and a slot that was claimed before one that
	// matches [ErrTaken]; in both cases nothing has changed. It finds the
	// task and the slot by an index.
	Claim(ctx context.Context, r ClaimRequest) (Claim, error)

	// Report extends the lease of an attempt or settles it. It is bound to the
	// term of the lease and not to its expiry: an attempt that is late but that
	// nobody has taken over still counts. Any other term gives [ErrLeaseLost],
	// and nothing is written.
	Report(ctx context.Context, r ReportRequest) (Reported, error)

	// Runs returns a page of the history, the newest first.
	Runs(ctx context.Context, r RunsRequest) (RunsPage, error)

	// Prune deletes old records of runs and returns how many. It keeps those
	// that are not settled, and the last settled one of each task.
	Prune(ctx context.Context, r PruneRequest) (int64, error)
}

// Definition is a task as an instance's code defines it.
type Definition struct {
	// Task is the identifier.
	Task string
	// Schedule is the text of the schedule in code.
	Schedule string
	// Disabled says that the task does not run by its schedule until it is
	// enabled at run time.
	Disabled bool
	// Fingerprint stands for the fields above: 64 hexadecimal digits.
	Fingerprint string
}

// RegisterRequest registers definitions.
type RegisterRequest struct {
	// Definitions are of different tasks.
	Definitions []Definition
	// Stale, when not 0, keeps a stored definition that differs while it was
	// confirmed less than that long ago. It is how an instance confirms its
	// own definitions while it runs, and takes a task back from a definition
	// whose instances are gone. 0 replaces what differs.
	Stale time.Duration
}

// Switch says whether a task runs by its schedule.
type Switch string

// The switches.
const (
	SwitchByCode Switch = ""    // as the definition says
	SwitchOn     Switch = "on"  // enabled at run time
	SwitchOff    Switch = "off" // disabled at run time
)

// ChangeRequest is one change at run time: exactly one of the fields but Task
// is set.
type ChangeRequest struct {
	Task string
	// Switch is the new switch; not nil.
	Switch *Switch
	// Override is the text of the schedule that wins over the one in code, ""
	// to clear it; not nil.
	Override *string
	// RunNow asks for a run now, whatever the schedule and the switch say.
	RunNow bool
}

// Changed is the answer to a ChangeRequest.
type Changed struct {
	Now  time.Time
	Task TaskState // after the change
}

// TasksRequest asks for tasks.
type TasksRequest struct {
	// Tasks are the identifiers; nil: all.
	Tasks []string
	// Due leaves out the tasks whose [TaskState.Wake] is zero or after now.
	Due bool
}

// Tasks is the answer to a TasksRequest.
type Tasks struct {
	Now   time.Time
	Tasks []TaskState
	// Wake is the earliest Wake, after now, of the tasks that were asked for;
	// zero: there is none.
	Wake time.Time
}
