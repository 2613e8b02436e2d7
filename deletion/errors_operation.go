package deletion

import (
	"errors"
	"fmt"
	"strings"

	"github.com/contactsweep/contactsweep/store"
)

// Reasons for which a call about operations fails. Use errors.Is.
var (
	// ErrNoLedger: the store keeps no ledger, so there are no operations.
	ErrNoLedger = errors.New("the store keeps no ledger")
	// ErrNotFound: there is no such operation in the service's scope.
	ErrNotFound = store.ErrNotFound
	// ErrState: the operation is in a state that does not allow it; see
	// [StateError].
	ErrState = store.ErrState
	// ErrHeld: another process works on the operation.
	ErrHeld = store.ErrHeld
	// ErrLeaseLost: another process took the operation over, because this one was
	// silent for too long. What was committed stays committed and counted.
	ErrLeaseLost = store.ErrFenced
	// ErrStopped: the stop switch is on.
	ErrStopped = errors.New("the stop switch is on")
	// ErrKeyUsed: the idempotency key belongs to another request.
	ErrKeyUsed = errors.New("the idempotency key belongs to another request")
	// ErrRecord: the record of an operation cannot be read; see [RecordError].
	ErrRecord = errors.New("the record cannot be read")
	// ErrInvalidRequest: a request is incomplete or contradicts itself.
	ErrInvalidRequest = errors.New("invalid request")
)

// StateError says that an operation is in a state that does not allow what was
// asked for.
type StateError struct {
	ID    string
	State State
	Do    string // what was asked for: "restore"
	Why   string // what would be right
}

// Error names the state.
func (e *StateError) Error() string {
	return fmt.Sprintf("deletion: %s operation %s: it is %s; %s", e.Do, e.ID, e.State, e.Why)
}

// Unwrap returns ErrState.
func (e *StateError) Unwrap() error { return ErrState }

// RecordError says that the record of an operation cannot be read, and nothing
// was done with it.
type RecordError struct {
	ID     string
	Format int // of the record
	Err    error
}

// Error says what is wrong with the record.
func (e *RecordError) Error() string {
	text := fmt.Sprintf("deletion: operation %s: %s: ", e.ID, ErrRecord)
	if e.Format != recordFormat {
		return text + fmt.Sprintf("it has format %d, and this library reads format %d", e.Format, recordFormat)
	}
	return text + e.Err.Error()
}

// Unwrap returns ErrRecord and the cause.
func (e *RecordError) Unwrap() []error {
	if e.Err == nil {
		return []error{ErrRecord}
	}
	return []error{ErrRecord, e.Err}
}

// RequestError lists everything that is wrong with a [Request].
type RequestError struct {
	Faults []error // at least one
}

// Error lists all faults on one line.
func (e *RequestError) Error() string { return "deletion: invalid request: " + list(e.Faults) }

// Unwrap returns ErrInvalidRequest and the faults.
func (e *RequestError) Unwrap() []error { return append([]error{ErrInvalidRequest}, e.Faults...) }

// about says which operation an error is about.
type about struct {
	do, id string
	err    error
}

func (e *about) Error() string {
	return "deletion: " + e.do + " operation " + e.id + ": " + strings.TrimPrefix(e.err.Error(), "deletion: ")
}

func (e *about) Unwrap() error { return e.err }
