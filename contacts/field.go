package contacts

import (
	"fmt"
	"regexp"
	"time"

	"github.com/contactsweep/contactsweep/where"
)

// Field is a column that conditions, keys and references may name. Make it
// with [Text], [Int64] and the others, and change it with its methods; a Field
// is a value, and the methods return a changed copy.
type Field struct {
	Name            string     // what conditions call it
	Column          string     // the column; empty: the same as Name
	Kind            where.Kind // the kind of its values
	Encoding        Encoding   // how values are stored; the zero Encoding is the engine's own way
	CaseInsensitive bool       // text only: compare with ASCII letters in lower case
	Required        bool       // the column is NOT NULL
	Immutable       bool       // nobody changes the value of a row that exists
}

// Text is a field of valid UTF-8 text.
func Text(name string) Field { return Field{Name: name, Kind: where.KindText} }

// Int64 is a field of signed integers.
func Int64(name string) Field { return Field{Name: name, Kind: where.KindInt64} }

// Uint64 is a field of unsigned integers.
func Uint64(name string) Field { return Field{Name: name, Kind: where.KindUint64} }

// Float64 is a field of finite floating-point numbers.
func Float64(name string) Field { return Field{Name: name, Kind: where.KindFloat64} }

// Decimal is a field of exact decimal numbers. SQLite has no such type; there
// the field needs [Field.Encoded] with [DecimalUnits] or [DecimalReal].
func Decimal(name string) Field { return Field{Name: name, Kind: where.KindDecimal} }

// Bool is a field of booleans; SQLite stores them as the integers 0 and 1.
func Bool(name string) Field { return Field{Name: name, Kind: where.KindBool} }

// Time is a field of instants in the engine's own type. SQLite has none; there
// it means the text "2006-01-02 15:04:05" in UTC, as CURRENT_TIMESTAMP writes
// it. Name any other form with [Field.Encoded].
func Time(name string) Field { return Field{Name: name, Kind: where.KindTime} }

// Date is a field of civil dates; SQLite stores them as text, "2006-01-02".
func Date(name string) Field { return Field{Name: name, Kind: where.KindDate} }

// UUID is a field of UUIDs in the engine's own type; where there is none, as
// in SQLite, it means the canonical text in lower case. A text in any other
// form, such as upper case, is none of its values: conditions do not know it,
// and a contact with such a key is neither found nor deleted. Declare a column
// that holds other forms as [Text], which compares them as they are.
func UUID(name string) Field { return Field{Name: name, Kind: where.KindUUID} }

// In returns the field with the column that holds it.
func (f Field) In(column string) Field {
	f.Column = column
	return f
}

// Encoded returns the field with another encoding than the engine's own.
func (f Field) Encoded(e Encoding) Field {
	f.Encoding = e
	return f
}

// FoldCase returns a text field that is compared with its ASCII letters in
// lower case, on every engine alike.
func (f Field) FoldCase() Field {
	f.CaseInsensitive = true
	return f
}

// NotNull returns the field of a NOT NULL column.
func (f Field) NotNull() Field {
	f.Required = true
	return f
}

// NeverChanges returns the field with the host's promise that nobody changes its
// value in a row that exists, such as the time at which the row was made. A run
// can walk by such a field if it is NOT NULL as well; see [Schema.WalkField].
// The schema itself must not change it either.
func (f Field) NeverChanges() Field {
	f.Immutable = true
	return f
}

// ColumnName returns the column that holds the field.
func (f Field) ColumnName() string {
	if f.Column == "" {
		return f.Name
	}
	return f.Column
}

// Form is a way to store values of a kind.
type Form uint8

// The forms. Use the Encoding functions, which set what a form needs.
const (
	// FormNative is the engine's own type for the kind.
	FormNative Form = iota
	// FormText is a time as text in one fixed-width layout, in UTC.
	FormText
	// FormUnixSeconds is a time as an integer number of seconds since 1970.
	FormUnixSeconds
	// FormUnixMillis is a time as an integer number of milliseconds.
	FormUnixMillis
	// FormUnixMicros is a time as an integer number of microseconds.
	FormUnixMicros
	// FormUnits is a decimal as an integer number of units of 10^-Scale.
	FormUnits
	// FormReal is a decimal in a floating-point column, read at 15 digits.
	FormReal
	// FormUUIDText is a UUID as its canonical text in lower case.
	FormUUIDText
	// FormUUIDBytes is a UUID as its 16 bytes.
	FormUUIDBytes
)

