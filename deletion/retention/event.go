package retention

import (
	"context"
	"errors"
	"reflect"
	"time"

	"github.com/contactsweep/contactsweep/deletion"
	"github.com/contactsweep/contactsweep/scheduler"
)

// EventKind says what became of a run.
type EventKind string

// The kinds.
const (
	Done       EventKind = "done"
	Previewed  EventKind = "previewed"       // see [PreviewFirst]
	Unfinished EventKind = "will not finish" // in this slot; the rest is left to the next
	Refused    EventKind = "refused by cap"  // nothing was deleted, or no more
	Failed     EventKind = "failed"
	Overdue    EventKind = "has not succeeded" // for as long as a [Watch] allows
)

// Event is what the owner of a task is told. It holds no contact data.
type Event struct {
	Kind EventKind
	Task string
	Slot time.Time
	// Operation is the ID of the operation; empty: none, or several.
	Operation string
	// Deleted and Skipped are those of the run; of a preview, what would be deleted and
	// what protection or rows hold back.
	Deleted int64
	Skipped int64
	// Forecast is there for Unfinished.
	Forecast Forecast
	// Since is when an overdue task last succeeded; zero: nobody knows of a time.
	Since time.Time
	// Message is the run's message.
	Message string
	// Err is why it was refused or failed.
	Err error
}

const tellTime = 30 * time.Second

// telling tells the owner, whatever has become of the run's context.
func (s *settings) telling(ctx context.Context, e Event) (err error) {
	if s.tell == nil || errors.Is(context.Cause(ctx), scheduler.ErrLeaseLost) { // another instance has the run, and tells
		return nil
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), tellTime)
	defer cancel()
	defer func() {
		if recover() != nil {
			err = errors.New("the owner could not be told: the function panicked")
		}
	}()
	if err := s.tell(ctx, e); err != nil {
		return errors.Join(errors.New("the owner could not be told"), err)
	}
	return nil
}

// conclude tells the owner and makes the result of the run.
func (s *settings) conclude(ctx context.Context, e Event) (scheduler.Result, error) {
	untold := s.telling(ctx, e)
	if e.Err != nil {
		return scheduler.Result{}, errors.Join(e.Err, untold)
	}
	if untold != nil {
		e.Message += "; " + untold.Error()
	}
	return scheduler.Result{Message: e.Message, Paused: e.Kind == Unfinished}, nil
}

// turnedOff is the result of a task that is off.
func turnedOff() (scheduler.Result, error) {
	return scheduler.Result{Message: "switched off: nothing is deleted"}, nil
}

// outOfTime reports whether the run ended because its context did, in a way that leaves
// the rest to the next slot.
func outOfTime(ctx context.Context) bool {
	cause := context.Cause(ctx)
	return errors.Is(cause, context.DeadlineExceeded) || errors.Is(cause, scheduler.ErrStopped)
}

// ended reports whether the error says no more than that the context has ended.
func ended(ctx context.Context, err error) bool {
	return err != nil && (errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Cause(ctx)))
}

// failure is the kind of a run that ended with an error.
func failure(err error) EventKind {
	if errors.Is(err, deletion.ErrCapExceeded) {
		return Refused
	}
	return Failed
}

// isNil also finds pointers that are nil in an interface.
func isNil(x any) bool {
	v := reflect.ValueOf(x)
	return !v.IsValid() || v.Kind() == reflect.Pointer && v.IsNil()
}
