package contacts

import (
	"fmt"
	"slices"
)

// kept refuses to keep rows that another association of the same table and
// reference changes. What is said with Keep would be overruled without a word,
// unless it is said of the rows that the other one leaves.
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
			case k.Where.IsZero() && !other.Where.IsZero():
			case k.overlaps(other, c.keyAbove(placed, k)):
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

// overlaps reports whether a row can belong to the same row above by a
// reference of each. The associations must have one place in the schema and
// one table.
func (p Placed) overlaps(other Placed, key []string) bool {
	return slices.ContainsFunc(p.References, func(a Reference) bool {
		return slices.ContainsFunc(other.References, func(b Reference) bool {
			x, y := newLink(p.Association, a), newLink(other.Association, b)
			x.target, y.target = a.Target(key), b.Target(key)
			return x.same(y) && !x.excludes(y)
		})
	})
}
