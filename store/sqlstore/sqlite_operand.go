package sqlstore

import (
	"fmt"
	"math"
	"math/big"
	"strconv"
	"strings"
	"time"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/where"
)

// sqliteOperand returns the value as the field's column stores it. A value that
// cannot be stored comes as the greatest one below it, with its place.
func sqliteOperand(f contacts.Field, v where.Value) (any, place, error) {
	if v.Kind() != f.Kind {
		return nil, exact, fmt.Errorf("sqlstore: field %q: a %s value for a %s field", f.Name, v.Kind(), f.Kind)
	}
	switch f.Kind {
	case where.KindText:
		return v.Text(), exact, nil
	case where.KindInt64:
		return v.Int64(), exact, nil
	case where.KindUint64:
		if v.Uint64() > math.MaxInt64 {
			return int64(math.MaxInt64), above, nil
		}
		return int64(v.Uint64()), exact, nil //nolint:gosec // it fits
	case where.KindFloat64:
		return v.Float64(), exact, nil
	case where.KindDecimal:
		if f.Encoding.Form == contacts.FormUnits {
			x, at := units(v.Decimal(), f.Encoding.Scale)
			return x, at, nil
		}
	case where.KindBool:
		if v.Bool() {
			return int64(1), exact, nil
		}
		return int64(0), exact, nil
	case where.KindTime:
		x, at := storedTime(f.Encoding, v.Time())
		return x, at, nil
	case where.KindDate:
		return v.Date().String(), exact, nil
	case where.KindUUID:
		u := v.UUID()
		if f.Encoding.Form == contacts.FormUUIDBytes {
			return u[:], exact, nil
		}
		return v.String(), exact, nil
	}
	return nil, exact, fmt.Errorf("sqlstore: field %q: no operand of kind %s", f.Name, f.Kind)
}

// units returns a decimal as an integer number of units of 10^-scale.
func units(decimal string, scale int) (int64, place) {
	r, ok := new(big.Rat).SetString(decimal)
	if !ok {
		return 0, below // a decimal's text is always a number
	}
	r.Mul(r, new(big.Rat).SetInt(new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(scale)), nil)))
	floor := new(big.Int).Div(r.Num(), r.Denom()) // Euclidean: downwards for a positive divisor
	switch {
	case !floor.IsInt64() && floor.Sign() > 0:
		return math.MaxInt64, above
	case !floor.IsInt64():
		return math.MinInt64, below
	case r.IsInt():
		return floor.Int64(), exact
	}
	return floor.Int64(), between
}

// precision is the smallest difference of two times in the encoding.
func precision(e contacts.Encoding) time.Duration {
	if per := perSecond(e); per != 0 {
		return time.Second / time.Duration(per)
	}
	p := time.Second
	for range strings.Count(fraction(timeLayout(e)[19:]), "0") {
		p /= 10
	}
	return p
}

func storedTime(e contacts.Encoding, t time.Time) (any, place) {
	at := exact
	if t.Nanosecond()%int(precision(e)) != 0 {
		at = between
	}
	if per := perSecond(e); per != 0 {
		// Seconds count from 1970, and nanoseconds always forwards.
		return t.Unix()*per + int64(t.Nanosecond())*per/int64(time.Second), at
	}
	return t.UTC().Format(timeLayout(e)), at
}

// realDigits is how many digits decimals in floating-point columns are read at.
const realDigits = 15

// readReal is the decimal that a floating-point number stands for.
func readReal(x float64) string {
	r, ok := new(big.Rat).SetString(strconv.FormatFloat(x, 'e', realDigits-1, 64))
	if !ok {
		return "0"
	}
	return r.FloatString(maxFraction)
}

// maxFraction is the largest number of digits after a decimal's point.
const maxFraction = 30
