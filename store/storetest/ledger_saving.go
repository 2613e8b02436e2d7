package storetest

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/contactsweep/contactsweep/store"
)

// testSaving checks what a change under a lease does, and that one whose term or
// sequence is not the current one does nothing.
func testSaving(t *testing.T, b *ledgerBench) {
	t.Helper()
	t.Run("what is nil stays", func(t *testing.T) { t.Parallel(); b.desk().testSaveNothing(t) })
	t.Run("everything", func(t *testing.T) { t.Parallel(); b.desk().testSaveAll(t) })
	t.Run("another term or sequence", func(t *testing.T) { t.Parallel(); b.desk().testSaveStale(t) })
	t.Run("done ends a pause only", func(t *testing.T) { t.Parallel(); b.desk().testDone(t) })
	t.Run("a refused change changes nothing", func(t *testing.T) { t.Parallel(); b.desk().testSaveRefused(t) })
}

func (d desk) testSaveNothing(t *testing.T) {
	t.Helper()
	r := d.request(store.StateProcessing)
	r.ReadyIn, r.DueIn = new(time.Minute), new(time.Hour)
	op, err := d.Operations.Create(t.Context(), r)
	require.NoError(t, err)
	got := d.save(t, op, store.SaveRequest{})
	want := op
	want.Sequence++
	want.Updated, want.Lease.Expires = got.Updated, got.Lease.Expires
	require.Equal(t, plain(want), plain(got))
	require.False(t, got.Updated.Before(op.Updated))
	require.Equal(t, got.Updated.Add(long), got.Lease.Expires)
	d.requireKept(t, got)
}

func (d desk) testSaveAll(t *testing.T) {
	t.Helper()
	op := d.create(t, store.StatePreparing)
	got := d.save(t, op, store.SaveRequest{
		State: store.StatePending, Request: []byte{}, Progress: []byte(`{"p":2}`), Deleted: new(int64(9)),
		Ready: &store.When{In: time.Minute}, Due: &store.When{In: 48 * time.Hour},
	})
	require.Equal(t, store.StatePending, got.State)
	require.Empty(t, got.Request, "what is empty and not nil empties")
	require.JSONEq(t, `{"p":2}`, string(got.Progress))
	require.EqualValues(t, 9, got.Deleted)
	require.Equal(t, got.Updated.Add(time.Minute), got.Ready)
	require.Equal(t, got.Updated.Add(48*time.Hour), got.Due)
	require.True(t, got.Finished.IsZero())
	d.requireKept(t, got)
	got = d.save(t, got, store.SaveRequest{Ready: &store.When{Never: true}, Due: &store.When{Never: true, In: time.Hour}, Deleted: new(int64(0))})
	require.True(t, got.Ready.IsZero() && got.Due.IsZero())
	require.Zero(t, got.Deleted)
	got = d.save(t, got, store.SaveRequest{Ready: &store.When{}})
	require.Equal(t, got.Updated, got.Ready, "now")
	d.requireKept(t, got)
}

func (d desk) testSaveStale(t *testing.T) {
	t.Helper()
	op := d.create(t, store.StateProcessing)
	op = d.save(t, op, store.SaveRequest{})
	op = d.add(t, op, true, 1)
	for name, change := range map[string]func(*store.Fence){
		"a term before":      func(f *store.Fence) { f.Term-- },
		"a term to come":     func(f *store.Fence) { f.Term++ },
		"a sequence before":  func(f *store.Fence) { f.Sequence-- },
		"a sequence to come": func(f *store.Fence) { f.Sequence++ },
		"neither":            func(f *store.Fence) { f.Term, f.Sequence = 0, 0 },
	} {
		t.Run(name, func(t *testing.T) {
			f := fence(op)
			change(&f)
			save := store.SaveRequest{Fence: f, State: store.StateFailed, Left: store.StateProcessing, Progress: []byte(`"x"`), Request: []byte(`"x"`), Deleted: new(int64(7)), Ready: &store.When{}, TTL: long}
			_, err := d.Leases.Save(t.Context(), save)
			require.ErrorIs(t, err, store.ErrFenced)
			_, err = d.Targets.Add(t.Context(), store.AddRequest{Save: save, Targets: targetsOf(t, 2), Suppress: true})
			require.ErrorIs(t, err, store.ErrFenced)
			_, err = d.Targets.Release(t.Context(), store.ReleaseRequest{Scope: d.scope, Operation: op.ID, Keys: keysOf(t, 1), Save: &save})
			require.ErrorIs(t, err, store.ErrFenced)
			d.requireKept(t, op)
			d.requireTargets(t, op.ID, 1)
		})
	}
}

func (d desk) testDone(t *testing.T) {
	t.Helper()
	op := d.create(t, store.StateProcessing)
	_, err := d.Operations.Ask(t.Context(), d.scope, op.ID, store.WantedPause)
	require.NoError(t, err)
	op = d.save(t, op, store.SaveRequest{})
	require.Equal(t, store.WantedPause, op.Wanted)
	op = d.save(t, op, store.SaveRequest{Done: true})
	require.Empty(t, op.Wanted)
	_, err = d.Operations.Ask(t.Context(), d.scope, op.ID, store.WantedCancel)
	require.NoError(t, err)
	op = d.save(t, op, store.SaveRequest{State: store.StatePaused, Done: true})
	require.Equal(t, store.WantedCancel, op.Wanted, "a cancellation that came in between is not lost")
	op = d.save(t, op, store.SaveRequest{State: store.StateCancelled})
	require.Empty(t, op.Wanted)
}

func (d desk) testSaveRefused(t *testing.T) {
	t.Helper()
	op := d.create(t, store.StatePreparing)
	save := store.SaveRequest{Fence: fence(op), State: store.StateCompleted, Progress: []byte(`"x"`), TTL: long}
	_, err := d.Leases.Save(t.Context(), save)
	require.ErrorIs(t, err, store.ErrState)
	_, err = d.Targets.Add(t.Context(), store.AddRequest{Save: save, Targets: targetsOf(t, 1), Suppress: true})
	require.ErrorIs(t, err, store.ErrState)
	_, err = d.Targets.Release(t.Context(), store.ReleaseRequest{Scope: d.scope, Operation: op.ID, Limit: 1, Save: &save})
	require.ErrorIs(t, err, store.ErrState)
	d.requireKept(t, op)
	d.requireTargets(t, op.ID)
}
