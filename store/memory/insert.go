package memory

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/where"
)

// Row is one row by the names of the schema's fields. A value is anything that
// where.ValueOf accepts; nil, like a field that is left out, is NULL, and
// where.Unknown() stands for a stored value that does not belong to the
// field's kind.
type Row = map[string]any

var (
	errNoContact = errors.New("memory: there is no contact with that key")
	errRequired  = errors.New("the field is NOT NULL and has no value")
	errTwice     = errors.New("another name of the same column has a value too")
)

// Insert adds contacts: all of them, or none when it returns an error. It
// refuses a field that is not in the schema, a value of the wrong kind, NULL in
// a field that must not be, a key that is there already, and other values that
// are there already in fields that references refer to. Times lose the
// digits that the field's encoding does not store. Errors never contain the
// values.
func (s *Store) Insert(rows ...Row) error { return s.insert("contacts", s.root, rows) }

// InsertRows adds rows to the association of that name, which may be at any
// depth of the schema, as [Store.Insert] adds contacts. Nobody checks whether
// the rows refer to anything. Where associations share a table, a row may use
// the field names of all of them; rows of an association of the contact table
// are contacts.
func (s *Store) InsertRows(association string, rows ...Row) error {
	a, err := s.association(association)
	if err != nil {
		return err
	}
	return s.insert(association, a.rows, rows)
}

func (s *Store) association(name string) (*assoc, error) {
	known := make([]string, len(s.assocs))
	for i, a := range s.assocs {
		if a.Name == name {
			return a, nil
		}
		known[i] = a.Name
	}
	return nil, fmt.Errorf("memory: there is no association %q; there are %s", name, strings.Join(known, ", "))
}

func (s *Store) insert(what string, p *place, rows []Row) error {
	values := make([][]where.Value, len(rows))
	keys := make([]contacts.Key, len(rows))
	for i, row := range rows {
		var err error
		if values[i], err = p.convert(row); err == nil && p == s.root {
			keys[i], err = s.keyOf(values[i])
		}
		if err != nil {
			return fmt.Errorf("memory: %s, row %d of %d: %w", what, i+1, len(rows), err)
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if p == s.root {
		return s.insertContacts(keys, values)
	}
	if err := p.table.unique(what, values); err != nil {
		return err
	}
	for _, v := range values {
		p.table.add(v)
	}
	return nil
}

func (s *Store) keyOf(values []where.Value) (contacts.Key, error) {
	key := make([]where.Value, len(s.byKey.to.columns))
	for i, column := range s.byKey.to.columns {
		if key[i] = values[column]; key[i].Kind() == 0 {
			return contacts.Key{}, fmt.Errorf("the key field %q has no value", s.schema.Key[i])
		}
	}
	return contacts.KeyOf(key...)
}

func (s *Store) insertContacts(keys []contacts.Key, values [][]where.Value) error {
	added := make(map[contacts.Key]struct{}, len(keys))
	for i, k := range keys {
		if _, twice := added[k]; twice || s.byKey.first(k) != 0 {
			return fmt.Errorf("memory: contacts, row %d of %d: there is a contact with the same key already", i+1, len(keys))
		}
		added[k] = struct{}{}
	}
	if err := s.root.table.unique("contacts", values); err != nil {
		return err
	}
	for i, k := range keys {
		slot := s.root.table.add(values[i])
		s.keys = append(s.keys, k)
		s.appended(slot)
	}
	return nil
}

// convert returns the row as the table stores it.
func (p *place) convert(row Row) ([]where.Value, error) {
	out := make([]where.Value, len(p.table.columns))
	used := 0
	for _, n := range p.names {
		x, ok := row[n.field.Name]
		if !ok {
			continue
		}
		used++
		v, err := stored(n.field, x)
		if err != nil {
			return nil, err
		}
		if !out[n.column].IsNull() && out[n.column] != v {
			return nil, fmt.Errorf("field %q: %w", n.field.Name, errTwice)
		}
		out[n.column] = v
	}
	if used < len(row) {
		return nil, p.unknown(row)
	}
	for i, f := range p.table.columns {
		if f.Required && out[i].IsNull() {
			return nil, fmt.Errorf("field %q: %w", f.Name, errRequired)
		}
	}
	return out, nil
}

// unknown says which name in the row there is no field for.
func (p *place) unknown(row Row) error {
	known := make([]string, len(p.names))
	for i, n := range p.names {
		known[i] = n.field.Name
	}
	for _, name := range slices.Sorted(maps.Keys(row)) {
		if !slices.Contains(known, name) {
			return fmt.Errorf("there is no field %q; there are %s", name, strings.Join(known, ", "))
		}
	}
	return nil
}
