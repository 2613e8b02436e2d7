package jsonstore

import (
	"encoding/json"
	"math/big"
	"time"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/where"
)

// encodeValue returns the JSON value of a field, the opposite of decode. What
// the encoding has no room for comes back different; see model.prepare.
func encodeValue(f contacts.Field, v where.Value) (json.RawMessage, error) {
	if v.IsNull() {
		return json.RawMessage("null"), nil
	}
	return json.Marshal(stored(f, v))
}

func stored(f contacts.Field, v where.Value) any {
	switch v.Kind() { //nolint:exhaustive // the others are what encoding/json writes
	case where.KindDecimal:
		return storedDecimal(f.Encoding, v.Decimal())
	case where.KindTime:
		return storedTime(f.Encoding, v.Time())
	case where.KindDate:
		return v.Date().String()
	case where.KindUUID:
		if u := v.UUID(); f.Encoding.Form == contacts.FormUUIDBytes {
			return u[:] // which becomes base64
		}
		return v.String()
	}
	return v.Any()
}

func storedDecimal(e contacts.Encoding, text string) any {
	r, ok := new(big.Rat).SetString(text)
	if !ok || e.Form != contacts.FormUnits {
		return json.Number(text)
	}
	unit := new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(e.Scale)), nil)
	return r.Mul(r, new(big.Rat).SetInt(unit)).Num()
}

func storedTime(e contacts.Encoding, t time.Time) any {
	switch e.Form { //nolint:exhaustive // times have no other form
	case contacts.FormText:
		return t.Format(e.Layout)
	case contacts.FormUnixSeconds:
		return t.Unix()
	case contacts.FormUnixMillis:
		return t.UnixMilli()
	case contacts.FormUnixMicros:
		return t.UnixMicro()
	}
	return t.Format(time.RFC3339Nano)
}
