package memory

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/contactsweep/contactsweep/store"
)

// leases is the ledger's port for who works on what.
type leases struct{ *ledger }

// Acquire takes the lease.
func (l leases) Acquire(ctx context.Context, r store.AcquireRequest) (store.Operation, error) {
	const op = "acquire lease"
	done, err := l.change(ctx, op, r.Check())
	if err != nil {
		return store.Operation{}, err
	}
	defer done()
	rec, err := l.find(op, r.Scope, r.ID)
	if err != nil {
		return store.Operation{}, err
	}
	at := now()
	switch {
	case rec.op.State.Terminal():
		return rec.view(true), fmt.Errorf("memory: %s: %w", op, store.ErrState)
	case !rec.free(at):
		return rec.view(true), fmt.Errorf("memory: %s: %w", op, store.ErrHeld)
	}
	rec.op.Lease = store.Lease{Holder: r.Holder, Term: rec.op.Lease.Term + 1, Expires: later(at, r.TTL)}
	rec.op.Updated = at
	return rec.view(true), nil
}

// Renew lets the lease hold longer.
func (l leases) Renew(ctx context.Context, r store.RenewRequest) (store.Operation, error) {
	const op = "renew lease"
	done, err := l.change(ctx, op, r.Check())
	if err != nil {
		return store.Operation{}, err
	}
	defer done()
	rec, err := l.held(op, r.Fence, false)
	if err != nil {
		return store.Operation{}, err
	}
	rec.op.Lease.Expires = later(now(), r.TTL)
	return rec.view(true), nil
}

// Save changes the record.
func (l leases) Save(ctx context.Context, r store.SaveRequest) (store.Operation, error) {
	const op = "save operation"
	done, err := l.change(ctx, op, r.Check())
	if err != nil {
		return store.Operation{}, err
	}
	defer done()
	rec, err := l.held(op, r.Fence, true)
	if err == nil {
		err = rec.maySave(op, r, rec.op.Targets)
	}
	if err != nil {
		return store.Operation{}, err
	}
	rec.save(r)
	return rec.view(true), nil
}

var (
	errArrow   = errors.New("the state does not follow the one before")
	errLeft    = errors.New("the state that is left is another")
	errTargets = errors.New("there are targets left")
)

// maySave refuses a change that must not be. Left over are the targets that
// there will be.
func (r *record) maySave(op string, change store.SaveRequest, leftOver int64) error {
	var reason error
	switch next := change.State; {
	case next == "":
		return nil
	case !r.op.State.May(next, r.op.Left):
		reason = errArrow
	case change.Left != "" && change.Left != r.op.State:
		reason = errLeft
	case next.Terminal() && leftOver > 0:
		reason = errTargets
	default:
		return nil
	}
	return fmt.Errorf("memory: %s: %w: %w", op, store.ErrState, reason)
}

// save changes the record. It cannot fail.
func (r *record) save(change store.SaveRequest) {
	at := now()
	o := &r.op
	r.moved(at)
	if change.Request != nil {
		o.Request = bytes.Clone(change.Request)
	}
	if change.Progress != nil {
		o.Progress = bytes.Clone(change.Progress)
	}
	if change.Deleted != nil {
		o.Deleted = *change.Deleted
	}
	if o.Wanted != store.WantedCancel {
		setWhen(&o.Ready, change.Ready, at)
	}
	setWhen(&o.Due, change.Due, at)
	if change.Done && o.Wanted == store.WantedPause {
		o.Wanted = store.WantedNothing
	}
	o.Lease.Expires = later(at, change.TTL)
	if change.State.Resumes() {
		o.Left = o.State
	}
	if change.State != "" {
		o.State = change.State
	}
	if o.State.Terminal() {
		o.Finished, o.Wanted, o.Ready = at, store.WantedNothing, time.Time{}
	}
	if change.TTL == 0 || o.State.Terminal() {
		o.Lease.Holder, o.Lease.Expires = "", time.Time{}
	}
}

func setWhen(t *time.Time, w *store.When, at time.Time) {
	switch {
	case w == nil:
	case w.Never:
		*t = time.Time{}
	default:
		*t = later(at, w.In)
	}
}
