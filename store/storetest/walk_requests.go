package storetest

import (
	"fmt"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/store"
	"github.com/contactsweep/contactsweep/where"
)

// walkedSchema has a composite key, and two fields to walk by.
func walkedSchema() contacts.Schema {
	return contacts.Schema{
		Table: "people", Key: []string{"tenant", "name"},
		Fields: []contacts.Field{
			contacts.Int64("tenant").NotNull(), contacts.Text("name").NotNull(),
			contacts.Time("created").NotNull().NeverChanges(), contacts.Int64("number").NotNull().NeverChanges(),
			contacts.Int64("score").NotNull(), contacts.Int64("rank").NeverChanges(), contacts.Text("code").NotNull().NeverChanges(),
		},
	}
}

// walkedData is in the order of created and key; numbers count the other way.
func walkedData() Data {
	data := Data{}
	for i := range 12 {
		data["people"] = append(data["people"], Row{
			"tenant": i/2%2 - 1, "name": fmt.Sprint("n", i%2), "created": utc(2020, 1, 1, i/4, 0, 0), "number": 100 - i, "score": 1, "code": "x",
		})
		if i >= 4 { // keys are unique
			data["people"][i]["name"] = fmt.Sprintf("m%02d", i)
		}
	}
	return data
}

func testWalkRequests(t *testing.T, h Harness) {
	t.Helper()
	b := setup(t, h, walkedSchema(), walkedData())
	everyone := selection(where.Everything())
	want := make([]string, 12)
	for i, row := range b.data["people"] {
		want[i] = fmt.Sprintf("%v,%v", row["tenant"], row["name"])
	}
	for limit := 1; limit <= 5; limit++ {
		require.Equal(t, want, b.walkBy(t, everyone, store.PageRequest{By: "created", Limit: limit}), "those of one time come in the order of the whole key")
	}
	backwards := slices.Clone(want)
	slices.Reverse(backwards)
	require.Equal(t, backwards, b.walkBy(t, everyone, store.PageRequest{By: "number", Limit: 5}))
	t.Run("fields", func(t *testing.T) {
		page, err := b.st.Page(t.Context(), store.PageRequest{Selection: everyone, By: "number", Until: b.boundBy(t, "number"), Limit: 1, Fields: []string{"number", "code"}})
		require.NoError(t, err)
		require.Equal(t, int64(89), page.Values[0][0].Any())
		require.Equal(t, "x", page.Values[0][1].Any())
	})
	t.Run("cursors", func(t *testing.T) {
		until := b.boundBy(t, "created")
		page, err := b.st.Page(t.Context(), store.PageRequest{Selection: everyone, By: "created", Until: until, Limit: 12, Cursors: true})
		require.NoError(t, err)
		require.Len(t, page.Cursors, len(page.Keys))
		for i, behind := range page.Cursors {
			require.Equal(t, want[i+1:], b.walkBy(t, everyone, store.PageRequest{By: "created", After: behind, Until: until, Limit: 5}))
		}
	})
	t.Run("keys", func(t *testing.T) {
		keys := mustKeys(t, []any{0, "n1"}, []any{-1, "n1"}, []any{-1, "n0"})
		page, err := b.st.Page(t.Context(), store.PageRequest{Selection: everyone, By: "number", Limit: 9, Keys: keys})
		require.NoError(t, err)
		require.Equal(t, []string{"-1,n0", "-1,n1", "0,n1"}, texts(page.Keys), "in the order of the key")
	})
	for by, reason := range map[string]string{"nobody": "no field", "score": "it may change", "rank": "it may be NULL", "code": "a text", "tenant": "of the key"} {
		t.Run("by "+reason, func(t *testing.T) {
			_, err := b.st.Bound(t.Context(), store.BoundRequest{By: by})
			require.ErrorIs(t, err, store.ErrInvalidRequest)
			_, err = b.st.Page(t.Context(), store.PageRequest{Selection: everyone, By: by, Until: b.last, Limit: 1})
			require.ErrorIs(t, err, store.ErrInvalidRequest)
		})
	}
	byKey, byTime, byNumber := b.last, b.boundBy(t, "created"), b.boundBy(t, "number")
	for name, r := range map[string]store.PageRequest{
		"of the key, by a field":     {By: "created", Until: byKey},
		"of a field, by the key":     {Until: byTime},
		"of another field":           {By: "number", Until: byTime},
		"After, of another field":    {By: "created", After: byNumber, Until: byTime},
		"After, of the key":          {By: "created", After: byKey, Until: byTime},
		"After, of a field":          {After: byTime, Until: byKey},
		"with something behind it":   {By: "created", Until: byTime + "}"},
		"with something before it":   {By: "created", Until: " {" + byTime},
		"that is cut off":            {By: "created", Until: byTime[:len(byTime)-2]},
		"that is malformed":          {By: "created", Until: "x"},
		"that is a hostile text":     {By: "created", Until: `["' OR 1=1 --"]`},
		"After, that is malformed":   {By: "created", After: "\x00", Until: byTime},
		"that is twice the same one": {By: "created", Until: byTime + byTime},
	} {
		t.Run("a cursor "+name, func(t *testing.T) {
			r.Selection, r.Limit = everyone, 5
			_, err := b.st.Page(t.Context(), r)
			require.ErrorIs(t, err, store.ErrInvalidRequest)
		})
	}
	b.requireUnchanged(t)
}

// testWalkOfDeleted deletes the contacts that cursor and bound were made of.
func testWalkOfDeleted(t *testing.T, h Harness) {
	t.Helper()
	b := setup(t, h, walkedSchema(), walkedData())
	everyone, bound := selection(where.Everything()), b.boundBy(t, "created")
	all := b.walkBy(t, everyone, store.PageRequest{By: "created", Limit: 12})
	page, err := b.st.Page(t.Context(), store.PageRequest{Selection: everyone, By: "created", Until: bound, Limit: 5})
	require.NoError(t, err)
	require.NotEmpty(t, page.Keys)
	n := len(page.Keys)
	out, err := b.st.Delete(t.Context(), store.Batch{Selection: everyone, Keys: slices.Concat(page.Keys[n-1:], mustKeys(t, []any{0, "m11"}))})
	require.NoError(t, err)
	require.Len(t, out.Deleted, 2)
	require.Equal(t, all[n:11], b.walkBy(t, everyone, store.PageRequest{By: "created", After: page.Next, Until: bound, Limit: 2}), "what is behind the cursor, each once")
	require.NotEqual(t, bound, b.boundBy(t, "created"))
	empty := setup(t, h, walkedSchema(), nil)
	require.Empty(t, empty.boundBy(t, "created"))
	require.Empty(t, empty.walkBy(t, everyone, store.PageRequest{By: "created", Limit: 3}))
}
