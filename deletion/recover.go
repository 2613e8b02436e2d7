package deletion

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/store"
	"github.com/contactsweep/contactsweep/where"
)

// recover decides what follows from a transaction's failure. It returns nil
// when the rest of the work is to be tried, again or in other parts.
func (r *run) recover(ctx context.Context, b *batch, err error) error {
	var hook *HookError
	var broken *failure
	stop := &failure{op: "delete batch", err: err}
	switch {
	case errors.As(err, &hook):
		return fmt.Errorf("deletion: %w", err)
	case errors.As(err, &broken):
		return err
	case errors.Is(err, store.ErrFenced) && r.j != nil:
		r.j.lost = true
		return stop
	case errors.Is(err, store.ErrInterrupted) && r.j != nil:
		return r.interrupted(ctx)
	case errors.Is(err, store.ErrOutcomeUnknown) && r.j != nil:
		return r.reread(ctx, b, stop)
	case errors.Is(err, store.ErrOutcomeUnknown) && !r.o.dryRun:
		return r.settle(ctx, b, stop)
	case ctx.Err() != nil:
		stop.err = errors.Join(ctx.Err(), err)
		return stop
	case errors.Is(err, store.ErrOutcomeUnknown), errors.Is(err, store.ErrTransient):
		if errors.Is(err, store.ErrContention) && !b.contended {
			b.contended = true
			r.pace.contended()
		}
		return r.again(ctx, b, stop)
	case errors.Is(err, store.ErrStatementTimeout) && len(b.work[0]) > 1:
		r.pace.tooMuch(len(b.work[0]) / 2)
		b.divide()
	case b.doomed && len(b.work[0]) == 1 && b.work[0][0] == b.heavy &&
		(errors.Is(err, store.ErrTooManyRows) || errors.Is(err, store.ErrConstraint)):
		return stop // part of its rows is gone: a person has to look at it
	case errors.Is(err, store.ErrTooManyRows):
		b.divided = true
		if r.j != nil && len(b.work[0]) == 1 && b.heavy != b.work[0][0] {
			b.heavy = b.work[0][0]
			return nil
		}
		return r.isolate(ctx, b, store.TooManyRows, stop)
	case errors.Is(err, store.ErrConstraint):
		return r.isolate(ctx, b, store.Failed, stop)
	default:
		return stop
	}
	r.report.Retries++
	return nil
}

// again waits before the same transaction is tried once more.
func (r *run) again(ctx context.Context, b *batch, cause *failure) error {
	if b.tries.left == 0 {
		return cause
	}
	if err := b.tries.wait(ctx); err != nil {
		return &failure{op: cause.op, err: errors.Join(err, cause.err)}
	}
	r.report.Retries++
	r.logger.LogAttrs(ctx, slog.LevelWarn, "trying the batch again", slog.Int("number", b.number), slog.String("cause", safeText(cause.err)))
	return nil
}

// divide puts the halves of the first part in its place.
func (b *batch) divide() {
	keys := b.work[0]
	middle := (len(keys) + 1) / 2
	b.work = append([][]contacts.Key{keys[:middle:middle], keys[middle:]}, b.work[1:]...)
}

// maxIsolatedLogged is how many contacts that cannot be deleted have a log
// record of their own; the end of the run tells how many there were.
const maxIsolatedLogged = 3

// isolate divides the work until a contact that cannot be deleted stands
// alone, which is skipped.
func (r *run) isolate(ctx context.Context, b *batch, cause store.Cause, failed *failure) error {
	keys := b.work[0]
	if len(keys) > 1 {
		r.report.Retries++
		b.divide()
		return nil
	}
	if r.isolated++; r.isolated <= maxIsolatedLogged {
		r.logger.LogAttrs(ctx, slog.LevelWarn, "contact cannot be deleted", slog.Int("batch", b.number), slog.String("cause", safeText(failed.err)))
	}
	out := store.Outcome{Skipped: []store.Skipped{{Key: keys[0], Cause: cause}}}
	if r.j != nil {
		if err := r.setAside(ctx, b, keys, out, failed); err != nil {
			return err
		}
	}
	if err := r.concluded(ctx, b, out, false, safeText(failed.err)); err != nil {
		return fmt.Errorf("deletion: %w", err)
	}
	return nil
}

