package sqlstore

import (
	"errors"
	"slices"
	"strconv"
	"strings"

	"github.com/contactsweep/contactsweep/contacts"
)

// maxAssociations is how many associations a proposal may have. Tables that are reached
// in many ways multiply.
const maxAssociations = 1000

// settle builds the schema. What it does not allow, or what a batch has no
// order for, becomes Restrict or is left out, one foreign key after another.
func (d *discovery) settle() (contacts.Schema, error) {
	for {
		schema, err := d.build()
		if err != nil {
			return contacts.Schema{}, err
		}
		n, err := faults(schema)
		if err == nil {
			return schema, nil
		}
		if !d.improve(n) {
			return contacts.Schema{}, refuse("no schema can be made of this: %v", err)
		}
	}
}

// faults returns how much is wrong with a schema, and what.
func faults(schema contacts.Schema) (int, error) {
	err := schema.Validate()
	if invalid, ok := errors.AsType[*contacts.SchemaError](err); ok {
		return 1 + len(invalid.Faults), err
	}
	if _, err := newModel(schema); err != nil {
		return 1, err
	}
	return 0, nil
}

func (d *discovery) improve(before int) bool {
	for _, drop := range [...]bool{false, true} {
		for _, e := range slices.Backward(d.edges) {
			if e.dropped || !drop && e.action == contacts.Restrict {
				continue
			}
			old := *e
			if e.dropped = drop; !drop {
				e.action, e.setNull = contacts.Restrict, nil
			}
			if schema, err := d.build(); err == nil {
				if n, _ := faults(schema); n < before {
					d.settled(e)
					return true
				}
			}
			*e = old
		}
	}
	return false
}

func (d *discovery) settled(e *edge) {
	if e.dropped {
		d.drop(e, "it does not fit the others")
		return
	}
	d.note(e.child, e.columns(), "what the foreign key says does not fit the others: contacts with such rows are left alone")
}

func (d *discovery) build() (contacts.Schema, error) {
	s := contacts.Schema{Table: d.root.name, Key: d.root.key, Fields: d.root.fields}
	n := 0
	var err error
	if s.Associations, err = d.below(d.root, &n); err != nil {
		return contacts.Schema{}, err
	}
	names := naming{root: d.root, tables: map[string]*found{}, uses: map[string]int{}, taken: map[string]bool{}}
	for _, f := range d.tables {
		names.tables[f.name] = f
	}
	for _, p := range s.Placed() {
		names.uses[names.tables[p.Table].info.name]++
	}
	names.set(s.Associations, "")
	return s.Clone(), nil
}

// below makes the associations of a table's rows: one for each table and
// action, because a row belongs to one by any of its references.
func (d *discovery) below(parent *found, n *int) ([]contacts.Association, error) {
	var out []contacts.Association
	var done []*edge
	for _, e := range parent.below {
		if e.dropped || slices.Contains(done, e) {
			continue
		}
		if *n++; *n > maxAssociations {
			return nil, refuse("more than %d associations, because tables refer to each other in many ways; use WithAction with Restrict or Keep for some of them", maxAssociations)
		}
		a := contacts.Association{Table: e.child.name, Action: e.action}
		if e.child != d.root {
			a.Fields, a.Key = e.child.fields, e.child.key
		}
		for _, o := range parent.below {
			if o.child == e.child && o.action == e.action && !o.dropped {
				a.References, done = append(a.References, o.reference()), append(done, o)
			}
		}
		if e.action == contacts.Delete {
			var err error
			if a.Associations, err = d.below(e.child, n); err != nil {
				return nil, err
			}
		}
		out = append(out, a)
	}
	return out, nil
}

// reference names the fields in the order of the key that they refer to.
func (e *edge) reference() contacts.Reference {
	fields, to := e.child.named(e.key.columns), e.parent.named(e.target)
	r := contacts.Reference{Fields: fields, To: to, SetNull: e.child.named(e.setNull)}
	if len(e.setNull) == 0 {
		r.SetNull = nil
	}
	if !r.ToKey(e.parent.key) {
		return r
	}
	r.To, r.Fields = nil, make([]string, len(fields))
	for i, name := range e.parent.key {
		r.Fields[i] = fields[slices.Index(to, name)]
	}
	return r
}

// naming gives associations the names of their tables, and where a table
// occurs twice the columns of the references too.
type naming struct {
	root   *found
	tables map[string]*found
	uses   map[string]int // of the tables' names
	taken  map[string]bool
}

func (n *naming) set(list []contacts.Association, above string) {
	for i := range list {
		a := &list[i]
		t := n.tables[a.Table]
		name := t.info.name
		if n.uses[name] > 1 || t == n.root {
			parts := []string{name}
			for _, r := range a.References {
				parts = append(parts, r.Fields...)
			}
			name = strings.Join(parts, "_")
		}
		if n.taken[name] && above != "" {
			name += "_of_" + above
		}
		if !nameable(name) {
			name = "rows"
		}
		a.Name = name
		for number := 2; n.taken[a.Name]; number++ {
			a.Name = name + "_" + strconv.Itoa(number)
		}
		n.taken[a.Name] = true
		n.set(a.Associations, a.Name)
	}
}
