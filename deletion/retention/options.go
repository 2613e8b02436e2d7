package retention

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/contactsweep/contactsweep/scheduler"
)

// ErrInvalidOption is the class of [OptionsError]: what a task is made of is wrong.
var ErrInvalidOption = errors.New("invalid option")

// OptionsError lists everything that is wrong with a task that was to be made.
type OptionsError struct {
	Task   string  // the function that was called
	Faults []error // at least one
}

// Error lists all faults on one line.
func (e *OptionsError) Error() string {
	texts := make([]string, len(e.Faults))
	for i, fault := range e.Faults {
		texts[i] = fault.Error()
	}
	return "retention: " + e.Task + ": " + strings.Join(texts, "; ")
}

// Unwrap returns ErrInvalidOption and the faults.
func (e *OptionsError) Unwrap() []error { return append([]error{ErrInvalidOption}, e.Faults...) }

// Option changes a task. All faults are reported at once, those that have no effect
// on the task included.
type Option func(*settings)

// BatchSize fixes the number of contacts in a batch, at least 1. The default is 1000
// for [DeleteInactive], and else what the service does.
func BatchSize(n int) Option {
	return func(s *settings) {
		s.refuse(n < 1, "BatchSize: %d is less than 1", n)
		s.batchSize = n
		s.give("BatchSize")
	}
}

// Pause sets the pause between batches, 0 for none. The default is a minute for
// [DeleteInactive], and else what the service does.
func Pause(d time.Duration) Option {
	return func(s *settings) {
		s.refuse(d < 0, "Pause: %s is negative", d)
		s.pause = &d
		s.give("Pause")
	}
}

// TimeLimit pauses the work once a run has taken that long, and leaves the rest to
// the next slot. The default is four hours for [DeleteInactive], and else none. A
// run stops shortly before scheduler.MaxRunTime in any case.
func TimeLimit(d time.Duration) Option {
	return func(s *settings) {
		s.refuse(d <= 0, "TimeLimit: %s is not positive", d)
		s.timeLimit = d
	}
}

// Cap refuses a run that matches more contacts than n, at least 1: nothing is
// deleted, and the owner is told. The default is the service's caps.
func Cap(n int64) Option {
	return func(s *settings) {
		s.refuse(n < 1, "Cap: %d is less than 1", n)
		s.cap = n
		s.give("Cap")
	}
}

// CapShare refuses a run that matches more than this share of all contacts in scope,
// above 0 and at most 1. With [Cap] both apply.
func CapShare(share float64) Option {
	return func(s *settings) {
		s.refuse(!(share > 0 && share <= 1), "CapShare: the share is not above 0 and at most 1")
		s.share = share
		s.give("CapShare")
	}
}

// Reason is kept with the operations and in the archive: no contact data, and at most
// 1000 bytes. The default names the task.
func Reason(text string) Option {
	return func(s *settings) {
		s.refuse(text == "" || len(text) > maxReason, "Reason: it has %d bytes; 1 to %d are possible", len(text), maxReason)
		s.reason = text
		s.give("Reason")
	}
}

const maxReason = 1000

// Off makes a task that does nothing and says so: for hosts whose own tasks do the
// work, and for configurations with a switch.
func Off() Option { return func(s *settings) { s.off = true } }

// EmptyPendingTable makes [ProcessDue] submit the contacts of the pending table first,
// as an operation that is due at once.
func EmptyPendingTable() Option {
	return func(s *settings) {
		s.pending = true
		s.give("EmptyPendingTable")
	}
}

// PreviewFirst makes the first run only preview: its result says how many contacts the
// next one would delete. It is the first run as long as the history of the task has no
// preview; a *scheduler.Control and a *scheduler.Runner know it.
func PreviewFirst(history History) Option {
	return func(s *settings) {
		s.refuse(isNil(history), "PreviewFirst: a history is needed, such as a scheduler.Control")
		s.history = history
		s.give("PreviewFirst")
	}
}

// History knows the runs of tasks.
type History interface {
	// History returns a page of the records of runs, the newest first.
	History(ctx context.Context, r scheduler.RunsRequest) (scheduler.RunsPage, error)
}

// Notify sets the function that is told what became of a run, in the run's own
// goroutine, within 30 seconds. What it returns is added to the run's message, and does
// not make it fail. The default tells nobody.
func Notify(tell func(context.Context, Event) error) Option {
	return func(s *settings) {
		s.refuse(tell == nil, "Notify: the function is nil")
		s.tell = tell
	}
}

// settings are what a task was made with.
type settings struct {
	batchSize int
	pause     *time.Duration
	timeLimit time.Duration
	cap       int64
	share     float64
	reason    string
	off       bool
	pending   bool
	history   History
	tell      func(context.Context, Event) error
	given     []string // options that not every task has
	faults    []error
}

func (s *settings) give(option string) { s.given = append(s.given, option) }

func (s *settings) refuse(bad bool, format string, args ...any) {
	if bad {
		s.faults = append(s.faults, fmt.Errorf(format, args...))
	}
}

// apply applies the options, of which those that are named have no effect on the task.
func (s *settings) apply(task string, options []Option, without func(option string, s *settings) string) error {
	for i, option := range options {
		if option == nil {
			s.refuse(true, "option %d of %d is nil", i+1, len(options))
			continue
		}
		option(s)
	}
	for _, option := range s.given {
		why := without(option, s)
		s.refuse(why != "", "%s: %s", option, why)
	}
	if len(s.faults) > 0 {
		return &OptionsError{Task: task, Faults: s.faults}
	}
	return nil
}
