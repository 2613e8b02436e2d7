package memory

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/store"
)

// Option is an option of [New].
type Option func(*Store)

// WithLedger makes the store keep a ledger, so that operations, suppression and
// the archive can be tested without a database. Its clock is time.Now.
func WithLedger() Option {
	return func(s *Store) {
		s.ledger = &ledger{store: s, records: map[string]*record{}, keys: map[idempotency]*record{}, scopes: map[string]*scope{}}
	}
}

// ledger is the library's memory beside the contacts, under the store's lock.
type ledger struct {
	store   *Store
	records map[string]*record // by ID
	keys    map[idempotency]*record
	scopes  map[string]*scope
}

type idempotency struct{ scope, key string }

// scope is what one scope knows of.
type scope struct {
	records []*record               // in the order of creation and ID
	fixing  []*record               // those with targets, by ID
	fixed   map[contacts.Key]*fixed // the first of the targets with the key
	archive archive
	pending waiting
	setting store.Setting
}

// record is an operation with all that it owns.
type record struct {
	op       store.Operation
	scope    *scope
	targets  []*fixed // by ordinal; some are gone
	ordinals int64    // given so far
	doomed   int      // targets
	events   []store.Event
}

// Ledger returns the store's ledger, or nil where it was made without one.
func (s *Store) Ledger() *store.Ledger {
	l := s.ledger
	if l == nil {
		return nil
	}
	return &store.Ledger{
		Operations: operations{l}, Leases: leases{l}, Targets: targets{l}, Archive: archived{l},
		Pending: pending{l}, Events: events{l}, Settings: settings{l},
	}
}

// now is the ledger's time.
func now() time.Time { return time.Now().UTC().Truncate(time.Microsecond) }

// later is a time from now on.
func later(at time.Time, d time.Duration) time.Time { return at.Add(d).Truncate(time.Microsecond) }

// begin starts a call that only reads, once its request is in order; done ends
// it.
func (l *ledger) begin(ctx context.Context, op string, fault error) (done func(), err error) {
	if err := ready(ctx, op, fault); err != nil {
		return nil, err
	}
	l.store.mu.RLock()
	return l.store.mu.RUnlock, nil
}

// change starts a call that changes something.
func (l *ledger) change(ctx context.Context, op string, fault error) (done func(), err error) {
	if err := ready(ctx, op, fault); err != nil {
		return nil, err
	}
	l.store.mu.Lock()
	return l.store.mu.Unlock, nil
}

func ready(ctx context.Context, op string, fault error) error {
	if fault != nil {
		return invalid(fmt.Errorf("%s: %w", op, fault))
	}
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("memory: %s: %w", op, err)
	}
	return nil
}

// in returns the scope for reading.
func (l *ledger) in(name string) *scope {
	if s := l.scopes[name]; s != nil {
		return s
	}
	return &scope{}
}

// within returns the scope for changing.
func (l *ledger) within(name string) *scope {
	s := l.scopes[name]
	if s == nil {
		s = &scope{fixed: map[contacts.Key]*fixed{}}
		l.scopes[name] = s
	}
	return s
}

// find returns an operation, or ErrNotFound.
func (l *ledger) find(op, scope, id string) (*record, error) {
	r := l.records[id]
	if r == nil || r.op.Scope != scope {
		return nil, fmt.Errorf("memory: %s: operation: %w", op, store.ErrNotFound)
	}
	return r, nil
}

// held returns the operation under the fence, whose sequence matters if exact.
func (l *ledger) held(op string, f store.Fence, exact bool) (*record, error) {
	r, err := l.find(op, f.Scope, f.ID)
	if err != nil {
		return nil, err
	}
	if r.op.Lease.Holder == "" || r.op.Lease.Term != f.Term || exact && r.op.Sequence != f.Sequence {
		return nil, fmt.Errorf("memory: %s: %w", op, store.ErrFenced)
	}
	return r, nil
}

// checkKeys returns the keys as the schema has them.
func (l *ledger) checkKeys(keys []contacts.Key) ([]contacts.Key, error) {
	out := make([]contacts.Key, len(keys))
	for i, k := range keys {
		var err error
		if out[i], err = l.store.schema.CheckKey(k); err != nil {
			return nil, fmt.Errorf("key %d of %d: %w", i+1, len(keys), err)
		}
	}
	return out, nil
}

// view is a copy of the record.
func (r *record) view(documents bool) store.Operation {
	out := r.op
	out.Request, out.Progress = nil, nil
	if documents {
		out.Request, out.Progress = bytes.Clone(r.op.Request), bytes.Clone(r.op.Progress)
	}
	return out
}

// free reports whether nobody's lease holds.
func (r *record) free(at time.Time) bool {
	return r.op.Lease.Holder == "" || !r.op.Lease.Expires.After(at)
}

// moved notes a change under a lease.
func (r *record) moved(at time.Time) {
	r.op.Sequence++
	r.op.Updated = at
}

// compareIDs orders records by ID.
func compareIDs(a, b *record) int { return strings.Compare(a.op.ID, b.op.ID) }

// compareAges orders records by creation and ID.
func compareAges(a, b *record) int {
	if c := a.op.Created.Compare(b.op.Created); c != 0 {
		return c
	}
	return compareIDs(a, b)
}

// put adds a record in its place.
func put(list []*record, r *record, compare func(a, b *record) int) []*record {
	i, there := slices.BinarySearchFunc(list, r, compare)
	if there {
		return list
	}
	return slices.Insert(list, i, r)
}

// drop takes a record off.
func drop(list []*record, r *record, compare func(a, b *record) int) []*record {
	i, there := slices.BinarySearchFunc(list, r, compare)
	if !there {
		return list
	}
	return slices.Delete(list, i, i+1)
}
