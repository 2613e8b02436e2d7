package memory

import (
	"cmp"
	"encoding/binary"
	"slices"

	"github.com/contactsweep/contactsweep/where"
)

// order says how far the slots of the contacts are in the order of their keys.
// New contacts come behind all others, deleted ones keep slot and key, and
// sorting moves the rows themselves: a walk goes through memory from one end
// to the other, and so do the deletions.
type order struct {
	sorted uint32 // the slots up to this one are in order
	dead   int    // deleted contacts that still have a slot
}

// lockSorted takes the lock for reading when all contacts are in order.
func (s *Store) lockSorted() {
	for {
		s.mu.RLock()
		if s.order.sorted == s.last() {
			return
		}
		s.mu.RUnlock()
		s.mu.Lock()
		s.sort()
		s.mu.Unlock()
	}
}

// last is the last slot of the contacts.
func (s *Store) last() uint32 { return s.root.table.last() }

// appended notes a new contact, which is in order if it comes last.
func (s *Store) appended(slot uint32) {
	clear(s.ways)
	if s.order.sorted == slot-1 && (slot == 1 || s.compareSlots(slot-1, slot) <= 0) {
		s.order.sorted = slot
	}
}

// sort puts the contacts in order and gives up the slots of deleted ones.
func (s *Store) sort() {
	type entry struct {
		prefix uint64 // compares like the key, or equal
		slot   uint32
	}
	t := s.root.table
	first := s.byKey.to.columns[0]
	entries := make([]entry, 0, len(t.state))
	for slot := uint32(1); slot <= s.last(); slot++ {
		if t.state[slot] != 0 {
			entries = append(entries, entry{keyPrefix(t.value(slot, first)), slot})
		}
	}
	if s.order.sorted < s.last() {
		slices.SortFunc(entries, func(a, b entry) int {
			if c := cmp.Compare(a.prefix, b.prefix); c != 0 {
				return c
			}
			return s.compareSlots(a.slot, b.slot)
		})
	}
	slots := make([]uint32, 1, len(entries)+1)
	keys := slices.Clip(s.keys[:1])
	for _, e := range entries {
		slots = append(slots, e.slot)
		keys = append(keys, s.keys[e.slot])
	}
	t.rearrange(slots)
	s.keys, s.order = keys, order{sorted: s.last()}
	clear(s.ways)
}

// keyPrefix returns a number that compares like the values of one key column,
// as far as it reaches.
func keyPrefix(v where.Value) uint64 {
	switch v.Kind() { //nolint:exhaustive // keys have no other kinds
	case where.KindInt64:
		return uint64(v.Int64()) ^ 1<<63 //nolint:gosec // moves the negative numbers below the others
	case where.KindUint64:
		return v.Uint64()
	case where.KindUUID:
		u := v.UUID()
		return binary.BigEndian.Uint64(u[:])
	}
	var b [8]byte
	copy(b[:], v.Text())
	return binary.BigEndian.Uint64(b[:])
}

func (s *Store) compareSlots(a, b uint32) int {
	rowA, rowB := s.root.table.row(a), s.root.table.row(b)
	for _, column := range s.byKey.to.columns {
		if c := where.CompareValues(rowA[column], rowB[column]); c != 0 {
			return c
		}
	}
	return 0
}

func (s *Store) compareKey(slot uint32, key []where.Value) int {
	row := s.root.table.row(slot)
	for i, column := range s.byKey.to.columns {
		if c := where.CompareValues(row[column], key[i]); c != 0 {
			return c
		}
	}
	return 0
}
