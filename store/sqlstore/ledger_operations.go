package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/contactsweep/contactsweep/store"
)

// operations keeps the records.
type operations struct{ *ledger }

var _ store.Operations = operations{}

// Create implements [store.Operations].
func (l operations) Create(ctx context.Context, r store.CreateRequest) (store.Operation, error) {
	const op = "create operation"
	if err := faulty(r.Check()); err != nil {
		return store.Operation{}, err
	}
	o := record{}
	err := l.begin(ctx, op, func(t *tx) error {
		at, err := l.now(t)
		if err != nil {
			return err
		}
		now := instant(at)
		o.Operation = begun(r, now)
		return l.insert(t, insertion{
			table: "operations", columns: strings.Split(kinds(small)+", request bytes, progress bytes", ", "),
			rows: [][]any{append(o.values(), blob(o.Request), blob(o.Progress))},
		})
	})
	if !errors.Is(err, store.ErrConstraint) {
		return o.Operation, emptied(&o.Operation, err)
	}
	there, found, lookup := l.there(ctx, op, r.Operation)
	switch {
	case lookup != nil:
		return store.Operation{}, lookup
	case !found:
		return store.Operation{}, err
	}
	return there, class(op, store.ErrExists, "")
}

// emptied leaves no record beside an error.
func emptied(o *store.Operation, err error) error {
	if err != nil {
		*o = store.Operation{}
	}
	return err
}

// kinds are the columns of small with their types.
func kinds(columns string) string {
	texts := []string{"id", "scope", "request_key", "state", "left_state", "wanted", "holder"}
	parts := strings.Split(strings.NewReplacer("[", "", "]", "").Replace(columns), ", ")
	for i, name := range parts {
		if slices.Contains(texts, name) {
			parts[i] += " text"
		} else {
			parts[i] += " int"
		}
	}
	return strings.Join(parts, ", ")
}

// begun is the record of a request.
func begun(r store.CreateRequest, now time.Time) store.Operation {
	o := r.Operation
	o.Created, o.Updated, o.Finished, o.Due, o.Ready = now, now, time.Time{}, time.Time{}, time.Time{}
	o.Sequence, o.Targets, o.Wanted = 0, 0, store.WantedNothing
	o.Request, o.Progress = loaded(o.Request), loaded(o.Progress)
	if r.ReadyIn != nil {
		o.Ready = after(now, *r.ReadyIn)
	}
	if r.DueIn != nil {
		o.Due = after(now, *r.DueIn)
	}
	if r.TTL == 0 {
		o.Lease = store.Lease{}
		return o
	}
	o.Lease = store.Lease{Holder: o.Lease.Holder, Term: 1, Expires: after(now, r.TTL)}
	return o
}

// after is a time to the microsecond.
func after(now time.Time, d time.Duration) time.Time { return instant(now.Add(d).UnixMicro()) }

// there finds the record that is in the way of a new one.
func (l operations) there(ctx context.Context, op string, o store.Operation) (out store.Operation, found bool, err error) {
	var ways []term
	if o.Key != "" {
		ways = append(ways, l.sql("[o].[scope] = ?text AND [o].[request_key] = ?text", o.Scope, o.Key))
	}
	ways = append(ways, l.sql("[o].[id] = ?text", o.ID))
	for _, way := range ways {
		err := l.read(ctx, op, l.records(true, way).term(), func(r *sql.Rows) error {
			x, err := scanRecord(r, true)
			found = true
			if x.Scope == o.Scope { // another scope's is there, and that is all
				out = x.Operation
			}
			return err
		})
		if err != nil || found {
			return out, found, err
		}
	}
	return out, false, nil
}

// Get implements [store.Operations].
func (l operations) Get(ctx context.Context, scope, id string) (store.Operation, error) {
	if err := faulty(store.CheckID(scope, id)); err != nil {
		return store.Operation{}, err
	}
	return l.one(ctx, "read operation", l.sql("[o].[id] = ?text AND [o].[scope] = ?text", id, scope))
}

// Find implements [store.Operations].
func (l operations) Find(ctx context.Context, scope, key string) (store.Operation, error) {
	if err := faulty(store.CheckIdempotencyKey(scope, key)); err != nil {
		return store.Operation{}, err
	}
	return l.one(ctx, "find operation", l.sql("[o].[scope] = ?text AND [o].[request_key] = ?text", scope, key))
}

func (l operations) one(ctx context.Context, op string, where term) (store.Operation, error) {
	var out store.Operation
	found := false
	err := l.read(ctx, op, l.records(true, where).term(), func(r *sql.Rows) error {
		o, err := scanRecord(r, true)
		out, found = o.Operation, true
		return err
	})
	if err == nil && !found {
		err = class(op, store.ErrNotFound, "")
	}
	return out, err
}

// Ask implements [store.Operations].
func (l operations) Ask(ctx context.Context, scope, id string, wanted store.Wanted) (store.Operation, error) {
	const op = "ask an operation"
	if err := faulty(store.CheckID(scope, id), wanted.Check()); err != nil {
		return store.Operation{}, err
	}
	return l.change(ctx, op, scope, id, func(o *record, now time.Time) error {
		if o.State.Terminal() {
			return class(op, store.ErrState, "the operation is "+string(o.State))
		}
		if o.Wanted != store.WantedCancel && o.Wanted != wanted {
			o.Wanted, o.Updated = wanted, now
			if wanted == store.WantedCancel {
				o.Ready = now
			}
		}
		return nil
	})
}
