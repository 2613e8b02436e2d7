package storetest

import (
	"context"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/store"
)

// Ledger returns the wrapped store's ledger, whose calls count and fail as well,
// or nil where the store keeps none.
func (f *FailingStore) Ledger() *store.Ledger {
	l := f.inner.Ledger()
	if l == nil {
		return nil
	}
	return &store.Ledger{
		Operations: failingOperations{f, l.Operations}, Leases: failingLeases{f, l.Leases}, Targets: failingTargets{f, l.Targets},
		Archive: failingArchive{f, l.Archive}, Pending: failingPending{f, l.Pending}, Events: failingEvents{f, l.Events},
		Settings: failingSettings{f, l.Settings},
	}
}

// done is call for what returns nothing but an error.
func done(f *FailingStore, method string, do func() error) error {
	_, err := call(f, method, func() (struct{}, error) { return struct{}{}, do() })
	return err
}

type failingOperations struct {
	f     *FailingStore
	inner store.Operations
}

func (p failingOperations) Create(ctx context.Context, r store.CreateRequest) (store.Operation, error) {
	return call(p.f, "Operations.Create", func() (store.Operation, error) { return p.inner.Create(ctx, r) })
}

func (p failingOperations) Get(ctx context.Context, scope, id string) (store.Operation, error) {
	return call(p.f, "Operations.Get", func() (store.Operation, error) { return p.inner.Get(ctx, scope, id) })
}

func (p failingOperations) Find(ctx context.Context, scope, key string) (store.Operation, error) {
	return call(p.f, "Operations.Find", func() (store.Operation, error) { return p.inner.Find(ctx, scope, key) })
}

func (p failingOperations) List(ctx context.Context, r store.ListRequest) (store.OperationPage, error) {
	return call(p.f, "Operations.List", func() (store.OperationPage, error) { return p.inner.List(ctx, r) })
}

func (p failingOperations) Summary(ctx context.Context, r store.SummaryRequest) ([]store.SummaryCell, error) {
	return call(p.f, "Operations.Summary", func() ([]store.SummaryCell, error) { return p.inner.Summary(ctx, r) })
}

func (p failingOperations) Ask(ctx context.Context, scope, id string, wanted store.Wanted) (store.Operation, error) {
	return call(p.f, "Operations.Ask", func() (store.Operation, error) { return p.inner.Ask(ctx, scope, id, wanted) })
}

type failingLeases struct {
	f     *FailingStore
	inner store.Leases
}

func (p failingLeases) Acquire(ctx context.Context, r store.AcquireRequest) (store.Operation, error) {
	return call(p.f, "Leases.Acquire", func() (store.Operation, error) { return p.inner.Acquire(ctx, r) })
}

func (p failingLeases) Renew(ctx context.Context, r store.RenewRequest) (store.Operation, error) {
	return call(p.f, "Leases.Renew", func() (store.Operation, error) { return p.inner.Renew(ctx, r) })
}

func (p failingLeases) Save(ctx context.Context, r store.SaveRequest) (store.Operation, error) {
	return call(p.f, "Leases.Save", func() (store.Operation, error) { return p.inner.Save(ctx, r) })
}

type failingTargets struct {
	f     *FailingStore
	inner store.Targets
}

func (p failingTargets) Add(ctx context.Context, r store.AddRequest) (store.AddResult, error) {
	return call(p.f, "Targets.Add", func() (store.AddResult, error) { return p.inner.Add(ctx, r) })
}

func (p failingTargets) Page(ctx context.Context, r store.TargetsRequest) (store.TargetPage, error) {
	return call(p.f, "Targets.Page", func() (store.TargetPage, error) { return p.inner.Page(ctx, r) })
}

func (p failingTargets) Release(ctx context.Context, r store.ReleaseRequest) (store.ReleaseResult, error) {
	return call(p.f, "Targets.Release", func() (store.ReleaseResult, error) { return p.inner.Release(ctx, r) })
}

func (p failingTargets) Suppressed(ctx context.Context, scope string, keys []contacts.Key) ([]store.Suppressed, error) {
	return call(p.f, "Targets.Suppressed", func() ([]store.Suppressed, error) { return p.inner.Suppressed(ctx, scope, keys) })
}

func (p failingTargets) Suppressions(ctx context.Context, r store.SuppressionsRequest) (store.SuppressionPage, error) {
	return call(p.f, "Targets.Suppressions", func() (store.SuppressionPage, error) { return p.inner.Suppressions(ctx, r) })
}

type failingArchive struct {
	f     *FailingStore
	inner store.Archive
}

func (p failingArchive) Lookup(ctx context.Context, r store.LookupRequest) ([]store.ArchiveEntry, error) {
	return call(p.f, "Archive.Lookup", func() ([]store.ArchiveEntry, error) { return p.inner.Lookup(ctx, r) })
}

func (p failingArchive) Prune(ctx context.Context, r store.PruneRequest) (int64, error) {
	return call(p.f, "Archive.Prune", func() (int64, error) { return p.inner.Prune(ctx, r) })
}

type failingPending struct {
	f     *FailingStore
	inner store.Pending
}

func (p failingPending) Put(ctx context.Context, r store.PutRequest) error {
	return done(p.f, "Pending.Put", func() error { return p.inner.Put(ctx, r) })
}

func (p failingPending) Page(ctx context.Context, r store.PendingRequest) (store.PendingPage, error) {
	return call(p.f, "Pending.Page", func() (store.PendingPage, error) { return p.inner.Page(ctx, r) })
}

func (p failingPending) Remove(ctx context.Context, scope string, keys []contacts.Key) (int64, error) {
	return call(p.f, "Pending.Remove", func() (int64, error) { return p.inner.Remove(ctx, scope, keys) })
}

func (p failingPending) Count(ctx context.Context, scope string) (int64, error) {
	return call(p.f, "Pending.Count", func() (int64, error) { return p.inner.Count(ctx, scope) })
}

type failingEvents struct {
	f     *FailingStore
	inner store.Events
}

func (p failingEvents) Undelivered(ctx context.Context, scope, operation string, limit int) ([]store.Event, error) {
	return call(p.f, "Events.Undelivered", func() ([]store.Event, error) { return p.inner.Undelivered(ctx, scope, operation, limit) })
}

func (p failingEvents) Acknowledge(ctx context.Context, scope, operation string, sequence int64) error {
	return done(p.f, "Events.Acknowledge", func() error { return p.inner.Acknowledge(ctx, scope, operation, sequence) })
}

type failingSettings struct {
	f     *FailingStore
	inner store.Settings
}

func (p failingSettings) Get(ctx context.Context, scope string) (store.Setting, error) {
	return call(p.f, "Settings.Get", func() (store.Setting, error) { return p.inner.Get(ctx, scope) })
}

func (p failingSettings) Set(ctx context.Context, scope string, change store.SettingChange) (store.Setting, error) {
	return call(p.f, "Settings.Set", func() (store.Setting, error) { return p.inner.Set(ctx, scope, change) })
}
