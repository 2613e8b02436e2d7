package deletion_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/contactsweep/contactsweep/deletion"
	"github.com/contactsweep/contactsweep/store"
)

const ms = time.Millisecond

func TestBatchesAreSizedByTime(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		contacts int
		each     time.Duration
		pacing   store.Pacing
		service  []deletion.ServiceOption
		call     []deletion.Option
		want     []int
	}{
		"just right":                     {1200, 500 * time.Microsecond, store.Pacing{}, nil, nil, []int{500, 500, 200}},
		"faster, up to what fits":        {18_500, 50 * time.Microsecond, store.Pacing{}, nil, nil, []int{500, 1000, 2000, 4000, 5000, 5000, 1000}},
		"no time at all, up to the most": {30_000, 0, store.Pacing{}, nil, nil, []int{500, 1000, 2000, 4000, 8000, 10_000, 4500}},
		"slower, down to what fits":      {1175, ms, store.Pacing{}, nil, nil, []int{500, 250, 250, 175}},
		"too slow, down to the least":    {1000, time.Second, store.Pacing{}, nil, nil, []int{500, 250, 125, 100, 25}},
		"the store's bounds":             {170, 0, store.Pacing{Start: 20, Min: 10, Max: 50}, nil, nil, []int{20, 40, 50, 50, 10}},
		"the store's least":              {45, time.Hour, store.Pacing{Start: 20, Min: 15, Max: 50}, nil, nil, []int{20, 15, 10}},
		"the store's least, but not against the host": {
			800, ms, store.Pacing{Start: 400, Min: 300}, nil, []deletion.Option{deletion.BatchTime(150 * ms)}, []int{400, 200, 150, 50},
		},
		"the store's time": {1300, ms, store.Pacing{Target: 400 * ms}, nil, nil, []int{500, 400, 400}},
		"the service's time": {
			1300, ms, store.Pacing{Target: time.Hour}, []deletion.ServiceOption{deletion.WithBatchTime(400 * ms)}, nil, []int{500, 400, 400},
		},
		"the call's time": {
			1300, ms, store.Pacing{}, []deletion.ServiceOption{deletion.WithBatchTime(time.Hour)}, []deletion.Option{deletion.BatchTime(400 * ms)}, []int{500, 400, 400},
		},
		"the call's time for a size that the service fixed": {
			1300, ms, store.Pacing{}, []deletion.ServiceOption{deletion.WithBatchSize(1)}, []deletion.Option{deletion.BatchTime(400 * ms)}, []int{500, 400, 400},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				st := newTimed(t, tc.contacts, perContact(tc.each))
				st.pacing = tc.pacing
				st.run(t, tc.service, tc.call...)
				require.Equal(t, tc.want, st.sizes)
			})
		})
	}
}

func TestTheStoresBoundsAreMadeToFit(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		pacing     store.Pacing
		fast, slow []int
	}{
		"out of range":         {store.Pacing{Start: -1, Min: -1, Max: -1, Target: -1, Pause: -1}, []int{500, 1000, 2000, 4000, 8000, 10_000, 10_000}, []int{500, 250, 125, 100, 100}},
		"start below the rest": {store.Pacing{Start: 20}, []int{20, 40, 80}, []int{20, 20}},
		"start above the rest": {store.Pacing{Start: 20_000}, []int{20_000, 20_000}, []int{20_000, 10_000}},
		"start below the min":  {store.Pacing{Start: 20, Min: 50}, []int{50, 100}, []int{50, 50}},
		"start above the max":  {store.Pacing{Max: 70}, []int{70, 70}, []int{70, 70}},
		"min above the max":    {store.Pacing{Min: 80, Max: 70}, []int{70, 70}, []int{70, 70}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				for each, want := range map[time.Duration][]int{0: tc.fast, time.Hour: tc.slow} {
					st := newTimed(t, 60_000, perContact(each))
					st.pacing = tc.pacing
					require.Equal(t, want, st.first(t, len(want)))
				}
			})
		})
	}
}

// inTurn is the script of a store whose calls take these times, and the last
// one from then on.
func inTurn(times ...time.Duration) func(int, int) (time.Duration, error) {
	return func(call, _ int) (time.Duration, error) { return times[min(call, len(times))-1], nil }
}

func TestTheSlowerOfTheLastTwoBatchesCounts(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		times []time.Duration
		want  []int
	}{
		"one lucky batch":   {[]time.Duration{250 * ms, ms, 250 * ms}, []int{500, 500, 500, 500}},
		"two lucky batches": {[]time.Duration{250 * ms, ms, ms, 500 * ms}, []int{500, 500, 500, 1000, 500}},
		// The second half of it comes from the slow batch being one of two.
		"one slow batch": {[]time.Duration{250 * ms, 5 * time.Second, 125 * ms, 62 * ms, 125 * ms}, []int{500, 500, 250, 125, 250, 500}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				st := newTimed(t, 10_000, inTurn(tc.times...))
				require.Equal(t, tc.want, st.first(t, len(tc.want)))
			})
		})
	}
}

