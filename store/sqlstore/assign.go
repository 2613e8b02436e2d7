package sqlstore

import (
	"fmt"
	"slices"

	"github.com/contactsweep/contactsweep/contacts"
)

// assignments set what goes with the references to what is deleted; where a row
// has other references too, what goes with those stays.
func (b *builder) assignments(a *association, row level, k keyList) []assignment {
	var out []assignment
	for _, c := range a.changes() {
		set := assignment{b.quote(c.field.ColumnName()), b.stored(c)}
		if by := a.changing(c.field); len(by) < len(a.refs) {
			ways := make([]term, len(by))
			for i, r := range by {
				ways[i] = b.reachedBy(a, r, row, k)
			}
			set.value = expr("CASE WHEN ? THEN ? ELSE "+b.column(row, c.field).sql+" END", anyOf(ways...), set.value)
		}
		out = append(out, set)
	}
	return out
}

// stored is the value as the column stores it.
func (b *builder) stored(c change) term {
	x, err := b.encode(c.field, c.value)
	switch {
	case err != nil:
		return failed{err}
	case x == nil:
		return expr("NULL")
	}
	return expr("?", x)
}

// storable refuses values that the engine cannot store in their fields.
func (m *model) storable(e codec) error {
	for _, a := range m.all {
		for _, c := range a.changes() {
			if _, err := e.encode(c.field, c.value); err != nil && !c.value.IsNull() {
				return fmt.Errorf("sqlstore: association %q: a value to be set: %w", a.Name, err)
			}
		}
	}
	return nil
}

// changes are what the association sets in its rows, each field once.
func (a *association) changes() []change {
	var out []change
	for _, r := range a.refs {
		for _, c := range r.changes {
			if !slices.ContainsFunc(out, c.same) {
				out = append(out, c)
			}
		}
	}
	return out
}

func (c change) same(other change) bool { return c.field.ColumnName() == other.field.ColumnName() }

// changing are the references that the field is set with.
func (a *association) changing(f contacts.Field) []reference {
	var out []reference
	for _, r := range a.refs {
		if slices.ContainsFunc(r.changes, change{field: f}.same) {
			out = append(out, r)
		}
	}
	return out
}

// severed is the association as far as none of its rows may refer to a contact
// that is gone; nil where all of them may.
func (a *association) severed() *association {
	out := *a
	out.refs = slices.DeleteFunc(slices.Clone(a.refs), func(r reference) bool { return r.stays })
	if len(out.refs) == 0 {
		return nil
	}
	return &out
}
