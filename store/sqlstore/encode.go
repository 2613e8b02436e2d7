package sqlstore

import (
	"fmt"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/where"
)

// Encode returns what a driver must be given so that the field's column holds
// the value in the declared encoding, for tests and for hosts that write rows
// themselves. NULL is nil. Times lose what the encoding has no digits for;
// other values that cannot be stored exactly are an error, and so are unknown
// values and those of another kind.
func Encode(dialect Dialect, field contacts.Field, v where.Value) (any, error) {
	e, err := engineOf(dialect)
	if err != nil {
		return nil, err
	}
	if v.IsUnknown() || v.IsRelative() {
		return nil, fmt.Errorf("sqlstore: field %q: %w", field.Name, errStored)
	}
	if !v.IsNull() {
		if v, err = v.As(field.Kind); err != nil {
			return nil, fmt.Errorf("sqlstore: field %q: %w", field.Name, err)
		}
	}
	return e.encode(field, v)
}
