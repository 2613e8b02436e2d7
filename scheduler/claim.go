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
		c, begun, err := l.try(ctx, e, r)
		switch {
		case begun:
			return nil
		case errors.Is(err, errHere): // its end wakes the loop
			return nil
		case errors.Is(err, errFull): // the end of a run wakes the loop
			p.blocked = true
			return nil
		case errors.Is(err, ErrRefused):
			l.opts.logger.DebugContext(ctx, "left to another instance", "task", t.Task, "action", r.Action, "slot", r.Slot)
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

// errHere: the task runs in this process, though its run was abandoned.
var errHere = errors.New("scheduler: the task has not returned")

// errFull: as many tasks run in this runner as may.
var errFull = errors.New("scheduler: no place")

// try makes a claim. It reports true when an attempt has begun.
func (l *loop) try(ctx context.Context, e *entry, r ClaimRequest) (c claimed, begun bool, err error) {
	if err := ctx.Err(); err != nil {
		return c, false, err
	}
	begins := r.Action == ActionStart || r.Action == ActionRetry
	if begins && l.isHere(r.Task) {
		return c, false, errHere
	}
	if begins && !l.take() {
		return c, false, errFull
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

// enter notes that a task is called. Other instances may take over from it when
// it is abandoned; this process does not run it beside itself.
func (r *Runner) enter(task string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.here[task] = false
}

// leave notes that it has returned.
func (r *Runner) leave(task string) {
	r.mu.Lock()
	waited := r.here[task]
	delete(r.here, task)
	r.mu.Unlock()
	if waited {
		r.wakeAll()
	}
}

// isHere reports whether the task has not returned, and wakes the loops when it
// has.
func (r *Runner) isHere(task string) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	_, here := r.here[task]
	if here {
		r.here[task] = true
	}
	return here
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
