package storetest

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/store"
)

// testTargets checks how contacts are fixed, and read back in order.
func testTargets(t *testing.T, b *ledgerBench) {
	t.Helper()
	t.Run("add", func(t *testing.T) { t.Parallel(); b.desk().testAdd(t) })
	t.Run("again and twice", func(t *testing.T) { t.Parallel(); b.desk().testAddAgain(t) })
	t.Run("nothing", func(t *testing.T) { t.Parallel(); b.desk().testAddNothing(t) })
	t.Run("pages", func(t *testing.T) { t.Parallel(); b.desk().testTargetPages(t) })
	t.Run("of no operation", func(t *testing.T) {
		t.Parallel()
		d := b.desk()
		page, err := d.Targets.Page(t.Context(), store.TargetsRequest{Scope: d.scope, Operation: "nobody", Limit: 1})
		require.NoError(t, err)
		require.Empty(t, page)
		_, err = d.Targets.Add(t.Context(), store.AddRequest{Save: store.SaveRequest{Fence: store.Fence{Scope: d.scope, ID: "nobody"}}, Targets: targetsOf(t, 1)})
		require.ErrorIs(t, err, store.ErrNotFound)
		_, err = d.Targets.Release(t.Context(), store.ReleaseRequest{Scope: d.scope, Operation: "nobody", Limit: 1})
		require.ErrorIs(t, err, store.ErrNotFound)
	})
}

// targetsOf makes targets without stamp and reason.
func targetsOf(t *testing.T, people ...int) []store.Target {
	t.Helper()
	return targetsFor(keysOf(t, people...))
}

func targetsFor(keys []contacts.Key) []store.Target {
	out := make([]store.Target, len(keys))
	for i, k := range keys {
		out[i].Key = k
	}
	return out
}

// add fixes targets; the lease goes on.
func (d desk) add(t *testing.T, op store.Operation, suppress bool, people ...int) store.Operation {
	t.Helper()
	return d.addKeys(t, op, suppress, keysOf(t, people...))
}

func (d desk) addKeys(t *testing.T, op store.Operation, suppress bool, keys []contacts.Key) store.Operation {
	t.Helper()
	out, err := d.Targets.Add(t.Context(), store.AddRequest{Save: store.SaveRequest{Fence: fence(op), TTL: long}, Targets: targetsFor(keys), Suppress: suppress})
	require.NoError(t, err)
	return out.Operation
}

// targets returns all targets of an operation, read by pages of that size.
func (d desk) targets(t *testing.T, id string, limit int, doomed bool) []store.Target {
	t.Helper()
	var out []store.Target
	var after int64
	for {
		page, err := d.Targets.Page(t.Context(), store.TargetsRequest{Scope: d.scope, Operation: id, After: after, Limit: limit, Doomed: doomed})
		require.NoError(t, err)
		require.LessOrEqual(t, len(page.Targets), limit)
		for _, target := range page.Targets {
			require.Greater(t, target.Ordinal, after, "ordinals grow")
			after = target.Ordinal
		}
		out = append(out, page.Targets...)
		if !page.More {
			return out
		}
		require.NotEmpty(t, page.Targets, "More, but nothing came")
	}
}

// requireTargets checks which targets the operation has, in order.
func (d desk) requireTargets(t *testing.T, id string, people ...int) {
	t.Helper()
	d.requireTargetKeys(t, id, keysOf(t, people...))
}

func (d desk) requireTargetKeys(t *testing.T, id string, keys []contacts.Key) {
	t.Helper()
	var got []string
	for _, target := range d.targets(t, id, 100, false) {
		got = append(got, target.Key.String())
	}
	require.Equal(t, append([]string(nil), texts(keys)...), got)
	require.EqualValues(t, len(keys), d.get(t, id).Targets)
}

func (d desk) testAdd(t *testing.T) {
	t.Helper()
	op := d.create(t, store.StatePreparing)
	given := targetsOf(t, 30, 10, 20)
	given[0].Stamp, given[0].Reason = []byte(`["a"]`), "asked to go"
	given[1].Ordinal = 99
	out, err := d.Targets.Add(t.Context(), store.AddRequest{
		Save:    store.SaveRequest{Fence: fence(op), State: store.StatePending, Progress: []byte(`3`), Due: &store.When{In: long}, TTL: long},
		Targets: given, Suppress: true,
	})
	require.NoError(t, err)
	require.EqualValues(t, 3, out.Added)
	require.EqualValues(t, 3, out.Operation.Targets)
	require.Equal(t, op.Sequence+1, out.Operation.Sequence)
	require.Equal(t, store.StatePending, out.Operation.State, "the record is saved as well")
	require.JSONEq(t, `3`, string(out.Operation.Progress))
	d.requireKept(t, out.Operation)

	got := d.targets(t, op.ID, 10, false)
	require.Len(t, got, 3)
	require.Positive(t, got[0].Ordinal)
	for i := range got {
		got[i].Ordinal = 0
		if len(got[i].Stamp) == 0 {
			got[i].Stamp = nil
		}
	}
	given[1].Ordinal = 0
	require.Equal(t, given, got, "in the order in which they were added, each as it was given")
	require.Empty(t, d.targets(t, op.ID, 10, true), "none is doomed")
}

