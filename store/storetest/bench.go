package storetest

import (
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/store"
	"github.com/contactsweep/contactsweep/where"
)

// bench is a store with known data.
type bench struct {
	h      Harness
	schema contacts.Schema
	data   Data
	st     store.Store
	last   store.Cursor // of the data that it was filled with
}

// setup opens a store with the data. Verify must have those fatal findings.
func setup(t *testing.T, h Harness, schema contacts.Schema, data Data, fatal ...string) *bench {
	t.Helper()
	require.NoError(t, schema.Validate(), "a mistake in the suite: its schema is invalid")
	st := h.Open(t, schema, data)
	require.NotNil(t, st, "Harness.Open returned no store")
	findings, err := st.Verify(t.Context())
	require.NoError(t, err)
	var found []string
	for _, f := range findings {
		switch f.Code {
		case store.CodePartlyCovered: // many of the suite's schemas look at some rows of a table, and mean to leave the others
			continue
		case store.CodeNotCascaded: // the same harness without foreign keys
			continue
		}
		if f.Severity == store.Fatal {
			found = append(found, f.Name())
		}
	}
	if !data.foreign() { // which a store may well take for fatal, in references
		require.ElementsMatch(t, fatal, found, "fatal findings of Verify")
	}
	last, err := st.Bound(t.Context(), store.BoundRequest{})
	require.NoError(t, err)
	return &bench{h: h, schema: schema, data: data, st: st, last: last}
}

// instant is the start of every run in the suite.
func instant() time.Time { return time.Date(2026, time.March, 31, 12, 0, 0, 0, time.UTC) }

func selection(c where.Condition) store.Selection {
	return store.Selection{At: instant(), Condition: c.Freeze(instant())}
}

// walk returns the keys that are selected, in the order of the walk, by pages
// of at most limit contacts.
func (b *bench) walk(t *testing.T, s store.Selection, limit int) []string {
	t.Helper()
	bound, err := b.st.Bound(t.Context(), store.BoundRequest{})
	require.NoError(t, err)
	return b.walkTo(t, s, limit, bound)
}

func (b *bench) walkTo(t *testing.T, s store.Selection, limit int, bound store.Cursor) []string {
	t.Helper()
	out := []string{}
	var after store.Cursor
	for steps := 0; ; steps++ {
		page, err := b.st.Page(t.Context(), store.PageRequest{Selection: s, After: after, Until: bound, Limit: limit})
		require.NoError(t, err)
		require.LessOrEqual(t, len(page.Keys), limit, "a page has more contacts than its limit")
		out = append(out, texts(page.Keys)...)
		if !page.More {
			return out
		}
		require.NotEqual(t, after, page.Next, "More is true, but the cursor did not advance")
		require.Less(t, steps, 100_000, "the walk does not end")
		after = page.Next
	}
}

// requireSelects checks what a condition selects, by Page and by Count.
func (b *bench) requireSelects(t *testing.T, c where.Condition, want []string) {
	t.Helper()
	b.requirePage(t, c, want)
	counts, err := b.st.Count(t.Context(), store.CountRequest{Selection: selection(c)})
	require.NoError(t, err)
	require.Equal(t, int64(len(want)), counts.Contacts, "contacts that Count counts for %s", c)
	require.Nil(t, counts.Rows, "rows were not asked for")
}

// requirePage checks what a condition selects, by Page alone.
func (b *bench) requirePage(t *testing.T, c where.Condition, want []string) {
	t.Helper()
	got := b.walkTo(t, selection(c), 1000, b.last)
	slices.Sort(got)
	want = append([]string{}, want...)
	slices.Sort(want)
	require.Equal(t, want, got, "contacts that Page finds for %s", c)
}

// requireUnchanged checks that the storage holds what it was filled with.
func (b *bench) requireUnchanged(t *testing.T) {
	t.Helper()
	require.Equal(t, canonical(t, b.schema, b.data), canonical(t, b.schema, b.h.Dump(t, b.st)), "the storage was changed")
}

// selects is a condition and the contacts that it selects.
type selects struct {
	name      string
	condition where.Condition
	want      []string
}

// runSelects runs a table of conditions over one store.
func runSelects(t *testing.T, h Harness, schema contacts.Schema, data Data, table []selects) {
	t.Helper()
	b := setup(t, h, schema, data)
	for _, c := range table {
		t.Run(c.name, func(t *testing.T) {
			b.requireSelects(t, c.condition, c.want)
		})
	}
}

// ids are the texts of integer keys.
func ids(keys ...int) []string {
	out := make([]string, len(keys))
	for i, k := range keys {
		out[i] = strconv.Itoa(k)
	}
	return out
}

func texts(keys []contacts.Key) []string {
	out := make([]string, len(keys))
	for i, k := range keys {
		out[i] = k.String()
	}
	return out
}

// keysOf makes keys of one column.
func keysOf[T any](t *testing.T, values ...T) []contacts.Key {
	t.Helper()
	keys, err := contacts.Keys(values...)
	require.NoError(t, err)
	return keys
}

func date(year, month, day int) where.Date { return where.Date{Year: year, Month: month, Day: day} }

func utc(year int, month time.Month, day, hour, minute, second int) time.Time {
	return time.Date(year, month, day, hour, minute, second, 0, time.UTC)
}
