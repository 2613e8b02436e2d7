package store

import (
	"context"
	"time"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/where"
)

// Store keeps contacts and what belongs to them. No transaction crosses the
// port: a call is one transaction, or only reads.
//
// Every method is safe for concurrent use, refuses an invalid condition before
// it touches any data, and returns promptly when the context ends, with an
// error that wraps the context's. Errors carry a class of this package where
// one fits (see [Error]) and never contain contact data. An implementation
// checks everything it is given as if nobody had before.
type Store interface {
	// Schema returns the schema that the store was opened with. It is valid.
	Schema() contacts.Schema

	// Verify compares the schema with the storage. A run refuses to start on
	// findings of severity Fatal, and fixes its targets by what
	// [Finding.Volatile] says; one with [Finding.Walk] is only about the runs
	// that walk by that field. The schema's gaps are among the findings; see
	// [PartlyCovered].
	Verify(ctx context.Context) ([]Finding, error)

	// Count counts the contacts that are selected, and on request the rows
	// that belong to them. It changes nothing.
	Count(ctx context.Context, r CountRequest) (Counts, error)

	// Bound returns the cursor of the last contact in the order of the walk,
	// whether it is selected or not, and "" when there are no contacts.
	Bound(ctx context.Context, r BoundRequest) (Cursor, error)

	// Page returns selected contacts in the order of the walk: that of the key,
	// or of [PageRequest.By] and the key, in the columns' own order. It locks
	// nothing, and its cost must not grow with what lies before the cursor. It
	// may return fewer contacts than there are, even none, as long as More is
	// true and Next is further on than After.
	Page(ctx context.Context, r PageRequest) (Page, error)

	// Delete deletes contacts and treats their associations, in one
	// transaction: all of what the Outcome says is durable when Delete
	// returns without an error, and nothing is when it returns with one,
	// unless the error is ErrOutcomeUnknown. Then the Outcome says what has
	// become durable if the transaction was committed, so that the caller can
	// look for the contacts that it names; a store that does not know returns
	// an empty one.
	//
	// It locks the contacts in the order of their keys, then tests the
	// selection and what restricts under that lock, and only then changes
	// rows: associations in the order of [contacts.Schema.Order], the
	// contacts last, all of it by the keys that passed. Which rows belong to
	// these contacts is found out before the first of them is changed. The heirs
	// of hand-overs are protected, whatever the selection says ([Batch.Resolve]
	// sees to it), and a contact with rows that would be handed over to a
	// contact that does not exist is restricted.
	//
	// A store without a ledger refuses a batch with a checkpoint.
	Delete(ctx context.Context, b Batch) (Outcome, error)

	// Ledger returns the library's memory beside the contacts, or nil where the
	// store keeps none.
	Ledger() *Ledger
}

// Pacer is implemented by stores that want another pace than the default where
// the host chooses none.
type Pacer interface {
	// Pacing returns what suits the store, always the same.
	Pacing() Pacing
}

// Pacing is the pace that suits a store. A field that is zero or negative stands
// for its default.
type Pacing struct {
	// Start is the number of contacts in the first batch. The default is 500.
	Start int
	// Min and Max bound the numbers of contacts in the batches, which are sized
	// by the time that those before them took; where they are equal, the size
	// does not change. Min is for the sake of speed, and gives way to a time that
	// the host chooses. The defaults are 100 and 10,000, or Start where that is
	// beyond them.
	Min, Max int
	// Target is how long a call of Delete should take where the host does not
	// choose the time. The default is 250 ms.
	Target time.Duration
	// Pause is the pause after a batch, as a share of the time that its calls
	// of Delete took: 0.1 is a tenth. The default is 0, no pause.
	Pause float64
}

// PageSizer is implemented by stores for which some conditions cost about as
// much for a long page as for a short one, because they are read in one pass
// over the associated rows. The service then reads long pages and cuts batches
// from them.
type PageSizer interface {
	// PageSize returns how many contacts a page of the selection had best have,
	// when a batch needs limit of them; limit if it does not matter. A page
	// of that size takes no more than 16 MiB.
	PageSize(s Selection, limit int) int
}

