package deletion

import (
	"context"
	"errors"
	"iter"
	"log/slog"
	"time"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/store"
	"github.com/contactsweep/contactsweep/where"
)

// request is one call that deletes.
type request struct {
	kind      ActionKind
	condition where.Condition // Everything for keys
	keys      []contacts.Key
	plan      *Plan
	options   []Option
	// journal is that of an operation that is taken up, and protected what was
	// protected when it was recorded.
	journal   *journal
	protected where.Condition
	resumes   bool
}

// run is one call that deletes, from its checks to its report.
type run struct {
	s           *Service
	reader      *reader
	logger      *slog.Logger
	o           callOptions
	kind        ActionKind
	fingerprint string
	previewed   int64 // by the plan
	sel         store.Selection
	pace        pace
	rest        time.Duration  // before the next batch
	targets     targets        // where the run stands: what Next goes on with
	upcoming    []contacts.Key // the next candidates
	ahead       targets        // where the run stands after them
	begun       bool           // the targets are known
	retry       bool           // More although not begun: a failure and not a refusal
	budget      budget
	done        tally
	report      Report
	start       time.Time
	failed      failedBatches
	isolated    int            // contacts that cannot be deleted
	j           *journal       // nil: the run is no operation
	asked       StopReason     // why others stopped it
	doomed      []contacts.Key // whose deletion an earlier call has begun
}

// BulkDelete deletes the contacts that match, are in scope and not protected,
// batch after batch to the end of the walk, or until an option, an error or
// the end of the context stops it. The report says what was done, with and
// without an error. A run that stopped by an option returns no error.
func (s *Service) BulkDelete(ctx context.Context, condition where.Condition, options ...Option) (Report, error) {
	return collect(s.steps(ctx, request{kind: ActionBulkDelete, condition: condition, options: options}))
}

// Batches does what [Service.BulkDelete] does, one batch per iteration. The
// last step has Run.Stopped set, and comes with the error if there is one; it
// may have no batch of its own. Leaving the loop earlier stops the run between
// two batches: Run.Next of the step goes on there. Nothing runs while the
// host's code does, and each use of the iterator is a run of its own.
func (s *Service) Batches(ctx context.Context, condition where.Condition, options ...Option) iter.Seq2[Step, error] {
	return s.steps(ctx, request{kind: ActionBulkDelete, condition: condition, options: options})
}

func collect(steps iter.Seq2[Step, error]) (report Report, err error) {
	for step, failed := range steps {
		report, err = step.Run, failed
	}
	return report, err
}

func (s *Service) steps(ctx context.Context, q request) iter.Seq2[Step, error] {
	return func(yield func(Step, error) bool) {
		r := s.newRun()
		if err := r.prepare(ctx, q); err != nil {
			yield(r.conclude(ctx, BatchReport{}, r.stopped(ctx, err), err))
			return
		}
		r.walk(ctx, yield)
	}
}

func (s *Service) newRun() *run {
	return &run{s: s, reader: s.reader(), logger: s.o.logger, done: newTally(), start: time.Now()}
}

// walk takes batch after batch.
func (r *run) walk(ctx context.Context, yield func(Step, error) bool) {
	err := r.progress()
	for {
		var batch BatchReport
		var stop StopReason
		if err == nil {
			batch, stop, err = r.step(ctx)
		}
		if err != nil {
			stop = r.stopped(ctx, err)
		}
		if stop != StoppedNot {
			yield(r.conclude(ctx, batch, stop, err))
			return
		}
		if !yield(Step{Batch: batch, Run: r.snapshot()}, nil) {
			if err := r.close(ctx, StoppedBatch, nil); err != nil {
				r.logger.LogAttrs(ctx, slog.LevelWarn, "the operation has to be taken up again", slog.String("error", safeText(err)))
			}
			r.logger.LogAttrs(ctx, slog.LevelInfo, "deletion left by the host", slog.Int64("deleted", r.done.deleted))
			return
		}
		err = r.pause(ctx)
	}
}

// step does one batch and says whether the run stops after it.
func (r *run) step(ctx context.Context) (BatchReport, StopReason, error) {
	if err := ctx.Err(); err != nil {
		return BatchReport{}, "", &failure{op: "delete", err: err}
	}
	if len(r.doomed) > 0 {
		return r.finishDoomed(ctx)
	}
	if err := r.look(ctx, r.pace.size); err != nil {
		return BatchReport{}, "", err
	}
	if r.asked != StoppedNot {
		return BatchReport{}, r.asked, nil
	}
	if stop := r.reason(0); stop != StoppedNot {
		return BatchReport{}, stop, nil
	}
	keys := r.upcoming
	r.upcoming = nil
	batch, rest, err := r.batch(ctx, keys, contacts.Key{})
	if len(rest) < len(keys) { // else nothing happened, and the page can be read again
		r.targets = r.ahead
		r.targets.putBack(rest)
	}
	if err == nil && r.asked != StoppedNot && len(rest) == len(keys) {
		batch = BatchReport{} // it was not begun
	}
	if err != nil || r.asked != StoppedNot {
		return batch, r.asked, err
	}
	if err := r.progress(); err != nil {
		return batch, "", err
	}
	limit := r.pace.size
	if r.o.batchLimit > 0 {
		limit = 1 // only to know whether there is more
	}
	if err := r.look(ctx, limit); err != nil {
		return batch, "", err
	}
	if err := r.failed.add(batch); err != nil && len(r.upcoming) > 0 {
		return batch, "", err
	}
	stop := r.reason(r.rest)
	if stop == StoppedNot && r.o.batchLimit > 0 {
		stop = StoppedBatch
		r.targets = r.ahead // so that the next call need not look for these again
		r.targets.putBack(r.upcoming)
	}
	return batch, stop, nil
}

