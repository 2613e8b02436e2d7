package storetest_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/store"
	"github.com/contactsweep/contactsweep/store/memory"
	"github.com/contactsweep/contactsweep/store/storetest"
	"github.com/contactsweep/contactsweep/where"
)

// ledgerStore holds the contacts 1 to 3, the operation "op", which is held with
// the term 1, and the operation "free".
func ledgerStore(t *testing.T) *memory.Store {
	t.Helper()
	st, err := memory.New(smallSchema(), memory.WithLedger())
	require.NoError(t, err)
	require.NoError(t, st.Insert(memory.Row{"id": 1}, memory.Row{"id": 2}, memory.Row{"id": 3}))
	_, err = st.Ledger().Operations.Create(t.Context(), store.CreateRequest{TTL: time.Hour, Operation: store.Operation{
		ID: "op", Key: "key", Format: 1, State: store.StateProcessing, Lease: store.Lease{Holder: "me"},
	}})
	require.NoError(t, err)
	_, err = st.Ledger().Operations.Create(t.Context(), store.CreateRequest{Operation: store.Operation{ID: "free", Format: 1, State: store.StatePending}})
	require.NoError(t, err)
	return st
}

// ledgerCall is one call of a port, which succeeds on a ledgerStore.
type ledgerCall struct {
	name string
	call func(ctx context.Context, l *store.Ledger) error
}

func ledgerCalls(t *testing.T) []ledgerCall {
	t.Helper()
	keys, err := contacts.Keys(1)
	require.NoError(t, err)
	fence := store.Fence{ID: "op", Term: 1}
	save := store.SaveRequest{Fence: fence, TTL: time.Hour}
	another := store.CreateRequest{Operation: store.Operation{ID: "new", Format: 1, State: store.StatePending}}
	return []ledgerCall{
		{"Operations.Create", func(ctx context.Context, l *store.Ledger) error {
			_, err := l.Operations.Create(ctx, another)
			return err
		}},
		{"Operations.Get", func(ctx context.Context, l *store.Ledger) error {
			_, err := l.Operations.Get(ctx, "", "op")
			return err
		}},
		{"Operations.Find", func(ctx context.Context, l *store.Ledger) error {
			_, err := l.Operations.Find(ctx, "", "key")
			return err
		}},
		{"Operations.List", func(ctx context.Context, l *store.Ledger) error {
			_, err := l.Operations.List(ctx, store.ListRequest{Limit: 1})
			return err
		}},
		{"Operations.Summary", func(ctx context.Context, l *store.Ledger) error {
			_, err := l.Operations.Summary(ctx, store.SummaryRequest{})
			return err
		}},
		{"Operations.Ask", func(ctx context.Context, l *store.Ledger) error {
			_, err := l.Operations.Ask(ctx, "", "op", store.WantedPause)
			return err
		}},
		{"Leases.Acquire", func(ctx context.Context, l *store.Ledger) error {
			_, err := l.Leases.Acquire(ctx, store.AcquireRequest{ID: "free", Holder: "me", TTL: time.Hour})
			return err
		}},
		{"Leases.Renew", func(ctx context.Context, l *store.Ledger) error {
			_, err := l.Leases.Renew(ctx, store.RenewRequest{Fence: fence, TTL: time.Hour})
			return err
		}},
		{"Leases.Save", func(ctx context.Context, l *store.Ledger) error { _, err := l.Leases.Save(ctx, save); return err }},
		{"Targets.Add", func(ctx context.Context, l *store.Ledger) error {
			_, err := l.Targets.Add(ctx, store.AddRequest{Save: save, Targets: []store.Target{{Key: keys[0]}}})
			return err
		}},
		{"Targets.Page", func(ctx context.Context, l *store.Ledger) error {
			_, err := l.Targets.Page(ctx, store.TargetsRequest{Operation: "op", Limit: 1})
			return err
		}},
		{"Targets.Release", func(ctx context.Context, l *store.Ledger) error {
			_, err := l.Targets.Release(ctx, store.ReleaseRequest{Operation: "op", Limit: 1, Save: &save})
			return err
		}},
		{"Targets.Suppressed", func(ctx context.Context, l *store.Ledger) error {
			_, err := l.Targets.Suppressed(ctx, "", keys)
			return err
		}},
		{"Targets.Suppressions", func(ctx context.Context, l *store.Ledger) error {
			_, err := l.Targets.Suppressions(ctx, store.SuppressionsRequest{Limit: 1})
			return err
		}},
		{"Archive.Lookup", func(ctx context.Context, l *store.Ledger) error {
			_, err := l.Archive.Lookup(ctx, store.LookupRequest{Keys: keys})
			return err
		}},
		{"Archive.Prune", func(ctx context.Context, l *store.Ledger) error {
			_, err := l.Archive.Prune(ctx, store.PruneRequest{Limit: 1})
			return err
		}},
		{"Pending.Put", func(ctx context.Context, l *store.Ledger) error {
			return l.Pending.Put(ctx, store.PutRequest{Contacts: []store.PendingContact{{Key: keys[0]}}})
		}},
		{"Pending.Page", func(ctx context.Context, l *store.Ledger) error {
			_, err := l.Pending.Page(ctx, store.PendingRequest{Limit: 1})
			return err
		}},
		{"Pending.Remove", func(ctx context.Context, l *store.Ledger) error {
			_, err := l.Pending.Remove(ctx, "", keys)
			return err
		}},
		{"Pending.Count", func(ctx context.Context, l *store.Ledger) error { _, err := l.Pending.Count(ctx, ""); return err }},
		{"Events.Undelivered", func(ctx context.Context, l *store.Ledger) error {
			_, err := l.Events.Undelivered(ctx, "", "op", 1)
			return err
		}},
		{"Events.Acknowledge", func(ctx context.Context, l *store.Ledger) error { return l.Events.Acknowledge(ctx, "", "op", 1) }},
		{"Settings.Get", func(ctx context.Context, l *store.Ledger) error { _, err := l.Settings.Get(ctx, ""); return err }},
		{"Settings.Set", func(ctx context.Context, l *store.Ledger) error {
			_, err := l.Settings.Set(ctx, "", store.SettingChange{Stopped: new(true)})
			return err
		}},
	}
}

