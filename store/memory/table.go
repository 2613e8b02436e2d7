package memory

import (
	"slices"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/where"
)

// A row has a slot in its table, numbered from 1; 0 means no row.
const (
	chunkBits = 8
	chunkRows = 1 << chunkBits
)

// The states of a slot.
const (
	live   uint8 = 1 << iota
	doomed       // to be deleted by the batch that is being made
	changed
)

// table holds rows, and how they refer and are referred to. Associations that
// name the same table share it, column by column.
type table struct {
	columns []contacts.Field
	chunks  [][]where.Value // chunkRows rows each
	state   []uint8         // by slot
	free    []uint32
	targets []*target // of this table's rows
	sides   []*side   // all that follow this table's rows: its targets' and its references
}

func newTable() *table { return &table{state: make([]uint8, 1)} }

// column returns the index of the field's column, which is new or known by
// another association.
func (t *table) column(f contacts.Field) int {
	i := slices.IndexFunc(t.columns, func(c contacts.Field) bool { return c.ColumnName() == f.ColumnName() })
	if i < 0 {
		t.columns = append(t.columns, f)
		return len(t.columns) - 1
	}
	t.columns[i].Required = t.columns[i].Required || f.Required
	return i
}

// row returns the row's values, one for each column.
func (t *table) row(slot uint32) []where.Value {
	width := len(t.columns)
	at := int(slot&(chunkRows-1)) * width
	return t.chunks[slot>>chunkBits][at : at+width : at+width]
}

func (t *table) value(slot uint32, column int) where.Value {
	return t.chunks[slot>>chunkBits][int(slot&(chunkRows-1))*len(t.columns)+column]
}

// last is the last slot that has been used.
func (t *table) last() uint32 {
	return uint32(len(t.state) - 1) //nolint:gosec // memory ends before four thousand million rows
}

// grow makes room for the values of a slot.
func (t *table) grow(slot uint32) {
	for int(slot>>chunkBits) >= len(t.chunks) {
		t.chunks = append(t.chunks, make([]where.Value, chunkRows*len(t.columns)))
	}
}

// add stores a row and returns its slot.
func (t *table) add(values []where.Value) uint32 {
	var slot uint32
	if n := len(t.free); n > 0 {
		slot, t.free = t.free[n-1], t.free[:n-1]
	} else {
		slot = t.last() + 1
		t.state = append(t.state, 0)
		t.grow(slot)
		for _, s := range t.sides {
			s.links = append(s.links, link{})
		}
	}
	t.state[slot] = live
	copy(t.row(slot), values)
	for _, s := range t.sides {
		s.link(slot)
	}
	return slot
}

// set changes one value.
func (t *table) set(slot uint32, column int, v where.Value) {
	t.row(slot)[column] = v
	for _, s := range t.sides {
		if slices.Contains(s.columns, column) {
			s.unlink(slot)
			s.link(slot)
		}
	}
}

// kill removes a row but keeps its slot and its values, until release.
func (t *table) kill(slot uint32) {
	t.state[slot] = 0
	for _, s := range t.sides {
		s.unlink(slot)
	}
}

// release makes the slot of a killed row free for another. The values stay
// until then: to clear them would cost more than all the rest of a deletion.
func (t *table) release(slot uint32) { t.free = append(t.free, slot) }

// rearrange moves the rows: the one in slots[i] gets the slot i. Rows that are
// not listed must have been killed.
func (t *table) rearrange(slots []uint32) {
	moved := make([]uint32, len(t.state))
	old := *t
	t.chunks, t.state, t.free = nil, make([]uint8, len(slots)), nil
	for to := uint32(1); int(to) < len(slots); to++ {
		moved[slots[to]] = to
		t.state[to] = old.state[slots[to]]
		t.grow(to)
		copy(t.row(to), old.row(slots[to]))
	}
	for _, s := range t.sides {
		s.rearrange(slots, moved)
	}
}
