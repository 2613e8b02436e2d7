package deletion

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/contactsweep/contactsweep/store"
	"github.com/contactsweep/contactsweep/where"
)

// Processed is what became of an operation that was taken up.
type Processed struct {
	Operation Operation
	Report    Report
	Err       error
}

// ProcessDue takes up, one after the other, every operation that is due or was
// interrupted: pending ones whose period is over, those whose process died, was
// stopped or lost its lease, and those that a time limit or the stop switch
// paused. It returns what became of each, and an error only where it could not go
// on at all. Operations that others work on are left to them, and nothing is
// taken up while the stop switch is on, which is ErrStopped.
//
// TimeLimit is the only option; it is for all of them together.
func (o Operations) ProcessDue(ctx context.Context, options ...Option) ([]Processed, error) {
	return o.takeUp(ctx, choice{accepts: func(store.Operation) bool { return true }}, options)
}

// ProcessDueThat does what [Operations.ProcessDue] does, for the operations that
// the function accepts: the others are left to whoever has a window of their own
// for them. One whose record cannot be read is shown with its ID, state and times.
func (o Operations) ProcessDueThat(ctx context.Context, accepts func(Operation) bool, options ...Option) ([]Processed, error) {
	return o.takeUp(ctx, choice{documents: true, accepts: func(op store.Operation) bool {
		view, _ := o.s.view(op) // with an error there is what can be read
		return accepts(view)
	}}, options)
}

// ResumeInterrupted does what [Operations.ProcessDue] does, but leaves those alone
// that are only due.
func (o Operations) ResumeInterrupted(ctx context.Context, options ...Option) ([]Processed, error) {
	return o.takeUp(ctx, choice{accepts: func(op store.Operation) bool { return op.State != StatePending }}, options)
}

// choice is which operations to take up.
type choice struct {
	accepts   func(store.Operation) bool
	documents bool // it reads them
}

func (o Operations) takeUp(ctx context.Context, which choice, options []Option) ([]Processed, error) {
	s := o.s
	if err := s.needsLedger(); err != nil {
		return nil, err
	}
	given, err := s.callConfig(ActionProcess, options)
	if err != nil {
		return nil, err
	}
	w := worker{s: s, limit: given.timeLimit, start: time.Now(), seen: map[string]bool{}}
	for {
		if err := s.running(ctx); err != nil {
			return w.out, err
		}
		ready, err := s.ready(ctx, which, w.seen)
		if err != nil || len(ready) == 0 {
			return w.out, err
		}
		for _, op := range ready {
			if more, err := w.take(ctx, op.ID); !more {
				return w.out, err
			}
		}
	}
}

// worker takes up one operation after the other.
type worker struct {
	s     *Service
	limit time.Duration // 0: none
	start time.Time
	seen  map[string]bool
	out   []Processed
}

// take takes an operation up, and reports whether there is time for another.
func (w *worker) take(ctx context.Context, id string) (more bool, err error) {
	var options []Option
	if w.limit > 0 {
		left := w.limit - time.Since(w.start)
		if left <= 0 {
			return false, nil
		}
		options = append(options, TimeLimit(left))
	}
	w.seen[id] = true
	done, err := w.s.process(ctx, id, ActionProcess, options)
	if errors.Is(err, ErrHeld) || errors.Is(err, ErrNotFound) || errors.Is(err, ErrState) && done.Operation.ID == "" {
		return true, nil // somebody else was quicker
	}
	if done.Err = err; done.Operation.ID == "" {
		done.Operation.ID = id
	}
	w.out = append(w.out, done)
	switch {
	case ctx.Err() != nil:
		return false, &failure{op: "process operations", err: ctx.Err()}
	case errors.Is(err, ErrStopped):
		return false, err
	}
	return true, nil
}

// ready lists operations that anybody may take up, but those that were seen. What
// is not to be taken up counts as seen.
func (s *Service) ready(ctx context.Context, which choice, seen map[string]bool) (out []store.Operation, err error) {
	for more := true; more && len(out) == 0; {
		limit := readyAtOnce + len(seen) // those that fail at once may still be ready
		var page store.OperationPage
		err := s.reader().try(ctx, "list operations", func() (err error) {
			page, err = s.ledger.Operations.List(ctx, store.ListRequest{
				Scope: s.o.scopeLabel, Ready: true, Documents: which.documents, Limit: limit,
			})
			return err
		})
		if err != nil {
			return nil, err
		}
		for _, op := range page.Operations {
			switch {
			case seen[op.ID]:
			case which.accepts(op):
				out = append(out, op)
			default:
				seen[op.ID] = true
			}
		}
		more = page.More
	}
	return out, nil
}

