package scheduler

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/adhocore/gronx"
)

// Cron returns a schedule from a cron expression, read in the zone: five fields
// (minute, hour, day of the month, number of the month, day of the week), six
// with the second first, seven with the year last, or a tag such as @hourly. If the day of the
// month and that of the week are both given, one of them is enough.
//
// [Schedule] tells what happens on daylight-saving days, where it matters
// whether the hours are a wildcard or have a step.
func Cron(expr string, loc *time.Location) Schedule {
	expr = strings.Join(strings.Fields(expr), " ")
	segments, err := gronx.Segments(expr)
	if err != nil {
		return cron{expr: expr, loc: loc, fault: err}
	}
	hours := segments[2]
	return cron{
		expr: expr, full: strings.Join(segments, " "), loc: loc,
		elapsed: strings.HasPrefix(hours, "*") || strings.Contains(hours, "/"),
	}
}

type cron struct {
	expr, full string
	loc        *time.Location
	elapsed    bool // the hours follow elapsed time
	fault      error
}

func (s cron) String() string { return fmt.Sprintf("cron %q in %s", s.expr, s.loc) }

func (s cron) Validate() error {
	if s.fault == nil && !gronx.New().IsValid(s.full) {
		s.fault = errors.New("a field has a value that is not possible")
	}
	if s.fault != nil {
		return fmt.Errorf("cron expression %q: %w", s.expr, s.fault)
	}
	if err := validateZone(s.loc); err != nil {
		return err
	}
	if strings.Count(s.full, " ") < 6 { // with a year it may well be over
		if _, ok := s.match(time.Date(2025, 1, 1, 0, 0, 0, 0, time.UTC), true); !ok {
			return fmt.Errorf("cron expression %q never comes true", s.expr)
		}
	}
	return nil
}

// match returns the first wall time that the expression matches.
func (s cron) match(wall time.Time, inclusive bool) (time.Time, bool) {
	// The parser gives up after a while, for example between two leap years
	// that are eight years apart.
	for year := range horizonYears {
		t, err := gronx.NextTickAfter(s.full, wall.AddDate(year, 0, 0), inclusive || year > 0)
		if err == nil {
			return t, true
		}
	}
	return time.Time{}, false
}

func (s cron) Next(t time.Time) time.Time {
	if s.fault != nil {
		return time.Time{}
	}
	if s.elapsed {
		return s.nextElapsed(t)
	}
	wall := wallOf(t, s.loc)
	for {
		var ok bool
		if wall, ok = s.match(wall, false); !ok {
			return time.Time{}
		}
		// Behind us is what the clocks show for the second time.
		if slot, ok := resolve(wall, s.loc); ok && slot.After(t) {
			return slot
		}
	}
}

// nextElapsed looks from one change of the clocks to the next. What is left out
// by one is looked for behind it, at the distance to UTC that was before.
func (s cron) nextElapsed(t time.Time) time.Time {
	here := spanAt(t, s.loc)
	var best time.Time
	if !here.start.IsZero() {
		best = s.inSpan(spanAt(here.start.Add(-1), s.loc), t)
	}
	for {
		if !best.IsZero() && best.Before(here.start) {
			return best
		}
		if slot := s.inSpan(here, t); !slot.IsZero() && (best.IsZero() || slot.Before(best)) {
			best = slot
		}
		if here.end.IsZero() || here.end.After(t.AddDate(horizonYears, 0, 0)) ||
			!best.IsZero() && best.Before(here.end) {
			return best
		}
		here = spanAt(here.end, s.loc)
	}
}

// inSpan returns the first slot after t by the clocks of the span, zero if there
// is none before its end or in the gap that follows.
func (s cron) inSpan(in span, t time.Time) time.Time {
	wall, inclusive := t.UTC().Add(in.offset), false
	if t.Before(in.start) {
		wall, inclusive = in.start.UTC().Add(in.offset), true
	}
	for {
		var ok bool
		if wall, ok = s.match(wall, inclusive); !ok {
			return time.Time{}
		}
		slot := wall.Add(-in.offset)
		if in.end.IsZero() || slot.Before(in.end) {
			return slot
		}
		gap, wholeDate := in.leavesOut(wall)
		if gap && !wholeDate {
			return slot
		}
		if !gap {
			return time.Time{}
		}
		inclusive = false
	}
}