// settleTime bounds the look that is taken after the context has ended.
const settleTime = 5 * time.Second

// settle finds out what became of a commit of unknown outcome: of the contacts
// that it was to delete, or of all candidates if the store does not say which,
// those that are gone were deleted by it. The others are tried again.
func (r *run) settle(ctx context.Context, b *batch, unknown *failure) error {
	keys, lost := b.work[0], b.lost
	told := len(lost.Deleted)+len(lost.Skipped) == len(keys)
	if told {
		keys = lost.Deleted
	}
	if len(keys) == 0 { // nothing was to be deleted, whether it was committed or not
		return r.settled(ctx, b, lost, false)
	}
	look, cancel, eyes := ctx, func() {}, r.reader
	if ctx.Err() != nil {
		// The report is worth one short look: without it nobody knows.
		look, cancel = context.WithTimeout(context.WithoutCancel(ctx), settleTime)
		eyes = r.s.once()
	}
	defer cancel()
	page, err := eyes.page(look, store.PageRequest{
		// Without scope and protection: a contact that is there counts as there.
		Selection: store.Selection{At: r.sel.At, Condition: where.Everything()}, Keys: keys, Limit: len(keys),
	})
	if err != nil {
		r.report.Unsettled += int64(len(keys))
		r.budget = r.budget.spend(int64(len(keys))) // they may be gone, and a cap is never overrun
		return &failure{op: "delete batch", err: errors.Join(ctx.Err(), unknown.err, err)}
	}
	gone := without(keys, page.Keys)
	if told && len(gone) == len(keys) {
		return r.settled(ctx, b, lost, true)
	}
	rest := without(b.work[0], gone)
	if len(gone) > 0 {
		parts := [][]contacts.Key{gone, rest}
		if len(rest) == 0 {
			parts = parts[:1]
		}
		b.work = append(parts, b.work[1:]...)
		if err := r.settled(ctx, b, store.Outcome{Deleted: gone}, true); err != nil || len(rest) == 0 {
			return err
		}
	}
	if err := ctx.Err(); err != nil {
		return &failure{op: "delete batch", err: err}
	}
	return r.again(ctx, b, unknown)
}

// settled concludes the first part of the work with what was found out.
func (r *run) settled(ctx context.Context, b *batch, out store.Outcome, inferred bool) error {
	if err := r.concluded(ctx, b, out, inferred, ""); err != nil {
		return fmt.Errorf("deletion: %w", err)
	}
	if err := ctx.Err(); err != nil {
		return &failure{op: "delete batch", err: err}
	}
	return nil
}

// reread finds out by the operation's record what became of a commit of unknown
// outcome: it was committed if the record has gone on.
func (r *run) reread(ctx context.Context, b *batch, unknown *failure) error {
	look, cancel := ctx, func() {}
	if ctx.Err() != nil {
		look, cancel = context.WithTimeout(context.WithoutCancel(ctx), settleTime)
	}
	defer cancel()
	committed, err := r.j.wasCommitted(look)
	switch {
	case err != nil:
		r.report.Unsettled += int64(len(b.work[0]))
		return &failure{op: "delete batch", err: errors.Join(ctx.Err(), unknown.err, err)}
	case committed:
		r.j.committed()
		r.j.op.Targets -= r.settledTargets(b, r.j.outcome)
		if r.unfinished(b, r.j.outcome) {
			return nil
		}
		return r.settled(ctx, b, r.j.outcome, false)
	case ctx.Err() != nil:
		return &failure{op: "delete batch", err: errors.Join(ctx.Err(), unknown.err)}
	}
	return r.again(ctx, b, unknown)
}

// setAside saves that a contact cannot be deleted, and takes it off the targets.
func (r *run) setAside(ctx context.Context, b *batch, keys []contacts.Key, out store.Outcome, cause *failure) error {
	p := r.documentAfter(b, keys, out)
	p.fail(time.Now().UTC(), cause.err)
	if r.ahead.fixed {
		return r.j.settle(ctx, p, keys)
	}
	return r.j.save(ctx, p, store.SaveRequest{TTL: r.s.o.lease})
}