func TestShortBatchesDoNotDistortTheSize(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		short int
		took  time.Duration
		next  int
	}{
		"a few contacts in no time":             {3, 0, 500},
		"a few contacts that are slow for few":  {3, 200 * ms, 500},
		"a few contacts that are slow for many": {3, 300 * ms, 250},
		"more than half, scaled":                {300, 180 * ms, 416},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				st := newTimed(t, 10_000, inTurn(250*ms, tc.took, 0))
				st.page = func(call, limit int) int {
					if call == 2 {
						return tc.short
					}
					return limit
				}
				require.Equal(t, []int{500, tc.short, tc.next}, st.first(t, 3))
			})
		})
	}
}

func TestAFixedSizeStaysFixed(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		service []deletion.ServiceOption
		call    deletion.Option
	}{
		"by the call":    {[]deletion.ServiceOption{deletion.WithBatchTime(time.Hour)}, deletion.BatchSize(400)},
		"by the service": {[]deletion.ServiceOption{deletion.WithBatchSize(400)}, deletion.Pause(0)},
		"to one batch":   {[]deletion.ServiceOption{deletion.WithBatchTime(time.Hour)}, deletion.BatchLimit(400)},
	} {
		for speed, each := range map[string]time.Duration{"fast": 0, "slow": time.Second} {
			t.Run(name+"/"+speed, func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					st := newTimed(t, 2000, func(call, size int) (time.Duration, error) {
						if call == 3 {
							return time.Duration(size) * each, classed(store.ErrContention)
						}
						return time.Duration(size) * each, nil
					})
					svc := plainService(t, st, tc.service...)
					report, err := svc.BulkDelete(t.Context(), stale(), tc.call)
					for ; err == nil && report.More; report, err = svc.BulkDelete(t.Context(), stale(), tc.call, deletion.From(report.Next)) {
						require.Equal(t, 400, report.BatchSize)
					}
					require.NoError(t, err)
					require.Equal(t, []int{400, 400, 400, 400, 400, 400}, st.sizes)
				})
			})
		}
	}
}

func TestWhatMakesTheNextBatchesSmaller(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		class error
		fixed bool
		fails int // so many calls in a row, from the second on
		want  []int
	}{
		// A batch is tried again whole, and the next one is half as large.
		"contention":                {store.ErrContention, false, 1, []int{400, 800, 800, 400, 800, 1200}},
		"contention that lasts":     {store.ErrContention, false, 3, []int{400, 800, 800, 800, 800, 400, 800, 1200}},
		"other transient causes":    {store.ErrTransient, false, 1, []int{400, 800, 800, 800, 1200}},
		"unknown outcome":           {store.ErrOutcomeUnknown, false, 1, []int{400, 800, 800, 800, 1200}},
		"statement time-out":        {store.ErrStatementTimeout, false, 1, []int{400, 800, 400, 400, 400, 400, 400}},
		"too many rows":             {store.ErrTooManyRows, false, 1, []int{400, 800, 400, 400, 400, 400, 400}},
		"constraint":                {store.ErrConstraint, false, 1, []int{400, 800, 400, 400, 800, 1200}},
		"fixed, contention":         {store.ErrContention, true, 1, []int{400, 400, 400, 400, 400}},
		"fixed, statement time-out": {store.ErrStatementTimeout, true, 1, []int{400, 400, 200, 200, 200, 200, 200}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				st := newTimed(t, 20_000, func(call, _ int) (time.Duration, error) {
					if call > 1 && call <= 1+tc.fails {
						return 0, classed(tc.class)
					}
					return 0, nil
				})
				st.pacing = store.Pacing{Start: 400, Max: 1200}
				var options []deletion.Option
				if tc.fixed {
					options = append(options, deletion.BatchSize(400))
				}
				require.Equal(t, tc.want, st.first(t, len(tc.want), options...))
			})
		})
	}
}

func TestTheTimeOfADividedBatchCountsOnceAndForAllOfIt(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		took time.Duration // by each half
		want []int
	}{
		"far too long": {time.Second, []int{500, 250, 250, 250, 125}},
		"too long":     {150 * ms, []int{500, 250, 250, 416}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				st := newTimed(t, 5000, func(call, _ int) (time.Duration, error) {
					if call == 1 {
						return time.Hour, classed(store.ErrConstraint)
					}
					return tc.took, nil
				})
				require.Equal(t, tc.want, st.first(t, len(tc.want)))
			})
		})
	}
}

