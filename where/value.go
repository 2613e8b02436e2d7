package where

import (
	"cmp"
	"encoding/hex"
	"math"
	"strconv"
	"strings"
	"time"
)

// Value is one scalar: a field's stored value or the operand of a term. It is
// immutable and comparable: two values of one kind are equal exactly when ==
// says so. The zero Value is NULL.
type Value struct {
	kind Kind
	num  uint64 // integers, bits of a float, bool, microseconds, days, duration
	str  string // text, canonical decimal, the 16 bytes of a UUID
}

// Unknown returns the value that stands for a stored value which does not
// belong to its field's kind. Every comparison with it is unknown.
func Unknown() Value { return Value{kind: kindUnknown} }

// Kind returns the kind, and 0 for NULL and for an unknown value.
func (v Value) Kind() Kind {
	if v.kind.Valid() {
		return v.kind
	}
	return 0
}

// IsNull reports whether v is NULL.
func (v Value) IsNull() bool { return v.kind == 0 }

// IsUnknown reports whether v stands for a stored value outside its kind.
func (v Value) IsUnknown() bool { return v.kind == kindUnknown }

// IsRelative reports whether v is a time relative to the start of a run that
// has not been frozen yet; see [Ago].
func (v Value) IsRelative() bool { return v.kind == kindAgo || v.kind == kindDateAgo }

// Text returns the text of a KindText value, and "" for other kinds.
func (v Value) Text() string {
	if v.kind == KindText {
		return v.str
	}
	return ""
}

// Int64 returns the number of a KindInt64 value, and 0 for other kinds.
func (v Value) Int64() int64 {
	if v.kind == KindInt64 {
		return int64(v.num) //nolint:gosec // stored as its two's complement
	}
	return 0
}

// Uint64 returns the number of a KindUint64 value, and 0 for other kinds.
func (v Value) Uint64() uint64 {
	if v.kind == KindUint64 {
		return v.num
	}
	return 0
}

// Float64 returns the number of a KindFloat64 value, and 0 for other kinds.
func (v Value) Float64() float64 {
	if v.kind == KindFloat64 {
		return math.Float64frombits(v.num)
	}
	return 0
}

// Decimal returns the canonical text of a KindDecimal value (no exponent, no
// superfluous zeros), and "" for other kinds.
func (v Value) Decimal() string {
	if v.kind == KindDecimal {
		return v.str
	}
	return ""
}

// Bool returns the value of a KindBool value, and false for other kinds.
func (v Value) Bool() bool { return v.kind == KindBool && v.num == 1 }

// Time returns the instant of a KindTime value in UTC, and the zero time for
// other kinds.
func (v Value) Time() time.Time {
	if v.kind == KindTime {
		return time.UnixMicro(v.micros()).UTC()
	}
	return time.Time{}
}

func (v Value) micros() int64 { return int64(v.num) } //nolint:gosec // stored as its two's complement

// Date returns the date of a KindDate value, and the zero Date for others.
func (v Value) Date() Date {
	if v.kind != KindDate {
		return Date{}
	}
	t := time.Unix(v.micros()*secondsPerDay, 0).UTC()
	return Date{Year: t.Year(), Month: int(t.Month()), Day: t.Day()}
}

// UUID returns the bytes of a KindUUID value, and zeros for other kinds.
func (v Value) UUID() [16]byte {
	var u [16]byte
	if v.kind == KindUUID {
		copy(u[:], v.str)
	}
	return u
}

// Any returns the value as its Go type: string (also for a decimal), int64,
// uint64, float64, bool, time.Time in UTC, Date, [16]byte, and nil for NULL,
// unknown and relative values.
func (v Value) Any() any {
	switch v.kind {
	case KindText:
		return v.str
	case KindInt64:
		return v.Int64()
	case KindUint64:
		return v.num
	case KindFloat64:
		return v.Float64()
	case KindDecimal:
		return v.str
	case KindBool:
		return v.num == 1
	case KindTime:
		return v.Time()
	case KindDate:
		return v.Date()
	case KindUUID:
		return v.UUID()
	case kindUnknown, kindAgo, kindDateAgo:
	}
	return nil
}

// String returns the canonical text of the value, in which every kind looks
// different: text is quoted, 3 is an int64, 3u a uint64, 3.0 a float64 and 3m a
// decimal. It contains the value itself: do not log it.
func (v Value) String() string {
	switch v.kind {
	case KindText:
		return strconv.Quote(v.str)
	case KindInt64:
		return strconv.FormatInt(v.Int64(), 10)
	case KindUint64:
		return strconv.FormatUint(v.num, 10) + "u"
	case KindFloat64:
		return formatFloat(v.Float64())
	case KindDecimal:
		return v.str + "m"
	case KindBool:
		return strconv.FormatBool(v.num == 1)
	case KindTime:
		return v.Time().Format(timeLayout)
	case KindDate:
		return v.Date().String()
	case KindUUID:
		return formatUUID(v.UUID())
	case kindAgo:
		return "ago(" + time.Duration(v.micros()).String() + ")"
	case kindDateAgo:
		return "ago(" + strconv.FormatInt(v.micros(), 10) + " days)"
	case kindUnknown:
		return "UNKNOWN"
	}
	return "NULL"
}

// timeLayout is the canonical text of instants: UTC, six digits.
const timeLayout = "2006-01-02T15:04:05.000000Z"

// formatFloat always shows that the number is a float, so that the canonical
// text tells 3 (an integer) from 3.0.
func formatFloat(f float64) string {
	s := strconv.FormatFloat(f, 'g', -1, 64)
	if !strings.ContainsAny(s, ".e") {
		s += ".0"
	}
	return s
}

func formatUUID(u [16]byte) string {
	s := hex.EncodeToString(u[:])
	return s[:8] + "-" + s[8:12] + "-" + s[12:16] + "-" + s[16:20] + "-" + s[20:]
}

// CompareValues returns -1, 0 or +1 as a sorts before, with or after b. Values
// of different kinds sort by kind, so that the order is total, but no condition
// ever compares them.
func CompareValues(a, b Value) int {
	if a.kind != b.kind {
		return cmp.Compare(a.kind, b.kind)
	}
	switch a.kind {
	case KindText, KindUUID:
		return strings.Compare(a.str, b.str)
	case KindUint64, KindBool:
		return cmp.Compare(a.num, b.num)
	case KindFloat64:
		return cmp.Compare(a.Float64(), b.Float64())
	case KindDecimal:
		return compareDecimals(a.str, b.str)
	case KindInt64, KindTime, KindDate, kindAgo, kindDateAgo:
		return cmp.Compare(a.micros(), b.micros())
	case kindUnknown:
	}
	return 0
}

// Fold returns the text with the ASCII letters A to Z in lower case: the form
// that fields declared case-insensitive are compared in.
func Fold(s string) string {
	for i := range len(s) {
		if c := s[i]; c >= 'A' && c <= 'Z' {
			return foldFrom(s, i)
		}
	}
	return s
}

func foldFrom(s string, i int) string {
	b := []byte(s)
	for ; i < len(b); i++ {
		if c := b[i]; c >= 'A' && c <= 'Z' {
			b[i] = c + 'a' - 'A'
		}
	}
	return string(b)
}
