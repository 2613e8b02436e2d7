package contacts

import (
	"fmt"
	"slices"

	"github.com/contactsweep/contactsweep/where"
)

// WalkField returns the contact field of that name if a run can walk by it, or
// what is wrong with it. It must be declared NOT NULL ([Field.NotNull]) and
// immutable ([Field.NeverChanges]): otherwise contacts would move while the run
// goes by, and be missed or met twice. Its values must have one order, in which
// the column stores them, so that it is an int64, a uint64, a date, a UUID or a
// time, and not a wall-clock time of a zone, which clocks that are put back
// show twice. A field of the key is refused, because the key is walked anyway.
func (s Schema) WalkField(name string) (Field, error) {
	f, ok := s.Lookup(name)
	switch {
	case !ok:
		return f, fmt.Errorf("contacts: there is no contact field %q to walk by", name)
	case slices.Contains(s.Key, name):
		return f, fmt.Errorf("contacts: field %q is part of the key, which is walked anyway", name)
	case !walkable(f.Kind):
		return f, fmt.Errorf("contacts: field %q is %s; a walk goes by an int64, uint64, date, UUID or time field", name, f.Kind)
	case f.Encoding.Zone != "" && f.Encoding.Zone != "UTC":
		return f, fmt.Errorf("contacts: field %q is wall-clock time of %s, in which times repeat; a walk goes by times in UTC", name, f.Encoding.Zone)
	case !f.Required:
		return f, fmt.Errorf("contacts: field %q is not declared NOT NULL; if its column is, declare it with Field.NotNull to walk by it", name)
	case !f.Immutable:
		return f, fmt.Errorf("contacts: field %q is not declared immutable; if nobody changes it, declare it with Field.NeverChanges to walk by it", name)
	}
	return f, nil
}

func walkable(k where.Kind) bool {
	switch k {
	case where.KindInt64, where.KindUint64, where.KindDate, where.KindUUID, where.KindTime:
		return true
	case where.KindText, where.KindFloat64, where.KindDecimal, where.KindBool:
	}
	return false
}

// unchanged refuses to set a field that is declared immutable.
func (c *checker) unchanged() {
	if len(c.faults) > 0 {
		return // names may be wrong
	}
	immutable := map[[2]string]bool{}
	note := func(table string, fields []Field) {
		for _, f := range fields {
			if f.Immutable {
				immutable[[2]string{table, f.ColumnName()}] = true
			}
		}
	}
	placed := c.schema.Placed()
	note(c.schema.Table, c.schema.Fields)
	for _, p := range placed {
		note(p.Table, p.Fields)
	}
	for _, p := range placed {
		told := map[string]bool{}
		for _, r := range p.References {
			for _, change := range p.Changes(r) {
				if f, _ := p.Lookup(change.Field); immutable[[2]string{p.Table, f.ColumnName()}] && !told[change.Field] {
					told[change.Field] = true
					c.fault(fmt.Sprintf("association %q", p.Name), "sets field %q, which is declared immutable; leave NeverChanges out, or choose another action", change.Field)
				}
			}
		}
	}
}
