package statetest

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/contactsweep/contactsweep/scheduler"
)

func paging() map[string]func(*testing.T, scheduler.State) {
	return map[string]func(*testing.T, scheduler.State){
		"pages":       pageAll,
		"one run":     pageOne,
		"of one task": pageTask,
		"nothing":     pageNothing,
	}
}

// history makes n settled runs.
func (d desk) history(name string, n int) {
	d.Helper()
	for range n {
		d.runNow(name)
		d.report(d.startAsked(name), scheduler.OutcomeSucceeded, "done")
	}
}

func pageAll(t *testing.T, st scheduler.State) {
	d := newDesk(t, st)
	d.register(define("a", "every 1h"))
	d.history("a", 7)
	want := d.runs("a")
	require.Len(t, want, 7)
	for i := range want[1:] {
		require.Greater(t, want[i].ID, want[i+1].ID, "the newest first")
		require.True(t, want[i].Slot.After(want[i+1].Slot))
	}
	var got []scheduler.RunRecord
	r := scheduler.RunsRequest{Task: "a", Limit: 3}
	sizes := []int{}
	for {
		page, err := st.Runs(t.Context(), r)
		require.NoError(t, err)
		require.False(t, page.Now.IsZero())
		got = append(got, page.Runs...)
		sizes = append(sizes, len(page.Runs))
		if !page.More {
			break
		}
		r.Before = page.Runs[len(page.Runs)-1].ID
		d.history("a", 1) // the pages stand still while runs arrive
	}
	require.Equal(t, want, got)
	require.Equal(t, []int{3, 3, 1}, sizes)

	exact, err := st.Runs(t.Context(), scheduler.RunsRequest{Task: "a", Limit: 7, Before: want[0].ID + 1})
	require.NoError(t, err)
	require.Equal(t, want, exact.Runs)
	require.False(t, exact.More, "a full page need not be followed by another")
}

func pageOne(t *testing.T, st scheduler.State) {
	d := newDesk(t, st)
	d.due("a")
	d.report(d.start("a", long), scheduler.OutcomeSucceeded, "done")
	d.history("a", 2)
	for _, run := range d.runs("a") {
		page, err := st.Runs(t.Context(), scheduler.RunsRequest{Task: "a", Kind: run.Kind, Slot: run.Slot, Limit: 10})
		require.NoError(t, err)
		require.Equal(t, []scheduler.RunRecord{run}, page.Runs)
		require.False(t, page.More)
		page, err = st.Runs(t.Context(), scheduler.RunsRequest{Task: "a", Kind: run.Kind, Slot: run.Slot.Add(time.Microsecond), Limit: 10})
		require.NoError(t, err)
		require.Empty(t, page.Runs)
	}
}

func pageTask(t *testing.T, st scheduler.State) {
	d := newDesk(t, st)
	d.register(define("a", "every 1h"), define("A", "every 1h"))
	d.history("a", 2)
	d.history("A", 1)
	require.Len(t, d.runs("a"), 2)
	require.Len(t, d.runs("A"), 1)
	page, err := st.Runs(t.Context(), scheduler.RunsRequest{Limit: 2})
	require.NoError(t, err)
	require.Len(t, page.Runs, 2)
	require.Equal(t, "A", page.Runs[0].Task)
	require.True(t, page.More)
}

func pageNothing(t *testing.T, st scheduler.State) {
	page, err := st.Runs(t.Context(), scheduler.RunsRequest{Task: "nobody", Limit: 1})
	require.NoError(t, err)
	require.Empty(t, page.Runs)
	require.False(t, page.More)
}

func pruning() map[string]func(*testing.T, scheduler.State) {
	return map[string]func(*testing.T, scheduler.State){
		"old runs":       pruneOld,
		"limit":          pruneLimit,
		"what must stay": pruneKeeps,
	}
}

func (d desk) prune(r scheduler.PruneRequest) int64 {
	d.Helper()
	n, err := d.Prune(d.Context(), r)
	require.NoError(d, err)
	return n
}

func pruneOld(t *testing.T, st scheduler.State) {
	d := newDesk(t, st)
	d.register(define("a", "every 1h"), define("b", "every 1h"))
	d.history("a", 3)
	d.history("b", 2)
	d.wait(d.now().Add(time.Millisecond))
	require.Zero(t, d.prune(scheduler.PruneRequest{Age: long, Limit: 100}))
	require.Equal(t, int64(2), d.prune(scheduler.PruneRequest{Task: "a", Age: time.Millisecond, Limit: 100}))
	require.Len(t, d.runs("a"), 1)
	require.Len(t, d.runs("b"), 2)
	require.Equal(t, int64(1), d.prune(scheduler.PruneRequest{Age: time.Millisecond, Limit: 100}))
	require.Equal(t, int64(3), d.task("a").Runs, "the number of runs stays")
	require.Equal(t, &d.runs("a")[0], d.task("a").Last)
}

func pruneLimit(t *testing.T, st scheduler.State) {
	d := newDesk(t, st)
	d.register(define("a", "every 1h"))
	d.history("a", 6)
	d.wait(d.now().Add(time.Millisecond))
	r := scheduler.PruneRequest{Age: time.Millisecond, Limit: 2}
	require.Equal(t, int64(2), d.prune(r))
	require.Equal(t, int64(2), d.prune(r))
	require.Equal(t, int64(1), d.prune(r))
	require.Zero(t, d.prune(r))
	require.Len(t, d.runs("a"), 1)
}

func pruneKeeps(t *testing.T, st scheduler.State) {
	d := newDesk(t, st)
	d.due("a")
	d.claim(d.request("a", scheduler.ActionSkip))
	d.history("a", 1)
	d.runNow("a")
	d.startAsked("a")
	before := d.task("a")
	d.wait(d.now().Add(time.Millisecond))
	require.Equal(t, int64(1), d.prune(scheduler.PruneRequest{Age: time.Millisecond, Limit: 100}), "the skipped slot goes")
	require.Equal(t, before, d.task("a"))
	require.Equal(t, []scheduler.RunRecord{*before.Current, *before.Last}, d.runs("a"))
}
