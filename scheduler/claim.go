package scheduler

import (
	"context"
	"errors"
	"slices"
	"time"
)

const (
	// maxMoves bounds the steps that one task takes in one poll; it goes on in
	// the next.
	maxMoves = 100
	// claimTimeout bounds a claim, and claimTries how often it is asked for.
	claimTimeout = 10 * time.Second
	claimTries   = 3
)

// move does what a task needs: plans, skips, gives up, until an attempt begins
// or nothing is left to do.
func (l *loop) move(ctx context.Context, e *entry, t TaskState, now time.Time, p *polled) error {
	if t.Fingerprint != e.def.Fingerprint {
		return errSuperseded
	}
	for range maxMoves {
		r, err := e.decide(t, l.scheduleOf(e, t), now)
		if err != nil {
			return err
		}
		if r.Action == "" {
			if wake := t.Wake(); !wake.IsZero() {
				p.within(wake.Sub(now))
			}
			return nil
		}
		c, done, err := l.try(ctx, e, r)
		switch {
		case done:
			return nil
		case errors.Is(err, ErrRefused):
			p.contended = true
			return nil
		case err != nil:
			return stateError{err}
		}
		t, now = c.Task, c.Now
	}
	p.within(0)
	return nil
}

// try makes a claim. It reports true when an attempt has begun, or must wait for
// a place.
func (l *loop) try(ctx context.Context, e *entry, r ClaimRequest) (c claimed, done bool, err error) {
	if err := ctx.Err(); err != nil {
		return c, false, err
	}
	begins := r.Action == ActionStart || r.Action == ActionRetry
	if begins && !l.take() {
		return c, true, nil // the end of a run wakes the loop
	}
	c, err = l.claim(ctx, r)
	if begins && err == nil {
		l.launch(ctx, e, c)
		return c, true, nil
	}
	l.release(begins)
	if errors.Is(err, ErrTaken) {
		r.Action, r.Message = ActionSkip, "claimed before"
		c, err = l.claim(ctx, r)
	}
	if err == nil {
		l.logMove(ctx, r)
	}
	return c, false, err
}

// claimed is a claim, and until when nobody else can take it over.
type claimed struct {
	Claim
	safe time.Time
}

// claim claims. It goes on for a moment while the runner stops, because a claim
// whose answer nobody hears would hold a lease; and it asks again after a
// failure, because the answer to a claim that was made may have been lost.
func (r *Runner) claim(ctx context.Context, request ClaimRequest) (c claimed, err error) {
	if request.Action == ActionStart || request.Action == ActionRetry {
		request.Holder, request.Lease = r.opts.holder, r.opts.lease
	}
	c.safe = time.Now().Add(r.opts.lease)
	bounded, cancel := context.WithTimeout(context.WithoutCancel(ctx), claimTimeout)
	defer cancel()
	for range claimTries {
		c.Claim, err = r.state.Claim(bounded, request)
		final := []error{nil, ErrRefused, ErrTaken, ErrUnknownTask, ErrInvalidRequest}
		if slices.ContainsFunc(final, func(class error) bool { return errors.Is(err, class) }) {
			return c, err
		}
		timer := time.NewTimer(reportPause)
		select {
		case <-timer.C:
		case <-bounded.Done():
			timer.Stop()
			return c, err
		}
	}
	return c, err
}

// take takes a place for a run, if there is one.
func (r *Runner) take() bool {
	select {
	case r.places <- struct{}{}:
		return true
	default:
		return false
	}
}

func (r *Runner) release(taken bool) {
	if taken {
		<-r.places
	}
}

func (r *Runner) logMove(ctx context.Context, request ClaimRequest) {
	switch request.Action {
	case ActionSkip:
		r.opts.logger.WarnContext(ctx, "slot skipped", "task", request.Task, "slot", request.Slot, "missed", request.Missed)
	case ActionGiveUp:
		r.opts.logger.ErrorContext(ctx, "run lost", "task", request.Task, "kind", request.Kind, "slot", request.Slot)
	default:
	}
}
