package contacts

import (
	"fmt"
	"slices"
)

// kept refuses to keep rows that another association of the same table and
// reference changes. What is said with Keep would be overruled without a word,
// unless it is said of the rows that the other one leaves: then Keep is the
// wider of the two.
func (c *checker) kept() {
	if len(c.faults) > 0 {
		return // names may be wrong
	}
	placed := c.schema.Placed()
	for _, k := range placed {
		if k.Action != Keep {
			continue
		}
		for _, other := range placed {
			switch {
			case other.Action == Keep || other.Action == Restrict || other.Action == ReadOnly:
			case other.Table != k.Table || other.Above != k.Above:
			case k.overruled(other, c.keyAbove(placed, k)):
				c.fault(fmt.Sprintf("association %q", k.Name), "its rows may be those of association %q, which would %s them nevertheless; "+
					"give that one a Where, and this one none, to keep the rows that it leaves", other.Name, other.Action)
			}
		}
	}
}

func (c *checker) keyAbove(placed []Placed, p Placed) []string {
	if p.Above < 0 {
		return c.schema.Key
	}
	return placed[p.Above].Key
}

// overruled reports whether a row can belong to the same row above by a
// reference of each, and p is not the wider one. The associations must have one
// place in the schema and one table.
func (p Placed) overruled(by Placed, key []string) bool {
	return slices.ContainsFunc(p.References, func(a Reference) bool {
		return slices.ContainsFunc(by.References, func(b Reference) bool {
			x, y := newLink(p, a), newLink(by, b)
			x.target, y.target = a.Target(key), b.Target(key)
			wider := p.Where.IsZero() && x.covers(y) && (!by.Where.IsZero() || !y.covers(x))
			return x.same(y) && !x.excludes(y) && !wider
		})
	})
}

// covers reports whether l demands no constant that the other does not.
func (l link) covers(other link) bool {
	for column, a := range l.constants {
		if b, ok := other.constants[column]; !ok || a != b {
			return false
		}
	}
	return true
}
