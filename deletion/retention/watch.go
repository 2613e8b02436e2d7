package retention

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/contactsweep/contactsweep/scheduler"
)

// Watching is a task that watches others. Make it with [Watch]. It is immutable, and
// safe for concurrent use.
type Watching struct {
	history History
	after   time.Duration
	tasks   []string
	s       settings
}

// Watch makes the task that tells when one of the tasks has not succeeded for that long,
// at least an hour: because its runs fail or are refused, or because there are none, for
// what does not run cannot say so itself. Who is told is what [Notify] says, the only
// option; [Overdue] comes with every run of the watch until the task has succeeded, and the
// run fails. A run that paused has succeeded.
//
// A task of which there is no record is given that time from the first run of the watch
// itself.
func Watch(history History, after time.Duration, tasks []string, options ...Option) (*Watching, error) {
	var s settings
	s.refuse(isNil(history), "a history is needed, such as a scheduler.Control")
	s.refuse(after < time.Hour, "%s is less than an hour", after)
	s.refuse(len(tasks) == 0, "no task is named")
	for _, task := range tasks {
		if err := scheduler.CheckTask(task); err != nil {
			s.faults = append(s.faults, err)
		}
	}
	err := s.apply("Watch", options, func(string, *settings) string { return "it has no effect" })
	if err != nil {
		return nil, err
	}
	return &Watching{history: history, after: after, tasks: append([]string(nil), tasks...), s: s}, nil
}

// Execute implements [scheduler.ScheduledTask].
func (w *Watching) Execute(ctx context.Context, run scheduler.Run) (scheduler.Result, error) {
	if w.s.off {
		return scheduler.Result{Message: "switched off: nothing is watched"}, nil
	}
	var overdue []string
	var errs []error
	for _, task := range w.tasks {
		since, late, err := w.late(ctx, task, run.Task)
		if err != nil {
			errs = append(errs, fmt.Errorf("retention: watch %s: %w", task, err))
			continue
		}
		if !late {
			continue
		}
		text := fmt.Sprintf("%s has not succeeded for more than %s", task, w.after)
		overdue = append(overdue, text)
		errs = append(errs, w.s.telling(ctx, Event{Kind: Overdue, Task: task, Slot: run.Slot, Since: since, Message: text}))
	}
	if len(overdue) > 0 {
		errs = append(errs, errors.New("retention: "+strings.Join(overdue, "; ")))
	}
	if err := errors.Join(errs...); err != nil {
		return scheduler.Result{}, err
	}
	return scheduler.Result{Message: counted(int64(len(w.tasks)), "task") + " watched, none overdue"}, nil
}

// late reports whether a task is overdue, and when it last succeeded.
func (w *Watching) late(ctx context.Context, task, self string) (since time.Time, late bool, err error) {
	var first time.Time
	page, err := newest(ctx, w.history, task, func(r scheduler.RunRecord) bool {
		first = r.Began
		if good(r) {
			since = r.Ended
		}
		return good(r)
	})
	if err != nil {
		return since, false, err
	}
	from := since
	if from.IsZero() {
		from = first
	}
	if from.IsZero() { // no record at all
		if page, err = newest(ctx, w.history, self, func(r scheduler.RunRecord) bool { from = r.Began; return false }); err != nil {
			return since, false, err
		}
	}
	return since, !from.IsZero() && page.Now.Sub(from) > w.after, nil
}
