package where

import "iter"

// Field is what a condition needs to know of a field.
type Field struct {
	Kind Kind
	// Fold says that the field is case-insensitive: it is compared with its
	// ASCII letters in lower case. Only text fields can be.
	Fold bool
	// Required says that the field is never NULL. It is only used to find
	// conditions that are always true.
	Required bool
}

// Catalog says which fields and associations there are. Implementations must
// be safe for concurrent use.
type Catalog interface {
	// Field returns the field of that name.
	Field(name string) (Field, bool)
	// Association returns the catalog of the association's rows.
	Association(name string) (Catalog, bool)
	// Key returns the names of the key's fields, none where there is no key.
	Key() []string
	// Names returns the names of all fields and associations, for messages.
	Names() (fields, associations []string)
}

// Hinter is a Catalog that can say more about a name that it does not have, for
// messages.
type Hinter interface {
	// Hint returns what there is to say of the name, as what follows it in a
	// sentence, or "".
	Hint(name string) string
}

// Row is one stored row, for evaluation in memory.
type Row interface {
	// Value returns the stored value of a field: a value of the field's kind,
	// the zero Value for NULL, or [Unknown] for anything else.
	Value(field string) Value
	// Rows returns the rows of an association that belong to this row. The
	// sequence is not nil and can be read more than once.
	Rows(association string) iter.Seq[Row]
}

// Truth is the result of a condition in three-valued logic.
type Truth uint8

// The truth values. Only True selects.
const (
	False Truth = iota
	Indeterminate
	True
)

// String returns "false", "unknown" or "true".
func (t Truth) String() string {
	switch t {
	case False:
		return "false"
	case Indeterminate:
		return "unknown"
	case True:
		return "true"
	}
	return "invalid"
}

func truth(b bool) Truth {
	if b {
		return True
	}
	return False
}
