package storetest

import (
	"slices"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/store"
	"github.com/contactsweep/contactsweep/where"
)

// delete does what a store must do for the keys.
func (m *model) delete(keys []contacts.Key) store.Outcome {
	out := store.Outcome{Rows: map[string]int64{}}
	var going []*record
	seen := map[contacts.Key]bool{}
	for _, k := range keys {
		if seen[k] {
			continue
		}
		seen[k] = true
		r, skipped := m.classify(k)
		if skipped.Cause != 0 {
			out.Skipped = append(out.Skipped, skipped)
			continue
		}
		going = append(going, r)
		out.Deleted = append(out.Deleted, k)
	}
	members := m.members(going)
	for _, i := range m.schema.Order() {
		switch p := m.placed[i]; p.Action {
		case contacts.Delete:
			out.Rows[p.Name] = m.remove(members[i])
		case contacts.Anonymise, contacts.Detach, contacts.HandOver:
			out.Rows[p.Name] = m.change(i, members[i], m.above(i, going, members))
		case contacts.Keep, contacts.Restrict, contacts.ReadOnly:
		}
	}
	m.remove(going)
	return out
}

// classify returns the contact, or the first cause that keeps it.
func (m *model) classify(k contacts.Key) (*record, store.Skipped) {
	all := m.contactRows()
	i := slices.IndexFunc(all, func(r *record) bool { return m.key(r) == k })
	if i < 0 || !m.is(m.at.Scope, all[i]) {
		return nil, store.Skipped{Key: k, Cause: store.Gone}
	}
	r := all[i]
	switch {
	case !m.is(m.at.Condition, r):
		return nil, store.Skipped{Key: k, Cause: store.Changed}
	case !m.is(m.at.Unprotected, r) || m.heir(r):
		return nil, store.Skipped{Key: k, Cause: store.Protected}
	}
	if name, ok := m.restricts(r); ok {
		return nil, store.Skipped{Key: k, Cause: store.Restricted, Association: name}
	}
	return r, store.Skipped{}
}

func (m *model) is(p where.Predicate, contact *record) bool {
	return p.Eval(view{m, contact}) == where.True
}

// restricts returns the first association that holds the contact back.
func (m *model) restricts(contact *record) (string, bool) {
	rows := make([][]*record, len(m.placed))
	for i, p := range m.placed {
		above := []*record{contact}
		if p.Above >= 0 {
			above = rows[p.Above]
		}
		rows[i] = m.below(i, above)
		if p.Action == contacts.Restrict && len(rows[i]) > 0 {
			return p.Name, true
		}
	}
	for i, p := range m.placed {
		if slices.ContainsFunc(rows[i], func(r *record) bool { return m.heirless(i, r, contact) }) {
			return p.Name, true
		}
	}
	for i, p := range m.placed {
		changes := p.Action == contacts.Detach || p.Action == contacts.HandOver
		switch {
		case p.Action == contacts.Delete && slices.ContainsFunc(rows[i], func(r *record) bool { return m.refersToGuarded(p.Table, r) }),
			changes && p.OfContacts && slices.ContainsFunc(rows[i], m.guarded):
			return p.Name, true
		}
	}
	return "", false
}

// guarded reports whether a contact is protected, be it as an heir, or out of
// scope.
func (m *model) guarded(contact *record) bool {
	return !m.is(m.at.Scope, contact) || !m.is(m.at.Unprotected, contact) || m.heir(contact)
}

// refersToGuarded reports whether a row refers to a contact that is protected
// or out of scope, by any association of its table.
func (m *model) refersToGuarded(table string, r *record) bool {
	for _, c := range m.contactRows() {
		if !m.guarded(c) {
			continue
		}
		for i, p := range m.placed {
			if p.Table != table || p.Depth != 1 {
				continue
			}
			if slices.ContainsFunc(p.References, func(ref contacts.Reference) bool { return m.refers(i, ref, r, c) }) {
				return true
			}
		}
	}
	return false
}

// members returns the rows of each association that belong to the contacts.
// Contacts that are selected themselves are no rows of theirs.
func (m *model) members(selected []*record) [][]*record {
	out := make([][]*record, len(m.placed))
	for i, p := range m.placed {
		out[i] = m.below(i, m.above(i, selected, out))
		if p.OfContacts {
			out[i] = slices.DeleteFunc(out[i], func(r *record) bool { return slices.Contains(selected, r) })
		}
	}
	return out
}

func (m *model) above(i int, selected []*record, members [][]*record) []*record {
	if p := m.placed[i]; p.Above >= 0 {
		return members[p.Above]
	}
	return selected
}

func (m *model) remove(rows []*record) int64 {
	var n int64
	for _, r := range rows {
		if !r.gone {
			r.gone = true
			n++
		}
	}
	return n
}

// counts returns the rows that belong to the selected contacts, as Count must
// report them.
func (m *model) counts() store.Counts {
	var selected []*record
	for _, c := range m.contactRows() {
		if m.is(m.at.Scope, c) && m.is(m.at.Unprotected, c) && m.is(m.at.Condition, c) {
			selected = append(selected, c)
		}
	}
	out := store.Counts{Contacts: int64(len(selected)), Rows: map[string]int64{}}
	members := m.members(selected)
	for i, p := range m.placed {
		if p.Action != contacts.ReadOnly {
			out.Rows[p.Name] = int64(len(members[i]))
		}
	}
	return out
}

// selected returns the keys of the selected contacts.
func (m *model) selected() []string {
	out := []string{}
	for _, c := range m.contactRows() {
		if m.is(m.at.Scope, c) && m.is(m.at.Unprotected, c) && m.is(m.at.Condition, c) {
			out = append(out, m.key(c).String())
		}
	}
	slices.Sort(out)
	return out
}
