package storetest

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/store"
	"github.com/contactsweep/contactsweep/where"
)

// testLedgerKeys keeps keys of every kind wherever the ledger keeps keys.
func testLedgerKeys(t *testing.T, h Harness) {
	t.Helper()
	for _, c := range keyCases() {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			c.runLedger(t, h)
		})
	}
}

func (c keyCase) runLedger(t *testing.T, h Harness) {
	t.Helper()
	data := Data{}
	var keys []contacts.Key
	for _, values := range c.keys {
		contact := Row{"n": 0}
		fits := true
		for i, f := range c.fields {
			fits = fits && holds(h, f, values[i])
			contact[f.Name] = values[i]
		}
		if !fits {
			continue
		}
		k, err := contacts.NewKey(values...)
		require.NoError(t, err)
		k, err = c.schema().CheckKey(k)
		require.NoError(t, err)
		keys = append(keys, k)
		data["people"] = append(data["people"], contact)
	}
	d := newLedgerBench(t, h, c.schema(), data).desk()
	half := len(keys) / 2
	op := d.addKeys(t, d.create(t, store.StateProcessing), true, keys)
	d.requireTargetKeys(t, op.ID, keys)
	d.requireSuppressedKeys(t, keys, keys)
	d.testPendingOrder(t, keys)

	out, err := d.Targets.Release(t.Context(), store.ReleaseRequest{
		Scope: d.scope, Operation: op.ID, Keys: keys[half:], Save: &store.SaveRequest{Fence: fence(op), TTL: long},
	})
	require.NoError(t, err)
	require.ElementsMatch(t, keys[half:], out.Keys)
	d.requireTargetKeys(t, op.ID, keys[:half])
	d.requireSuppressedKeys(t, keys, keys[:half])

	b := d.batch(out.Operation, keys)
	b.Checkpoint.Pinned, b.Checkpoint.Pending = true, true
	b.Checkpoint.Commit = func(c store.Committing) (store.Commit, error) {
		return store.Commit{Archive: entriesFor(c.Outcome.Deleted)}, nil
	}
	deleted, err := d.st.Delete(t.Context(), b)
	require.NoError(t, err)
	require.ElementsMatch(t, keys[:half], deleted.Deleted)
	d.requireTargets(t, op.ID)
	d.requireSuppressedKeys(t, keys, nil)
	d.requirePending(t, texts(keys[half:])...)
	for i, k := range keys {
		found := d.lookup(t, []contacts.Key{k})
		if i >= half {
			require.Empty(t, found)
			continue
		}
		require.Len(t, found, 1)
		require.Equal(t, k, found[0].Key, "a key that comes back is the key that was given")
	}
}

// requireSuppressedKeys checks which of the keys are suppressed.
func (d desk) requireSuppressedKeys(t *testing.T, keys, want []contacts.Key) {
	t.Helper()
	got, err := d.Targets.Suppressed(t.Context(), d.scope, slices.Concat(keys, keys))
	require.NoError(t, err)
	found := []contacts.Key{}
	for _, s := range got {
		found = append(found, s.Key)
	}
	require.ElementsMatch(t, slices.Concat(want), found)
}

// testPendingOrder checks that who waits is read in the order of the walk, by
// pages of every size.
func (d desk) testPendingOrder(t *testing.T, keys []contacts.Key) {
	t.Helper()
	bound, err := d.st.Bound(t.Context(), store.BoundRequest{})
	require.NoError(t, err)
	walk, err := d.st.Page(t.Context(), store.PageRequest{Selection: selection(where.Everything()), Until: bound, Limit: 100})
	require.NoError(t, err)
	reversed := slices.Clone(keys)
	slices.Reverse(reversed)
	d.put(t, "", reversed...)
	for limit := 1; limit <= len(keys); limit += 2 {
		var got []contacts.Key
		for _, c := range d.waiting(t, limit) {
			got = append(got, c.Key)
		}
		require.Equal(t, texts(walk.Keys), texts(got))
		require.True(t, slices.Equal(walk.Keys, got), "keys come back as they are")
	}
}
