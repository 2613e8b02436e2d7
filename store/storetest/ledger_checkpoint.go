package storetest

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/store"
	"github.com/contactsweep/contactsweep/where"
)

// testCheckpoint checks what a batch leaves in the ledger.
func testCheckpoint(t *testing.T, b *ledgerBench) {
	t.Helper()
	t.Run("everything is there", func(t *testing.T) { t.Parallel(); b.desk().testCheckpointAll(t) })
	t.Run("what Commit is told", func(t *testing.T) { t.Parallel(); b.desk().testCommitting(t) })
	t.Run("all are skipped", func(t *testing.T) { t.Parallel(); b.desk().testCheckpointSkipped(t) })
	t.Run("no keys", func(t *testing.T) { t.Parallel(); b.desk().testCheckpointEmpty(t) })
	t.Run("batch after batch", func(t *testing.T) { t.Parallel(); b.desk().testCheckpoints(t) })
	t.Run("the pending table", func(t *testing.T) { t.Parallel(); b.desk().testCheckpointPending(t) })
}

// batch is one of the keys under the operation's lease.
func (d desk) batch(op store.Operation, keys []contacts.Key) store.Batch {
	return store.Batch{
		Selection: selection(where.Everything()), Keys: keys,
		Checkpoint: &store.Checkpoint{Fence: fence(op), TTL: long, Commit: commits(store.Commit{})},
	}
}

// commits is a Commit that remembers the same always.
func commits(c store.Commit) func(store.Committing) (store.Commit, error) {
	return func(store.Committing) (store.Commit, error) { return c, nil }
}

func entriesFor(keys []contacts.Key) []store.ArchiveEntry {
	out := make([]store.ArchiveEntry, len(keys))
	for i, k := range keys {
		out[i] = store.ArchiveEntry{Key: k, Reason: "gone"}
	}
	return out
}

func (d desk) testCheckpointAll(t *testing.T) {
	t.Helper()
	keys := d.some(t, 3)
	op := d.addKeys(t, d.create(t, store.StateProcessing), true, keys)
	b := d.batch(op, keys[:2])
	b.Checkpoint.Pinned = true
	before := d.now(t)
	b.Checkpoint.Commit = commits(store.Commit{
		Progress: []byte(`{"p":2}`), Deleted: 2, Event: []byte(`{"e":1}`),
		Archive: []store.ArchiveEntry{{Key: keys[0], HashKeyID: "k", Hash: []byte{0, 1, 255}, Rule: 3, Reason: "why", Operation: op.ID, Fields: []byte(`{"f":1}`)}},
	})
	out, err := d.st.Delete(t.Context(), b)
	require.NoError(t, err)
	require.Equal(t, texts(keys[:2]), texts(out.Deleted))
	require.Equal(t, map[string]int64{"notes": 4, "parts": 4, "tasks": 4}, out.Rows)
	require.Equal(t, whole(1), d.left(t, keys))

	got := d.get(t, op.ID)
	want := op
	want.Progress, want.Deleted, want.Targets, want.Sequence = []byte(`{"p":2}`), 2, 1, op.Sequence+1
	want.Updated, want.Lease.Expires = got.Updated, got.Lease.Expires
	require.Equal(t, plain(want), plain(got))
	require.False(t, got.Updated.Before(before))
	require.False(t, got.Lease.Expires.Before(before.Add(long)))
	d.requireTargetKeys(t, op.ID, keys[2:])

	events, err := d.Events.Undelivered(t.Context(), d.scope, op.ID, 10)
	require.NoError(t, err)
	require.Equal(t, []store.Event{{Sequence: got.Sequence, At: events[0].At, Document: []byte(`{"e":1}`)}}, events)
	require.False(t, events[0].At.Before(before) || events[0].At.After(d.now(t)))

	found, err := d.Archive.Lookup(t.Context(), store.LookupRequest{Scope: d.scope, Keys: keys})
	require.NoError(t, err)
	require.Len(t, found, 1)
	require.False(t, found[0].First.Before(before) || found[0].First.After(d.now(t)))
	require.Equal(t, store.ArchiveEntry{
		Key: out.Deleted[0], HashKeyID: "k", Hash: []byte{0, 1, 255}, Rule: 3, Reason: "why", Operation: op.ID, Fields: []byte(`{"f":1}`),
		First: found[0].First, Last: found[0].First, Times: 1,
	}, found[0])
}

