package storetest

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/contactsweep/contactsweep/store"
)

// testOperations checks how records are made and found, and what can be asked
// of those who work on them.
func testOperations(t *testing.T, b *ledgerBench) {
	t.Helper()
	t.Run("create keeps what is given and sets the rest", func(t *testing.T) { t.Parallel(); b.desk().testCreate(t) })
	t.Run("create without a lease", func(t *testing.T) { t.Parallel(); b.desk().testCreateFree(t) })
	t.Run("an ID or a key that is there already", func(t *testing.T) { t.Parallel(); b.desk().testExists(t) })
	t.Run("an ID of another scope is not shown", func(t *testing.T) { t.Parallel(); b.desk().testForeignID(t) })
	t.Run("find by key", func(t *testing.T) { t.Parallel(); b.desk().testFind(t) })
	t.Run("ask", func(t *testing.T) { t.Parallel(); b.desk().testAsk(t) })
	t.Run("documents belong to the ledger", func(t *testing.T) { t.Parallel(); b.desk().testDocumentsAreCopies(t) })
}

func (d desk) testCreate(t *testing.T) {
	t.Helper()
	r := d.request(store.StatePreparing)
	r.Operation.Key, r.Operation.Format, r.Operation.Deleted = "key", 7, 3
	r.ReadyIn, r.DueIn = new(time.Duration(0)), new(time.Minute+time.Microsecond)
	before := d.now(t)
	no := time.Now().AddDate(0, 0, 1)
	r.Operation.Created, r.Operation.Updated, r.Operation.Finished, r.Operation.Due, r.Operation.Ready = no, no, no, no, no
	r.Operation.Targets, r.Operation.Sequence, r.Operation.Lease.Term, r.Operation.Lease.Expires = 99, 98, 97, no
	op, err := d.Operations.Create(t.Context(), r)
	require.NoError(t, err)
	after := d.now(t)

	require.False(t, op.Created.Before(before) || op.Created.After(after), "the ledger's clock says when")
	require.Equal(t, op.Created.UTC().Truncate(time.Microsecond), op.Created)
	require.Equal(t, op.Created, op.Updated)
	require.Equal(t, op.Created, op.Ready)
	require.Equal(t, op.Created.Add(time.Minute+time.Microsecond), op.Due)
	require.Equal(t, op.Created.Add(r.TTL), op.Lease.Expires)
	require.Equal(t, store.Operation{
		ID: r.Operation.ID, Scope: d.scope, Key: "key", Format: 7, State: store.StatePreparing, Deleted: 3,
		Created: op.Created, Updated: op.Created, Ready: op.Created, Due: op.Due, Request: r.Operation.Request, Progress: r.Operation.Progress,
		Lease: store.Lease{Holder: "holder", Term: 1, Expires: op.Lease.Expires},
	}, op)
	d.requireKept(t, op)
}

// now is the ledger's time.
func (d desk) now(t *testing.T) time.Time {
	t.Helper()
	page, err := d.Operations.List(t.Context(), store.ListRequest{Scope: d.scope, Limit: 1})
	require.NoError(t, err)
	require.Equal(t, page.Now.UTC().Truncate(time.Microsecond), page.Now)
	return page.Now
}

func (d desk) testCreateFree(t *testing.T) {
	t.Helper()
	r := d.request(store.StatePending)
	r.Operation.Lease.Holder, r.Operation.Request, r.Operation.Progress = "ignored", nil, nil
	op, err := d.Operations.Create(t.Context(), r)
	require.NoError(t, err)
	require.Equal(t, store.Lease{}, op.Lease, "no lease was asked for")
	require.True(t, op.Ready.IsZero() && op.Due.IsZero() && op.Finished.IsZero(), "never")
	require.Empty(t, op.Request)
	require.Empty(t, op.Progress)
	d.requireKept(t, op)
}

