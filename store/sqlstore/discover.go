package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/contactsweep/contactsweep/contacts"
)

// Proposal is what [Discover] makes of a database.
type Proposal struct {
	// Schema is valid, and [Open] takes it.
	Schema contacts.Schema
	// Notes say what the host has to look at: what could not be decided or
	// mapped, and where the schema does less than the database's own rules.
	Notes []Note
}

// Note is a remark on a proposal. It contains no contact data.
type Note struct {
	Table  string // as the schema names it, where it has the table
	Column string // the columns, separated by commas; empty: the whole table
	Text   string
}

// String returns the note on one line.
func (n Note) String() string {
	if n.Column == "" {
		return n.Table + ": " + n.Text
	}
	return n.Table + "." + n.Column + ": " + n.Text
}

// String returns the proposal as Go source to paste, with the notes as
// comments before it.
func (p Proposal) String() string {
	var b strings.Builder
	for _, n := range p.Notes {
		b.WriteString("// " + strings.Join(strings.Fields(n.String()), " ") + "\n")
	}
	return b.String() + "var schema = " + p.Schema.GoString()
}

// DiscoverOption changes what [Discover] proposes.
type DiscoverOption func(*discoverOptions)

type discoverOptions struct {
	choices []*choice
	zone    string
	err     error
}

// choice is what the host has decided about the rows of a table.
type choice struct {
	table   string
	action  contacts.Action
	columns []string // of the reference; empty: all
	used    bool
}

// WithAction decides what happens to the rows of a table, instead of what its
// foreign keys say: Delete, Detach, Keep, Restrict or ReadOnly. With columns it
// is about the foreign key of exactly these columns only. Tables that refer to
// rows which are deleted now are discovered too.
//
// A table that does not come up is an error. Where the action is not possible
// (a NOT NULL column cannot be detached, and a contact is never deleted because
// it refers to another one) Restrict is proposed, with a note.
func WithAction(table string, action contacts.Action, columns ...string) DiscoverOption {
	return func(o *discoverOptions) {
		switch action { // others need values that only an edit of the schema can give
		case contacts.Delete, contacts.Detach, contacts.Keep, contacts.Restrict, contacts.ReadOnly:
			o.choices = append(o.choices, &choice{table: table, action: action, columns: columns})
		default:
			o.err = errors.Join(o.err, fmt.Errorf("the action for table %q is %s; edit the proposal for actions that need values", table, action))
		}
	}
}

// NaiveTimesIn says of which zone the times in columns without one are, by its
// IANA name. The default is UTC.
func NaiveTimesIn(zone string) DiscoverOption {
	return func(o *discoverOptions) {
		if _, err := time.LoadLocation(zone); err != nil || zone == "" || zone == "Local" {
			o.err = errors.Join(o.err, fmt.Errorf("there is no zone %q here", zone))
		}
		o.zone = zone
	}
}

// Discover reads the database's catalogue and proposes a schema for the contact
// table, which may be named with its database or schema ("crm.contacts"). It
// changes nothing. A host prints the proposal once, decides what it says
// nothing about or is wrong about, and keeps the result as Go source:
//
//	proposal, err := sqlstore.Discover(ctx, db, sqlstore.PostgreSQL, "customers",
//		sqlstore.WithAction("invoices", contacts.Delete))
//	fmt.Println(proposal)
//
// The key is the primary key, or else a unique index on NOT NULL columns.
// Fields have the names of their columns, and the kind of the declared type.
// Where that does not say how values are stored, as on SQLite, a sample of each
// table's rows is read too: a field must read all of the sampled values, or it
// is left out, with a note.
//
// Every foreign key that reaches the contact table, at any depth, becomes an
// association: ON DELETE CASCADE is Delete, SET NULL is Detach where the
// columns can be NULL, and everything else is Restrict, so that contacts with
// such rows are left alone until the host decides. A note says which of them
// could be [contacts.Association.Cascaded], where the engine is faster then.
// Tables without a foreign key, such as those that refer to rows of several
// tables, are not found.
func Discover(ctx context.Context, db DB, dialect Dialect, table string, options ...DiscoverOption) (Proposal, error) {
	const op = "discover"
	if pool, ok := db.(*sql.DB); db == nil || ok && pool == nil {
		return Proposal{}, errors.New("sqlstore: discover: no database")
	}
	e, err := engineOf(dialect)
	if err != nil {
		return Proposal{}, err
	}
	mapper, ok := e.(discoverer)
	if !ok {
		return Proposal{}, fmt.Errorf("sqlstore: discover: not for %s", dialect)
	}
	d := &discovery{engine: e, discoverer: mapper, q: db}
	for _, o := range options {
		if o != nil {
			o(&d.options)
		}
	}
	if d.options.err != nil {
		return Proposal{}, fmt.Errorf("sqlstore: discover: %w", d.options.err)
	}
	p, err := d.propose(ctx, table)
	var refused refusal
	switch {
	case errors.As(err, &refused):
		return Proposal{}, fmt.Errorf("sqlstore: discover: %w", refused)
	case err != nil:
		return Proposal{}, failure(ctx, e, op, table, err)
	}
	return p, nil
}

// discoverer is an engine that can propose fields for columns that nobody has
// described.
type discoverer interface {
	// guesses returns one guess for each column of the table, in their order.
	// The columns in plain identify rows or refer to others: they are integers,
	// texts or UUIDs if they can be. The zone is that of naive times, "" for
	// UTC.
	guesses(ctx context.Context, q queryer, t tableInfo, plain map[string]bool, zone string) ([]guess, error)
	// caveats are what the host should know of how rows of the table are
	// stored.
	caveats(ctx context.Context, q queryer, t tableInfo) ([]string, error)
}

// guess is what a column may be.
type guess struct {
	// fields are those that could read it, the best first; their names are
	// the column's. None: why says the reason.
	fields []contacts.Field
	// typed says that the type leaves no doubt about the first of fields, so
	// that odd values in the sample do not count.
	typed bool
	// note is said of the first of fields, if it is chosen.
	note string
	why  string
}

// naiveNote is said of times in a type without a zone.
const naiveNote = "without a time zone, read as UTC; NaiveTimesIn names another zone"

// unmapped is a guess that there is no field for the column.
func unmapped(why string) guess { return guess{why: why} }

// refusal is an error of Discover itself, whose text is shown.
type refusal struct{ text string }

func (r refusal) Error() string { return r.text }
