package sqlstore

import (
	"database/sql"
	"slices"

	"github.com/contactsweep/contactsweep/contacts"
)

// lock locks what the batch is about and returns the candidates that exist,
// as far as it is known: contacts that appear later are none. Where the engine
// locks rows, these are the contacts in the order of their keys, and then the
// rows that have others below them, level by level, so that nothing can come
// to refer to what is deleted, and last the heirs to whom rows are handed over.
func (d *deletion) lock(t *tx) ([]contacts.Key, error) {
	m := d.store.model
	if all := d.store.write(d.builder().table(m.contacts.table), d.harmless()); all != nil {
		_, err := t.exec(d.table(), all)
		return d.candidates, err
	}
	if len(d.candidates) == 0 {
		return nil, nil
	}
	b := d.builder()
	k, err := b.keyList(d.candidates)
	if err != nil {
		return nil, invalid(err)
	}
	c := b.level(m.contacts)
	var locked []contacts.Key
	err = t.query(d.table(), selection{
		columns: b.keyRead(c), from: expr(b.source(c)), where: all(b.keyIn(c, k), b.keyKnown(c)), order: b.keyOrder(c, ""), lock: true,
	}.term(), func(r *sql.Rows) error {
		key, err := d.store.scanKey(r)
		if err != nil {
			return err
		}
		if _, ok := d.places[key]; !ok {
			return errAnswer
		}
		locked = append(locked, key)
		return nil
	})
	if err != nil || len(locked) == 0 {
		return nil, err
	}
	for _, a := range m.all {
		if !a.OfContacts && slices.ContainsFunc(a.rows.below, func(b *association) bool { return b.Action != contacts.ReadOnly }) {
			if err := d.lockRows(t, a, locked); err != nil {
				return nil, err
			}
		}
	}
	return locked, d.lockHeirs(t, locked)
}

// lockRows locks the rows of an association.
func (d *deletion) lockRows(t *tx, a *association, keys []contacts.Key) error {
	b := d.builder()
	k, err := b.keyList(keys)
	if err != nil {
		return invalid(err)
	}
	row := b.led(a, b.level(a.rows))
	var order []string
	for _, c := range b.columns(row, a.rows.key) {
		order = append(order, c.sql)
	}
	return t.query(a.Table, selection{
		columns: []term{expr("1")}, from: expr(b.source(row)), where: b.reached(a, row, k), order: order, lock: true,
	}.term(), func(r *sql.Rows) error { return r.Scan(new(int)) })
}
