package storetest

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/store"
)

// testLedgerPrivacy checks that errors of the ledger contain nothing of what it
// keeps: keys, reasons, documents, and names, which hosts make of addresses.
func testLedgerPrivacy(t *testing.T, h Harness) {
	t.Helper()
	schema := contacts.Schema{
		Table: "people", Key: []string{"id"}, Fields: []contacts.Field{contacts.Text("id").NotNull(), contacts.Text("email")},
	}
	d := newLedgerBench(t, h, schema, Data{"people": {{"id": marker, "email": marker}}}).desk()
	d.scope = marker
	keys, wrong := keysOf(t, marker), mustKeys(t, []any{marker, marker})
	r := d.request(store.StateProcessing)
	r.Operation.ID, r.Operation.Key, r.Operation.Lease.Holder, r.Operation.Request = marker, marker, marker, []byte(marker)
	op, err := d.Operations.Create(t.Context(), r)
	require.NoError(t, err)
	op = d.addKeys(t, op, true, keys)
	stale := store.SaveRequest{Fence: store.Fence{Scope: marker, ID: marker, Term: 9}, Progress: []byte(marker)}
	badText := marker + "\xff"

	batch := func(change func(*store.Batch)) error {
		b := d.batch(op, keys)
		change(&b)
		_, err := d.st.Delete(t.Context(), b)
		return err
	}
	_, exists := d.Operations.Create(t.Context(), r)
	_, missing := d.Operations.Get(t.Context(), marker, marker+"2")
	_, unfound := d.Operations.Find(t.Context(), marker, marker+"2")
	_, unasked := d.Operations.Ask(t.Context(), marker, marker, marker)
	_, held := d.Leases.Acquire(t.Context(), store.AcquireRequest{Scope: marker, ID: marker, Holder: marker, TTL: long})
	_, fenced := d.Leases.Save(t.Context(), stale)
	_, arrow := d.Leases.Save(t.Context(), store.SaveRequest{Fence: fence(op), State: marker})
	_, added := d.Targets.Add(t.Context(), store.AddRequest{Save: store.SaveRequest{Fence: fence(op)}, Targets: targetsFor(wrong)})
	_, unfixed := d.Targets.Add(t.Context(), store.AddRequest{Save: stale, Targets: targetsFor(keys)})
	_, released := d.Targets.Release(t.Context(), store.ReleaseRequest{Scope: marker, Operation: marker, Keys: keys})
	_, suppressed := d.Targets.Suppressed(t.Context(), marker, wrong)
	_, looked := d.Archive.Lookup(t.Context(), store.LookupRequest{Scope: badText, Keys: wrong})
	_, listed := d.Operations.List(t.Context(), store.ListRequest{Scope: marker, Limit: 1, After: marker, States: []store.State{marker}})
	_, paged := d.Pending.Page(t.Context(), store.PendingRequest{Scope: marker, Limit: 1, After: marker})
	_, set := d.Settings.Set(t.Context(), marker, store.SettingChange{Why: &badText})
	for i, err := range []error{
		exists, missing, unfound, unasked, held, fenced, arrow, added, unfixed, released, suppressed, looked, listed, paged, set,
		d.Pending.Put(t.Context(), store.PutRequest{Scope: marker, Contacts: []store.PendingContact{{Key: keys[0], Reason: badText}}}),
		d.Pending.Put(t.Context(), store.PutRequest{Scope: marker, Contacts: []store.PendingContact{{Key: wrong[0]}}}),
		batch(func(b *store.Batch) { b.Checkpoint.Term = 9 }),
		batch(func(b *store.Batch) { b.Keys = wrong }),
		batch(func(b *store.Batch) { b.Checkpoint.Fields = []string{"emial"} }),
		batch(func(b *store.Batch) {
			b.Checkpoint.Commit = commits(store.Commit{Archive: []store.ArchiveEntry{{Key: keysOf(t, marker+"2")[0], Reason: marker}}})
		}),
		batch(func(b *store.Batch) {
			b.Checkpoint.Commit = commits(store.Commit{Archive: []store.ArchiveEntry{{Key: keys[0], Reason: badText}}})
		}),
	} {
		require.Error(t, err, "call %d", i)
		require.NotContains(t, err.Error(), marker, "call %d", i)
	}
	d.requireKept(t, op)
}
