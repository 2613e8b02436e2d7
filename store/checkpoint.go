package store

import (
	"time"

	"github.com/contactsweep/contactsweep/where"
)

// Checkpoint makes a batch part of an operation: what the ledger is to remember
// of the batch is written in its transaction, and all of it is there or none.
//
// Before anything else Delete locks the operation's record. It changes nothing
// and fails with ErrFenced as [Leases.Save] does, with ErrState when the operation
// is not processing, and with ErrInterrupted when somebody has asked for it to be
// paused or cancelled ([Operations.Ask]) or the stop switch is on
// ([Setting.Stopped]). Then it goes on also where no key is left to be deleted, or
// none was given.
type Checkpoint struct {
	Fence
	// TTL lets the lease hold for so long from the commit on. It is positive.
	TTL time.Duration
	// Pinned says that the batch's keys are targets of the operation. A contact
	// whose target is gone is skipped as Released, and one that does not have its
	// target's stamp as Gone, and so does one with a stamp where the checkpoint
	// makes none; the targets of all keys that are deleted or skipped are taken
	// off. A doomed target is refused with ErrState unless Doom is set.
	Pinned bool
	// Stamp names the fields that stamps are made of, and Stamped makes one of
	// their values.
	Stamp   []string
	Stamped func([]where.Value) []byte
	// Doom lets the one contact of the batch go in several transactions where it
	// has more rows than Batch.MaxRows, which is set then. The first tests it as
	// ever, deletes and changes as many rows as that, those that nothing refers to
	// first, and makes the contact a doomed target, which no Release takes off:
	// Outcome.Unfinished holds it, and the target gets the stamp that Stamped makes
	// of the contact, so that the next ones know it again. The next ones go on without asking the
	// condition again, nor what protects or restricts, and also when the operation
	// is to be cancelled, which waits for them; the last deletes the contact. Each
	// counts the rows of its own transaction, and calls Commit. More than one
	// contact is refused.
	Doom bool
	// Pending takes the keys that are deleted or gone off the pending table.
	Pending bool
	// Fields names the contact fields whose values Commit is told.
	Fields []string
	// Commit says what the ledger is to remember. It is called when the
	// transaction knows its outcome, and must be pure: it can be called again,
	// and what it was told may then be undone. An error undoes the batch.
	Commit func(Committing) (Commit, error)
}

// Committing is what is about to be committed.
type Committing struct {
	Outcome Outcome
	// Values holds, for each of Outcome.Deleted, the values that it had of
	// Checkpoint.Fields.
	Values [][]where.Value
	// Reasons holds, for each of Outcome.Deleted, its target's own reason, where
	// the keys are pinned.
	Reasons []string
}

// Commit is what the ledger is to remember of a batch.
type Commit struct {
	// Progress is the record's new document, nil if it stays, and Deleted its new
	// figure.
	Progress []byte
	Deleted  int64
	// Archive holds entries of contacts that are deleted. One of another contact
	// undoes the batch, with ErrInvalidRequest.
	Archive []ArchiveEntry
	// Event is kept, under the new sequence, until it is acknowledged; nil: none.
	Event []byte
}
