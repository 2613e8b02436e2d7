package scheduler

import (
	"errors"
	"fmt"
	"time"
)

// Schedule says when a task runs. The package has [DailyAt], [Every],
// [EveryFrom], [Cron], [Once] and [Manual], which [Starting], [Until],
// [Between], [OnWeekdays] and [WithJitter] narrow down; a host may bring its
// own, such as that of another library.
//
// A schedule is immutable and safe for concurrent use, and gives the same
// answers on every instance. Faults, such as an hour of 25, are reported where
// the schedule is registered: by its method Validate() error, if it has one.
//
// # Daylight saving
//
// A time of day that the clocks leave out is replaced by the first instant after
// the gap; one that they show twice means the first of the two; and a day that
// there is not, because a country crossed the date line, is left out. So a daily
// task runs once on every day that there is.
//
// Schedules of elapsed time follow elapsed time: Every, and cron expressions
// whose hours are a wildcard or have a step (*, */2, 8-18/2). For those an
// hour that occurs twice counts twice, and a time in a gap means the instant
// at which the clocks would have shown it without the change.
type Schedule interface {
	// Next returns the first slot after t, exclusive, and the zero time if
	// there is none. Slots are in whole microseconds; finer ones are rounded up.
	Next(t time.Time) time.Time
	// String returns the text of the schedule. It says everything: schedules
	// with the same text have the same slots. [ParseSchedule] reads the texts of
	// this package's schedules.
	String() string
}

// Delayer is implemented by schedules that start a slot later than its nominal
// time; see [WithJitter].
type Delayer interface {
	// Delay returns how much later, the same on every instance; not negative.
	Delay(task string, slot time.Time) time.Duration
}

// Manual returns a schedule without slots, for tasks that only run when asked.
func Manual() Schedule { return manual{} }

type manual struct{}

func (manual) Next(time.Time) time.Time { return time.Time{} }
func (manual) String() string           { return "manual" }

// TimeOfDay is what a clock shows.
type TimeOfDay struct{ hour, minute int }

// At returns a time of day, from 0:00 to 23:59.
func At(hour, minute int) TimeOfDay { return TimeOfDay{hour, minute} }

// String returns the time as 02:00.
func (t TimeOfDay) String() string { return fmt.Sprintf("%02d:%02d", t.hour, t.minute) }

func (t TimeOfDay) validate() error {
	if t.hour < 0 || t.hour > 23 || t.minute < 0 || t.minute > 59 {
		return fmt.Errorf("time of day %s: 00:00 to 23:59 are possible", t)
	}
	return nil
}

func (t TimeOfDay) on(date time.Time) time.Time {
	return time.Date(date.Year(), date.Month(), date.Day(), t.hour, t.minute, 0, 0, time.UTC)
}

// validate returns the schedule's faults.
func validate(s Schedule) error {
	if s == nil {
		return errors.New("the schedule is nil")
	}
	if v, ok := s.(interface{ Validate() error }); ok {
		return v.Validate()
	}
	return nil
}

// validateZone demands a zone that every instance finds by its name.
func validateZone(loc *time.Location) error {
	if loc == nil {
		return errors.New("the time zone is nil: use time.LoadLocation, time.UTC or time.Local")
	}
	named, err := time.LoadLocation(loc.String())
	if err != nil {
		return fmt.Errorf("time zone %q is not in this host's time zone database: use time.LoadLocation with a name such as Europe/Berlin", loc)
	}
	for month := range 24 {
		at := time.Date(2020, time.Month(1+month), 1, 0, 0, 0, 0, time.UTC)
		_, want := at.In(named).Zone()
		if _, got := at.In(loc).Zone(); got != want {
			return fmt.Errorf("time zone %q is another one than the database has under that name: use time.LoadLocation", loc)
		}
	}
	return nil
}

func validateInstant(what string, t time.Time) error {
	if y := t.UTC().Year(); y < 1970 || y > 9999 {
		return fmt.Errorf("%s %s: years from 1970 to 9999 are possible", what, t.UTC().Format(time.RFC3339))
	}
	return nil
}

// instant returns the text of an instant.
func instant(t time.Time) string { return t.UTC().Format(time.RFC3339Nano) }

// next returns the first slot after t as the scheduler counts it: in UTC, in
// whole microseconds. It survives a host's schedule that panics, stands
// still or leaves the years that a state keeps.
func next(s Schedule, t time.Time) (slot time.Time, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("scheduler: schedule %q panicked: %v", s, p)
		}
	}()
	slot = s.Next(t)
	if slot.IsZero() {
		return slot, nil
	}
	if !slot.After(t) {
		return time.Time{}, fmt.Errorf("scheduler: schedule %q stands still at %s", s, instant(t))
	}
	whole := slot.UTC().Round(0).Truncate(time.Microsecond)
	if whole.Before(slot) {
		whole = whole.Add(time.Microsecond)
	}
	if whole.Year() > 9999 {
		return time.Time{}, nil
	}
	return whole, nil
}

// delayed returns when the slot of a task may start.
func delayed(s Schedule, task string, slot time.Time) time.Time {
	if d, ok := s.(Delayer); ok && !slot.IsZero() {
		return slot.Add(max(0, d.Delay(task, slot).Truncate(time.Microsecond)))
	}
	return slot
}
