package scheduler

import (
	"fmt"
	"strings"
	"time"
)

// Every returns a schedule with a slot at every whole multiple of the period
// since 1970 in UTC, so that Every(15*time.Minute) has slots at 0, 15, 30 and
// 45 minutes past the hour in most zones, on every instance. The period is at
// least a millisecond and in whole microseconds.
func Every(period time.Duration) Schedule { return every{period: period, first: time.Unix(0, 0)} }

// EveryFrom returns a schedule with a slot at first and then at every period.
func EveryFrom(period time.Duration, first time.Time) Schedule {
	return every{period: period, first: first, from: true}
}

type every struct {
	period time.Duration
	first  time.Time
	from   bool
}

func (s every) Next(t time.Time) time.Time {
	if t.Before(s.first) {
		return s.first
	}
	// In microseconds, because a duration ends at 292 years.
	period := s.period.Microseconds()
	elapsed := t.UnixMicro() - s.first.UnixMicro()
	return time.UnixMicro(s.first.UnixMicro() + (elapsed/period+1)*period)
}

func (s every) String() string {
	if s.from {
		return "every " + period(s.period) + " from " + instant(s.first)
	}
	return "every " + period(s.period)
}

func (s every) Validate() error {
	if err := validatePeriod("period", s.period); err != nil {
		return err
	}
	if s.first.Nanosecond()%1000 != 0 {
		return fmt.Errorf("the first slot %s is not in whole microseconds", instant(s.first))
	}
	return validateInstant("every, from", s.first)
}

func validatePeriod(what string, d time.Duration) error {
	if d < time.Millisecond || d%time.Microsecond != 0 {
		return fmt.Errorf("a %s of %s: at least 1ms, in whole microseconds, is needed", what, d)
	}
	return nil
}

// period returns the text of a duration, without zeros at the end.
func period(d time.Duration) string {
	s := d.String()
	if strings.HasSuffix(s, "m0s") {
		s = strings.TrimSuffix(s, "0s")
	}
	if strings.HasSuffix(s, "h0m") {
		s = strings.TrimSuffix(s, "0m")
	}
	return s
}
