package sqlstore

import (
	"context"
	"strings"

	"github.com/contactsweep/contactsweep/contacts"
)

func (mysql) guesses(_ context.Context, _ queryer, t tableInfo, plain map[string]bool, zone string) ([]guess, error) { //nolint:unparam // SQLite asks the database
	out := make([]guess, len(t.columns))
	for i, c := range t.columns {
		out[i] = mysqlGuess(c, plain[c.name], zone)
		for n := range out[i].fields {
			out[i].fields[n].Name = c.name
		}
	}
	return out, nil
}

// mysqlGuess follows the type. TINYINT(1) is what BOOLEAN is called there, and
// what some tools make of small numbers.
func mysqlGuess(c columnInfo, plain bool, zone string) guess {
	exactly := func(f contacts.Field) guess { return guess{fields: []contacts.Field{f}, typed: true} }
	switch mysqlTypeOf(c) {
	case mysqlText:
		return exactly(contacts.Text(""))
	case mysqlInteger:
		switch {
		case c.declared == "TINYINT(1)" && !plain:
			return guess{fields: []contacts.Field{contacts.Bool(""), contacts.Int64("")}}
		case unsigned(c) && strings.HasPrefix(c.declared, "BIGINT"):
			return exactly(contacts.Uint64(""))
		}
		return exactly(contacts.Int64(""))
	case mysqlReal:
		return exactly(contacts.Float64(""))
	case mysqlDecimal:
		return exactly(contacts.Decimal(""))
	case mysqlBit:
		return exactly(contacts.Bool(""))
	case mysqlDatetime:
		g := exactly(contacts.Time(""))
		if zone != "" {
			g.fields[0] = g.fields[0].Encoded(contacts.NaiveTime(zone))
		} else {
			g.note = naiveNote
		}
		return g
	case mysqlTimestamp:
		return exactly(contacts.Time(""))
	case mysqlDate:
		return exactly(contacts.Date(""))
	case mysqlUUID:
		return exactly(contacts.UUID(""))
	case mysqlBinary:
		if c.declared == "BINARY(16)" || plain {
			return guess{
				fields: []contacts.Field{contacts.UUID("").Encoded(contacts.UUIDBytes())},
				note:   "16 bytes, taken for a UUID",
			}
		}
	case mysqlOther:
	}
	return unmapped("values of type " + c.declared + " cannot be compared")
}

func (mysql) caveats(context.Context, queryer, tableInfo) ([]string, error) { return nil, nil }
