package storetest

import (
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/store"
)

// testCheckpointFenced checks when a batch must not begin.
func testCheckpointFenced(t *testing.T, b *ledgerBench) {
	t.Helper()
	t.Run("another term or sequence", func(t *testing.T) { t.Parallel(); b.desk().testBatchStale(t) })
	t.Run("another took it over", func(t *testing.T) { t.Parallel(); b.desk().testBatchTaken(t) })
	t.Run("the lease was given back", func(t *testing.T) { t.Parallel(); b.desk().testBatchGivenBack(t) })
	t.Run("no such operation", func(t *testing.T) { t.Parallel(); b.desk().testBatchOfNobody(t) })
	t.Run("interrupted", func(t *testing.T) { t.Parallel(); b.desk().testBatchInterrupted(t) })
	for _, state := range store.States() {
		if state != store.StateProcessing && !state.Terminal() {
			t.Run("not when it is "+string(state), func(t *testing.T) { t.Parallel(); b.desk().testBatchIn(t, state) })
		}
	}
}

// requireRefused checks that a batch on these contacts, which are the
// operation's targets, does nothing but fail with that class.
func (d desk) requireRefused(t *testing.T, class error, op store.Operation, b store.Batch) {
	t.Helper()
	before, left := d.get(t, op.ID), d.left(t, b.Keys)
	b.Checkpoint.Commit = commits(store.Commit{Progress: []byte(`"x"`), Deleted: 99, Event: []byte(`"x"`), Archive: entriesFor(b.Keys)})
	_, err := d.st.Delete(t.Context(), b)
	require.ErrorIs(t, err, class)
	d.requireNothing(t, before, b.Keys, left)
}

// requireNothing checks that nothing has happened to the operation and the
// contacts.
func (d desk) requireNothing(t *testing.T, op store.Operation, keys []contacts.Key, left map[string]int64) {
	t.Helper()
	require.Equal(t, left, d.left(t, keys))
	d.requireKept(t, op)
	require.Len(t, d.targets(t, op.ID, 100, false), int(op.Targets))
	d.requireEvents(t, op.ID)
	found, err := d.Archive.Lookup(t.Context(), store.LookupRequest{Scope: d.scope, Keys: keys})
	require.NoError(t, err)
	require.Empty(t, found)
}

func (d desk) testBatchStale(t *testing.T) {
	t.Helper()
	keys := d.some(t, 1)
	op := d.addKeys(t, d.create(t, store.StateProcessing), true, keys)
	for name, change := range map[string]func(*store.Fence){
		"a term before":      func(f *store.Fence) { f.Term-- },
		"a term to come":     func(f *store.Fence) { f.Term++ },
		"a sequence before":  func(f *store.Fence) { f.Sequence-- },
		"a sequence to come": func(f *store.Fence) { f.Sequence++ },
		"neither":            func(f *store.Fence) { f.Term, f.Sequence = 0, 0 },
	} {
		t.Run(name, func(t *testing.T) {
			b := d.batch(op, keys)
			change(&b.Checkpoint.Fence)
			d.requireRefused(t, store.ErrFenced, op, b)
		})
	}
}

func (d desk) testBatchTaken(t *testing.T) {
	t.Helper()
	keys := d.some(t, 1)
	op := d.addKeys(t, d.create(t, store.StateProcessing), true, keys)
	mine, err := d.Leases.Renew(t.Context(), store.RenewRequest{Fence: fence(op), TTL: time.Microsecond})
	require.NoError(t, err)
	d.take(t, op.ID, "other", long)
	d.requireRefused(t, store.ErrFenced, op, d.batch(mine, keys))
}

func (d desk) testBatchGivenBack(t *testing.T) {
	t.Helper()
	keys := d.some(t, 1)
	op := d.giveBack(t, d.addKeys(t, d.create(t, store.StateProcessing), true, keys))
	d.requireRefused(t, store.ErrFenced, op, d.batch(op, keys))
	ended := d.save(t, d.create(t, store.StateProcessing), store.SaveRequest{State: store.StateCompleted})
	d.requireRefused(t, store.ErrFenced, ended, d.batch(ended, keys))
}

func (d desk) testBatchOfNobody(t *testing.T) {
	t.Helper()
	keys := d.some(t, 1)
	op := d.create(t, store.StateProcessing)
	b := d.batch(op, keys)
	b.Checkpoint.ID = "nobody"
	d.requireRefused(t, store.ErrNotFound, op, b)
	b = d.batch(op, keys)
	b.Checkpoint.Scope = d.desk().scope
	d.requireRefused(t, store.ErrNotFound, op, b)
}

