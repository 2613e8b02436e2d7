package jsonstore

import (
	"iter"
	"slices"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/store"
	"github.com/contactsweep/contactsweep/where"
)

// view is a row as conditions see it.
type view struct {
	c       *call
	row     *row
	columns map[string]string // by field
}

// Value implements where.Row.
func (v view) Value(field string) where.Value { return v.row.values[v.columns[field]] }

// Rows implements where.Row.
func (v view) Rows(name string) iter.Seq[where.Row] {
	return func(yield func(where.Row) bool) {
		i := v.c.byName[name]
		for _, r := range v.c.below(i, v.row) {
			if !yield(view{v.c, r, v.c.associations[i].columns}) {
				return
			}
		}
	}
}

// holds reports whether the predicate is true for the contact.
func (c *call) holds(p where.Predicate, contact *row) bool {
	return p.Eval(view{c, contact, c.contact}) == where.True
}

// guarded reports whether a contact is protected, out of scope, or may be.
func (c *call) guarded(contact *row) bool {
	return !c.holds(c.is.Scope, contact) || !c.holds(c.is.Unprotected, contact)
}

// selected reports whether the selection means the contact.
func (c *call) selected(contact *row) bool {
	return c.holds(c.is.Condition, contact) && !c.guarded(contact)
}

// below returns the rows of an association that belong to the row above, each
// once.
func (c *call) below(i int, above *row) []*row {
	var out []*row
	a := c.associations[i]
	for n, ref := range a.references {
		k, ok := ref.to.of(above)
		if !ok {
			continue
		}
		for _, r := range c.state.find(ref.from, k) {
			before := slices.ContainsFunc(a.references[:n], func(earlier reference) bool { return earlier.refers(r, above) })
			if !before && ref.refers(r, above) && c.where[i].Eval(view{c, r, a.columns}) == where.True {
				out = append(out, r)
			}
		}
	}
	return out
}

type set map[*row]bool

// members returns for every association the rows that belong to the contacts,
// directly or by rows above. Those contacts are among them only if own is set.
func (c *call) members(selected []*row, own bool) []set {
	roots := set{}
	for _, r := range selected {
		roots[r] = true
	}
	out := make([]set, len(c.associations))
	for i, a := range c.associations {
		out[i] = set{}
		for above := range c.above(i, roots, out) {
			for _, r := range c.below(i, above) {
				if own || !roots[r] {
					out[i][r] = true
				}
			}
		}
		_ = a
	}
	return out
}

// above returns the rows that those of an association refer to.
func (c *call) above(i int, roots set, members []set) set {
	if up := c.associations[i].Above; up >= 0 {
		return members[up]
	}
	return roots
}

// restricts returns the name of the association that holds the contact back:
// the first that restricts, or else the first that would take from a contact
// that is protected or out of scope.
func (c *call) restricts(contact *row) (string, bool) {
	rows := c.members([]*row{contact}, true)
	for i, a := range c.associations {
		if a.Action == contacts.Restrict && len(rows[i]) > 0 {
			return a.Name, true
		}
	}
	if !c.is.Guarded {
		return "", false
	}
	for i, a := range c.associations {
		for r := range rows[i] {
			if a.Action == contacts.Delete && c.shared(r) || a.Action == contacts.Detach && a.OfContacts && c.guarded(r) {
				return a.Name, true
			}
		}
	}
	return "", false
}

// shared reports whether a row refers to a contact that is guarded.
func (c *call) shared(r *row) bool {
	for _, a := range c.associations {
		if a.Table != r.table || a.Above >= 0 || a.Action == contacts.ReadOnly {
			continue
		}
		for _, ref := range a.references {
			if k, ok := ref.values(r); ok && slices.ContainsFunc(c.state.find(ref.to, k), c.guarded) {
				return true
			}
		}
	}
	return false
}

// classify returns the contact, or why it stays.
func (c *call) classify(k contacts.Key) (*row, store.Skipped) {
	r := c.state.contact(c.model, k)
	switch {
	case r == nil || !c.holds(c.is.Scope, r):
		return nil, store.Skipped{Key: k, Cause: store.Gone}
	case !c.holds(c.is.Condition, r):
		return nil, store.Skipped{Key: k, Cause: store.Changed}
	case !c.holds(c.is.Unprotected, r):
		return nil, store.Skipped{Key: k, Cause: store.Protected}
	}
	if name, ok := c.restricts(r); ok {
		return nil, store.Skipped{Key: k, Cause: store.Restricted, Association: name}
	}
	return r, store.Skipped{}
}
