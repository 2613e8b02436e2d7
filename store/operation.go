package store

import (
	"context"
	"time"
)

// State is where an operation stands. One field tells the truth.
type State string

// The states, and what each may become.
const (
	// StatePreparing: its targets are being fixed and suppressed, under a lease.
	// It becomes pending, processing, paused, refused, failed or cancelled.
	StatePreparing State = "preparing"
	// StatePending: its targets are suppressed until it is due, and all or some of
	// them can be restored. It becomes processing or cancelled.
	StatePending State = "pending"
	// StateProcessing: batches run, under a lease. It becomes completed, paused,
	// failed or cancelled.
	StateProcessing State = "processing"
	// StatePaused: it stopped between two batches. It becomes the state that it
	// left, or cancelled.
	StatePaused State = "paused"
	// StateFailed: it gave up with a cause. It becomes the state that it left, or
	// cancelled.
	StateFailed State = "failed"
	// StateRefused: a cap refused it before anything was touched. It becomes
	// preparing or cancelled.
	StateRefused State = "refused"
	// StateCompleted and StateCancelled are terminal.
	StateCompleted State = "completed"
	StateCancelled State = "cancelled"
)

// States returns all states, in the order of an operation's life.
func States() []State {
	return []State{
		StatePreparing, StatePending, StateProcessing, StatePaused, StateFailed, StateRefused, StateCompleted, StateCancelled,
	}
}

// Terminal reports whether nothing follows.
func (s State) Terminal() bool { return s == StateCompleted || s == StateCancelled }

// Resumes reports whether an operation in this state goes back to the one that
// it left.
func (s State) Resumes() bool { return s == StatePaused || s == StateFailed }

// May reports whether an operation in this state may get the other one. Left is
// the state that a paused or failed one left.
func (s State) May(next, left State) bool {
	switch s {
	case StatePreparing:
		return next == StatePending || next == StateProcessing || next == StatePaused || next == StateRefused || next == StateFailed || next == StateCancelled
	case StatePending:
		return next == StateProcessing || next == StateCancelled
	case StateProcessing:
		return next == StateCompleted || next == StatePaused || next == StateFailed || next == StateCancelled
	case StatePaused, StateFailed:
		return next == left || next == StateCancelled
	case StateRefused:
		return next == StatePreparing || next == StateCancelled
	case StateCompleted, StateCancelled:
	}
	return false
}

// Wanted is what somebody asks of those who work on an operation.
type Wanted string

// What can be wanted. Once an operation is to be cancelled nothing else can be.
const (
	WantedNothing Wanted = ""
	WantedPause   Wanted = "pause"
	WantedCancel  Wanted = "cancel"
)

// Operation is the record of an operation. The ledger reads and compares its
// fields but the two documents, which only the service understands.
type Operation struct {
	ID    string // given by the service; unique in the ledger
	Scope string // the label of the service's scope
	// Key is the idempotency key, unique in the scope; empty: none.
	Key string
	// Format is the version of the documents.
	Format int
	State  State
	// Left is the state that a paused or failed operation left.
	Left State
	// Wanted is what somebody asked for and nobody has done yet.
	Wanted Wanted
	// Created, Updated and Finished are set by the ledger.
	Created, Updated, Finished time.Time
	// Due is when a pending operation is to be processed.
	Due time.Time
	// Ready is the time from which anybody may take the operation up without
	// being asked; zero: never.
	Ready time.Time
	Lease Lease
	// Sequence grows by one with every [Leases.Save], every [Targets.Add] and
	// [Targets.Release], and every [Store.Delete] with a checkpoint. Nothing else
	// changes it: neither Acquire, nor Renew, nor Ask.
	Sequence int64
	// Deleted and Targets are figures for lists: the contacts deleted so far, and
	// those that are fixed and not settled yet.
	Deleted int64
	Targets int64
	// Request says what was asked for. Progress says how far it has come.
	Request  []byte
	Progress []byte
}

// Lease says who works on an operation.
type Lease struct {
	Holder string // empty: nobody
	// Term only grows, by one with each acquisition.
	Term    int64
	Expires time.Time
}

