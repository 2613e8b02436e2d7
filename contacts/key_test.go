package contacts_test

import (
	"encoding/json"
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/where"
)

func TestKeysAreComparable(t *testing.T) {
	t.Parallel()
	key := func(values ...any) contacts.Key {
		k, err := contacts.NewKey(values...)
		require.NoError(t, err)
		return k
	}
	keys := []contacts.Key{
		{},
		key(1), key(2), key("1"), key(""), key("", ""), key("a", "b"), key("a", "b", ""), key("a,b"), key("b", "a"),
		key("a", 1), key("a", "1"), key([16]byte{}), key(uint64(math.MaxUint64)),
	}
	for i, a := range keys {
		for j, b := range keys {
			require.Equal(t, i == j, a == b, "%s and %s", a, b)
		}
	}
	again := key("a", 1)
	require.Equal(t, keys[10], again)
	require.True(t, contacts.Key{}.IsZero())
	require.False(t, key("").IsZero())
	require.Nil(t, contacts.Key{}.Values())
	require.Equal(t, "a", key("a", 1).First().Text())
	require.Equal(t, "t,7,00000000-0000-0000-0000-000000000001", key("t", 7, [16]byte{15: 1}).String())
}

func TestKeysRoundTripThroughJSON(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		part := rapid.OneOf(
			rapid.Int64().AsAny(), rapid.Uint64().AsAny(),
			rapid.StringOf(rapid.RuneFrom([]rune("a',\"\\<é\u2028\U0001F600 "))).AsAny(),
			rapid.Custom(func(t *rapid.T) [16]byte { return [16]byte{rapid.Byte().Draw(t, "byte")} }).AsAny(),
		)
		values := rapid.SliceOfN(part, 1, 3).Draw(t, "values")
		k, err := contacts.NewKey(values...)
		require.NoError(t, err)
		data, err := json.Marshal(k)
		require.NoError(t, err)
		var back contacts.Key
		require.NoError(t, json.Unmarshal(data, &back))
		require.Equal(t, k, back)
		require.True(t, k == back) //nolint:testifylint // the operator is what is tested
		again, err := contacts.KeyOf(k.Values()...)
		require.NoError(t, err)
		require.Equal(t, k, again)
		require.Len(t, k.Values(), len(values))
		require.Equal(t, k.First(), k.Values()[0])
	})
}

func TestTheZeroKeyRoundTripsThroughJSON(t *testing.T) {
	t.Parallel()
	data, err := json.Marshal(contacts.Key{})
	require.NoError(t, err)
	k, err := contacts.NewKey(1)
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(data, &k))
	require.True(t, k.IsZero())
}

func TestJSONThatIsNoKeyIsRefused(t *testing.T) {
	t.Parallel()
	kept, err := contacts.NewKey(1)
	require.NoError(t, err)
	for _, data := range []string{
		`1`, `"a"`, `{}`, `[null]`, `[1]`, `[{"kind":"int64","value":"x"}]`, `[{"kind":"ago","value":"1h0m0s"}]`, `[{"kind":"int64","value":"1"},null]`,
	} {
		k := kept
		require.Error(t, json.Unmarshal([]byte(data), &k), data)
		require.Equal(t, kept, k)
	}
}

func TestWhatIsNoKeyIsRefused(t *testing.T) {
	t.Parallel()
	const marker = "m4rk3r"
	for name, values := range map[string][]any{
		"nothing": {}, "nil": {nil}, "nil in second place": {1, nil}, "a pointer": {new(string)}, "a relative time": {where.Ago(time.Hour)},
		"a struct": {struct{ s string }{marker}}, "bad text": {marker + "\xff"}, "a list": {[]string{marker}}, "the NULL value": {where.Value{}},
	} {
		k, err := contacts.NewKey(values...)
		require.ErrorContains(t, err, "contacts: ", name)
		require.NotContains(t, err.Error(), marker)
		require.True(t, k.IsZero())
	}
	_, err := contacts.KeyOf(where.Unknown())
	require.ErrorContains(t, err, "contacts: key column 1 has no value")
}

func TestKeysOfManyIDs(t *testing.T) {
	t.Parallel()
	keys, err := contacts.Keys([]string{"a", "b"}...)
	require.NoError(t, err)
	require.Len(t, keys, 2)
	require.Equal(t, "b", keys[1].String())
	keys, err = contacts.Keys[int]()
	require.NoError(t, err)
	require.Empty(t, keys)
	_, err = contacts.Keys[any](1, nil, 3)
	require.ErrorContains(t, err, "contacts: id 2 of 3: value is nil")
	_, err = contacts.Keys(where.Ago(time.Hour))
	require.ErrorContains(t, err, "contacts: id 1 of 1: ")
}

func TestKeysAreCheckedAgainstTheSchema(t *testing.T) {
	t.Parallel()
	schema := contacts.Schema{
		Table: "people", Key: []string{"id", "external"},
		Fields: []contacts.Field{contacts.Uint64("id"), contacts.UUID("external")},
	}
	for _, tt := range []struct {
		name    string
		values  []any
		message string
	}{
		{"as they are", []any{uint(7), [16]byte{1}}, ""},
		{"an integer that fits and a text", []any{7, "01000000-0000-0000-0000-000000000000"}, ""},
		{"a negative number", []any{-1, [16]byte{1}}, "contacts: key column id: the integer does not fit uint64"},
		{"a text that is no UUID", []any{7, "m4rk3r"}, "contacts: key column external: not a UUID in its canonical text form"},
		{"another kind", []any{"m4rk3r", [16]byte{}}, "contacts: key column id: the field is uint64 and the value is text; pass an integer"},
		{"too few", []any{7}, "contacts: a key of 1 values; the key of people has 2 columns (id, external)"},
		{"too many", []any{7, 8, 9}, "contacts: a key of 3 values"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			k, err := contacts.NewKey(tt.values...)
			require.NoError(t, err)
			checked, err := schema.CheckKey(k)
			if tt.message == "" {
				require.NoError(t, err)
				want, err := contacts.NewKey(uint(7), [16]byte{1})
				require.NoError(t, err)
				require.Equal(t, want, checked)
				return
			}
			require.ErrorContains(t, err, tt.message)
			require.NotContains(t, err.Error(), "m4rk3r")
		})
	}
	_, err := schema.CheckKey(contacts.Key{})
	require.ErrorContains(t, err, "contacts: a key of 0 values")
}
