package storetest

import (
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/store"
)

// testRunning checks what others see of a batch whose transaction is still
// running: they wait for it.
func testRunning(t *testing.T, b *ledgerBench) {
	t.Helper()
	t.Run("renew says what became of it", func(t *testing.T) { t.Parallel(); b.desk().testSettles(t, nil, 1) })
	t.Run("renew says that it was undone", func(t *testing.T) { t.Parallel(); b.desk().testSettles(t, errors.New("no"), 0) })
	t.Run("nobody takes the operation over", func(t *testing.T) { t.Parallel(); b.desk().testTakesOver(t) })
	t.Run("nobody restores its contacts", func(t *testing.T) { t.Parallel(); b.desk().testRestoresLate(t) })
}

// while makes a batch, and calls something else when the batch has its lock. It
// returns when both are done.
func (d desk) while(t *testing.T, op store.Operation, keys []contacts.Key, undone error, other func() error) (deleting, meanwhile error) {
	t.Helper()
	answer := make(chan error, 1)
	begun := false
	b := d.batch(op, keys)
	b.Checkpoint.Pinned = true
	b.Checkpoint.Commit = func(store.Committing) (store.Commit, error) {
		if !begun {
			begun = true
			started := make(chan struct{})
			go func() {
				close(started)
				answer <- other()
			}()
			<-started
		}
		return store.Commit{}, undone
	}
	_, deleting = d.st.Delete(t.Context(), b)
	return deleting, <-answer
}

func (d desk) testSettles(t *testing.T, undone error, sequences int64) {
	t.Helper()
	const rounds = 10
	for range rounds {
		keys := d.some(t, 1)
		op := d.addKeys(t, d.create(t, store.StateProcessing), true, keys)
		var renewed store.Operation
		deleting, renewing := d.while(t, op, keys, undone, func() (err error) {
			renewed, err = patient(t.Context(), d.Leases.Renew, store.RenewRequest{Fence: fence(op), TTL: long})
			return err
		})
		require.ErrorIs(t, deleting, undone)
		require.NoError(t, renewing)
		require.Equal(t, op.Sequence+sequences, renewed.Sequence)
		require.Equal(t, 1-sequences, d.left(t, keys)["people"])
	}
}

func (d desk) testTakesOver(t *testing.T) {
	t.Helper()
	keys := d.some(t, 1)
	op := d.addKeys(t, d.create(t, store.StateProcessing), true, keys)
	op, err := d.Leases.Renew(t.Context(), store.RenewRequest{Fence: fence(op), TTL: time.Microsecond})
	require.NoError(t, err)
	deleting, acquiring := d.while(t, op, keys, nil, func() error {
		_, err := patient(t.Context(), d.Leases.Acquire, store.AcquireRequest{Scope: d.scope, ID: op.ID, Holder: "other", TTL: long})
		return err
	})
	require.NoError(t, deleting, "the lease has lapsed, and nobody took it")
	require.ErrorIs(t, acquiring, store.ErrHeld, "the batch renewed it")
}

func (d desk) testRestoresLate(t *testing.T) {
	t.Helper()
	keys := d.some(t, 1)
	op := d.addKeys(t, d.create(t, store.StateProcessing), true, keys)
	deleting, releasing := d.while(t, op, keys, nil, func() error {
		_, err := patient(t.Context(), d.Targets.Release, store.ReleaseRequest{Scope: d.scope, Operation: op.ID, Keys: keys, Save: &store.SaveRequest{Fence: fence(op), TTL: long}})
		return err
	})
	require.NoError(t, deleting)
	require.ErrorIs(t, releasing, store.ErrFenced)
	d.requireTargets(t, op.ID)
	require.Empty(t, d.left(t, keys))
}
