package memory

import (
	"slices"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/store"
	"github.com/contactsweep/contactsweep/where"
)

// inheritance is whom rows that refer by a reference are handed over to.
type inheritance struct {
	heirs  where.Predicate
	ref    contacts.Reference
	values []where.Value // by the reference's columns; the zero Value: the row's own
}

// inheritance returns nil where nothing is handed over.
func (s *Store) inheritance(a *assoc, r contacts.Reference) (*inheritance, error) {
	heir := s.schema.Heir(a.Placed, r)
	if heir.IsZero() {
		return nil, nil //nolint:nilnil // as documented
	}
	out := &inheritance{ref: r, values: make([]where.Value, len(r.Fields))}
	var err error
	if out.heirs, err = heir.Resolve(s.schema.Catalog()); err != nil {
		return nil, err
	}
	for _, change := range a.Changes(r) {
		for i, name := range r.Fields {
			if name == change.Field {
				out.values[i] = change.Value
			}
		}
	}
	return out, nil
}

// heirless reports whether a row of the contact would be handed over to a
// contact that does not exist.
func (c *call) heirless(a *assoc, contact uint32) bool {
	return !c.each(a, contact, func(slot uint32) bool {
		for i := range a.refs {
			if r := &a.refs[i]; r.refers(slot, contact) && !c.inherited(r, slot) {
				return false
			}
		}
		return true
	})
}

// inherited reports whether there is an heir for the row. It is found as the
// reference will find it, and must be what Heir names exactly.
func (c *call) inherited(r *ref, slot uint32) bool {
	t := r.from.target
	values := make([]where.Value, len(r.heir.values))
	for i, v := range r.heir.values {
		if v.IsNull() {
			v = r.from.table.value(slot, r.from.columns[i])
		}
		values[i] = folded(v, t.fold[i])
	}
	k, err := contacts.KeyOf(values...)
	heir := uint32(0)
	if err == nil {
		heir = t.first(k)
	}
	return heir != 0 && c.holds(r.heir.heirs, heir)
}

// missingHeirs returns a finding for every reference of a hand-over for which no
// contact at all is an heir.
func (c *call) missingHeirs() ([]store.Finding, error) {
	var out []store.Finding
	for _, a := range c.store.assocs {
		for i := range a.refs {
			heir := a.refs[i].heir
			if heir == nil || c.any(heir.heirs) {
				continue
			}
			f := store.HeirMissing(a.Placed, heir.ref)
			if !slices.ContainsFunc(out, func(known store.Finding) bool { return known.Name() == f.Name() }) {
				out = append(out, f)
			}
		}
	}
	if c.check(); c.err != nil {
		return nil, c.err
	}
	return out, nil
}

// any reports whether the predicate is true for a contact.
func (c *call) any(p where.Predicate) bool {
	for contact := uint32(1); contact <= c.store.last() && !c.stop(); contact++ {
		if c.store.root.table.state[contact] != 0 && c.holds(p, contact) {
			return true
		}
	}
	return false
}