// look finds the next candidates, unless it has, so that the step before them
// knows whether it is the last one. The run does not stand behind them until
// they are done.
func (r *run) look(ctx context.Context, limit int) error {
	if len(r.upcoming) > 0 {
		return nil
	}
	limit = int(min(int64(limit), max(1, r.budget.left())))
	for {
		ahead := r.targets
		keys, err := ahead.take(ctx, r.reader, r.sel, limit)
		if err == nil {
			keys, err = r.spareNext(ctx, &ahead, keys)
		}
		switch {
		case err == nil && len(keys) == 0:
			r.targets = ahead
			if !ahead.more() || ahead.walking && r.late(0) {
				return nil
			}
			continue
		case err == nil:
			r.upcoming, r.ahead = keys, ahead
			return nil
		case limit == 1 || ctx.Err() != nil || !errors.Is(err, store.ErrStatementTimeout):
			return err
		}
		limit /= 2
		r.pace.tooMuch(limit)
		r.report.Retries++
	}
}

// reason says why the run ends here, if it does.
func (r *run) reason(pause time.Duration) StopReason {
	switch {
	case len(r.upcoming) == 0 && !r.targets.walking:
		return StoppedDone
	case r.budget.left() == 0:
		return StoppedCap
	case r.late(pause):
		return StoppedTime
	}
	return StoppedNot
}

// late reports whether the time limit will be over after that time.
func (r *run) late(after time.Duration) bool {
	return r.o.timeLimit > 0 && time.Since(r.start)+after >= r.o.timeLimit
}

// pauseAfter returns the pause after a batch for which the store took that
// long.
func (r *run) pauseAfter(took time.Duration) time.Duration {
	if r.o.pause != nil {
		return *r.o.pause
	}
	return time.Duration(r.s.pacing.Pause * float64(took))
}

func (r *run) pause(ctx context.Context) error {
	for rest := r.rest; ; {
		part := rest
		if r.j != nil {
			part = min(rest, r.s.o.lease/3)
		}
		if err := sleep(ctx, part); err != nil {
			return &failure{op: "pause", err: err}
		}
		if rest -= part; rest <= 0 {
			return nil
		}
		if err := r.keep(ctx); err != nil || r.asked != StoppedNot {
			return err
		}
	}
}

// stopped returns the reason that goes with an error.
func (r *run) stopped(ctx context.Context, err error) StopReason {
	var failed *failure
	switch {
	case ctx.Err() != nil && errors.Is(err, ctx.Err()):
		return StoppedCancelled
	case r.begun || errors.As(err, &failed):
		return StoppedFailed
	}
	return StoppedRefused
}

// conclude makes the last step.
func (r *run) conclude(ctx context.Context, batch BatchReport, stop StopReason, err error) (Step, error) {
	r.report.Stopped = stop
	err = r.close(ctx, stop, err)
	if !r.begun {
		r.retry = stop != StoppedRefused
	}
	step := Step{Batch: batch, Run: r.snapshot()}
	level, failed := slog.LevelInfo, slog.Attr{}
	if err != nil {
		level, failed = slog.LevelWarn, slog.String("error", safeText(err))
		if stop == StoppedFailed {
			level = slog.LevelError
		}
	}
	if r.isolated > maxIsolatedLogged {
		r.logger.LogAttrs(ctx, slog.LevelWarn, "contacts cannot be deleted", slog.Int("contacts", r.isolated), slog.Int("logged", maxIsolatedLogged))
	}
	r.logger.LogAttrs(ctx, level, "deletion ended",
		slog.String("stopped", string(stop)), slog.Int64("deleted", step.Run.Deleted), slog.Int64("skipped", step.Run.Skipped.Total()),
		slog.Int("batches", step.Run.Batches), slog.Int("retries", step.Run.Retries), slog.Duration("duration", step.Run.Duration),
		slog.Bool("more", step.Run.More), failed)
	return step, err
}

// more reports whether the run can go on, now or in another call.
func (r *run) more() bool {
	if r.j != nil && r.j.op.State.Terminal() {
		return false
	}
	if !r.begun {
		return r.retry && r.fingerprint != "" && (r.j == nil || r.j.q.Origin == fromCondition || r.j.p.Prepared)
	}
	return r.targets.more()
}

func (r *run) next() *Next {
	if r.j == nil && !r.begun && r.o.resumed() {
		return r.o.from
	}
	if r.j != nil {
		return &Next{
			kind: r.kind, fingerprint: r.fingerprint, previewed: r.previewed, at: r.report.At, fresh: !r.begun, by: r.targets.by, operation: r.j.op.ID,
		}
	}
	n := &Next{
		kind: r.kind, fingerprint: r.fingerprint, previewed: r.previewed, dryRun: r.o.dryRun, at: r.report.At,
		budget: r.budget, pending: r.targets.pending,
	}
	if !r.begun {
		n.fresh, n.budget = true, budget{}
		return n
	}
	n.by, n.cursor, n.bound, n.walking = r.targets.by, r.targets.cursor, r.targets.bound, r.targets.walking
	return n
}

// identify makes the run's log records tell it from others.
func (r *run) identify() {
	var attrs []any
	if r.report.Condition != "" {
		attrs = append(attrs, slog.String("condition", r.report.Condition))
	}
	if r.s.o.scopeLabel != "" {
		attrs = append(attrs, slog.String("scope", r.s.o.scopeLabel))
	}
	if r.o.dryRun {
		attrs = append(attrs, slog.Bool("dry_run", true))
	}
	r.logger = r.logger.With(attrs...)
	r.reader.logger = r.logger
}