func TestTimeoutsBringTheSizeBelowTheLeast(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		st := newTimed(t, 1000, func(_, size int) (time.Duration, error) {
			if size > 60 {
				return 0, classed(store.ErrStatementTimeout)
			}
			return 0, nil
		})
		st.pacing = store.Pacing{Start: 200, Min: 100}
		require.Equal(t, []int{200, 100, 50, 50, 100, 50, 50, 50, 50, 50}, st.first(t, 10))
	})
}

func TestOnlyTheStoresTimeCounts(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		st := newTimed(t, 1500, func(call, _ int) (time.Duration, error) {
			if call == 2 {
				return 100 * ms, classed(store.ErrTransient)
			}
			return 250 * ms, nil
		})
		st.pacing.Pause = 10
		svc := plainService(t, st,
			deletion.WithBeforeBatch(func(context.Context, deletion.BatchCandidates) error {
				<-time.After(time.Minute)
				return nil
			}),
			deletion.WithAfterBatch(func(context.Context, deletion.BatchEvent) error {
				<-time.After(time.Minute)
				return nil
			}))
		var inStore []time.Duration
		for step, err := range svc.Batches(t.Context(), stale()) {
			require.NoError(t, err)
			require.Equal(t, 500, step.Run.BatchSize)
			require.GreaterOrEqual(t, step.Batch.Duration, 2*time.Minute+step.Batch.StoreTime)
			inStore = append(inStore, step.Batch.StoreTime)
			<-time.After(time.Hour)
		}
		require.Equal(t, []int{500, 500, 500, 500}, st.sizes)
		require.Equal(t, []time.Duration{250 * ms, 350 * ms, 250 * ms}, inStore, "failed tries included")
	})
}

func TestTheReportSaysHowLargeTheNextBatchMayBe(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		st := newTimed(t, 3500, perContact(0))
		var sizes []int
		for step, err := range plainService(t, st).Batches(t.Context(), stale()) {
			require.NoError(t, err)
			sizes = append(sizes, step.Run.BatchSize)
		}
		require.Equal(t, []int{500, 1000, 2000}, st.sizes)
		require.Equal(t, []int{1000, 2000, 4000}, sizes)
	})
}

func TestBatchesInMemoryDoNotDependOnTheMachine(t *testing.T) {
	t.Parallel()
	var sizes []int
	for step, err := range service(t, crm(t, 2500)).Batches(t.Context(), stale()) {
		require.NoError(t, err)
		sizes = append(sizes, step.Batch.Candidates)
	}
	require.Equal(t, []int{1000, 1000, 500}, sizes)
}

// TestTheSizeStaysWithinItsBounds draws the store's bounds, how long each call
// takes, whether it fails, and how many contacts each page has.
func TestTheSizeStaysWithinItsBounds(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		least := rapid.IntRange(1, 50).Draw(rt, "min")
		most := rapid.IntRange(least, 400).Draw(rt, "max")
		start := rapid.IntRange(least, most).Draw(rt, "start")
		fates := []error{nil, nil, nil, nil, classed(store.ErrContention), classed(store.ErrTransient)}
		timesOut := rapid.Bool().Draw(rt, "there are time-outs")
		if timesOut {
			fates = append(fates, classed(store.ErrStatementTimeout))
		}
		errs := rapid.SliceOfN(rapid.SampledFrom(fates), 1, 60).Draw(rt, "errors")
		times := rapid.SliceOfN(rapid.IntRange(0, 1000), 1, 60).Draw(rt, "milliseconds")
		pages := rapid.SliceOfN(rapid.IntRange(1, 500), 1, 20).Draw(rt, "pages")

		var steps []deletion.Step
		synctest.Test(t, func(t *testing.T) {
			st := newTimed(t, 600, func(call, _ int) (time.Duration, error) {
				return time.Duration(times[call%len(times)]) * ms, errs[call%len(errs)]
			})
			st.pacing = store.Pacing{Start: start, Min: least, Max: most}
			st.page = func(call, limit int) int { return min(pages[call%len(pages)], limit) }
			for step, err := range plainService(t, st).Batches(t.Context(), stale()) {
				if err == nil { // else it was tried too often
					steps = append(steps, step)
				}
			}
		})

		size := start
		for _, step := range steps {
			require.LessOrEqual(rt, step.Batch.Candidates, size)
			next := step.Run.BatchSize
			require.LessOrEqual(rt, next, min(2*size, most))
			require.Positive(rt, next)
			if !timesOut {
				require.GreaterOrEqual(rt, next, max(size/4, least), "half for contention, and half for the time")
			}
			if step.Batch.Attempts > 1 {
				require.LessOrEqual(rt, next, size, "what was divided or tried again is no reason to grow")
			}
			size = next
		}
	})
}
