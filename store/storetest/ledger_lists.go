package storetest

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/contactsweep/contactsweep/store"
)

// testLists checks lists of operations, and their summary.
func testLists(t *testing.T, b *ledgerBench) {
	t.Helper()
	t.Run("order and pages", func(t *testing.T) { t.Parallel(); b.desk().testListPages(t) })
	t.Run("pages stay stable while operations arrive", func(t *testing.T) { t.Parallel(); b.desk().testListStable(t) })
	t.Run("states and times", func(t *testing.T) { t.Parallel(); b.desk().testListWhich(t) })
	t.Run("documents", func(t *testing.T) { t.Parallel(); b.desk().testListDocuments(t) })
	t.Run("ready", func(t *testing.T) { t.Parallel(); b.desk().testReady(t) })
	t.Run("summary", func(t *testing.T) { t.Parallel(); b.desk().testSummary(t) })
}

// list returns the IDs of all operations by pages, with what happens between
// two of them.
func (d desk) list(t *testing.T, r store.ListRequest, between func()) []string {
	t.Helper()
	r.Scope = d.scope
	out := []string{}
	for {
		page, err := d.Operations.List(t.Context(), r)
		require.NoError(t, err)
		require.LessOrEqual(t, len(page.Operations), r.Limit)
		out = append(out, idsOf(page.Operations)...)
		if !page.More {
			return out
		}
		require.NotEqual(t, r.After, page.Next, "More is true, but the cursor did not advance")
		r.After = page.Next
		between()
	}
}

func idsOf(ops []store.Operation) []string {
	out := []string{}
	for _, op := range ops {
		out = append(out, op.ID)
	}
	return out
}

// made creates operations, and returns them in the order of their creation.
func (d desk) made(t *testing.T, n int) []store.Operation {
	t.Helper()
	out := make([]store.Operation, n)
	for i := range out {
		out[i] = d.create(t, store.StatePending)
	}
	slices.SortFunc(out, func(a, b store.Operation) int {
		if c := a.Created.Compare(b.Created); c != 0 {
			return c
		}
		if a.ID < b.ID {
			return -1
		}
		return 1
	})
	return out
}

func (d desk) testListPages(t *testing.T) {
	t.Helper()
	require.Empty(t, d.list(t, store.ListRequest{Limit: 3}, func() {}), "there is none yet")
	oldest := idsOf(d.made(t, 11))
	newest := slices.Clone(oldest)
	slices.Reverse(newest)
	for _, limit := range []int{1, 3, 10, 11, 12} {
		require.Equal(t, newest, d.list(t, store.ListRequest{Limit: limit}, func() {}))
		require.Equal(t, oldest, d.list(t, store.ListRequest{Limit: limit, OldestFirst: true}, func() {}))
	}
	page, err := d.Operations.List(t.Context(), store.ListRequest{Scope: d.scope, Limit: 11})
	require.NoError(t, err)
	page, err = d.Operations.List(t.Context(), store.ListRequest{Scope: d.scope, Limit: 1, After: page.Next})
	require.NoError(t, err)
	require.Empty(t, page.Operations, "there is nothing behind the last one")
	require.False(t, page.More)
}

func (d desk) testListStable(t *testing.T) {
	t.Helper()
	before := idsOf(d.made(t, 9))
	arrived := 0
	arrive := func() { d.create(t, store.StatePending); arrived++ }
	got := d.list(t, store.ListRequest{Limit: 2}, arrive)
	slices.Reverse(got)
	require.Equal(t, before, got, "newest first: what arrives comes before the page that was read")
	all := idsOf(d.made(t, 1))
	got = d.list(t, store.ListRequest{Limit: 2, OldestFirst: true}, func() {})
	require.Len(t, got, len(before)+arrived+1)
	require.Equal(t, before, got[:len(before)])
	require.Equal(t, all[0], got[len(got)-1])
}

func (d desk) testListWhich(t *testing.T) {
	t.Helper()
	ops := d.made(t, 4)
	failed := d.save(t, d.create(t, store.StateProcessing), store.SaveRequest{State: store.StateFailed})
	all := func(change func(*store.ListRequest)) []string {
		r := store.ListRequest{Limit: 2, OldestFirst: true}
		change(&r)
		return d.list(t, r, func() {})
	}
	require.Equal(t, []string{failed.ID}, all(func(r *store.ListRequest) { r.States = []store.State{store.StateFailed} }))
	require.Equal(t, idsOf(ops), all(func(r *store.ListRequest) { r.States = []store.State{store.StatePending, store.StateRefused} }))
	require.Len(t, all(func(r *store.ListRequest) {
		r.States = []store.State{store.StatePending, store.StateFailed, store.StatePending}
	}), 5)
	require.Empty(t, all(func(r *store.ListRequest) { r.States = []store.State{store.StateCompleted} }))

	from, until := ops[1].Created, ops[3].Created
	want := []string{} // none, by a clock that does not tell them apart
	for _, op := range ops {
		if !op.Created.Before(from) && op.Created.Before(until) {
			want = append(want, op.ID)
		}
	}
	require.Equal(t, want, all(func(r *store.ListRequest) { r.From, r.Until = from, until }), "from one on, before the other")
	elsewhere := time.FixedZone("elsewhere", 5*3600)
	require.Equal(t, want, all(func(r *store.ListRequest) { r.From, r.Until = from.In(elsewhere), until.In(elsewhere) }))
	require.Len(t, all(func(r *store.ListRequest) { r.From = ops[0].Created }), 5)
	require.Empty(t, all(func(r *store.ListRequest) { r.Until = ops[0].Created }))
	require.Empty(t, all(func(r *store.ListRequest) { r.From = failed.Created.Add(time.Microsecond) }))
}