const readyAtOnce = 100

// Resume takes one operation up and works on it until it ends or pauses: an
// interrupted, paused, failed or refused one, or a pending one that is due. It is
// the way to go on with what a person paused, or with a cap that was used up,
// which needs a new Cap.
//
// One whose contacts were not all fixed yet, as a refused [Operations.Submit], gets
// them fixed, and with a period of 0 deleted; else it is pending then.
//
// The options are TimeLimit, Cap, CapShare, BatchSize, BatchTime and Pause.
func (o Operations) Resume(ctx context.Context, id string, options ...Option) (Report, error) {
	s := o.s
	if err := s.needsLedger(); err != nil {
		return Report{Stopped: StoppedRefused}, err
	}
	if _, err := s.callConfig(ActionRetry, options); err != nil {
		return Report{Stopped: StoppedRefused}, err
	}
	if err := s.running(ctx); err != nil {
		return Report{Stopped: StoppedRefused}, err
	}
	done, err := s.process(ctx, id, ActionRetry, options)
	return done.Report, err
}

// process works on one operation, for as long as there is something to do.
func (s *Service) process(ctx context.Context, id string, kind ActionKind, options []Option) (Processed, error) {
	done, again, err := s.workOn(ctx, id, kind, options)
	if again {
		done, _, err = s.workOn(ctx, id, kind, options)
	}
	return done, err
}

func (s *Service) workOn(ctx context.Context, id string, kind ActionKind, options []Option) (done Processed, again bool, err error) {
	done.Report.Stopped = StoppedRefused
	page, err := s.get(ctx, id)
	if err != nil {
		return done, again, err
	}
	if err := s.takable(page, kind); err != nil {
		return done, again, err
	}
	j, err := s.acquire(ctx, id)
	if err != nil {
		return done, false, &about{"take up", id, err}
	}
	defer func() {
		if !j.over && !j.lost {
			j.giveBack(ctx)
		}
		view, reading := s.view(j.op)
		done.Operation, err = view, errors.Join(err, reading)
	}()
	if err := s.takable(j.op, kind); err != nil { // it has changed since
		return done, again, err
	}
	// The lease's end tells the ledger's time.
	if early := j.op.Due.Sub(j.op.Lease.Expires.Add(-s.o.lease)); j.op.State == StatePending && early > 0 && j.op.Wanted != store.WantedCancel {
		return done, false, &StateError{ID: id, State: j.op.State, Do: "process", Why: "it is due in " + early.Round(time.Second).String()}
	}
	fixes := j.q.fixes() && !j.p.Prepared
	if done.Report, err = s.work(ctx, j, options); err == nil && fixes && j.op.State == StateProcessing {
		again = true // its targets are fixed now, and nothing is to be waited for
	}
	return done, again, err
}

// takable refuses operations that are not to be worked on now.
func (s *Service) takable(op store.Operation, kind ActionKind) error {
	refuse := func(why string) error {
		return &StateError{ID: op.ID, State: op.State, Do: "process", Why: why}
	}
	switch {
	case op.State.Terminal():
		return refuse("nothing is left to be done")
	case op.Wanted == store.WantedCancel:
		return nil
	case op.Format != recordFormat:
		return &RecordError{ID: op.ID, Format: op.Format}
	case kind == ActionProcess && op.Ready.IsZero():
		return refuse("it waits for a person; resume or cancel it")
	}
	return nil
}

