package jsonstore

import (
	"fmt"
	"maps"
	"slices"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/where"
)

// model is the schema, prepared.
type model struct {
	schema       contacts.Schema
	fields       map[string]map[string]contacts.Field // by table and name
	associations []association                        // in the order of contacts.Schema.Placed
	byName       map[string]int
	order        []int // of treatment
}

type association struct {
	contacts.Placed
	catalog    where.Catalog
	references []*reference
}

// reference is one way for a row to refer to a contact, or to a row above.
type reference struct {
	contacts.Reference
	table, above string
	target       []string
	fold         []bool // compare without the case of ASCII letters: either side is declared so
	toKey        bool   // in a key an empty text is a value, elsewhere it refers to nothing
	constants    []constant
	changes      []change        // of a row that refers to what is deleted
	heir         where.Predicate // of a hand-over
}

type constant struct {
	field string
	value where.Value
	fold  bool
}

func newModel(schema contacts.Schema) (*model, error) {
	m := &model{schema: schema, fields: map[string]map[string]contacts.Field{}, byName: map[string]int{}, order: schema.Order()}
	if err := m.add(schema.Table, schema.Fields); err != nil {
		return nil, err
	}
	for i, p := range schema.Placed() {
		if err := m.add(p.Table, p.Fields); err != nil {
			return nil, err
		}
		above, catalog := contacts.Association{Table: schema.Table, Fields: schema.Fields, Key: schema.Key}, schema.Catalog()
		if p.Above >= 0 {
			above, catalog = m.associations[p.Above].Association, m.associations[p.Above].catalog
		}
		a := association{Placed: p}
		a.catalog, _ = catalog.Association(p.Name)
		for _, r := range p.References {
			ref, err := newReference(above, p, r)
			if err != nil {
				return nil, err
			}
			if err := m.prepare(ref, p); err != nil {
				return nil, err
			}
			a.references = append(a.references, ref)
		}
		m.associations = append(m.associations, a)
		m.byName[p.Name] = i
	}
	return m, nil
}

// add notes the fields of a table, which associations may share.
func (m *model) add(table string, fields []contacts.Field) error {
	if m.fields[table] == nil {
		m.fields[table] = map[string]contacts.Field{}
	}
	for _, f := range fields {
		other, ok := m.fields[table][f.Name]
		switch {
		case ok && other.ColumnName() != f.ColumnName():
			return fmt.Errorf("jsonstore: field %q of table %q is two columns", f.Name, table)
		case f.Encoding.Zone != "":
			return fmt.Errorf("jsonstore: field %q of table %q: times have an offset of their own here, and no zone", f.Name, table)
		}
		m.fields[table][f.Name] = f
	}
	return nil
}

func newReference(above contacts.Association, p contacts.Placed, r contacts.Reference) (*reference, error) {
	out := &reference{Reference: r, table: p.Table, above: above.Table, target: r.Target(above.Key), toKey: r.ToKey(above.Key)}
	for i, name := range out.target {
		to, _ := above.Lookup(name)
		from, _ := p.Lookup(r.Fields[i])
		out.fold = append(out.fold, to.CaseInsensitive || from.CaseInsensitive)
	}
	for _, name := range slices.Sorted(maps.Keys(r.Constants)) {
		f, _ := p.Lookup(name)
		v, err := r.Constant(name, f)
		if err != nil {
			return nil, fmt.Errorf("jsonstore: association %q: %w", p.Name, err)
		}
		out.constants = append(out.constants, constant{name, folded(v, f.CaseInsensitive), f.CaseInsensitive})
	}
	return out, nil
}

// from returns what the row refers to, false where it refers to nothing.
func (ref *reference) from(r *row) (contacts.Key, bool) {
	for _, k := range ref.constants {
		if folded(r.values[k.field], k.fold) != k.value {
			return contacts.Key{}, false
		}
	}
	return ref.side(r, ref.Fields)
}

// to returns what rows refer to the row by.
func (ref *reference) to(r *row) (contacts.Key, bool) { return ref.side(r, ref.target) }

func (ref *reference) side(r *row, fields []string) (contacts.Key, bool) {
	values := make([]where.Value, len(fields))
	for i, name := range fields {
		v := r.values[name]
		if !ref.toKey && v.Kind() == where.KindText && v.Text() == "" {
			return contacts.Key{}, false
		}
		values[i] = folded(v, ref.fold[i])
	}
	k, err := contacts.KeyOf(values...) // which refuses NULL and unknown values
	return k, err == nil
}

func folded(v where.Value, fold bool) where.Value {
	if fold && v.Kind() == where.KindText {
		if lower, err := where.ValueOf(where.Fold(v.Text())); err == nil {
			return lower
		}
	}
	return v
}
