package sqlstore

import (
	"fmt"
	"slices"
	"strings"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/where"
)

func (b *builder) below(l level, name string) (*association, error) {
	for _, a := range l.rows.below {
		if a.Name == name {
			return a, nil
		}
	}
	return nil, fmt.Errorf("sqlstore: there is no association %q", name)
}

// exists is never unknown: EXISTS asks whether there is a row for which the
// condition is true.
func (b *builder) exists(n where.Exists, l level) term {
	a, err := b.below(l, n.Association)
	if err != nil {
		return failed{err}
	}
	row := b.level(a.rows)
	found := expr("EXISTS (?)", b.belonging(a, l, row, b.rowTest(n.Rows, row), n.Rows))
	if n.Negated {
		return expr("NOT ?", found)
	}
	return found
}

func (b *builder) rowTest(n where.Node, row level) term {
	if n == nil {
		return nil
	}
	return b.node(n, row)
}

// belonging selects the rows of an association that belong to the row above and
// pass a test, that of tested where it is a condition's.
func (b *builder) belonging(a *association, up, row level, test term, tested where.Node) term {
	s := selection{
		columns: []term{expr("1")}, from: expr(b.source(row)),
		where: all(b.refersTo(a, up, row), b.rowCondition(a, row), test),
	}
	if b.served(a, tested) {
		s.suffix = b.probe()
	} else {
		b.unserved = true
	}
	return s.term()
}

func (b *builder) count(n where.Count, l level) term {
	a, err := b.below(l, n.Association)
	if err != nil {
		return failed{err}
	}
	row := b.level(a.rows)
	test, counted := b.rowTest(n.Rows, row), expr("count(*)")
	if n.By != where.CountRows {
		var f contacts.Field
		if f, err = a.rows.field(n.Field); err == nil {
			err = b.unsupported(f)
		}
		if err != nil {
			return failed{err}
		}
		c := b.column(row, f)
		test = all(test, b.known(c))
		if n.By == where.CountMonths {
			counted = expr("count(DISTINCT " + b.month(c) + ")")
		} else {
			counted = expr("count(DISTINCT " + b.distinct(c, n.Fold) + ")")
		}
	}
	return expr("(?) "+n.Op.String()+" ?", selection{
		columns: []term{counted}, from: expr(b.source(row)),
		where: all(b.refersTo(a, l, row), b.rowCondition(a, row), test),
	}.term(), n.N)
}

// refersTo is true when the row refers to the row above by any of the
// association's references.
func (b *builder) refersTo(a *association, up, row level) term {
	ways := make([]term, len(a.refs))
	for i, r := range a.refs {
		ways[i] = b.refersBy(r, up, row)
	}
	return anyOf(ways...)
}

func (b *builder) refersBy(r reference, up, row level) term {
	var terms, guards []term
	for i, f := range r.from {
		from, to := b.column(row, f), b.column(up, r.to[i])
		if err := b.joinable(to, from); err != nil {
			return failed{err}
		}
		above, below := b.joined(to, from)
		terms = append(terms, expr(above+" = "+below))
		guards = append(guards, b.guard(r, from))
	}
	return all(append(append(terms, guards...), b.constants(r, row)...)...)
}

// guard is true for a column that refers to something, as far as that does
// not follow from being equal to what it refers to; nil where there is nothing
// to ask. Rows are found as the database joins them: otherwise a row that is
// there would not restrict, or be left behind. Only the empty text refers to
// nothing, unless it is part of the key.
func (b *builder) guard(r reference, c column) term {
	if !r.skips(c.field) {
		return nil
	}
	return b.filled(c)
}

// skips reports whether the reference takes the empty text in the field for
// none, and skipsEmpty whether it does in any field. A foreign key knows no
// such difference.
func (r reference) skips(f contacts.Field) bool { return !r.toKey && f.Kind == where.KindText }

func (r reference) skipsEmpty() bool { return slices.ContainsFunc(r.from, r.skips) }

