package storetest

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/store"
	"github.com/contactsweep/contactsweep/where"
)

// testCheckpointPinned checks that of fixed contacts only those go that are
// still fixed, and still who they were.
func testCheckpointPinned(t *testing.T, b *ledgerBench) {
	t.Helper()
	t.Run("released", func(t *testing.T) { t.Parallel(); b.desk().testPinnedReleased(t) })
	t.Run("stamps", func(t *testing.T) { t.Parallel(); b.desk().testStamps(t) })
	t.Run("the same contact in another operation", func(t *testing.T) { t.Parallel(); b.desk().testPinnedTwice(t) })
	t.Run("not pinned", func(t *testing.T) { t.Parallel(); b.desk().testNotPinned(t) })
}

func (d desk) testPinnedReleased(t *testing.T) {
	t.Helper()
	keys := d.some(t, 3)
	op := d.addKeys(t, d.create(t, store.StateProcessing), true, keys[:2])
	gone := keysOf(t, 888_888)
	op = d.addKeys(t, op, true, gone)
	b := d.batch(op, append(keys[1:3:3], append(gone, keysOf(t, 999_999)...)...))
	b.Condition, b.Checkpoint.Pinned = where.New().WhereEquals("name", "nobody"), true
	out, err := d.st.Delete(t.Context(), b)
	require.NoError(t, err)
	require.Equal(t, map[string]string{
		texts(keys)[1]: "changed", texts(keys)[2]: "released", texts(gone)[0]: "gone", "999999": "released",
	}, causes(out.Skipped))
	d.requireTargetKeys(t, op.ID, keys[:1])
	require.Equal(t, whole(3), d.left(t, keys))
}

// stampOf is the stamp of a contact with that name.
func stampOf(values []where.Value) []byte { return []byte(`["` + values[0].Text() + `"]`) }

func (d desk) testStamps(t *testing.T) {
	t.Helper()
	keys := d.some(t, 4)
	given := targetsFor(keys)
	given[0].Stamp, given[1].Stamp, given[2].Stamp = []byte(`["name `+texts(keys)[0]+`"]`), []byte(`["another"]`), []byte(`["NAME `+texts(keys)[2]+`"]`)
	op := d.create(t, store.StateProcessing)
	added, err := d.Targets.Add(t.Context(), store.AddRequest{Save: store.SaveRequest{Fence: fence(op), TTL: long}, Targets: given, Suppress: true})
	require.NoError(t, err)
	b := d.batch(added.Operation, keys)
	b.Checkpoint.Pinned, b.Checkpoint.Stamp, b.Checkpoint.Stamped = true, []string{"name"}, stampOf
	out, err := d.st.Delete(t.Context(), b)
	require.NoError(t, err)
	require.Equal(t, []string{texts(keys)[0], texts(keys)[3]}, texts(out.Deleted), "the same, and one without a stamp")
	require.Equal(t, map[string]string{texts(keys)[1]: "gone", texts(keys)[2]: "gone"}, causes(out.Skipped))
	require.Equal(t, whole(2), d.left(t, keys))
	d.requireTargets(t, op.ID)

	more := d.some(t, 1)
	given = targetsFor(more)
	given[0].Stamp = []byte(`[]`)
	added, err = d.Targets.Add(t.Context(), store.AddRequest{Save: store.SaveRequest{Fence: fence(d.get(t, op.ID)), TTL: long}, Targets: given})
	require.NoError(t, err)
	b = d.batch(added.Operation, more)
	b.Checkpoint.Pinned = true
	out, err = d.st.Delete(t.Context(), b)
	require.NoError(t, err)
	require.Equal(t, map[string]string{texts(more)[0]: "gone"}, causes(out.Skipped), "a stamp that is not made cannot be the same")
	require.Equal(t, whole(1), d.left(t, more))
}

func (d desk) testPinnedTwice(t *testing.T) {
	t.Helper()
	keys := d.some(t, 2)
	op := d.addKeys(t, d.create(t, store.StateProcessing), true, keys)
	other := d.addKeys(t, d.create(t, store.StateProcessing), true, keys[:1])
	b := d.batch(op, keys)
	b.Checkpoint.Pinned = true
	_, err := d.st.Delete(t.Context(), b)
	require.NoError(t, err)
	d.requireTargets(t, op.ID)
	d.requireTargetKeys(t, other.ID, keys[:1])
	d.requireKept(t, other)
	b = d.batch(other, keys[:1])
	b.Checkpoint.Pinned = true
	out, err := d.st.Delete(t.Context(), b)
	require.NoError(t, err)
	require.Equal(t, map[string]string{texts(keys)[0]: "gone"}, causes(out.Skipped))
	d.requireTargets(t, other.ID)
}

func (d desk) testNotPinned(t *testing.T) {
	t.Helper()
	keys := d.some(t, 2)
	op := d.addKeys(t, d.create(t, store.StateProcessing), true, keys[:1])
	out, err := d.st.Delete(t.Context(), d.batch(op, keys))
	require.NoError(t, err)
	require.Len(t, out.Deleted, 2)
	d.requireTargetKeys(t, op.ID, []contacts.Key{keys[0]})
}
