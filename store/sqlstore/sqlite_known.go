package sqlstore

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/where"
)

// SQLite stores any value in any column, and sorts numbers below texts and
// texts below blobs. So every test also asks for the storage class and the
// form of the value; what does not have them is unknown.

// exactIntegers is the range of integers that are exact as floating-point
// numbers.
const exactIntegers = "BETWEEN -9007199254740992 AND 9007199254740992"

// known is written with X for the column.
func (sqlite) known(c column) term {
	return expr(strings.ReplaceAll(sqliteKnown(c.field), "X", c.sql))
}

func (sqlite) null(c column) term { return expr(c.sql + " IS NULL") }

func (sqlite) filled(c column) term { return expr(c.sql + " <> ''") }

func sqliteKnown(f contacts.Field) string {
	switch f.Kind {
	case where.KindText:
		return "typeof(X) = 'text' AND instr(X, char(0)) = 0"
	case where.KindInt64:
		return "typeof(X) = 'integer'"
	case where.KindUint64:
		return "typeof(X) = 'integer' AND X >= 0"
	case where.KindFloat64:
		// 9e999 is infinity. A column of type NUMERIC stores 3.0 as 3.
		return "typeof(X) = 'real' AND abs(X) < 9e999 OR typeof(X) = 'integer' AND X " + exactIntegers
	case where.KindDecimal:
		if f.Encoding.Form == contacts.FormUnits {
			return "typeof(X) = 'integer'"
		}
		// Outside of this range 15 digits are no decimal of the value page.
		return "typeof(X) = 'real' AND (X = 0 OR abs(X) >= 1e-16 AND abs(X) < 1e64) OR typeof(X) = 'integer' AND X " + exactIntegers
	case where.KindBool:
		return "typeof(X) = 'integer' AND X IN (0, 1)"
	case where.KindTime:
		return sqliteKnownTime(f.Encoding)
	case where.KindDate:
		return "typeof(X) = 'text' AND date(X) = X COLLATE BINARY AND " + fromYear1000
	case where.KindUUID:
		if f.Encoding.Form == contacts.FormUUIDBytes {
			return "typeof(X) = 'blob' AND length(X) = 16"
		}
		return "typeof(X) = 'text' AND length(CAST(X AS BLOB)) = 36 AND X GLOB '" + uuidGlob() + "'"
	}
	return "1 = 0"
}

func uuidGlob() string {
	hex := func(n int) string { return strings.Repeat("[0-9a-f]", n) }
	return hex(8) + "-" + hex(4) + "-" + hex(4) + "-" + hex(4) + "-" + hex(12)
}

// datetime leaves years below 1000 and the hour 24 as they are.
const (
	fromYear1000 = "substr(X, 1, 1) <> '0'"
	notHour24    = " AND substr(X, 12, 2) <> '24'"
)

func sqliteKnownTime(e contacts.Encoding) string {
	if per := perSecond(e); per != 0 {
		return fmt.Sprintf("typeof(X) = 'integer' AND X BETWEEN %d AND %d", firstSecond*per, (lastSecond+1)*per-1)
	}
	layout := timeLayout(e)
	if layout == contacts.SQLiteTime {
		return "typeof(X) = 'text' AND datetime(X) = X COLLATE BINARY AND " + fromYear1000 + notHour24
	}
	// datetime knows three digits of a fraction at most, and accepts other
	// forms, so the form of the text is tested too.
	digits := "0000-00-00" + layout[10:11] + "00:00:00" + fraction(layout[19:])
	form := strings.ReplaceAll(digits, "0", "[0-9]") + zone(layout[19:])
	return "typeof(X) = 'text' AND length(CAST(X AS BLOB)) = " + strconv.Itoa(len(layout)) +
		" AND datetime(substr(X, 1, 19)) = substr(X, 1, 10) || ' ' || substr(X, 12, 8) COLLATE BINARY" +
		" AND X GLOB '" + form + "' AND " + fromYear1000 + notHour24
}

// fraction and zone are the parts of a layout after its seconds.
func fraction(rest string) string { return strings.TrimSuffix(rest, zone(rest)) }

func zone(rest string) string {
	for _, z := range [...]string{"Z", "+00:00"} {
		if strings.HasSuffix(rest, z) {
			return z
		}
	}
	return ""
}

// timeLayout is the layout of a time that is stored as text.
func timeLayout(e contacts.Encoding) string {
	if e.Form == contacts.FormText {
		return e.Layout
	}
	return contacts.SQLiteTime
}

// The seconds of the years 1000 to 9999.
const (
	firstSecond = -30610224000
	lastSecond  = 253402300799
)

// perSecond is how many units of an integer encoding make a second, and 0 for
// times as text.
func perSecond(e contacts.Encoding) int64 {
	switch e.Form {
	case contacts.FormUnixSeconds:
		return 1
	case contacts.FormUnixMillis:
		return int64(time.Second / time.Millisecond)
	case contacts.FormUnixMicros:
		return int64(time.Second / time.Microsecond)
	case contacts.FormNative, contacts.FormText, contacts.FormUnits, contacts.FormReal,
		contacts.FormUUIDText, contacts.FormUUIDBytes:
	}
	return 0
}

// stray names the storage classes. A text in a column of numbers is one only if
// it could be meant as a number; others cannot be joined with any.
func (sqlite) stray(c column) term {
	switch {
	case textual(c.field):
		return expr("typeof(" + c.sql + ") NOT IN ('null', 'text')")
	case c.field.Kind == where.KindUUID:
		return expr("typeof(" + c.sql + ") NOT IN ('null', 'blob')")
	}
	test := "typeof(X) = 'text' AND X GLOB '*[0-9]*' AND X NOT GLOB '*[^-+.0-9eE ]*'"
	if c.field.Kind != where.KindFloat64 && c.field.Encoding.Form != contacts.FormReal {
		test = "typeof(X) = 'real' OR " + test
	}
	return expr(strings.ReplaceAll(test, "X", c.sql))
}

// longestSuspect is the size up to which texts are checked, in bytes.
const longestSuspect = 1 << 16

// suspect leaves out ASCII, which is most of what there is.
func (sqlite) suspect(c column) string {
	return strings.ReplaceAll("CASE WHEN typeof(X) = 'text' AND length(CAST(X AS BLOB)) <= "+strconv.Itoa(longestSuspect)+
		" AND X GLOB '*[^' || char(1) || '-' || char(127) || ']*' THEN CAST(X AS BLOB) END", "X", c.sql)
}
