package jsonstore

import (
	"encoding/json"
	"fmt"
	"slices"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/store"
)

// change is what a batch writes into a document that stays.
type change struct {
	column string
	value  json.RawMessage
}

// prepare works out what becomes of rows that refer by the reference. A value
// that would not be read back as it is meant is refused before anything is
// written.
func (m *model) prepare(ref *reference, p contacts.Placed) error {
	for _, ch := range p.Changes(ref.Reference) {
		f, _ := p.Lookup(ch.Field)
		raw, err := encodeValue(f, ch.Value)
		if err != nil || decode(f, raw) != ch.Value {
			return fmt.Errorf("jsonstore: association %q: field %q cannot hold what it is set to", p.Name, ch.Field)
		}
		ref.changes = append(ref.changes, change{f.ColumnName(), raw})
	}
	heir := m.schema.Heir(p, ref.Reference)
	if heir.IsZero() {
		return nil
	}
	var err error
	if ref.heir, err = heir.Resolve(m.schema.Catalog()); err != nil {
		return fmt.Errorf("jsonstore: association %q: %w", p.Name, err)
	}
	return nil
}

// heirless reports whether one of the rows refers to the contact and would be
// handed over to nobody.
func (c *call) heirless(a association, rows set, contact *row) bool {
	for r := range rows {
		for _, ref := range a.references {
			k, _ := ref.from(r) // the zero Key is of no contact
			if slices.Contains(c.state.to[ref][k], contact) && !c.inherited(ref, r) {
				return true
			}
		}
	}
	return false
}

// inherited reports whether there is an heir for the row. What it will refer to
// must be that to the letter, also where the reference ignores the case.
func (c *call) inherited(ref *reference, r *row) bool {
	k, _ := ref.from(c.altered(r, ref.changes))
	return slices.ContainsFunc(c.state.to[ref][k], func(up *row) bool { return c.holds(ref.heir, up) })
}

// missingHeirs finds hand-overs for which no contact at all is an heir.
func (st *state) missingHeirs(m *model) []store.Finding {
	c := &call{model: m, state: st}
	var out []store.Finding
	for _, a := range m.associations {
		for _, ref := range a.references {
			if a.Action != contacts.HandOver || slices.ContainsFunc(st.contacts, func(r *row) bool { return c.holds(ref.heir, r) }) {
				continue
			}
			f := store.HeirMissing(a.Placed, ref.Reference)
			if !slices.ContainsFunc(out, func(known store.Finding) bool { return known.Name() == f.Name() }) {
				out = append(out, f)
			}
		}
	}
	return out
}
