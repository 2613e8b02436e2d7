package deletion

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/cenkalti/backoff/v5"

	"github.com/contactsweep/contactsweep/store"
)

// The delays before the tries of a call that failed for a passing reason are by
// default 0.1, 0.25, 0.6, 1.6, 3.9, 10, 10, … seconds, each give or take a half.
const (
	firstDelay   = 100 * time.Millisecond
	longestDelay = 10 * time.Second
	delayFactor  = 2.5
)

type delays struct{ first, longest time.Duration }

// retries hands out the tries of one batch or one read.
type retries struct {
	left   int
	delays *backoff.ExponentialBackOff
}

func (o *serviceOptions) newRetries() retries {
	d := backoff.NewExponentialBackOff()
	d.InitialInterval, d.Multiplier, d.MaxInterval = o.delays.first, delayFactor, o.delays.longest
	return retries{left: o.retries, delays: d}
}

// wait waits before the next try, of which one must be left. It fails when the
// context ends.
func (t *retries) wait(ctx context.Context) error {
	t.left--
	return sleep(ctx, t.delays.NextBackOff())
}

// sleep waits for the time to pass or the context to end.
func sleep(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return ctx.Err()
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return ctx.Err()
	}
}

// reader calls the reading methods of the store, again after transient
// failures.
type reader struct {
	store   store.Store
	tries   func() retries
	logger  *slog.Logger
	retried int // how often it had to
	journal *journal
}

func (s *Service) reader() *reader {
	return &reader{store: s.store, tries: s.o.newRetries, logger: s.o.logger}
}

// once is a reader that does not wait and try again.
func (s *Service) once() *reader {
	return &reader{store: s.store, tries: func() retries { return retries{} }, logger: s.o.logger}
}

func (r *reader) try(ctx context.Context, op string, f func() error) error {
	tries := r.tries()
	for {
		err := f()
		if err == nil {
			return nil
		}
		if ended := ctx.Err(); ended != nil {
			return &failure{op: op, err: errors.Join(ended, err)}
		}
		// Nothing is lost by reading once more.
		passing := errors.Is(err, store.ErrTransient) || errors.Is(err, store.ErrOutcomeUnknown)
		if !passing || tries.left == 0 {
			return &failure{op: op, err: err}
		}
		if ended := tries.wait(ctx); ended != nil {
			return &failure{op: op, err: errors.Join(ended, err)}
		}
		r.retried++
		r.logger.LogAttrs(ctx, slog.LevelWarn, "trying again", slog.String("call", op), slog.String("cause", safeText(err)))
	}
}

func (r *reader) count(ctx context.Context, request store.CountRequest) (counts store.Counts, err error) {
	err = r.try(ctx, "count", func() (err error) {
		counts, err = r.store.Count(ctx, request)
		return err
	})
	return counts, err
}

func (r *reader) page(ctx context.Context, request store.PageRequest) (page store.Page, err error) {
	err = r.try(ctx, "read a page", func() (err error) {
		page, err = r.store.Page(ctx, request)
		return err
	})
	if err == nil && page.More && len(page.Keys) == 0 && page.Next == request.After && request.Keys == nil {
		return page, &failure{op: "read a page: the cursor did not move", err: errContract}
	}
	return page, err
}

func (r *reader) bound(ctx context.Context, by string) (bound store.Cursor, err error) {
	err = r.try(ctx, "read the bound", func() (err error) {
		bound, err = r.store.Bound(ctx, store.BoundRequest{By: by})
		return err
	})
	return bound, err
}

func (r *reader) verify(ctx context.Context) (findings []store.Finding, err error) {
	err = r.try(ctx, "verify", func() (err error) {
		findings, err = r.store.Verify(ctx)
		return err
	})
	return findings, err
}

// targets reads a page of the targets that the run's operation has fixed.
func (r *reader) targets(ctx context.Context, after int64, limit int) (page store.TargetPage, err error) {
	j := r.journal
	err = r.try(ctx, "read targets", func() (err error) {
		page, err = j.ledger.Targets.Page(ctx, store.TargetsRequest{Scope: j.op.Scope, Operation: j.op.ID, After: after, Limit: limit})
		return err
	})
	if err == nil && page.More && len(page.Targets) == 0 {
		return page, &failure{op: "read targets: the page is empty", err: errContract}
	}
	return page, err
}
