package storetest

import (
	"context"
	"errors"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/store"
	"github.com/contactsweep/contactsweep/where"
)

// pairs is how many times a restore and a deletion race for a contact.
const pairs = 1000

// testRaces lets a restore and a deletion of the same contact begin at once,
// again and again: one wins, and the other is told.
func testRaces(t *testing.T, h Harness) {
	t.Helper()
	const workers = 8
	n := pairs
	if testing.Short() {
		n /= 10
	}
	data := Data{}
	for i := range n {
		data["people"] = append(data["people"], Row{"id": i + 1})
	}
	b := newLedgerBench(t, h, deskSchema(), data)
	work := make(chan contacts.Key)
	var wg sync.WaitGroup
	var mu sync.Mutex
	won := map[string]int{}
	for range workers {
		wg.Go(func() {
			for k := range work {
				who, err := b.desk().race(t.Context(), k)
				if err != nil {
					who = err.Error()
				}
				mu.Lock()
				won[who]++
				mu.Unlock()
			}
		})
	}
	for i := range n {
		work <- keysOf(t, i+1)[0]
	}
	close(work)
	wg.Wait()
	require.Equal(t, n, won["restored"]+won["deleted"], "one winner for each: %v", won)
	counts, err := b.st.Count(t.Context(), store.CountRequest{Selection: selection(where.Everything())})
	require.NoError(t, err)
	require.EqualValues(t, won["restored"], counts.Contacts, "restored or purged, never both: %v", won)
}

var errBoth = errors.New("both won, or none")

// patient repeats a call that others got in the way of.
func patient[R, A any](ctx context.Context, call func(context.Context, R) (A, error), r R) (A, error) {
	const tries = 20
	for n := 1; ; n++ {
		out, err := call(ctx, r)
		if n == tries || !errors.Is(err, store.ErrTransient) {
			return out, err
		}
	}
}

// race returns who won.
func (d desk) race(ctx context.Context, k contacts.Key) (string, error) {
	keys := []contacts.Key{k}
	op, err := patient(ctx, d.Operations.Create, d.request(store.StatePreparing))
	if err != nil {
		return "", err
	}
	added, err := patient(ctx, d.Targets.Add, store.AddRequest{
		Save: store.SaveRequest{Fence: fence(op), State: store.StatePending}, Targets: targetsFor(keys), Suppress: true,
	})
	if err != nil {
		return "", err
	}
	var released store.ReleaseResult
	var out store.Outcome
	var releasing, deleting error
	var wg sync.WaitGroup
	wg.Go(func() {
		released, releasing = patient(ctx, d.Targets.Release, store.ReleaseRequest{Scope: d.scope, Operation: op.ID, Keys: keys})
	})
	wg.Go(func() { out, deleting = d.process(ctx, added.Operation, keys) })
	wg.Wait()
	if deleting != nil {
		return "", deleting
	}
	restored := releasing == nil && released.Released == 1
	told := errors.Is(releasing, store.ErrHeld) || errors.Is(releasing, store.ErrState)
	spared := len(out.Skipped) == 1 && out.Skipped[0].Cause == store.Released
	switch {
	case restored && spared && len(out.Deleted) == 0:
		return "restored", nil
	case told && len(out.Deleted) == 1:
		return "deleted", nil
	}
	return "", errors.Join(errBoth, releasing)
}

// process takes the operation up and deletes its target.
func (d desk) process(ctx context.Context, op store.Operation, keys []contacts.Key) (store.Outcome, error) {
	op, err := patient(ctx, d.Leases.Acquire, store.AcquireRequest{Scope: d.scope, ID: op.ID, Holder: "runner", TTL: long})
	if err != nil {
		return store.Outcome{}, err
	}
	op, err = patient(ctx, d.Leases.Save, store.SaveRequest{Fence: fence(op), State: store.StateProcessing, TTL: long})
	if err != nil {
		return store.Outcome{}, err
	}
	b := d.batch(op, keys)
	b.Checkpoint.Pinned = true
	return patient(ctx, d.st.Delete, b)
}