func (d desk) testListDocuments(t *testing.T) {
	t.Helper()
	op := d.create(t, store.StatePending)
	page, err := d.Operations.List(t.Context(), store.ListRequest{Scope: d.scope, Limit: 1, Documents: true})
	require.NoError(t, err)
	require.Equal(t, plain(op), plain(page.Operations[0]))
	page, err = d.Operations.List(t.Context(), store.ListRequest{Scope: d.scope, Limit: 1})
	require.NoError(t, err)
	require.Empty(t, page.Operations[0].Request)
	require.Empty(t, page.Operations[0].Progress)
	op.Request, op.Progress = nil, nil
	require.Equal(t, plain(op), plain(page.Operations[0]))
}

func (d desk) testReady(t *testing.T) {
	t.Helper()
	t.Run("what is to be cancelled", func(t *testing.T) {
		d := d.desk()
		op := d.create(t, store.StateProcessing)
		asked, err := d.Operations.Ask(t.Context(), d.scope, op.ID, store.WantedCancel)
		require.NoError(t, err)
		require.False(t, asked.Ready.IsZero())
		saved := d.save(t, asked, store.SaveRequest{Ready: &store.When{Never: true}})
		require.Equal(t, asked.Ready, saved.Ready, "whatever Save says")
	})
	free := func(in time.Duration, never bool) store.Operation {
		op := d.create(t, store.StateProcessing)
		op, err := d.Leases.Save(t.Context(), store.SaveRequest{Fence: fence(op), Ready: &store.When{In: in, Never: never}})
		require.NoError(t, err)
		return op
	}
	first, second := free(0, false), free(0, false)
	later, never := free(time.Hour, false), free(0, true)
	held := d.save(t, d.create(t, store.StateProcessing), store.SaveRequest{Ready: &store.When{}})
	ended := d.save(t, d.create(t, store.StateProcessing), store.SaveRequest{Ready: &store.When{}})
	d.save(t, ended, store.SaveRequest{State: store.StateCompleted})
	list := func(limit int) store.OperationPage {
		page, err := d.Operations.List(t.Context(), store.ListRequest{Scope: d.scope, Ready: true, Limit: limit})
		require.NoError(t, err)
		return page
	}
	want := []string{first.ID, second.ID}
	require.ElementsMatch(t, want, idsOf(list(10).Operations), "not %s, %s, %s", later.ID, never.ID, held.ID)
	if second.Ready.After(first.Ready) {
		require.Equal(t, want, idsOf(list(10).Operations), "in the order of Ready")
		require.Equal(t, want[:1], idsOf(list(1).Operations))
	}
	page, err := d.Operations.List(t.Context(), store.ListRequest{Scope: d.scope, Ready: true, Limit: 10, States: []store.State{store.StatePending}})
	require.NoError(t, err)
	require.Empty(t, page.Operations)

	_, err = d.Leases.Renew(t.Context(), store.RenewRequest{Fence: fence(held), TTL: time.Microsecond})
	require.NoError(t, err)
	for start := time.Now(); len(list(10).Operations) < 3; {
		require.Less(t, time.Since(start), time.Minute, "a lease that has lapsed holds nobody off")
	}
	_, err = d.acquire(t, first.ID, "me", long)
	require.NoError(t, err)
	require.NotContains(t, idsOf(list(10).Operations), first.ID)
}

func (d desk) testSummary(t *testing.T) {
	t.Helper()
	summary := func(from, until time.Time) map[store.State][2]int64 {
		cells, err := d.Operations.Summary(t.Context(), store.SummaryRequest{Scope: d.scope, From: from, Until: until})
		require.NoError(t, err)
		out := map[store.State][2]int64{}
		seen := map[store.SummaryCell]bool{}
		for _, c := range cells {
			require.Equal(t, c.Start.UTC().Truncate(15*time.Minute), c.Start, "quarters of an hour, in UTC")
			id := store.SummaryCell{Start: c.Start, State: c.State}
			require.False(t, seen[id], "one cell for each quarter and state")
			seen[id] = true
			require.Positive(t, c.Operations)
			sum := out[c.State]
			out[c.State] = [2]int64{sum[0] + c.Operations, sum[1] + c.Deleted}
		}
		return out
	}
	require.Empty(t, summary(time.Time{}, time.Time{}))
	ops := d.made(t, 2)
	d.save(t, d.create(t, store.StateProcessing), store.SaveRequest{State: store.StateCompleted, Deleted: new(int64(5))})
	last := d.save(t, d.create(t, store.StateProcessing), store.SaveRequest{State: store.StateCompleted, Deleted: new(int64(7))})
	want := map[store.State][2]int64{store.StatePending: {2, 0}, store.StateCompleted: {2, 12}}
	require.Equal(t, want, summary(time.Time{}, time.Time{}))
	require.Equal(t, want, summary(ops[0].Created, last.Created.Add(time.Microsecond)))
	require.Empty(t, summary(time.Time{}, ops[0].Created))
	require.Empty(t, summary(last.Created.Add(time.Microsecond), time.Time{}))
	cells, err := d.Operations.Summary(t.Context(), store.SummaryRequest{Scope: d.scope})
	require.NoError(t, err)
	require.False(t, cells[0].Start.After(ops[0].Created))
	require.True(t, cells[0].Start.Add(15*time.Minute).After(ops[0].Created), "the quarter in which it was created")
}
