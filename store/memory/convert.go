package memory

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/where"
)

var (
	errRelative = errors.New("a relative time cannot be stored")
	errPrecise  = errors.New("the number has more digits than the field's encoding stores")
)

// stored converts a Go value to what the field would hold.
func stored(f contacts.Field, x any) (where.Value, error) {
	if x == nil {
		return where.Value{}, nil
	}
	if v, ok := x.(where.Value); ok && (v.IsNull() || v.IsUnknown()) {
		return v, nil
	}
	v, err := where.ValueOf(x)
	if err == nil && v.IsRelative() {
		err = errRelative
	}
	if err == nil {
		v, err = v.As(f.Kind)
	}
	if err == nil {
		v, err = encoded(f, v)
	}
	if err != nil {
		return where.Value{}, fmt.Errorf("field %q holds %s values: %w", f.Name, f.Kind, err)
	}
	return v, nil
}

// encoded returns the value as it comes back from the field's encoding: times
// lose what it has no digits for, and a decimal that does not fit is refused.
func encoded(f contacts.Field, v where.Value) (where.Value, error) {
	switch f.Kind { //nolint:exhaustive // the encodings of the others lose nothing
	case where.KindTime:
		if p := precision(f.Encoding); p > time.Microsecond {
			return where.ValueOf(v.Time().Truncate(p))
		}
	case where.KindDecimal:
		if !fits(f.Encoding, v.Decimal()) {
			return where.Value{}, errPrecise
		}
	}
	return v, nil
}

func precision(e contacts.Encoding) time.Duration {
	switch e.Form {
	case contacts.FormUnixSeconds:
		return time.Second
	case contacts.FormUnixMillis:
		return time.Millisecond
	case contacts.FormText:
		p := time.Second
		_, fraction, _ := strings.Cut(e.Layout, ".")
		for range len(fraction) - len(strings.TrimLeft(fraction, "0")) {
			p /= 10
		}
		return p
	case contacts.FormNative, contacts.FormUnixMicros, contacts.FormUnits, contacts.FormReal,
		contacts.FormUUIDText, contacts.FormUUIDBytes:
	}
	return time.Microsecond
}

const realDigits = 15

func fits(e contacts.Encoding, decimal string) bool {
	whole, fraction, _ := strings.Cut(decimal, ".")
	switch e.Form { //nolint:exhaustive // the other forms of decimals are exact
	case contacts.FormUnits:
		if len(fraction) > e.Scale {
			return false
		}
		_, err := strconv.ParseInt(whole+fraction+strings.Repeat("0", e.Scale-len(fraction)), 10, 64)
		return err == nil
	case contacts.FormReal:
		return len(strings.Trim(strings.TrimPrefix(whole, "-")+fraction, "0")) <= realDigits
	}
	return true
}

// folded returns a text with its ASCII letters in lower case.
func folded(v where.Value, fold bool) where.Value {
	if !fold {
		return v
	}
	text := v.Text()
	lower := where.Fold(text)
	if lower == text {
		return v
	}
	out, err := where.ValueOf(lower)
	if err != nil {
		return v // a stored text stays valid when it is folded
	}
	return out
}
