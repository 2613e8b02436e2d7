package storetest

import (
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/contactsweep/contactsweep/store"
)

// testLeases checks that one at a time works on an operation.
func testLeases(t *testing.T, b *ledgerBench) {
	t.Helper()
	t.Run("acquire", func(t *testing.T) { t.Parallel(); b.desk().testAcquire(t) })
	t.Run("a lease that has lapsed", func(t *testing.T) { t.Parallel(); b.desk().testLapsed(t) })
	t.Run("renew", func(t *testing.T) { t.Parallel(); b.desk().testRenew(t) })
	t.Run("of many one acquires", func(t *testing.T) { t.Parallel(); b.desk().testAcquireRace(t) })
	t.Run("a lease that was given back", func(t *testing.T) { t.Parallel(); b.desk().testGivenBack(t) })
	t.Run("no operation", func(t *testing.T) {
		t.Parallel()
		d := b.desk()
		op := d.create(t, store.StateProcessing)
		op.ID = "nobody"
		_, err := d.Leases.Acquire(t.Context(), store.AcquireRequest{Scope: d.scope, ID: op.ID, Holder: "me", TTL: long})
		require.ErrorIs(t, err, store.ErrNotFound)
		_, err = d.Leases.Renew(t.Context(), store.RenewRequest{Fence: fence(op), TTL: long})
		require.ErrorIs(t, err, store.ErrNotFound)
		_, err = d.Leases.Save(t.Context(), store.SaveRequest{Fence: fence(op)})
		require.ErrorIs(t, err, store.ErrNotFound)
	})
}

func (d desk) acquire(t *testing.T, id, holder string, ttl time.Duration) (store.Operation, error) {
	t.Helper()
	return d.Leases.Acquire(t.Context(), store.AcquireRequest{Scope: d.scope, ID: id, Holder: holder, TTL: ttl})
}

func (d desk) testAcquire(t *testing.T) {
	t.Helper()
	made := d.create(t, store.StatePending)
	before := d.now(t)
	op, err := d.acquire(t, made.ID, "me", long)
	require.NoError(t, err)
	require.Equal(t, "me", op.Lease.Holder)
	require.EqualValues(t, 1, op.Lease.Term)
	require.False(t, op.Lease.Expires.Before(before.Add(long)) || op.Lease.Expires.After(d.now(t).Add(long)))
	require.Equal(t, made.Sequence, op.Sequence)
	require.Equal(t, made.State, op.State)
	d.requireKept(t, op)
	for _, holder := range []string{"me", "other", "ME", "me "} {
		got, err := d.acquire(t, op.ID, holder, long)
		require.ErrorIs(t, err, store.ErrHeld)
		require.Equal(t, plain(op), plain(got), "the record says by whom")
	}
	d.requireKept(t, op)
}

func (d desk) testLapsed(t *testing.T) {
	t.Helper()
	made := d.create(t, store.StatePending)
	op, err := d.acquire(t, made.ID, "me", time.Microsecond)
	require.NoError(t, err)
	mine := fence(op)
	// Nobody took it: it is as good as any.
	op, err = d.Leases.Save(t.Context(), store.SaveRequest{Fence: mine, Progress: []byte(`1`), TTL: time.Microsecond})
	require.NoError(t, err)
	mine = fence(op)
	op = d.take(t, op.ID, "other", long)
	require.EqualValues(t, 2, op.Lease.Term)
	require.Equal(t, "other", op.Lease.Holder)

	_, err = d.Leases.Save(t.Context(), store.SaveRequest{Fence: mine, Progress: []byte(`2`), TTL: long})
	require.ErrorIs(t, err, store.ErrFenced)
	_, err = d.Leases.Renew(t.Context(), store.RenewRequest{Fence: mine, TTL: long})
	require.ErrorIs(t, err, store.ErrFenced)
	_, err = d.Targets.Add(t.Context(), store.AddRequest{Save: store.SaveRequest{Fence: mine, TTL: long}, Targets: targetsOf(t, 1)})
	require.ErrorIs(t, err, store.ErrFenced)
	_, err = d.Targets.Release(t.Context(), store.ReleaseRequest{Scope: d.scope, Operation: op.ID, Limit: 1, Save: &store.SaveRequest{Fence: mine, TTL: long}})
	require.ErrorIs(t, err, store.ErrFenced)
	d.requireKept(t, op)
}

