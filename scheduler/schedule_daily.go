package scheduler

import (
	"fmt"
	"time"
)

// DailyAt returns a schedule with a slot on every day, when the clocks of the
// zone show the time. [Schedule] tells what happens on daylight-saving days.
//
// time.Local is the zone of the process; all instances must then be in the
// same one. A named zone is better.
func DailyAt(hour, minute int, loc *time.Location) Schedule {
	return daily{at: At(hour, minute), loc: loc}
}

type daily struct {
	at  TimeOfDay
	loc *time.Location
}

func (s daily) Next(t time.Time) time.Time {
	// The day before, because its slot may be behind a gap that ends today.
	date := dateOf(wallOf(t, s.loc)).AddDate(0, 0, -1)
	for {
		if slot, ok := resolve(s.at.on(date), s.loc); ok && slot.After(t) {
			return slot
		}
		date = date.AddDate(0, 0, 1)
	}
}

func (s daily) String() string { return fmt.Sprintf("daily at %s in %s", s.at, s.loc) }

func (s daily) Validate() error {
	if err := s.at.validate(); err != nil {
		return err
	}
	return validateZone(s.loc)
}

// Once returns a schedule with one slot.
func Once(t time.Time) Schedule { return once{t: t} }

type once struct{ t time.Time }

func (s once) Next(t time.Time) time.Time {
	if s.t.After(t) {
		return s.t
	}
	return time.Time{}
}

func (s once) String() string  { return "once at " + instant(s.t) }
func (s once) Validate() error { return validateInstant("once at", s.t) }
