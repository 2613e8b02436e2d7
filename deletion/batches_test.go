package deletion_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/contactsweep/contactsweep/deletion"
	"github.com/contactsweep/contactsweep/store"
	"github.com/contactsweep/contactsweep/store/memory"
	"github.com/contactsweep/contactsweep/where"
)

func TestStepsCarryTheBatchAndTheRunSoFar(t *testing.T) {
	t.Parallel()
	st := crm(t, 5)
	require.NoError(t, st.InsertRows("deals", memory.Row{"id": 1, "contact": 2}))
	var steps []deletion.Step
	for step, err := range service(t, st).Batches(t.Context(), stale(), deletion.BatchSize(2)) {
		require.NoError(t, err)
		steps = append(steps, step)
	}
	require.Len(t, steps, 3)
	soFar := int64(0)
	for i, step := range steps {
		require.Equal(t, i+1, step.Batch.Number)
		require.Equal(t, i+1, step.Run.Batches)
		require.Equal(t, 1, step.Batch.Attempts)
		soFar += step.Batch.Deleted
		require.Equal(t, soFar, step.Run.Deleted)
		require.Len(t, step.Batch.DeletedKeys, int(step.Batch.Deleted))
		require.Equal(t, 2*step.Batch.Deleted, step.Batch.Associations[0].Rows)
		require.Equal(t, 2*soFar, step.Run.Associations[0].Rows)
		last := i == len(steps)-1
		require.Equal(t, last, step.Run.Stopped == deletion.StoppedDone)
		require.Equal(t, !last, step.Run.More)
	}
	require.Equal(t, deletion.Skips{Restricted: 1}, steps[0].Batch.Skipped)
	require.Zero(t, steps[1].Batch.Skipped)
	require.Equal(t, deletion.Skips{Restricted: 1}, steps[2].Run.Skipped)
	require.Equal(t, []int64{1}, ids(steps[0].Batch.DeletedKeys))
}

func TestLeavingTheLoopStopsTheRunAndNextGoesOn(t *testing.T) {
	t.Parallel()
	st := &scripted{Store: crm(t, 6)}
	svc := service(t, st)
	var next *deletion.Next
	for step, err := range svc.Batches(t.Context(), stale(), deletion.BatchSize(2)) {
		require.NoError(t, err)
		next = step.Run.Next
		break
	}
	require.Equal(t, 1, st.deletes)
	report, err := svc.BulkDelete(t.Context(), stale(), deletion.From(next))
	require.NoError(t, err)
	require.EqualValues(t, 4, report.Deleted)
}

func TestARunWithNothingToDoHasOneStep(t *testing.T) {
	t.Parallel()
	for name, contactsInStore := range map[string]int{"no contacts": 0, "no match": 3} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			steps := 0
			for step, err := range service(t, crm(t, contactsInStore)).Batches(t.Context(), where.NoResults()) {
				require.NoError(t, err)
				require.Zero(t, step.Batch.Number)
				require.Equal(t, deletion.StoppedDone, step.Run.Stopped)
				steps++
			}
			require.Equal(t, 1, steps)
		})
	}
}

func TestTheErrorComesOnceWithTheLastStep(t *testing.T) {
	t.Parallel()
	st := &scripted{Store: crm(t, 6), delete: failing(store.ErrReadOnly, 3)}
	var errs []error
	var steps []deletion.Step
	for step, err := range service(t, st).Batches(t.Context(), stale(), deletion.BatchSize(2)) {
		errs, steps = append(errs, err), append(steps, step)
	}
	require.Len(t, errs, 2)
	require.NoError(t, errs[0])
	require.ErrorIs(t, errs[1], store.ErrReadOnly)
	require.EqualValues(t, 2, steps[1].Run.Deleted)
	require.Equal(t, deletion.StoppedFailed, steps[1].Run.Stopped)
	require.True(t, steps[1].Run.More)
}

func TestEachUseOfTheIteratorIsARunOfItsOwn(t *testing.T) {
	t.Parallel()
	st := crm(t, 2)
	batches := service(t, st).Batches(t.Context(), stale())
	for i := range 2 {
		for step, err := range batches {
			require.NoError(t, err)
			require.EqualValues(t, 2, step.Run.Deleted)
		}
		if i == 0 {
			insertContact(t, st, 8)
			insertContact(t, st, 9)
		}
	}
	require.Empty(t, left(st))
}

func TestAPartlyDoneBatchIsNotDoneTwice(t *testing.T) {
	t.Parallel()
	inner := crm(t, 8)
	st := &scripted{Store: inner}
	st.delete = func(_ int, b store.Batch, do func() (store.Outcome, error)) (store.Outcome, error) {
		switch {
		case len(b.Keys) > 2:
			return store.Outcome{}, classed(store.ErrStatementTimeout)
		case ids(b.Keys)[0] == 5:
			return store.Outcome{}, classed(store.ErrFull)
		}
		return do()
	}
	report, err := service(t, st).BulkDelete(t.Context(), stale())
	require.ErrorIs(t, err, store.ErrFull)
	require.EqualValues(t, 4, report.Deleted)
	require.Zero(t, report.Batches, "the batch of eight is not complete")
	st.delete = nil
	report, err = service(t, st).BulkDelete(t.Context(), stale(), deletion.From(stored(t, report.Next)))
	require.NoError(t, err)
	require.EqualValues(t, 4, report.Deleted)
	require.Zero(t, report.Skipped.Total())
}
