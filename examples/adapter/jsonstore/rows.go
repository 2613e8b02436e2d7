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
	c   *call
	row *row
}

// Value implements where.Row.
func (v view) Value(field string) where.Value { return v.row.values[field] }

// Rows implements where.Row.
func (v view) Rows(association string) iter.Seq[where.Row] {
	return func(yield func(where.Row) bool) {
		rows := set{}
		v.c.below(v.c.byName[association], v.row, rows)
		for r := range rows {
			if !yield(view{v.c, r}) {
				return
			}
		}
	}
}

// holds reports whether the predicate is true for the row.
func (c *call) holds(p where.Predicate, r *row) bool { return p.Eval(view{c, r}) == where.True }

// guarded reports whether a contact is protected, out of scope, or may be.
func (c *call) guarded(contact *row) bool {
	return !c.holds(c.is.Scope, contact) || !c.holds(c.is.Unprotected, contact)
}

// selected reports whether the selection means the contact.
func (c *call) selected(contact *row) bool {
	return c.holds(c.is.Condition, contact) && !c.guarded(contact)
}

// set holds rows, each once.
type set map[*row]bool

// below adds the rows of an association that belong to the row above.
func (c *call) below(i int, above *row, out set) {
	for _, ref := range c.associations[i].references {
		k, ok := ref.to(above)
		if !ok {
			continue
		}
		for _, r := range c.state.from[ref][k] {
			if f := c.where[i]; !out[r] && c.holds(f.test, r) != f.unless {
				out[r] = true
			}
		}
	}
}

// members returns for every association the rows that belong to the contacts,
// directly or by rows above.
func (c *call) members(roots set) []set {
	out := make([]set, len(c.associations))
	for i := range out {
		out[i] = set{}
		for r := range c.above(i, roots, out) {
			c.below(i, r, out[i])
		}
	}
	return out
}

// others is members without the contacts themselves.
func (c *call) others(roots set) []set {
	out := c.members(roots)
	for _, rows := range out {
		for r := range roots {
			delete(rows, r)
		}
	}
	return out
}

// above returns the rows that those of an association belong to.
func (c *call) above(i int, roots set, members []set) set {
	if up := c.associations[i].Above; up >= 0 {
		return members[up]
	}
	return roots
}

// classify returns the contact, or why it stays.
func (c *call) classify(k contacts.Key) (*row, store.Skipped) {
	r := c.state.byKey[k]
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

// restricts returns the name of the association that holds the contact back:
// the first that restricts, or else the first that would hand rows over to
// nobody, or else the first that would take from a contact that is protected or
// out of scope.
func (c *call) restricts(contact *row) (string, bool) {
	rows := c.members(set{contact: true})
	for i, a := range c.associations {
		if a.Action == contacts.Restrict && len(rows[i]) > 0 {
			return a.Name, true
		}
	}
	for i, a := range c.associations {
		if a.Action == contacts.HandOver && c.heirless(a, rows[i], contact) {
			return a.Name, true
		}
	}
	if !c.is.Guarded {
		return "", false
	}
	for i, a := range c.associations {
		for r := range rows[i] {
			if a.Action == contacts.Delete && c.shared(r) || a.Action.Changes() && a.OfContacts && c.guarded(r) {
				return a.Name, true
			}
		}
	}
	return "", false
}

// shared reports whether a row refers to a contact that is guarded, by any
// association of its table.
func (c *call) shared(r *row) bool {
	for _, a := range c.associations {
		if a.Table != r.table || a.Above >= 0 {
			continue
		}
		for _, ref := range a.references {
			k, _ := ref.from(r) // the zero Key is of no contact
			if slices.ContainsFunc(c.state.to[ref][k], c.guarded) {
				return true
			}
		}
	}
	return false
}
