package sqlstore

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/where"
)

// treatment orders the associations that change rows: as Schema.Order says,
// but an association whose rows are found through a table comes before those
// that remove rows of that table, and one that tests a field of its rows before
// those that set it. Otherwise, where two associations share a table, rows
// could not be found any more.
func (m *model) treatment() error {
	var waiting []*association // as Schema.Order says
	for _, i := range m.schema.Order() {
		if a := m.all[i]; a.Action.Touches() {
			waiting = append(waiting, a)
		}
	}
	for len(waiting) > 0 {
		i := slices.IndexFunc(waiting, func(a *association) bool { return !a.waits(waiting) })
		if i < 0 {
			return fmt.Errorf("sqlstore: associations %q and %q go through each other's tables, or set what the other tests; a batch cannot find the rows of one after those of the other",
				waiting[0].Name, waiting[1].Name)
		}
		m.order = append(m.order, waiting[i])
		waiting = slices.Delete(waiting, i, i+1)
	}
	return nil
}

// waits reports whether one of the others must come before the association,
// which is one of them.
func (a *association) waits(others []*association) bool {
	first := true // b is, as Schema.Order says
	for _, b := range others {
		switch {
		case b == a:
			first = false
		case a.disturbs(b), first && a.entangled(b):
			return true
		}
	}
	return false
}

// disturbs reports whether the rows of b are found by something that a
// changes. Rows that b changes and that no longer refer to what is deleted need
// not be found any more; see Schema.Order.
func (a *association) disturbs(b *association) bool {
	for up := b.above; up != nil; up = up.above {
		if up.Table != a.Table {
			continue
		}
		if a.Action == contacts.Delete || a.sets(up.reads()) {
			return true
		}
	}
	if a.OfContacts && a.sets(b.path()[0].targets()) {
		return true
	}
	return a.Table == b.Table && (a.sets(b.tested) || b.Action == contacts.Delete && a.sets(b.referring()))
}

// entangled reports whether it matters for the rows of both which association
// comes first: because one sets what the other finds them by, or both set the
// same column. Where one deletes them it only matters for what they count for,
// so that it gives way where rows could not be found.
func (a *association) entangled(b *association) bool {
	switch {
	case a.Table != b.Table:
		return false
	case a.Action == contacts.Delete || b.Action == contacts.Delete:
		return !b.disturbs(a)
	}
	return a.sets(b.referring()) || b.sets(a.referring()) || a.sets(columnNames(b.set()))
}

// set are the fields that the association sets in its rows.
func (a *association) set() []contacts.Field {
	var out []contacts.Field
	for _, c := range a.changes() {
		out = append(out, c.field)
	}
	return out
}

// sets reports whether the association sets one of the columns.
func (a *association) sets(columns []string) bool {
	return slices.ContainsFunc(a.set(), func(f contacts.Field) bool {
		return slices.ContainsFunc(columns, func(c string) bool { return strings.EqualFold(c, f.ColumnName()) })
	})
}

// referring are the columns by which the rows of the association refer to
// others.
func (a *association) referring() []string {
	var out []string
	for _, r := range a.refs {
		out = append(out, columnNames(r.from)...)
		for _, k := range r.constants {
			out = append(out, k.field.ColumnName())
		}
	}
	return out
}

// reads are the columns by which the rows of the association are found, those
// of its own condition included, and by which those below it refer to it.
func (a *association) reads() []string {
	out := append(a.referring(), a.tested...)
	for _, below := range a.rows.below {
		out = append(out, below.targets()...)
	}
	return out
}

// targets are the columns of the row above, such as the contact, that the
// rows refer to.
func (a *association) targets() []string {
	var out []string
	for _, r := range a.refs {
		out = append(out, columnNames(r.to)...)
	}
	return out
}

// test finds out which columns the association's own condition tests. The
// moment for which it is frozen does not matter for that.
func (a *association) test() error {
	if a.Where.IsZero() {
		return nil
	}
	p, err := a.Where.Freeze(time.Unix(0, 0)).Resolve(a.cat)
	if err != nil {
		return fmt.Errorf("sqlstore: association %q: %w", a.Name, err)
	}
	where.Walk(p.Root(), func(n where.Node) bool {
		if f, err := a.rows.field(where.FieldOf(n)); err == nil {
			a.tested = append(a.tested, f.ColumnName())
		}
		return true
	})
	return nil
}
