package storetest

import (
	"math"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/store"
	"github.com/contactsweep/contactsweep/where"
)

// keyCase is a kind of key and values of it.
type keyCase struct {
	name   string
	fields []contacts.Field
	keys   [][]any
}

func keyCases() []keyCase {
	uuids := [][]any{{[16]byte{}}, {[16]byte{15: 1}}, {token(1)}, {token(2)}, {[16]byte{0: 0x80}}, {[16]byte{0: 0xff, 15: 0xff}}}
	return []keyCase{
		{"int64", []contacts.Field{contacts.Int64("id").NotNull()}, [][]any{
			{int64(math.MinInt64)}, {-1}, {0}, {1}, {1<<53 + 1}, {1<<53 + 2}, {int64(math.MaxInt64 - 1)}, {int64(math.MaxInt64)},
		}},
		{"uint64", []contacts.Field{contacts.Uint64("id").NotNull()}, [][]any{
			{0}, {1}, {1<<53 + 1}, {uint64(math.MaxInt64)}, {uint64(math.MaxInt64) + 1}, {uint64(math.MaxUint64 - 1)}, {uint64(math.MaxUint64)},
		}},
		{"text", []contacts.Field{contacts.Text("id").NotNull()}, [][]any{
			{""}, {" "}, {"  "}, {"a"}, {"A"}, {"a "}, {"b"}, {"é"}, {"e\u0301"}, {"'"}, {`"`}, {`\`}, {"%"}, {","}, {"日本"}, {"\uffff"}, {"😀"}, {"10"}, {"9"}, {"null"},
		}},
		{"uuid", []contacts.Field{contacts.UUID("id").NotNull()}, uuids},
		{"uuid as bytes", []contacts.Field{contacts.UUID("id").NotNull().Encoded(contacts.UUIDBytes())}, uuids},
		{"composite of text and int64", []contacts.Field{contacts.Text("tenant").NotNull(), contacts.Int64("id").NotNull()}, [][]any{
			{"a", 1}, {"a", 2}, {"a", -3}, {"a,", 1}, {"b", 1}, {"b", 10}, {"b", 9}, {"", 1}, {"A", int64(math.MaxInt64)},
		}},
		{"composite of uint64, uuid and text", []contacts.Field{
			contacts.Uint64("tenant").NotNull(), contacts.UUID("u").NotNull(), contacts.Text("t").NotNull(),
		}, [][]any{
			{1, token(1), "a"}, {1, token(1), "b"}, {1, token(2), ""}, {2, token(1), "a"}, {2, token(1), "A"}, {3, [16]byte{}, "😀"},
		}},
	}
}

// testKeys walks and deletes by keys of every kind. The order is the columns'
// own, so only what holds in every order is checked.
func testKeys(t *testing.T, h Harness) {
	t.Helper()
	for _, c := range keyCases() {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			c.run(t, h)
		})
	}
}

func (c keyCase) schema() contacts.Schema {
	s := contacts.Schema{Table: "people", Fields: append(slices.Clone(c.fields), contacts.Int64("n"))}
	ref := contacts.Reference{}
	rows := contacts.Association{Name: "rows", Table: "things", Action: contacts.Delete}
	for _, f := range c.fields {
		s.Key = append(s.Key, f.Name)
		ref.Fields = append(ref.Fields, "of_"+f.Name)
		rows.Fields = append(rows.Fields, contacts.Field{Name: "of_" + f.Name, Kind: f.Kind, Encoding: f.Encoding})
	}
	rows.References = []contacts.Reference{ref}
	s.Associations = []contacts.Association{rows}
	return s
}

func (c keyCase) run(t *testing.T, h Harness) {
	t.Helper()
	data := Data{}
	var keys []contacts.Key
	for _, values := range c.keys {
		contact, row := Row{"n": len(keys) % 2}, Row{}
		fits := true
		for i, f := range c.fields {
			contact[f.Name], row["of_"+f.Name] = values[i], values[i]
			fits = fits && holds(h, f, values[i])
		}
		if !fits {
			continue
		}
		k, err := contacts.NewKey(values...)
		require.NoError(t, err)
		k, err = c.schema().CheckKey(k)
		require.NoError(t, err)
		keys = append(keys, k)
		data["people"] = append(data["people"], contact)
		if !hasEmptyText(k) { // the empty text refers to nothing
			data["things"] = append(data["things"], row)
		}
	}
	b := setup(t, h, c.schema(), data)
	order := b.walk(t, selection(where.Everything()), 1000)
	require.ElementsMatch(t, texts(keys), order, "each contact once")
	for limit := 1; limit <= len(keys)+1; limit++ {
		require.Equal(t, order, b.walk(t, selection(where.Everything()), limit), "by pages of %d", limit)
	}
	odd := selection(where.New().WhereEquals("n", 1))
	require.Equal(t, b.walk(t, odd, 1000), b.walk(t, odd, 1))
	for _, k := range keys {
		page, err := b.st.Page(t.Context(), store.PageRequest{Selection: selection(where.Everything()), Limit: 5, Keys: []contacts.Key{k}})
		require.NoError(t, err)
		require.Equal(t, []contacts.Key{k}, page.Keys, "the key comes back as it was")
		b.requireSelects(t, where.New().WhereID(anyValues(k)...), []string{k.String()})
	}
	c.testDelete(t, b, keys, order)
}

// testDelete deletes the contacts one after the other, and each must take its
// own row and no other.
func (c keyCase) testDelete(t *testing.T, b *bench, keys []contacts.Key, order []string) {
	t.Helper()
	all := store.Batch{Selection: selection(where.Everything()), Keys: keys, DryRun: true}
	out, err := b.st.Delete(t.Context(), all)
	require.NoError(t, err)
	require.Equal(t, order, texts(out.Deleted), "the deleted keys are in the order of the key")
	rest := Data{"people": slices.Clone(b.data["people"]), "things": slices.Clone(b.data["things"])}
	for _, k := range keys {
		out, err := b.st.Delete(t.Context(), store.Batch{Selection: selection(where.Everything()), Keys: []contacts.Key{k}})
		require.NoError(t, err)
		require.Equal(t, []contacts.Key{k}, out.Deleted)
		rest["people"] = rest["people"][1:]
		var rows int64
		if !hasEmptyText(k) {
			rows = 1
			rest["things"] = rest["things"][1:]
		}
		require.Equal(t, map[string]int64{"rows": rows}, out.Rows)
		require.Equal(t, canonical(t, b.schema, rest), canonical(t, b.schema, b.h.Dump(t, b.st)))
	}
}

func hasEmptyText(k contacts.Key) bool {
	return slices.ContainsFunc(k.Values(), func(v where.Value) bool { return v.Kind() == where.KindText && v.Text() == "" })
}

func anyValues(k contacts.Key) []any { return anys(k.Values()) }
