package deletion_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/contactsweep/contactsweep/deletion"
	"github.com/contactsweep/contactsweep/store"
	"github.com/contactsweep/contactsweep/store/memory"
	"github.com/contactsweep/contactsweep/where"
)

func plainService(t *testing.T, st store.Store, options ...deletion.ServiceOption) *deletion.Service {
	t.Helper()
	svc, err := deletion.New(st, options...)
	require.NoError(t, err)
	return svc
}

func TestPauseLiesBetweenBatches(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		service []deletion.ServiceOption
		call    []deletion.Option
		want    time.Duration
	}{
		"the call's":             {nil, []deletion.Option{deletion.Pause(time.Minute)}, 2 * time.Minute},
		"the service's":          {[]deletion.ServiceOption{deletion.WithPause(time.Hour)}, nil, 2 * time.Hour},
		"the call takes it away": {[]deletion.ServiceOption{deletion.WithPause(time.Hour)}, []deletion.Option{deletion.Pause(0)}, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				st := crm(t, 5)
				start := time.Now()
				report, err := plainService(t, st, tc.service...).BulkDelete(t.Context(), stale(), append(tc.call, deletion.BatchSize(2))...)
				require.NoError(t, err)
				require.Equal(t, 3, report.Batches)
				require.Equal(t, tc.want, time.Since(start), "three batches have two pauses between them")
				require.Equal(t, tc.want, report.Duration)
			})
		})
	}
}

func TestTheStoresPauseFollowsTheTimeOfTheBatch(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		share   float64
		service []deletion.ServiceOption
		call    []deletion.Option
		want    time.Duration // two pauses, after 10 and 30 seconds
	}{
		"the store's":                        {0.1, nil, nil, 4 * time.Second},
		"none":                               {0, nil, nil, 0},
		"negative":                           {-1, nil, nil, 0},
		"the service's":                      {0.1, []deletion.ServiceOption{deletion.WithPause(time.Minute)}, nil, 2 * time.Minute},
		"the service takes it away":          {0.1, []deletion.ServiceOption{deletion.WithPause(0)}, nil, 0},
		"the call's":                         {0.1, []deletion.ServiceOption{deletion.WithPause(0)}, []deletion.Option{deletion.Pause(time.Minute)}, 2 * time.Minute},
		"the call takes it away":             {0.1, nil, []deletion.Option{deletion.Pause(0)}, 0},
		"a time limit leaves no time for it": {1, nil, []deletion.Option{deletion.TimeLimit(75 * time.Second)}, 10 * time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				times := []time.Duration{10 * time.Second, 30 * time.Second, 5 * time.Second}
				st := newTimed(t, 6, inTurn(times...))
				st.pacing.Pause = tc.share
				report, err := plainService(t, st, tc.service...).BulkDelete(t.Context(), stale(), append(tc.call, deletion.BatchSize(2))...)
				require.NoError(t, err)
				busy := time.Duration(0)
				for _, d := range times[:report.Batches] {
					busy += d
				}
				require.Equal(t, tc.want, report.Duration-busy)
			})
		})
	}
}

func TestPauseEndsWithTheContext(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		st := crm(t, 5)
		ctx, cancel := context.WithTimeout(t.Context(), 90*time.Second)
		defer cancel()
		start := time.Now()
		report, err := plainService(t, st).BulkDelete(ctx, stale(), deletion.BatchSize(2), deletion.Pause(time.Minute))
		require.ErrorIs(t, err, context.DeadlineExceeded)
		require.Equal(t, 90*time.Second, time.Since(start))
		require.Equal(t, deletion.StoppedCancelled, report.Stopped)
		require.EqualValues(t, 4, report.Deleted)
		require.True(t, report.More)
	})
}

func TestTimeLimitStopsBetweenBatches(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		inner := crm(t, 10)
		st := &scripted{Store: inner, delete: func(_ int, _ store.Batch, do func() (store.Outcome, error)) (store.Outcome, error) {
			<-time.After(10 * time.Second)
			return do()
		}}
		start := time.Now()
		report, err := plainService(t, st).BulkDelete(t.Context(), stale(),
			deletion.BatchSize(2), deletion.Pause(time.Minute), deletion.TimeLimit(180*time.Second))
		require.NoError(t, err)
		require.Equal(t, deletion.StoppedTime, report.Stopped)
		require.EqualValues(t, 6, report.Deleted)
		require.Equal(t, 150*time.Second, time.Since(start), "it does not wait for a pause that goes beyond the limit")
		require.True(t, report.More)
		require.InDelta(t, 6.0/150, report.Rate, 1e-9)

		report, err = plainService(t, st).BulkDelete(t.Context(), stale(), deletion.From(report.Next))
		require.NoError(t, err)
		require.EqualValues(t, 4, report.Deleted)
	})
}

