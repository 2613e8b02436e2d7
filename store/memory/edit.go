package memory

import (
	"fmt"
	"slices"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/where"
)

// Update changes fields of one contact, as another user of the database might
// while a deletion runs. The key stays as it is. Values are as in
// [Store.Insert].
func (s *Store) Update(key contacts.Key, changes Row) error {
	columns := make([]int, 0, len(changes))
	values := make([]where.Value, 0, len(changes))
	for _, n := range s.root.names {
		x, ok := changes[n.field.Name]
		if !ok {
			continue
		}
		v, err := stored(n.field, x)
		switch {
		case err != nil:
			return fmt.Errorf("memory: update: %w", err)
		case slices.Contains(s.byKey.to.columns, n.column):
			return fmt.Errorf("memory: update: field %q is part of the key", n.field.Name)
		case v.IsNull() && s.root.table.columns[n.column].Required:
			return fmt.Errorf("memory: update: field %q: %w", n.field.Name, errRequired)
		}
		columns, values = append(columns, n.column), append(values, v)
	}
	if len(columns) < len(changes) {
		return fmt.Errorf("memory: update: %w", s.root.unknown(changes))
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	slot, _, err := s.find(key)
	if err != nil || slot == 0 {
		return notFound(err)
	}
	row := slices.Clone(s.root.table.row(slot))
	for i, column := range columns {
		row[column] = values[i]
	}
	if err := s.root.table.uniqueBut(slot, row); err != nil {
		return fmt.Errorf("memory: update: %w", err)
	}
	for i, column := range columns {
		s.root.table.set(slot, column, values[i])
		delete(s.ways, column)
	}
	return nil
}

// Remove deletes one contact and nothing else, whatever refers to it, as
// another user of the database might while a deletion runs.
func (s *Store) Remove(key contacts.Key) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	slot, _, err := s.find(key)
	if err != nil || slot == 0 {
		return notFound(err)
	}
	s.bury(slot)
	s.tidy()
	return nil
}

func notFound(err error) error {
	if err == nil {
		err = errNoContact
	}
	return err
}

// bury deletes a contact, but for its slot.
func (s *Store) bury(slot uint32) {
	s.root.table.kill(slot)
	s.order.dead++
}

const minCompact = 1024

// tidy makes up for deletions, once there were many.
func (s *Store) tidy() {
	if s.order.dead >= minCompact && s.order.dead > int(s.last())/2 {
		s.sort()
	}
	for _, t := range s.tables {
		for _, target := range t.targets {
			target.sweep()
		}
	}
}
