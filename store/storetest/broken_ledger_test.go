package storetest_test

import (
	"context"
	"strings"
	"testing"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/store"
	"github.com/contactsweep/contactsweep/store/storetest"
)

// OpenLedger implements storetest.LedgerHarness.
func (h brokenHarness) OpenLedger(tb testing.TB, schema contacts.Schema, data storetest.Data) store.Store {
	tb.Helper()
	return h.fault(h.memoryHarness.OpenLedger(tb, schema, data))
}

// brokenLeases, and those below, are ports some of whose methods are replaced.
type brokenLeases struct {
	store.Leases

	acquire func(ctx context.Context, r store.AcquireRequest) (store.Operation, error)
	renew   func(ctx context.Context, r store.RenewRequest) (store.Operation, error)
	save    func(ctx context.Context, r store.SaveRequest) (store.Operation, error)
}

func (b brokenLeases) Acquire(ctx context.Context, r store.AcquireRequest) (store.Operation, error) {
	if b.acquire != nil {
		return b.acquire(ctx, r)
	}
	return b.Leases.Acquire(ctx, r)
}

func (b brokenLeases) Renew(ctx context.Context, r store.RenewRequest) (store.Operation, error) {
	if b.renew != nil {
		return b.renew(ctx, r)
	}
	return b.Leases.Renew(ctx, r)
}

func (b brokenLeases) Save(ctx context.Context, r store.SaveRequest) (store.Operation, error) {
	if b.save != nil {
		return b.save(ctx, r)
	}
	return b.Leases.Save(ctx, r)
}

type brokenTargets struct {
	store.Targets

	add     func(ctx context.Context, r store.AddRequest) (store.AddResult, error)
	release func(ctx context.Context, r store.ReleaseRequest) (store.ReleaseResult, error)
}

func (b brokenTargets) Add(ctx context.Context, r store.AddRequest) (store.AddResult, error) {
	if b.add != nil {
		return b.add(ctx, r)
	}
	return b.Targets.Add(ctx, r)
}

func (b brokenTargets) Release(ctx context.Context, r store.ReleaseRequest) (store.ReleaseResult, error) {
	if b.release != nil {
		return b.release(ctx, r)
	}
	return b.Targets.Release(ctx, r)
}

type brokenOperations struct {
	store.Operations

	list func(ctx context.Context, r store.ListRequest) (store.OperationPage, error)
	find func(ctx context.Context, scope, key string) (store.Operation, error)
}

func (b brokenOperations) List(ctx context.Context, r store.ListRequest) (store.OperationPage, error) {
	if b.list != nil {
		return b.list(ctx, r)
	}
	return b.Operations.List(ctx, r)
}

func (b brokenOperations) Find(ctx context.Context, scope, key string) (store.Operation, error) {
	if b.find != nil {
		return b.find(ctx, scope, key)
	}
	return b.Operations.Find(ctx, scope, key)
}

// ledgers breaks the ledger.
func ledgers(change func(l *store.Ledger)) func(store.Store) store.Store {
	return func(st store.Store) store.Store {
		l := st.Ledger()
		if l != nil {
			change(l)
		}
		return broken{Store: st, ledger: l}
	}
}

// checkpoints breaks Delete with a checkpoint.
func checkpoints(change func(c *store.Checkpoint)) func(store.Store) store.Store {
	return batches(func(b *store.Batch) {
		if b.Checkpoint != nil {
			c := *b.Checkpoint
			change(&c)
			b.Checkpoint = &c
		}
	})
}

// current puts the fence right that a caller has wrong.
func current(ctx context.Context, l *store.Ledger, f *store.Fence, term bool) {
	if op, err := l.Operations.Get(ctx, f.Scope, f.ID); err == nil {
		f.Sequence = op.Sequence
		if term {
			f.Term = op.Lease.Term
		}
	}
}

