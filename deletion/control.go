package deletion

import (
	"context"
	"errors"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/store"
)

// Pause stops an operation before its next batch, in whichever process it runs.
// Only [Operations.Resume] goes on with it. Pausing what waits to be taken up
// again keeps it from that; a pending operation cannot be paused.
func (o Operations) Pause(ctx context.Context, id string) (Operation, error) {
	return o.ask(ctx, id, ActionPause, store.WantedPause)
}

// Cancel ends an operation: what is left of it is released, as it was before.
// What is deleted stays deleted and counted. An operation that another process
// works on ends before its next batch.
func (o Operations) Cancel(ctx context.Context, id string) (Operation, error) {
	return o.ask(ctx, id, ActionCancel, store.WantedCancel)
}

// Restore takes the suppression off all contacts of a pending operation, which
// becomes cancelled: everything is as it was before. It fails with ErrState, and
// restores nothing, once the deletion has begun.
func (o Operations) Restore(ctx context.Context, id string) (Operation, error) {
	if err := o.mayChange(ctx, id, ActionRestore, nil); err != nil {
		return Operation{}, err
	}
	op, err := o.s.get(ctx, id)
	if err != nil {
		return Operation{}, err
	}
	if op.State != StatePending {
		return Operation{}, unrestorable(op)
	}
	j, err := o.s.acquire(ctx, id)
	if errors.Is(err, store.ErrState) {
		return Operation{}, unrestorable(op)
	}
	if err != nil {
		return Operation{}, &about{"restore", id, err}
	}
	if j.op.State != StatePending {
		j.giveBack(ctx)
		return Operation{}, unrestorable(j.op)
	}
	// Should this process die, who comes next finishes the restoring.
	if _, err := o.s.ledger.Operations.Ask(ctx, j.op.Scope, id, store.WantedCancel); err != nil {
		j.giveBack(ctx)
		return Operation{}, &about{"restore", id, err}
	}
	j.restores = true
	if err := j.cancel(ctx); err != nil {
		return Operation{}, &about{"restore", id, err}
	}
	return o.s.view(j.op)
}

func unrestorable(op store.Operation) error {
	why := "its contacts are being deleted; Cancel stops that"
	switch op.State {
	case StateCompleted:
		why = "its contacts are deleted for good"
	case StateCancelled:
		why = "nothing of it is suppressed any more"
	case StatePreparing, StateRefused:
		why = "its contacts are not suppressed yet; Cancel ends it"
	case StatePending, StateProcessing, StatePaused, StateFailed:
	}
	return &StateError{ID: op.ID, State: op.State, Do: "restore", Why: why}
}

// RestoreKeys takes the suppression of a pending operation off some contacts, and
// returns those that it restored: the others are not, or no longer, among its
// targets. When none are left the operation is cancelled.
func (o Operations) RestoreKeys(ctx context.Context, id string, keys ...contacts.Key) ([]contacts.Key, error) {
	keys, err := o.s.checkedKeys(keys)
	if err != nil {
		return nil, err
	}
	if err := o.mayChange(ctx, id, ActionRestore, keys); err != nil {
		return nil, err
	}
	if len(keys) == 0 {
		return nil, nil
	}
	var out store.ReleaseResult
	err = o.s.reader().try(ctx, "restore contacts", func() (err error) {
		out, err = o.s.ledger.Targets.Release(ctx, store.ReleaseRequest{
			Scope: o.s.o.scopeLabel, Operation: id, Keys: keys, Progress: restored,
		})
		return err
	})
	switch {
	case errors.Is(err, store.ErrState):
		op, reading := o.s.get(ctx, id)
		if reading != nil {
			return nil, errors.Join(err, reading)
		}
		return nil, unrestorable(op)
	case err != nil:
		return nil, &about{"restore contacts of", id, err}
	case out.Released > 0 && out.Operation.Targets == 0:
		if j, err := o.s.acquire(ctx, id); err == nil && j.op.State == StatePending && j.op.Targets == 0 {
			err = j.cancel(ctx)
			return out.Keys, err
		} else if err == nil {
			j.giveBack(ctx)
		}
	}
	return out.Keys, nil
}

// restored counts in a document what was restored.
func restored(progress []byte, n int64) ([]byte, error) {
	var p progressed
	if err := unseal(progress, &p); err != nil {
		return nil, err
	}
	p.Restored += n
	return seal(p)
}

func (o Operations) mayChange(ctx context.Context, id string, kind ActionKind, keys []contacts.Key) error {
	if err := o.s.needsLedger(); err != nil {
		return err
	}
	return o.s.authorize(ctx, Action{Kind: kind, Operation: id, Keys: keys})
}

// ask leaves word, and does itself what is wanted where nobody else works on the
// operation.
func (o Operations) ask(ctx context.Context, id string, kind ActionKind, wanted store.Wanted) (Operation, error) {
	if err := o.mayChange(ctx, id, kind, nil); err != nil {
		return Operation{}, err
	}
	s := o.s
	op, err := s.get(ctx, id)
	if err != nil {
		return Operation{}, err
	}
	if kind == ActionPause && (op.State == StatePending || op.State == StateRefused || op.State.Terminal()) {
		return Operation{}, unpausable(op)
	}
	err = s.reader().try(ctx, "ask the operation's holder", func() (err error) {
		op, err = s.ledger.Operations.Ask(ctx, s.o.scopeLabel, id, wanted)
		return err
	})
	switch {
	case errors.Is(err, store.ErrState):
		return Operation{}, &StateError{ID: id, State: op.State, Do: string(kind), Why: "nothing is left to be done"}
	case err != nil:
		return Operation{}, &about{string(kind), id, err}
	}
	j, err := s.acquire(ctx, id)
	switch {
	case errors.Is(err, ErrHeld): // then it is the holder's to do
		return s.view(op)
	case errors.Is(err, store.ErrState): // the holder has done it, or come to the end
		return o.Get(ctx, id)
	case err != nil:
		return Operation{}, &about{string(kind), id, err}
	}
	if wanted == store.WantedCancel {
		_, err = s.work(ctx, j, nil)
	} else {
		err = j.pause(ctx)
	}
	if !j.over && !j.lost {
		j.giveBack(ctx)
	}
	if err != nil {
		return Operation{}, &about{string(kind), id, err}
	}
	return s.view(j.op)
}

// pause pauses an operation that nobody works on.
func (j *journal) pause(ctx context.Context) error {
	j.over = true
	p := j.p
	change := store.SaveRequest{Ready: &store.When{Never: true}, Done: true}
	switch j.op.State {
	case StatePreparing, StateProcessing:
		change.State, change.Left, p.PausedBy = StatePaused, j.op.State, PausedByPerson
	case StatePaused:
		p.PausedBy = PausedByPerson
	case StateFailed:
	case StatePending, StateRefused, StateCompleted, StateCancelled: // it has come so far meanwhile
		change.Ready = nil
		return errors.Join(unpausable(j.op), j.save(ctx, p, change))
	}
	return j.save(ctx, p, change)
}

func unpausable(op store.Operation) error {
	return &StateError{ID: op.ID, State: op.State, Do: string(ActionPause), Why: "only what is being worked on, or waits for that, can be paused"}
}
