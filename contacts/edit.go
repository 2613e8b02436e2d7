package contacts

import (
	"errors"
	"fmt"
	"maps"
	"slices"
)

// Edit is a change of a schema, for [Schema.Edit]. It may change everything
// that the pointer leads to. A host can write edits of its own.
type Edit func(*Schema) error

// Edit returns a copy of the schema with the changes made in their order, and
// what was wrong with any of them: an edit that names something the schema does
// not have is an error, not a change of nothing. The schema itself is not
// changed. The result is not validated; stores do that.
//
//	schema, err := proposal.Schema.Edit(
//		contacts.SetAction("invoices", contacts.Keep),
//		contacts.RenameField("", "EmailAddress", "email"),
//		contacts.EditField("", "email", contacts.Field.FoldCase),
//		contacts.DropField("invoices", "notes"),
//	)
func (s Schema) Edit(edits ...Edit) (Schema, error) {
	out := s.Clone()
	var faults []error
	for i, edit := range edits {
		if edit == nil {
			faults = append(faults, fmt.Errorf("contacts: edit %d is nil", i+1))
			continue
		}
		if err := edit(&out); err != nil {
			faults = append(faults, fmt.Errorf("contacts: edit %d: %w", i+1, err))
		}
	}
	if len(faults) > 0 {
		return Schema{}, errors.Join(faults...)
	}
	return out, nil
}

// Clone returns a copy that shares nothing with the schema that could be
// changed.
func (s Schema) Clone() Schema {
	s.Key, s.Fields = slices.Clone(s.Key), slices.Clone(s.Fields)
	s.Associations = cloneAssociations(s.Associations)
	return s
}

func cloneAssociations(list []Association) []Association {
	out := slices.Clone(list)
	for i, a := range out {
		a.Fields, a.Key, a.References = slices.Clone(a.Fields), slices.Clone(a.Key), slices.Clone(a.References)
		for j, r := range a.References {
			r.Fields, r.To, r.SetNull = slices.Clone(r.Fields), slices.Clone(r.To), slices.Clone(r.SetNull)
			r.Constants = maps.Clone(r.Constants)
			a.References[j] = r
		}
		a.Set, a.Heir = maps.Clone(a.Set), maps.Clone(a.Heir)
		a.Associations = cloneAssociations(a.Associations)
		out[i] = a
	}
	return out
}

// SetAction sets what happens to the rows of an association. Unless that is to
// delete them, nothing happens to the rows below them either: those
// associations become [ReadOnly]. The values that [Anonymise] and [HandOver]
// need are set with [EditAssociation]; those that another action needed go.
func SetAction(association string, action Action) Edit {
	return EditAssociation(association, func(a *Association) { act(a, action) })
}

// act sets the action, and removes what is only for another one.
func act(a *Association, action Action) {
	a.Action = action
	if action != Anonymise {
		a.Set = nil
		for i := range a.References {
			a.References[i].Stays = false
		}
	}
	if action != HandOver {
		a.Heir = nil
	}
	if action != Delete {
		a.Cascaded = false
		for i := range a.Associations {
			act(&a.Associations[i], ReadOnly)
		}
	}
}

// SetCascaded lets the database delete the rows of the associations of these
// names; see [Association.Cascaded].
func SetCascaded(associations ...string) Edit {
	return func(s *Schema) error {
		var faults []error
		for _, name := range associations {
			faults = append(faults, EditAssociation(name, func(a *Association) { a.Cascaded = true })(s))
		}
		return errors.Join(faults...)
	}
}

// EditAssociation changes the association of that name, at any depth: its
// condition, its references, its name.
func EditAssociation(name string, change func(*Association)) Edit {
	return func(s *Schema) error {
		list, i, err := findAssociation(s, name)
		if err != nil {
			return err
		}
		change(&(*list)[i])
		return nil
	}
}

// AddAssociation adds an association to the rows of another one, or to the
// contact if above is "".
func AddAssociation(above string, a Association) Edit {
	return func(s *Schema) error {
		list := &s.Associations
		if above != "" {
			in, i, err := findAssociation(s, above)
			if err != nil {
				return err
			}
			list = &(*in)[i].Associations
		}
		*list = append(*list, cloneAssociations([]Association{a})...)
		return nil
	}
}

// DropAssociation removes an association, and those below it.
func DropAssociation(name string) Edit {
	return func(s *Schema) error {
		list, i, err := findAssociation(s, name)
		if err == nil {
			*list = slices.Delete(*list, i, i+1)
		}
		return err
	}
}

// EditField changes a field of an association, or of the contact if
// association is "". Most of the methods of [Field] are such changes:
// contacts.Field.FoldCase, contacts.Field.NotNull. [RenameField] changes its
// name.
func EditField(association, field string, change func(Field) Field) Edit {
	return func(s *Schema) error {
		fields, i, err := fieldOf(s, association, field)
		if err != nil {
			return err
		}
		f := change((*fields)[i])
		if f.Name != field {
			return fmt.Errorf("field %q has got another name; RenameField does that", field)
		}
		(*fields)[i] = f
		return nil
	}
}

// AddField adds a field to an association, or to the contact if association is
// "".
func AddField(association string, f Field) Edit {
	return func(s *Schema) error {
		fields, err := fieldsOf(s, association)
		if err == nil {
			*fields = append(*fields, f)
		}
		return err
	}
}

// DropField removes a field of an association, or of the contact if association
// is "".
func DropField(association, field string) Edit {
	return func(s *Schema) error {
		fields, i, err := fieldOf(s, association, field)
		if err == nil {
			*fields = slices.Delete(*fields, i, i+1)
		}
		return err
	}
}

// findAssociation returns the list that the association of that name is in, and its place.
func findAssociation(s *Schema, name string) (list *[]Association, i int, err error) {
	var search func(*[]Association) bool
	search = func(in *[]Association) bool {
		for n := range *in {
			if (*in)[n].Name == name {
				list, i = in, n
				return true
			}
			if search(&(*in)[n].Associations) {
				return true
			}
		}
		return false
	}
	if !search(&s.Associations) {
		return nil, 0, fmt.Errorf("there is no association %q", name)
	}
	return list, i, nil
}

func fieldsOf(s *Schema, association string) (*[]Field, error) {
	if association == "" {
		return &s.Fields, nil
	}
	list, i, err := findAssociation(s, association)
	if err != nil {
		return nil, err
	}
	if a := &(*list)[i]; a.Table != s.Table {
		return &a.Fields, nil
	}
	return nil, fmt.Errorf("the rows of association %q are contacts; name a field of the contact, with the association \"\"", association)
}

func fieldOf(s *Schema, association, field string) (*[]Field, int, error) {
	fields, err := fieldsOf(s, association)
	if err != nil {
		return nil, 0, err
	}
	i := slices.IndexFunc(*fields, func(f Field) bool { return f.Name == field })
	if i < 0 {
		return nil, 0, fmt.Errorf("there is no field %q in %s", field, placeOf(association))
	}
	return fields, i, nil
}

func placeOf(association string) string {
	if association == "" {
		return "the contact"
	}
	return fmt.Sprintf("association %q", association)
}
