package scheduler

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// horizon is how far ahead a schedule looks for a slot. A schedule whose parts
// exclude each other has none.
const horizonYears = 9

// Between returns the schedule without its slots outside the hours of the day:
// those at which the clocks of the zone show from or later, but not yet to. If to
// is earlier than from, the hours go over midnight.
func Between(s Schedule, from, to TimeOfDay, loc *time.Location) Schedule {
	return between{wrap{s}, from, to, loc}
}

// OnWeekdays returns the schedule without its slots on other days of the week in
// the zone.
func OnWeekdays(s Schedule, loc *time.Location, days ...time.Weekday) Schedule {
	return weekdays{wrap{s}, loc, days}
}

// narrowed returns the first slot after t that is allowed. Where one is not,
// opening is the schedule of when that may change.
func narrowed(s Schedule, t time.Time, allowed func(time.Time) bool, opening Schedule) time.Time {
	end := t.AddDate(horizonYears, 0, 0)
	for {
		slot := s.Next(t)
		if slot.IsZero() || !slot.After(t) || slot.After(end) {
			return time.Time{}
		}
		if allowed(slot) {
			return slot
		}
		t = opening.Next(slot).Add(-1) // the opening itself may be a slot
	}
}

type between struct {
	wrap
	from, to TimeOfDay
	loc      *time.Location
}

func (s between) Next(t time.Time) time.Time {
	return narrowed(s.inner, t, s.allowed, daily{at: s.from, loc: s.loc})
}

func (s between) allowed(t time.Time) bool {
	wall := wallOf(t, s.loc)
	from, to := s.from.on(wall), s.to.on(wall)
	if to.After(from) {
		return !wall.Before(from) && wall.Before(to)
	}
	return !wall.Before(from) || wall.Before(to)
}

func (s between) String() string {
	return fmt.Sprintf("%s between %s and %s in %s", s.inner, s.from, s.to, s.loc)
}

func (s between) Validate() error {
	if err := errors.Join(s.from.validate(), s.to.validate(), validateZone(s.loc)); err != nil {
		return err
	}
	if s.from == s.to {
		return fmt.Errorf("between %s and %s there is no time", s.from, s.to)
	}
	return s.wrap.Validate()
}

type weekdays struct {
	wrap
	loc  *time.Location
	days []time.Weekday
}

func (s weekdays) Next(t time.Time) time.Time {
	return narrowed(s.inner, t, func(slot time.Time) bool {
		return slices.Contains(s.days, wallOf(slot, s.loc).Weekday())
	}, daily{loc: s.loc})
}

func (s weekdays) String() string {
	var names []string
	for i := range 7 {
		if day := time.Weekday((i + 1) % 7); slices.Contains(s.days, day) {
			names = append(names, day.String()[:3])
		}
	}
	return fmt.Sprintf("%s on %s in %s", s.inner, strings.Join(names, ","), s.loc)
}

func (s weekdays) Validate() error {
	if len(s.days) == 0 {
		return errors.New("no day of the week")
	}
	for _, day := range s.days {
		if day < time.Sunday || day > time.Saturday {
			return fmt.Errorf("day %d of the week: time.Sunday to time.Saturday are possible", day)
		}
	}
	if err := validateZone(s.loc); err != nil {
		return err
	}
	return s.wrap.Validate()
}
