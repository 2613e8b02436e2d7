package storetest

import (
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/store"
)

// testSuppressed checks what is said of contacts that are suppressed.
func testSuppressed(t *testing.T, b *ledgerBench) {
	t.Helper()
	t.Run("in every state of the operation", func(t *testing.T) { t.Parallel(); b.desk().testSuppressedStates(t) })
	t.Run("by several operations", func(t *testing.T) { t.Parallel(); b.desk().testSuppressedTwice(t) })
	t.Run("many keys", func(t *testing.T) { t.Parallel(); b.desk().testSuppressedMany(t) })
	t.Run("pages", func(t *testing.T) { t.Parallel(); b.desk().testSuppressions(t) })
}

// requireSuppressed checks which of the people are suppressed, and by which
// operation.
func (d desk) requireSuppressed(t *testing.T, want map[int]string, people ...int) {
	t.Helper()
	got, err := d.Targets.Suppressed(t.Context(), d.scope, keysOf(t, people...))
	require.NoError(t, err)
	found := map[int]string{}
	for _, s := range got {
		person, err := strconv.Atoi(s.Key.String())
		require.NoError(t, err)
		require.NotContains(t, found, person, "each once")
		found[person] = s.Operation
	}
	if want == nil {
		want = map[int]string{}
	}
	require.Equal(t, want, found)
}

func (d desk) testSuppressedStates(t *testing.T) {
	t.Helper()
	requireOne := func(op store.Operation, due time.Time) {
		t.Helper()
		got, err := d.Targets.Suppressed(t.Context(), d.scope, keysOf(t, 1, 1, 2, 3))
		require.NoError(t, err)
		require.Equal(t, []store.Suppressed{{Key: keysOf(t, int64(1))[0], Operation: op.ID, State: op.State, Due: due}}, got)
	}
	r := d.request(store.StatePreparing)
	r.DueIn = new(long)
	op, err := d.Operations.Create(t.Context(), r)
	require.NoError(t, err)
	op = d.add(t, op, false, 2)
	d.requireSuppressed(t, nil, 1, 2)
	op = d.add(t, op, true, 1)
	requireOne(op, time.Time{})
	op = d.save(t, op, store.SaveRequest{State: store.StatePending, Due: &store.When{In: 2 * long}})
	requireOne(op, op.Due)
	op = d.save(t, op, store.SaveRequest{State: store.StateProcessing})
	requireOne(op, time.Time{})
	op = d.save(t, op, store.SaveRequest{State: store.StateFailed})
	requireOne(op, time.Time{})
	out, err := d.Targets.Release(t.Context(), store.ReleaseRequest{
		Scope: d.scope, Operation: op.ID, Limit: 9, Save: &store.SaveRequest{Fence: fence(op), State: store.StateCancelled},
	})
	require.NoError(t, err)
	require.Equal(t, store.StateCancelled, out.Operation.State)
	d.requireSuppressed(t, nil, 1, 2)
}

func (d desk) testSuppressedTwice(t *testing.T) {
	t.Helper()
	due := func(in time.Duration) store.Operation {
		op := d.add(t, d.create(t, store.StatePreparing), true, 1)
		return d.giveBack(t, d.save(t, op, store.SaveRequest{State: store.StatePending, Due: &store.When{In: in}}))
	}
	processing := d.add(t, d.create(t, store.StateProcessing), true, 1)
	d.add(t, d.create(t, store.StateProcessing), true, 1)
	d.requireSuppressed(t, map[int]string{1: processing.ID}, 1) // the first by ID
	soon := due(time.Hour)
	d.requireSuppressed(t, map[int]string{1: soon.ID}, 1)
	last := due(3 * time.Hour)
	due(2 * time.Hour)
	d.requireSuppressed(t, map[int]string{1: last.ID}, 1)
	_, err := d.Targets.Release(t.Context(), store.ReleaseRequest{Scope: d.scope, Operation: last.ID, Keys: keysOf(t, 1)})
	require.NoError(t, err)
	got, err := d.Targets.Suppressed(t.Context(), d.scope, keysOf(t, 1))
	require.NoError(t, err)
	require.Len(t, got, 1, "releasing one's own releases nobody else's")
	require.True(t, got[0].Due.After(soon.Due))
}

func (d desk) testSuppressedMany(t *testing.T) {
	t.Helper()
	const n = 1000
	var even, all []int
	want := map[int]string{}
	op := d.create(t, store.StatePreparing)
	for i := range n {
		all = append(all, 100_000+i)
		if i%2 == 0 {
			even = append(even, 100_000+i)
			want[100_000+i] = op.ID
		}
	}
	d.add(t, op, true, even...)
	d.requireSuppressed(t, want, append(all, all[:10]...)...)
	d.requireSuppressed(t, nil)
}

func (d desk) testSuppressions(t *testing.T) {
	t.Helper()
	first := d.pending(t, 3, 1, 2)
	second := d.giveBack(t, d.add(t, d.add(t, d.create(t, store.StateProcessing), true, 9, 8), false, 7))
	third := d.pending(t, 2, 9)
	row := func(op store.Operation, people ...int) []string {
		var out []string
		for _, p := range people {
			out = append(out, op.ID+" "+string(op.State)+" "+strconv.Itoa(p))
		}
		return out
	}
	restorable := append(row(first, 3, 1, 2), row(third, 2, 9)...)
	all := slices.Concat(row(first, 3, 1, 2), row(second, 9, 8), row(third, 2, 9))
	for limit := 1; limit <= len(all)+1; limit++ {
		require.Equal(t, all, d.suppressions(t, limit, false), "pages of %d", limit)
		require.Equal(t, restorable, d.suppressions(t, limit, true), "pages of %d", limit)
	}
	page, err := d.Targets.Suppressions(t.Context(), store.SuppressionsRequest{Scope: d.scope, Limit: 4})
	require.NoError(t, err)
	require.Equal(t, first.Due, page.Suppressed[0].Due)
	require.True(t, page.Suppressed[3].Due.IsZero(), "it is being deleted")
	// What goes in between neither repeats nor hides the others.
	_, err = d.Targets.Release(t.Context(), store.ReleaseRequest{Scope: d.scope, Operation: first.ID, Limit: 3})
	require.NoError(t, err)
	page, err = d.Targets.Suppressions(t.Context(), store.SuppressionsRequest{Scope: d.scope, After: page.Next, Limit: 10})
	require.NoError(t, err)
	require.Equal(t, all[4:], rowsOf(page.Suppressed))
	last, err := d.Targets.Suppressions(t.Context(), store.SuppressionsRequest{Scope: d.scope, After: page.Next, Limit: 10})
	require.NoError(t, err)
	require.Empty(t, last.Suppressed)
	require.False(t, last.More)
}

// suppressions reads all by pages.
func (d desk) suppressions(t *testing.T, limit int, restorable bool) []string {
	t.Helper()
	var out []string
	var after store.Cursor
	for {
		page, err := d.Targets.Suppressions(t.Context(), store.SuppressionsRequest{Scope: d.scope, After: after, Limit: limit, Restorable: restorable})
		require.NoError(t, err)
		require.LessOrEqual(t, len(page.Suppressed), limit)
		out = append(out, rowsOf(page.Suppressed)...)
		if !page.More {
			return out
		}
		require.NotEqual(t, after, page.Next, "More is true, but the cursor did not advance")
		after = page.Next
	}
}

func rowsOf(list []store.Suppressed) []string {
	var out []string
	for _, s := range list {
		out = append(out, s.Operation+" "+string(s.State)+" "+texts([]contacts.Key{s.Key})[0])
	}
	return out
}
