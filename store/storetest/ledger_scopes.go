package storetest

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/contactsweep/contactsweep/store"
)

// testScopes checks that one scope sees and changes nothing of another's.
func testScopes(t *testing.T, b *ledgerBench) {
	t.Helper()
	d, other := b.desk(), b.desk()
	keys := d.some(t, 2)
	r := d.request(store.StateProcessing)
	r.Operation.Key = "key"
	op, err := d.Operations.Create(t.Context(), r)
	require.NoError(t, err)
	op = d.addKeys(t, op, true, keys)
	free := d.pending(t, 1, 2)
	done := d.batch(op, keys[:1])
	done.Checkpoint.Commit = commits(store.Commit{Event: []byte(`1`), Archive: []store.ArchiveEntry{{Key: keys[0], HashKeyID: "k", Hash: []byte{1}}}})
	_, err = d.st.Delete(t.Context(), done)
	require.NoError(t, err)
	op = d.get(t, op.ID)
	d.put(t, "", keys...)
	_, err = d.Settings.Set(t.Context(), d.scope, store.SettingChange{Period: new(time.Hour), Why: new("why")})
	require.NoError(t, err)

	stolen := op
	stolen.Scope = other.scope
	for name, call := range map[string]func(context.Context) error{
		"get":  func(ctx context.Context) error { _, err := other.Operations.Get(ctx, other.scope, op.ID); return err },
		"find": func(ctx context.Context) error { _, err := other.Operations.Find(ctx, other.scope, "key"); return err },
		"ask": func(ctx context.Context) error {
			_, err := other.Operations.Ask(ctx, other.scope, op.ID, store.WantedCancel)
			return err
		},
		"acquire": failing(other.Leases.Acquire, store.AcquireRequest{Scope: other.scope, ID: free.ID, Holder: "x", TTL: long}),
		"renew":   failing(other.Leases.Renew, store.RenewRequest{Fence: fence(stolen), TTL: long}),
		"save":    failing(other.Leases.Save, store.SaveRequest{Fence: fence(stolen)}),
		"add":     failing(other.Targets.Add, store.AddRequest{Save: store.SaveRequest{Fence: fence(stolen)}, Targets: targetsOf(t, 9)}),
		"release": failing(other.Targets.Release, store.ReleaseRequest{Scope: other.scope, Operation: free.ID, Limit: 9}),
		"delete":  failing(other.st.Delete, other.batch(stolen, keys[1:])),
	} {
		t.Run(name, func(t *testing.T) { require.ErrorIs(t, call(t.Context()), store.ErrNotFound) })
	}
	t.Run("what is read is empty", func(t *testing.T) { other.requireEmpty(t, op, free) })
	t.Run("what is removed is not there", func(t *testing.T) {
		require.NoError(t, other.Events.Acknowledge(t.Context(), other.scope, op.ID, op.Sequence))
		n, err := other.Pending.Remove(t.Context(), other.scope, keys)
		require.NoError(t, err)
		require.Zero(t, n)
		n, err = other.Archive.Prune(t.Context(), store.PruneRequest{Scope: other.scope, Before: time.Now().AddDate(1, 0, 0), Limit: 9})
		require.NoError(t, err)
		require.Zero(t, n)
	})
	d.requireKept(t, op)
	d.requireKept(t, free)
	d.requireTargets(t, free.ID, 1, 2)
	d.requireEvents(t, op.ID, `1`)
	d.requirePending(t, texts(keys)...)
	require.Len(t, d.lookup(t, keys), 1)
	require.Equal(t, map[string]int64{"people": 1, "notes": 2, "parts": 2, "tasks": 2}, d.left(t, keys))
}

// requireEmpty checks that the scope sees nothing of operations, nor of any
// other thing that another has.
func (d desk) requireEmpty(t *testing.T, ops ...store.Operation) {
	t.Helper()
	require.Empty(t, d.list(t, store.ListRequest{Limit: 9}, func() {}))
	require.Empty(t, d.list(t, store.ListRequest{Limit: 9, Ready: true}, func() {}))
	cells, err := d.Operations.Summary(t.Context(), store.SummaryRequest{Scope: d.scope})
	require.NoError(t, err)
	require.Empty(t, cells)
	for _, op := range ops {
		require.Empty(t, d.targets(t, op.ID, 9, false))
		d.requireEvents(t, op.ID)
	}
	d.requireSuppressed(t, nil, 1, 2)
	require.Empty(t, d.suppressions(t, 9, false))
	require.Empty(t, d.lookup(t, keysOf(t, 1, 2), store.Hash{KeyID: "k", Sum: []byte{1}}))
	d.requirePending(t)
	got, err := d.Settings.Get(t.Context(), d.scope)
	require.NoError(t, err)
	require.Equal(t, store.Setting{}, got)
}
