package deletion

import (
	"slices"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/where"
)

// samePath reports whether both associations reach their rows from the contact
// by the same single reference at every level, so that a row belongs to one
// contact only. Names are compared as they are spelt: a no in doubt is safe.
func (p places) samePath(i, j int) bool {
	for i != j || i >= 0 {
		if i < 0 || j < 0 {
			return false
		}
		a, b := p.placed[i], p.placed[j]
		if a.Table != b.Table || len(a.References) != 1 || len(b.References) != 1 {
			return false
		}
		ra, rb := a.References[0], b.References[0]
		if !slices.Equal(columns(a, ra.Fields), columns(b, rb.Fields)) || !slices.Equal(p.target(a, ra), p.target(b, rb)) {
			return false
		}
		i, j = a.Above, b.Above
	}
	return true
}

// target returns the columns that the reference refers to.
func (p places) target(a contacts.Placed, r contacts.Reference) []string {
	if a.Above >= 0 {
		above := p.placed[a.Above]
		return columns(above, r.Target(above.Key))
	}
	return columns(p.contact(), r.Target(p.schema.Key))
}

// contact gives the contact's own fields the form of an association's.
func (p places) contact() contacts.Placed {
	return contacts.Placed{Association: contacts.Association{Fields: p.schema.Fields}}
}

// disjoint reports whether constants of the references keep the rows of both
// associations apart, as in a table of notes on contacts and on orders.
func (p places) disjoint(i, j int) bool {
	a, b := p.placed[i], p.placed[j]
	for _, ra := range a.References {
		for _, rb := range b.References {
			if !apart(constants(a, ra), constants(b, rb)) {
				return false
			}
		}
	}
	return true
}

// constants returns the reference's constants by column.
func constants(a contacts.Placed, r contacts.Reference) map[string]where.Value {
	out := map[string]where.Value{}
	for name := range r.Constants {
		f, _ := a.Lookup(name)
		if v, err := r.Constant(name, f); err == nil && !f.CaseInsensitive {
			out[f.ColumnName()] = v
		}
	}
	return out
}

func apart(a, b map[string]where.Value) bool {
	for column, v := range a {
		if w, ok := b[column]; ok && w != v {
			return true
		}
	}
	return false
}
