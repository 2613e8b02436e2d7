package memory

import (
	"errors"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/store"
)

// plan finds and changes what the batch treats: all of it, or what one
// transaction may of a contact that goes in several.
func (t *treatment) plan(p *point) {
	dooms := p != nil && p.Doom && len(t.contacts) == 1
	if dooms {
		f := p.record.target(t.out.Deleted[0])
		t.again = f != nil && f.doomed
	}
	t.all()
	if dooms && errors.Is(t.err, store.ErrTooManyRows) {
		t.undo()
		t.some()
	}
}

// some treats as many rows as may be of the one contact, which stays. Each
// association is done with before the next one begins, so that nothing refers to
// what is deleted.
func (t *treatment) some() {
	contact := t.contacts[0]
	state := t.store.root.table.state
	t.err, t.partial, t.again = nil, true, true
	t.rows, t.doomed, t.changing, t.changes = 0, nil, nil, nil
	t.out.Rows = newRows(t.store.treatment)
	state[contact] |= doomed // it does not count among its own rows
	for _, a := range t.store.treatment {
		switch {
		case t.full() || t.err != nil:
		case a.Action == contacts.Delete:
			t.doom(a)
		default:
			t.changing = nil
			t.find(a)
			t.change(t.changing[0])
		}
	}
	state[contact] &^= doomed
	t.contacts = nil
	t.out.Deleted, t.out.Unfinished = []contacts.Key{}, t.out.Deleted
}

// full reports whether a transaction that is to treat some of the rows has them
// all.
func (t *treatment) full() bool { return t.partial && t.rows >= t.maxRows }
