package deletion_test

import (
	"encoding/json"
	"slices"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/contactsweep/contactsweep/deletion"
	"github.com/contactsweep/contactsweep/store"
	"github.com/contactsweep/contactsweep/store/memory"
)

// fate is what happens to one call of Delete.
type fate int

const (
	fine fate = iota
	transient
	timedOut
	full
	lostBefore // the outcome is unknown, and nothing was committed
	lostAfter  // the outcome is unknown, and all was committed
	fates
)

func (f fate) apply(do func() (store.Outcome, error)) (store.Outcome, error) {
	switch f {
	case fine:
		return do()
	case transient:
		return store.Outcome{}, classed(store.ErrTransient)
	case timedOut:
		return store.Outcome{}, classed(store.ErrStatementTimeout)
	case full:
		return store.Outcome{}, classed(store.ErrFull)
	case lostAfter:
		if _, err := do(); err != nil {
			return store.Outcome{}, err
		}
	case lostBefore, fates:
	}
	return store.Outcome{}, classed(store.ErrOutcomeUnknown)
}

// TestWhateverHappensEachContactIsCountedOnce draws contacts, batch sizes and
// the fate of every transaction, goes on with Next as often as needed, and
// compares the end with what should be gone.
func TestWhateverHappensEachContactIsCountedOnce(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		inner := crm(t, rapid.IntRange(0, 25).Draw(rt, "contacts"))
		want := deletion.Skips{}
		var stay []int64
		for _, id := range left(inner) {
			switch rapid.SampledFrom([]string{"goes", "fresh", "held", "restricted"}).Draw(rt, "contact") {
			case "fresh":
				update(t, inner, int(id), memory.Row{"stale": false})
			case "held":
				update(t, inner, int(id), memory.Row{"hold": true})
			case "restricted":
				require.NoError(t, inner.InsertRows("deals", memory.Row{"id": id, "contact": id}))
				want.Restricted++
			default:
				continue
			}
			stay = append(stay, id)
		}
		goes := int64(len(left(inner)) - len(stay))
		plan := rapid.SliceOfN(rapid.IntRange(0, int(fates)-1), 0, 30).Draw(rt, "fates")
		st := &scripted{Store: inner, delete: func(n int, _ store.Batch, do func() (store.Outcome, error)) (store.Outcome, error) {
			if n <= len(plan) {
				return fate(plan[n-1]).apply(do)
			}
			return do()
		}}
		svc := service(t, st, onHold(), deletion.WithRetries(rapid.IntRange(0, 3).Draw(rt, "retries")))
		size := deletion.BatchSize(rapid.IntRange(1, 9).Draw(rt, "size"))
		if rapid.Bool().Draw(rt, "one by one") {
			size = deletion.BatchLimit(rapid.IntRange(1, 9).Draw(rt, "limit"))
		}

		report, err := svc.BulkDelete(t.Context(), stale(), size)
		var deleted, told int64
		skipped := deletion.Skips{}
		for runs := 0; ; runs++ {
			require.Less(t, runs, 200)
			require.Equal(t, err != nil, report.Stopped == deletion.StoppedFailed)
			deleted += report.Deleted
			told += report.Associations[0].Rows + 2*report.Inferred
			skipped.Restricted += report.Skipped.Restricted
			require.Equal(t, skipped.Restricted == 0, skipped == deletion.Skips{})
			if !report.More {
				break
			}
			text, jsonErr := json.Marshal(report.Next)
			require.NoError(t, jsonErr)
			var next deletion.Next
			require.NoError(t, json.Unmarshal(text, &next))
			report, err = svc.BulkDelete(t.Context(), stale(), size, deletion.From(&next))
		}

		require.Equal(t, goes, deleted)
		require.Equal(t, 2*goes, told)
		require.Equal(t, want, skipped)
		require.ElementsMatch(t, stay, left(inner))
		require.Len(t, inner.Rows("orders"), 2*len(stay))
	})
}

func TestRunsAtTheSameTimeCountEachContactOnce(t *testing.T) {
	t.Parallel()
	const n = 500
	st := crm(t, n)
	svc := service(t, st)
	var mu sync.Mutex
	var gone []int64
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for step, err := range svc.Batches(t.Context(), stale(), deletion.BatchSize(7)) {
				if err != nil {
					t.Error(err)
				}
				mu.Lock()
				gone = append(gone, ids(step.Batch.DeletedKeys)...)
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	require.Empty(t, left(st))
	require.Len(t, gone, n)
	slices.Sort(gone)
	require.Len(t, slices.Compact(gone), n)
}
