package where

import "fmt"

// Kind is the kind of values that a field holds. The zero Kind is no kind.
type Kind uint8

// The kinds. Equality and order are the same in memory and on every engine.
const (
	// KindText is valid UTF-8 without NUL, compared by code points: case,
	// accents and trailing spaces count.
	KindText Kind = iota + 1
	// KindInt64 is a signed 64-bit integer.
	KindInt64
	// KindUint64 is an unsigned 64-bit integer.
	KindUint64
	// KindFloat64 is a finite floating-point number.
	KindFloat64
	// KindDecimal is an exact decimal number of at most 65 digits, 30 of them
	// after the point.
	KindDecimal
	// KindBool is true or false; it has no order.
	KindBool
	// KindTime is an instant of the years 1000 to 9999, to the microsecond.
	KindTime
	// KindDate is a civil date of the years 1000 to 9999.
	KindDate
	// KindUUID is 16 bytes, ordered as bytes.
	KindUUID

	// Kinds of values that are not a field's.
	kindUnknown
	kindAgo
	kindDateAgo
)

var kindNames = map[Kind]string{ //nolint:gochecknoglobals // a constant table
	0: "null", KindText: "text", KindInt64: "int64", KindUint64: "uint64", KindFloat64: "float64",
	KindDecimal: "decimal", KindBool: "bool", KindTime: "time", KindDate: "date", KindUUID: "uuid",
	kindUnknown: "unknown", kindAgo: "ago", kindDateAgo: "dateago",
}

// String returns the kind's name in lower case, such as "int64".
func (k Kind) String() string {
	if name, ok := kindNames[k]; ok {
		return name
	}
	return fmt.Sprintf("kind(%d)", uint8(k))
}

// Valid reports whether k is one of the kinds that a field can have.
func (k Kind) Valid() bool { return k >= KindText && k <= KindUUID }

// Ordered reports whether values of the kind can be compared with < and >.
func (k Kind) Ordered() bool { return k.Valid() && k != KindBool }

// Date is a civil date, without a time of day or a zone.
type Date struct {
	Year  int
	Month int
	Day   int
}

// String returns the date as 2006-01-02.
func (d Date) String() string { return fmt.Sprintf("%04d-%02d-%02d", d.Year, d.Month, d.Day) }