func (d desk) testBatchInterrupted(t *testing.T) {
	t.Helper()
	keys := d.some(t, 2)
	op := d.addKeys(t, d.create(t, store.StateProcessing), true, keys)
	ask := func(w store.Wanted) {
		_, err := d.Operations.Ask(t.Context(), d.scope, op.ID, w)
		require.NoError(t, err)
	}
	stop := func(on bool) {
		_, err := d.Settings.Set(t.Context(), d.scope, store.SettingChange{Stopped: &on})
		require.NoError(t, err)
	}
	ask(store.WantedPause)
	d.requireRefused(t, store.ErrInterrupted, op, d.batch(op, keys[:1]))
	ask(store.WantedNothing)
	stop(true)
	d.requireRefused(t, store.ErrInterrupted, op, d.batch(op, keys[:1]))
	stop(false)
	elsewhere := true
	_, err := d.Settings.Set(t.Context(), d.desk().scope, store.SettingChange{Stopped: &elsewhere})
	require.NoError(t, err)
	_, err = d.st.Delete(t.Context(), d.batch(op, keys[:1]))
	require.NoError(t, err, "nothing stops it any more")
	ask(store.WantedCancel)
	op = d.get(t, op.ID)
	d.requireRefused(t, store.ErrInterrupted, op, d.batch(op, keys[1:]))
	stale := d.batch(op, keys[1:])
	stale.Checkpoint.Sequence--
	d.requireRefused(t, store.ErrFenced, op, stale)
}

func (d desk) testBatchIn(t *testing.T, state store.State) {
	t.Helper()
	keys := d.some(t, 1)
	op := d.reach(t, state, append(lefts(state), "")[0])
	d.requireRefused(t, store.ErrState, op, d.batch(op, keys))
}

// testCheckpointUndone checks that a batch which fails leaves nothing behind.
func testCheckpointUndone(t *testing.T, b *ledgerBench) {
	t.Helper()
	t.Run("when Commit fails", func(t *testing.T) { t.Parallel(); b.desk().testCommitFails(t) })
	t.Run("when there are too many rows", func(t *testing.T) { t.Parallel(); b.desk().testCommitTooMany(t) })
	t.Run("when an archive entry is another's", func(t *testing.T) { t.Parallel(); b.desk().testCommitWrong(t) })
}

func (d desk) testCommitFails(t *testing.T) {
	t.Helper()
	keys := d.some(t, 2)
	op := d.addKeys(t, d.create(t, store.StateProcessing), true, keys)
	d.put(t, "", keys...)
	b := d.batch(op, keys)
	b.Checkpoint.Pinned, b.Checkpoint.Pending = true, true
	wrong := errors.New("no document")
	b.Checkpoint.Commit = func(store.Committing) (store.Commit, error) {
		return store.Commit{Progress: []byte(`1`), Event: []byte(`1`), Archive: entriesFor(keys)}, wrong
	}
	out, err := d.st.Delete(t.Context(), b)
	require.ErrorIs(t, err, wrong)
	require.Empty(t, out)
	d.requireNothing(t, op, keys, whole(2))
	d.requirePending(t, texts(keys)...)
	b.Checkpoint.Commit = commits(store.Commit{})
	_, err = d.st.Delete(t.Context(), b)
	require.NoError(t, err, "the same batch goes when it is repeated")
}

func (d desk) testCommitTooMany(t *testing.T) {
	t.Helper()
	keys := d.some(t, 2)
	op := d.addKeys(t, d.create(t, store.StateProcessing), true, keys)
	b := d.batch(op, keys)
	b.Checkpoint.Pinned, b.MaxRows = true, 11
	d.requireRefused(t, store.ErrTooManyRows, op, b)
	b.MaxRows = 12
	b.Checkpoint.Commit = commits(store.Commit{})
	_, err := d.st.Delete(t.Context(), b)
	require.NoError(t, err)
}

func (d desk) testCommitWrong(t *testing.T) {
	t.Helper()
	keys := d.some(t, 2)
	op := d.addKeys(t, d.create(t, store.StateProcessing), true, keys)
	entry := store.ArchiveEntry{Key: keys[0]}
	for name, c := range map[string]store.Commit{
		"a contact outside the batch": {Archive: entriesFor(keys[1:])},
		"a wrong key":                 {Archive: entriesFor(keysOf(t, "one"))},
		"no key":                      {Archive: entriesFor(make([]contacts.Key, 1))},
		"a hash without its key's ID": {Archive: []store.ArchiveEntry{{Key: entry.Key, Hash: []byte{1}}}},
		"a key's ID without a hash":   {Archive: []store.ArchiveEntry{{Key: entry.Key, HashKeyID: "k"}}},
		"a negative number":           {Deleted: -1},
	} {
		t.Run(name, func(t *testing.T) {
			b := d.batch(op, keys[:1])
			b.Checkpoint.Commit = commits(c)
			_, err := d.st.Delete(t.Context(), b)
			require.ErrorIs(t, err, store.ErrInvalidRequest)
			d.requireNothing(t, op, keys, whole(2))
		})
	}
}
