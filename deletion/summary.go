package deletion

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/contactsweep/contactsweep/store"
)

// Bucket is the width of a summary's intervals.
type Bucket string

// The buckets.
const (
	ByHour  Bucket = "hour"
	ByDay   Bucket = "day"
	ByMonth Bucket = "month"
)

// SummaryRequest asks for a summary of the operations that were created from From
// on and before Until.
type SummaryRequest struct {
	From, Until time.Time // both are needed, at most ten years apart
	By          Bucket    // the default is ByDay
	Zone        *time.Location
}

// Summary counts operations and contacts.
type Summary struct {
	Total  Tally
	States map[State]Tally
	// Series holds an interval for every bucket from From to Until, also where
	// nothing was created.
	Series []Interval
}

// Interval counts the operations created in it.
type Interval struct {
	Start  time.Time // in the zone
	Total  Tally
	States map[State]Tally
}

// Tally counts operations, and the contacts that they have deleted so far.
type Tally struct {
	Operations int64
	Deleted    int64
}

func (t *Tally) add(c store.SummaryCell) {
	t.Operations += c.Operations
	t.Deleted += c.Deleted
}

const maxIntervals = 100_000

func (q SummaryRequest) checked() (SummaryRequest, error) {
	var faults []error
	if q.By == "" {
		q.By = ByDay
	}
	if q.Zone == nil {
		q.Zone = time.UTC
	}
	if !slices.Contains([]Bucket{ByHour, ByDay, ByMonth}, q.By) {
		faults = append(faults, errors.New("there is no such bucket; use ByHour, ByDay or ByMonth"))
	}
	if q.From.IsZero() || q.Until.IsZero() || !q.From.Before(q.Until) || q.Until.After(q.From.AddDate(10, 0, 0)) {
		faults = append(faults, errors.New("From and Until must be given, at most ten years apart, From first"))
	}
	if len(faults) > 0 {
		return q, &RequestError{Faults: faults}
	}
	return q, nil
}

// Summary counts operations by state and by the hour, day or month in a zone.
func (o Operations) Summary(ctx context.Context, q SummaryRequest) (Summary, error) {
	q, err := q.checked()
	if err != nil {
		return Summary{}, err
	}
	if err := o.s.readable(ctx, ""); err != nil {
		return Summary{}, err
	}
	var cells []store.SummaryCell
	err = o.s.reader().try(ctx, "summarise operations", func() (err error) {
		cells, err = o.s.ledger.Operations.Summary(ctx, store.SummaryRequest{Scope: o.s.o.scopeLabel, From: q.From, Until: q.Until})
		return err
	})
	if err != nil {
		return Summary{}, err
	}
	out := Summary{States: map[State]Tally{}, Series: q.intervals()}
	for _, c := range cells {
		out.Total.add(c)
		merge(out.States, c)
		i, found := slices.BinarySearchFunc(out.Series, c.Start, func(i Interval, at time.Time) int { return i.Start.Compare(at) })
		if !found {
			i--
		}
		if i < 0 { // the quarter of an hour begins before From
			i = 0
		}
		out.Series[i].Total.add(c)
		merge(out.Series[i].States, c)
	}
	return out, nil
}

func merge(states map[State]Tally, c store.SummaryCell) {
	t := states[c.State]
	t.add(c)
	states[c.State] = t
}

// intervals are all buckets between the two times.
func (q SummaryRequest) intervals() []Interval {
	var out []Interval
	for at := q.start(q.From); at.Before(q.Until) && len(out) < maxIntervals; at = q.following(at) {
		out = append(out, Interval{Start: at, States: map[State]Tally{}})
	}
	return out
}

// start is the beginning of the bucket that holds the time.
func (q SummaryRequest) start(t time.Time) time.Time {
	t = t.In(q.Zone)
	switch q.By {
	case ByMonth:
		return time.Date(t.Year(), t.Month(), 1, 0, 0, 0, 0, q.Zone)
	case ByDay:
		return time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, q.Zone)
	case ByHour:
	}
	return t.Add(-time.Duration(t.Minute())*time.Minute - time.Duration(t.Second())*time.Second - time.Duration(t.Nanosecond()))
}

// following is the beginning of the next bucket.
func (q SummaryRequest) following(t time.Time) time.Time {
	switch q.By {
	case ByMonth:
		return q.start(t.AddDate(0, 1, 3)) // a day that does not begin at midnight is no harm
	case ByDay:
		return q.start(t.Add(36 * time.Hour)) // a day has 23 to 25 hours
	case ByHour:
	}
	return t.Add(time.Hour)
}

// Health is what an observer watches.
type Health struct {
	// Backlog is the number of operations that anybody may take up now, at most
	// 1000, and OldestDue how long the first of them has waited.
	Backlog   int
	OldestDue time.Duration
	// LastSuccess is when an operation was last completed, among the latest
	// thousand; zero: none of them.
	LastSuccess time.Time
	// Failures is the number of operations that failed since, one after the other,
	// among the latest thousand.
	Failures int
	States   map[State]int64 // of the latest thousand
	Stopped  bool            // the stop switch is on
}

// Health looks at the latest operations. It is cheap enough to be asked every
// minute.
func (o Operations) Health(ctx context.Context) (Health, error) {
	if err := o.s.readable(ctx, ""); err != nil {
		return Health{}, err
	}
	s := o.s
	var ready, latest store.OperationPage
	err := s.reader().try(ctx, "list operations", func() (err error) {
		if ready, err = s.ledger.Operations.List(ctx, store.ListRequest{Scope: s.o.scopeLabel, Ready: true, Limit: maxList}); err != nil {
			return err
		}
		latest, err = s.ledger.Operations.List(ctx, store.ListRequest{Scope: s.o.scopeLabel, Limit: maxList})
		return err
	})
	if err != nil {
		return Health{}, err
	}
	setting, err := s.setting(ctx)
	if err != nil {
		return Health{}, fmt.Errorf("deletion: %w", err)
	}
	out := Health{Backlog: len(ready.Operations), States: map[State]int64{}, Stopped: setting.Stopped}
	if len(ready.Operations) > 0 {
		out.OldestDue = ready.Now.Sub(ready.Operations[0].Ready)
	}
	for _, op := range latest.Operations {
		out.States[op.State]++
		if op.State == StateCompleted && op.Finished.After(out.LastSuccess) {
			out.LastSuccess = op.Finished
		}
	}
	for _, op := range latest.Operations {
		if op.State == StateFailed && op.Updated.After(out.LastSuccess) {
			out.Failures++
		}
	}
	return out, nil
}
