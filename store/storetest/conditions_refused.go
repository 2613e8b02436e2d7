package storetest

import (
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/contactsweep/contactsweep/store"
	"github.com/contactsweep/contactsweep/where"
)

// testRefused checks that every method refuses what is not a valid condition,
// wherever in the selection it stands, before anything is touched.
func testRefused(t *testing.T, h Harness) {
	t.Helper()
	w := where.New
	b := setup(t, h, rowsSchema(), rowsData())
	for _, c := range []struct {
		name      string
		condition where.Condition
	}{
		{"the zero condition", where.Condition{}},
		{"an empty condition", w()},
		{"an empty group", w().WhereEquals("name", "a").Where(w())},
		{"an empty NOT", w().WhereNot(w())},
		{"a dangling And", w().WhereEquals("name", "a").And()},
		{"a dangling Or", w().WhereEquals("name", "a").Or()},
		{"a leading Or", w().Or().WhereEquals("name", "a")},
		{"two joiners", w().WhereEquals("name", "a").Or().And().WhereEquals("id", 1)},
		{"an unknown field", w().WhereEquals("nam", "a")},
		{"a hostile field", w().WhereEquals(`name" = "name`, "a")},
		{"a column instead of a field", w().WhereEquals("people.name", "a")},
		{"an unknown association", w().WhereExists("event")},
		{"an unknown field of an association", w().WhereExists("events", w().WhereEquals("name", "a"))},
		{"an association that is not below this one", w().WhereExists("lines")},
		{"nil", w().WhereEquals("name", nil)},
		{"a pointer", w().WhereEquals("id", new(int))},
		{"a duration", w().WhereEquals("id", time.Hour)},
		{"a number for a text", w().WhereEquals("name", 0)},
		{"a bool for a text", w().WhereEquals("name", false)},
		{"a text for a number", w().WhereEquals("id", "1")},
		{"a float for an integer", w().WhereEquals("id", 1.0)},
		{"an integer that does not fit", w().WhereEquals("id", uint64(math.MaxUint64))},
		{"a text for a time", w().WhereExists("events", w().WhereLessThan("at", "2026-01-01"))},
		{"a time for a date", w().WhereExists("events", w().WhereLessThan("day", time.Now()))},
		{"a year out of range", w().WhereExists("events", w().WhereLessThan("at", time.Time{}))},
		{"text that is not UTF-8", w().WhereEquals("name", "\xff")},
		{"text with NUL", w().WhereEquals("name", "a\x00")},
		{"one wrong element in WhereIn", w().WhereIn("id", 1, "2")},
		{"WhereNotIn of nothing", w().WhereNotIn("id")},
		{"an empty search text", w().WhereContains("name", "")},
		{"an empty prefix", w().WhereNotStartsWith("name", "")},
		{"an empty suffix", w().WhereEndsWith("name", "")},
		{"an empty pattern", w().WhereLike("name", "")},
		{"a pattern of percents", w().WhereLike("name", "%%")},
		{"a pattern with a lone backslash", w().WhereLike("name", `a\`)},
		{"a search in a number", w().WhereContains("id", "1")},
		{"WhereTrue of a text", w().WhereTrue("name")},
		{"a range upside down", w().WhereBetween("id", 2, 1)},
		{"too few values for the key", w().WhereID()},
		{"too many values for the key", w().WhereID(1, 2)},
		{"a negative count", w().WhereCount("events", where.Equal, -1)},
		{"a count without a comparison", w().WhereCount("events", 0, 1)},
		{"a count that is always true", w().WhereCount("events", where.GreaterOrEqual, 0)},
		{"months of a text", w().WhereCountMonths("events", "type", where.Equal, 1)},
		{"NOT of nothing", w().WhereNot(where.NoResults())},
		{"NOT of WhereIn nothing", w().WhereNot(w().WhereIn("id"))},
		{"a test or its opposite", w().WhereNull("name").Or().WhereNotNull("name")},
		{"Everything in an OR", w().WhereEquals("id", 1).Or().Where(where.Everything())},
	} {
		t.Run(c.name, func(t *testing.T) { b.requireRefused(t, c.condition) })
	}
	t.Run("a relative time without an instant", func(t *testing.T) {
		s := store.Selection{Condition: w().WhereExists("events", w().WhereLessThan("at", where.Ago(time.Hour)))}
		_, err := b.st.Delete(t.Context(), store.Batch{Selection: s, Keys: keysOf(t, 1)})
		require.ErrorIs(t, err, where.ErrInvalid)
	})
	t.Run("a protection of nobody is none", func(t *testing.T) {
		s := selection(where.Everything())
		s.Protected = w().WhereIn("id")
		require.Len(t, b.walk(t, s, 10), 5)
	})
	t.Run("nothing was touched", b.requireUnchanged)
}

func (b *bench) requireRefused(t *testing.T, c where.Condition) {
	t.Helper()
	ctx, keys := t.Context(), keysOf(t, 1, 2, 3, 4, 5)
	bound, err := b.st.Bound(ctx, store.BoundRequest{})
	require.NoError(t, err)
	places := map[string]store.Selection{"condition": {At: instant(), Condition: c}}
	if !c.IsZero() { // a zero scope or protection means none
		places["scope"] = store.Selection{At: instant(), Condition: where.Everything(), Scope: c}
		places["protected"] = store.Selection{At: instant(), Condition: where.Everything(), Protected: c}
	}
	for place, s := range places {
		_, err := b.st.Count(ctx, store.CountRequest{Selection: s, Rows: true})
		require.ErrorIs(t, err, where.ErrInvalid, "Count, as the %s", place)
		_, err = b.st.Page(ctx, store.PageRequest{Selection: s, Until: bound, Limit: 10})
		require.ErrorIs(t, err, where.ErrInvalid, "Page, as the %s", place)
		_, err = b.st.Delete(ctx, store.Batch{Selection: s, Keys: keys})
		require.ErrorIs(t, err, where.ErrInvalid, "Delete, as the %s", place)
		_, err = b.st.Delete(ctx, store.Batch{Selection: s, Keys: keys, DryRun: true})
		require.ErrorIs(t, err, where.ErrInvalid, "Delete as a dry run, as the %s", place)
		_, err = b.st.Delete(ctx, store.Batch{Selection: s})
		require.ErrorIs(t, err, where.ErrInvalid, "Delete without keys, as the %s", place)
	}
}
