package contacts

import (
	"fmt"
	"slices"

	"github.com/contactsweep/contactsweep/where"
)

const without = "; leave Cascaded out"

// cascaded refuses to leave rows to the database where a foreign key cannot say
// what the association says.
func (c *checker) cascaded(place string, a Association, above level) {
	switch {
	case a.Action != Delete:
		c.fault(place, "Cascaded has no effect on %s; it is for Delete", a.Action)
		return
	case !a.Where.IsZero():
		c.fault(place, "Cascaded with a Where, but a foreign key knows no condition on rows"+without)
	case len(a.References) > 1:
		c.fault(place, "Cascaded with %d references, of which rows that refer by several would be counted more than once"+without, len(a.References))
	}
	for i, r := range a.References {
		at := fmt.Sprintf("%s, reference %d", place, i+1)
		if len(r.Constants) > 0 {
			c.fault(at, "Cascaded with constants, but a foreign key knows none"+without)
		}
		target := r.Target(above.key)
		for j, name := range r.Fields {
			f, _ := findField(a.Fields, name)
			var to Field
			if j < len(target) {
				to, _ = findField(above.fields, target[j])
			}
			switch {
			case f.CaseInsensitive || to.CaseInsensitive:
				c.fault(at, "Cascaded by field %q, which is compared without the case of letters, as a foreign key may not do"+without, name)
			case f.Kind == where.KindText && !r.ToKey(above.key):
				c.fault(at, "Cascaded by field %q, in which the empty text refers to nothing here, but not to a foreign key"+without, name)
			}
		}
	}
}

// cascades refuses to leave rows to the database that another association
// deletes or changes too: which of them did so could not be told.
func (c *checker) cascades() {
	if len(c.faults) > 0 {
		return // names may be wrong
	}
	placed := c.schema.Placed()
	for _, p := range placed {
		i := slices.IndexFunc(placed, func(other Placed) bool {
			return other.Name != p.Name && other.Table == p.Table && other.Action.Touches()
		})
		if p.Cascaded && i >= 0 {
			c.fault(fmt.Sprintf("association %q", p.Name), "Cascaded, but association %q would %s rows of the same table, and which of the two did could not be told"+without,
				placed[i].Name, placed[i].Action)
		}
	}
}
