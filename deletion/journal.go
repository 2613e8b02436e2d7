package deletion

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/contactsweep/contactsweep/store"
)

// journal is a run's hold on the operation that it is.
type journal struct {
	s      *Service
	ledger *store.Ledger
	op     store.Operation // as it was saved last
	q      requested
	base   progressed // when the run took it up
	p      progressed // as it was saved last
	next   progressed // as the transaction that is running would save it
	// outcome is what that transaction is about to commit.
	outcome store.Outcome
	start   time.Time
	// entered says that the record tells of this run.
	entered bool
	lost    bool // another has it now, or nobody knows
	// restores says that what is released was restored by a person.
	restores bool
	over     bool
}

// open creates the run's operation.
func (s *Service) open(ctx context.Context, q requested, p progressed, key string, held bool) (*journal, error) {
	id, err := uuid.NewV7()
	if err != nil {
		return nil, fmt.Errorf("deletion: an operation's ID: %w", err)
	}
	j := &journal{s: s, ledger: s.ledger, q: q, p: p, start: time.Now()}
	request, err := seal(q)
	if err != nil {
		return nil, err
	}
	progress, err := seal(p)
	if err != nil {
		return nil, err
	}
	r := store.CreateRequest{
		Operation: store.Operation{
			ID: id.String(), Scope: s.o.scopeLabel, Key: key, Format: recordFormat, State: StatePreparing, Request: request, Progress: progress,
		},
		ReadyIn: new(time.Duration),
	}
	if held {
		r.Operation.Lease.Holder, r.TTL = s.o.instance, s.o.lease
	}
	tries := 0
	err = s.reader().try(ctx, "create the operation", func() (err error) {
		tries++
		j.op, err = s.ledger.Operations.Create(ctx, r)
		if tries > 1 && errors.Is(err, store.ErrExists) && j.op.ID == r.Operation.ID {
			err = nil // by the try of which the answer was lost
		}
		return err
	})
	j.base, j.entered = p, true
	return j, err
}

// acquire takes an operation up.
func (s *Service) acquire(ctx context.Context, id string) (*journal, error) {
	j := &journal{s: s, ledger: s.ledger, start: time.Now()}
	if err := s.reader().try(ctx, "take the operation up", func() (err error) {
		j.op, err = s.ledger.Leases.Acquire(ctx, store.AcquireRequest{Scope: s.o.scopeLabel, ID: id, Holder: s.o.instance, TTL: s.o.lease})
		return err
	}); err != nil {
		return nil, err
	}
	if err := j.read(); err != nil {
		j.giveBack(ctx)
		return nil, err
	}
	return j, nil
}

// read decodes the documents.
func (j *journal) read() error {
	if j.op.Format != recordFormat {
		return &RecordError{ID: j.op.ID, Format: j.op.Format}
	}
	if err := errors.Join(unseal(j.op.Request, &j.q), unseal(j.op.Progress, &j.p)); err != nil {
		return &RecordError{ID: j.op.ID, Format: j.op.Format, Err: errSeal}
	}
	j.base = j.p
	return nil
}

// giveBack ends the lease and changes nothing else.
func (j *journal) giveBack(ctx context.Context) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), settleTime)
	defer cancel()
	if op, err := j.ledger.Leases.Save(ctx, store.SaveRequest{Fence: j.fence()}); err == nil {
		j.op = op
	} else {
		j.s.o.logger.LogAttrs(ctx, slog.LevelWarn, "the operation's lease has to lapse", slog.String("operation", j.op.ID), slog.String("error", safeText(err)))
	}
	j.over = true
}

func (j *journal) fence() store.Fence {
	return store.Fence{Scope: j.op.Scope, ID: j.op.ID, Term: j.op.Lease.Term, Sequence: j.op.Sequence}
}

// save saves the progress, and what the change says.
func (j *journal) save(ctx context.Context, p progressed, change store.SaveRequest) (err error) {
	p.Worked = j.base.Worked + time.Since(j.start)
	change.Fence = j.fence()
	if change.Progress, err = seal(p); err != nil {
		return err
	}
	change.Deleted = &p.Deleted
	tries := 0
	err = j.s.reader().try(ctx, "save the operation", func() error {
		tries++
		op, err := j.ledger.Leases.Save(ctx, change)
		if err == nil {
			j.op = op
		}
		if tries > 1 && errors.Is(err, store.ErrFenced) && j.saved(ctx, change) {
			return nil
		}
		return err
	})
	switch {
	case err == nil:
		j.p = p
	case errors.Is(err, store.ErrFenced):
		j.lost = true
	}
	return err
}

// saved reports whether a save of which the answer was lost has been done: then
// the record stands right behind where it stood, in the same term.
func (j *journal) saved(ctx context.Context, change store.SaveRequest) bool {
	op, err := j.ledger.Operations.Get(ctx, j.op.Scope, j.op.ID)
	done := err == nil && op.Lease.Term == change.Term && op.Sequence == change.Sequence+1
	if done {
		j.op = op
	}
	return done
}

// renew keeps the lease, and returns what somebody wants.
func (j *journal) renew(ctx context.Context) (store.Wanted, error) {
	var op store.Operation
	err := j.s.reader().try(ctx, "renew the lease", func() (err error) {
		op, err = j.ledger.Leases.Renew(ctx, store.RenewRequest{Fence: j.fence(), TTL: j.s.o.lease})
		return err
	})
	if err != nil {
		j.lost = j.lost || errors.Is(err, store.ErrFenced)
		return store.WantedNothing, err
	}
	if op.Sequence != j.op.Sequence {
		j.lost = true
		return store.WantedNothing, &failure{op: "renew the lease: the operation was changed under it", err: errContract}
	}
	j.op = op
	return op.Wanted, nil
}

// wasCommitted reports whether the transaction whose outcome is unknown has been
// committed. It waits for one that is still running.
func (j *journal) wasCommitted(ctx context.Context) (bool, error) {
	var op store.Operation
	err := j.s.reader().try(ctx, "read the operation", func() (err error) {
		op, err = j.ledger.Leases.Renew(ctx, store.RenewRequest{Fence: j.fence(), TTL: j.s.o.lease})
		return err
	})
	if err != nil {
		j.lost = true
		return false, err
	}
	return op.Sequence == j.op.Sequence+1, nil
}

// fail adds an error to the record.
func (p *progressed) fail(at time.Time, err error) {
	e := OperationError{At: at, Source: "service", Message: "failed", Description: safeText(err)}
	var hook *HookError
	var fromStore *store.Error
	switch {
	case errors.As(err, &hook):
		e.Source, e.Message = "hook", hook.Hook
	case errors.Is(err, ErrDenied):
		e.Source, e.Message = "hook", ErrDenied.Error()
	case errors.As(err, &fromStore):
		e.Source = "store"
		if fromStore.Class != nil {
			e.Message = fromStore.Class.Error()
		}
	}
	p.Errors = append(slices.Clone(p.Errors), e)
	if extra := len(p.Errors) - maxErrors; extra > 0 {
		p.Errors = p.Errors[extra:]
	}
}

// add counts what a run did on top of what the operation had done before.
func (p *progressed) count(base progressed, t tally) {
	p.Deleted = base.Deleted + t.deleted
	p.Inferred = base.Inferred + t.inferred
	sum := tally{skipped: base.Skipped, rows: maps.Clone(base.Rows)}
	if sum.rows == nil {
		sum.rows = map[string]int64{}
	}
	sum.add(tally{skipped: t.skipped, rows: t.rows})
	p.Skipped, p.Rows = sum.skipped, sum.rows
}