// work does what is to be done next.
func (s *Service) work(ctx context.Context, j *journal, options []Option) (Report, error) {
	if j.op.Wanted == store.WantedCancel {
		doomed, err := j.doomed(ctx, 0, 1)
		if err == nil && len(doomed.Targets) == 0 {
			err = j.cancel(ctx)
		}
		if err != nil || len(doomed.Targets) == 0 {
			return Report{Operation: j.op.ID, Stopped: StoppedOnRequest}, err
		}
		// Cancelling waits for contacts whose rows are partly gone.
	}
	if j.op.State == StateRefused {
		if err := j.renewed(ctx); err != nil {
			return Report{}, err
		}
	}
	if j.q.Origin == fromKeys && !j.p.Prepared {
		err := &about{"take up", j.op.ID, errKeysLost}
		j.p.fail(time.Now().UTC(), err)
		return Report{Operation: j.op.ID, Stopped: StoppedFailed}, errors.Join(err, j.cancel(ctx))
	}
	q, err := s.resumption(j, options)
	if err != nil {
		return Report{}, err
	}
	if j.q.fixes() && !j.p.Prepared {
		return s.fixAgain(ctx, j, q)
	}
	return collect(s.steps(ctx, q))
}

var errKeysLost = errors.New("its process ended before all of its keys were fixed, so it is cancelled; submit it again")

// renewed begins a refused operation again.
func (j *journal) renewed(ctx context.Context) error {
	p := progressed{At: now(), Attempts: j.p.Attempts + 1, Errors: j.p.Errors}
	if err := j.save(ctx, p, store.SaveRequest{State: StatePreparing, TTL: j.s.o.lease, Ready: &store.When{}}); err != nil {
		return err
	}
	j.base = j.p
	return nil
}

// resumption is the run of an operation that is taken up.
func (s *Service) resumption(j *journal, options []Option) (request, error) {
	q := request{kind: j.q.Kind, condition: where.Everything(), journal: j, resumes: true}
	if j.q.Origin == fromCondition {
		if j.q.Condition == nil {
			return q, &RecordError{ID: j.op.ID, Format: j.op.Format, Err: errSeal}
		}
		q.condition = *j.q.Condition
	}
	if j.q.Protected != nil {
		q.protected = *j.q.Protected
	}
	given, err := s.callConfig(actionResume, options)
	if err != nil {
		return q, err
	}
	q.options = append(q.options, j.q.options(given, j.p.Prepared)...)
	q.options = append(q.options, options...)
	q.options = append(q.options, From(&Next{
		kind: j.q.Kind, fingerprint: j.q.Fingerprint, at: j.p.At, fresh: !j.p.Prepared, operation: j.op.ID, previewed: j.q.Previewed, by: j.q.WalkBy,
	}))
	return q, nil
}

// options are those of the request, where the call gives no others.
func (q requested) options(given callOptions, begun bool) []Option {
	var out []Option
	if q.AtMost > 0 {
		out = append(out, ConfirmEverything(q.AtMost))
	}
	if q.WalkBy != "" {
		out = append(out, WalkBy(q.WalkBy))
	}
	if given.batchSize == 0 && given.batchTime == 0 {
		switch {
		case q.BatchSize > 0:
			out = append(out, BatchSize(q.BatchSize))
		case q.BatchTime > 0:
			out = append(out, BatchTime(q.BatchTime))
		}
	}
	if q.Pause != nil && !given.has("Pause") {
		out = append(out, Pause(*q.Pause))
	}
	if given.newCap || begun {
		return out
	}
	if q.Exempt {
		return append(out, ExemptFromCaps())
	}
	if q.Cap > 0 {
		out = append(out, Cap(q.Cap))
	}
	if q.Share > 0 {
		out = append(out, CapShare(q.Share))
	}
	return out
}

// fixAgain goes on with fixing targets.
func (s *Service) fixAgain(ctx context.Context, j *journal, q request) (Report, error) {
	r := s.newRun()
	refuse := func(err error) (Report, error) { return Report{Operation: j.op.ID, Stopped: StoppedRefused}, err }
	var err error
	if r.o, err = s.callConfig(actionResume, q.options); err != nil {
		return refuse(err)
	}
	if err := r.check(q); err != nil {
		return refuse(err)
	}
	if err := s.authorize(ctx, action(q, r.o)); err != nil {
		return refuse(err)
	}
	r.hold(j)
	if err := r.same(); err != nil {
		return refuse(err)
	}
	r.o.from = nil
	if err := r.enter(ctx); err != nil {
		return refuse(err)
	}
	err = r.fixAll(ctx, Request{Condition: q.condition})
	report := r.snapshot()
	report.Stopped = StoppedNot
	if err != nil {
		report.Stopped = r.stopped(ctx, err)
	}
	r.logger.LogAttrs(ctx, slog.LevelInfo, "targets fixed", slog.Int64("targets", j.op.Targets))
	return report, err
}
