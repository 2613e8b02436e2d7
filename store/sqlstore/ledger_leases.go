package sqlstore

import (
	"context"
	"errors"
	"time"

	"github.com/contactsweep/contactsweep/store"
)

// leases lets one at a time work on an operation.
type leases struct{ *ledger }

var _ store.Leases = leases{}

// Acquire implements [store.Leases].
func (l leases) Acquire(ctx context.Context, r store.AcquireRequest) (store.Operation, error) {
	const op = "acquire lease"
	if err := faulty(r.Check()); err != nil {
		return store.Operation{}, err
	}
	return l.change(ctx, op, r.Scope, r.ID, func(o *record, now time.Time) error {
		switch {
		case o.State.Terminal():
			return class(op, store.ErrState, "the operation is "+string(o.State))
		case o.held(now):
			return class(op, store.ErrHeld, "")
		}
		o.Lease, o.Updated = store.Lease{Holder: r.Holder, Term: o.Lease.Term + 1, Expires: after(now, r.TTL)}, now
		return nil
	})
}

// held reports whether somebody's lease holds.
func (o *record) held(now time.Time) bool { return o.Lease.Holder != "" && o.Lease.Expires.After(now) }

// Renew implements [store.Leases].
func (l leases) Renew(ctx context.Context, r store.RenewRequest) (store.Operation, error) {
	const op = "renew lease"
	if err := faulty(r.Check()); err != nil {
		return store.Operation{}, err
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
	if err := faulty(r.Check()); err != nil {
		return store.Operation{}, err
	}
	return l.change(ctx, op, r.Scope, r.ID, func(o *record, now time.Time) error {
		if err := o.fenced(op, r.Fence); err != nil {
			return err
		}
		return o.apply(op, r, now)
	})
}

// change changes a record under its lock. With ErrHeld and ErrState the answer
// is the record as it is, else none with an error.
func (l *ledger) change(ctx context.Context, op, scope, id string, by func(*record, time.Time) error) (store.Operation, error) {
	var out store.Operation
	err := l.begin(ctx, op, func(t *tx) error {
		was, now, err := l.lock(t, scope, id)
		if err != nil {
			return err
		}
		o := was
		err = by(&o, now)
		if out = o.Operation; err != nil {
			return err
		}
		return l.save(t, was, o)
	})
	if err != nil && !errors.Is(err, store.ErrHeld) && !errors.Is(err, store.ErrState) {
		out = store.Operation{}
	}
	return out, err
}

// fenced is nil when the fence's lease is the record's.
func (o *record) fenced(op string, f store.Fence) error {
	if o.Lease.Holder == "" || o.Lease.Term != f.Term || o.Sequence != f.Sequence {
		return class(op, store.ErrFenced, "")
	}
	return nil
}

// apply makes a change under the record's lock and its fence. The record's
// number of targets is what it will be.
func (o *record) apply(op string, r store.SaveRequest, now time.Time) error {
	if err := o.arrow(op, r); err != nil {
		return err
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
	if o.Due = when(o.Due, r.Due, now); o.Wanted != store.WantedCancel {
		o.Ready = when(o.Ready, r.Ready, now)
	}
	if r.Done && o.Wanted == store.WantedPause {
		o.Wanted = store.WantedNothing
	}
	if r.State.Resumes() {
		o.Left = o.State
	}
	if r.State != "" {
		o.State = r.State
	}
	if o.State.Terminal() {
		o.Finished, o.Wanted, o.Ready = now, store.WantedNothing, time.Time{}
	}
	o.Lease.Expires = after(now, r.TTL)
	if r.TTL == 0 || o.State.Terminal() {
		o.Lease.Holder, o.Lease.Expires = "", time.Time{}
	}
	o.Sequence++
	o.Updated = now
	return nil
}

// arrow refuses changes of the state that must not be.
func (o *record) arrow(op string, r store.SaveRequest) error {
	var detail string
	switch next := r.State; {
	case next == "":
		return nil
	case !o.State.May(next, o.Left):
		detail = "an operation that is " + string(o.State) + " cannot become " + string(next)
	case r.Left != "" && r.Left != o.State:
		detail = "the operation does not leave the state that it is said to leave"
	case next.Terminal() && o.Targets > 0:
		detail = "there are targets left"
	default:
		return nil
	}
	return class(op, store.ErrState, detail)
}

// when is a time from now on, or never; what is nil stays.
func when(was time.Time, w *store.When, now time.Time) time.Time {
	switch {
	case w == nil:
		return was
	case w.Never:
		return time.Time{}
	}
	return after(now, w.In)
}
