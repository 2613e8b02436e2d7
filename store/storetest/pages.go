package storetest

import (
	"fmt"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/contactsweep/contactsweep/store"
	"github.com/contactsweep/contactsweep/where"
)

// testPage checks the walk: every selected contact exactly once, in the same
// order, whatever the limit.
func testPage(t *testing.T, h Harness) {
	t.Helper()
	w := where.New
	data := Data{}
	for i := range 50 {
		row := Row{"id": i*7 - 100, "score": i % 5}
		if i%10 == 3 {
			row["name"] = fmt.Sprint("name ", i)
		}
		data["people"] = append(data["people"], row)
	}
	data["people"] = append(data["people"][17:], data["people"][:17]...) // not in the order of the key
	b := setup(t, h, sampleSchema(), data)
	third := selection(w().WhereEquals("score", 3))
	want := b.walk(t, third, 1000)
	require.Len(t, want, 10)
	for limit := 1; limit <= 12; limit++ {
		t.Run(fmt.Sprint("limit ", limit), func(t *testing.T) {
			require.Equal(t, want, b.walk(t, third, limit))
			require.Len(t, b.walk(t, selection(where.Everything()), limit*5), 50)
		})
	}
	t.Run("negative keys come first", func(t *testing.T) {
		all := b.walk(t, selection(where.Everything()), 7)
		require.Len(t, all, 50)
		require.Equal(t, []string{"-100", "-93", "-86"}, all[:3])
		require.Equal(t, "243", all[49])
	})
	t.Run("nothing selected", func(t *testing.T) {
		require.Empty(t, b.walk(t, selection(where.NoResults()), 3))
	})
	t.Run("no bound, nothing returned", func(t *testing.T) {
		page, err := b.st.Page(t.Context(), store.PageRequest{Selection: third, Limit: 5})
		require.NoError(t, err)
		require.Empty(t, page.Keys)
		require.False(t, page.More)
	})
	t.Run("a bound in the middle is included", func(t *testing.T) {
		first, err := b.st.Page(t.Context(), store.PageRequest{Selection: selection(where.Everything()), Until: b.bound(t), Limit: 20})
		require.NoError(t, err)
		if len(first.Keys) == 20 { // a page may be shorter
			require.Len(t, b.walkTo(t, selection(where.Everything()), 6, first.Next), 20)
		}
	})
	t.Run("pages that end early", func(t *testing.T) { b.testPageScan(t, third, want) })
	t.Run("cursors", func(t *testing.T) { b.testPageCursors(t, third, want) })
	t.Run("keys", func(t *testing.T) { b.testPageKeys(t) })
	t.Run("fields", func(t *testing.T) { b.testPageFields(t) })
	t.Run("an empty store", func(t *testing.T) {
		empty := setup(t, h, sampleSchema(), nil)
		require.Empty(t, empty.bound(t))
		require.Empty(t, empty.walk(t, selection(where.Everything()), 3))
		counts, err := empty.st.Count(t.Context(), store.CountRequest{Selection: selection(where.Everything())})
		require.NoError(t, err)
		require.Zero(t, counts.Contacts)
	})
	t.Run("a contact that comes behind the bound is not met", func(t *testing.T) { testBehindBound(t, h) })
}

func (b *bench) bound(t *testing.T) store.Cursor {
	t.Helper()
	bound, err := b.st.Bound(t.Context(), store.BoundRequest{})
	require.NoError(t, err)
	return bound
}

// testPageScan walks in steps of a few contacts, of which most are not
// selected.
func (b *bench) testPageScan(t *testing.T, s store.Selection, want []string) {
	t.Helper()
	for scan := 1; scan <= 60; scan += 7 {
		got, pages, after := []string{}, 0, store.Cursor("")
		for more := true; more; pages++ {
			page, err := b.st.Page(t.Context(), store.PageRequest{Selection: s, After: after, Until: b.last, Limit: 3, Scan: scan})
			require.NoError(t, err)
			require.False(t, page.More && page.Next == after, "More is true, but the cursor did not advance")
			got = append(got, texts(page.Keys)...)
			more, after = page.More, page.Next
		}
		require.Equal(t, want, got, "by steps of %d", scan)
		require.GreaterOrEqual(t, pages, 50/(scan+5), "a step looks at about so many contacts as it was asked to")
	}
	_, err := b.st.Page(t.Context(), store.PageRequest{Selection: s, Until: b.last, Limit: 3, Scan: -1})
	require.Error(t, err)
}

