package storetest

import (
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/contactsweep/contactsweep/store"
)

// testRelease checks how targets are let go, with a lease and without.
func testRelease(t *testing.T, b *ledgerBench) {
	t.Helper()
	t.Run("some, without a lease", func(t *testing.T) { t.Parallel(); b.desk().testReleaseSome(t) })
	t.Run("the next ones, without a lease", func(t *testing.T) { t.Parallel(); b.desk().testReleaseNext(t) })
	t.Run("under the lease", func(t *testing.T) { t.Parallel(); b.desk().testReleaseHeld(t) })
	t.Run("when it is held by another", func(t *testing.T) { t.Parallel(); b.desk().testReleaseOfHeld(t) })
	t.Run("when the document fails", func(t *testing.T) { t.Parallel(); b.desk().testReleaseFails(t) })
	t.Run("a release fences the lease before", func(t *testing.T) { t.Parallel(); b.desk().testReleaseFences(t) })
	for _, state := range store.States() {
		if state == store.StatePending {
			continue
		}
		t.Run("not when it is "+string(state), func(t *testing.T) { t.Parallel(); b.desk().testReleaseIn(t, state) })
	}
}

// pending makes a pending operation of people who are suppressed, which nobody
// holds.
func (d desk) pending(t *testing.T, people ...int) store.Operation {
	t.Helper()
	op := d.add(t, d.create(t, store.StatePreparing), true, people...)
	op = d.save(t, op, store.SaveRequest{State: store.StatePending, Due: &store.When{In: long}})
	return d.giveBack(t, op)
}

func (d desk) testReleaseSome(t *testing.T) {
	t.Helper()
	op := d.pending(t, 1, 2, 3, 4)
	out, err := d.Targets.Release(t.Context(), store.ReleaseRequest{
		Scope: d.scope, Operation: op.ID, Keys: keysOf(t, 3, 77, 1, 3),
		Progress: func(progress []byte, released int64) ([]byte, error) {
			require.JSONEq(t, `{"p":0}`, string(progress))
			require.EqualValues(t, 2, released)
			return []byte(`{"released":2}`), nil
		},
	})
	require.NoError(t, err)
	require.EqualValues(t, 2, out.Released)
	require.ElementsMatch(t, []string{"1", "3"}, texts(out.Keys))
	require.EqualValues(t, 2, out.Operation.Targets)
	require.JSONEq(t, `{"released":2}`, string(out.Operation.Progress))
	require.Equal(t, op.Sequence+1, out.Operation.Sequence)
	require.Equal(t, op.Lease, out.Operation.Lease)
	d.requireKept(t, out.Operation)
	d.requireTargets(t, op.ID, 2, 4)
	d.requireSuppressed(t, map[int]string{2: op.ID, 4: op.ID}, 1, 2, 3, 4)
	again, err := d.Targets.Release(t.Context(), store.ReleaseRequest{Scope: d.scope, Operation: op.ID, Keys: keysOf(t, 1, 3)})
	require.NoError(t, err)
	require.Zero(t, again.Released)
	require.Empty(t, again.Keys)
	require.JSONEq(t, `{"released":2}`, string(again.Operation.Progress), "without a function it stays")
}

func (d desk) testReleaseNext(t *testing.T) {
	t.Helper()
	op := d.pending(t, 5, 4, 3, 2, 1)
	for _, left := range [][]int{{3, 2, 1}, {1}, {}, {}} {
		out, err := d.Targets.Release(t.Context(), store.ReleaseRequest{Scope: d.scope, Operation: op.ID, Limit: 2})
		require.NoError(t, err)
		require.EqualValues(t, len(left), out.Operation.Targets)
		d.requireTargets(t, op.ID, left...)
	}
	require.Equal(t, store.StatePending, d.get(t, op.ID).State)
	d.requireSuppressed(t, nil, 1, 2, 3, 4, 5)
}