func (d desk) testAddAgain(t *testing.T) {
	t.Helper()
	op := d.create(t, store.StatePreparing)
	first := targetsOf(t, 1, 2, 1)
	first[0].Reason, first[2].Reason = "first", "second"
	out, err := d.Targets.Add(t.Context(), store.AddRequest{Save: store.SaveRequest{Fence: fence(op), TTL: long}, Targets: first, Suppress: true})
	require.NoError(t, err)
	require.EqualValues(t, 2, out.Added, "one occurs twice")
	again := targetsOf(t, 3, 2, 1)
	again[1].Reason, again[1].Stamp = "other", []byte(`9`)
	out, err = d.Targets.Add(t.Context(), store.AddRequest{Save: store.SaveRequest{Fence: fence(out.Operation), TTL: long}, Targets: again})
	require.NoError(t, err)
	require.EqualValues(t, 1, out.Added)
	d.requireTargets(t, op.ID, 1, 2, 3)
	got := d.targets(t, op.ID, 10, false)
	require.Equal(t, "first", got[0].Reason)
	require.Empty(t, got[1].Reason, "what is there stays as it is")
	require.Empty(t, got[1].Stamp)
	d.requireSuppressed(t, map[int]string{1: op.ID, 2: op.ID}, 1, 2, 3)

	other := d.create(t, store.StatePreparing)
	out, err = d.Targets.Add(t.Context(), store.AddRequest{Save: store.SaveRequest{Fence: fence(other), TTL: long}, Targets: targetsOf(t, 1)})
	require.NoError(t, err)
	require.EqualValues(t, 1, out.Added, "targets are an operation's own")
	d.requireTargets(t, other.ID, 1)
}

func (d desk) testAddNothing(t *testing.T) {
	t.Helper()
	op := d.create(t, store.StatePreparing)
	out, err := d.Targets.Add(t.Context(), store.AddRequest{Save: store.SaveRequest{Fence: fence(op), TTL: long}})
	require.NoError(t, err)
	require.Zero(t, out.Added)
	require.Equal(t, op.Sequence+1, out.Operation.Sequence)
	d.requireTargets(t, op.ID)
}

func (d desk) testTargetPages(t *testing.T) {
	t.Helper()
	const n = 23
	op := d.create(t, store.StatePreparing)
	var people []int
	for i := range n {
		people = append(people, (i*7)%n+1)
	}
	op = d.add(t, op, false, people[:9]...)
	op = d.add(t, op, true, people[9:]...)
	want := texts(keysOf(t, people...))
	for _, limit := range []int{1, 5, n - 1, n, n + 1} {
		var got []string
		for _, target := range d.targets(t, op.ID, limit, false) {
			got = append(got, target.Key.String())
		}
		require.Equal(t, want, got, "pages of %d", limit)
	}
	page, err := d.Targets.Page(t.Context(), store.TargetsRequest{Scope: d.scope, Operation: op.ID, Limit: n})
	require.NoError(t, err)
	require.False(t, page.More)
	out, err := d.Targets.Release(t.Context(), store.ReleaseRequest{
		Scope: d.scope, Operation: op.ID, Keys: keysOf(t, people[3], people[4]), Save: &store.SaveRequest{Fence: fence(op), TTL: long},
	})
	require.NoError(t, err)
	page, err = d.Targets.Page(t.Context(), store.TargetsRequest{Scope: d.scope, Operation: op.ID, After: page.Targets[2].Ordinal, Limit: 2})
	require.NoError(t, err)
	require.Equal(t, texts(keysOf(t, people[5], people[6])), texts([]contacts.Key{page.Targets[0].Key, page.Targets[1].Key}))
	d.addKeys(t, out.Operation, false, keysOf(t, people[3]))
	all := d.targets(t, op.ID, n, false)
	require.Equal(t, texts(keysOf(t, people[3]))[0], all[len(all)-1].Key.String(), "one that comes back comes last")
}
