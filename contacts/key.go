package contacts

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/contactsweep/contactsweep/where"
)

// Key identifies a contact: one value for each column of the schema's key, in
// their order. Keys are comparable: two keys that come from a store, or from
// [Schema.CheckKey], are of one contact exactly when == says so. The zero Key is
// of no contact.
type Key struct {
	first where.Value
	rest  string // the other values, encoded
}

// NewKey makes a key of Go values, as [where.ValueOf] accepts them. It does not
// know the schema; [Schema.CheckKey] does. Errors never contain the values.
func NewKey(values ...any) (Key, error) {
	out := make([]where.Value, len(values))
	for i, x := range values {
		v, err := where.ValueOf(x)
		if err != nil {
			return Key{}, fmt.Errorf("contacts: key column %d: %w", i+1, err)
		}
		out[i] = v
	}
	return KeyOf(out...)
}

// KeyOf makes a key of stored values. NULL, unknown values and relative times
// are refused.
func KeyOf(values ...where.Value) (Key, error) {
	if len(values) == 0 {
		return Key{}, errors.New("contacts: a key has at least one value")
	}
	for i, v := range values {
		if v.Kind() == 0 {
			return Key{}, fmt.Errorf("contacts: key column %d has no value", i+1)
		}
	}
	k := Key{first: values[0]}
	if len(values) > 1 {
		rest, err := json.Marshal(values[1:])
		if err != nil {
			return Key{}, fmt.Errorf("contacts: key: %w", err)
		}
		k.rest = string(rest)
	}
	return k, nil
}

// Keys makes keys of one column, such as contact ids, from a list of values or
// from a slice: contacts.Keys(1, 2, 3) or contacts.Keys(ids...).
func Keys[T any](ids ...T) ([]Key, error) {
	out := make([]Key, len(ids))
	for i, id := range ids {
		v, err := where.ValueOf(id)
		if err == nil {
			out[i], err = KeyOf(v)
		}
		if err != nil {
			return nil, fmt.Errorf("contacts: id %d of %d: %w", i+1, len(ids), err)
		}
	}
	return out, nil
}

// IsZero reports whether k is the zero Key.
func (k Key) IsZero() bool { return k.first.IsNull() }

// Values returns the key's values.
func (k Key) Values() []where.Value {
	if k.IsZero() {
		return nil
	}
	out := []where.Value{k.first}
	if k.rest != "" {
		var rest []where.Value
		if err := json.Unmarshal([]byte(k.rest), &rest); err == nil { // written by KeyOf
			out = append(out, rest...)
		}
	}
	return out
}

// First returns the value of the first column, which is the whole key where
// the key has one column.
func (k Key) First() where.Value { return k.first }

// String returns the values, separated by commas. It is contact data: do not
// log it.
func (k Key) String() string {
	values := k.Values()
	parts := make([]string, len(values))
	for i, v := range values {
		parts[i] = fmt.Sprint(v.Any())
		if v.Kind() == where.KindUUID {
			parts[i] = v.String()
		}
	}
	return strings.Join(parts, ",")
}

// MarshalJSON writes the key as a list of values with their kinds.
func (k Key) MarshalJSON() ([]byte, error) { return json.Marshal(k.Values()) }

// UnmarshalJSON reads what MarshalJSON writes. The zero Key is an empty list.
// Errors quote nothing of data.
func (k *Key) UnmarshalJSON(data []byte) error {
	var list []json.RawMessage
	if err := json.Unmarshal(data, &list); err != nil {
		return errors.New("contacts: key: not a list of values") // the cause may quote a value
	}
	if len(list) == 0 {
		*k = Key{}
		return nil
	}
	values := make([]where.Value, len(list))
	for i, one := range list {
		if err := values[i].UnmarshalJSON(one); err != nil {
			return fmt.Errorf("contacts: key column %d: %w", i+1, err)
		}
	}
	out, err := KeyOf(values...)
	if err != nil {
		return err
	}
	*k = out
	return nil
}

// CheckKey returns the key with its values as the schema's key fields have
// them (an integer id for a uint64 column becomes a uint64), or what is wrong
// with it, without its values.
func (s Schema) CheckKey(k Key) (Key, error) {
	values, fields := k.Values(), s.KeyFields()
	if len(values) != len(fields) {
		return Key{}, fmt.Errorf("contacts: a key of %d values; the key of %s has %d columns (%s)",
			len(values), s.Table, len(fields), strings.Join(s.Key, ", "))
	}
	for i, f := range fields {
		v, err := values[i].As(f.Kind)
		if err != nil {
			return Key{}, fmt.Errorf("contacts: key column %s: %w", f.Name, err)
		}
		values[i] = v
	}
	return KeyOf(values...)
}