func TestTheHostsOwnTimeCountsForTheTimeLimit(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var last deletion.Step
		steps := 0
		for step, err := range plainService(t, crm(t, 6)).Batches(t.Context(), stale(), deletion.BatchSize(2), deletion.TimeLimit(time.Hour)) {
			require.NoError(t, err)
			<-time.After(40 * time.Minute)
			last = step
			steps++
		}
		require.Equal(t, 3, steps)
		require.Zero(t, last.Batch.Number, "the last step only concludes")
		require.Equal(t, deletion.StoppedTime, last.Run.Stopped)
		require.EqualValues(t, 4, last.Run.Deleted)
	})
}

func TestDelaysBetweenTriesGrow(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var at []time.Time
		st := &scripted{Store: crm(t, 1), delete: func(int, store.Batch, func() (store.Outcome, error)) (store.Outcome, error) {
			at = append(at, time.Now())
			return store.Outcome{}, classed(store.ErrTransient)
		}}
		_, err := plainService(t, st).BulkDelete(t.Context(), stale())
		require.ErrorIs(t, err, store.ErrTransient)
		require.Len(t, at, 6)
		want := 100 * time.Millisecond
		for i := 1; i < len(at); i++ {
			delay := at[i].Sub(at[i-1])
			require.GreaterOrEqual(t, delay, want/2)
			require.LessOrEqual(t, delay, want+want/2)
			want = want * 5 / 2
		}
	})
}

func TestWaitingForATryEndsWithTheContext(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		start := time.Now()
		st := &scripted{Store: crm(t, 1), delete: func(int, store.Batch, func() (store.Outcome, error)) (store.Outcome, error) {
			return store.Outcome{}, classed(store.ErrTransient)
		}}
		report, err := plainService(t, st, deletion.WithBackoff(time.Hour, time.Hour)).BulkDelete(ctx, stale())
		require.ErrorIs(t, err, context.DeadlineExceeded)
		require.ErrorIs(t, err, store.ErrTransient)
		require.Equal(t, time.Second, time.Since(start))
		require.Equal(t, deletion.StoppedCancelled, report.Stopped)
	})
}

func TestARunThatGoesOnKeepsItsInstant(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		st := crm(t, 3)
		svc := plainService(t, st)
		old := stale().WhereLessThan("created", where.Ago(time.Hour))
		for id, age := range map[int]time.Duration{1: 2 * time.Hour, 2: 2 * time.Hour, 3: time.Minute} {
			update(t, st, id, memory.Row{"created": time.Now().Add(-age)})
		}
		report, err := svc.BulkDelete(t.Context(), old, deletion.BatchLimit(1))
		require.NoError(t, err)
		require.True(t, report.More)
		<-time.After(24 * time.Hour)
		report, err = svc.BulkDelete(t.Context(), old, deletion.From(stored(t, report.Next)))
		require.NoError(t, err)
		require.EqualValues(t, 1, report.Deleted)
		require.Equal(t, []int64{3}, left(st), "it is old enough today, but was not when the run began")
	})
}

func TestRelativeTimesReferToTheStartOfTheRun(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		inner := crm(t, 4)
		var at []time.Time
		st := &scripted{Store: inner, delete: func(_ int, b store.Batch, do func() (store.Outcome, error)) (store.Outcome, error) {
			at = append(at, b.At)
			return do()
		}}
		start := time.Now()
		report, err := plainService(t, st).BulkDelete(t.Context(), stale(), deletion.BatchSize(2), deletion.Pause(time.Hour))
		require.NoError(t, err)
		require.True(t, report.At.Equal(start))
		require.Equal(t, time.UTC, report.At.Location())
		require.Equal(t, []time.Time{report.At, report.At}, at)
	})
}
