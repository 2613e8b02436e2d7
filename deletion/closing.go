package deletion

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/contactsweep/contactsweep/store"
)

// close saves why the run stopped, and gives the lease back. It returns the
// run's error, with what went wrong in saving it.
func (r *run) close(ctx context.Context, stop StopReason, err error) error {
	j := r.j
	if j == nil || j.over {
		return err
	}
	j.over = true
	switch {
	case j.lost:
		return r.without(err)
	case !j.entered: // nothing was done
		j.giveBack(ctx)
		return err
	}
	// The record is worth a moment of time after the context has ended.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), settleTime)
	defer cancel()
	if stop != StoppedDone && stop != StoppedOnRequest { // somebody may have left word during the last batch
		switch wanted, heeding := j.renew(ctx); {
		case heeding != nil:
			return errors.Join(err, heeding)
		case wanted == store.WantedCancel:
			stop = StoppedOnRequest
		case wanted == store.WantedPause && err == nil:
			stop = StoppedPaused
		}
	}
	if stop == StoppedOnRequest {
		if saving := j.cancel(ctx); saving != nil {
			return errors.Join(err, saving)
		}
		return err
	}
	p, change := r.ending(stop, err)
	if change.State == StateCompleted {
		if saving := j.release(ctx); saving != nil {
			return errors.Join(err, saving)
		}
		p.Released = j.p.Released
		if change.Request, err = j.forget(err); change.Request == nil {
			return err
		}
	}
	if saving := j.save(ctx, p, change); saving != nil {
		r.logger.LogAttrs(ctx, slog.LevelError, "the operation could not be saved", slog.String("error", safeText(saving)))
		return errors.Join(err, saving)
	}
	return err
}

// without is the error of a run whose operation is another's now.
func (r *run) without(err error) error {
	if errors.Is(err, ErrLeaseLost) || err == nil {
		return err
	}
	return errors.Join(err, ErrLeaseLost)
}

// ending is the last document and the change of the state.
func (r *run) ending(stop StopReason, err error) (progressed, store.SaveRequest) {
	j := r.j
	p := j.p
	if stop == StoppedDone {
		p.count(j.base, r.done)
		p.Cursor, p.Bound, p.After, p.Walking = nil, nil, 0, false // they are made of keys
	} else if r.begun && len(r.upcoming) == 0 && len(r.targets.pending) == 0 {
		p = r.place(p, r.targets.position(), r.targets.walking)
		p.count(j.base, r.done)
	}
	if err != nil {
		p.fail(time.Now().UTC(), err)
	}
	p.Retries = j.base.Retries + r.report.Retries + r.reader.retried
	change := store.SaveRequest{}
	pause := func(cause PauseCause) {
		change.State, change.Left, p.PausedBy = StatePaused, j.op.State, cause
		change.Ready = &store.When{Never: !cause.automatic()}
	}
	switch stop {
	case StoppedDone:
		change.State, change.Ready = StateCompleted, &store.When{Never: true}
	case StoppedBatch:
		pause(PausedByBatchLimit)
	case StoppedTime:
		pause(PausedByTimeLimit)
	case StoppedCap:
		pause(PausedByCap)
	case StoppedCancelled:
		pause(PausedByContext)
	case StoppedPaused:
		pause(PausedByPerson)
		change.Done = true
	case StoppedSwitch:
		pause(PausedByStopSwitch)
	case StoppedRefused, StoppedFailed, StoppedNot, StoppedOnRequest:
		change.State, change.Left, change.Ready = StateFailed, j.op.State, &store.When{Never: true}
		if refused(err) && j.op.State == StatePreparing {
			change.State, change.Left = StateRefused, ""
		}
		if usedUp := new(CapError); errors.As(err, &usedUp) && usedUp.UsedUp {
			pause(PausedByCap)
		}
	}
	return p, change
}

// refused reports whether a limit refused the run.
func refused(err error) bool {
	return errors.Is(err, ErrCapExceeded) || errors.Is(err, ErrNotConfirmed) || errors.Is(err, ErrDrift) || errors.Is(err, ErrPinLimit)
}

// forget returns the request without the conditions' values, for an operation
// that is over.
func (j *journal) forget(err error) ([]byte, error) {
	q := j.q
	q.Condition, q.Protected, q.Digest = nil, nil, ""
	q.Fingerprint = fingerprintPart(0, q.Redacted) // a hash of the values could be guessed
	document, sealing := seal(q)
	if sealing != nil {
		return nil, errors.Join(err, sealing)
	}
	return document, err
}

// cancel releases what is left of the operation, and ends it.
func (j *journal) cancel(ctx context.Context) error {
	err := j.end(ctx)
	if err != nil && !j.lost {
		j.giveBack(ctx) // it is ready for whoever wants to end it
	}
	return err
}

func (j *journal) end(ctx context.Context) error {
	j.over = true
	if err := j.release(ctx); err != nil {
		return err
	}
	if err := j.deliver(ctx); err != nil {
		return err
	}
	request, err := j.forget(nil)
	if err != nil {
		return err
	}
	p := j.p
	p.Cursor, p.Bound, p.After, p.Walking = nil, nil, 0, false
	return j.save(ctx, p, store.SaveRequest{State: StateCancelled, Request: request, Ready: &store.When{Never: true}, Done: true})
}

// interrupted finds out who stopped the run before its transaction.
func (r *run) interrupted(ctx context.Context) error {
	wanted, err := r.j.renew(ctx)
	if err != nil {
		return err
	}
	switch wanted {
	case store.WantedPause:
		r.asked = StoppedPaused
	case store.WantedCancel:
		r.asked = StoppedOnRequest
	case store.WantedNothing:
		r.asked = StoppedSwitch
	}
	return nil
}

// keep renews the lease during a pause, and stops the run if somebody wants
// that.
func (r *run) keep(ctx context.Context) error {
	wanted, err := r.j.renew(ctx)
	if err != nil || wanted == store.WantedNothing {
		return err
	}
	return r.interrupted(ctx)
}
