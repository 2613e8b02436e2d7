package jsonstore

import (
	"maps"
	"slices"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/store"
	"github.com/contactsweep/contactsweep/where"
)

// state is everything that the file holds at one time. It is never changed: a
// batch makes the next one.
type state struct {
	rows     []*row // in the order of the file
	contacts []*row // in the order of their keys
	byKey    map[contacts.Key]*row
	from     map[*reference]index // the rows that refer to something
	to       map[*reference]index // the rows that are referred to
}

type index map[contacts.Key][]*row

// row is a document. It is never changed either.
type row struct {
	table  string
	doc    document
	values map[string]where.Value // by field
	key    contacts.Key           // of a contact
}

func (m *model) row(table string, doc document) *row {
	r := &row{table: table, doc: doc, values: map[string]where.Value{}}
	for name, f := range m.fields[table] {
		r.values[name] = decode(f, doc[f.ColumnName()])
	}
	return r
}

func (r *row) pick(fields []string) []where.Value {
	out := make([]where.Value, len(fields))
	for i, name := range fields {
		out[i] = r.values[name]
	}
	return out
}

// altered returns the row as the changes make it.
func (m *model) altered(r *row, changes []change) *row {
	doc := maps.Clone(r.doc)
	for _, ch := range changes {
		doc[ch.column] = ch.value
	}
	return m.row(r.table, doc)
}

// newState sorts the contacts and makes an index of each side of a reference.
func newState(m *model, rows []*row) (*state, error) {
	st := &state{rows: rows, byKey: map[contacts.Key]*row{}, from: map[*reference]index{}, to: map[*reference]index{}}
	byTable := map[string][]*row{}
	for _, r := range rows {
		byTable[r.table] = append(byTable[r.table], r)
	}
	for _, r := range byTable[m.schema.Table] {
		var values []where.Value
		for _, name := range m.schema.Key {
			values = append(values, r.values[name])
		}
		var err error
		if r.key, err = contacts.KeyOf(values...); err != nil || st.byKey[r.key] != nil {
			return nil, &store.Error{Op: "open", Class: store.ErrUnsafe, Table: r.table, Detail: "a contact has no valid key, or that of another"}
		}
		st.byKey[r.key] = r
		st.contacts = append(st.contacts, r)
	}
	slices.SortFunc(st.contacts, func(a, b *row) int { return compareKeys(a.key, b.key) })
	for _, a := range m.associations {
		for _, ref := range a.references {
			st.from[ref] = newIndex(byTable[ref.table], ref.from)
			st.to[ref] = newIndex(byTable[ref.above], ref.to)
		}
	}
	return st, nil
}

func newIndex(rows []*row, by func(*row) (contacts.Key, bool)) index {
	out := index{}
	for _, r := range rows {
		if k, ok := by(r); ok {
			out[k] = append(out[k], r)
		}
	}
	return out
}

// with returns the state in which rows are replaced by others, or by nothing.
func (st *state) with(m *model, changed map[*row]*row) (*state, error) {
	rows := make([]*row, 0, len(st.rows))
	for _, r := range st.rows {
		if next, ok := changed[r]; ok {
			r = next
		}
		if r != nil {
			rows = append(rows, r)
		}
	}
	return newState(m, rows)
}
