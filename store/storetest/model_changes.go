package storetest

import (
	"maps"
	"slices"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/where"
)

// change sets what goes with those of the rows' references that refer to what
// is deleted, and returns how many rows have such a reference.
func (m *model) change(i int, rows, above []*record) int64 {
	var n int64
	for _, r := range rows {
		if r.gone {
			continue
		}
		set, referring := map[string]where.Value{}, false
		for _, ref := range m.placed[i].References {
			if slices.ContainsFunc(above, func(a *record) bool { return m.refers(i, ref, r, a) }) {
				maps.Copy(set, m.setBy(m.placed[i], ref))
				referring = true
			}
		}
		maps.Copy(r.values, set)
		if referring {
			n++
		}
	}
	return n
}

// setBy returns what a row gets whose reference is to what is deleted.
func (m *model) setBy(p contacts.Placed, ref contacts.Reference) map[string]where.Value {
	set := map[string]where.Value{}
	if p.Action != contacts.HandOver && !ref.Stays {
		for _, name := range ref.Nulled() {
			set[name] = where.Value{}
		}
	}
	for _, name := range ref.Fields {
		if x, ok := p.Heir[name]; ok {
			set[name] = m.valueOf(p, name, x)
		}
	}
	for name, x := range p.Set {
		set[name] = m.valueOf(p, name, x)
	}
	return set
}

// valueOf returns what a row of the association holds when it is set to x.
func (m *model) valueOf(p contacts.Placed, name string, x any) where.Value {
	if x == nil {
		return where.Value{}
	}
	f, _ := p.Lookup(name)
	v, err := where.ValueOf(x)
	if err == nil {
		v, err = v.As(f.Kind)
	}
	if err != nil {
		return where.Unknown() // which is in no data, so that the difference is found
	}
	return v
}

// heir reports whether the contact is one of those that rows are handed over
// to.
func (m *model) heir(contact *record) bool {
	for _, p := range m.placed {
		for _, ref := range p.References {
			if p.Action == contacts.HandOver && m.named(p, ref, contact) {
				return true
			}
		}
	}
	return false
}

// named reports whether the contact has what the heir of a reference has.
func (m *model) named(p contacts.Placed, ref contacts.Reference, contact *record) bool {
	for j, target := range ref.Target(m.schema.Key) {
		x, ok := p.Heir[ref.Fields[j]]
		if ok && contact.values[target] != m.valueOf(p, ref.Fields[j], x) {
			return false
		}
	}
	return true
}

// heirless reports whether a row that refers to the contact would be handed
// over to nobody.
func (m *model) heirless(i int, r, contact *record) bool {
	p := m.placed[i]
	if p.Action != contacts.HandOver {
		return false
	}
	for _, ref := range p.References {
		if !m.refers(i, ref, r, contact) {
			continue
		}
		if !slices.ContainsFunc(m.contactRows(), func(heir *record) bool { return m.named(p, ref, heir) && m.shares(p, ref, r, heir) }) {
			return true
		}
	}
	return false
}

// shares reports whether the heir has those fields of the row's reference that
// stay as they are.
func (m *model) shares(p contacts.Placed, ref contacts.Reference, r, heir *record) bool {
	for j, target := range ref.Target(m.schema.Key) {
		name := ref.Fields[j]
		if _, ok := p.Heir[name]; !ok && heir.values[target] != r.values[name] {
			return false
		}
	}
	return true
}
