package sqlstore

import (
	"strconv"
	"strings"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/where"
)

// A column's type leaves little that does not belong to a kind: infinities,
// NaN, years out of range, and texts that are no times.

func (postgres) null(c column) term { return expr(c.sql + " IS NULL") }

func (postgres) filled(c column) term { return expr(c.sql + " <> ''") }

// known is written with X for the column.
func (s postgres) known(c column) term {
	if !pgFits(c) {
		return expr("1 = 0")
	}
	if test := pgKnown(c); test != "" {
		return expr(strings.ReplaceAll(test, "X", c.sql))
	}
	return expr(c.sql + " IS NOT NULL")
}

// pgKnown is "" where the type holds nothing else than values of the kind.
func pgKnown(c column) string {
	f := c.field
	switch f.Kind {
	case where.KindUint64:
		if pgType(c) == pgNumeric { // NaN is greater than all numbers
			return "X >= 0 AND X <= 18446744073709551615 AND X = trunc(X)"
		}
		return "X >= 0"
	case where.KindFloat64:
		return "X > '-Infinity' AND X < 'Infinity'"
	case where.KindDecimal:
		switch {
		case f.Encoding.Form == contacts.FormReal:
			return "X = 0 OR abs(X) >= 1e-16 AND abs(X) < 1e64"
		case pgType(c) == pgNumeric:
			return "X <> 'NaN' AND abs(X) < 1e65 AND X = round(X, 30)"
		}
	case where.KindTime:
		return pgKnownTime(c)
	case where.KindDate:
		return "X >= '1000-01-01' AND X <= '9999-12-31'"
	case where.KindUUID:
		if f.Encoding.Form == contacts.FormUUIDBytes {
			return "length(X) = 16"
		}
		if f.Encoding.Form == contacts.FormUUIDText {
			return "X::text" + pgBinary + " ~ '" + uuidRegexp + "'"
		}
	case where.KindText, where.KindInt64, where.KindBool:
	}
	return ""
}

func pgKnownTime(c column) string {
	e := c.field.Encoding
	if per := perSecond(e); per != 0 {
		return "X BETWEEN " + strconv.FormatInt(firstSecond*per, 10) + " AND " + strconv.FormatInt((lastSecond+1)*per-1, 10)
	}
	if e.Form == contacts.FormText {
		return "X::text" + pgBinary + " ~ '" + timeRegexp(e.Layout) + "'"
	}
	if pgType(c) == pgTimestamptz {
		return "X >= '1000-01-01 00:00:00+00' AND X < '10000-01-01 00:00:00+00'"
	}
	if pgZoned(c.field) {
		return pgKnownClock(c.field)
	}
	return "X >= '1000-01-01 00:00:00' AND X < '10000-01-01 00:00:00'"
}
