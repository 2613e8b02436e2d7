package scheduler

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"time"
)

// Starting returns the schedule without its slots before t.
func Starting(s Schedule, t time.Time) Schedule { return starting{wrap{s}, t} }

// Until returns the schedule without its slots after t.
func Until(s Schedule, t time.Time) Schedule { return until{wrap{s}, t} }

// WithJitter delays each slot by less than limit. The delay comes from a hash of
// the task and the slot, so that tasks of the same schedule spread, and all
// instances agree. The slot keeps its nominal time; only the start is later.
// The limit should be shorter than the distance between slots.
func WithJitter(s Schedule, limit time.Duration) Schedule { return jitter{wrap{s}, limit} }

// wrap is what schedules that narrow down another one have in common.
type wrap struct{ inner Schedule }

// Delay is that of the schedule within.
func (w wrap) Delay(task string, slot time.Time) time.Duration {
	if d, ok := w.inner.(Delayer); ok {
		return d.Delay(task, slot)
	}
	return 0
}

// Validate is that of the schedule within.
func (w wrap) Validate() error { return validate(w.inner) }

type starting struct {
	wrap
	t time.Time
}

func (s starting) Next(t time.Time) time.Time {
	if t.Before(s.t) {
		t = s.t.Add(-1)
	}
	return s.inner.Next(t)
}

func (s starting) String() string { return fmt.Sprintf("%s starting %s", s.inner, instant(s.t)) }

func (s starting) Validate() error {
	if err := s.wrap.Validate(); err != nil {
		return err
	}
	return validateInstant("starting", s.t)
}

type until struct {
	wrap
	t time.Time
}

func (s until) Next(t time.Time) time.Time {
	if slot := s.inner.Next(t); !slot.After(s.t) {
		return slot
	}
	return time.Time{}
}

func (s until) String() string { return fmt.Sprintf("%s until %s", s.inner, instant(s.t)) }

func (s until) Validate() error {
	if err := s.wrap.Validate(); err != nil {
		return err
	}
	return validateInstant("until", s.t)
}

type jitter struct {
	wrap
	limit time.Duration
}

func (s jitter) Next(t time.Time) time.Time { return s.inner.Next(t) }
func (s jitter) String() string             { return fmt.Sprintf("%s jitter %s", s.inner, period(s.limit)) }

func (s jitter) Validate() error {
	if err := s.wrap.Validate(); err != nil {
		return err
	}
	if err := validatePeriod("jitter", s.limit); err != nil {
		return err
	}
	if e, ok := s.inner.(every); ok && s.limit > e.period {
		return fmt.Errorf("a jitter of %s is longer than the period of %s", period(s.limit), period(e.period))
	}
	return nil
}

func (s jitter) Delay(task string, slot time.Time) time.Duration {
	h := sha256.New()
	h.Write([]byte(task))
	h.Write([]byte{0})
	h.Write(binary.BigEndian.AppendUint64(nil, uint64(slot.UnixMicro())))
	drawn := binary.BigEndian.Uint64(h.Sum(nil)) % uint64(s.limit/time.Microsecond) //nolint:gosec // the limit is positive
	return s.wrap.Delay(task, slot) + time.Duration(drawn)*time.Microsecond         //nolint:gosec // less than the limit
}