// Selection says which contacts are meant: those for which Condition and Scope
// are true and Protected is false. A contact for which one of them is unknown
// is not meant.
type Selection struct {
	// At is the instant for which relative times were frozen. Conditions in
	// the schema are frozen for it by the store.
	At time.Time
	// Condition is required and frozen. Everything matches all contacts.
	Condition where.Condition
	// Scope is what the service may see and touch; zero: all contacts.
	Scope where.Condition
	// Protected is what no deletion ever passes, nor changes; zero: nothing.
	// Delete protects the heirs of hand-overs as well; what only reads does not.
	// A row that is to be deleted and also refers, by a reference in the
	// schema (one that is only read too), to a contact that is protected or out
	// of scope restricts, and so does such a contact itself where it would be
	// detached or handed over. A row that is to be changed does not. Only
	// references to contacts are looked at: a row that belongs to another contact
	// by a row above, such as a message of that contact's conversation, does not
	// restrict. They are those of all associations of the row's table that belong
	// to the contact itself, with their constants; an association's Where makes no
	// difference.
	Protected where.Condition
}

// CountRequest asks for a count.
type CountRequest struct {
	Selection
	// AtMost stops the counting of contacts there; 0: count all. It has no
	// effect on rows.
	AtMost int64
	// Rows asks for the rows of each association that belong to the selected
	// contacts.
	Rows bool
}

// Counts is the answer to a CountRequest.
type Counts struct {
	Contacts int64
	// Rows holds, for every association that is not ReadOnly, by its name,
	// how many of its rows belong to the selected contacts, directly or by
	// the rows above. A row that belongs to two of them counts once; one that
	// two associations share counts for both. A row of the contact table that
	// is itself selected does not count. Nil unless asked for.
	Rows map[string]int64
}

// Cursor is a place in the order of a walk. It is opaque and exact; only the
// store that made it compares it, in this process or in a later one, and also
// when the contact that it was made of is gone. It tells by which field its walk
// goes, and is refused by another one. "" is the place before the first contact.
type Cursor string

// BoundRequest asks for the end of a walk.
type BoundRequest struct {
	// By is the field that the walk goes by; see [PageRequest.By].
	By string
}

// PageRequest asks for selected contacts.
type PageRequest struct {
	Selection
	// By names the contact field that the walk goes by, "" for none. It must be
	// one that [contacts.Schema.WalkField] allows. Then contacts come in the order
	// of its values, and those with the same value in the order of the key.
	// Contacts in which it is NULL or unknown are not part of that walk, whatever
	// the selection says: a caller that must meet all contacts that are selected
	// asks [where.Predicate.Requires]. It has no effect with Keys.
	By    string
	After Cursor // exclusive
	Until Cursor // inclusive; "": nothing is returned
	// Limit is the largest number of contacts to return, at least 1.
	Limit int
	// Scan, when not 0, ends the page after that many contacts, selected or not
	// and give or take a few: then Next is behind them. It bounds the time of a
	// page where few contacts are selected. It is not negative, and has no
	// effect with Keys.
	Scan int
	// Keys, when not nil, restricts the page to these contacts, in any order,
	// and the page is in the order of the key; After and Until do not apply then, and Limit still does. One that occurs
	// twice, or that there is no such contact of, does no harm.
	Keys []contacts.Key
	// Fields names contact fields whose values are wanted too.
	Fields []string
	// Cursors asks for the cursor behind each contact; it has no effect with
	// Keys.
	Cursors bool
}

// Page is a part of the walk.
type Page struct {
	// Keys are in the order of the walk, or of the key with PageRequest.Keys, as
	// [contacts.Schema.CheckKey] returns them.
	Keys []contacts.Key
	// Values holds the requested fields of each key, in the order of the
	// request; nil unless asked for.
	Values [][]where.Value
	// Cursors holds, for each key, the cursor from which the walk goes on behind
	// it; nil unless asked for.
	Cursors []Cursor
	// Next is the cursor after the last contact that was looked at, After if
	// there was none. It is of no use with Keys.
	Next Cursor
	// More reports whether there may be selected contacts after Next.
	More bool
}
