package memory

import (
	"context"
	"errors"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/store"
)

// Count counts the selected contacts, and on request their rows.
func (s *Store) Count(ctx context.Context, r store.CountRequest) (store.Counts, error) {
	if r.AtMost < 0 {
		return store.Counts{}, invalid(errors.New("the number to count to is negative"))
	}
	c, err := s.call(ctx, "count", r.Selection, r.At)
	if err != nil {
		return store.Counts{}, err
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	var out store.Counts
	var selected []uint32
	for contact := uint32(1); contact <= s.last(); contact++ {
		if c.stop() || r.AtMost > 0 && out.Contacts == r.AtMost && !r.Rows {
			break
		}
		if s.root.table.state[contact] == 0 || !c.selected(contact) {
			continue
		}
		out.Contacts++
		if r.Rows {
			selected = append(selected, contact)
		}
	}
	if r.AtMost > 0 {
		out.Contacts = min(out.Contacts, r.AtMost)
	}
	if r.Rows {
		out.Rows = c.countRows(selected)
	}
	if c.check(); c.err != nil {
		return store.Counts{}, c.err
	}
	return out, nil
}

// countRows counts the rows that belong to the contacts, by association.
func (c *call) countRows(selected []uint32) map[string]int64 {
	out := newRows(c.store.assocs)
	chosen := newBits(c.store.root.table)
	for _, slot := range selected {
		chosen.add(slot)
	}
	for _, a := range c.store.assocs {
		if a.Action == contacts.ReadOnly {
			continue
		}
		seen := newBits(a.rows.table)
		if a.OfContacts {
			copy(seen, chosen)
		}
		for _, contact := range selected {
			c.reach(a.chain, contact, func(_, slot uint32) bool {
				if seen.add(slot) {
					out[a.Name]++
				}
				return true
			})
			if c.err != nil {
				return nil
			}
		}
	}
	return out
}

// bits is a set of a table's rows.
type bits []uint64

func newBits(t *table) bits { return make(bits, len(t.state)/64+1) }

// add reports whether the slot was not in the set yet.
func (b bits) add(slot uint32) bool {
	word, bit := slot/64, uint64(1)<<(slot%64)
	if b[word]&bit != 0 {
		return false
	}
	b[word] |= bit
	return true
}
