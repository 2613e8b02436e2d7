package memory

import (
	"context"
	"errors"
	"slices"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/store"
)

// Delete deletes contacts and treats their associations, all of it or nothing.
func (s *Store) Delete(ctx context.Context, b store.Batch) (store.Outcome, error) {
	if b.MaxRows < 0 {
		return store.Outcome{}, invalid(errors.New("the largest number of rows is negative"))
	}
	c, err := s.call(ctx, "delete batch", b, b.At)
	if err != nil {
		return store.Outcome{}, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	candidates, err := s.candidates(b.Keys)
	if err != nil {
		return store.Outcome{}, err
	}
	p, err := s.point(b, candidates)
	if err != nil {
		return store.Outcome{}, err
	}
	t := newTreatment(c, b.MaxRows, len(candidates))
	for _, k := range candidates {
		cause, association := c.classify(p, k)
		if c.stop() {
			return store.Outcome{}, c.err
		}
		if cause != 0 {
			t.out.Skipped = append(t.out.Skipped, store.Skipped{Key: k.key, Cause: cause, Association: association})
			continue
		}
		t.contacts = append(t.contacts, k.slot)
		t.out.Deleted = append(t.out.Deleted, k.key)
	}
	return t.run(p, b.DryRun)
}

// run does what was planned, or nothing, also where a function of the caller
// panics.
func (t *treatment) run(p *point, dry bool) (store.Outcome, error) {
	done := false
	defer func() {
		if !done {
			t.undo()
		}
	}()
	t.plan(p)
	var change store.Commit
	if t.check(); t.err == nil && p != nil {
		change, t.err = p.commit(t)
	}
	if t.err != nil {
		return store.Outcome{}, t.err
	}
	if dry {
		return t.out, nil
	}
	done = true
	t.commit()
	if p != nil {
		p.write(t.out, change)
	}
	return t.out, nil
}

// candidate is a key of a batch, and the contact's slot, 0 where there is none.
type candidate struct {
	key  contacts.Key
	slot uint32
}

// candidates looks the keys up, in the order of the key, each once. Keys come
// from a page as a rule, so that they are in order already.
func (s *Store) candidates(keys []contacts.Key) ([]candidate, error) {
	out := make([]candidate, len(keys))
	sorted := true
	var last uint32
	for i, k := range keys {
		slot := s.near(last, k)
		if slot == 0 {
			var err error
			if slot, k, err = s.find(k); err != nil {
				return nil, err
			}
		}
		out[i], last = candidate{k, slot}, slot
		sorted = sorted && (i == 0 || s.compareCandidates(out[i-1], out[i]) < 0)
	}
	if !sorted {
		slices.SortFunc(out, s.compareCandidates)
		out = slices.CompactFunc(out, func(a, b candidate) bool { return a.key == b.key })
	}
	return out, nil
}

// near returns the slot of the contact with that key if it is just behind
// another slot: the next of a page is found so as a rule, and much faster than
// by a map.
func (s *Store) near(slot uint32, k contacts.Key) uint32 {
	const reach = 4
	for next := slot + 1; next <= slot+reach && int(next) < len(s.keys); next++ {
		if s.root.table.state[next] != 0 && s.keys[next] == k {
			return next
		}
	}
	return 0
}

func (s *Store) compareCandidates(a, b candidate) int {
	if a.slot != 0 && b.slot != 0 {
		return s.compareSlots(a.slot, b.slot)
	}
	return compareKeys(a.key.Values(), b.key.Values())
}

// classify returns why a contact must not be deleted, and which association
// restricts, or no cause.
func (c *call) classify(p *point, k candidate) (store.Cause, string) {
	cause, settled := p.classify(k)
	if settled {
		return cause, ""
	}
	return c.restricted(k.slot)
}

// restricted is classify by the selection and the associations.
func (c *call) restricted(contact uint32) (store.Cause, string) {
	switch {
	case contact == 0 || !c.holds(c.preds.Scope, contact):
		return store.Gone, ""
	case !c.holds(c.preds.Condition, contact):
		return store.Changed, ""
	case !c.holds(c.preds.Unprotected, contact):
		return store.Protected, ""
	}
	for _, a := range c.store.assocs {
		if a.Action == contacts.Restrict && !c.reach(a.chain, contact, func(_, _ uint32) bool { return false }) {
			return store.Restricted, a.Name
		}
	}
	for _, a := range c.store.assocs {
		if a.Action == contacts.HandOver && c.heirless(a, contact) {
			return store.Restricted, a.Name
		}
	}
	if !c.preds.Guarded {
		return 0, ""
	}
	for _, a := range c.store.assocs {
		if c.guards(a, contact) {
			return store.Restricted, a.Name
		}
	}
	return 0, ""
}

// guards reports whether a row that would be deleted also belongs to a contact
// that is protected or out of scope, or a row that would be changed is one.
func (c *call) guards(a *assoc, contact uint32) bool {
	switch {
	case len(a.guards) > 0:
		return !c.reach(a.chain, contact, func(_, slot uint32) bool { return !c.guarded(a, contact, slot) })
	case a.OfContacts && a.Action.Changes():
		return !c.reach(a.chain, contact, func(_, slot uint32) bool { return c.allowed(slot) })
	}
	return false
}

// guarded reports whether a row also refers to another contact, which is
// protected or out of scope.
func (c *call) guarded(a *assoc, contact, slot uint32) bool {
	for i := range a.guards {
		r := &a.guards[i]
		to := r.from.target.to
		id := r.from.links[slot].id
		if id == 0 || !r.constant(slot) {
			continue
		}
		for other := to.head(id); other != 0; other = to.links[other].next {
			if c.stop() || other != contact && !c.allowed(other) {
				return true
			}
		}
	}
	return false
}
