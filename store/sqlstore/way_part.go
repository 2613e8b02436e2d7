package sqlstore

import (
	"slices"

	"github.com/contactsweep/contactsweep/where"
)

// part is what lies between two stations of a walk.
type part struct {
	from station // exclusive; none: from the first contact on
	to   station // inclusive
}

// beyond compares contacts with a station: op is > or <=.
func (w way) beyond(b *builder, c level, op string, p station) term {
	values, err := w.values(p)
	if err != nil {
		return failed{errCursor}
	}
	return b.beyond(w.columns(b, c), op, values)
}

// behind are the tests for the contacts behind a station, in the order of the
// walk: one after the other where the engine needs that.
func (w way) behind(b *builder, c level, p station) []term {
	switch {
	case p.key.IsZero():
		return []term{nil}
	case w.by == nil || !b.apart():
		return []term{w.beyond(b, c, ">", p)}
	}
	values, err := w.values(p)
	if err != nil {
		return []term{failed{errCursor}}
	}
	columns := w.columns(b, c)
	field := columns[0].sql
	return []term{
		all(expr(field+" = ?", values[0]), b.beyond(columns[1:], ">", values[1:])),
		expr(field+" > ?", values[0]),
	}
}

// terms are the tests for the contacts of the part for which the condition is
// true, in the order of the walk. The seek comes first: SQLite takes the first
// of several limits of a column as the place to begin. There is one limit at
// each end if they can be compared: engines that begin or end at the looser one
// would read contacts for nothing, page after page.
func (w way) terms(b *builder, c level, p part, condition where.Predicate) []term {
	rest, capped := w.limits(condition.Root(), p)
	var tests []term
	if k, ok := condition.Root().(where.Constant); !ok || !k.True {
		tests = b.nodes(rest, c)
	}
	if !capped {
		tests = append([]term{w.beyond(b, c, "<=", p.to)}, tests...)
	}
	var out []term
	for _, seek := range w.behind(b, c, p.from) {
		out = append(out, all(append([]term{seek}, tests...)...))
	}
	return out
}

// limits returns the condition's terms without those that are true for
// everything behind the part's begin, and whether one of them ends it no later
// than it ends itself. Groups of terms stay groups: engines bound the length of
// a chain.
func (w way) limits(n where.Node, p part) (rest []where.Node, capped bool) {
	if w.by == nil {
		return []where.Node{n}, false
	}
	and, ok := n.(where.And)
	if !ok {
		implied, caps := w.limit(n, p)
		if implied {
			return nil, false
		}
		return []where.Node{n}, caps
	}
	for _, t := range and.Terms {
		r, c := w.limits(t, p)
		rest, capped = append(rest, r...), capped || c
	}
	if len(rest) > 1 {
		rest = []where.Node{where.And{Terms: rest}}
	}
	return rest, capped
}

// limit looks at one test. Where columns have another order than values it says
// nothing.
func (w way) limit(n where.Node, p part) (implied, caps bool) {
	c, ok := n.(where.Compare)
	if !ok || w.by == nil || c.Field != w.by.Name || c.Value.Kind() != w.by.Kind || w.by.Kind == where.KindUUID {
		return false, false
	}
	begun := !p.from.key.IsZero()
	switch c.Op {
	case where.Greater:
		return begun && where.CompareValues(p.from.at, c.Value) > 0, false
	case where.GreaterOrEqual:
		return begun && where.CompareValues(p.from.at, c.Value) >= 0, false
	case where.Less:
		return false, where.CompareValues(c.Value, p.to.at) <= 0
	case where.LessOrEqual:
		return false, where.CompareValues(c.Value, p.to.at) < 0
	case where.Equal, where.NotEqual:
	}
	return false, false
}

// between are the tests for all contacts of the part, in the order of the walk.
func (w way) between(b *builder, c level, p part) []term {
	out := w.behind(b, c, p.from)
	for i, seek := range out {
		out[i] = all(seek, w.beyond(b, c, "<=", p.to))
	}
	return slices.Clip(out)
}
