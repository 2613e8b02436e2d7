package sqlstore

import (
	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/where"
)

// What stands beside a value that is read: how it is stored.
const (
	storedNull  = 1
	storedKnown = 2
)

// valuesRead are, for each field, how its value is stored and the value.
func (b *builder) valuesRead(c level, fields []contacts.Field) []term {
	var out []term
	for _, f := range fields {
		column := b.column(c, f)
		out = append(out,
			expr("CASE WHEN ? THEN 1 WHEN ? THEN 2 ELSE 0 END", b.null(column), b.known(column)),
			expr(b.read(column)))
	}
	return out
}

// rawValues is what was read of a row.
type rawValues struct {
	fields []contacts.Field
	states []int
	raw    []any
}

func rawOf(fields []contacts.Field) rawValues {
	return rawValues{fields, make([]int, len(fields)), make([]any, len(fields))}
}

// targets is where a row is scanned to.
func (r rawValues) targets() []any {
	var out []any
	for i := range r.raw {
		out = append(out, &r.states[i], &r.raw[i])
	}
	return out
}

// values are the fields' values.
func (r rawValues) values(e codec) []where.Value {
	out := make([]where.Value, len(r.fields))
	for i, f := range r.fields {
		switch r.states[i] {
		case storedNull:
		case storedKnown:
			out[i] = e.decode(f, r.raw[i])
		default:
			out[i] = where.Unknown()
		}
	}
	return out
}
