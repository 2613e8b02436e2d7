package memory

// Contacts returns a copy of all contacts, in the order of their keys. A row
// has every field of the schema, with the Go types of where.Value.Any: nil for
// NULL, and for a stored value that does not belong to the field's kind.
func (s *Store) Contacts() []Row {
	s.lockSorted()
	defer s.mu.RUnlock()
	return s.root.readAll()
}

// Rows returns a copy of all rows in the table of the association of that
// name, in no particular order, whether they refer to a contact or not, and
// nil where there is no such association. Rows of an association of the
// contact table are the contacts. A row has every field that the schema names
// for the table, as in [Store.Contacts].
func (s *Store) Rows(association string) []Row {
	a, err := s.association(association)
	if err != nil {
		return nil
	}
	if a.OfContacts {
		return s.Contacts()
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	return a.rows.readAll()
}

func (p *place) readAll() []Row {
	var out []Row
	for slot := uint32(1); slot <= p.table.last(); slot++ {
		if p.table.state[slot] == 0 {
			continue
		}
		values := p.table.row(slot)
		row := make(Row, len(p.names))
		for _, n := range p.names {
			row[n.field.Name] = values[n.column].Any()
		}
		out = append(out, row)
	}
	return out
}
