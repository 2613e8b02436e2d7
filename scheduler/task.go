package scheduler

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"strings"
	"time"
	"unicode/utf8"
)

// ScheduledTask is work that runs on a schedule. A host's type implements it;
// what the work needs are its fields.
//
//	type ContactCleaner struct{ Contacts *deletion.Service }
//
//	func (c ContactCleaner) Execute(ctx context.Context, run scheduler.Run) (scheduler.Result, error) { … }
type ScheduledTask interface {
	// Execute does the work of one slot.
	//
	// The context ends at run.Deadline, when the runner stops, and when the
	// lease is lost; context.Cause tells which: context.DeadlineExceeded,
	// [ErrStopped] or [ErrLeaseLost]. Execute must then return soon: at the next
	// point where it can stop, with a result that says Paused if the rest can
	// wait for the next slot. After the grace period the run is marked as
	// abandoned.
	//
	// An error is recorded as the message of a failed run, and so is a panic.
	// A run whose instance dies is tried again up to the limit of
	// [Attempts]: the work must bear being done twice.
	Execute(ctx context.Context, run Run) (Result, error)
}

// TaskFunc is a function as a [ScheduledTask].
type TaskFunc func(ctx context.Context, run Run) (Result, error)

// Execute calls the function.
func (f TaskFunc) Execute(ctx context.Context, run Run) (Result, error) { return f(ctx, run) }

// Run tells a task what it is running for.
type Run struct {
	Task string
	Kind Kind
	// Slot is the nominal time: of the schedule, or when the run was asked for.
	Slot time.Time
	// Attempt is 1, and more if the instances of earlier attempts died.
	Attempt int
	// Missed counts the slots that were passed over before this one.
	Missed int
	// Deadline is when the context ends because of [MaxRunTime], by this
	// instance's clock; zero: never.
	Deadline time.Time
	// Parameters are those of the registration; the task may change them.
	Parameters map[string]string
}

// Result is what a task has to say about a run that did not fail.
type Result struct {
	// Message is recorded and shown, so that it should hold no personal data.
	// No more than 4,000 bytes are kept.
	Message string
	// Paused says that work is left for the next slot.
	Paused bool
}

// ErrStopped is the cause of a task's context that ended because its runner
// stops.
var ErrStopped = errors.New("scheduler: the runner stops")

// ended is how a task's Execute ended.
type ended struct {
	result Result
	err    error
	stack  string // of a panic
}

// execute calls the task, survives it, and says how it ended.
func execute(ctx context.Context, task ScheduledTask, run Run, done func(ended)) {
	end := ended{err: errors.New("the task ended its goroutine")}
	defer func() { done(end) }()
	defer func() {
		if p := recover(); p != nil {
			end = ended{err: fmt.Errorf("panic: %v", p), stack: string(debug.Stack())}
		}
	}()
	result, err := task.Execute(ctx, run)
	end = ended{result: result, err: err}
}

// outcome returns what is recorded of it; cause is that of the task's context.
func (e ended) outcome(cause error) (Outcome, string) {
	switch {
	case e.err == nil && e.result.Paused:
		return OutcomePaused, message(e.result.Message)
	case e.err == nil:
		return OutcomeSucceeded, message(e.result.Message)
	case e.stack == "" && (errors.Is(cause, ErrStopped) || errors.Is(cause, ErrLeaseLost)):
		return OutcomeCancelled, message(e.err.Error())
	case e.stack == "" && errors.Is(cause, context.DeadlineExceeded):
		return OutcomeFailed, message("the maximum run time was over: " + e.err.Error())
	default:
		return OutcomeFailed, message(e.err.Error())
	}
}

// message makes a text that every state can keep.
func message(s string) string {
	s = strings.ReplaceAll(strings.ToValidUTF8(s, "\uFFFD"), "\x00", "\uFFFD")
	if len(s) <= MaxMessageLength {
		return s
	}
	const more = " …"
	cut := MaxMessageLength - len(more)
	for !utf8.RuneStart(s[cut]) {
		cut--
	}
	return s[:cut] + more
}
