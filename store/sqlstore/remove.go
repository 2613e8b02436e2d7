package sqlstore

import (
	"database/sql"
	"errors"
	"slices"
	"strings"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/store"
)

// remove treats the associations and deletes the contacts.
func (d *deletion) remove(t *tx, survivors []contacts.Key) error {
	k := keyList{d.store.keys(d.store.model.contacts.key, survivors)}
	var total int64
	for _, a := range d.store.model.order {
		n, err := d.treat(t, a, k)
		if err != nil {
			return err
		}
		d.outcome.Rows[a.Name] = n
		if total += n; d.batch.MaxRows > 0 && total > d.batch.MaxRows {
			return &store.Error{Op: t.op, Class: store.ErrTooManyRows}
		}
	}
	b := d.builder()
	c := b.level(d.store.model.contacts)
	n, err := t.exec(d.table(), deleteRows(b.source(c), b.keyIn(c, k)))
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
	if len(d.triggered) == 0 {
		return nil
	}
	for _, a := range d.store.model.order {
		if a.above == nil {
			if err := d.leftOver(t, a, k); err != nil {
				return err
			}
		}
	}
	return nil
}

// blame names the tables outside of the schema that refer to the table in which
// a row could not be deleted: SQLite does not say which foreign key it was.
func (d *deletion) blame(err error) error {
	var failed *store.Error
	if !errors.Is(err, store.ErrConstraint) || !errors.As(err, &failed) || failed.Detail != "" {
		return err
	}
	parent := d.seen.tables[failed.Table].name
	var tables []string
	for _, k := range d.seen.outside {
		if strings.EqualFold(k.parent, parent) && !slices.Contains(tables, k.table) {
			tables = append(tables, k.table)
		}
	}
	if len(tables) > 0 {
		failed.Detail = "tables that are not in the schema refer to it: " + strings.Join(tables, ", ")
	}
	return err
}

const keyNotUnique = "more contacts went than there were keys"

// builder starts a statement on the tables as the batch has seen them.
func (d *deletion) builder() *builder {
	b := d.store.builder(d.batch.Selection)
	b.tables = d.seen.tables
	return b
}

// treat deletes or changes the rows of an association.
func (d *deletion) treat(t *tx, a *association, k keyList) (int64, error) {
	if a.OfContacts && d.seen.restrictsSelf {
		if _, err := t.exec(a.Table, d.builder().among(a, k)); err != nil {
			return 0, err
		}
	}
	n, err := t.exec(a.Table, d.builder().treatment(a, k))
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
	row := b.level(a.rows)
	if a.Action == contacts.Delete {
		return deleteRows(b.source(row), b.affected(a, row, k))
	}
	return updateRows(b.source(row), b.assignments(a, row, k), b.affected(a, row, k))
}

// among changes what refers from the contacts of the list to each other, for
// databases that would not delete them otherwise. They are not counted.
func (b *builder) among(a *association, k keyList) term {
	row := b.level(a.rows)
	return updateRows(b.source(row), b.assignments(a, row, k), all(b.reached(a, row, k), b.keyIn(row, k)))
}

// affected is true for the rows that are deleted or changed. Contacts of the
// list that refer to others need no change, because they go themselves.
func (b *builder) affected(a *association, row level, k keyList) term {
	if !a.OfContacts {
		return b.reached(a, row, k)
	}
	plain, _ := b.keyColumns(row)
	return all(b.reached(a, row, k), expr("(? IN (?)) IS NOT TRUE", expr(tuple(plain)), k.key(b)))
}

// stay looks for contacts that are still there. If there are any the batch is
// undone and done again without them.
func (d *deletion) stay(t *tx, survivors []contacts.Key, k keyList) error {
	places := make(map[contacts.Key]int, len(d.keys))
	for i, k := range d.keys {
		places[k] = i
	}
	b := d.builder()
	c := b.level(d.store.model.contacts)
	found := false
	err := t.query(d.table(), selection{
		columns: []term{expr(k.rows.index)}, from: expr("? "+b.crossJoin()+" "+b.source(c), k.rows.from),
		where: b.keyJoin(c, k),
	}.term(), func(r *sql.Rows) error {
		var i int
		if err := r.Scan(&i); err != nil {
			return err //nolint:wrapcheck // wrapped by each
		}
		if i < 0 || i >= len(survivors) {
			return errAnswer
		}
		d.kept[places[survivors[i]]], found = true, true
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
	row := b.level(a.rows)
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