// Encoding says how a column stores its values. Encodings are comparable.
type Encoding struct {
	Form   Form
	Layout string // of FormText, as package time writes layouts
	Scale  int    // of FormUnits, 0 to 18
	Zone   string // of a native time without a zone: the IANA name of the zone that it is in; empty: UTC
}

// SQLiteTime is the layout that SQLite's CURRENT_TIMESTAMP writes.
const SQLiteTime = "2006-01-02 15:04:05"

// TimeText stores times as text in a fixed-width layout of UTC: a date, a
// space or T, a time, up to six digits of a second's fraction, and Z, +00:00
// or nothing, for example [SQLiteTime] or "2006-01-02T15:04:05.000Z".
func TimeText(layout string) Encoding { return Encoding{Form: FormText, Layout: layout} }

// UnixSeconds stores times as seconds since 1970.
func UnixSeconds() Encoding { return Encoding{Form: FormUnixSeconds} }

// UnixMillis stores times as milliseconds since 1970.
func UnixMillis() Encoding { return Encoding{Form: FormUnixMillis} }

// UnixMicros stores times as microseconds since 1970.
func UnixMicros() Encoding { return Encoding{Form: FormUnixMicros} }

// NaiveTime stores times in the engine's type without a zone, as wall-clock
// time of the zone with that IANA name. One that occurs twice means the first of
// the two, and one that is left out the moment at which the clock was put forward.
func NaiveTime(zone string) Encoding { return Encoding{Zone: zone} }

// DecimalUnits stores decimals as an integer number of units: with scale 2,
// 12.50 is stored as 1250.
func DecimalUnits(scale int) Encoding { return Encoding{Form: FormUnits, Scale: scale} }

// DecimalReal stores decimals as floating-point numbers, which are read at 15
// significant digits.
func DecimalReal() Encoding { return Encoding{Form: FormReal} }

// UUIDText stores UUIDs as their canonical text in lower case.
func UUIDText() Encoding { return Encoding{Form: FormUUIDText} }

// UUIDBytes stores UUIDs as their 16 bytes.
func UUIDBytes() Encoding { return Encoding{Form: FormUUIDBytes} }

var timeLayouts = regexp.MustCompile(`^2006-01-02[ T]15:04:05(\.0{1,6})?(Z|\+00:00)?$`)

// check returns what is wrong with the encoding for the kind.
func (e Encoding) check(kind where.Kind) error {
	var kinds where.Kind
	switch e.Form {
	case FormNative:
		if e.Zone != "" && kind != where.KindTime {
			return fmt.Errorf("a zone, but the field is %s", kind)
		}
		if _, err := time.LoadLocation(e.Zone); err != nil || e.Zone == "Local" {
			return fmt.Errorf("there is no zone %q here", e.Zone)
		}
		return e.only(Encoding{Zone: e.Zone})
	case FormText:
		kinds = where.KindTime
		if !timeLayouts.MatchString(e.Layout) {
			return fmt.Errorf("layout %q is not fixed-width and sortable; use one such as %q or %q",
				e.Layout, SQLiteTime, "2006-01-02T15:04:05.000Z")
		}
	case FormUnixSeconds, FormUnixMillis, FormUnixMicros:
		kinds = where.KindTime
	case FormUnits:
		kinds = where.KindDecimal
		if e.Scale < 0 || e.Scale > 18 {
			return fmt.Errorf("scale %d is outside 0 to 18", e.Scale)
		}
	case FormReal:
		kinds = where.KindDecimal
	case FormUUIDText, FormUUIDBytes:
		kinds = where.KindUUID
	default:
		return fmt.Errorf("there is no form %d", e.Form)
	}
	if kind != kinds {
		return fmt.Errorf("an encoding of %s, but the field is %s", kinds, kind)
	}
	want := Encoding{Form: e.Form}
	if e.Form == FormText {
		want.Layout = e.Layout
	}
	if e.Form == FormUnits {
		want.Scale = e.Scale
	}
	return e.only(want)
}

func (e Encoding) only(want Encoding) error {
	if e != want {
		return fmt.Errorf("the encoding has a part that form %d does not use", e.Form)
	}
	return nil
}
