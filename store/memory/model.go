package memory

import (
	"fmt"
	"maps"
	"slices"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/where"
)

// place is where rows are: the contact table, or an association's. All that it
// says is fixed when the store is made.
type place struct {
	table  *table
	fields map[string]int // the columns by the names that conditions use
	names  []naming       // the same, and then what other places call the table's columns
	below  []*assoc
	byName map[string]int // in below
}

// naming is a column under its logical name.
type naming struct {
	column int
	field  contacts.Field
}

// assoc is an association.
type assoc struct {
	contacts.Placed
	index   int // in Schema.Placed
	rows    *place
	chain   []*assoc // from the contact down to this association
	refs    []ref
	guards  []ref // direct references to contacts, where a guarded one restricts
	catalog where.Catalog
}

// ref is a reference from a row to the row above.
type ref struct {
	from      *side
	constants []constant
	changes   []assignment // in a row that refers by it to what is deleted
	heir      *inheritance // of a hand-over
}

// assignment is a value that a column is set to.
type assignment struct {
	column int
	value  where.Value
}

type constant struct {
	column int
	fold   bool
	value  where.Value
}

// build makes tables, places and references of the schema.
func (s *Store) build() error {
	s.root = s.place(s.schema.Table, s.schema.Fields)
	places := []*place{s.root}
	for i, p := range s.schema.Placed() {
		a := &assoc{Placed: p, index: i, rows: s.root}
		if !p.OfContacts {
			a.rows = s.place(p.Table, p.Fields)
			places = append(places, a.rows)
		}
		above, catalog := s.root, s.schema.Catalog()
		if p.Above >= 0 {
			above, catalog = s.assocs[p.Above].rows, s.assocs[p.Above].catalog
			a.chain = slices.Clone(s.assocs[p.Above].chain)
		}
		a.chain = append(a.chain, a)
		a.catalog, _ = catalog.Association(p.Name)
		above.byName[p.Name] = len(above.below)
		above.below = append(above.below, a)
		s.assocs = append(s.assocs, a)
	}
	for _, p := range places {
		p.share(places)
	}
	s.byKey = s.root.table.target(s.columns(s.root, s.schema.Key), make([]bool, len(s.schema.Key)))
	for _, a := range s.assocs {
		if err := s.references(a); err != nil {
			return err
		}
	}
	s.guard()
	for _, i := range s.schema.Order() {
		if a := s.assocs[i]; a.Action.Touches() {
			s.treatment = append(s.treatment, a)
		}
	}
	return nil
}

func (s *Store) place(name string, fields []contacts.Field) *place {
	t := s.tables[name]
	if t == nil {
		t = newTable()
		s.tables[name] = t
	}
	p := &place{table: t, fields: map[string]int{}, byName: map[string]int{}}
	for _, f := range fields {
		i := t.column(f)
		p.fields[f.Name] = i
		p.names = append(p.names, naming{i, f})
	}
	return p
}

// share adds the names that the other places have for the same table's
// columns, so that a row can be inserted whole by any of them.
func (p *place) share(places []*place) {
	seen := map[string]bool{}
	for name := range p.fields {
		seen[name] = true
	}
	for _, other := range places {
		if other.table != p.table || other == p {
			continue
		}
		for _, n := range other.names {
			if !seen[n.field.Name] {
				seen[n.field.Name] = true
				p.names = append(p.names, n)
			}
		}
	}
}

func (s *Store) columns(p *place, names []string) []int {
	out := make([]int, len(names))
	for i, name := range names {
		out[i] = p.fields[name]
	}
	return out
}

// references connects the association's rows with the rows above.
func (s *Store) references(a *assoc) error {
	above, fields, key := s.root, s.schema.Fields, s.schema.Key
	if a.Above >= 0 {
		up := s.assocs[a.Above]
		above, fields, key = up.rows, up.Fields, up.Key
	}
	for _, r := range a.References {
		var err error
		names := r.Target(key)
		fold := make([]bool, len(names))
		for i := range names {
			fold[i] = folds(fields, names[i]) || folds(a.Fields, r.Fields[i])
		}
		t := above.table.target(s.columns(above, names), fold)
		if !r.ToKey(key) && a.Action != contacts.ReadOnly {
			t.unique = names
		}
		out := ref{from: a.rows.table.refer(t, s.columns(a.rows, r.Fields), r.ToKey(key))}
		for _, change := range a.Changes(r) {
			f, _ := a.Lookup(change.Field)
			v, err := stored(f, change.Value)
			if err != nil {
				return fmt.Errorf("memory: association %q: %w", a.Name, err)
			}
			out.changes = append(out.changes, assignment{a.rows.fields[change.Field], v})
		}
		if out.heir, err = s.inheritance(a, r); err != nil {
			return fmt.Errorf("memory: association %q: %w", a.Name, err)
		}
		for _, name := range slices.Sorted(maps.Keys(r.Constants)) {
			f, _ := a.Lookup(name)
			v, err := r.Constant(name, f)
			if err != nil {
				return fmt.Errorf("memory: association %q: %w", a.Name, err)
			}
			out.constants = append(out.constants, constant{a.rows.fields[name], f.CaseInsensitive, folded(v, f.CaseInsensitive)})
		}
		a.refs = append(a.refs, out)
	}
	return nil
}

func folds(fields []contacts.Field, name string) bool {
	i := slices.IndexFunc(fields, func(f contacts.Field) bool { return f.Name == name })
	return i >= 0 && fields[i].CaseInsensitive
}

// guard finds, for every association that deletes, the ways in which its rows
// can also refer to another contact.
func (s *Store) guard() {
	for _, a := range s.assocs {
		if a.Action != contacts.Delete {
			continue
		}
		var direct []ref
		for _, other := range s.root.below {
			if other.rows.table == a.rows.table {
				direct = append(direct, other.refs...)
			}
		}
		if a.Depth > 1 || len(direct) > 1 {
			a.guards = direct
		}
	}
}
