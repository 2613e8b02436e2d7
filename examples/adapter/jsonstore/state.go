package jsonstore

import (
	"maps"
	"slices"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/store"
	"github.com/contactsweep/contactsweep/where"
)

// state is everything that the file holds at one time. It is not changed: a
// batch makes the next one.
type state struct {
	rows     []*row // in the order of the file
	contacts []*row // in the order of their keys
	indexes  map[string]map[contacts.Key][]*row
}

// row is a document. It is not changed either.
type row struct {
	table  string
	doc    document
	values map[string]where.Value // of the columns that the schema knows
	key    contacts.Key           // of a contact
}

// without returns the row with NULL in the columns.
func (r *row) without(columns []string) *row {
	out := &row{table: r.table, key: r.key, doc: maps.Clone(r.doc), values: maps.Clone(r.values)}
	for _, column := range columns {
		out.doc[column] = []byte("null")
		delete(out.values, column)
	}
	return out
}

// newState sorts the contacts and makes an index of each side of a reference.
func newState(m model, rows []*row) (*state, error) {
	st := &state{rows: rows, indexes: map[string]map[contacts.Key][]*row{}}
	byTable := map[string][]*row{}
	for _, r := range rows {
		byTable[r.table] = append(byTable[r.table], r)
	}
	st.contacts = slices.Clone(byTable[m.table])
	for _, r := range st.contacts {
		var ok bool
		if r.key, ok = m.key.of(r); !ok {
			return nil, unsafeKeys(m.table, "a contact has no valid key")
		}
	}
	slices.SortFunc(st.contacts, func(a, b *row) int { return compareKeys(a.key, b.key) })
	for i, r := range st.contacts {
		if i > 0 && r.key == st.contacts[i-1].key {
			return nil, unsafeKeys(m.table, "two contacts have the same key")
		}
	}
	st.index(m.key, byTable)
	for _, a := range m.associations {
		for _, r := range a.references {
			st.index(r.from, byTable)
			st.index(r.to, byTable)
		}
	}
	return st, nil
}

func unsafeKeys(table, detail string) error {
	return &store.Error{Op: "open", Class: store.ErrUnsafe, Table: table, Detail: detail}
}

func (st *state) index(s side, byTable map[string][]*row) {
	if st.indexes[s.id()] != nil {
		return
	}
	index := map[contacts.Key][]*row{}
	for _, r := range byTable[s.table] {
		if k, ok := s.of(r); ok {
			index[k] = append(index[k], r)
		}
	}
	st.indexes[s.id()] = index
}

// find returns the rows that have the values on that side.
func (st *state) find(s side, k contacts.Key) []*row { return st.indexes[s.id()][k] }

// contact returns the contact with that key, nil where there is none.
func (st *state) contact(m model, k contacts.Key) *row {
	for _, r := range st.find(m.key, k) {
		return r
	}
	return nil
}

// with returns the state in which rows are replaced by others, or by nothing.
func (st *state) with(m model, changed map[*row]*row) (*state, error) {
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
