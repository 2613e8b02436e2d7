package statetest

import (
	"time"

	"github.com/stretchr/testify/require"

	"github.com/contactsweep/contactsweep/scheduler"
)

func paging() map[string]func(desk) {
	return map[string]func(desk){
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

func pageAll(d desk) {
	d.register(define("a", "every 1h"))
	d.history("a", 7)
	want := d.runs("a")
	require.Len(d, want, 7)
	for i := range want[1:] {
		require.Greater(d, want[i].ID, want[i+1].ID, "the newest first")
		require.True(d, want[i].Slot.After(want[i+1].Slot))
	}
	var got []scheduler.RunRecord
	r := scheduler.RunsRequest{Task: "a", Limit: 3}
	sizes := []int{}
	for {
		page, err := d.Runs(d.Context(), r)
		require.NoError(d, err)
		require.False(d, page.Now.IsZero())
		got = append(got, page.Runs...)
		sizes = append(sizes, len(page.Runs))
		if !page.More {
			break
		}
		r.Before = page.Runs[len(page.Runs)-1].ID
		d.history("a", 1) // the pages stand still while runs arrive
	}
	require.Equal(d, want, got)
	require.Equal(d, []int{3, 3, 1}, sizes)

	exact, err := d.Runs(d.Context(), scheduler.RunsRequest{Task: "a", Limit: 7, Before: want[0].ID + 1})
	require.NoError(d, err)
	require.Equal(d, want, exact.Runs)
	require.False(d, exact.More, "a full page need not be followed by another")
}

func pageOne(d desk) {
	d.due("a")
	d.report(d.start("a", long), scheduler.OutcomeSucceeded, "done")
	d.history("a", 2)
	for _, run := range d.runs("a") {
		page, err := d.Runs(d.Context(), scheduler.RunsRequest{Task: "a", Kind: run.Kind, Slot: run.Slot, Limit: 10})
		require.NoError(d, err)
		require.Equal(d, []scheduler.RunRecord{run}, page.Runs)
		require.False(d, page.More)
		page, err = d.Runs(d.Context(), scheduler.RunsRequest{Task: "a", Kind: run.Kind, Slot: run.Slot.Add(time.Microsecond), Limit: 10})
		require.NoError(d, err)
		require.Empty(d, page.Runs)
	}
}

func pageTask(d desk) {
	d.register(define("a", "every 1h"), define("A", "every 1h"))
	d.history("a", 2)
	d.history("A", 1)
	require.Len(d, d.runs("a"), 2)
	require.Len(d, d.runs("A"), 1)
	page, err := d.Runs(d.Context(), scheduler.RunsRequest{Limit: 2})
	require.NoError(d, err)
	require.Len(d, page.Runs, 2)
	require.Equal(d, "A", page.Runs[0].Task)
	require.True(d, page.More)
}

func pageNothing(d desk) {
	page, err := d.Runs(d.Context(), scheduler.RunsRequest{Task: "nobody", Limit: 1})
	require.NoError(d, err)
	require.Empty(d, page.Runs)
	require.False(d, page.More)
}

func pruning() map[string]func(desk) {
	return map[string]func(desk){
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

func pruneOld(d desk) {
	d.register(define("a", "every 1h"), define("b", "every 1h"))
	d.history("a", 3)
	d.history("b", 2)
	d.wait(d.now().Add(time.Millisecond))
	require.Zero(d, d.prune(scheduler.PruneRequest{Age: long, Limit: 100}))
	require.Equal(d, int64(2), d.prune(scheduler.PruneRequest{Task: "a", Age: time.Millisecond, Limit: 100}))
	require.Len(d, d.runs("a"), 1)
	require.Len(d, d.runs("b"), 2)
	require.Equal(d, int64(1), d.prune(scheduler.PruneRequest{Age: time.Millisecond, Limit: 100}))
	require.Equal(d, int64(3), d.task("a").Runs, "the number of runs stays")
	require.Equal(d, &d.runs("a")[0], d.task("a").Last)
}

func pruneLimit(d desk) {
	d.register(define("a", "every 1h"))
	d.history("a", 6)
	d.wait(d.now().Add(time.Millisecond))
	r := scheduler.PruneRequest{Age: time.Millisecond, Limit: 2}
	require.Equal(d, int64(2), d.prune(r))
	require.Equal(d, int64(2), d.prune(r))
	require.Equal(d, int64(1), d.prune(r))
	require.Zero(d, d.prune(r))
	require.Len(d, d.runs("a"), 1)
}

func pruneKeeps(d desk) {
	d.due("a")
	d.claim(d.request("a", scheduler.ActionSkip))
	d.history("a", 1)
	d.runNow("a")
	d.startAsked("a")
	before := d.task("a")
	d.wait(d.now().Add(time.Millisecond))
	require.Equal(d, int64(1), d.prune(scheduler.PruneRequest{Age: time.Millisecond, Limit: 100}), "the skipped slot goes")
	require.Equal(d, before, d.task("a"))
	require.Equal(d, []scheduler.RunRecord{*before.Current, *before.Last}, d.runs("a"))
}
