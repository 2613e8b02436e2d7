package jsonstore

import (
	"encoding/base64"
	"encoding/json"
	"math/big"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/where"
)

// decode returns the stored value of a field. What does not belong to the
// field's kind and encoding is unknown: it is never taken for something else.
func decode(f contacts.Field, raw json.RawMessage) where.Value {
	if len(raw) == 0 || string(raw) == "null" {
		return where.Value{}
	}
	x, ok := parse(f, raw)
	if !ok {
		return where.Unknown()
	}
	v, err := where.ValueOf(x) // which refuses what no kind allows
	if err == nil {
		v, err = v.As(f.Kind)
	}
	if err != nil {
		return where.Unknown()
	}
	return v
}

// parse returns the Go value that is stored as the JSON value.
func parse(f contacts.Field, raw json.RawMessage) (any, bool) {
	var text string
	isText := json.Unmarshal(raw, &text) == nil
	if isText && strings.ContainsRune(text, utf8.RuneError) {
		return nil, false // it may stand for something that is not UTF-8
	}
	switch f.Kind {
	case where.KindText:
		return text, isText
	case where.KindInt64:
		n, err := strconv.ParseInt(string(raw), 10, 64)
		return n, err == nil
	case where.KindUint64:
		n, err := strconv.ParseUint(string(raw), 10, 64)
		return n, err == nil
	case where.KindFloat64:
		x, err := strconv.ParseFloat(string(raw), 64)
		return x, err == nil
	case where.KindBool:
		return string(raw) == "true", string(raw) == "true" || string(raw) == "false"
	case where.KindDecimal:
		return parseDecimal(f.Encoding, string(raw))
	case where.KindTime:
		return parseTime(f.Encoding, text, string(raw))
	case where.KindDate:
		t, err := time.Parse(time.DateOnly, text)
		return where.Date{Year: t.Year(), Month: int(t.Month()), Day: t.Day()}, err == nil
	case where.KindUUID:
		return parseUUID(f.Encoding, text)
	}
	return nil, false
}

// parseDecimal returns the text of a decimal, which is a number, read exactly.
func parseDecimal(e contacts.Encoding, number string) (any, bool) {
	switch e.Form { //nolint:exhaustive // decimals have no other form
	case contacts.FormUnits:
		n, err := strconv.ParseInt(number, 10, 64)
		unit := new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(e.Scale)), nil)
		return new(big.Rat).SetFrac(big.NewInt(n), unit).FloatString(e.Scale), err == nil
	case contacts.FormReal:
		const digits = 15
		x, err := strconv.ParseFloat(number, 64)
		if err != nil {
			return nil, false
		}
		x, err = strconv.ParseFloat(strconv.FormatFloat(x, 'e', digits-1, 64), 64)
		return strconv.FormatFloat(x, 'f', -1, 64), err == nil
	}
	return number, true
}

func parseTime(e contacts.Encoding, text, number string) (any, bool) {
	switch e.Form { //nolint:exhaustive // times have no other form
	case contacts.FormNative:
		t, err := time.Parse(time.RFC3339Nano, text)
		return t, err == nil
	case contacts.FormText:
		t, err := time.Parse(e.Layout, text)
		return t, err == nil && t.Format(e.Layout) == text // the width is fixed
	}
	const most = 1 << 40 // seconds: more than any year has, and package time can hold it
	n, err := strconv.ParseInt(number, 10, 64)
	switch {
	case err != nil:
		return nil, false
	case e.Form == contacts.FormUnixMillis:
		return time.UnixMilli(n), true
	case e.Form == contacts.FormUnixMicros:
		return time.UnixMicro(n), true
	}
	return time.Unix(n, 0), -most < n && n < most
}

// parseUUID reads the canonical text, or base64, as JSON has no bytes.
func parseUUID(e contacts.Encoding, text string) (any, bool) {
	if e.Form == contacts.FormUUIDBytes {
		b, err := base64.StdEncoding.DecodeString(text)
		if err != nil || len(b) != 16 {
			return nil, false
		}
		return [16]byte(b), true
	}
	return text, text == strings.ToLower(text)
}
