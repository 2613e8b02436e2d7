package sqlstore

import (
	"encoding/hex"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/where"
)

// unsupported is nothing: there is a type for every kind and encoding.
func (mysql) unsupported(contacts.Field) error { return nil }

// encode writes native times as wall-clock time of the field's zone, for a
// DATETIME; a TIMESTAMP takes them in the zone of the session.
func (mysql) encode(f contacts.Field, v where.Value) (any, error) {
	if v.IsNull() {
		return nil, nil //nolint:nilnil // NULL
	}
	if v.Kind() != f.Kind {
		return nil, fmt.Errorf("sqlstore: field %q: %w", f.Name, errStored)
	}
	switch {
	case f.Kind == where.KindUint64 && int64(v.Uint64()) < 0: //nolint:gosec // drivers refuse these
		return strconv.FormatUint(v.Uint64(), 10), nil
	case f.Kind == where.KindDecimal && f.Encoding.Form == contacts.FormNative:
		return v.Decimal(), nil
	case f.Kind == where.KindDecimal && f.Encoding.Form == contacts.FormReal:
		return sqlite{}.encode(f, v)
	case nativeTime(f):
		w := wallOf(f.Encoding)
		clock := shown(v.Time().In(w.zone))
		if !w.instant(clock).Equal(v.Time()) || clock.Year() > 9999 {
			return nil, fmt.Errorf("sqlstore: field %q: %w", f.Name, errStored)
		}
		return clock.Format(mysqlDatetimeLayout), nil
	}
	x, at, err := sqliteOperand(f, v)
	if err == nil && at != exact && (f.Kind != where.KindTime || at != between) {
		err = fmt.Errorf("sqlstore: field %q: %w", f.Name, errStored)
	}
	return x, err
}

// read hides the column's type from drivers: parseTime and the two protocols
// make something else of most types. Integers come as numbers or as digits.
func (m mysql) read(c column) string {
	switch mysqlTypeOf(c.info) { //nolint:exhaustive // the others are nothing that a field fits
	case mysqlText:
		return m.raw(c)
	case mysqlReal:
		return "CAST(" + c.sql + " + 0e0 AS CHAR)"
	case mysqlBit:
		return "CAST(" + c.sql + " + 0 AS CHAR)"
	case mysqlTimestamp:
		return "CAST(UNIX_TIMESTAMP(" + c.sql + ") AS CHAR)"
	case mysqlUUID:
		return "CAST(CAST(" + c.sql + " AS CHAR(36)) AS BINARY)"
	case mysqlBinary:
		return "HEX(" + c.sql + ")"
	}
	return "CAST(" + c.sql + " AS CHAR)"
}

// decode returns unknown for what is not of the field's kind.
func (m mysql) decode(f contacts.Field, stored any) where.Value {
	var text string
	switch x := stored.(type) {
	case []byte:
		text = string(x)
	case string:
		text = x
	case int64:
		text = strconv.FormatInt(x, 10)
	case uint64:
		text = strconv.FormatUint(x, 10)
	case float64:
		text = strconv.FormatFloat(x, 'g', -1, 64)
	default:
		return where.Unknown()
	}
	v, err := m.value(f, text)
	if err == nil {
		v, err = v.As(f.Kind)
	}
	if err != nil {
		return where.Unknown()
	}
	return v
}

var errNumber = errors.New("sqlstore: not a number of the field's kind")

func (m mysql) value(f contacts.Field, text string) (where.Value, error) {
	switch f.Kind {
	case where.KindText, where.KindDate:
		return textValue(f, text)
	case where.KindTime:
		switch {
		case nativeTime(f):
			return mysqlTime(f, text)
		case f.Encoding.Form == contacts.FormText:
			return textValue(f, text)
		}
	case where.KindUUID:
		if f.Encoding.Form != contacts.FormUUIDBytes {
			return where.ValueOf(text)
		}
		b, err := hex.DecodeString(text)
		if err != nil || len(b) != len(where.Value{}.UUID()) {
			return where.Value{}, errStored
		}
		return where.ValueOf([16]byte(b))
	case where.KindInt64, where.KindUint64, where.KindFloat64, where.KindDecimal, where.KindBool:
	}
	return m.number(f, text)
}

// number reads digits. The causes of errors would quote them.
func (mysql) number(f contacts.Field, text string) (where.Value, error) {
	form := f.Encoding.Form
	switch {
	case f.Kind == where.KindDecimal && form == contacts.FormNative:
		return where.ValueOf(text)
	case f.Kind == where.KindUint64:
		n, err := strconv.ParseUint(text, 10, 64)
		if err != nil {
			return where.Value{}, errNumber
		}
		return where.ValueOf(n)
	case f.Kind == where.KindFloat64 || form == contacts.FormReal:
		x, err := strconv.ParseFloat(text, 64)
		switch {
		case err != nil:
			return where.Value{}, errNumber
		case form == contacts.FormReal:
			return where.ValueOf(readReal(x))
		}
		return where.ValueOf(x)
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return where.Value{}, errNumber
	}
	return integerValue(f, n)
}

// mysqlTime reads the seconds of a TIMESTAMP, or the wall-clock time of a
// DATETIME.
func mysqlTime(f contacts.Field, text string) (where.Value, error) {
	if !strings.Contains(text, "-") {
		seconds, rest, _ := strings.Cut(text, ".")
		n, err := strconv.ParseInt(seconds, 10, 64)
		micros, rerr := strconv.Atoi((rest + "000000")[:6])
		if err != nil || rerr != nil {
			return where.Value{}, errNumber
		}
		return where.ValueOf(time.Unix(n, int64(micros)*int64(time.Microsecond)))
	}
	clock, err := time.Parse("2006-01-02 15:04:05", text) // takes a fraction, too
	if err != nil {
		return where.Value{}, errStored
	}
	return where.ValueOf(wallOf(f.Encoding).instant(clock))
}
