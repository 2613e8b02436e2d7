package deletion

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/contactsweep/contactsweep/store"
	"github.com/contactsweep/contactsweep/where"
)

// Submit makes an operation of the request and returns when its contacts are
// suppressed; after the period, [Operations.ProcessDue] deletes them. Until then
// all data is as it was, and [Operations.Restore] ends it without a trace. Nothing
// is deleted by Submit itself.
//
// Caps, protection and what is confirmed apply as for [Service.BulkDelete]: what
// they refuse is on record as refused, comes with the error, and can be retried
// once the limit is raised. Of a condition with a period of 0, unless it is pinned,
// Submit only makes the record: ProcessDue finds its contacts, or refuses. A request
// that is invalid or denied leaves nothing.
//
// A contact that is held back when its time has come, by a protection or an
// association that restricts, stays: it is released from suppression and counted
// in [Operation.Skipped].
//
// When Submit fails in the middle, ProcessDue takes the operation up again; one
// whose keys were given is cancelled instead.
//
// The options are Cap, CapShare, ConfirmEverything, ExemptFromCaps (with keys),
// BatchSize, BatchTime, Pause and WalkBy.
func (o Operations) Submit(ctx context.Context, q Request, options ...Option) (Operation, error) {
	s := o.s
	if err := s.needsLedger(); err != nil {
		return Operation{}, err
	}
	from, err := q.check()
	if err != nil {
		return Operation{}, err
	}
	r := s.newRun()
	document, err := r.submission(ctx, q, from, options)
	if err != nil {
		return Operation{}, err
	}
	now := !document.fixes()
	j, err := s.open(ctx, document, progressed{At: r.report.At}, q.IdempotencyKey, !now)
	switch {
	case errors.Is(err, store.ErrExists):
		return s.existing(j.op, document)
	case err != nil:
		return Operation{}, err
	case now:
		return s.view(j.op)
	}
	r.hold(j)
	err = r.fixAll(ctx, q)
	out, unreadable := s.view(j.op)
	return out, errors.Join(err, unreadable)
}

// submission checks everything that can be checked without a record, and makes
// the document.
func (r *run) submission(ctx context.Context, q Request, from origin, options []Option) (requested, error) {
	s, plain := r.s, q.request(from, options)
	var err error
	if r.o, err = s.callConfig(ActionSubmit, options); err != nil {
		return requested{}, err
	}
	if err := r.check(plain); err != nil {
		return requested{}, err
	}
	if q.Keys != nil {
		if q.Keys, err = s.checkedKeys(q.Keys); err != nil {
			return requested{}, err
		}
	}
	a := Action{Kind: ActionSubmit, Keys: q.Keys}
	if from == fromCondition {
		a.Conditions = []where.Condition{q.Condition}
	}
	if err := s.authorize(ctx, a); err != nil {
		return requested{}, err
	}
	document, err := r.requested(plain)
	if err != nil {
		return requested{}, err
	}
	document.Origin, document.By, document.Reason, document.Pinned = from, q.By, q.Reason, q.Pinned
	document.Asked, document.Digest, document.Stamp = q.Period, q.digest(), s.o.identity
	if q.Period != nil {
		document.Period = *q.Period
		return document, nil
	}
	document.Period, err = s.period(ctx)
	return document, err
}

// existing answers a repeated request.
func (s *Service) existing(op store.Operation, document requested) (Operation, error) {
	var kept requested
	if err := unseal(op.Request, &kept); err != nil {
		return Operation{}, &RecordError{ID: op.ID, Format: op.Format, Err: err}
	}
	if !document.same(kept, op.State.Terminal()) {
		return Operation{}, fmt.Errorf("deletion: submit: %w: that of operation %s", ErrKeyUsed, op.ID)
	}
	out, err := s.view(op)
	if err == nil && op.State == StateCancelled && out.Suppressed == out.Released && out.Deleted == 0 && out.Restored == 0 {
		return out, &StateError{ID: op.ID, State: op.State, Do: "submit again", Why: "it was cancelled before its contacts were fixed; use another idempotency key"}
	}
	return out, err
}

// hold makes the run work on an operation.
func (r *run) hold(j *journal) {
	r.j, r.report.Operation = j, j.op.ID
	r.logger = r.logger.With(slog.String("operation", j.op.ID))
	r.reader.logger, r.reader.journal = r.logger, j
	r.targets.recorded = true
}

// fixAll fixes the targets of the run's operation and ends with it pending, or
// ready to be processed. What goes wrong is saved.
func (r *run) fixAll(ctx context.Context, q Request) error {
	err := r.fixTargets(ctx, q)
	if err == nil {
		return r.fixed(ctx)
	}
	if r.j.lost {
		return err
	}
	if errors.Is(err, errCancelled) {
		return r.j.cancel(ctx)
	}
	if r.j.q.Origin == fromKeys { // nobody else has the keys
		return errors.Join(err, r.undo(ctx, err))
	}
	stop := r.stopped(ctx, err)
	if refused(err) {
		stop = StoppedRefused
		if undoing := r.j.release(ctx); undoing != nil {
			return errors.Join(err, undoing)
		}
	}
	return r.close(ctx, stop, err)
}

// undo releases everything that was fixed, and ends the operation: refused where
// a limit refused it, else cancelled.
func (r *run) undo(ctx context.Context, cause error) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), undoTime)
	defer cancel()
	r.j.p.fail(time.Now().UTC(), cause)
	if !refused(cause) {
		return r.j.cancel(ctx)
	}
	if err := r.j.release(ctx); err != nil {
		return err
	}
	r.j.over = true
	return r.j.save(ctx, r.j.p, store.SaveRequest{State: StateRefused, Ready: &store.When{Never: true}})
}

// undoTime bounds the releasing of targets after the context has ended. What is
// left then is released by who takes the operation up.
const undoTime = time.Minute

// fixed saves that all targets are fixed: the period begins.
func (r *run) fixed(ctx context.Context) error {
	j := r.j
	switch wanted, err := j.renew(ctx); {
	case err != nil:
		return err
	case wanted == store.WantedCancel:
		return j.cancel(ctx)
	}
	p := j.p
	p.Prepared, p.Fixed, p.Walking, p.After, p.Cursor, p.Bound = true, true, true, 0, nil, nil
	p.Cap, p.Share, p.Most = r.budget.cap, r.budget.share, r.budget.most
	p.Counted, p.Matched = true, max(r.report.Matched, j.op.Targets)
	p.count(j.base, r.done)
	change := store.SaveRequest{State: StatePending, Ready: &store.When{In: j.q.Period}, Due: &store.When{In: j.q.Period}, Done: true}
	if j.q.Period == 0 {
		change.State, change.Due = StateProcessing, nil
	}
	j.over = true
	return j.save(ctx, p, change)
}
