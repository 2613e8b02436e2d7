package where

import (
	"encoding"
	"encoding/hex"
	"errors"
	"fmt"
	"math"
	"reflect"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

const secondsPerDay = 24 * 60 * 60

var (
	errNil      = errors.New("value is nil; use WhereNull or WhereNotNull to test for NULL")
	errText     = errors.New("text is not valid UTF-8 or contains a NUL character")
	errFinite   = errors.New("number is NaN or infinite")
	errYear     = errors.New("year is outside 1000 to 9999")
	errDate     = errors.New("no such date")
	errDuration = errors.New("a time.Duration is not a value; use where.Ago(d) for an instant relative to the run's start")
	errPointer  = errors.New("value is a pointer; pass the value that it points to, or use WhereNull")
)

// Relative is an instant or a date relative to the start of a run. It is
// frozen once, when the run starts; see [Condition.Freeze].
type Relative struct{ value Value }

// Ago is the instant d before the start of the run, for fields of KindTime. A
// negative d makes the term invalid.
func Ago(d time.Duration) Relative {
	return Relative{Value{kind: kindAgo, num: uint64(d)}} //nolint:gosec // kept as its two's complement
}

// DateAgo is the UTC date that many days before the start of the run, for
// fields of KindDate. Negative days make the term invalid.
func DateAgo(days int) Relative {
	return Relative{Value{kind: kindDateAgo, num: uint64(days)}} //nolint:gosec // kept as its two's complement
}

// ValueOf converts a Go value: string, every integer type, float32 and
// float64, bool, [16]byte and types that are one of these underneath;
// time.Time (truncated to the microsecond), [Date], [Relative], [Value], and
// decimal types that implement encoding.TextMarshaler. Anything else is an
// error: nil, pointers and time.Duration are refused with a hint. The error
// never contains the value.
func ValueOf(x any) (Value, error) {
	switch x := x.(type) {
	case nil:
		return Value{}, errNil
	case Value:
		if x.IsNull() || x.IsUnknown() {
			return Value{}, errNil
		}
		return x, nil
	case Relative:
		return relativeValue(x.value)
	case string:
		return textValue(x)
	case time.Time:
		return timeValue(x)
	case time.Duration:
		return Value{}, errDuration
	case Date:
		return dateValue(x)
	}
	return reflectValue(reflect.ValueOf(x))
}

func reflectValue(r reflect.Value) (Value, error) {
	if r.Kind() == reflect.Pointer {
		return Value{}, errPointer
	}
	if r.Kind() == reflect.Array && r.Len() == 16 && r.Type().Elem().Kind() == reflect.Uint8 {
		b := make([]byte, 16)
		reflect.Copy(reflect.ValueOf(b), r)
		return Value{kind: KindUUID, str: string(b)}, nil
	}
	if m, ok := reflect.TypeAssert[encoding.TextMarshaler](r); ok {
		text, err := m.MarshalText()
		if err != nil {
			return Value{}, fmt.Errorf("%s cannot be written as text", r.Type())
		}
		v, err := decimalValue(string(text))
		if err != nil {
			return Value{}, fmt.Errorf("a %s is %w", r.Type(), err)
		}
		return v, nil
	}
	switch {
	case r.Kind() == reflect.String:
		return textValue(r.String())
	case r.CanInt():
		return Value{kind: KindInt64, num: uint64(r.Int())}, nil //nolint:gosec // kept as its two's complement
	case r.CanUint():
		return Value{kind: KindUint64, num: r.Uint()}, nil
	case r.CanFloat():
		return floatValue(r.Float())
	case r.Kind() == reflect.Bool:
		return boolValue(r.Bool()), nil
	}
	return Value{}, fmt.Errorf("a %s is not a value of any kind", r.Type())
}

// maxDaysAgo is more than the days of all years that a date can have.
const maxDaysAgo = 4_000_000

func relativeValue(v Value) (Value, error) {
	switch {
	case !v.IsRelative() || v.micros() < 0:
		return Value{}, errors.New("a relative time must not be negative")
	case v.kind == kindDateAgo && v.micros() > maxDaysAgo:
		return Value{}, errYear
	}
	return v, nil
}

func textValue(s string) (Value, error) {
	if !utf8.ValidString(s) || strings.IndexByte(s, 0) >= 0 {
		return Value{}, errText
	}
	return Value{kind: KindText, str: s}, nil
}

func decimalValue(s string) (Value, error) {
	canonical, err := canonicalDecimal(s)
	if err != nil {
		return Value{}, err
	}
	return Value{kind: KindDecimal, str: canonical}, nil
}

func floatValue(f float64) (Value, error) {
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return Value{}, errFinite
	}
	if f == 0 {
		f = 0 // no negative zero: it equals zero and must have its bits
	}
	return Value{kind: KindFloat64, num: math.Float64bits(f)}, nil
}

