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
// that remove rows of that table. Otherwise, where two associations share a
// table, rows below it could not be found any more.
func (m *model) treatment() error {
	var waiting []*association
	for _, i := range m.schema.Order() {
		if a := m.all[i]; a.Action == contacts.Delete || a.Action == contacts.Detach {
			waiting = append(waiting, a)
		}
	}
	for len(waiting) > 0 {
		i := slices.IndexFunc(waiting, func(a *association) bool {
			return !slices.ContainsFunc(waiting, func(b *association) bool { return b != a && a.disturbs(b) })
		})
		if i < 0 {
			return fmt.Errorf("sqlstore: associations %q and %q go through each other's tables; a batch cannot find the rows of one after those of the other",
				waiting[0].Name, waiting[1].Name)
		}
		m.order = append(m.order, waiting[i])
		waiting = slices.Delete(waiting, i, i+1)
	}
	return nil
}

// disturbs reports whether the rows of b are found by something that a
// changes.
func (a *association) disturbs(b *association) bool {
	for up := b.above; up != nil; up = up.above {
		if up.Table != a.Table {
			continue
		}
		if a.Action == contacts.Delete || a.nulls(up.reads()) {
			return true
		}
	}
	if a.OfContacts && a.nulls(b.path()[0].contactFields()) {
		return true
	}
	return a.Table == b.Table && a.Action == contacts.Detach && a.nulls(b.reads())
}

// reads are the columns by which the rows of the association are found, those
// of its own condition included, and by which those below it refer to it.
func (a *association) reads() []string {
	out := append([]string(nil), a.tested...)
	for _, r := range a.refs {
		for _, f := range r.from {
			out = append(out, f.ColumnName())
		}
		for _, k := range r.constants {
			out = append(out, k.field.ColumnName())
		}
	}
	for _, below := range a.rows.below {
		for _, r := range below.refs {
			for _, f := range r.to {
				out = append(out, f.ColumnName())
			}
		}
	}
	return out
}

// contactFields are the columns of the contact that the rows refer to.
func (a *association) contactFields() []string {
	var out []string
	for _, r := range a.refs {
		for _, f := range r.to {
			out = append(out, f.ColumnName())
		}
	}
	return out
}

func (a *association) nulls(columns []string) bool {
	if a.Action != contacts.Detach {
		return false
	}
	return slices.ContainsFunc(a.refs, func(r reference) bool {
		return slices.ContainsFunc(r.nulled, func(f contacts.Field) bool {
			return slices.ContainsFunc(columns, func(c string) bool { return strings.EqualFold(c, f.ColumnName()) })
		})
	})
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
