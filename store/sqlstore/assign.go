package sqlstore

import (
	"database/sql"
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

// stepwise is implemented by engines whose UPDATE sets one column after the
// other, so that an expression reads what was set before it, and counts only
// rows that are not the same afterwards.
type stepwise interface{ stepwise() }

// storable refuses what the engine cannot set: values that it cannot store in
// their fields, and on a stepwise one several fields of one reference of
// several, because the test for the second would see the first.
func (m *model) storable(e engine) error {
	_, steps := e.(stepwise)
	for _, a := range m.all {
		if steps && slices.ContainsFunc(a.refs, a.mixes) {
			return fmt.Errorf("sqlstore: association %q: this engine cannot set several fields of one reference where rows have several references; name one field for each in SetNull or Heir", a.Name)
		}
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

// mixes reports whether the reference, and not all of them, sets several of its
// own fields.
func (a *association) mixes(r reference) bool {
	n := 0
	for _, c := range r.changes {
		if containsField(r.from, c.field) && len(a.changing(c.field)) < len(a.refs) {
			n++
		}
	}
	return n > 1
}

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

// count returns how many rows the association's statement is about, and false
// where the statement itself says so: rows with a reference that stays may hold
// already what is set.
func (d *deletion) count(t *tx, a *association, k keyList) (n int64, ok bool, err error) {
	if _, steps := d.store.engine.(stepwise); !steps || !slices.ContainsFunc(a.refs, func(r reference) bool { return r.stays }) {
		return 0, false, nil
	}
	b := d.builder()
	row := b.led(a, b.level(a.rows))
	err = t.query(a.Table, selection{
		columns: []term{expr("count(*)")}, from: expr(b.source(row)), where: b.affected(a, row, k),
	}.term(), func(r *sql.Rows) error { return r.Scan(&n) })
	return n, true, err
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