func TestFailCountsTheCallsOfTheLedger(t *testing.T) {
	t.Parallel()
	for _, c := range ledgerCalls(t) {
		for _, mode := range []storetest.FailMode{storetest.FailBefore, storetest.FailAfter} {
			wanted := errors.New("no luck")
			f := storetest.Fail(ledgerStore(t), 1, mode, wanted)
			require.ErrorIs(t, c.call(t.Context(), f.Ledger()), wanted, c.name)
			require.Equal(t, c.name, f.Failed())
			require.Equal(t, 1, f.CallsTo(c.name))
			f = storetest.Fail(ledgerStore(t), 2, mode, wanted)
			require.NoError(t, c.call(t.Context(), f.Ledger()), c.name)
			require.Equal(t, 1, f.Calls())
			require.Empty(t, f.Failed())
		}
	}
}

func TestFailBeforeOrAfterASave(t *testing.T) {
	t.Parallel()
	for mode, want := range map[storetest.FailMode]struct {
		class    error
		sequence int64
	}{
		storetest.FailBefore: {store.ErrTransient, 0},
		storetest.FailAfter:  {store.ErrOutcomeUnknown, 1},
	} {
		st := ledgerStore(t)
		op, err := storetest.Fail(st, 1, mode, nil).Ledger().Leases.Save(t.Context(), store.SaveRequest{Fence: store.Fence{ID: "op", Term: 1}, TTL: time.Hour})
		require.ErrorIs(t, err, want.class)
		require.Equal(t, want.sequence, op.Sequence)
		kept, err := st.Ledger().Operations.Get(t.Context(), "", "op")
		require.NoError(t, err)
		require.Equal(t, want.sequence, kept.Sequence)
	}
}

func TestFailSweepsStoreAndLedgerTogether(t *testing.T) {
	t.Parallel()
	run := func(st store.Store) error {
		l := st.Ledger()
		if _, err := l.Operations.Get(t.Context(), "", "op"); err != nil {
			return err
		}
		keys, err := contacts.Keys(1)
		require.NoError(t, err)
		_, err = st.Delete(t.Context(), store.Batch{
			Selection: store.Selection{Condition: where.Everything()}, Keys: keys,
			Checkpoint: &store.Checkpoint{
				Fence: store.Fence{ID: "op", Term: 1}, TTL: time.Hour,
				Commit: func(store.Committing) (store.Commit, error) { return store.Commit{}, nil },
			},
		})
		return err
	}
	counting := storetest.Fail(ledgerStore(t), 0, storetest.FailBefore, nil)
	require.NoError(t, run(counting))
	require.Equal(t, 2, counting.Calls())
	for n := 1; n <= counting.Calls(); n++ {
		f := storetest.Fail(ledgerStore(t), n, storetest.FailBefore, nil)
		require.ErrorIs(t, run(f), store.ErrTransient)
	}
}

func TestFailOfAStoreWithoutALedger(t *testing.T) {
	t.Parallel()
	require.Nil(t, storetest.Fail(smallStore(t), 1, storetest.FailBefore, nil).Ledger())
}
