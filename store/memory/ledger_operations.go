package memory

import (
	"bytes"
	"context"
	"fmt"
	"time"

	"github.com/contactsweep/contactsweep/store"
)

// operations is the ledger's port for records.
type operations struct{ *ledger }

// Create adds a record.
func (o operations) Create(ctx context.Context, r store.CreateRequest) (store.Operation, error) {
	done, err := o.change(ctx, "create operation", r.Check())
	if err != nil {
		return store.Operation{}, err
	}
	defer done()
	given := r.Operation
	key := idempotency{given.Scope, given.Key}
	twin := o.records[given.ID]
	if known := o.keys[key]; given.Key != "" && known != nil {
		twin = known
	}
	if twin != nil {
		err := fmt.Errorf("memory: create operation: %w", store.ErrExists)
		if twin.op.Scope != given.Scope {
			return store.Operation{}, err
		}
		return twin.view(true), err
	}
	at := now()
	rec := &record{scope: o.within(given.Scope), op: store.Operation{
		ID: given.ID, Scope: given.Scope, Key: given.Key, Format: given.Format, State: given.State, Deleted: given.Deleted,
		Created: at, Updated: at, Ready: fromNow(at, r.ReadyIn), Due: fromNow(at, r.DueIn),
		Request: bytes.Clone(given.Request), Progress: bytes.Clone(given.Progress),
	}}
	if r.TTL > 0 {
		rec.op.Lease = store.Lease{Holder: given.Lease.Holder, Term: 1, Expires: later(at, r.TTL)}
	}
	o.records[given.ID] = rec
	if given.Key != "" {
		o.keys[key] = rec
	}
	rec.scope.records = put(rec.scope.records, rec, compareAges)
	return rec.view(true), nil
}

func fromNow(at time.Time, d *time.Duration) time.Time {
	if d == nil {
		return time.Time{}
	}
	return later(at, *d)
}

// Get returns a record.
func (o operations) Get(ctx context.Context, scope, id string) (store.Operation, error) {
	done, err := o.begin(ctx, "get operation", store.CheckID(scope, id))
	if err != nil {
		return store.Operation{}, err
	}
	defer done()
	r, err := o.find("get operation", scope, id)
	if err != nil {
		return store.Operation{}, err
	}
	return r.view(true), nil
}

// Find returns the record with an idempotency key.
func (o operations) Find(ctx context.Context, scope, key string) (store.Operation, error) {
	done, err := o.begin(ctx, "find operation", store.CheckIdempotencyKey(scope, key))
	if err != nil {
		return store.Operation{}, err
	}
	defer done()
	r := o.keys[idempotency{scope, key}]
	if r == nil {
		return store.Operation{}, fmt.Errorf("memory: find operation: %w", store.ErrNotFound)
	}
	return r.view(true), nil
}

// Ask leaves word for who holds the operation.
func (o operations) Ask(ctx context.Context, scope, id string, wanted store.Wanted) (store.Operation, error) {
	fault := store.CheckID(scope, id)
	if fault == nil {
		fault = wanted.Check()
	}
	done, err := o.change(ctx, "ask of operation", fault)
	if err != nil {
		return store.Operation{}, err
	}
	defer done()
	r, err := o.find("ask of operation", scope, id)
	if err != nil {
		return store.Operation{}, err
	}
	if r.op.State.Terminal() {
		return r.view(true), fmt.Errorf("memory: ask of operation: %w", store.ErrState)
	}
	if r.op.Wanted != store.WantedCancel && r.op.Wanted != wanted {
		r.op.Wanted, r.op.Updated = wanted, now()
		if wanted == store.WantedCancel {
			r.op.Ready = r.op.Updated
		}
	}
	return r.view(true), nil
}
