package memory

import (
	"slices"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/where"
)

// target is what references refer to: some columns of a table, usually its
// key. Every combination of values that occurs in them, or in a reference to
// them, has an id, numbered from 1. So a row finds the rows that refer to it
// without looking at a value.
type target struct {
	to   *side // the rows referred to
	from []*side
	fold []bool
	// unique names the fields where two rows must not have the same values:
	// what is deleted or changed with one would be taken from the other.
	unique []string

	ints   map[uint64]uint32 // ids, where the target is one integer column
	keys   map[contacts.Key]uint32
	uses   []uint32 // by id: how many rows have it, on any side
	free   []uint32 // ids
	unused int
}

func (t *table) target(columns []int, fold []bool) *target {
	for _, known := range t.targets {
		if slices.Equal(known.to.columns, columns) && slices.Equal(known.fold, fold) {
			return known
		}
	}
	out := &target{fold: fold, uses: make([]uint32, 1)}
	kind := t.columns[columns[0]].Kind
	if len(columns) == 1 && (kind == where.KindInt64 || kind == where.KindUint64) {
		out.ints = map[uint64]uint32{}
	} else {
		out.keys = map[contacts.Key]uint32{}
	}
	out.to = t.side(out, columns)
	t.targets = append(t.targets, out)
	return out
}

// first returns the first row that has the key, or 0.
func (t *target) first(k contacts.Key) uint32 {
	if t.ints != nil {
		return t.to.head(t.ints[integer(k.First())])
	}
	return t.to.head(t.keys[k])
}

func integer(v where.Value) uint64 {
	if v.Kind() == where.KindUint64 {
		return v.Uint64()
	}
	return uint64(v.Int64()) //nolint:gosec // as its two's complement; a column holds one kind
}

// id returns the id of the values, made when it is new.
func (t *target) id(values []where.Value) uint32 {
	if t.ints != nil {
		n := integer(values[0])
		id := t.ints[n]
		if id == 0 {
			id = t.newID()
			t.ints[n] = id
		}
		return id
	}
	k, err := contacts.KeyOf(values...)
	if err != nil {
		return 0 // NULL and unknown values were sorted out before
	}
	id := t.keys[k]
	if id == 0 {
		id = t.newID()
		t.keys[k] = id
	}
	return id
}

func (t *target) newID() uint32 {
	t.unused++
	if n := len(t.free); n > 0 {
		id := t.free[n-1]
		t.free = t.free[:n-1]
		return id
	}
	t.uses = append(t.uses, 0)
	return uint32(len(t.uses) - 1) //nolint:gosec // fewer than there are rows
}

const minSweep = 1024

// sweep forgets unused ids once most are.
func (t *target) sweep() {
	if t.unused < minSweep || t.unused <= (len(t.ints)+len(t.keys))/2 {
		return
	}
	for n, id := range t.ints {
		if t.uses[id] == 0 {
			delete(t.ints, n)
			t.free = append(t.free, id)
		}
	}
	for k, id := range t.keys {
		if t.uses[id] == 0 {
			delete(t.keys, k)
			t.free = append(t.free, id)
		}
	}
	t.unused = 0
}
