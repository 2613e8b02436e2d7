package storetest

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/store"
	"github.com/contactsweep/contactsweep/where"
)

// heavyTotal is the number of rows that go with a heavy contact.
const heavyTotal = 3 * heavyRows

// testDoomed checks contacts that go in several transactions. Each case has a
// heavy contact of its own.
func testDoomed(t *testing.T, b *ledgerBench) {
	t.Helper()
	for i, c := range []struct {
		name string
		run  func(desk, *testing.T, []contacts.Key)
	}{
		{"step by step", desk.testDoomSteps},
		{"as many rows as fit", desk.testDoomFits},
		{"without a target", desk.testDoomFree},
		{"neither released nor interrupted by a cancellation", desk.testDoomHolds},
		{"nobody asks again", desk.testDoomGoesOn},
		{"first it is tested", desk.testDoomTests},
		{"undone when Commit fails", desk.testDoomUndone},
	} {
		t.Run(c.name, func(t *testing.T) { t.Parallel(); c.run(b.desk(), t, keysOf(t, heavyPerson+i)) })
	}
}

// doom is a batch that dooms.
func (d desk) doom(op store.Operation, keys []contacts.Key, maxRows int64, pinned bool) store.Batch {
	b := d.batch(op, keys)
	b.MaxRows, b.Checkpoint.Doom, b.Checkpoint.Pinned = maxRows, true, pinned
	return b
}

// steps repeats the batch until the contact is gone, and returns how many
// transactions it took and the rows that were counted.
func (d desk) steps(t *testing.T, b store.Batch) (steps int, rows map[string]int64) {
	t.Helper()
	rows = map[string]int64{}
	for steps = 1; steps < 100; steps++ {
		before := d.rowsOf(t, b.Keys)
		out, err := d.st.Delete(t.Context(), b)
		require.NoError(t, err)
		b.Checkpoint.Sequence++
		var here int64
		for name, n := range out.Rows {
			rows[name] += n
			here += n
		}
		require.Equal(t, before-here, d.rowsOf(t, b.Keys), "each counts the rows of its own transaction")
		require.LessOrEqual(t, here, b.MaxRows)
		require.Empty(t, out.Skipped)
		if len(out.Unfinished) == 0 {
			require.Equal(t, texts(b.Keys), texts(out.Deleted))
			return steps, rows
		}
		require.Empty(t, out.Deleted)
		require.Equal(t, texts(b.Keys), texts(out.Unfinished))
		require.Equal(t, b.MaxRows, here, "as many as may be")
		doomed := d.targets(t, b.Checkpoint.ID, 10, true)
		require.Len(t, doomed, 1)
		require.Equal(t, texts(b.Keys)[0], doomed[0].Key.String())
		require.True(t, doomed[0].Doomed)
	}
	t.Fatal("it does not end")
	return 0, nil
}

func (d desk) rowsOf(t *testing.T, keys []contacts.Key) int64 {
	t.Helper()
	left := d.left(t, keys)
	return left["notes"] + left["parts"] + left["tasks"]
}

func allHeavy() map[string]int64 {
	return map[string]int64{"notes": heavyRows, "parts": heavyRows, "tasks": heavyRows}
}

func (d desk) testDoomSteps(t *testing.T, keys []contacts.Key) {
	t.Helper()
	op := d.addKeys(t, d.create(t, store.StateProcessing), true, keys)
	b := d.doom(op, keys, 4, true)
	var told []store.Committing
	b.Checkpoint.Commit = func(c store.Committing) (store.Commit, error) {
		told = append(told, c)
		return store.Commit{Archive: entriesFor(c.Outcome.Deleted)}, nil
	}
	steps, rows := d.steps(t, b)
	require.Equal(t, (heavyTotal+3)/4, steps)
	require.Equal(t, allHeavy(), rows)
	require.GreaterOrEqual(t, len(told), steps)
	require.Empty(t, d.left(t, keys))
	d.requireTargets(t, op.ID)
	require.Equal(t, op.Sequence+int64(steps), d.get(t, op.ID).Sequence)
	found, err := d.Archive.Lookup(t.Context(), store.LookupRequest{Scope: d.scope, Keys: keys})
	require.NoError(t, err)
	require.Len(t, found, 1)
	require.EqualValues(t, 1, found[0].Times)
}

func (d desk) testDoomFits(t *testing.T, keys []contacts.Key) {
	t.Helper()
	op := d.addKeys(t, d.create(t, store.StateProcessing), true, keys)
	steps, rows := d.steps(t, d.doom(op, keys, heavyTotal, true))
	require.Equal(t, 1, steps)
	require.Equal(t, allHeavy(), rows)
	d.requireTargets(t, op.ID)
}

