package storetest

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/contactsweep/contactsweep/store"
)

// testStates walks every arrow of the table of states, and tries every other.
func testStates(t *testing.T, b *ledgerBench) {
	t.Helper()
	for _, from := range store.States() {
		for _, left := range append([]store.State{""}, lefts(from)...) {
			if from.Resumes() == (left == "") {
				continue
			}
			for _, to := range store.States() {
				t.Run(string(from+left+" to "+to), func(t *testing.T) {
					t.Parallel()
					b.desk().testArrow(t, from, left, to)
				})
			}
		}
	}
	t.Run("what is left is what was", func(t *testing.T) { t.Parallel(); b.desk().testLeft(t) })
	t.Run("no end while there are targets", func(t *testing.T) { t.Parallel(); b.desk().testEndWithTargets(t) })
	t.Run("the end", func(t *testing.T) { t.Parallel(); b.desk().testEnd(t) })
}

// lefts returns the states that one in which operations wait can have followed.
func lefts(s store.State) []store.State {
	if s.Resumes() {
		return []store.State{store.StatePreparing, store.StateProcessing}
	}
	return nil
}

// reach makes an operation that is in the state, held where that can be.
func (d desk) reach(t *testing.T, state, left store.State) store.Operation {
	t.Helper()
	switch {
	case state.Resumes():
		return d.save(t, d.create(t, left), store.SaveRequest{State: state, Left: left})
	case state.Terminal():
		return d.save(t, d.create(t, store.StateProcessing), store.SaveRequest{State: state})
	case state == store.StatePreparing || state == store.StateProcessing:
		return d.create(t, state)
	}
	op := d.create(t, state)
	op, err := d.Leases.Acquire(t.Context(), store.AcquireRequest{Scope: d.scope, ID: op.ID, Holder: "holder", TTL: long})
	require.NoError(t, err)
	return op
}

func (d desk) testArrow(t *testing.T, from, left, to store.State) {
	t.Helper()
	op := d.reach(t, from, left)
	require.Equal(t, from, op.State)
	require.Equal(t, left, op.Left)
	change := store.SaveRequest{Fence: fence(op), State: to, TTL: long}
	if to.Resumes() {
		change.Left = from
	}
	got, err := d.Leases.Save(t.Context(), change)
	switch {
	case from.Terminal():
		require.ErrorIs(t, err, store.ErrFenced, "the end ended the lease")
		d.requireKept(t, op)
	case !from.May(to, left):
		require.ErrorIs(t, err, store.ErrState)
		d.requireKept(t, op)
	default:
		require.NoError(t, err)
		require.Equal(t, to, got.State)
		require.Equal(t, op.Sequence+1, got.Sequence)
		d.requireKept(t, got)
	}
}

func (d desk) testLeft(t *testing.T) {
	t.Helper()
	op := d.create(t, store.StatePreparing)
	for _, wrong := range []store.State{store.StateProcessing, store.StateCompleted, store.StatePaused} {
		_, err := d.Leases.Save(t.Context(), store.SaveRequest{Fence: fence(op), State: store.StatePaused, Left: wrong, TTL: long})
		require.ErrorIs(t, err, store.ErrState, "it is not %s that is left", wrong)
	}
	_, err := d.Leases.Save(t.Context(), store.SaveRequest{Fence: fence(op), Left: store.StateCompleted, TTL: long})
	require.ErrorIs(t, err, store.ErrInvalidRequest, "nothing is left")
	d.requireKept(t, op)
	op = d.save(t, op, store.SaveRequest{State: store.StateFailed})
	require.Equal(t, store.StatePreparing, op.Left, "the ledger knows what is left")
	op = d.save(t, op, store.SaveRequest{State: store.StatePreparing})
	op = d.save(t, op, store.SaveRequest{State: store.StateProcessing})
	op = d.save(t, op, store.SaveRequest{State: store.StatePaused})
	require.Equal(t, store.StateProcessing, op.Left)
}

func (d desk) testEndWithTargets(t *testing.T) {
	t.Helper()
	op := d.create(t, store.StateProcessing)
	op = d.add(t, op, true, 1, 2)
	for _, end := range []store.State{store.StateCompleted, store.StateCancelled} {
		_, err := d.Leases.Save(t.Context(), store.SaveRequest{Fence: fence(op), State: end})
		require.ErrorIs(t, err, store.ErrState)
		_, err = d.Targets.Add(t.Context(), store.AddRequest{Save: store.SaveRequest{Fence: fence(op), State: end}, Targets: targetsOf(t, 3)})
		require.ErrorIs(t, err, store.ErrState)
		_, err = d.Targets.Release(t.Context(), store.ReleaseRequest{Scope: d.scope, Operation: op.ID, Keys: keysOf(t, 1), Save: &store.SaveRequest{Fence: fence(op), State: end}})
		require.ErrorIs(t, err, store.ErrState, "one is left")
	}
	d.requireKept(t, op)
	out, err := d.Targets.Release(t.Context(), store.ReleaseRequest{
		Scope: d.scope, Operation: op.ID, Limit: 10, Save: &store.SaveRequest{Fence: fence(op), State: store.StateCancelled},
	})
	require.NoError(t, err)
	require.EqualValues(t, 2, out.Released)
	require.Equal(t, store.StateCancelled, out.Operation.State)
}

func (d desk) testEnd(t *testing.T) {
	t.Helper()
	r := d.request(store.StateProcessing)
	r.ReadyIn = new(0 * long)
	op, err := d.Operations.Create(t.Context(), r)
	require.NoError(t, err)
	_, err = d.Operations.Ask(t.Context(), d.scope, op.ID, store.WantedCancel)
	require.NoError(t, err)
	op = d.save(t, op, store.SaveRequest{State: store.StateCompleted, Ready: &store.When{}, Request: []byte{}, Deleted: new(int64(5))})
	require.Equal(t, op.Updated, op.Finished)
	require.Empty(t, op.Wanted)
	require.True(t, op.Ready.IsZero(), "nobody takes it up any more")
	require.Empty(t, op.Lease.Holder)
	require.Empty(t, op.Request)
	require.EqualValues(t, 5, op.Deleted)
	d.requireKept(t, op)
	got, err := d.Leases.Acquire(t.Context(), store.AcquireRequest{Scope: d.scope, ID: op.ID, Holder: "other", TTL: long})
	require.ErrorIs(t, err, store.ErrState)
	require.Equal(t, plain(op), plain(got), "with the record")
	_, err = d.Leases.Renew(t.Context(), store.RenewRequest{Fence: fence(op), TTL: long})
	require.ErrorIs(t, err, store.ErrFenced)
	d.requireKept(t, op)
}
