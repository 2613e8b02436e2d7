package retention

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/contactsweep/contactsweep/deletion"
	"github.com/contactsweep/contactsweep/scheduler"
)

// Processing is a task that processes operations. Make it with [ProcessDue]. It is
// immutable, and safe for concurrent use.
type Processing struct {
	svc *deletion.Service
	s   settings
}

// ProcessDue makes the task that processes operations which are due, or were
// interrupted, and that belong to no other task. The store must keep a ledger. With
// [EmptyPendingTable] it submits the contacts of the pending table first, and [Cap],
// [CapShare], [BatchSize], [Pause] and [Reason] are for that operation. It may run as often
// as wanted.
//
// An operation that fails does not keep the others from being processed; the run fails
// then, at its end.
func ProcessDue(svc *deletion.Service, options ...Option) (*Processing, error) {
	var s settings
	s.refuse(svc == nil, "a service is needed")
	err := s.apply("ProcessDue", options, func(option string, s *settings) string {
		switch {
		case option == "PreviewFirst":
			return "it has no effect: operations were submitted by who saw what they select"
		case !s.pending:
			return "it has no effect without EmptyPendingTable; operations have their own"
		}
		return ""
	})
	if err != nil {
		return nil, err
	}
	return &Processing{svc: svc, s: s}, nil
}

// Execute implements [scheduler.ScheduledTask].
func (p *Processing) Execute(ctx context.Context, run scheduler.Run) (scheduler.Result, error) {
	if p.s.off {
		return turnedOff()
	}
	start, limit := time.Now(), p.s.left(ctx)
	e := Event{Task: run.Task, Slot: run.Slot}
	errs := []error{p.submit(ctx, run)}
	var options []deletion.Option
	if limit > 0 {
		options = append(options, deletion.TimeLimit(max(1, limit-time.Since(start))))
	}
	done, err := p.svc.Operations().ProcessDueThat(ctx, func(op deletion.Operation) bool { return !ofAnotherTask(op, run.Task) }, options...)
	paused := limit > 0 && time.Since(start) >= limit
	states := map[deletion.State]int{}
	for _, o := range done {
		e.Operation = o.Operation.ID
		e.Deleted += o.Report.Deleted
		e.Skipped += o.Report.Skipped.Total()
		states[o.Operation.State]++
		switch {
		case o.Report.Stopped == deletion.StoppedTime, o.Report.Stopped == deletion.StoppedCancelled && outOfTime(ctx):
			paused = true
		case o.Err != nil:
			errs = append(errs, fmt.Errorf("operation %s: %w", o.Operation.ID, o.Err))
		}
	}
	if len(done) != 1 {
		e.Operation = ""
	}
	e.Message = counted(int64(len(done)), "operation") + listed(states) + "; deleted " + counted(e.Deleted, "contact")
	if outOfTime(ctx) {
		paused = true
	} else {
		errs = append(errs, err)
	}
	return p.s.conclude(ctx, p.judged(e, errs, paused))
}

// judged says what kind of event it was.
func (p *Processing) judged(e Event, errs []error, paused bool) Event {
	switch err := shortened(errs); {
	case err != nil:
		e.Kind, e.Err = failure(err), fmt.Errorf("retention: %s: %w", e.Message, err)
	case paused:
		e.Kind = Unfinished
		e.Message += ", paused"
	default:
		e.Kind = Done
	}
	return e
}

// listed counts the states, in their order.
func listed(states map[deletion.State]int) string {
	var texts []string
	for _, state := range []deletion.State{
		deletion.StateCompleted, deletion.StateProcessing, deletion.StatePaused, deletion.StatePending, deletion.StatePreparing,
		deletion.StateRefused, deletion.StateFailed, deletion.StateCancelled,
	} {
		if n := states[state]; n > 0 {
			texts = append(texts, fmt.Sprintf(", %d %s", n, state))
		}
	}
	return strings.Join(texts, "")
}

// shortened joins the errors, the first few of many.
func shortened(errs []error) error {
	const most = 5
	var out []error
	n := 0
	for _, err := range errs {
		if err == nil {
			continue
		}
		if n++; n <= most {
			out = append(out, err)
		}
	}
	if n > most {
		out = append(out, fmt.Errorf("and %d more", n-most))
	}
	return errors.Join(out...)
}

// submit makes an operation of the pending table, unless one is open: its contacts are
// still in the table.
func (p *Processing) submit(ctx context.Context, run scheduler.Run) error {
	if !p.s.pending {
		return nil
	}
	ops := p.svc.Operations()
	op, found, err := openOf(ctx, ops, run.Task)
	if err == nil && found && op.State == deletion.StateRefused { // the table holds its contacts
		found = false
		_, err = ops.Cancel(ctx, op.ID)
	}
	if err != nil {
		return fmt.Errorf("pending table: %w", err)
	}
	if found && op.PausedBy == deletion.PausedByPerson && op.State == deletion.StatePaused {
		return fmt.Errorf("pending table: %w: operation %s is paused by a person; resume or cancel it", deletion.ErrState, op.ID)
	}
	if found {
		return nil
	}
	waiting, err := p.svc.Pending().Count(ctx)
	if err != nil {
		return fmt.Errorf("pending table: %w", err)
	}
	if waiting == 0 {
		return nil
	}
	_, err = ops.Submit(ctx, deletion.Request{
		Pending: true, Reason: p.s.reasonFor(run.Task), By: by(run.Task), IdempotencyKey: slotKey(run), Period: deletion.AtOnce(),
	}, append(p.s.caps(), p.s.batches()...)...)
	if err != nil {
		return fmt.Errorf("pending table: %w", err)
	}
	return nil
}
