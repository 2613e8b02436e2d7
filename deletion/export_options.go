package deletion

import (
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/store"
)

// ExportOption changes one export. All are checked before the store is touched,
// and every fault is reported at once, as an [*OptionsError].
type ExportOption func(*exportOptions)

type exportOptions struct {
	fields     []string
	open       func(association string) (io.Writer, error)
	chosen     []string
	rows       []contacts.Placed
	protected  bool
	headerless bool
	faults     []error
}

func (o *exportOptions) fault(format string, args ...any) {
	o.faults = append(o.faults, fmt.Errorf(format, args...))
}

// ExportFields chooses the contact fields that are written behind the key. The
// default is all fields of the schema.
func ExportFields(names ...string) ExportOption {
	return func(o *exportOptions) {
		if o.fields = names; len(names) == 0 {
			o.fault("ExportFields: no names; leave the option out to export all fields")
		}
	}
}

// ExportRows asks for the rows that belong to the contacts, of the associations
// with those names, or without names of all that are not read-only, in a CSV of
// its own for each: with all fields that the schema has of them, in the form that
// [Service.Export] describes. A row that belongs to several of the contacts is
// written once; one that two associations share is written for both. Rows that
// are contacts are left out where those are out of scope or protected.
//
// The function is called once for each association, before anything is read, and
// returns the writer for its rows. All are written to in turn until the export
// ends, so that the files of a zip archive, which come one after the other, need
// a place of their own first. Who opened them closes them. A writer must not use
// the database of the store: a statement may be open meanwhile.
//
// The rows of some contacts are read just after these, and the rows of all of
// them need no memory. A failure of the store in the middle of them is not tried
// again. The store must be able to read rows; all of this module's are.
func ExportRows(open func(association string) (io.Writer, error), associations ...string) ExportOption {
	return func(o *exportOptions) {
		if open == nil {
			o.fault("ExportRows: the function is nil")
		}
		o.open, o.chosen = open, associations
	}
}

// ExportProtected exports protected contacts as well, for example to tell a
// person what is kept of them. The service's scope still holds.
func ExportProtected() ExportOption { return func(o *exportOptions) { o.protected = true } }

// ExportWithoutHeader leaves out the first line of each file, for exports that
// are appended to others.
func ExportWithoutHeader() ExportOption { return func(o *exportOptions) { o.headerless = true } }

func (s *Service) exportConfig(options []ExportOption) (exportOptions, []error) {
	var o exportOptions
	for i, option := range options {
		if option == nil {
			o.fault("option %d is nil", i+1)
			continue
		}
		option(&o)
	}
	o.chooseFields(s.schema)
	if o.open != nil {
		o.chooseRows(s)
	}
	return o, o.faults
}

// chooseFields puts the key first.
func (o *exportOptions) chooseFields(schema contacts.Schema) {
	names := o.fields
	if names == nil {
		for _, f := range schema.Fields {
			names = append(names, f.Name)
		}
	}
	out := slices.Clone(schema.Key)
	seen := map[string]bool{}
	for _, name := range names {
		if _, ok := schema.Lookup(name); !ok {
			o.fault("ExportFields: there is no contact field %q", name)
		}
		if seen[name] {
			o.fault("ExportFields: %q is named twice", name)
		}
		if seen[name] = true; !slices.Contains(schema.Key, name) {
			out = append(out, name)
		}
	}
	o.fields = out
}

func (o *exportOptions) chooseRows(s *Service) {
	if _, ok := s.store.(store.RowReader); !ok {
		o.fault("ExportRows: a %T cannot read rows", s.store)
	}
	placed := s.schema.Placed()
	if len(o.chosen) == 0 {
		for _, p := range placed {
			if p.Action != contacts.ReadOnly {
				o.rows = append(o.rows, p)
			}
		}
		if len(o.rows) == 0 {
			o.faults = append(o.faults, errors.New("ExportRows: the schema has no associations but what is only read; name those"))
		}
		return
	}
	seen := map[string]bool{}
	for _, name := range o.chosen {
		i := slices.IndexFunc(placed, func(p contacts.Placed) bool { return p.Name == name })
		switch {
		case i < 0:
			o.fault("ExportRows: there is no association %q", name)
		case seen[name]:
			o.fault("ExportRows: %q is named twice", name)
		default:
			o.rows = append(o.rows, placed[i])
		}
		seen[name] = true
	}
}
