package storetest

import (
	"pgregory.net/rapid"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/where"
)

// level is what conditions at one level of the schema can name.
type level struct {
	fields []contacts.Field
	key    []contacts.Field
	below  []below
}

type below struct {
	name  string
	level *level
}

// levelsOf returns the level of the contacts.
func levelsOf(schema contacts.Schema) *level {
	root := &level{fields: schema.Fields, key: schema.KeyFields()}
	var add func(l *level, associations []contacts.Association)
	add = func(l *level, associations []contacts.Association) {
		for _, a := range associations {
			if a.Table == schema.Table {
				l.below = append(l.below, below{a.Name, root})
				continue
			}
			next := &level{fields: a.Fields}
			for _, name := range a.Key {
				f, _ := a.Lookup(name)
				next.key = append(next.key, f)
			}
			l.below = append(l.below, below{a.Name, next})
			add(next, a.Associations)
		}
	}
	add(root, schema.Associations)
	return root
}

// drawing draws conditions.
type drawing struct {
	rt    *rapid.T
	pools *pools
}

const maxConditionDepth = 4

func (d drawing) intn(n int, label string) int { return rapid.IntRange(0, n-1).Draw(d.rt, label) }

// condition draws terms joined by AND and OR.
func (d drawing) condition(l *level, depth int) where.Condition {
	c := where.New()
	for i := range d.intn(3, "terms") + 1 {
		if i > 0 && d.intn(2, "or") == 1 {
			c = c.Or()
		}
		c = d.term(c, l, depth)
	}
	return c
}

func (d drawing) term(c where.Condition, l *level, depth int) where.Condition {
	kind := d.intn(10, "term")
	if depth >= maxConditionDepth {
		kind = 0
	}
	switch {
	case kind < 5:
		return d.leaf(c, l)
	case kind == 5:
		return c.Where(d.condition(l, depth+1))
	case kind == 6:
		return c.WhereNot(d.condition(l, depth+1))
	case len(l.below) == 0:
		return d.leaf(c, l)
	}
	return d.rows(c, l.below[d.intn(len(l.below), "association")], depth)
}

// rows draws a term on associated rows.
func (d drawing) rows(c where.Condition, b below, depth int) where.Condition {
	var conditions []where.Condition
	if d.intn(3, "any row") > 0 {
		conditions = append(conditions, d.condition(b.level, depth+1))
	}
	op, n := where.Op(d.intn(6, "op")+1), int64(d.intn(4, "n")) //nolint:gosec // at most 6
	field := b.level.fields[d.intn(len(b.level.fields), "field")]
	switch d.intn(6, "of rows") {
	case 0, 1:
		return c.WhereExists(b.name, conditions...)
	case 2:
		return c.WhereNotExists(b.name, conditions...)
	case 3:
		return c.WhereCount(b.name, op, n, conditions...)
	case 4:
		if field.Kind == where.KindTime || field.Kind == where.KindDate {
			return c.WhereCountMonths(b.name, field.Name, op, n, conditions...)
		}
	}
	return c.WhereCountDistinct(b.name, field.Name, op, n, conditions...)
}

// leaf draws a test of one field.
func (d drawing) leaf(c where.Condition, l *level) where.Condition {
	if len(l.key) > 0 && d.intn(20, "by id") == 0 {
		var key []any
		for _, f := range l.key {
			key = append(key, d.pools.unique[f][d.intn(4, "key")%len(d.pools.unique[f])])
		}
		return c.WhereID(key...)
	}
	f := l.fields[d.intn(len(l.fields), "field")]
	switch {
	case d.intn(4, "null") == 0:
		return d.null(c, f.Name)
	case f.Kind == where.KindText && d.intn(2, "search") == 0:
		return d.search(c, f.Name)
	case f.Kind == where.KindBool && d.intn(2, "truth") == 0:
		if d.intn(2, "true") == 0 {
			return c.WhereTrue(f.Name)
		}
		return c.WhereFalse(f.Name)
	}
	return d.compare(c, f)
}

func (d drawing) null(c where.Condition, field string) where.Condition {
	return [...]func(string) where.Condition{
		c.WhereNull, c.WhereNotNull, c.WhereEmpty, c.WhereNotEmpty, c.WhereUnknown, c.WhereKnown,
	}[d.intn(6, "null test")](field)
}

func (d drawing) search(c where.Condition, field string) where.Condition {
	if n := d.intn(8, "search by"); n > 1 {
		return [...]func(field, text string) where.Condition{
			c.WhereContains, c.WhereNotContains, c.WhereStartsWith, c.WhereNotStartsWith, c.WhereEndsWith, c.WhereNotEndsWith,
		}[n-2](field, d.pools.searches.Draw(d.rt, "text"))
	} else if n == 1 {
		return c.WhereNotLike(field, d.pools.patterns.Draw(d.rt, "pattern"))
	}
	return c.WhereLike(field, d.pools.patterns.Draw(d.rt, "pattern"))
}

func (d drawing) compare(c where.Condition, f contacts.Field) where.Condition {
	draw := func() any { return d.pools.operands[f].Draw(d.rt, f.Name) }
	methods := 10
	if !f.Kind.Ordered() {
		methods = 5
	}
	switch d.intn(methods, "compare") {
	case 0:
		return c.WhereEquals(f.Name, draw())
	case 1:
		return c.WhereNotEquals(f.Name, draw())
	case 2:
		return c.WhereEqualsOrNull(f.Name, draw())
	case 3:
		return c.WhereIn(f.Name, d.some(draw, 0)...)
	case 4:
		return c.WhereNotIn(f.Name, d.some(draw, 1)...)
	case 5:
		return c.WhereLessThan(f.Name, draw())
	case 6:
		return c.WhereLessOrEquals(f.Name, draw())
	case 7:
		return c.WhereGreaterThan(f.Name, draw())
	case 8:
		return c.WhereGreaterOrEquals(f.Name, draw())
	}
	if low, high := draw(), draw(); where.New().WhereBetween(f.Name, low, high).Freeze(instant()).Validate(rowCatalog{fields: []contacts.Field{f}}) == nil {
		return c.WhereBetween(f.Name, low, high)
	}
	return c.WhereNotNull(f.Name)
}

func (d drawing) some(draw func() any, least int) []any {
	var out []any
	for range d.intn(4, "values") + least {
		out = append(out, draw())
	}
	return out
}