func (d desk) testDoomFree(t *testing.T, keys []contacts.Key) {
	t.Helper()
	op := d.create(t, store.StateProcessing)
	steps, rows := d.steps(t, d.doom(op, keys, heavyTotal-1, false))
	require.Equal(t, 2, steps)
	require.Equal(t, allHeavy(), rows)
	d.requireTargets(t, op.ID)
}

func (d desk) testDoomHolds(t *testing.T, keys []contacts.Key) {
	t.Helper()
	op := d.addKeys(t, d.create(t, store.StateProcessing), true, keys)
	op = d.add(t, op, true, 1, 2)
	b := d.doom(op, keys, 15, true)
	_, err := d.st.Delete(t.Context(), b)
	require.NoError(t, err)
	op = d.get(t, op.ID)
	for _, release := range []store.ReleaseRequest{{Keys: keys}, {Limit: 10}} {
		release.Scope, release.Operation, release.Save = d.scope, op.ID, &store.SaveRequest{Fence: fence(op), TTL: long}
		out, err := d.Targets.Release(t.Context(), release)
		require.NoError(t, err)
		require.NotContains(t, texts(out.Keys), texts(keys)[0])
		op = out.Operation
		require.Len(t, d.targets(t, op.ID, 10, true), 1)
	}
	d.requireTargetKeys(t, op.ID, keys)
	_, err = d.Leases.Save(t.Context(), store.SaveRequest{Fence: fence(op), State: store.StateCancelled})
	require.ErrorIs(t, err, store.ErrState, "cancelled waits for it")

	other := d.batch(op, keys)
	other.Checkpoint.Pinned = true
	_, err = d.st.Delete(t.Context(), other)
	require.ErrorIs(t, err, store.ErrState, "an ordinary batch does not take it")
	for _, wanted := range []store.Wanted{store.WantedPause, store.WantedCancel} {
		_, err = d.Operations.Ask(t.Context(), d.scope, op.ID, wanted)
		require.NoError(t, err)
		_, err = d.st.Delete(t.Context(), d.doom(op, keys, 1, true))
		if wanted == store.WantedPause {
			require.ErrorIs(t, err, store.ErrInterrupted)
			continue
		}
		require.NoError(t, err, "a cancellation waits")
	}
	d.steps(t, d.doom(d.get(t, op.ID), keys, 3, true))
}

func (d desk) testDoomGoesOn(t *testing.T, keys []contacts.Key) {
	t.Helper()
	op := d.addKeys(t, d.create(t, store.StateProcessing), true, keys)
	b := d.doom(op, keys, 15, true)
	b.Condition = where.New().WhereExists("notes")
	out, err := d.st.Delete(t.Context(), b)
	require.NoError(t, err)
	require.Len(t, out.Unfinished, 1)
	b = d.doom(d.get(t, op.ID), keys, 15, true)
	b.Condition, b.Protected = where.New().WhereEquals("name", "nobody"), where.New().WhereNotEquals("name", "nobody")
	steps, _ := d.steps(t, b)
	require.Equal(t, 1, steps)
	require.Empty(t, d.left(t, keys))
}

func (d desk) testDoomTests(t *testing.T, keys []contacts.Key) {
	t.Helper()
	held := keysOf(t, heldPerson)
	op := d.addKeys(t, d.create(t, store.StateProcessing), true, append(keys, held...))
	b := d.doom(op, keys, 1, true)
	b.Condition = where.New().WhereEquals("name", "nobody")
	out, err := d.st.Delete(t.Context(), b)
	require.NoError(t, err)
	require.Equal(t, map[string]string{texts(keys)[0]: "changed"}, causes(out.Skipped))
	require.EqualValues(t, heavyTotal, d.rowsOf(t, keys))
	out, err = d.st.Delete(t.Context(), d.doom(d.get(t, op.ID), held, 1, true))
	require.NoError(t, err)
	require.Equal(t, map[string]string{texts(held)[0]: "restricted holds"}, causes(out.Skipped))
	d.requireTargets(t, op.ID)
	two := d.doom(d.get(t, op.ID), append(keys, held...), 1, false)
	_, err = d.st.Delete(t.Context(), two)
	require.ErrorIs(t, err, store.ErrInvalidRequest, "more than one contact")
}

func (d desk) testDoomUndone(t *testing.T, keys []contacts.Key) {
	t.Helper()
	op := d.addKeys(t, d.create(t, store.StateProcessing), true, keys)
	b := d.doom(op, keys, 2, true)
	b.Checkpoint.Commit = func(store.Committing) (store.Commit, error) { return store.Commit{}, store.ErrFull }
	_, err := d.st.Delete(t.Context(), b)
	require.ErrorIs(t, err, store.ErrFull)
	d.requireKept(t, op)
	require.EqualValues(t, heavyTotal, d.rowsOf(t, keys))
	require.Empty(t, d.targets(t, op.ID, 10, true))
}
