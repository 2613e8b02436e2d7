package where

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"
)

// jsonValue is a value as {"kind": "int64", "value": "17"}. The value is
// always a text, so that no number loses digits on its way.
type jsonValue struct {
	Kind  string  `json:"kind"`
	Value *string `json:"value"`
}

// MarshalJSON writes the value with its kind, and NULL as null. Unknown values
// cannot be written.
func (v Value) MarshalJSON() ([]byte, error) {
	if v.IsNull() {
		return []byte("null"), nil
	}
	if v.IsUnknown() {
		return nil, errors.New("where: an unknown value has no JSON form")
	}
	return json.Marshal(valueToJSON(v))
}

// UnmarshalJSON reads what [Value.MarshalJSON] writes.
func (v *Value) UnmarshalJSON(data []byte) error {
	if string(data) == "null" {
		*v = Value{}
		return nil
	}
	var in jsonValue
	if err := strictJSON(data, &in, "kind", "value"); err != nil {
		return fmt.Errorf("where: not a value: %w", err)
	}
	out, err := in.value()
	if err != nil {
		return fmt.Errorf("where: %w", err)
	}
	*v = out
	return nil
}

func valueToJSON(v Value) jsonValue {
	text := v.String()
	switch v.kind {
	case KindText, KindDecimal:
		text = v.str
	case KindUint64:
		text = strconv.FormatUint(v.num, 10)
	case kindAgo:
		text = time.Duration(v.micros()).String()
	case kindDateAgo:
		text = strconv.FormatInt(v.micros(), 10)
	default: // as String writes them
	}
	return jsonValue{Kind: v.kind.String(), Value: &text}
}

// valueKinds are the kinds of values that have a JSON form.
var valueKinds = [...]Kind{ //nolint:gochecknoglobals // a constant table
	KindText, KindInt64, KindUint64, KindFloat64, KindDecimal, KindBool, KindTime, KindDate, KindUUID, kindAgo, kindDateAgo,
}

// errNoKind does not say which: a mixed-up input may have contact data in that
// place.
var errNoKind = errors.New("a value of no known kind")

// value reads the value back. Its errors never contain anything of it but a
// kind that there is.
func (j jsonValue) value() (Value, error) {
	if !slices.ContainsFunc(valueKinds[:], func(k Kind) bool { return k.String() == j.Kind }) {
		return Value{}, errNoKind
	}
	if j.Value == nil {
		return Value{}, fmt.Errorf("a value of kind %q is missing", j.Kind)
	}
	v, err := parseValue(j.Kind, *j.Value)
	if err != nil {
		return Value{}, fmt.Errorf("a value of kind %q is not in its form", j.Kind)
	}
	return v, nil
}

func parseValue(kind, text string) (Value, error) {
	switch kind {
	case KindText.String():
		return textValue(text)
	case KindInt64.String():
		n, err := strconv.ParseInt(text, 10, 64)
		return Value{kind: KindInt64, num: uint64(n)}, err //nolint:gosec // kept as its two's complement
	case KindUint64.String():
		n, err := strconv.ParseUint(text, 10, 64)
		return Value{kind: KindUint64, num: n}, err
	case KindFloat64.String():
		f, err := strconv.ParseFloat(text, 64)
		if err != nil {
			return Value{}, err
		}
		return floatValue(f)
	case KindDecimal.String():
		return decimalValue(text)
	case KindBool.String():
		if text != "true" && text != "false" {
			return Value{}, errors.New("neither true nor false")
		}
		return boolValue(text == "true"), nil
	case KindTime.String():
		t, err := time.Parse(timeLayout, text)
		if err != nil {
			return Value{}, err
		}
		return timeValue(t)
	case KindDate.String():
		t, err := time.Parse(time.DateOnly, text)
		if err != nil {
			return Value{}, err
		}
		return dateValue(Date{Year: t.Year(), Month: int(t.Month()), Day: t.Day()})
	case KindUUID.String():
		return uuidValue(text)
	case kindAgo.String():
		d, err := time.ParseDuration(text)
		if err != nil {
			return Value{}, err
		}
		return ValueOf(Ago(d))
	case kindDateAgo.String():
		days, err := strconv.Atoi(text)
		if err != nil {
			return Value{}, err
		}
		return ValueOf(DateAgo(days))
	}
	return Value{}, errNoKind
}
