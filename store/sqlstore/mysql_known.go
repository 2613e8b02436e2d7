package sqlstore

import (
	"fmt"
	"strings"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/where"
)

// known asks for what the type alone does not say. SQL mode permitting, MySQL
// stores dates of zeros and the 30th of February.
func (m mysql) known(c column) term {
	x := func(test string) term { return expr(strings.ReplaceAll(test, "X", c.sql)) }
	if !m.fits(c.field, c.info) {
		return expr("1 = 0")
	}
	switch f := c.field; f.Kind {
	case where.KindText:
		return expr("LOCATE(0x00, " + m.raw(c) + ") = 0")
	case where.KindInt64:
		if unsigned(c.info) {
			return x("X <= 9223372036854775807")
		}
	case where.KindUint64:
		return x("X >= 0")
	case where.KindDecimal:
		switch {
		case f.Encoding.Form == contacts.FormReal: // beyond, 15 digits are no decimal of the value page
			return x("X = 0 OR ABS(X) >= 1e-16 AND ABS(X) < 1e64")
		case f.Encoding.Form == contacts.FormUnits && unsigned(c.info):
			return x("X <= 9223372036854775807")
		case mysqlTypeOf(c.info) == mysqlDecimal && mysqlDigits(c.info) > maxFraction:
			return x("X = TRUNCATE(X, 30)")
		}
	case where.KindBool:
		return x("X IN (0, 1)")
	case where.KindTime:
		return m.knownTime(c)
	case where.KindDate:
		return x("X >= '1000-01-01' AND " + realDay)
	case where.KindUUID:
		switch mysqlTypeOf(c.info) { //nolint:exhaustive // the others hold nothing else
		case mysqlBinary:
			return x("LENGTH(X) = 16")
		case mysqlText:
			return m.shaped(c, uuidRegexp, uuidLength)
		}
	case where.KindFloat64:
	}
	return x("X IS NOT NULL")
}

// realDay is true for a day that its month has.
const realDay = "MONTH(X) > 0 AND DAYOFMONTH(X) > 0 AND " +
	"(DAYOFMONTH(X) <= 28 OR DAYOFMONTH(X) <= DAYOFMONTH(LAST_DAY(CONCAT(YEAR(X), '-', MONTH(X), '-01'))))"

// shaped is true for texts of the length that match the regular expression,
// whose $ also stands before a final line break.
func (m mysql) shaped(c column, shape string, length int) term {
	return expr(m.characters(c, false)+" REGEXP ? AND LENGTH("+m.raw(c)+") = ?", shape, int64(length))
}

// null: in a column that is NOT NULL, MySQL says that dates of zeros are NULL.
func (mysql) null(c column) term {
	if c.info.notNull {
		return expr("1 = 0")
	}
	return expr(c.sql + " IS NULL")
}

// filled counts bytes: most collations take spaces for an empty text.
func (m mysql) filled(c column) term { return expr("LENGTH(" + m.text(c) + ") > 0") }

// stray is false: a column has one type, and one that does not fit is fatal.
func (mysql) stray(column) term { return expr("1 = 0") }

// suspect are the bytes of surrogates, which old versions let into utf8 columns.
func (m mysql) suspect(c column) string {
	if !m.fits(c.field, c.info) {
		return ""
	}
	raw := m.raw(c)
	return fmt.Sprintf("CASE WHEN LENGTH(%s) <= %d AND LOCATE(0xED, %s) > 0 THEN %s END", c.sql, longestSuspect, raw, raw)
}

// uuidLength is the length of a UUID's canonical text.
const uuidLength = 36
