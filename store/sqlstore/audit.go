package sqlstore

import (
	"context"
	"database/sql"
	"slices"

	"github.com/contactsweep/contactsweep/store"
)

// auditing is how the database counts what a transaction changes, whoever does
// it: the store's statements, foreign keys and triggers.
type auditing interface {
	// counts reports whether it counts at all; tally is not called otherwise.
	counts(ctx context.Context, q queryer) (bool, error)
	// tally selects how many rows have been deleted or changed so far, in all
	// tables, and how many fewer rows there are in one table. Only the
	// difference of two answers in one transaction means something; the second
	// number is needed only where it is asked for.
	tally(table tableInfo, fewer bool) term
}

// tally is what the database has counted, and what the store's statements did.
type tally struct{ changed, fewer, own int64 }

const (
	changedMore = "the database changed more rows than the batch's statements did; it may have changed since it was looked at"
	changedLess = "the database does not count all rows that it deletes; from now on they are not left to it"
	othersGone  = "other contacts went with those of the batch, by a trigger or a foreign key"
)

// tally asks for the count, of contacts only where something could change them.
func (d *deletion) tally(t *tx) (out tally, err error) {
	if !d.seen.counts {
		return out, nil
	}
	out.own = t.done
	contacts := d.seen.tables[d.store.model.contacts.table]
	err = t.query("", d.store.tally(contacts, d.triggers() || d.seen.acts), func(r *sql.Rows) error {
		return r.Scan(&out.changed, &out.fewer)
	})
	return out, err
}

// audit fails when the database has changed rows of which nobody knows: what
// was looked at before the batch may have changed since. deleted is how many
// contacts the batch deleted. What a trigger does cannot be told from that, but
// contacts must not go by it. Less than the batch itself has done is counted
// where an engine does not count everything, as some of those who speak
// PostgreSQL's dialect: there nothing can be left to it.
func (d *deletion) audit(t *tx, before tally, deleted int64) error {
	after, err := d.tally(t)
	switch {
	case err != nil:
		return err
	case after.fewer-before.fewer > deleted:
		return &store.Error{Op: t.op, Class: store.ErrConstraint, Table: d.table(), Detail: othersGone}
	case after.changed-before.changed > after.own-before.own && !d.triggers() && !d.seen.acts:
		return &store.Error{Op: t.op, Class: store.ErrUnsafe, Detail: changedMore}
	case after.changed-before.changed < after.own-before.own && d.seen.counts && len(d.left) > 0:
		d.store.miscounts.Store(true)
		return &store.Error{Op: t.op, Class: store.ErrTransient, Detail: changedLess}
	}
	return nil
}

// triggers reports whether a table that the batch changes has a trigger.
func (d *deletion) triggers() bool {
	return slices.ContainsFunc(d.store.model.changed(), d.hasTrigger)
}

// actedOn reports whether the database itself changes rows that no association
// treats, which is a finding: by a foreign key, or in a virtual table.
func (m *model) actedOn(seen *sighting) bool {
	if slices.ContainsFunc(m.changed(), func(name string) bool { return seen.tables[name].kind == virtualTable }) ||
		slices.ContainsFunc(seen.outside, func(k foreignKey) bool { return acts(k.onDelete) }) {
		return true
	}
	return slices.ContainsFunc(seen.keys, func(k foreignKey) bool {
		if acts(k.onUpdate) && len(m.setting(seen.tables, k)) > 0 {
			return true
		}
		parent, deleted := m.deletedFrom(seen.tables, k)
		return deleted && acts(k.onDelete) && !slices.ContainsFunc(m.registered(seen.tables, k, parent), registration.clears)
	})
}