func (d desk) testReleaseHeld(t *testing.T) {
	t.Helper()
	op := d.add(t, d.create(t, store.StateProcessing), true, 1, 2, 3)
	out, err := d.Targets.Release(t.Context(), store.ReleaseRequest{
		Scope: d.scope, Operation: op.ID, Keys: keysOf(t, 2),
		Save: &store.SaveRequest{Fence: fence(op), State: store.StatePaused, Progress: []byte(`"r"`), Deleted: new(int64(4)), TTL: long},
	})
	require.NoError(t, err)
	require.EqualValues(t, 1, out.Released)
	require.Equal(t, []string{"2"}, texts(out.Keys))
	require.Equal(t, store.StatePaused, out.Operation.State)
	require.Equal(t, op.Sequence+1, out.Operation.Sequence, "one change")
	require.EqualValues(t, 4, out.Operation.Deleted)
	d.requireKept(t, out.Operation)
	d.requireTargets(t, op.ID, 1, 3)
	out, err = d.Targets.Release(t.Context(), store.ReleaseRequest{Scope: d.scope, Operation: op.ID, Limit: 9, Save: &store.SaveRequest{Fence: fence(out.Operation)}})
	require.NoError(t, err)
	require.EqualValues(t, 2, out.Released)
	require.Empty(t, out.Operation.Lease.Holder, "without a TTL the lease is given back")
}

func (d desk) testReleaseOfHeld(t *testing.T) {
	t.Helper()
	op := d.pending(t, 1)
	held, err := d.acquire(t, op.ID, "me", long)
	require.NoError(t, err)
	_, err = d.Targets.Release(t.Context(), store.ReleaseRequest{Scope: d.scope, Operation: op.ID, Limit: 1})
	require.ErrorIs(t, err, store.ErrHeld)
	d.requireKept(t, held)
	d.requireTargets(t, op.ID, 1)
	_, err = d.Leases.Renew(t.Context(), store.RenewRequest{Fence: fence(held), TTL: time.Microsecond})
	require.NoError(t, err)
	for start := time.Now(); ; {
		_, err = d.Targets.Release(t.Context(), store.ReleaseRequest{Scope: d.scope, Operation: op.ID, Limit: 1})
		if err == nil {
			break // the lease has lapsed
		}
		require.ErrorIs(t, err, store.ErrHeld)
		require.Less(t, time.Since(start), time.Minute)
	}
	d.requireTargets(t, op.ID)
}

func (d desk) testReleaseFails(t *testing.T) {
	t.Helper()
	op := d.pending(t, 1, 2)
	wrong := errors.New("no document")
	_, err := d.Targets.Release(t.Context(), store.ReleaseRequest{
		Scope: d.scope, Operation: op.ID, Keys: keysOf(t, 1), Progress: func([]byte, int64) ([]byte, error) { return nil, wrong },
	})
	require.ErrorIs(t, err, wrong)
	d.requireKept(t, op)
	d.requireTargets(t, op.ID, 1, 2)
	d.requireSuppressed(t, map[int]string{1: op.ID, 2: op.ID}, 1, 2)
}

func (d desk) testReleaseFences(t *testing.T) {
	t.Helper()
	op := d.pending(t, 1, 2)
	held, err := d.acquire(t, op.ID, "me", time.Microsecond)
	require.NoError(t, err)
	for start := time.Now(); ; {
		if _, err = d.Targets.Release(t.Context(), store.ReleaseRequest{Scope: d.scope, Operation: op.ID, Keys: keysOf(t, 1)}); err == nil {
			break
		}
		require.ErrorIs(t, err, store.ErrHeld)
		require.Less(t, time.Since(start), time.Minute)
	}
	_, err = d.Leases.Save(t.Context(), store.SaveRequest{Fence: fence(held), State: store.StateProcessing, Progress: []byte(`"old"`), TTL: long})
	require.ErrorIs(t, err, store.ErrFenced, "the record was changed since")
	require.Equal(t, store.StatePending, d.get(t, op.ID).State)
}

func (d desk) testReleaseIn(t *testing.T, state store.State) {
	t.Helper()
	op := d.create(t, store.StateProcessing)
	switch state {
	case store.StatePreparing, store.StateRefused:
		op = d.create(t, store.StatePreparing)
		if state == store.StateRefused {
			op = d.save(t, op, store.SaveRequest{State: state})
		}
	case store.StatePaused, store.StateFailed:
		op = d.add(t, op, true, 1)
		op = d.save(t, op, store.SaveRequest{State: state})
	case store.StateCompleted, store.StateCancelled:
		op = d.save(t, op, store.SaveRequest{State: state})
	case store.StatePending, store.StateProcessing:
		op = d.add(t, op, true, 1)
	}
	if !state.Terminal() {
		op = d.giveBack(t, op)
	}
	require.Equal(t, state, op.State)
	_, err := d.Targets.Release(t.Context(), store.ReleaseRequest{Scope: d.scope, Operation: op.ID, Limit: 1})
	require.ErrorIs(t, err, store.ErrState)
	d.requireKept(t, op)
}
