package sqlstore

import (
	"strconv"
	"time"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/where"
)

func (postgres) unsupported(contacts.Field) error { return nil }

// encode returns times as texts: a column without a zone takes them as they
// stand, and one with a zone as UTC.
func (postgres) encode(f contacts.Field, v where.Value) (any, error) {
	switch {
	case v.IsNull():
		return nil, nil //nolint:nilnil // NULL
	case f.Kind == where.KindDecimal && f.Encoding.Form == contacts.FormReal:
		return sqlite{}.encode(f, v)
	case pgZoned(f) && v.Kind() == f.Kind:
		return pgEncodeClock(f, v.Time())
	}
	x, at, err := pgOperand(column{field: f}, v)
	if err == nil && at != exact && (f.Kind != where.KindTime || at != between) {
		err = errStored
	}
	return x, err
}

// read makes texts of what drivers convert in ways of their own.
func (postgres) read(c column) string {
	if !pgFits(c) {
		return c.sql + "::text"
	}
	switch c.field.Kind {
	case where.KindText:
		return c.sql + "::text"
	case where.KindInt64:
		return c.sql + "::bigint"
	case where.KindFloat64:
		return c.sql + "::" + pgDouble
	case where.KindUint64:
		return c.sql + "::text"
	case where.KindDecimal:
		if c.field.Encoding.Form == contacts.FormNative {
			return c.sql + "::text"
		}
	case where.KindTime:
		switch {
		case perSecond(c.field.Encoding) != 0:
			return c.sql + "::bigint"
		case c.field.Encoding.Form == contacts.FormText:
			return c.sql + "::text"
		case pgZoned(c.field):
			return pgReadClock(c)
		}
		return "to_char(" + pgUTC(c) + ", 'YYYY-MM-DD HH24:MI:SS.US')"
	case where.KindDate:
		return "to_char(" + c.sql + ", 'YYYY-MM-DD')"
	case where.KindUUID:
		if c.field.Encoding.Form != contacts.FormUUIDBytes {
			return c.sql + "::text"
		}
	case where.KindBool:
	}
	return c.sql
}

func (s postgres) decode(f contacts.Field, stored any) where.Value {
	v, err := s.value(f, stored)
	if err == nil {
		v, err = v.As(f.Kind)
	}
	if err != nil {
		return where.Unknown()
	}
	return v
}

func (postgres) value(f contacts.Field, stored any) (where.Value, error) {
	text, isText := stored.(string)
	if b, ok := stored.([]byte); ok && f.Encoding.Form != contacts.FormUUIDBytes {
		text, isText = string(b), true
	}
	switch {
	case !isText:
	case f.Kind == where.KindUint64:
		n, err := strconv.ParseUint(text, 10, 64)
		if err != nil {
			return where.Value{}, errStored
		}
		return where.ValueOf(n)
	case f.Kind == where.KindDecimal:
		return where.ValueOf(text)
	case pgZoned(f):
		return pgDecodeClock(f, text)
	case f.Kind == where.KindTime && f.Encoding.Form == contacts.FormNative:
		t, err := time.Parse(pgLayout, text)
		if err != nil {
			return where.Value{}, errStored
		}
		return where.ValueOf(t)
	}
	if on, ok := stored.(bool); ok {
		return where.ValueOf(on)
	}
	if stored == nil {
		return where.Value{}, errNull
	}
	return sqlite{}.value(f, stored)
}
