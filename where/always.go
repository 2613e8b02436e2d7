package where

import "slices"

// alwaysTrue reports whether a term of an OR makes it true for every row: one
// that is certain itself, whose opposite is among the terms too, or that covers
// what the other tests of its field leave. Stored values outside a field's kind
// are left out of account, because a condition that matches all other rows is
// no less a mistake.
func alwaysTrue(terms []Node, cat Catalog) bool {
	seen := map[string]bool{}
	covered := map[string]coverage{}
	for _, t := range terms {
		if certain(t, cat) {
			return true
		}
		field, c := covers(t)
		if o, ok := opposite(t); ok {
			if seen[fullText(o)] {
				if field == "" {
					return true
				}
				c |= coversKnown
			}
			seen[fullText(plain(t))] = true
		}
		if field == "" {
			continue
		}
		if required(field, cat) {
			c |= coversNull
		}
		if covered[field] |= c; covered[field] == coversNull|coversKnown {
			return true
		}
	}
	return false
}

// certain reports whether a whole condition, or a term of an OR, only asks
// whether fields have a value that always have one.
func certain(n Node, cat Catalog) bool {
	if and, ok := n.(And); ok {
		return !slices.ContainsFunc(and.Terms, func(t Node) bool { return !certain(t, cat) })
	}
	field, c := covers(n)
	return c == coversKnown && required(field, cat)
}

func required(field string, cat Catalog) bool {
	f, ok := cat.Field(field)
	return ok && f.Required
}

// coverage says for which values of its field a test is true for certain.
type coverage uint8

const (
	coversNull  coverage = 1 << iota // for NULL
	coversKnown                      // for all values of the kind
)

// covers returns the field that a node tests, and what the test covers.
func covers(n Node) (string, coverage) {
	switch n := n.(type) {
	case Null:
		if n.Negated {
			return n.Field, coversKnown
		}
		return n.Field, coversNull
	case Known:
		if n.Negated {
			return n.Field, coversNull
		}
		return n.Field, coversKnown
	case Compare:
		return n.Field, 0
	case In:
		return n.Field, 0
	case Match:
		return n.Field, 0
	case Like:
		return n.Field, 0
	case And, Or, Not, Constant, Empty, ID, Exists, Count, invalid:
	}
	return "", 0
}

// opposite returns the test that is true where n is false.
func opposite(n Node) (Node, bool) {
	switch n := plain(n).(type) {
	case Compare:
		n.Op = n.Op.negate()
		return plain(n), true
	case In:
		n.Negated = !n.Negated
		return n, true
	case Match:
		n.Negated = !n.Negated
		return n, true
	case Like:
		n.Negated = !n.Negated
		return n, true
	case Exists:
		n.Negated = !n.Negated
		return n, true
	case Count:
		n.Op = n.Op.negate()
		return n, true
	case And, Or, Not, Constant, Null, Known, Empty, ID, invalid:
	}
	return nil, false
}

// plain gives tests that ask the same one form, so that opposites are
// recognised: "not true" is = false, and a count asks for = 0 or <> 0 when it
// asks whether there is anything.
func plain(n Node) Node {
	if c, ok := n.(Compare); ok && c.Value.kind == KindBool && c.Op == NotEqual {
		c.Op, c.Value = Equal, boolValue(!c.Value.Bool())
		return c
	}
	c, ok := n.(Count)
	if !ok {
		return n
	}
	switch {
	case c.N == 0 && c.Op == Greater:
		c.Op = NotEqual
	case c.N == 0 && c.Op == LessOrEqual:
		c.Op = Equal
	case c.N == 1 && c.Op == GreaterOrEqual:
		c.N, c.Op = 0, NotEqual
	case c.N == 1 && c.Op == Less:
		c.N, c.Op = 0, Equal
	}
	return c
}