func boolValue(b bool) Value {
	if b {
		return Value{kind: KindBool, num: 1}
	}
	return Value{kind: KindBool}
}

func timeValue(t time.Time) (Value, error) {
	if y := t.UTC().Year(); y < 1000 || y > 9999 {
		return Value{}, errYear
	}
	return Value{kind: KindTime, num: uint64(t.UnixMicro())}, nil
}

func dateValue(d Date) (Value, error) {
	if d.Year < 1000 || d.Year > 9999 {
		return Value{}, errYear
	}
	t := time.Date(d.Year, time.Month(d.Month), d.Day, 0, 0, 0, 0, time.UTC)
	if t.Year() != d.Year || int(t.Month()) != d.Month || t.Day() != d.Day {
		return Value{}, errDate
	}
	return Value{kind: KindDate, num: uint64(t.Unix() / secondsPerDay)}, nil //nolint:gosec // kept as its two's complement
}

func uuidValue(s string) (Value, error) {
	if len(s) != 36 || s[8] != '-' || s[13] != '-' || s[18] != '-' || s[23] != '-' {
		return Value{}, errors.New("not a UUID in its canonical text form")
	}
	b, err := hex.DecodeString(strings.ReplaceAll(s, "-", ""))
	if err != nil || len(b) != 16 {
		return Value{}, errors.New("not a UUID in its canonical text form")
	}
	return Value{kind: KindUUID, str: string(b)}, nil
}

// As returns v as a value of a field of that kind. Values are never converted
// from one kind to another; only spellings of the same kind are accepted: an
// integer that fits (a decimal field takes all), the text of a decimal, the
// canonical text of a UUID, and relative times for times and dates. A float64
// is no decimal: it seldom is the number that was written. The error never
// contains the value.
func (v Value) As(kind Kind) (Value, error) {
	if v.kind == kind {
		return v, nil
	}
	switch {
	case kind == KindInt64 && v.kind == KindUint64 && v.num <= math.MaxInt64,
		kind == KindUint64 && v.kind == KindInt64 && v.Int64() >= 0:
		return Value{kind: kind, num: v.num}, nil
	case kind == KindInt64 && v.kind == KindUint64, kind == KindUint64 && v.kind == KindInt64:
		return Value{}, fmt.Errorf("the integer does not fit %s", kind)
	case kind == KindDecimal && v.kind == KindText:
		return decimalValue(v.str)
	case kind == KindDecimal && v.kind == KindInt64:
		return decimalValue(strconv.FormatInt(v.Int64(), 10))
	case kind == KindDecimal && v.kind == KindUint64:
		return decimalValue(strconv.FormatUint(v.num, 10))
	case kind == KindUUID && v.kind == KindText:
		return uuidValue(v.str)
	case kind == KindTime && v.kind == kindAgo, kind == KindDate && v.kind == kindDateAgo:
		return v, nil
	}
	return Value{}, fmt.Errorf("the field is %s and the value is %s; %s", kind, v.kind, wanted(kind))
}

// wanted says which Go value a field of the kind takes.
func wanted(kind Kind) string {
	switch kind {
	case KindText:
		return "pass a string"
	case KindInt64, KindUint64:
		return "pass an integer"
	case KindFloat64:
		return "pass a float64, such as 3.0"
	case KindDecimal:
		return `pass its text, such as "12.50", an integer or a decimal type`
	case KindBool:
		return "pass a bool, or use WhereTrue or WhereFalse"
	case KindTime:
		return "pass a time.Time or where.Ago"
	case KindDate:
		return "pass a where.Date or where.DateAgo"
	case KindUUID:
		return "pass a [16]byte or its canonical text"
	case kindUnknown, kindAgo, kindDateAgo:
	}
	return "the field has no valid kind"
}

// freeze replaces a relative value by the instant or date that it stands for.
func (v Value) freeze(at time.Time) (Value, error) {
	switch v.kind {
	case kindAgo:
		return timeValue(at.Add(-time.Duration(v.micros())))
	case kindDateAgo:
		t := at.UTC().AddDate(0, 0, -int(v.micros()))
		return dateValue(Date{Year: t.Year(), Month: int(t.Month()), Day: t.Day()})
	default:
		return v, nil
	}
}
