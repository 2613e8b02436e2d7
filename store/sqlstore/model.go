package sqlstore

import (
	"fmt"
	"maps"
	"slices"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/where"
)

// rowSet is the contacts, or the rows of an association.
type rowSet struct {
	table  string // as the schema names it
	fields []contacts.Field
	key    []contacts.Field
	below  []*association
}

func (r *rowSet) field(name string) (contacts.Field, error) {
	for _, f := range r.fields {
		if f.Name == name {
			return f, nil
		}
	}
	return contacts.Field{}, fmt.Errorf("sqlstore: there is no field %q", name)
}

func (r *rowSet) lookup(names []string) []contacts.Field {
	out := make([]contacts.Field, 0, len(names))
	for _, name := range names {
		if f, err := r.field(name); err == nil { // the schema is valid
			out = append(out, f)
		}
	}
	return out
}

// association is one of the schema's, with everything looked up.
type association struct {
	contacts.Placed
	index int
	rows  *rowSet      // those of the association
	above *association // nil: the contact
	// aboveTable is the table of the row above, as the schema names it.
	aboveTable string
	refs       []reference
	// guards are the ways in which a row that is to be deleted can refer to
	// contacts, where there is more than the one that reached it.
	guards []reference
	tested []string // the columns that Where tests
	cat    where.Catalog
}

// reference is one way in which a row refers to the row above.
type reference struct {
	from, to  []contacts.Field
	toKey     bool // to is the whole key of the rows above, in any order
	constants []constant
	changes   []change // in a row that refers by it to what is deleted
	stays     bool     // it is not changed although the row is
	heir      *inheritance
}

// change is a field that is set in a row that stays.
type change struct {
	field contacts.Field
	value where.Value
}

type constant struct {
	field contacts.Field
	value where.Value
}

// model is the schema, looked up once.
type model struct {
	schema   contacts.Schema
	contacts *rowSet
	all      []*association // as Schema.Placed
	order    []*association // those that change rows, in the order of treatment
	gaps     []contacts.Gap
}

func newModel(schema contacts.Schema) (*model, error) {
	m := &model{schema: schema, gaps: schema.Gaps(), contacts: &rowSet{table: schema.Table, fields: schema.Fields}}
	m.contacts.key = m.contacts.lookup(schema.Key)
	for i, p := range schema.Placed() {
		if err := m.place(i, p); err != nil {
			return nil, err
		}
	}
	for _, a := range m.all {
		m.guard(a)
	}
	return m, m.treatment()
}

func (m *model) place(i int, p contacts.Placed) error {
	a := &association{Placed: p, index: i, rows: m.contacts}
	if !p.OfContacts {
		a.rows = &rowSet{table: p.Table, fields: p.Fields}
		a.rows.key = a.rows.lookup(p.Key)
	}
	up, cat := m.contacts, m.schema.Catalog()
	if p.Above >= 0 {
		a.above = m.all[p.Above]
		up, cat = a.above.rows, a.above.cat
	}
	a.aboveTable = up.table
	var ok bool
	if a.cat, ok = cat.Association(p.Name); !ok {
		return fmt.Errorf("sqlstore: association %q is not in the catalog", p.Name)
	}
	up.below = append(up.below, a)
	for _, r := range p.References {
		ref, err := a.reference(r, up)
		if err != nil {
			return err
		}
		a.refs = append(a.refs, ref)
	}
	m.all = append(m.all, a)
	if err := m.inherit(a); err != nil {
		return err
	}
	return a.test()
}

func (a *association) reference(r contacts.Reference, up *rowSet) (reference, error) {
	key := names(up.key)
	out := reference{from: a.rows.lookup(r.Fields), to: up.lookup(r.Target(key)), toKey: r.ToKey(key), stays: r.Stays}
	for _, c := range a.Changes(r) {
		f, err := a.rows.field(c.Field)
		if err != nil {
			return out, err
		}
		out.changes = append(out.changes, change{f, c.Value})
	}
	for _, name := range slices.Sorted(maps.Keys(r.Constants)) {
		f, err := a.rows.field(name)
		if err != nil {
			return out, err
		}
		v, err := r.Constant(name, f)
		if err != nil {
			return out, fmt.Errorf("sqlstore: association %q: %w", a.Name, err)
		}
		out.constants = append(out.constants, constant{f, v})
	}
	return out, nil
}

// path returns the associations from the contact down to a.
func (a *association) path() []*association {
	if a == nil {
		return nil
	}
	return append(a.above.path(), a)
}

// guard finds, for an association that deletes, all references of its table to
// contacts.
func (m *model) guard(a *association) {
	if a.Action != contacts.Delete {
		return
	}
	for _, b := range m.all {
		if b.above != nil || b.Table != a.Table {
			continue
		}
		a.guards = append(a.guards, b.refs...)
	}
	if a.above == nil && len(a.guards) < 2 {
		a.guards = nil
	}
}

func names(fields []contacts.Field) []string {
	out := make([]string, len(fields))
	for i, f := range fields {
		out[i] = f.Name
	}
	return out
}
