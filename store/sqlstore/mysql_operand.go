package sqlstore

import (
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/where"
)

// mysqlOperand returns the value as a parameter for the column, with its place
// among what the column can store.
func mysqlOperand(c column, v where.Value) (any, place, error) {
	f := c.field
	if v.Kind() != f.Kind {
		return nil, exact, fmt.Errorf("sqlstore: field %q: a %s value for a %s field", f.Name, v.Kind(), f.Kind)
	}
	switch {
	case f.Kind == where.KindUint64 && unsigned(c.info):
		return strconv.FormatUint(v.Uint64(), 10), exact, nil // drivers refuse large ones as integers
	case f.Kind == where.KindDecimal && f.Encoding.Form == contacts.FormNative:
		return v.Decimal(), exact, nil
	}
	x, at, err := sqliteOperand(f, v)
	if b, ok := x.([]byte); ok {
		return hex.EncodeToString(b), at, err
	}
	return x, at, err
}

// mark is the placeholder of an operand that is compared with the column
// itself, in the column's own type: then nothing is converted row by row, and
// the index serves.
func (m mysql) mark(c column, x any) string {
	switch mysqlTypeOf(c.info) { //nolint:exhaustive // the others need nothing
	case mysqlText:
		return m.textMark(c.info)
	case mysqlInteger:
		if _, ok := x.(string); ok {
			return "CAST(? AS UNSIGNED)"
		}
	case mysqlDecimal:
		text, _ := x.(string)
		whole, fraction, _ := strings.Cut(strings.TrimPrefix(text, "-"), ".")
		return fmt.Sprintf("CAST(? AS DECIMAL(%d, %d))", len(whole)+len(fraction), len(fraction))
	case mysqlDate:
		return "CAST(? AS DATE)"
	case mysqlDatetime:
		return "CAST(? AS DATETIME(6))"
	case mysqlBinary:
		return "UNHEX(?)"
	}
	return "?"
}
