package retention_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/contactsweep/contactsweep/deletion"
	"github.com/contactsweep/contactsweep/deletion/retention"
	"github.com/contactsweep/contactsweep/store/memory"
)

// An instance that falls silent in the middle of a slot leaves its operation to the next
// attempt, which waits until the lease is over. Nothing is counted twice, and the one that
// comes back writes nothing.
func TestTheNextAttemptTakesOver(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHost(t, memory.WithLedger())
		h.add(t, 100, 90*day)
		silent, err := deletion.New(h.st, deletion.WithBeforeBatch(func(_ context.Context, b deletion.BatchCandidates) error {
			if b.Batch == 4 {
				<-time.After(time.Hour)
			}
			return nil
		}))
		require.NoError(t, err)
		first, err := retention.DeleteInactive(silent, 30*day, quick()...)
		require.NoError(t, err)
		second, err := retention.DeleteInactive(h.svc, 30*day, quick()...)
		require.NoError(t, err)
		came := make(chan error, 1)
		go func() {
			_, err := first.Execute(t.Context(), runOf(name))
			came <- err
		}()
		<-time.After(time.Minute)
		require.EqualValues(t, 70, h.left(t))

		began := time.Now()
		attempt := runOf(name)
		attempt.Attempt = 2
		result, err := second.Execute(t.Context(), attempt)
		require.NoError(t, err)
		require.Contains(t, result.Message, "deleted 70 contacts")
		require.Less(t, time.Since(began), 2*time.Minute)
		require.ErrorIs(t, <-came, deletion.ErrLeaseLost)
		ops := h.operations(t)
		require.Len(t, ops, 1)
		require.Equal(t, deletion.StateCompleted, ops[0].State)
		require.EqualValues(t, 100, ops[0].Deleted)
	})
}

// One that is never given back is not waited for all night.
func TestAnOperationThatIsHeld(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHost(t, memory.WithLedger())
		h.add(t, 100, 90*day)
		task, err := retention.DeleteInactive(h.svc, 30*day, retention.BatchSize(1), retention.Pause(time.Minute))
		require.NoError(t, err)
		ended := make(chan error, 1)
		go func() {
			_, err := task.Execute(t.Context(), runOf(name))
			ended <- err
		}()
		<-time.After(time.Second)
		began := time.Now()
		_, err = run(t, task, 2)
		require.ErrorIs(t, err, deletion.ErrHeld)
		require.Equal(t, 5*time.Minute, time.Since(began))
		require.NoError(t, <-ended)
	})
}
