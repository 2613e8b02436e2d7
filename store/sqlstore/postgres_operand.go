package sqlstore

import (
	"fmt"
	"math"
	"strconv"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/where"
)

// pgLayout is how instants are passed and read: to the microsecond.
const pgLayout = "2006-01-02 15:04:05.000000"

// pgOperand returns the value as it is compared with the column. A value that
// cannot be stored comes as the greatest one below it, with its place.
func pgOperand(c column, v where.Value) (any, place, error) {
	f := c.field
	if v.Kind() != f.Kind {
		return nil, exact, fmt.Errorf("sqlstore: field %q: a %s value for a %s field", f.Name, v.Kind(), f.Kind)
	}
	switch f.Kind { //nolint:exhaustive // the others are the same on every engine
	case where.KindUint64:
		if pgType(c) == pgNumeric {
			return strconv.FormatUint(v.Uint64(), 10), exact, nil
		}
		if v.Uint64() > math.MaxInt64 {
			return int64(math.MaxInt64), above, nil
		}
	case where.KindDecimal:
		if f.Encoding.Form == contacts.FormNative {
			return v.Decimal(), exact, nil
		}
	case where.KindBool:
		return v.Bool(), exact, nil
	case where.KindTime:
		if f.Encoding.Form == contacts.FormNative {
			return v.Time().Format(pgLayout) + "+00", exact, nil
		}
	case where.KindUUID:
		if f.Encoding.Form != contacts.FormUUIDBytes {
			return v.String(), exact, nil
		}
	}
	return sqliteOperand(f, v)
}

// pgCast is the type that operands are cast to for comparisons with the
// column.
func pgCast(c column) string {
	switch t := pgType(c); t {
	case pgSmallint, pgInteger, pgBigint:
		if c.field.Kind == where.KindDecimal && c.field.Encoding.Form == contacts.FormNative {
			return pgNumeric
		}
		return pgBigint
	case pgReal, pgDouble:
		return pgDouble
	case pgVarchar, pgChar, pgCitext, pgEnum:
		return pgText
	default:
		return t
	}
}
