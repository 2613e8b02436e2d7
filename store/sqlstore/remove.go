package sqlstore

import (
	"database/sql"
	"slices"
	"strings"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/store"
)

// remove treats the associations and deletes the contacts.
func (d *deletion) remove(t *tx, survivors []contacts.Key) error {
	b := d.builder()
	k, err := b.keyList(survivors)
	if err != nil {
		return invalid(err)
	}
	before, err := d.tally(t)
	if err != nil {
		return err
	}
	treat := d.treatAll
	if d.ties.dooms() {
		treat = d.treatSome
	}
	switch finished, err := treat(t, k); {
	case err != nil:
		return err
	case !finished:
		d.outcome.Deleted, d.outcome.Unfinished = nil, survivors
		return d.audit(t, before, 0)
	}
	c := b.change(d.store.model.contacts)
	n, err := t.exec(d.table(), b.delete(c, b.keyIn(c, k)))
	switch {
	case err != nil:
		return err
	case n > int64(len(survivors)):
		return &store.Error{Op: t.op, Class: store.ErrUnsafe, Table: d.table(), Detail: keyNotUnique}
	case n < int64(len(survivors)) || len(d.triggered) > 0: // a trigger elsewhere can make contacts, too
		if err := d.stay(t, survivors, k); err != nil {
			return err
		}
	}
	if err := d.reckon(t); err != nil {
		return err
	}
	for _, a := range d.store.model.order {
		if a.above == nil && len(d.triggered) > 0 {
			if err := d.leftOver(t, a, k); err != nil {
				return err
			}
		}
	}
	return d.audit(t, before, n)
}

// treatAll treats all associations.
func (d *deletion) treatAll(t *tx, k keyList) (finished bool, err error) {
	for _, a := range d.store.model.order {
		n, err := d.treat(t, a, k)
		if err != nil {
			return false, err
		}
		if err := d.add(t, a, n); err != nil {
			return false, err
		}
	}
	return true, nil
}

const keyNotUnique = "more contacts went than there were keys"

// builder starts a statement on the tables as the batch has seen them.
func (d *deletion) builder() *builder {
	b := d.store.builder(d.batch.Selection)
	b.tables = d.seen.tables
	return b
}

// treat deletes or changes the rows of an association, or leaves that to the
// database.
func (d *deletion) treat(t *tx, a *association, k keyList) (int64, error) {
	if d.leaves(a) {
		return d.foresee(t, a, k)
	}
	if a.OfContacts && d.seen.among {
		if _, err := t.exec(a.Table, d.builder().among(a, k)); err != nil {
			return 0, err
		}
	}
	counted, known, err := d.count(t, a, k)
	if err != nil {
		return 0, err
	}
	n, err := t.exec(a.Table, d.builder().treatment(a, k))
	if known {
		n = counted
	}
	if err != nil || !d.hasTrigger(a.Table) {
		return n, err
	}
	return n, d.leftOver(t, a, k)
}

func (d *deletion) hasTrigger(table string) bool {
	return d.triggered[strings.ToLower(d.seen.tables[table].name)]
}

// treatment is the statement that deletes or changes the rows that belong to
// the contacts.
func (b *builder) treatment(a *association, k keyList) term {
	row := b.led(a, b.change(a.rows))
	if a.Action == contacts.Delete {
		return b.delete(row, b.affected(a, row, k))
	}
	return b.update(row, b.assignments(a, row, k), b.affected(a, row, k))
}

// among changes what refers from the contacts of the list to each other, for
// databases that would not delete them otherwise. They are not counted.
func (b *builder) among(a *association, k keyList) term {
	row := b.change(a.rows)
	return b.update(row, b.assignments(a, row, k), all(b.reached(a, row, k), b.keyIn(row, k)))
}

// affected is true for the rows that are deleted or changed. Contacts of the
// list that refer to others need no change, because they go themselves.
func (b *builder) affected(a *association, row level, k keyList) term {
	if !a.OfContacts {
		return b.reached(a, row, k)
	}
	plain, _ := b.keyColumns(row)
	return all(b.reached(a, row, k), expr("(?) IS NOT TRUE", k.equalsKey(b, plain)))
}

// stay looks for contacts that are still there. If there are any the batch is
// undone and done again without them.
func (d *deletion) stay(t *tx, survivors []contacts.Key, k keyList) error {
	b := d.builder()
	c := b.level(d.store.model.contacts)
	found := false
	err := t.query(d.table(), selection{
		columns: b.keyRead(c), from: expr(b.source(c)), where: b.keyIn(c, k),
	}.term(), func(r *sql.Rows) error {
		key, err := d.store.scanKey(r)
		if err != nil {
			return err
		}
		place, ok := d.places[key]
		if !ok || !slices.Contains(survivors, key) {
			return errAnswer
		}
		d.kept[place], found = true, true
		return nil
	})
	if err == nil && found {
		err = errUndone
	}
	return err
}

// leftOver fails when rows of the contacts are still there: a trigger has kept
// them or made new ones, and they would be left without their contact.
func (d *deletion) leftOver(t *tx, a *association, k keyList) error {
	if a = a.severed(); a == nil {
		return nil
	}
	b := d.builder()
	row := b.led(a, b.level(a.rows))
	left := false
	err := t.query(a.Table, selection{
		columns: []term{expr("1")}, from: expr(b.source(row)), where: b.affected(a, row, k), limit: 1,
	}.term(), func(r *sql.Rows) error {
		left = true
		return r.Scan(new(int))
	})
	if err == nil && left {
		err = &store.Error{Op: t.op, Class: store.ErrConstraint, Table: a.Table}
	}
	return err
}
