package sqlstore

import (
	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/where"
)

const (
	storedNull  = 1
	storedKnown = 2
)

// fieldValues reads fields of rows, one row after the other: for each field how
// it is stored, and its value.
type fieldValues struct {
	store  *Store
	fields []contacts.Field
	states []int
	raw    []any
	into   []any // where a row is scanned to
	out    []where.Value
}

// fieldValues is for fields that the rows have and the engine can read.
func (s *Store) fieldValues(rows *rowSet, names []string) (fieldValues, error) {
	fields := make([]contacts.Field, len(names))
	for i, name := range names {
		var err error
		if fields[i], err = rows.field(name); err == nil {
			err = s.unsupported(fields[i])
		}
		if err != nil {
			return fieldValues{}, err
		}
	}
	return s.valuesOf(fields), nil
}

func (s *Store) valuesOf(fields []contacts.Field) fieldValues {
	n := len(fields)
	v := fieldValues{store: s, fields: fields, states: make([]int, n), raw: make([]any, n), out: make([]where.Value, n)}
	for i := range fields {
		v.into = append(v.into, &v.states[i], &v.raw[i])
	}
	return v
}

// columns are what is scanned.
func (v fieldValues) columns(b *builder, l level) []term {
	var out []term
	for _, f := range v.fields {
		c := b.column(l, f)
		out = append(out,
			expr("CASE WHEN ? THEN 1 WHEN ? THEN 2 ELSE 0 END", b.null(c), b.known(c)),
			expr(b.read(c)))
	}
	return out
}

// decoded are the values of the row that was scanned, until the next one is.
func (v fieldValues) decoded() []where.Value {
	for i, f := range v.fields {
		switch v.states[i] {
		case storedNull:
			v.out[i] = where.Value{}
		case storedKnown:
			v.out[i] = v.store.decode(f, v.raw[i])
		default:
			v.out[i] = where.Unknown()
		}
	}
	return v.out
}
