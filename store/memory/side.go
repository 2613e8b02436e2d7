package memory

import (
	"slices"

	"github.com/contactsweep/contactsweep/where"
)

// side holds, for every id of a target, the rows of a table that have it.
type side struct {
	target  *target
	table   *table
	columns []int
	noEmpty bool     // these rows refer, and not to a key: an empty text refers to nothing
	heads   []uint32 // by id
	links   []link   // by slot
	scratch []where.Value
}

// link is a row's place in the list of the rows with the same id.
type link struct{ id, next, prev uint32 }

// refer returns the side of the rows that refer to the target by the columns.
// Only in a reference to a key an empty text refers to anything.
func (t *table) refer(to *target, columns []int, key bool) *side {
	for _, known := range to.from {
		if known.table == t && slices.Equal(known.columns, columns) && known.noEmpty == !key {
			return known
		}
	}
	s := t.side(to, columns)
	s.noEmpty = !key
	to.from = append(to.from, s)
	return s
}

func (t *table) side(to *target, columns []int) *side {
	s := &side{target: to, table: t, columns: columns, links: make([]link, 1), heads: make([]uint32, 1)}
	s.scratch = make([]where.Value, len(columns))
	t.sides = append(t.sides, s)
	return s
}

// head returns the first row with the id, or 0.
func (s *side) head(id uint32) uint32 {
	if int(id) < len(s.heads) {
		return s.heads[id]
	}
	return 0
}

// link puts a row into the list of its id. A row with NULL or an unknown value
// in the columns has none.
func (s *side) link(slot uint32) {
	row := s.table.row(slot)
	for i, column := range s.columns {
		v := row[column]
		if v.Kind() == 0 || s.noEmpty && emptyText(v) {
			return
		}
		s.scratch[i] = folded(v, s.target.fold[i])
	}
	id := s.target.id(s.scratch)
	for int(id) >= len(s.heads) {
		s.heads = append(s.heads, 0)
	}
	next := s.heads[id]
	if next != 0 {
		s.links[next].prev = slot
	}
	s.links[slot] = link{id: id, next: next}
	s.heads[id] = slot
	if s.target.uses[id]++; s.target.uses[id] == 1 {
		s.target.unused--
	}
}

func emptyText(v where.Value) bool { return v.Kind() == where.KindText && v.Text() == "" }

func (s *side) unlink(slot uint32) {
	l := s.links[slot]
	if l.id == 0 {
		return
	}
	if l.prev != 0 {
		s.links[l.prev].next = l.next
	} else {
		s.heads[l.id] = l.next
	}
	if l.next != 0 {
		s.links[l.next].prev = l.prev
	}
	s.links[slot] = link{}
	if s.target.uses[l.id]--; s.target.uses[l.id] == 0 {
		s.target.unused++
	}
}

// rearrange follows the rows, which have moved.
func (s *side) rearrange(slots, moved []uint32) {
	links := make([]link, len(slots))
	for to := 1; to < len(slots); to++ {
		l := s.links[slots[to]]
		links[to] = link{id: l.id, next: moved[l.next], prev: moved[l.prev]}
	}
	s.links = links
	for id, slot := range s.heads {
		s.heads[id] = moved[slot]
	}
}
