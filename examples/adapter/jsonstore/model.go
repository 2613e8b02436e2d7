package jsonstore

import (
	"fmt"
	"maps"
	"slices"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/where"
)

// model is the schema in terms of columns, in which associations that share a
// table meet.
type model struct {
	table        string                               // of the contacts
	fields       map[string]map[string]contacts.Field // by table and column
	contact      map[string]string                    // the columns of the contacts' fields
	key          side
	associations []association // in the order of contacts.Schema.Placed
	byName       map[string]int
	order        []int // of treatment
}

type association struct {
	contacts.Placed
	catalog    where.Catalog
	columns    map[string]string // of the fields
	references []reference
}

// reference is one way for a row to refer to a contact or to a row above.
type reference struct {
	from, to  side
	constants map[string]where.Value // by column
	folded    map[string]bool        // constants that are compared without case
	nulled    []string               // columns
}

// side is one side of a reference: the columns whose values are compared.
type side struct {
	table   string
	columns []string
	fold    []bool // either side is declared case-insensitive
	toKey   bool   // in a key an empty text is a value, elsewhere it refers to nothing
}

func (s side) id() string { return fmt.Sprintf("%q %q %v %t", s.table, s.columns, s.fold, s.toKey) }

// of returns the values of a row, which can be compared. They are false where
// the row refers, or can be referred to, by none.
func (s side) of(r *row) (contacts.Key, bool) {
	values := make([]where.Value, len(s.columns))
	for i, column := range s.columns {
		v := r.values[column]
		if !s.toKey && v.Kind() == where.KindText && v.Text() == "" {
			return contacts.Key{}, false
		}
		values[i] = folded(v, s.fold[i])
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

// refers reports whether the row refers to the one above.
func (r reference) refers(from, to *row) bool {
	a, ok := r.values(from)
	b, found := r.to.of(to)
	return ok && found && a == b
}

// values returns what the row refers to.
func (r reference) values(from *row) (contacts.Key, bool) {
	for column, want := range r.constants {
		if folded(from.values[column], r.folded[column]) != want {
			return contacts.Key{}, false
		}
	}
	return r.from.of(from)
}

func newModel(schema contacts.Schema) (model, error) {
	m := model{
		table: schema.Table, fields: map[string]map[string]contacts.Field{}, byName: map[string]int{},
		contact: columnsOf(schema.Fields), order: schema.Order(),
		key: side{table: schema.Table, columns: pick(columnsOf(schema.Fields), schema.Key), fold: make([]bool, len(schema.Key)), toKey: true},
	}
	if err := m.add(schema.Table, schema.Fields); err != nil {
		return m, err
	}
	placed := schema.Placed()
	for i, p := range placed {
		if err := m.add(p.Table, p.Fields); err != nil {
			return m, err
		}
		above, catalog := contacts.Placed{Association: contacts.Association{Table: schema.Table, Fields: schema.Fields, Key: schema.Key}}, schema.Catalog()
		if p.Above >= 0 {
			above, catalog = placed[p.Above], m.associations[p.Above].catalog
		}
		a := association{Placed: p, columns: columnsOf(p.Fields)}
		a.catalog, _ = catalog.Association(p.Name)
		for _, r := range p.References {
			ref, err := newReference(above, p, r)
			if err != nil {
				return m, err
			}
			a.references = append(a.references, ref)
		}
		m.associations = append(m.associations, a)
		m.byName[p.Name] = i
	}
	return m, nil
}

// add notes the fields of a table. Fields of one column have one kind and
// encoding in a valid schema.
func (m model) add(table string, fields []contacts.Field) error {
	if m.fields[table] == nil {
		m.fields[table] = map[string]contacts.Field{}
	}
	for _, f := range fields {
		if f.Encoding.Zone != "" {
			return fmt.Errorf("jsonstore: field %q of table %q: times have an offset of their own here, and no zone", f.Name, table)
		}
		m.fields[table][f.ColumnName()] = f
	}
	return nil
}

func newReference(above, p contacts.Placed, r contacts.Reference) (reference, error) {
	own, target := columnsOf(p.Fields), r.Target(above.Key)
	out := reference{constants: map[string]where.Value{}, folded: map[string]bool{}, nulled: pick(own, r.Nulled())}
	fold := make([]bool, len(target))
	for i, name := range target {
		fold[i] = caseInsensitive(above.Fields, name) || caseInsensitive(p.Fields, r.Fields[i])
	}
	out.from = side{table: p.Table, columns: pick(own, r.Fields), fold: fold, toKey: r.ToKey(above.Key)}
	out.to = side{table: above.Table, columns: pick(columnsOf(above.Fields), target), fold: fold, toKey: out.from.toKey}
	for _, name := range slices.Sorted(maps.Keys(r.Constants)) {
		f := p.Fields[slices.IndexFunc(p.Fields, func(f contacts.Field) bool { return f.Name == name })]
		v, err := r.Constant(name, f)
		if err != nil {
			return out, fmt.Errorf("jsonstore: association %q: %w", p.Name, err)
		}
		out.constants[own[name]], out.folded[own[name]] = folded(v, f.CaseInsensitive), f.CaseInsensitive
	}
	return out, nil
}

func columnsOf(fields []contacts.Field) map[string]string {
	out := map[string]string{}
	for _, f := range fields {
		out[f.Name] = f.ColumnName()
	}
	return out
}

func pick(columns map[string]string, names []string) []string {
	out := make([]string, len(names))
	for i, name := range names {
		out[i] = columns[name]
	}
	return out
}

func caseInsensitive(fields []contacts.Field, name string) bool {
	return slices.ContainsFunc(fields, func(f contacts.Field) bool { return f.Name == name && f.CaseInsensitive })
}
