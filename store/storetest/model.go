package storetest

import (
	"iter"
	"maps"
	"slices"

	"github.com/stretchr/testify/require"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/store"
	"github.com/contactsweep/contactsweep/where"
)

// model is the suite's own idea of a store: slices of rows and plain loops
// over all of them, written for being obviously right and nothing else. What a
// store leaves behind is compared with what the model leaves.
type model struct {
	schema contacts.Schema
	placed []contacts.Placed
	at     store.Predicates
	where  []where.Predicate // of the rows of each placed association
	unless []bool            // those belong for which it is not true
	tables map[string][]*record
}

// record is a row of a table.
type record struct {
	values map[string]where.Value
	gone   bool
}

// newModel returns a model that holds the data, for one selection.
func newModel(t require.TestingT, schema contacts.Schema, data Data, s store.Selection) *model {
	m := &model{schema: schema, placed: schema.Placed(), tables: map[string][]*record{}}
	for table, fields := range tablesOf(schema) {
		for _, row := range data[table] {
			r := &record{values: map[string]where.Value{}}
			for name, f := range fields {
				r.values[name] = stored(t, f, row[name])
			}
			m.tables[table] = append(m.tables[table], r)
		}
	}
	m.use(t, s)
	return m
}

// use makes the model answer for another selection.
func (m *model) use(t require.TestingT, s store.Selection) {
	var err error
	m.at, err = s.Resolve(m.schema)
	require.NoError(t, err)
	m.where, m.unless = make([]where.Predicate, len(m.placed)), make([]bool, len(m.placed))
	for i, p := range m.placed {
		condition := where.Everything()
		if !p.Where.IsZero() {
			condition = p.Where.Freeze(s.At)
			if m.unless[i] = p.Action == contacts.Restrict; m.unless[i] {
				condition = where.New().WhereNot(condition)
			}
		}
		m.where[i], err = condition.Resolve(rowCatalog{fields: p.Fields, key: p.Key})
		require.NoError(t, err)
	}
}

// clone returns a model of the same data that can be changed on its own.
func (m *model) clone() *model {
	out := *m
	out.tables = map[string][]*record{}
	for table, rows := range m.tables {
		for _, r := range rows {
			out.tables[table] = append(out.tables[table], &record{values: maps.Clone(r.values), gone: r.gone})
		}
	}
	return &out
}

// rowCatalog is the catalog of rows without anything below them.
type rowCatalog struct {
	fields []contacts.Field
	key    []string
}

func (c rowCatalog) Field(name string) (where.Field, bool) {
	for _, f := range c.fields {
		if f.Name == name {
			return where.Field{Kind: f.Kind, Fold: f.CaseInsensitive}, true
		}
	}
	return where.Field{}, false
}
func (c rowCatalog) Key() []string                            { return c.key }
func (c rowCatalog) Association(string) (where.Catalog, bool) { return nil, false }
func (c rowCatalog) Names() (fields, associations []string)   { return nil, nil }

// contactRows returns the contacts that are there.
func (m *model) contactRows() []*record { return present(m.tables[m.schema.Table]) }

func present(rows []*record) []*record {
	var out []*record
	for _, r := range rows {
		if !r.gone {
			out = append(out, r)
		}
	}
	return out
}

func (m *model) key(r *record) contacts.Key {
	values := make([]where.Value, len(m.schema.Key))
	for i, name := range m.schema.Key {
		values[i] = r.values[name]
	}
	k, err := contacts.KeyOf(values...)
	if err != nil {
		return contacts.Key{}
	}
	return k
}

// view is a record as conditions see it.
type view struct {
	m   *model
	row *record
}

func (v view) Value(field string) where.Value { return v.row.values[field] }

func (v view) Rows(association string) iter.Seq[where.Row] {
	return func(yield func(where.Row) bool) {
		i := slices.IndexFunc(v.m.placed, func(p contacts.Placed) bool { return p.Name == association })
		for _, r := range v.m.below(i, []*record{v.row}) {
			if !yield(view{v.m, r}) {
				return
			}
		}
	}
}

// below returns the rows of association i that belong to any of the rows
// above.
func (m *model) below(i int, above []*record) []*record {
	var out []*record
	for _, r := range present(m.tables[m.placed[i].Table]) {
		if m.belongs(i, r, above) {
			out = append(out, r)
		}
	}
	return out
}

func (m *model) belongs(i int, r *record, above []*record) bool {
	if (m.where[i].Eval(view{m, r}) == where.True) == m.unless[i] {
		return false
	}
	for _, ref := range m.placed[i].References {
		for _, a := range above {
			if m.refers(i, ref, r, a) {
				return true
			}
		}
	}
	return false
}

// refers reports whether the row refers to the row above. An empty text refers
// to something only where the reference is to the key.
func (m *model) refers(i int, ref contacts.Reference, r, above *record) bool {
	p := m.placed[i]
	key := m.keyAbove(p)
	target, toKey := ref.Target(key), len(ref.To) == 0 || slices.Equal(slices.Sorted(slices.Values(ref.To)), slices.Sorted(slices.Values(key)))
	for j, name := range ref.Fields {
		v := r.values[name]
		empty := v.Kind() == where.KindText && v.Text() == ""
		fold := m.folds(i, name) || m.folds(p.Above, target[j])
		if v.Kind() == 0 || empty && !toKey || foldedIf(fold, v) != foldedIf(fold, above.values[target[j]]) {
			return false
		}
	}
	for name := range ref.Constants {
		f, _ := p.Lookup(name)
		if p.OfContacts {
			f, _ = m.schema.Lookup(name)
		}
		want, err := ref.Constant(name, f)
		if err != nil || foldedIf(f.CaseInsensitive, r.values[name]) != foldedIf(f.CaseInsensitive, want) {
			return false
		}
	}
	return true
}

// folds reports whether a field of the association's rows, or of the contacts
// where i is negative, is compared without the case of letters.
func (m *model) folds(i int, name string) bool {
	f, _ := m.schema.Lookup(name)
	if i >= 0 {
		f, _ = m.placed[i].Lookup(name)
	}
	return f.CaseInsensitive
}

func foldedIf(fold bool, v where.Value) where.Value {
	if fold && v.Kind() == where.KindText {
		v, _ = where.ValueOf(where.Fold(v.Text())) // a valid text stays one
	}
	return v
}

func (m *model) keyAbove(p contacts.Placed) []string {
	if p.Above < 0 {
		return m.schema.Key
	}
	return m.placed[p.Above].Key
}

// data returns what the model holds.
func (m *model) data() Data {
	out := Data{}
	for table, rows := range m.tables {
		for _, r := range present(rows) {
			row := Row{}
			for name, v := range r.values {
				if x := v.Any(); x != nil {
					row[name] = x
				}
			}
			out[table] = append(out[table], row)
		}
	}
	return out
}
