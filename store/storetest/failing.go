package storetest

import (
	"context"
	"errors"
	"sync"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/store"
	"github.com/contactsweep/contactsweep/where"
)

// FailMode says how a [FailingStore] fails.
type FailMode uint8

// The modes.
const (
	// FailBefore fails without doing anything: a lost connection, a deadlock.
	FailBefore FailMode = iota + 1
	// FailAfter does the work and then fails: a commit whose answer was lost.
	// The result comes with the error, as [store.Store] says of Delete.
	FailAfter
)

// FailingStore is a store that fails at its n-th call, for tests of how code
// behaves when that happens. Sweep n over all calls of an operation: run it
// once with n = 0, ask Calls, and then run it on fresh data for each n up to
// that number:
//
//	counting := storetest.Fail(newStore(t), 0, storetest.FailBefore, nil)
//	run(t, counting)
//	for n := 1; n <= counting.Calls(); n++ {
//		st := newStore(t)
//		run(t, storetest.Fail(st, n, storetest.FailBefore, nil)) // what was reported must agree with st
//		run(t, st)                                               // and a second run must finish the job
//	}
//
// The calls that count are those that can fail: Verify, Count, Bound, Page,
// Delete and ReadRows, and those of the ports of the ledger where the store keeps one, which
// are named with their port, such as "Leases.Save". What a call that fails after
// its work has changed stays changed; its caller gets the result with the error.
// Only the n-th fails, so that a retry succeeds. A FailingStore is safe for
// concurrent use.
type FailingStore struct {
	inner store.Store
	n     int
	mode  FailMode
	err   error

	mu    sync.Mutex
	calls []string
}

// Fail wraps the store so that its n-th call, counted from 1, fails with the
// error; with n = 0 none fails. Without an error, a call that fails before its
// work gives a [store.Error] of class [store.ErrTransient], and one that fails
// after it of class [store.ErrOutcomeUnknown].
func Fail(st store.Store, n int, mode FailMode, err error) *FailingStore {
	return &FailingStore{inner: st, n: n, mode: mode, err: err}
}

// Calls returns the number of calls made so far.
func (f *FailingStore) Calls() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return len(f.calls)
}

// CallsTo returns the number of calls made so far to the method of that name,
// such as "Delete" or "Leases.Save".
func (f *FailingStore) CallsTo(method string) int {
	f.mu.Lock()
	defer f.mu.Unlock()
	n := 0
	for _, c := range f.calls {
		if c == method {
			n++
		}
	}
	return n
}

// Failed returns the name of the method that failed, and "" as long as none
// has.
func (f *FailingStore) Failed() string {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.n < 1 || f.n > len(f.calls) {
		return ""
	}
	return f.calls[f.n-1]
}

// Schema returns the wrapped store's schema.
func (f *FailingStore) Schema() contacts.Schema { return f.inner.Schema() }

// Pacing returns the wrapped store's, or the default.
func (f *FailingStore) Pacing() store.Pacing {
	if s, ok := f.inner.(store.Pacer); ok {
		return s.Pacing()
	}
	return store.Pacing{}
}

// Verify implements [store.Store].
func (f *FailingStore) Verify(ctx context.Context) ([]store.Finding, error) {
	return call(f, "Verify", func() ([]store.Finding, error) { return f.inner.Verify(ctx) })
}

// Count implements [store.Store].
func (f *FailingStore) Count(ctx context.Context, r store.CountRequest) (store.Counts, error) {
	return call(f, "Count", func() (store.Counts, error) { return f.inner.Count(ctx, r) })
}

// Bound implements [store.Store].
func (f *FailingStore) Bound(ctx context.Context, r store.BoundRequest) (store.Cursor, error) {
	return call(f, "Bound", func() (store.Cursor, error) { return f.inner.Bound(ctx, r) })
}

// Page implements [store.Store].
func (f *FailingStore) Page(ctx context.Context, r store.PageRequest) (store.Page, error) {
	return call(f, "Page", func() (store.Page, error) { return f.inner.Page(ctx, r) })
}

// Delete implements [store.Store].
func (f *FailingStore) Delete(ctx context.Context, b store.Batch) (store.Outcome, error) {
	return call(f, "Delete", func() (store.Outcome, error) { return f.inner.Delete(ctx, b) })
}

// ReadRows implements [store.RowReader]. One that fails after its work has
// visited all rows.
func (f *FailingStore) ReadRows(ctx context.Context, r store.RowsRequest, visit func([]where.Value) error) error {
	_, err := call(f, "ReadRows", func() (struct{}, error) {
		inner, ok := f.inner.(store.RowReader)
		if !ok {
			return struct{}{}, &store.Error{Op: "read rows", Class: errors.ErrUnsupported}
		}
		return struct{}{}, inner.ReadRows(ctx, r, visit)
	})
	return err
}

// call counts a call and makes it, unless it is the one that fails before.
func call[T any](f *FailingStore, method string, do func() (T, error)) (T, error) {
	f.mu.Lock()
	f.calls = append(f.calls, method)
	fails := len(f.calls) == f.n
	f.mu.Unlock()
	var out T
	if !fails {
		return do()
	}
	class := store.ErrTransient
	if f.mode == FailAfter {
		var err error
		if out, err = do(); err != nil {
			return out, err // the work itself failed: that is known
		}
		class = store.ErrOutcomeUnknown
	}
	if f.err != nil {
		return out, f.err
	}
	return out, &store.Error{Op: "call " + method, Class: class}
}
