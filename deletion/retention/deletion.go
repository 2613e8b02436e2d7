package retention

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/deletion"
	"github.com/contactsweep/contactsweep/scheduler"
	"github.com/contactsweep/contactsweep/where"
)

// The profile of [DeleteInactive].
const (
	inactiveBatch = 1000
	inactivePause = time.Minute
	inactiveLimit = 4 * time.Hour
)

// Deletion is a task that deletes what a condition selects. Make it with
// [DeleteInactive] or [DeleteMatching]. It is immutable, and safe for concurrent use.
type Deletion struct {
	svc       *deletion.Service
	condition where.Condition
	s         settings
}

// DeleteInactive makes the task that deletes contacts without any activity for that
// long; a contact that never had one counts from its creation. See [contacts.Inactive],
// whose fields the schema must have. Less than seven days is an error.
//
// Its batches have 1000 contacts, with a minute between them, and after four hours the
// rest is left to the next slot; [Register] runs it at 02:00. All of that can be
// changed.
func DeleteInactive(svc *deletion.Service, after time.Duration, options ...Option) (*Deletion, error) {
	pause := inactivePause
	s := settings{batchSize: inactiveBatch, pause: &pause, timeLimit: inactiveLimit}
	s.refuse(after < contacts.MinInactivity, "contacts that were active %s ago cannot be called inactive; at least %d days are needed",
		after, contacts.MinInactivity/(24*time.Hour))
	return newDeletion("DeleteInactive", svc, contacts.Inactive(after), s, options)
}

// DeleteMatching makes the task that deletes what the condition selects: relative times
// such as where.Ago refer to the start of each operation. where.Everything cannot be
// confirmed in advance, and is refused.
func DeleteMatching(svc *deletion.Service, condition where.Condition, options ...Option) (*Deletion, error) {
	var s settings
	s.refuse(condition.IsZero(), "the condition is empty")
	s.refuse(condition.IsEverything(), "the condition selects everything, which no task may delete")
	return newDeletion("DeleteMatching", svc, condition, s, options)
}

func newDeletion(name string, svc *deletion.Service, condition where.Condition, s settings, options []Option) (*Deletion, error) {
	s.refuse(svc == nil, "a service is needed")
	err := s.apply(name, options, func(option string, _ *settings) string {
		if option == "EmptyPendingTable" {
			return "it is for ProcessDue"
		}
		return ""
	})
	if err != nil {
		return nil, err
	}
	return &Deletion{svc: svc, condition: condition, s: s}, nil
}

// Execute implements [scheduler.ScheduledTask].
func (d *Deletion) Execute(ctx context.Context, run scheduler.Run) (scheduler.Result, error) {
	if d.s.off {
		return turnedOff()
	}
	e := Event{Task: run.Task, Slot: run.Slot}
	if preview, err := d.s.first(ctx, run); err != nil || preview {
		if err == nil {
			err = d.preview(ctx, &e)
		}
		if err != nil {
			e.Kind, e.Err = Failed, fmt.Errorf("retention: preview: %w", err)
		}
		return d.s.conclude(ctx, e)
	}
	report, err := d.work(ctx, run)
	e.Operation, e.Deleted, e.Skipped = report.Operation, report.Deleted, report.Skipped.Total()
	e.Message = figures(report)
	switch stopped := report.Stopped; {
	case stopped == deletion.StoppedTime, outOfTime(ctx) && (stopped == deletion.StoppedCancelled || ended(ctx, err)):
		e.Kind, e.Forecast = Unfinished, d.forecast(ctx, report)
		e.Message += ", paused; " + e.Forecast.String()
	case err != nil:
		e.Kind, e.Err = failure(err), fmt.Errorf("retention: %s: %w", e.Message, err)
	case stopped == deletion.StoppedDone, stopped == deletion.StoppedOnRequest:
		e.Kind = Done
		e.Message += ", " + string(stopped)
	case stopped == deletion.StoppedCap:
		e.Kind, e.Err = Refused, fmt.Errorf("retention: %s: %w: there is more to delete; raise the cap", e.Message, deletion.ErrCapExceeded)
	default:
		e.Kind, e.Err = Failed, fmt.Errorf("retention: %s, %s: resume or cancel the operation", e.Message, stopped)
	}
	return d.s.conclude(ctx, e)
}

// work does the work of one slot: by an operation where there is a ledger.
func (d *Deletion) work(ctx context.Context, run scheduler.Run) (deletion.Report, error) {
	report, err := d.operate(ctx, run)
	if !errors.Is(err, deletion.ErrNoLedger) {
		return report, err
	}
	return d.svc.BulkDelete(ctx, d.condition, append(d.s.caps(), d.s.pace(ctx)...)...)
}

// figures says what a run did.
func figures(r deletion.Report) string {
	text := "deleted " + counted(r.Deleted, "contact")
	if r.Skipped.Total() > 0 {
		text += ", skipped " + r.Skipped.String()
	}
	if r.Duration >= time.Second {
		text += ", in " + r.Duration.Round(time.Second).String()
	}
	if r.Operation != "" {
		text += ", operation " + r.Operation
	}
	return text
}

// counted is a number of things.
func counted(n int64, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return fmt.Sprintf("%d %ss", n, thing)
}

// caps are the options that limit a call.
func (s *settings) caps() []deletion.Option {
	var out []deletion.Option
	if s.cap > 0 {
		out = append(out, deletion.Cap(s.cap))
	}
	if s.share > 0 {
		out = append(out, deletion.CapShare(s.share))
	}
	return out
}

// pace are the options for how fast a call works, and for how long.
func (s *settings) pace(ctx context.Context) []deletion.Option {
	out := s.batches()
	if limit := s.left(ctx); limit > 0 {
		out = append(out, deletion.TimeLimit(limit))
	}
	return out
}

func (s *settings) batches() []deletion.Option {
	var out []deletion.Option
	if s.batchSize > 0 {
		out = append(out, deletion.BatchSize(s.batchSize))
	}
	if s.pause != nil {
		out = append(out, deletion.Pause(*s.pause))
	}
	return out
}

// left is the time that a call may take; 0: no limit. It stops a little before the
// context ends, so that the run can still be concluded.
func (s *settings) left(ctx context.Context) time.Duration {
	deadline, ok := ctx.Deadline()
	if !ok {
		return s.timeLimit
	}
	left := max(1, time.Until(deadline))
	left -= min(time.Minute, left/20)
	if s.timeLimit > 0 {
		left = min(left, s.timeLimit)
	}
	return left
}