func ledgerFaults() map[string]func(store.Store) store.Store {
	return map[string]func(store.Store) store.Store{
		"Save does not look at the sequence": ledgers(func(l *store.Ledger) {
			inner := *l
			l.Leases = brokenLeases{Leases: inner.Leases, save: func(ctx context.Context, r store.SaveRequest) (store.Operation, error) {
				current(ctx, &inner, &r.Fence, false)
				return inner.Leases.Save(ctx, r)
			}}
		}),
		"Renew does not look at the term": ledgers(func(l *store.Ledger) {
			inner := *l
			l.Leases = brokenLeases{Leases: inner.Leases, renew: func(ctx context.Context, r store.RenewRequest) (store.Operation, error) {
				current(ctx, &inner, &r.Fence, true)
				return inner.Leases.Renew(ctx, r)
			}}
		}),
		"Acquire says nothing of who holds it": ledgers(func(l *store.Ledger) {
			inner := l.Leases
			l.Leases = brokenLeases{Leases: inner, acquire: func(ctx context.Context, r store.AcquireRequest) (store.Operation, error) {
				op, err := inner.Acquire(ctx, r)
				if err != nil {
					op = store.Operation{}
				}
				return op, err
			}}
		}),
		"Save forgets the document": ledgers(func(l *store.Ledger) {
			inner := l.Leases
			l.Leases = brokenLeases{Leases: inner, save: func(ctx context.Context, r store.SaveRequest) (store.Operation, error) {
				r.Progress = nil
				return inner.Save(ctx, r)
			}}
		}),
		"Add suppresses nobody": ledgers(func(l *store.Ledger) {
			inner := l.Targets
			l.Targets = brokenTargets{Targets: inner, add: func(ctx context.Context, r store.AddRequest) (store.AddResult, error) {
				r.Suppress = false
				return inner.Add(ctx, r)
			}}
		}),
		"Release takes all": ledgers(func(l *store.Ledger) {
			inner := l.Targets
			l.Targets = brokenTargets{Targets: inner, release: func(ctx context.Context, r store.ReleaseRequest) (store.ReleaseResult, error) {
				if len(r.Keys) == 1 {
					r.Keys, r.Limit = nil, 100
				}
				return inner.Release(ctx, r)
			}}
		}),
		"keys are found without regard to case": ledgers(func(l *store.Ledger) {
			inner := l.Operations
			l.Operations = brokenOperations{Operations: inner, find: func(ctx context.Context, scope, key string) (store.Operation, error) {
				if strings.EqualFold(key, "Key 1") {
					key = "Key 1"
				}
				return inner.Find(ctx, scope, key)
			}}
		}),
		"List forgets the states": ledgers(func(l *store.Ledger) {
			inner := l.Operations
			l.Operations = brokenOperations{Operations: inner, list: func(ctx context.Context, r store.ListRequest) (store.OperationPage, error) {
				r.States = nil
				return inner.List(ctx, r)
			}}
		}),
		"a batch does not look at the fence": func(st store.Store) store.Store {
			return broken{Store: st, delete: func(ctx context.Context, b store.Batch) (store.Outcome, error) {
				if b.Checkpoint != nil {
					c := *b.Checkpoint
					current(ctx, st.Ledger(), &c.Fence, true)
					b.Checkpoint = &c
				}
				return st.Delete(ctx, b)
			}}
		},
		"a batch does not look at targets": checkpoints(func(c *store.Checkpoint) { c.Pinned = false }),
		"a batch does not look at stamps": checkpoints(func(c *store.Checkpoint) {
			if c.Stamped != nil {
				c.Pinned, c.Stamp, c.Stamped = false, nil, nil
			}
		}),
		"a batch leaves the pending table": checkpoints(func(c *store.Checkpoint) { c.Pending = false }),
		"a batch archives nobody": checkpoints(func(c *store.Checkpoint) {
			commit := c.Commit
			if commit == nil {
				return
			}
			c.Commit = func(told store.Committing) (store.Commit, error) {
				out, err := commit(told)
				out.Archive = nil
				return out, err
			}
		}),
		"a batch tells no values": checkpoints(func(c *store.Checkpoint) { c.Fields = nil }),
	}
}