// take acquires a lease that is about to lapse.
func (d desk) take(t *testing.T, id, holder string, ttl time.Duration) store.Operation {
	t.Helper()
	for start := time.Now(); ; {
		op, err := d.acquire(t, id, holder, ttl)
		if err == nil {
			return op
		}
		require.ErrorIs(t, err, store.ErrHeld)
		require.Less(t, time.Since(start), time.Minute, "the lease does not lapse")
	}
}

func (d desk) testRenew(t *testing.T) {
	t.Helper()
	op := d.create(t, store.StateProcessing)
	op = d.save(t, op, store.SaveRequest{})
	stale := fence(op)
	stale.Sequence = 0
	before := d.now(t)
	got, err := d.Leases.Renew(t.Context(), store.RenewRequest{Fence: stale, TTL: 2 * long})
	require.NoError(t, err, "the sequence does not matter")
	require.Equal(t, op.Sequence, got.Sequence)
	require.Equal(t, op.Lease.Term, got.Lease.Term)
	require.False(t, got.Lease.Expires.Before(before.Add(2*long)) || got.Lease.Expires.After(d.now(t).Add(2*long)))
	d.requireKept(t, got)
	got, err = d.Leases.Renew(t.Context(), store.RenewRequest{Fence: stale, TTL: time.Microsecond})
	require.NoError(t, err, "also a shorter one")
	_, err = d.Leases.Renew(t.Context(), store.RenewRequest{Fence: stale, TTL: long})
	require.NoError(t, err, "it has lapsed, and nobody took it")
	stale.Term++
	_, err = d.Leases.Renew(t.Context(), store.RenewRequest{Fence: stale, TTL: long})
	require.ErrorIs(t, err, store.ErrFenced)
	require.Equal(t, got.Lease.Term, d.get(t, op.ID).Lease.Term)
}

func (d desk) testAcquireRace(t *testing.T) {
	t.Helper()
	const rounds, racers = 5, 8
	op := d.create(t, store.StatePending)
	for round := range rounds {
		var wg sync.WaitGroup
		got := make([]store.Operation, racers)
		errs := make([]error, racers)
		for i := range racers {
			wg.Go(func() { got[i], errs[i] = d.acquire(t, op.ID, fmt.Sprint("racer ", i), long) })
		}
		wg.Wait()
		won := -1
		for i, err := range errs {
			if err == nil {
				require.Equal(t, -1, won, "two hold the lease")
				won = i
				continue
			}
			require.True(t, errors.Is(err, store.ErrHeld) || errors.Is(err, store.ErrTransient), "%v", err)
		}
		require.GreaterOrEqual(t, won, 0, "nobody holds the lease")
		require.EqualValues(t, round+1, got[won].Lease.Term)
		require.Equal(t, fmt.Sprint("racer ", won), d.get(t, op.ID).Lease.Holder)
		d.giveBack(t, got[won])
	}
}

func (d desk) testGivenBack(t *testing.T) {
	t.Helper()
	op := d.create(t, store.StateProcessing)
	back := d.giveBack(t, op)
	require.Equal(t, store.Lease{Term: 1}, back.Lease)
	_, err := d.Leases.Save(t.Context(), store.SaveRequest{Fence: fence(back), TTL: long})
	require.ErrorIs(t, err, store.ErrFenced)
	_, err = d.Leases.Renew(t.Context(), store.RenewRequest{Fence: fence(back), TTL: long})
	require.ErrorIs(t, err, store.ErrFenced)
	d.requireKept(t, back)
	never := d.create(t, store.StatePending)
	_, err = d.Leases.Save(t.Context(), store.SaveRequest{Fence: fence(never), TTL: long})
	require.ErrorIs(t, err, store.ErrFenced, "it was never held")
	op, err = d.acquire(t, op.ID, "next", long)
	require.NoError(t, err)
	require.EqualValues(t, 2, op.Lease.Term)
}
