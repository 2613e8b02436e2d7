package contacts

import (
	"maps"
	"slices"

	"github.com/contactsweep/contactsweep/where"
)

// values checks what Set and Heir hold.
func (c *checker) values(place string, a Association, fields []Field, key []string) {
	switch {
	case a.Action == Anonymise && len(a.Set) == 0:
		c.fault(place, "no Set; name the fields that Anonymise sets, and their values")
	case a.Action != Anonymise && len(a.Set) > 0:
		c.fault(place, "Set has no effect on %s; it is for Anonymise", a.Action)
	}
	switch {
	case a.Action == HandOver && len(a.Heir) == 0:
		c.fault(place, "no Heir; name the fields that hold the reference, with their values for the contact that takes over")
	case a.Action != HandOver && len(a.Heir) > 0:
		c.fault(place, "Heir has no effect on %s; it is for HandOver", a.Action)
	}
	for _, name := range slices.Sorted(maps.Keys(a.Set)) {
		c.set(place, a, name, fields, key)
	}
	for _, name := range slices.Sorted(maps.Keys(a.Heir)) {
		c.inherits(place, a, name, fields, key)
	}
}

// set checks a value of Set.
func (c *checker) set(place string, a Association, name string, fields []Field, key []string) {
	holds := func(r Reference) bool { return slices.Contains(r.Fields, name) }
	constant := func(r Reference) bool { _, ok := r.Constants[name]; return ok }
	f, ok := findField(fields, name)
	switch {
	case !ok:
		c.fault(place, "Set field %q is not among the association's fields", name)
		return
	case slices.ContainsFunc(a.References, holds):
		c.fault(place, "Set field %q holds a reference, which is set to NULL without being named; Reference.Stays leaves it as it is, and HandOver sets it to another contact", name)
	case slices.ContainsFunc(a.References, constant):
		c.fault(place, "Set field %q is a constant of a reference; leave it out", name)
	case slices.Contains(key, name):
		c.fault(place, "Set field %q is part of the row's key; leave it out", name)
	case a.Set[name] == nil && f.Required:
		c.fault(place, "Set field %q is NOT NULL and cannot be set to NULL; give it a value", name)
	}
	if _, err := a.Set.value(name, f); err != nil {
		c.fault(place, "Set %w", err)
	}
}

// inherits checks a value of Heir.
func (c *checker) inherits(place string, a Association, name string, fields []Field, key []string) {
	f, ok := findField(fields, name)
	switch {
	case !ok:
		c.fault(place, "Heir field %q is not among the association's fields", name)
		return
	case !slices.ContainsFunc(a.References, func(r Reference) bool { return slices.Contains(r.Fields, name) }):
		c.fault(place, "Heir field %q holds no reference; name those that do", name)
	case a.Heir[name] == nil:
		c.fault(place, "Heir field %q is nil, which is no contact; choose Detach to set it to NULL", name)
	case a.Table == c.schema.Table && slices.Contains(key, name):
		c.fault(place, "Heir field %q is part of the contact's key; name only the other fields of the reference", name)
	}
	if _, err := a.Heir.value(name, f); err != nil {
		c.fault(place, "Heir %w", err)
	}
}

// heir checks that every reference of a hand-over gets a new value, which can
// refer to a contact.
func (c *checker) heir(place string, a Association, r Reference, fields []Field, above level) {
	named := a.named(r)
	if len(named) == 0 && len(r.Fields) > 0 {
		c.fault(place, "Heir names none of its fields; name one at least")
	}
	for _, name := range named {
		f, _ := findField(fields, name)
		v, err := a.Heir.value(name, f)
		if err == nil && v.Kind() == where.KindText && v.Text() == "" && !r.ToKey(above.key) {
			c.fault(place, "Heir field %q is the empty text, which refers to nobody", name)
		}
	}
}
