package memory

import (
	"fmt"
	"slices"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/store"
	"github.com/contactsweep/contactsweep/where"
)

// treatment is the changing part of a batch. All rows are found before the
// first is changed, so that no association's condition sees what happens to
// another's rows; until commit, deleted rows are only marked.
type treatment struct {
	*call
	contacts []uint32
	maxRows  int64
	out      store.Outcome
	rows     int64 // deleted or changed, of all associations
	doomed   []rowSet
	changing []alteration
	changes  []change
	partial  bool // as many rows go as may, and the contact stays
	again    bool // rows that hold the new values already have been changed before
}

// rowSet is some rows of a table.
type rowSet struct {
	table *table
	slots []uint32
}

// alteration is the rows of an association that are to be changed.
type alteration struct {
	assoc *assoc
	rows  []pair
}

// pair is a row and a row above that it belongs to.
type pair struct{ above, slot uint32 }

// change is a value that was replaced.
type change struct {
	table  *table
	slot   uint32
	column int
	old    where.Value
}

func newTreatment(c *call, maxRows int64, size int) treatment {
	return treatment{
		call: c, maxRows: maxRows, contacts: make([]uint32, 0, size),
		out: store.Outcome{Deleted: make([]contacts.Key, 0, size), Rows: newRows(c.store.treatment)},
	}
}

// all finds the rows in the order of treatment, marks those to be deleted
// and changes the others. It stops early when the call must.
func (t *treatment) all() {
	for _, slot := range t.contacts {
		t.store.root.table.state[slot] |= doomed
	}
	for _, a := range t.store.treatment {
		if a.Action == contacts.Delete {
			t.doom(a)
		} else {
			t.find(a)
		}
		if t.err != nil {
			return
		}
	}
	for _, a := range t.changing {
		t.change(a)
	}
}

// doom marks the association's rows for deletion. A row that is shared with an
// association before was counted there.
func (t *treatment) doom(a *assoc) {
	rows := rowSet{table: a.rows.table}
	state := rows.table.state
	visit := func(_, slot uint32) bool {
		if state[slot]&doomed == 0 {
			state[slot] |= doomed
			rows.slots = append(rows.slots, slot)
			t.count()
		}
		return t.err == nil && !t.full()
	}
	for _, contact := range t.contacts {
		if !t.reach(a.chain, contact, visit) {
			break
		}
	}
	t.doomed = append(t.doomed, rows)
	t.out.Rows[a.Name] = int64(len(rows.slots))
}

// count counts one row more, and stops the call when that is too many.
func (t *treatment) count() {
	if t.rows++; t.maxRows > 0 && t.rows > t.maxRows && t.err == nil {
		t.err = fmt.Errorf("memory: %s: %w", t.op, store.ErrTooManyRows)
	}
}

// find finds the rows to be changed: those that nothing before deletes.
func (t *treatment) find(a *assoc) {
	d := alteration{assoc: a}
	state := a.rows.table.state
	visit := func(above, slot uint32) bool {
		if state[slot]&doomed == 0 {
			d.rows = append(d.rows, pair{above, slot})
		}
		return true
	}
	for _, contact := range t.contacts {
		if !t.reach(a.chain, contact, visit) {
			break
		}
	}
	t.changing = append(t.changing, d)
}

// change sets what goes with the references to what is deleted, unless an
// association before has changed those.
func (t *treatment) change(d alteration) {
	table := d.assoc.rows.table
	first := len(t.changes)
	var slots []uint32
	var values []where.Value
	for _, p := range d.rows {
		if t.full() {
			break
		}
		for i := range d.assoc.refs {
			r := &d.assoc.refs[i]
			if !r.refers(p.slot, p.above) || t.again && r.changed(p.slot) {
				continue
			}
			for _, set := range r.changes {
				t.changes = append(t.changes, change{table, p.slot, set.column, table.value(p.slot, set.column)})
				values = append(values, set.value)
			}
			if table.state[p.slot]&changed == 0 {
				table.state[p.slot] |= changed
				slots = append(slots, p.slot)
				t.count()
			}
		}
	}
	for _, slot := range slots {
		table.state[slot] &^= changed
	}
	for i, c := range t.changes[first:] {
		table.set(c.slot, c.column, values[i])
	}
	t.out.Rows[d.assoc.Name] = int64(len(slots))
}

// changed reports whether the row holds the new values already.
func (r *ref) changed(slot uint32) bool {
	for _, set := range r.changes {
		if r.from.table.value(slot, set.column) != set.value {
			return false
		}
	}
	return true
}

// undo takes everything back.
func (t *treatment) undo() {
	for _, c := range slices.Backward(t.changes) {
		c.table.set(c.slot, c.column, c.old)
	}
	for _, rows := range t.doomed {
		for _, slot := range rows.slots {
			rows.table.state[slot] &^= doomed
		}
	}
	for _, slot := range t.contacts {
		t.store.root.table.state[slot] &^= doomed
	}
}

// commit deletes what is marked. It cannot fail.
func (t *treatment) commit() {
	for _, rows := range t.doomed {
		for _, slot := range rows.slots {
			rows.table.kill(slot)
			rows.table.release(slot)
		}
	}
	for _, slot := range t.contacts {
		t.store.bury(slot)
	}
	t.store.tidy()
}
