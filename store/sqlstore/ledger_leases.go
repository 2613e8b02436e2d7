package sqlstore

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/contactsweep/contactsweep/store"
)

// leases lets one at a time work on an operation.
type leases struct{ *ledger }

var _ store.Leases = leases{}

// Acquire implements [store.Leases].
func (l leases) Acquire(ctx context.Context, r store.AcquireRequest) (store.Operation, error) {
	const op = "acquire lease"
	if r.TTL <= 0 {
		return store.Operation{}, invalid(errors.New("a lease of no time"))
	}
	if err := legible(text{name: "the lease's holder", value: r.Holder, most: maxLabel, required: true}); err != nil {
		return store.Operation{}, err
	}
	return l.change(ctx, op, r.Scope, r.ID, func(o *record, now time.Time) error {
		switch {
		case o.State.Terminal():
			return class(op, store.ErrState, "the operation is "+string(o.State))
		case o.held(now):
			return class(op, store.ErrHeld, "")
		}
		o.Lease = store.Lease{Holder: r.Holder, Term: o.Lease.Term + 1, Expires: after(now, r.TTL)}
		return nil
	})
}

// held reports whether somebody's lease holds.
func (o record) held(now time.Time) bool { return o.Lease.Holder != "" && o.Lease.Expires.After(now) }

// Renew implements [store.Leases].
func (l leases) Renew(ctx context.Context, r store.RenewRequest) (store.Operation, error) {
	const op = "renew lease"
	if r.TTL <= 0 {
		return store.Operation{}, invalid(errors.New("a lease of no time"))
	}
	return l.change(ctx, op, r.Scope, r.ID, func(o *record, now time.Time) error {
		if o.Lease.Holder == "" || o.Lease.Term != r.Term {
			return class(op, store.ErrFenced, "")
		}
		o.Lease.Expires = after(now, r.TTL)
		return nil
	})
}

// Save implements [store.Leases].
func (l leases) Save(ctx context.Context, r store.SaveRequest) (store.Operation, error) {
	const op = "save operation"
	if err := savable(r); err != nil {
		return store.Operation{}, err
	}
	return l.change(ctx, op, r.Scope, r.ID, func(o *record, now time.Time) error { return o.apply(op, r, now) })
}

// change changes a record under its lock. With ErrHeld the answer is the record
// as it is, else none with an error.
func (l *ledger) change(ctx context.Context, op, scope, id string, by func(*record, time.Time) error) (store.Operation, error) {
	var out store.Operation
	err := l.begin(ctx, op, func(t *tx) error {
		was, now, err := l.lock(t, scope, id)
		if err != nil {
			return err
		}
		o := was
		err = by(&o, now)
		out = o.Operation
		if err != nil {
			return err
		}
		o.Updated = now
		out = o.Operation
		return l.save(t, was, o)
	})
	if err != nil && !errors.Is(err, store.ErrHeld) {
		out = store.Operation{}
	}
	return out, err
}

// savable refuses a change that makes no sense.
func savable(r store.SaveRequest) error {
	if r.TTL < 0 {
		return invalid(errors.New("a lease of less than no time"))
	}
	for _, s := range [...]store.State{r.State, r.Left} {
		known := s == ""
		for _, one := range store.States() {
			known = known || s == one
		}
		if !known {
			return invalid(fmt.Errorf("there is no state %q", s))
		}
	}
	return nil
}

// apply makes the change, under the record's lock.
func (o *record) apply(op string, r store.SaveRequest, now time.Time) error {
	switch {
	case o.Lease.Holder == "" || o.Lease.Term != r.Term || o.Sequence != r.Sequence:
		return class(op, store.ErrFenced, "")
	case o.State.Terminal():
		return class(op, store.ErrState, "the operation is "+string(o.State))
	case r.State != "" && r.State != o.State && !o.State.May(r.State, o.Left):
		return class(op, store.ErrState, "an operation that is "+string(o.State)+" cannot become "+string(r.State))
	}
	if r.Left != "" {
		o.Left = r.Left
	}
	if r.Request != nil {
		o.Request = loaded(r.Request)
	}
	if r.Progress != nil {
		o.Progress = loaded(r.Progress)
	}
	if r.Deleted != nil {
		o.Deleted = *r.Deleted
	}
	if r.Ready != nil {
		o.Ready = from(now, *r.Ready)
	}
	if r.Due != nil {
		o.Due = from(now, *r.Due)
	}
	if r.Done {
		o.Wanted = store.WantedNothing
	}
	if r.State != "" {
		o.State = r.State
	}
	if o.State.Terminal() { // nobody takes it up any more
		o.Finished, o.Wanted, o.Ready = now, store.WantedNothing, time.Time{}
	}
	o.Lease.Expires = after(now, r.TTL)
	if r.TTL == 0 {
		o.Lease.Holder, o.Lease.Expires = "", time.Time{}
	}
	o.Sequence++
	return nil
}

// from is a time from now on, or never.
func from(now time.Time, w store.When) time.Time {
	if w.Never {
		return time.Time{}
	}
	return after(now, w.In)
}
