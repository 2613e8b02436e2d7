package deletion

import (
	"time"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/store"
)

// State is where an operation stands; see [store.State] for what may follow.
type State = store.State

// The states.
const (
	StatePreparing  = store.StatePreparing
	StatePending    = store.StatePending
	StateProcessing = store.StateProcessing
	StatePaused     = store.StatePaused
	StateFailed     = store.StateFailed
	StateRefused    = store.StateRefused
	StateCompleted  = store.StateCompleted
	StateCancelled  = store.StateCancelled
)

// PauseCause says why an operation is paused.
type PauseCause string

// The causes. [Operations.ProcessDue] goes on by itself after those that have
// passed: the first three.
const (
	PausedByTimeLimit  PauseCause = "time limit"
	PausedByContext    PauseCause = "ended context"
	PausedByStopSwitch PauseCause = "stop switch"
	PausedByCap        PauseCause = "cap"         // needs a new one
	PausedByBatchLimit PauseCause = "batch limit" // the host drives it
	PausedByPerson     PauseCause = "person"
)

// automatic reports whether the operation goes on without being asked.
func (c PauseCause) automatic() bool {
	return c == PausedByTimeLimit || c == PausedByContext || c == PausedByStopSwitch
}

// Operation is a deletion on record. It holds no contact data.
type Operation struct {
	ID    string
	Scope string // the label of the service's scope
	// Key is the idempotency key of the request.
	Key   string
	State State
	// Left is the state that a paused or failed operation left, and PausedBy why
	// it is paused.
	Left     State
	PausedBy PauseCause
	// Wanted is what somebody asked for and who works on it has not done yet.
	Wanted store.Wanted
	Kind   ActionKind
	// Condition is the condition without its values; empty for keys.
	Condition string
	By        string // who asked
	Reason    string
	Created   time.Time
	Updated   time.Time
	Due       time.Time // when a pending operation is to be processed; zero: never
	Finished  time.Time // zero: not yet
	Period    time.Duration
	// At is the instant that relative times refer to.
	At time.Time
	// Counted says that Matched is known.
	Counted bool
	Matched int64
	// Targets is the number of contacts that are fixed and not settled yet.
	Targets int64
	// Suppressed is the number of contacts that were suppressed, Restored of those
	// that a person took off again, and Released of those that were let go because
	// the operation was cancelled.
	Suppressed, Restored, Released int64
	Deleted                        int64
	Skipped                        Skips
	Associations                   []AssociationReport
	Batches                        int
	Retries                        int // repeated calls and divided batches
	Inferred                       int64
	Attempts                       int // how often it was taken up
	Worked                         time.Duration
	Holder                         string // who works on it; empty: nobody
	// Errors are the last hundred.
	Errors []OperationError
}

// OperationError is what went wrong in an operation. It holds no contact data.
type OperationError struct {
	At time.Time `json:"at"`
	// Source is where it came from: "store", "hook" or "service".
	Source string `json:"source"`
	// Message names the class of the error, and Description says what is known.
	Message     string `json:"message"`
	Description string `json:"description,omitempty"`
}

// maxErrors bounds the errors in a record.
const maxErrors = 100

// view is the operation as the host sees it.
func (s *Service) view(o store.Operation) (Operation, error) {
	out := Operation{
		ID: o.ID, Scope: o.Scope, Key: o.Key, State: o.State, Left: o.Left, Wanted: o.Wanted, Created: o.Created, Updated: o.Updated,
		Due: o.Due, Finished: o.Finished, Targets: o.Targets, Deleted: o.Deleted, Holder: o.Lease.Holder,
	}
	if o.Format != recordFormat {
		return out, &RecordError{ID: o.ID, Format: o.Format}
	}
	var q requested
	if err := unseal(o.Request, &q); err != nil {
		return out, &RecordError{ID: o.ID, Format: o.Format, Err: err}
	}
	var p progressed
	if err := unseal(o.Progress, &p); err != nil {
		return out, &RecordError{ID: o.ID, Format: o.Format, Err: err}
	}
	out.Kind, out.Condition, out.By, out.Reason, out.Period = q.Kind, q.Redacted, q.By, q.Reason, q.Period
	out.At, out.PausedBy, out.Counted, out.Matched = p.At, p.PausedBy, p.Counted, p.Matched
	out.Suppressed, out.Restored, out.Released, out.Skipped = p.Suppressed, p.Restored, p.Released, p.Skipped
	out.Associations = associations(s.schema, p.Rows, contacts.Action.Touches)
	out.Batches, out.Retries, out.Inferred, out.Attempts, out.Worked, out.Errors = p.Batches, p.Retries, p.Inferred, p.Attempts, p.Worked, p.Errors
	return out, nil
}