func (d desk) testCommitting(t *testing.T) {
	t.Helper()
	keys := d.some(t, 2)
	given := targetsFor(append(keysOf(t, heldPerson), keys...))
	given[0].Reason, given[1].Reason = "held", "asked"
	op := d.create(t, store.StateProcessing)
	added, err := d.Targets.Add(t.Context(), store.AddRequest{Save: store.SaveRequest{Fence: fence(op), TTL: long}, Targets: given})
	require.NoError(t, err)
	b := d.batch(added.Operation, append(keysOf(t, heldPerson), keys...))
	b.Checkpoint.Pinned, b.Checkpoint.Fields = true, []string{"name", "id"}
	var told []store.Committing
	b.Checkpoint.Commit = func(c store.Committing) (store.Commit, error) {
		told = append(told, c)
		return store.Commit{}, nil
	}
	out, err := d.st.Delete(t.Context(), b)
	require.NoError(t, err)
	require.NotEmpty(t, told)
	last := told[len(told)-1]
	require.Equal(t, texts(out.Deleted), texts(last.Outcome.Deleted))
	require.Equal(t, causes(out.Skipped), causes(last.Outcome.Skipped))
	require.Equal(t, map[string]string{texts(keysOf(t, heldPerson))[0]: "restricted holds"}, causes(out.Skipped))
	require.Equal(t, out.Rows, last.Outcome.Rows)
	require.Len(t, last.Values, 2)
	for i, k := range out.Deleted {
		require.Equal(t, "name "+k.String(), last.Values[i][0].Text())
		require.Equal(t, k.First(), last.Values[i][1])
	}
	require.Equal(t, []string{"asked", ""}, last.Reasons)
	d.requireTargets(t, op.ID)
}

func (d desk) testCheckpointSkipped(t *testing.T) {
	t.Helper()
	keys := d.some(t, 2)
	op := d.addKeys(t, d.create(t, store.StateProcessing), true, keys)
	b := d.batch(op, keys)
	b.Condition, b.Checkpoint.Pinned = where.New().WhereEquals("name", "nobody"), true
	b.Checkpoint.Commit = commits(store.Commit{Progress: []byte(`"skipped"`), Event: []byte(`1`)})
	out, err := d.st.Delete(t.Context(), b)
	require.NoError(t, err)
	require.Empty(t, out.Deleted)
	require.Len(t, out.Skipped, 2)
	require.Equal(t, whole(2), d.left(t, keys))
	got := d.get(t, op.ID)
	require.JSONEq(t, `"skipped"`, string(got.Progress))
	require.Equal(t, op.Sequence+1, got.Sequence)
	d.requireTargets(t, op.ID)
	d.requireEvents(t, op.ID, `1`)
}

func (d desk) testCheckpointEmpty(t *testing.T) {
	t.Helper()
	op := d.create(t, store.StateProcessing)
	b := d.batch(op, nil)
	b.Checkpoint.Commit = commits(store.Commit{Progress: []byte(`"empty"`)})
	out, err := d.st.Delete(t.Context(), b)
	require.NoError(t, err)
	require.Empty(t, out.Deleted)
	got := d.get(t, op.ID)
	require.JSONEq(t, `"empty"`, string(got.Progress))
	require.Equal(t, op.Sequence+1, got.Sequence)
}

func (d desk) testCheckpoints(t *testing.T) {
	t.Helper()
	keys := d.some(t, 4)
	op := d.create(t, store.StateProcessing)
	for i, k := range keys {
		b := d.batch(op, []contacts.Key{k})
		b.Checkpoint.Sequence = op.Sequence + int64(i)
		b.Checkpoint.Commit = commits(store.Commit{Deleted: int64(i + 1), Archive: entriesFor([]contacts.Key{k}), Event: []byte(texts(keys)[i])})
		_, err := d.st.Delete(t.Context(), b)
		require.NoError(t, err)
	}
	got := d.get(t, op.ID)
	require.EqualValues(t, len(keys), got.Deleted)
	require.Equal(t, plain(op).Progress, plain(got).Progress, "a Commit without a document leaves it")
	require.Empty(t, d.left(t, keys))
	d.requireEvents(t, op.ID, texts(keys)...)
	found, err := d.Archive.Lookup(t.Context(), store.LookupRequest{Scope: d.scope, Keys: keys})
	require.NoError(t, err)
	require.Len(t, found, len(keys))
}

func (d desk) testCheckpointPending(t *testing.T) {
	t.Helper()
	keys := d.some(t, 3)
	none := keysOf(t, 777_777)
	all := append(append(keysOf(t, heldPerson), keys...), none...)
	d.put(t, "", all...)
	op := d.create(t, store.StateProcessing)
	b := d.batch(op, all[:2])
	_, err := d.st.Delete(t.Context(), b)
	require.NoError(t, err)
	d.requirePending(t, texts(all)...) // only when it was asked for
	b = d.batch(d.get(t, op.ID), append(all[2:3:3], append(keysOf(t, heldPerson), none...)...))
	b.Checkpoint.Pending = true
	_, err = d.st.Delete(t.Context(), b)
	require.NoError(t, err)
	d.requirePending(t, texts(append(append(keysOf(t, heldPerson), keys[0]), keys[2]))...) // one is restricted
}
