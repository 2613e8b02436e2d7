package store

import (
	"errors"
	"fmt"
	"strings"
)

// The classes of errors. A store joins one with the cause, so that errors.Is
// finds the class and errors.As the driver's error.
var (
	// ErrTransient: nothing was changed, and the same call may succeed when
	// repeated: what ErrContention means, a connection lost before the commit.
	ErrTransient = errors.New("transient failure")
	// ErrContention is the ErrTransient that comes from others who use the same
	// rows: a deadlock, a serialization failure, a lock time-out, a busy
	// database. A store gives it where it can tell, because it makes the next
	// batches smaller.
	ErrContention = fmt.Errorf("%w: contention", ErrTransient)
	// ErrStatementTimeout: nothing was changed; a smaller batch may succeed.
	ErrStatementTimeout = errors.New("statement time-out")
	// ErrConstraint: nothing was changed, because a rule of the storage
	// protects some row of the batch: a foreign key, a trigger that raises an
	// error. Batches without that contact may succeed.
	ErrConstraint = errors.New("constraint violation")
	// ErrTooManyRows: nothing was changed, because the batch has more
	// associated rows than Batch.MaxRows. Smaller batches may succeed.
	ErrTooManyRows = errors.New("too many associated rows")
	// ErrOutcomeUnknown: the transaction may or may not have been committed.
	ErrOutcomeUnknown = errors.New("outcome of the transaction is unknown")
	// ErrReadOnly: the storage cannot be written to now.
	ErrReadOnly = errors.New("storage is read-only")
	// ErrFull: the storage has no room left.
	ErrFull = errors.New("storage is full")
	// ErrUnsafe: the storage is in a state in which a deletion could lose
	// data or leave orphans; see Store.Verify.
	ErrUnsafe = errors.New("unsafe")
	// ErrInvalidRequest: the request itself is wrong, and nothing was done.
	ErrInvalidRequest = errors.New("invalid request")
)

// The classes of errors that only a ledger has; nothing was changed.
var (
	// ErrNotFound: there is no such operation in the scope.
	ErrNotFound = errors.New("not found")
	// ErrExists: there is an operation with that ID or idempotency key.
	ErrExists = errors.New("exists already")
	// ErrState: the operation is in a state that does not allow it.
	ErrState = errors.New("not in this state")
	// ErrHeld: another holds the operation's lease.
	ErrHeld = errors.New("held by another")
	// ErrFenced: the lease is another's now, or the record was changed.
	ErrFenced = errors.New("the lease was lost")
	// ErrInterrupted: the operation is to be paused or cancelled, or the stop
	// switch is on.
	ErrInterrupted = errors.New("interrupted")
)

// Error is a failure of a store. Its text names the operation, the class and
// what is known of the place, and never what the driver said, because drivers
// quote values; errors.As reaches the driver's own error.
type Error struct {
	Op         string // the operation, such as "delete batch"
	Class      error  // one of this package's, or nil
	Code       string // the driver's code, if any
	Table      string // where known
	Constraint string // where known
	Detail     string // what the store itself found; no contact data
	Err        error  // the cause, usually the driver's error
}

// Error returns the text without the cause's.
func (e *Error) Error() string {
	parts := []string{"store: " + e.Op}
	switch {
	case e.Class != nil:
		parts = append(parts, e.Class.Error())
	default:
		parts = append(parts, "failed")
	}
	if e.Detail != "" {
		parts = append(parts, e.Detail)
	}
	var place []string
	for _, p := range [...]struct{ name, value string }{
		{"code ", e.Code}, {"table ", e.Table}, {"constraint ", e.Constraint},
	} {
		if p.value != "" {
			place = append(place, p.name+p.value)
		}
	}
	text := strings.Join(parts, ": ")
	if len(place) > 0 {
		text += " (" + strings.Join(place, ", ") + ")"
	}
	return text
}

// Unwrap returns the class and the cause.
func (e *Error) Unwrap() []error {
	var out []error
	for _, err := range [...]error{e.Class, e.Err} {
		if err != nil {
			out = append(out, err)
		}
	}
	return out
}