// Operations keeps the records.
type Operations interface {
	// Create adds a record, with the times and the targets that the ledger
	// itself sets left out, and returns it as it is kept. One whose Key or ID is
	// there already is not added: the answer is the record that is there, the one
	// with the Key if both are, and ErrExists. The record of another scope is not
	// shown. An operation begins preparing, pending, processing or refused. With a
	// TTL it is held by its Lease.Holder from the beginning, with the term 1.
	Create(ctx context.Context, r CreateRequest) (Operation, error)
	// Get returns a record, or ErrNotFound.
	Get(ctx context.Context, scope, id string) (Operation, error)
	// Find returns the record with an idempotency key, or ErrNotFound.
	Find(ctx context.Context, scope, key string) (Operation, error)
	// List returns records without their documents' content if not asked for.
	// Pages stay stable while operations arrive.
	List(ctx context.Context, r ListRequest) (OperationPage, error)
	// Summary counts operations by their state and by the quarter of an hour in
	// which they were created, in UTC: enough for series of hours, days and
	// months in every zone.
	Summary(ctx context.Context, r SummaryRequest) ([]SummaryCell, error)
	// Ask leaves word for who holds the operation, or will. It fails with
	// ErrState where the operation is in a terminal state. Nothing replaces
	// cancelling; the answer is the record as it is kept. One that is to be
	// cancelled is ready from then on, whatever Save says, so that anybody does it.
	Ask(ctx context.Context, scope, id string, wanted Wanted) (Operation, error)
}

// CreateRequest asks for a new record.
type CreateRequest struct {
	Operation Operation
	// ReadyIn and DueIn set Ready and Due, from the ledger's now on; nil: never.
	ReadyIn, DueIn *time.Duration
	// TTL is how long the lease holds; 0: no lease is taken.
	TTL time.Duration
}

// ListRequest asks for a page of records.
type ListRequest struct {
	Scope  string
	States []State // none: all
	// From and Until bound the time of creation: from From on, before Until;
	// zero: no bound.
	From, Until time.Time
	// Ready asks for those that anybody may take up now: their Ready has come, and
	// nobody's lease holds. They come in the order of Ready, and the page has no
	// next one.
	Ready bool
	// OldestFirst turns the order, which is by creation and ID, the newest first.
	OldestFirst bool
	After       Cursor
	Limit       int // at least 1
	// Documents asks for Request and Progress as well.
	Documents bool
}

// OperationPage is a page of records.
type OperationPage struct {
	Operations []Operation
	Next       Cursor
	More       bool
	// Now is the ledger's time.
	Now time.Time
}

// SummaryRequest asks for counts of the operations created from From on and
// before Until; zero: no bound.
type SummaryRequest struct {
	Scope       string
	From, Until time.Time
}

// SummaryCell counts the operations created in a quarter of an hour that are in
// a state now.
type SummaryCell struct {
	Start      time.Time
	State      State
	Operations int64
	Deleted    int64 // contacts
}

// Leases lets one at a time work on an operation: a lease has an end and a term.
// Who lets it lapse finds out at the next Save or [Store.Delete], which change
// nothing then and fail with ErrFenced.
type Leases interface {
	// Acquire takes the lease of an operation that nobody holds, or whose lease
	// has lapsed: the term grows by one. While it is held, also by a holder of that
	// name, the answer is ErrHeld with the record. It fails with ErrState where the
	// operation is in a terminal state.
	Acquire(ctx context.Context, r AcquireRequest) (Operation, error)
	// Renew lets the lease hold for so long from now on, also when it has lapsed
	// and nobody took it. It fails with ErrFenced when the term is another, or the
	// lease was given back. It waits for a transaction of the same term that is
	// still running, so that the record it returns says what became of that.
	Renew(ctx context.Context, r RenewRequest) (Operation, error)
	// Save changes the record under the lease. It fails with ErrFenced when term
	// or sequence are not those that are kept, or the lease was given back. A lease
	// that has lapsed and that nobody took is as good as any.
	Save(ctx context.Context, r SaveRequest) (Operation, error)
}

// AcquireRequest asks for a lease.
type AcquireRequest struct {
	Scope, ID string
	Holder    string        // not empty
	TTL       time.Duration // positive
}

// Fence names the lease that a change depends on.
type Fence struct {
	Scope, ID string
	Term      int64
	Sequence  int64
}

// RenewRequest asks for more time. The fence's sequence does not matter.
type RenewRequest struct {
	Fence
	TTL time.Duration // positive
}

// SaveRequest asks for a change of the record. What is nil stays as it is.
type SaveRequest struct {
	Fence
	// State; empty: it stays as it is. A change that [State.May] does not allow is
	// refused with ErrState, and so is a terminal state while there are targets.
	// Entering one sets Finished, ends what is wanted and the lease, and takes the
	// operation from what is ready.
	State State
	// Left is the state that an operation which becomes paused or failed leaves.
	// The ledger sets it; another one given here is refused with ErrState.
	Left State
	// Request and Progress replace the documents; nil: they stay. What is empty
	// and not nil empties them.
	Request, Progress []byte
	Deleted           *int64
	// Ready and Due are set from the ledger's now on.
	Ready, Due *When
	// Done ends a pause that is wanted, because it was done. A cancellation is
	// wanted until the operation is in a terminal state.
	Done bool
	// TTL lets the lease hold for so long from now on; 0: the lease is given
	// back.
	TTL time.Duration
}

// When is a time from now on, or never.
type When struct {
	Never bool
	In    time.Duration
}
