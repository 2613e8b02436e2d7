package sqlstore

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/where"
)

// maxGlob is SQLITE_MAX_LIKE_PATTERN_LENGTH.
const maxGlob = 50000

var (
	errMode    = errors.New("sqlstore: unknown way to look for a text")
	errGlob    = errors.New("sqlstore: the search text is too long for SQLite")
	errStored  = errors.New("the value cannot be stored in the field's encoding")
	errNull    = errors.New("there is no value")
	errDecimal = errors.New("SQLite has no decimal type; encode the field with contacts.DecimalUnits or contacts.DecimalReal")
	errZone    = errors.New("SQLite stores times as text in UTC; a time of another zone cannot be compared")
)

func (sqlite) unsupported(f contacts.Field) error {
	switch {
	case f.Kind == where.KindDecimal && f.Encoding.Form == contacts.FormNative:
		return fmt.Errorf("sqlstore: field %q: %w", f.Name, errDecimal)
	case f.Encoding.Zone != "" && f.Encoding.Zone != "UTC":
		return fmt.Errorf("sqlstore: field %q: %w", f.Name, errZone)
	}
	return nil
}

func (s sqlite) encode(f contacts.Field, v where.Value) (any, error) {
	if err := s.unsupported(f); err != nil {
		return nil, err
	}
	if v.IsNull() {
		return nil, nil //nolint:nilnil // NULL
	}
	if f.Kind == where.KindDecimal && f.Encoding.Form == contacts.FormReal && v.Kind() == f.Kind {
		x, err := strconv.ParseFloat(v.Decimal(), 64)
		if err == nil && decodeDecimal(readReal(x)) != v {
			err = errStored
		}
		if err != nil {
			return nil, fmt.Errorf("sqlstore: field %q: %w", f.Name, errStored)
		}
		return x, nil
	}
	x, at, err := sqliteOperand(f, v)
	if err == nil && at != exact && (f.Kind != where.KindTime || at != between) {
		err = fmt.Errorf("sqlstore: field %q: %w", f.Name, errStored)
	}
	return x, err
}

// read hides the column's declared type from drivers that convert by it, and
// the text from those that convert what looks like a time.
func (sqlite) read(c column) string {
	if textual(c.field) {
		return "CAST(" + c.sql + " AS BLOB)"
	}
	return "+" + c.sql
}

// decode returns unknown for what is not of the field's kind.
func (s sqlite) decode(f contacts.Field, stored any) where.Value {
	v, err := s.value(f, stored)
	if err == nil {
		v, err = v.As(f.Kind)
	}
	if err != nil {
		return where.Unknown()
	}
	return v
}

func (sqlite) value(f contacts.Field, stored any) (where.Value, error) {
	switch x := stored.(type) {
	case nil: // a driver may give nil for an empty blob
		if f.Kind == where.KindText {
			return where.ValueOf("")
		}
		return where.Value{}, errNull
	case string:
		return textValue(f, x)
	case []byte:
		if f.Kind == where.KindUUID && f.Encoding.Form == contacts.FormUUIDBytes {
			if len(x) != 16 {
				return where.Value{}, errStored
			}
			return where.ValueOf([16]byte(x))
		}
		return textValue(f, string(x))
	case int64:
		return integerValue(f, x)
	case float64:
		if f.Kind == where.KindDecimal {
			return where.ValueOf(readReal(x))
		}
		return where.ValueOf(x)
	}
	return where.Value{}, errStored
}

func textValue(f contacts.Field, text string) (where.Value, error) {
	switch f.Kind { //nolint:exhaustive // the others are not stored as text
	case where.KindText, where.KindUUID:
		return where.ValueOf(text)
	case where.KindTime:
		t, err := time.Parse(timeLayout(f.Encoding), text)
		if err != nil {
			return where.Value{}, errStored
		}
		return where.ValueOf(t)
	case where.KindDate:
		t, err := time.Parse(time.DateOnly, text)
		if err != nil {
			return where.Value{}, errStored
		}
		return where.ValueOf(where.Date{Year: t.Year(), Month: int(t.Month()), Day: t.Day()})
	}
	return where.Value{}, errStored
}

func integerValue(f contacts.Field, x int64) (where.Value, error) {
	switch f.Kind { //nolint:exhaustive // the others are integers themselves
	case where.KindFloat64:
		return where.ValueOf(float64(x))
	case where.KindBool:
		return where.ValueOf(x == 1)
	case where.KindDecimal:
		if f.Encoding.Form == contacts.FormReal {
			return where.ValueOf(readReal(float64(x)))
		}
		return where.ValueOf(scaled(x, f.Encoding.Scale))
	case where.KindTime:
		per := perSecond(f.Encoding)
		if per == 0 {
			return where.Value{}, errStored
		}
		second, rest := x/per, x%per
		if rest < 0 {
			second, rest = second-1, rest+per
		}
		return where.ValueOf(time.Unix(second, rest*int64(time.Second)/per))
	}
	return where.ValueOf(x)
}

// scaled writes a number of units of 10^-scale as a decimal.
func scaled(x int64, scale int) string {
	sign, digits := "", strconv.FormatInt(x, 10)
	if strings.HasPrefix(digits, "-") {
		sign, digits = "-", digits[1:]
	}
	if pad := scale + 1 - len(digits); pad > 0 {
		digits = strings.Repeat("0", pad) + digits
	}
	point := len(digits) - scale
	if scale == 0 {
		return sign + digits
	}
	return sign + digits[:point] + "." + digits[point:]
}

func decodeDecimal(text string) where.Value {
	v, err := where.ValueOf(text)
	if err == nil {
		v, err = v.As(where.KindDecimal)
	}
	if err != nil {
		return where.Unknown()
	}
	return v
}
