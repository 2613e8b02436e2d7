package store

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/where"
)

// RowReader is implemented by stores that can read the rows of associations,
// which exports need. Without it a service exports contacts alone.
type RowReader interface {
	// ReadRows calls visit for every row of the association that belongs to one
	// of the contacts, directly or by the rows above: for each row once, also
	// where it belongs to several of them, in no particular order. The values
	// are those of the fields in the request's order, [where.Unknown] for a
	// stored value outside its field's kind; they are valid until visit returns.
	// Rows that are contacts are left out where they are out of the selection's
	// scope or protected by it.
	//
	// The first error of visit ends the reading and is returned as it is. A
	// statement may be open while visit runs, which must therefore not use the
	// storage. All rows of a call are of one moment, and however many there are,
	// memory does not grow with them, unless the store keeps its rows there.
	//
	// A store that wraps one without a RowReader returns an error that matches
	// [errors.ErrUnsupported].
	ReadRows(ctx context.Context, r RowsRequest, visit func([]where.Value) error) error
}

// RowsRequest asks for rows that belong to contacts.
type RowsRequest struct {
	// Selection is the one that the contacts were read by. Whether it still means
	// them makes no difference.
	Selection
	// Association names the association, which may be ReadOnly.
	Association string
	// Fields names at least one field of its rows.
	Fields []string
	// Keys are the contacts, in any order; for none nothing is read.
	Keys []contacts.Key
	// Passed, when not "", is a cursor of the walk by the key. Rows that belong
	// as well to a contact up to it that the selection means are left out: who
	// reads rows page by page has met them already.
	Passed Cursor
}

// Resolve checks the request against the schema and returns the place of the
// association in [contacts.Schema.Placed]. It checks neither keys nor the
// cursor. All faults are reported at once.
func (r RowsRequest) Resolve(schema contacts.Schema) (int, error) {
	placed := schema.Placed()
	i := slices.IndexFunc(placed, func(p contacts.Placed) bool { return p.Name == r.Association })
	if i < 0 {
		return 0, fmt.Errorf("there is no association %q", r.Association)
	}
	var faults []error
	if len(r.Fields) == 0 {
		faults = append(faults, errors.New("no fields are asked for"))
	}
	for _, name := range r.Fields {
		if _, ok := placed[i].Lookup(name); !ok {
			faults = append(faults, fmt.Errorf("the rows of %q have no field %q", r.Association, name))
		}
	}
	return i, errors.Join(faults...)
}

// Sharable reports whether a row of the association can belong to several
// contacts. Where it cannot, [RowsRequest.Passed] leaves out nothing.
func Sharable(schema contacts.Schema, association int) bool {
	placed := schema.Placed()
	for i := association; i >= 0; i = placed[i].Above {
		p := placed[i]
		if len(p.References) > 1 || p.Action == contacts.ReadOnly {
			return true // what is only read need not refer to something unique
		}
	}
	return false
}
