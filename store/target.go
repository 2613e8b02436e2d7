package store

import (
	"context"
	"time"

	"github.com/contactsweep/contactsweep/contacts"
)

// Targets keeps the contacts that operations have fixed. A target that is
// suppressed hides its contact: see Suppressed. Targets go when they are settled:
// by [Store.Delete], with the batch, or by Release.
type Targets interface {
	// Add fixes targets and saves the record, under the lease, and returns how
	// many were new to the operation; of one that occurs twice the first counts.
	// The others stay as they are.
	Add(ctx context.Context, r AddRequest) (AddResult, error)
	// Page returns the operation's targets in the order in which they were added.
	Page(ctx context.Context, r TargetsRequest) (TargetPage, error)
	// Release takes targets off, so that their contacts are as they were before,
	// and returns how many were there. Without a lease it works on operations that
	// are pending and held by nobody, else it fails with ErrState or ErrHeld; with
	// one it saves the record as well. Doomed targets are not released, and what
	// is not a target does no harm.
	Release(ctx context.Context, r ReleaseRequest) (ReleaseResult, error)
	// Suppressed returns those of the keys that are suppressed in the scope, in any
	// order, each once, with the operation whose Due here is the latest, a zero one
	// being the earliest, and the first by ID of several. It asks for all keys at
	// once.
	Suppressed(ctx context.Context, scope string, keys []contacts.Key) ([]Suppressed, error)
	// Suppressions returns what is suppressed in the scope in the order of the
	// operations' IDs and of the targets.
	Suppressions(ctx context.Context, r SuppressionsRequest) (SuppressionPage, error)
}

// Target is a contact that an operation has fixed.
type Target struct {
	Key contacts.Key
	// Stamp holds the values of the fields that tell the contact from another one
	// that gets the same key later, as a document of the service; nil: none. A
	// contact whose fields are others is not the target any more.
	Stamp []byte
	// Reason is the contact's own; empty: the operation's.
	Reason string
	// Doomed says that the contact's rows are being deleted in several
	// transactions: it cannot be restored any more.
	Doomed bool
	// Ordinal is its place in the operation, set by the ledger, from 1 and with
	// gaps.
	Ordinal int64
}

// AddRequest asks for targets to be fixed.
type AddRequest struct {
	Save    SaveRequest // its Fence must hold; it may change nothing else
	Targets []Target
	// Suppress hides the contacts of these targets.
	Suppress bool
}

// AddResult is the answer.
type AddResult struct {
	Added     int64
	Operation Operation
}

// TargetsRequest asks for a page of targets.
type TargetsRequest struct {
	Scope, Operation string
	After            int64 // an ordinal, exclusive
	Limit            int   // at least 1
	Doomed           bool  // only those
}

// TargetPage is a page of targets.
type TargetPage struct {
	Targets []Target
	More    bool
}

// ReleaseRequest asks for targets to be released.
type ReleaseRequest struct {
	Scope, Operation string
	// Keys are the targets; nil: the next ones, at most Limit.
	Keys  []contacts.Key
	Limit int
	// Save, when not nil, is the change of the record under the lease.
	Save *SaveRequest
	// Progress makes the new document of a release without a lease from the old
	// one and the number of targets that were there. It must be pure, and may be
	// called again.
	Progress func(progress []byte, released int64) ([]byte, error)
}

// ReleaseResult is the answer.
type ReleaseResult struct {
	Released int64
	// Keys are those that were released, of the request's Keys.
	Keys      []contacts.Key
	Operation Operation
}

// Suppressed says that a contact is suppressed.
type Suppressed struct {
	Key       contacts.Key
	Operation string
	Due       time.Time // of a pending operation; else zero: not known yet, or it is being deleted
	State     State     // of the operation
}

// SuppressionsRequest asks for a page of what is suppressed.
type SuppressionsRequest struct {
	Scope string
	After Cursor
	Limit int // at least 1
	// Restorable asks only for targets of pending operations.
	Restorable bool
}

// SuppressionPage is a page of what is suppressed.
type SuppressionPage struct {
	Suppressed []Suppressed
	Next       Cursor
	More       bool
}
