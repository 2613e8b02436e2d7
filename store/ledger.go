package store

import (
	"context"
	"time"

	"github.com/contactsweep/contactsweep/contacts"
)

// Ledger is the library's own memory beside the contacts: what was asked for,
// what is being done, and what was done. All of its ports work on one storage,
// the one in which the contacts are, so that [Store.Delete] can change both in
// one transaction; see [Checkpoint].
//
// Every method of every port is safe for concurrent use, from several processes
// too, and is one transaction: all of it is durable when it returns without an
// error, and nothing is when it returns with one, unless the error is
// ErrOutcomeUnknown. Errors carry a class of this package where one fits.
// Nothing outside the scope that a request names is seen or changed: to others
// it does not exist.
//
// What names something (a scope, an ID, an idempotency key, a holder, a key of
// hashes) is valid UTF-8 without NUL of at most 255 bytes, and exact: case and
// trailing spaces count. Other texts are valid UTF-8 without NUL. Documents are
// kept byte by byte. Requests are checked before anything is looked at, and refused
// with ErrInvalidRequest; those with a Check method by that. An operation that is
// not there in the scope is ErrNotFound to what changes or gets one, and has
// neither targets nor events.
//
// Times are given and compared by the ledger's own clock, the database's where
// there is one, to the microsecond and in UTC; so instances whose clocks differ
// agree about what is due and who holds what. The zero time means never, or not
// yet.
type Ledger struct {
	Operations Operations
	Leases     Leases
	Targets    Targets
	Archive    Archive
	Pending    Pending
	Events     Events
	Settings   Settings
}

// Archive remembers who was deleted, in as few words as the host chose. Nothing
// but Prune removes an entry.
type Archive interface {
	// Lookup returns the entries that fit, the latest deletion first.
	Lookup(ctx context.Context, r LookupRequest) ([]ArchiveEntry, error)
	// Prune removes entries whose last deletion was before the time, at most
	// limit of them, at least 1, and returns how many.
	Prune(ctx context.Context, r PruneRequest) (int64, error)
}

// ArchiveEntry says that a contact was deleted. Entries of one scope with the
// same key and the same hash are one: a further deletion keeps First, counts in
// Times, and replaces all else.
type ArchiveEntry struct {
	Key contacts.Key
	// HashKeyID names the secret that Hash was made with; both are empty where
	// no hash was made. Rule is the version of the rule by which the address was
	// normalised.
	HashKeyID string
	Hash      []byte
	Rule      int
	Reason    string
	Operation string
	First     time.Time // the ledger's clock says
	Last      time.Time
	Times     int64
	// Fields is what the host chose to keep, a document that only the service
	// reads; nil for nothing.
	Fields []byte
}

// LookupRequest asks the archive. An entry fits that has one of the keys or one
// of the hashes.
type LookupRequest struct {
	Scope  string
	Keys   []contacts.Key
	Hashes []Hash
}

// Hash is a keyed hash of an address.
type Hash struct {
	KeyID string
	Sum   []byte
}

// PruneRequest asks for old entries to be forgotten.
type PruneRequest struct {
	Scope  string
	Before time.Time
	Limit  int
}

// Pending is the table that others fill with contacts that are to be deleted,
// and that a run empties.
type Pending interface {
	// Put adds contacts. One that is there already keeps its time and gets the
	// new reason.
	Put(ctx context.Context, r PutRequest) error
	// Page returns contacts in the order of the key, in the columns' own order,
	// behind the cursor.
	Page(ctx context.Context, r PendingRequest) (PendingPage, error)
	// Remove takes contacts off, and returns how many were there.
	Remove(ctx context.Context, scope string, keys []contacts.Key) (int64, error)
	// Count returns how many there are.
	Count(ctx context.Context, scope string) (int64, error)
}

// PendingContact is a contact that waits for its deletion.
type PendingContact struct {
	Key    contacts.Key
	Reason string
	Since  time.Time // set by the ledger
}

// PutRequest asks for contacts to be added.
type PutRequest struct {
	Scope    string
	Contacts []PendingContact
}

// PendingRequest asks for a page.
type PendingRequest struct {
	Scope string
	After Cursor // exclusive; "": from the first
	Limit int    // at least 1
}

// PendingPage is a page.
type PendingPage struct {
	Contacts []PendingContact
	Next     Cursor // behind the last of them; After where there was none
	More     bool
}

// Events keeps what the host has not been told yet. They are written by
// [Store.Delete]; see [Commit].
type Events interface {
	// Undelivered returns an operation's events in the order in which they
	// happened, at most limit of them.
	Undelivered(ctx context.Context, scope, operation string, limit int) ([]Event, error)
	// Acknowledge forgets an event. One that is not there does no harm.
	Acknowledge(ctx context.Context, scope, operation string, sequence int64) error
}

// Event is what happened in a batch.
type Event struct {
	Sequence int64 // of the checkpoint that wrote it
	At       time.Time
	Document []byte // only the service reads it
}

// Settings are what can be changed while services run.
type Settings interface {
	// Get returns the scope's settings; where none were ever made, zero ones.
	Get(ctx context.Context, scope string) (Setting, error)
	// Set replaces those of the fields that are not nil, and returns the result.
	Set(ctx context.Context, scope string, change SettingChange) (Setting, error)
}

// Setting holds the settings of a scope.
type Setting struct {
	// Period is the suppression period; nil: never set.
	Period *time.Duration
	// Stopped is the stop switch: no operation is taken up, and those that run
	// stop before their next batch.
	Stopped bool
	// Why says what the switch was turned for.
	Why string
}

// SettingChange holds what is to be changed.
type SettingChange struct {
	Period  *time.Duration // not negative
	Stopped *bool
	Why     *string
}
