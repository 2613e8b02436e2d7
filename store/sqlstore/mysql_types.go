package sqlstore

import (
	"strconv"
	"strings"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/store"
	"github.com/contactsweep/contactsweep/where"
)

// mysqlType is what MySQL can compare without converting values: what it
// converts it converts wrongly, so that a text column is equal to the number 0
// in almost every row.
type mysqlType uint8

const (
	mysqlOther mysqlType = iota
	mysqlText
	mysqlInteger
	mysqlReal
	mysqlDecimal
	mysqlBit
	mysqlDatetime
	mysqlTimestamp
	mysqlDate
	mysqlUUID
	mysqlBinary
)

// utf8mb4 is the character set that holds all texts.
const utf8mb4 = "utf8mb4"

// mysqlTypeOf reads the declared type, such as "BIGINT(20) UNSIGNED".
func mysqlTypeOf(c columnInfo) mysqlType {
	name := c.declared
	if i := strings.IndexAny(name, "( "); i >= 0 {
		name = name[:i]
	}
	switch name {
	case "CHAR", "VARCHAR", "TINYTEXT", "TEXT", "MEDIUMTEXT", "LONGTEXT", "ENUM", "SET":
		if c.charset != "" && c.charset != "binary" {
			return mysqlText
		}
	case "TINYINT", "SMALLINT", "MEDIUMINT", "INT", "BIGINT":
		return mysqlInteger
	case "FLOAT", "DOUBLE":
		return mysqlReal
	case "DECIMAL":
		return mysqlDecimal
	case "BIT":
		if c.declared == "BIT(1)" {
			return mysqlBit
		}
	case "DATETIME":
		return mysqlDatetime
	case "TIMESTAMP":
		return mysqlTimestamp
	case "DATE":
		return mysqlDate
	case "UUID":
		return mysqlUUID
	case "BINARY", "VARBINARY":
		return mysqlBinary
	}
	return mysqlOther
}

func unsigned(c columnInfo) bool { return strings.Contains(c.declared, " UNSIGNED") }

// padded reports whether the column drops trailing spaces, or, in some SQL
// modes, adds them.
func padded(c columnInfo) bool { return strings.HasPrefix(c.declared, "CHAR(") }

// mysqlDigits is the last number in the brackets of the type: the digits that
// the column keeps of a second, or after the point.
func mysqlDigits(c columnInfo) int {
	_, rest, _ := strings.Cut(c.declared, "(")
	digits, _, _ := strings.Cut(rest, ")")
	n, err := strconv.Atoi(strings.TrimSpace(digits[strings.LastIndex(digits, ",")+1:]))
	if err != nil {
		return 0
	}
	return n
}

// fits reports whether the column's type can hold values of the field. Nothing
// in a column that does not fit is known.
func (mysql) fits(f contacts.Field, c columnInfo) bool {
	t := mysqlTypeOf(c)
	switch f.Kind {
	case where.KindText:
		return t == mysqlText
	case where.KindInt64, where.KindUint64:
		return t == mysqlInteger
	case where.KindFloat64:
		return t == mysqlReal
	case where.KindDecimal:
		switch f.Encoding.Form { //nolint:exhaustive // the others are of other kinds
		case contacts.FormUnits:
			return t == mysqlInteger
		case contacts.FormReal:
			return t == mysqlReal
		}
		return t == mysqlDecimal
	case where.KindBool:
		return t == mysqlInteger || t == mysqlBit
	case where.KindTime:
		switch {
		case perSecond(f.Encoding) != 0:
			return t == mysqlInteger
		case f.Encoding.Form == contacts.FormText:
			return t == mysqlText
		}
		return t == mysqlDatetime || t == mysqlTimestamp && f.Encoding.Zone == ""
	case where.KindDate:
		return t == mysqlDate
	case where.KindUUID:
		switch f.Encoding.Form { //nolint:exhaustive // the others are of other kinds
		case contacts.FormUUIDBytes:
			return t == mysqlBinary
		case contacts.FormUUIDText:
			return t == mysqlText
		}
		return t == mysqlText || t == mysqlUUID
	}
	return false
}

// alike reports whether two columns join without a conversion.
func (mysql) alike(a, b columnInfo) bool {
	t := mysqlTypeOf(a)
	return t == mysqlTypeOf(b) && t != mysqlOther
}

// misfit: what does not fit is unknown, or would be compared with a
// conversion.
func (m mysql) misfit(f contacts.Field, c columnInfo) store.Severity {
	if m.fits(f, c) {
		return 0
	}
	return store.Fatal
}

func (mysql) holdsUint64(c columnInfo) bool { return unsigned(c) }
