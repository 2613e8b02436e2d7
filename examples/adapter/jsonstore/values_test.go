package jsonstore_test

import (
	"encoding/json"
	"math/big"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/store/storetest"
	"github.com/contactsweep/contactsweep/where"
)

// Foreigns implements storetest.ForeignHarness.
func (harness) Foreigns(f contacts.Field) int { return len(foreign(f)) }

// foreign returns JSON values that are not the field's.
func foreign(f contacts.Field) []any {
	out := []any{[]int{1}, map[string]any{"a": nil}, "\ufffd"}
	switch f.Kind { //nolint:exhaustive // the others need no more
	case where.KindText:
		return append(out, 1, true, "a\x00b")
	case where.KindTime:
		return append(out, true, "0000-00-00T00:00:00Z", "0999-12-31T23:59:59Z", 1.5, json.Number("1e30"), "2026-02-30 00:00:00", "", json.Number("9223372036854775807"))
	case where.KindDate:
		return append(out, 20260331, "2026-02-30", "0999-12-31", "2026-3-1", "")
	case where.KindUUID:
		return append(out, 1, "", "AB000000-0000-4F00-8000-000000000001", "ab000000")
	case where.KindBool:
		return append(out, 0, 1, "true")
	}
	return append(out, true, "1", json.Number("1e999"))
}

// encode returns the JSON value of a row's element.
func encode(tb testing.TB, f contacts.Field, x any) any {
	tb.Helper()
	if x == nil {
		return nil
	}
	if n, ok := x.(storetest.Foreign); ok {
		return foreign(f)[n]
	}
	v, err := where.ValueOf(x)
	require.NoError(tb, err)
	v, err = v.As(f.Kind)
	require.NoError(tb, err)
	switch f.Kind { //nolint:exhaustive // the others are what encoding/json writes
	case where.KindDecimal:
		if f.Encoding.Form == contacts.FormUnits {
			r, _ := new(big.Rat).SetString(v.Decimal())
			unit := new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(f.Encoding.Scale)), nil)
			return r.Mul(r, new(big.Rat).SetInt(unit)).Num()
		}
		return json.Number(v.Decimal())
	case where.KindTime:
		switch at := v.Time(); f.Encoding.Form { //nolint:exhaustive // times have no other form
		case contacts.FormText:
			return at.Format(f.Encoding.Layout)
		case contacts.FormUnixSeconds:
			return at.Unix()
		case contacts.FormUnixMillis:
			return at.UnixMilli()
		case contacts.FormUnixMicros:
			return at.UnixMicro()
		}
	case where.KindDate:
		return v.Date().String()
	case where.KindUUID:
		if u := v.UUID(); f.Encoding.Form == contacts.FormUUIDBytes {
			return u[:]
		}
		return v.String()
	}
	return v.Any()
}

// decode is the opposite of encode: what where.Value.Any gives, and nil for
// what is foreign.
func decode(f contacts.Field, x any) any {
	for i := range foreign(f) {
		if same(x, foreign(f)[i]) {
			return nil
		}
	}
	text, _ := x.(string)
	number, _ := x.(json.Number)
	n, _ := number.Int64()
	if x == nil {
		return nil
	}
	switch f.Kind {
	case where.KindText, where.KindBool:
		return x
	case where.KindInt64:
		return n
	case where.KindUint64:
		u, _ := strconv.ParseUint(number.String(), 10, 64)
		return u
	case where.KindFloat64:
		r, _ := number.Float64()
		return r
	case where.KindDecimal:
		if f.Encoding.Form == contacts.FormUnits {
			unit := new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(f.Encoding.Scale)), nil)
			return new(big.Rat).SetFrac(big.NewInt(n), unit).FloatString(f.Encoding.Scale)
		}
		return number.String()
	case where.KindTime:
		return decodeTime(f.Encoding, text, n)
	case where.KindDate:
		t, _ := time.Parse(time.DateOnly, text)
		return where.Date{Year: t.Year(), Month: int(t.Month()), Day: t.Day()}
	case where.KindUUID:
		return decodeUUID(f.Encoding, text)
	}
	return nil
}

func decodeTime(e contacts.Encoding, text string, n int64) time.Time {
	switch e.Form { //nolint:exhaustive // times have no other form
	case contacts.FormText:
		t, _ := time.Parse(e.Layout, text)
		return t
	case contacts.FormUnixSeconds:
		return time.Unix(n, 0)
	case contacts.FormUnixMillis:
		return time.UnixMilli(n)
	case contacts.FormUnixMicros:
		return time.UnixMicro(n)
	}
	t, _ := time.Parse(time.RFC3339Nano, text)
	return t
}

func decodeUUID(e contacts.Encoding, text string) any {
	if e.Form == contacts.FormUUIDBytes {
		var b []byte
		_ = json.Unmarshal([]byte(strconv.Quote(text)), &b)
		return [16]byte(b)
	}
	return text
}

// same compares JSON values by their text.
func same(a, b any) bool {
	x, _ := json.Marshal(a)
	y, _ := json.Marshal(b)
	return string(x) == string(y)
}
