package storetest

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/store"
	"github.com/contactsweep/contactsweep/where"
)

// testWalkBy checks the walk by a field and the key, for every kind and encoding
// that there can be.
func testWalkBy(t *testing.T, h Harness) {
	t.Helper()
	for _, l := range ladders() {
		l.field = l.field.NotNull().NeverChanges()
		if _, err := (contacts.Schema{Fields: []contacts.Field{l.field}}).WalkField("v"); err != nil {
			continue
		}
		t.Run(l.name, func(t *testing.T) {
			t.Parallel()
			l.walk(t, h)
		})
	}
	t.Run("requests", func(t *testing.T) {
		t.Parallel()
		testWalkRequests(t, h)
	})
	t.Run("contacts that go meanwhile", func(t *testing.T) {
		t.Parallel()
		testWalkOfDeleted(t, h)
	})
}

// walkBy returns the keys that are selected, in the order of the walk by a
// field.
func (b *bench) walkBy(t *testing.T, s store.Selection, r store.PageRequest) []string {
	t.Helper()
	var err error
	if r.Until == "" {
		r.Until, err = b.st.Bound(t.Context(), store.BoundRequest{By: r.By})
		require.NoError(t, err)
	}
	r.Selection = s
	out := []string{}
	for pages := 0; ; pages++ {
		page, err := b.st.Page(t.Context(), r)
		require.NoError(t, err)
		require.LessOrEqual(t, len(page.Keys), r.Limit)
		out = append(out, texts(page.Keys)...)
		if !page.More {
			return out
		}
		require.NotEqual(t, r.After, page.Next, "More is true, but the cursor did not advance")
		require.Less(t, pages, 10_000, "the walk does not end")
		r.After = page.Next
	}
}

// equals is how many contacts of a walk have the same value.
const equals = 3

// walked is a store with some contacts of each step of a ladder. Their ids are
// against the order of the steps.
type walked struct {
	*bench
	ladder

	stored []int // the steps that the storage can hold
}

func (w walked) id(step, n int) int { return 1000*n + len(w.steps) - step }

// want returns the contacts of the steps, in the order of the walk.
func (w walked) want(test func(step int) bool) []string {
	out := []string{}
	for _, i := range w.stored {
		for n := range equals {
			if test(i) {
				out = append(out, ids(w.id(i, n))...)
			}
		}
	}
	return out
}

// requireInOrder walks over what the condition selects.
func (w walked) requireInOrder(t *testing.T, c where.Condition, r store.PageRequest, test func(step int) bool) {
	t.Helper()
	r.By = "v"
	got, want := w.walkBy(t, selection(c), r), w.want(test)
	if w.field.Kind == where.KindUUID { // engines have orders of their own
		slices.Sort(got)
		slices.Sort(want)
	}
	require.Equal(t, want, got, "%s, %d at a time", c, r.Limit)
}

func (l ladder) walk(t *testing.T, h Harness) {
	t.Helper()
	schema := contacts.Schema{Table: "people", Key: []string{"id"}, Fields: []contacts.Field{contacts.Int64("id").NotNull(), l.field}}
	w, data := walked{ladder: l}, Data{}
	for i, x := range l.steps {
		if !holds(h, l.field, x) {
			continue
		}
		w.stored = append(w.stored, i)
		for n := range equals {
			data["people"] = append(data["people"], Row{"id": w.id(i, n), "v": x})
		}
	}
	if len(w.stored) == 0 {
		t.Skip("the storage cannot hold this kind in this encoding")
	}
	for i := range foreigns(h, l.field) { // they are not part of the walk
		data["people"] = append(data["people"], Row{"id": foreignID*10 + i, "v": Foreign(i)})
	}
	w.bench = setup(t, h, schema, data)
	t.Run("everything that has a value", func(t *testing.T) {
		all := func(int) bool { return true }
		for _, limit := range []int{1, 2, 3, 7, 1000} {
			w.requireInOrder(t, where.Everything(), store.PageRequest{Limit: limit}, all)
		}
		for _, scan := range []int{1, 2, 5} {
			w.requireInOrder(t, where.Everything(), store.PageRequest{Limit: 4, Scan: scan}, all)
		}
	})
	t.Run("conditions on the field", w.testLimits)
	t.Run("up to a bound in the middle", func(t *testing.T) {
		everyone := selection(where.Everything())
		page, err := w.st.Page(t.Context(), store.PageRequest{Selection: everyone, By: "v", Until: w.boundBy(t, "v"), Limit: 4})
		require.NoError(t, err)
		if n := len(page.Keys); n > 0 { // a page may be shorter
			require.Equal(t, texts(page.Keys), w.walkBy(t, everyone, store.PageRequest{By: "v", Until: page.Next, Limit: 3}))
		}
	})
	w.requireUnchanged(t)
}

// testLimits walks over what conditions on the field select: they end or begin
// at the same values as pages do, a little before, and a little behind.
func (w walked) testLimits(t *testing.T) {
	t.Helper()
	a, last := where.New, w.steps[len(w.steps)-1]
	for i, x := range w.steps {
		for _, c := range []struct {
			condition where.Condition
			test      func(step int) bool
		}{
			{a().WhereLessThan("v", x), func(step int) bool { return step < i }},
			{a().WhereLessOrEquals("v", x), func(step int) bool { return step <= i }},
			{a().WhereGreaterThan("v", x), func(step int) bool { return step > i }},
			{a().WhereGreaterOrEquals("v", x).WhereGreaterThan("id", 0), func(step int) bool { return step >= i }},
			{a().WhereEquals("v", x), func(step int) bool { return step == i }},
			{a().WhereNotEquals("v", x), func(step int) bool { return step != i }},
			{a().WhereBetween("v", x, last), func(step int) bool { return step >= i }},
			{a().WhereLessThan("v", x).Or().WhereEquals("v", last), func(step int) bool { return step < i || step == len(w.steps)-1 }},
			{where.All(a().WhereKnown("v"), a().WhereGreaterThan("v", x)), func(step int) bool { return step > i }},
		} {
			w.requireInOrder(t, c.condition, store.PageRequest{Limit: 2}, c.test)
		}
	}
}

func (b *bench) boundBy(t *testing.T, by string) store.Cursor {
	t.Helper()
	bound, err := b.st.Bound(t.Context(), store.BoundRequest{By: by})
	require.NoError(t, err)
	return bound
}
