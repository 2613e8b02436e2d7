package contacts

import (
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/contactsweep/contactsweep/where"
)

func (c *checker) association(a Association, above level) {
	place := fmt.Sprintf("association %q", a.Name)
	c.identifier(place, "association", a.Name)
	if c.names[a.Name] {
		c.fault(place, "there are two associations of that name; names are unique in the whole schema")
	}
	c.names[a.Name] = true
	c.table(place, a.Table)
	fields, key := a.Fields, a.Key
	if a.Table == c.schema.Table {
		if len(a.Fields)+len(a.Key)+len(a.Associations) > 0 {
			c.fault(place, "its rows are contacts: leave Fields, Key and Associations empty, the schema's are used")
		}
		fields, key = c.schema.Fields, c.schema.Key
	} else {
		c.fields(place, a.Table, a.Fields)
		c.key(place, a.Key, a.Fields)
	}
	c.action(place, a, above)
	c.values(place, a, fields, key)
	if len(a.References) == 0 {
		c.fault(place, "no reference; say which fields refer to the row above")
	}
	for i, r := range a.References {
		c.reference(fmt.Sprintf("%s, reference %d", place, i+1), a, r, fields, key, above)
	}
	c.rowCondition(place, a)
	if a.Cascaded {
		c.cascaded(place, a, above)
	}
	for _, below := range a.Associations {
		c.association(below, level{
			fields: fields, key: key, tables: append(slices.Clip(above.tables), a.Table),
			deleted: above.deleted && a.Action == Delete,
		})
	}
}

func (c *checker) action(place string, a Association, above level) {
	ofContacts := a.Table == c.schema.Table
	switch {
	case a.Action < Delete || a.Action > ReadOnly:
		c.fault(place, "no action; choose Delete, Anonymise, Detach, HandOver, Keep, Restrict or ReadOnly")
	case !above.deleted && a.Action != ReadOnly:
		c.fault(place, "the rows above are not deleted, so these can only be ReadOnly")
	case a.Action == HandOver && len(above.tables) > 1:
		c.fault(place, "the rows above are no contacts, and only a contact can be an heir; choose Delete, Anonymise, Detach, Keep or Restrict")
	case a.Action == Anonymise && ofContacts:
		c.fault(place, "contacts that refer to contacts cannot be anonymised with them; choose Detach, HandOver, Keep or Restrict")
	case a.Action != Delete || !slices.Contains(above.tables, a.Table):
	case ofContacts:
		c.fault(place, "contacts that refer to contacts cannot be deleted with them; choose Detach, HandOver, Keep or Restrict")
	default:
		c.fault(place, "table %q is above itself, a cycle; rows that refer to rows of their own table can be Anonymise, Detach, Keep or Restrict", a.Table)
	}
}

func (c *checker) reference(place string, a Association, r Reference, fields []Field, key []string, above level) {
	target := r.Target(above.key)
	switch {
	case len(r.Fields) == 0:
		c.fault(place, "no fields")
	case len(target) == 0:
		c.fault(place, "the row above has no key; name the fields referred to in To")
	case len(r.Fields) != len(target):
		c.fault(place, "%d fields refer to %d fields (%v)", len(r.Fields), len(target), target)
	}
	for i, name := range r.Fields {
		f, ok := findField(fields, name)
		if !ok {
			c.fault(place, "field %q is not among the association's fields", name)
		}
		if i >= len(target) {
			continue
		}
		to, found := findField(above.fields, target[i])
		if !found {
			c.fault(place, "field %q is not among the fields of the row above", target[i])
		}
		switch {
		case !ok || !found:
		case f.Kind != to.Kind:
			c.fault(place, "%q is %s but refers to %q, which is %s", name, f.Kind, target[i], to.Kind)
		case f.Encoding != to.Encoding:
			c.fault(place, "%q has another encoding than %q, which it refers to", name, target[i])
		}
		if slices.Contains(r.Fields[:i], name) {
			c.fault(place, "field %q is named twice", name)
		}
	}
	for _, name := range r.SetNull {
		if !slices.Contains(r.Fields, name) {
			c.fault(place, "SetNull field %q is not among the reference's fields", name)
		}
	}
	switch {
	case r.Stays && a.Action != Anonymise:
		c.fault(place, "Stays has no effect on %s; it is for Anonymise", a.Action)
	case a.Action == Detach, a.Action == Anonymise && !r.Stays:
		c.nullable(place, r, fields, key)
	case a.Action == HandOver && len(a.Heir) > 0:
		c.heir(place, a, r, fields, above)
	}
	c.constants(place, r, fields)
}

func (c *checker) nullable(place string, r Reference, fields []Field, key []string) {
	for _, name := range r.Nulled() {
		f, ok := findField(fields, name)
		switch {
		case ok && f.Required:
			c.fault(place, "field %q is NOT NULL and cannot be detached; name those that can be in SetNull", name)
		case slices.Contains(key, name):
			c.fault(place, "field %q is part of the row's key and cannot be detached; name those that can be in SetNull", name)
		}
	}
}

func (c *checker) constants(place string, r Reference, fields []Field) {
	for _, name := range slices.Sorted(maps.Keys(r.Constants)) {
		f, ok := findField(fields, name)
		if !ok {
			c.fault(place, "constant field %q is not among the association's fields", name)
			continue
		}
		if slices.Contains(r.Fields, name) {
			c.fault(place, "constant field %q also holds the reference", name)
		}
		if _, err := r.Constant(name, f); err != nil {
			c.fault(place, "%w", err)
		}
	}
}

// Constant returns the constant that the reference demands of the field of that
// name, as a value of f's kind.
func (r Reference) Constant(name string, f Field) (where.Value, error) {
	v, err := where.ValueOf(r.Constants[name])
	if err == nil {
		v, err = v.As(f.Kind)
	}
	if err == nil && v.IsRelative() {
		err = errors.New("a relative time is not a constant")
	}
	if err != nil {
		return where.Value{}, fmt.Errorf("constant %q: %w", name, err)
	}
	return v, nil
}

// rowCondition checks the condition on the rows. It must not read other rows:
// those may be deleted before it is asked.
func (c *checker) rowCondition(place string, a Association) {
	if a.Where.IsZero() {
		return
	}
	own := catalog{schema: &c.schema, fields: a.Fields, key: a.Key}
	if a.Table == c.schema.Table {
		own.fields, own.key = c.schema.Fields, c.schema.Key
	}
	if err := a.Where.Validate(own); err != nil {
		c.fault(place, "condition on the rows (their own fields only): %w", err)
		return
	}
	if a.Where.IsEverything() {
		c.fault(place, "condition on the rows: leave it out to mean all rows")
		return
	}
	if test, unless := a.Belonging(); unless {
		if err := test.Validate(own); err != nil {
			c.fault(place, "condition on the rows: nothing is restricted by it: %w", err)
		}
	}
}
