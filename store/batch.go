package store

import "github.com/contactsweep/contactsweep/contacts"

// Batch is what one call of Delete works on.
type Batch struct {
	Selection
	// Keys are the candidates, in any order; one that occurs twice counts
	// once. Without keys nothing happens.
	Keys []contacts.Key
	// MaxRows is the largest number of associated rows that the transaction
	// may delete or change, which is the sum of Outcome.Rows; 0: no limit.
	// Beyond it Delete changes nothing and fails with ErrTooManyRows, also as a
	// dry run.
	MaxRows int64
	// DryRun does everything and then undoes it: the Outcome is what would
	// have been, and nothing is changed.
	DryRun bool
	// Checkpoint, when not nil, makes the batch part of an operation. It needs a
	// ledger and is no dry run.
	Checkpoint *Checkpoint
}

// Resolve checks the batch's selection against the schema, as
// [Selection.Resolve] does, and protects the heirs of hand-overs as well:
// what Delete must use.
func (b Batch) Resolve(schema contacts.Schema) (Predicates, error) {
	return b.resolve(schema, true)
}

// Outcome is what a batch did, or may have done; see Store.Delete. Deleted,
// Skipped and Unfinished together hold each of the batch's keys exactly once, as
// [contacts.Schema.CheckKey] returns it.
type Outcome struct {
	// Deleted holds the keys of the contacts that are gone, in the order of
	// the key.
	Deleted []contacts.Key
	// Skipped holds the others, with the cause, in any order.
	Skipped []Skipped
	// Unfinished holds the contact of a batch with [Checkpoint.Doom] that has more
	// rows than went.
	Unfinished []contacts.Key
	// Rows holds, for every association that deletes or changes rows, by its
	// name, the number of those rows, zeros included. A row counts once for an
	// association, also where it held the new values already. Associations that
	// share rows count what the earlier ones, in the order of
	// [contacts.Schema.Order], have left to them: a row that is gone counts no
	// more, and one that was changed still counts for what deletes it, and for
	// another that changes it if it still refers by that one's reference.
	Rows map[string]int64
}

// Skipped is a candidate that was not deleted.
type Skipped struct {
	Key   contacts.Key
	Cause Cause
	// Association is the one that restricts, where one does: the first in the
	// order of [contacts.Schema.Placed] that has the action Restrict, or else
	// the first that would change what belongs to a contact that is protected
	// or out of scope.
	Association string
}

// Cause is why a candidate was not deleted.
type Cause uint8

// The causes. When several apply, the first in this order is given.
const (
	// Released means that the contact is no target of the operation any more:
	// somebody restored it.
	Released Cause = iota + 1
	// Awaiting means that the contact waits for its deletion in another
	// operation. The service says so, and no store.
	Awaiting
	// Gone means that there was no such contact any more, or none in scope, or
	// that another one has its key now.
	Gone
	// Changed means that the contact did not match the condition any more
	// when it was locked.
	Changed
	// Protected means that the contact is protected, or may be: the test of
	// protection was unknown. The heirs of a hand-over are protected.
	Protected
	// Restricted means that associated rows hold the contact back, or would be
	// handed over to a contact that does not exist.
	Restricted
	// KeptByStore means that the store itself kept the contact without an
	// error: a trigger or a row-level rule.
	KeptByStore
	// TooManyRows means that the contact has more associated rows than a
	// transaction may change.
	TooManyRows
	// Failed means that the store refused to delete the contact, for example
	// because a table that is not in the schema refers to it.
	Failed
)

// String returns the cause in lower case.
func (c Cause) String() string {
	if c < Released || c > Failed {
		return "no cause"
	}
	return [...]string{
		"", "released", "awaiting deletion", "gone", "changed", "protected", "restricted", "kept by the store", "too many rows", "failed",
	}[c]
}