func (d desk) testExists(t *testing.T) {
	t.Helper()
	r := d.request(store.StatePreparing)
	r.Operation.Key = "key"
	first, err := d.Operations.Create(t.Context(), r)
	require.NoError(t, err)
	other := d.create(t, store.StatePending)

	for name, change := range map[string]func(*store.Operation){
		"the same ID":                     func(o *store.Operation) { o.ID, o.Key = first.ID, "another" },
		"the same key":                    func(o *store.Operation) { o.Key = "key" },
		"both":                            func(o *store.Operation) { o.ID, o.Key = first.ID, "key" },
		"the ID of another, and this key": func(o *store.Operation) { o.ID, o.Key = other.ID, "key" },
	} {
		t.Run(name, func(t *testing.T) {
			again := d.request(store.StateRefused)
			again.Operation.Request = []byte(`"other"`)
			change(&again.Operation)
			got, err := d.Operations.Create(t.Context(), again)
			require.ErrorIs(t, err, store.ErrExists)
			require.Equal(t, plain(first), plain(got), "the record that is there")
			d.requireKept(t, first)
			d.requireKept(t, other)
		})
	}
	page, err := d.Operations.List(t.Context(), store.ListRequest{Scope: d.scope, Limit: 10})
	require.NoError(t, err)
	require.Len(t, page.Operations, 2)
}

func (d desk) testForeignID(t *testing.T) {
	t.Helper()
	other := d.desk().create(t, store.StatePreparing)
	r := d.request(store.StatePreparing)
	r.Operation.ID = other.ID
	got, err := d.Operations.Create(t.Context(), r)
	require.ErrorIs(t, err, store.ErrExists)
	require.Empty(t, plain(got))
	_, err = d.Operations.Get(t.Context(), d.scope, other.ID)
	require.ErrorIs(t, err, store.ErrNotFound)
}

func (d desk) testFind(t *testing.T) {
	t.Helper()
	r := d.request(store.StatePending)
	r.Operation.Key = "Key 1"
	op, err := d.Operations.Create(t.Context(), r)
	require.NoError(t, err)
	got, err := d.Operations.Find(t.Context(), d.scope, "Key 1")
	require.NoError(t, err)
	require.Equal(t, plain(op), plain(got))
	for _, near := range []string{"key 1", "Key 1 ", " Key 1", "Key  1", "Key 1\t", "Kéy 1", "Key", "K%"} {
		_, err := d.Operations.Find(t.Context(), d.scope, near)
		require.ErrorIs(t, err, store.ErrNotFound, "%q is another key", near)
		other := d.request(store.StatePending)
		other.Operation.Key = near
		_, err = d.Operations.Create(t.Context(), other)
		require.NoError(t, err, "%q is another key", near)
	}
	_, err = d.Operations.Find(t.Context(), d.desk().scope, "Key 1")
	require.ErrorIs(t, err, store.ErrNotFound, "of another scope")
}

func (d desk) testAsk(t *testing.T) {
	t.Helper()
	op := d.create(t, store.StateProcessing)
	for _, step := range []struct{ asked, kept store.Wanted }{
		{store.WantedNothing, store.WantedNothing},
		{store.WantedPause, store.WantedPause},
		{store.WantedPause, store.WantedPause},
		{store.WantedNothing, store.WantedNothing},
		{store.WantedPause, store.WantedPause},
		{store.WantedCancel, store.WantedCancel},
		{store.WantedPause, store.WantedCancel},
		{store.WantedNothing, store.WantedCancel},
		{store.WantedCancel, store.WantedCancel},
	} {
		got, err := d.Operations.Ask(t.Context(), d.scope, op.ID, step.asked)
		require.NoError(t, err)
		require.Equal(t, op.Sequence, got.Sequence, "who holds the operation is not fenced")
		want := plain(op)
		want.Wanted, want.Updated, want.Ready = step.kept, got.Updated, got.Ready
		require.Equal(t, want, plain(got))
		d.requireKept(t, got)
	}
	d.save(t, op, store.SaveRequest{State: store.StateCancelled})
	_, err := d.Operations.Ask(t.Context(), d.scope, op.ID, store.WantedPause)
	require.ErrorIs(t, err, store.ErrState)
	_, err = d.Operations.Ask(t.Context(), d.scope, "nobody", store.WantedPause)
	require.ErrorIs(t, err, store.ErrNotFound)
}

func (d desk) testDocumentsAreCopies(t *testing.T) {
	t.Helper()
	r := d.request(store.StateProcessing)
	op, err := d.Operations.Create(t.Context(), r)
	require.NoError(t, err)
	r.Operation.Request[0], op.Progress[0] = 'x', 'x'
	change := []byte(`{"p":1}`)
	saved := d.save(t, op, store.SaveRequest{Progress: change})
	change[0], saved.Request[0] = 'x', 'x'
	got := d.get(t, op.ID)
	require.JSONEq(t, `{"q":1}`, string(got.Request))
	require.JSONEq(t, `{"p":1}`, string(got.Progress))
}
