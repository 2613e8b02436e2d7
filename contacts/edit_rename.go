package contacts

import (
	"fmt"
	"maps"
)

// RenameField gives a field of an association, or of the contact if association
// is "", another name. Its column stays the same, and keys and references that
// name the field follow. Conditions do not: rows with a condition of their own
// are refused, set it afterwards.
func RenameField(association, from, to string) Edit {
	return func(s *Schema) error {
		fields, i, err := fieldOf(s, association, from)
		if err != nil {
			return err
		}
		f := (*fields)[i]
		f.Column, f.Name = f.ColumnName(), to
		if f.Column == to {
			f.Column = ""
		}
		(*fields)[i] = f
		r := renaming{from, to}
		if association == "" {
			r.list(s.Key)
			r.targets(s.Associations)
			return r.contacts(s, s.Associations)
		}
		list, n, err := findAssociation(s, association)
		if err != nil {
			return err
		}
		a := &(*list)[n]
		r.list(a.Key)
		r.targets(a.Associations)
		return r.rows(a)
	}
}

type renaming struct{ from, to string }

func (r renaming) list(names []string) {
	for i, name := range names {
		if name == r.from {
			names[i] = r.to
		}
	}
}

// targets renames what the associations of the rows refer to.
func (r renaming) targets(below []Association) {
	for _, a := range below {
		for _, ref := range a.References {
			r.list(ref.To)
		}
	}
}

// rows renames a field of the association's own rows.
func (r renaming) rows(a *Association) error {
	if !a.Where.IsZero() {
		return fmt.Errorf("association %q has a condition, which may name the field %q; set it after renaming", a.Name, r.from)
	}
	for i, ref := range a.References {
		r.list(ref.Fields)
		r.list(ref.SetNull)
		ref.Constants = r.values(ref.Constants)
		a.References[i] = ref
	}
	a.Set, a.Heir = r.values(a.Set), r.values(a.Heir)
	return nil
}

// values renames a field in a copy.
func (r renaming) values(values map[string]any) map[string]any {
	out := maps.Clone(values)
	if v, ok := out[r.from]; ok {
		delete(out, r.from)
		out[r.to] = v
	}
	return out
}

// contacts renames a field of the contact in associations whose rows are
// contacts.
func (r renaming) contacts(s *Schema, list []Association) error {
	for i := range list {
		if list[i].Table == s.Table {
			if err := r.rows(&list[i]); err != nil {
				return err
			}
		}
		if err := r.contacts(s, list[i].Associations); err != nil {
			return err
		}
	}
	return nil
}