func (b *builder) constants(r reference, row level) []term {
	out := make([]term, len(r.constants))
	for i, k := range r.constants {
		n := where.Compare{Field: k.field.Name, Op: where.Equal, Value: k.value, Fold: k.field.CaseInsensitive}
		if n.Fold {
			folded, err := where.ValueOf(where.Fold(k.value.Text()))
			if err != nil {
				return []term{failed{fmt.Errorf("sqlstore: constant %q: %w", k.field.Name, err)}}
			}
			n.Value = folded
		}
		out[i] = b.node(n, row)
	}
	return out
}

// rowCondition is the association's own condition on its rows, or nil.
func (b *builder) rowCondition(a *association, row level) term {
	test, unless := a.Belonging()
	if test.IsZero() {
		return nil
	}
	p, err := test.Freeze(b.at).Resolve(a.cat)
	if err != nil {
		return failed{fmt.Errorf("sqlstore: association %q: %w", a.Name, err)}
	}
	if unless {
		return expr("(?) IS NOT TRUE", b.predicate(p, row))
	}
	return b.predicate(p, row)
}

// base is the contacts that a statement is about.
type base interface {
	// equalsKey is true for columns that are equal to the key of one of the
	// contacts.
	equalsKey(b *builder, columns []string) term
	// fields are columns that hold other fields of the contacts, and what
	// selects expressions of them.
	fields(b *builder, fields []contacts.Field) ([]column, func(expressions []string) term)
}

// reached is true for the rows of an association that belong to the contacts,
// by nested lists of references: unlike EXISTS from the row's side, this is
// driven by the contacts and finds the rows by an index on the reference.
func (b *builder) reached(a *association, row level, from base) term {
	ways := make([]term, len(a.refs))
	for i, r := range a.refs {
		ways[i] = b.reachedBy(a, r, row, from)
	}
	return all(anyOf(ways...), b.rowCondition(a, row))
}

func (b *builder) reachedBy(a *association, r reference, row level, from base) term {
	columns := b.columns(row, r.from)
	var to []column
	var pick func([]string) term
	listed := a.above == nil && r.toKey && b.listed(r, row, b.model.contacts)
	switch {
	case listed:
		to = b.columns(level{rows: b.model.contacts, info: b.tables[b.model.contacts.table]}, r.to)
	case a.above == nil:
		to, pick = from.fields(b, r.to)
	default:
		up := b.level(a.above.rows)
		if _, few := from.(keyList); few {
			up = b.led(a.above, up)
		}
		to, pick = b.columns(up, r.to), func(e []string) term { return b.pick(up, e, b.reached(a.above, up, from)) }
	}
	var above, below []string
	var guards []term
	for i, c := range columns {
		if err := b.joinable(to[i], c); err != nil {
			return failed{err}
		}
		x, y := b.joined(to[i], c)
		above, below = append(above, x), append(below, y)
		guards = append(guards, b.guard(r, c))
	}
	var found term
	if listed {
		found = from.equalsKey(b, below)
	} else {
		found = expr(tuple(below)+" IN (?)", pick(above))
	}
	return all(append(append([]term{found}, guards...), b.constants(r, row)...)...)
}

// listed reports whether the reference can be looked up in a list of the keys'
// values: it names them in their order, and matches them just as the key's own
// columns.
func (b *builder) listed(r reference, row level, up *rowSet) bool {
	for i, f := range r.from {
		if r.to[i].Name != up.key[i].Name || b.folds(r.to[i], f) ||
			!b.alike(row.info.column(f.ColumnName()), b.tables[up.table].column(r.to[i].ColumnName())) {
			return false
		}
	}
	return true
}

// pick selects expressions from the rows that fulfil the condition. Where they
// are NULL nothing is equal to them.
func (b *builder) pick(l level, expressions []string, where term) term {
	var columns []term
	for _, e := range expressions {
		columns = append(columns, expr(e))
	}
	s := selection{columns: columns, from: expr(b.source(l)), where: where}
	if b.changes && !b.rereads() {
		// A table of its own for what is picked, which is computed before
		// anything is changed.
		s.distinct = true
		return selection{columns: []term{expr("*")}, from: expr("(?) AS "+b.level(l.rows).alias, s.term())}.term()
	}
	return s.term()
}

// tuple is a column, or several as a row value.
func tuple(columns []string) string {
	if len(columns) == 1 {
		return columns[0]
	}
	return "(" + strings.Join(columns, ", ") + ")"
}