func (b *bench) testPageKeys(t *testing.T) {
	t.Helper()
	page := func(s store.Selection, limit int, keys ...int) []string {
		r := store.PageRequest{Selection: s, Limit: limit, Keys: keysOf(t, keys...)}
		got, err := b.st.Page(t.Context(), r)
		require.NoError(t, err)
		return texts(got.Keys)
	}
	everyone := selection(where.Everything())
	require.Equal(t, ids(-100, -93, 5), page(everyone, 10, 5, -100, 1, -93), "in the order of the key, without those that are not there")
	require.Equal(t, ids(-100), page(everyone, 10, -100, -100), "a key that is given twice")
	require.Len(t, page(everyone, 2, 5, -100, -93), 2, "the limit")
	require.Empty(t, page(everyone, 10), "no keys")
	require.Equal(t, ids(-79), page(selection(where.New().WhereEquals("score", 3)), 10, -100, -79), "only those that are selected")
}

func (b *bench) testPageFields(t *testing.T) {
	t.Helper()
	s := selection(where.New().WhereContains("name", "name"))
	page, err := b.st.Page(t.Context(), store.PageRequest{Selection: s, Until: b.bound(t), Limit: 50, Fields: []string{"score", "name", "id", "ratio"}})
	require.NoError(t, err)
	require.NotEmpty(t, page.Keys)
	require.Len(t, page.Values, len(page.Keys))
	for i, k := range page.Keys {
		row := b.data["people"][slices.IndexFunc(b.data["people"], func(r Row) bool { return fmt.Sprint(r["id"]) == k.String() })]
		require.Len(t, page.Values[i], 4)
		got := make([]any, 4)
		for j, v := range page.Values[i] {
			got[j] = v.Any()
		}
		want := make([]any, 4)
		for j, name := range []string{"score", "name", "id", "ratio"} {
			f, _ := b.schema.Lookup(name)
			want[j] = stored(t, f, row[name]).Any()
		}
		require.Equal(t, want, got)
		require.True(t, page.Values[i][3].IsNull())
	}
	page, err = b.st.Page(t.Context(), store.PageRequest{Selection: s, Until: b.bound(t), Limit: 50})
	require.NoError(t, err)
	require.Nil(t, page.Values, "no fields were asked for")
}

// testBehindBound takes a store whose last contact is deleted after the bound
// was taken: the bound stays usable.
func testBehindBound(t *testing.T, h Harness) {
	t.Helper()
	b := setup(t, h, sampleSchema(), sampleData())
	bound := b.bound(t)
	out, err := b.st.Delete(t.Context(), store.Batch{Selection: selection(where.Everything()), Keys: keysOf(t, 8, 1)})
	require.NoError(t, err)
	require.Len(t, out.Deleted, 2)
	require.Equal(t, ids(2, 3, 4, 5, 6, 7), b.walkTo(t, selection(where.Everything()), 4, bound))
	require.NotEqual(t, bound, b.bound(t))
}

// testPageCursors goes on behind every contact of a page.
func (b *bench) testPageCursors(t *testing.T, s store.Selection, want []string) {
	t.Helper()
	read := func(after store.Cursor, cursors bool) store.Page {
		page, err := b.st.Page(t.Context(), store.PageRequest{Selection: s, After: after, Until: b.bound(t), Limit: 100, Cursors: cursors})
		require.NoError(t, err)
		return page
	}
	require.Nil(t, read("", false).Cursors, "cursors were not asked for")
	var after store.Cursor
	for seen := 0; ; {
		page := read(after, true)
		require.Len(t, page.Cursors, len(page.Keys))
		for i, behind := range page.Cursors {
			next := read(behind, false)
			if len(next.Keys) > 0 { // a page may be empty
				require.Equal(t, want[seen+i+1], texts(next.Keys)[0])
			}
		}
		if seen += len(page.Keys); !page.More {
			require.Len(t, want, seen)
			return
		}
		after = page.Next
	}
}
