package scheduler

import (
	"fmt"
	"strings"
	"time"
	"unicode/utf8"
)

// What a state must be able to keep.
const (
	MaxTaskLength     = 100  // bytes of an identifier
	MaxHolderLength   = 200  // bytes of an instance's name
	MaxScheduleLength = 1000 // bytes of a schedule's text
	MaxMessageLength  = 4000 // bytes of a message
)

func invalid(format string, args ...any) error {
	return fmt.Errorf("%w: %s", ErrInvalidRequest, fmt.Sprintf(format, args...))
}

// CheckTask refuses what is not an identifier: 1 to 100 ASCII letters, digits,
// dots, hyphens, underscores and slashes, the first one a letter.
func CheckTask(task string) error {
	if task == "" {
		return invalid("the task has no identifier")
	}
	if len(task) > MaxTaskLength {
		return invalid("an identifier of %d bytes: at most %d are allowed", len(task), MaxTaskLength)
	}
	for i, c := range []byte(task) {
		letter := 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z'
		if !letter && (i == 0 || !strings.ContainsRune("0123456789.-_/", rune(c))) {
			return invalid("identifier %q: letters, digits and . - _ / are allowed, and the first is a letter", task)
		}
	}
	return nil
}

func checkText(what, text string, limit int) error {
	switch {
	case len(text) > limit:
		return invalid("%s of %d bytes: at most %d are allowed", what, len(text), limit)
	case !utf8.ValidString(text) || strings.ContainsRune(text, 0):
		return invalid("%s is not UTF-8 text without NUL", what)
	}
	return nil
}

func checkTime(what string, t time.Time) error {
	if t.IsZero() {
		return nil
	}
	if t.Nanosecond()%1000 != 0 {
		return invalid("%s %s is not in whole microseconds", what, t.Format(time.RFC3339Nano))
	}
	if y := t.UTC().Year(); y < 1970 || y > 9999 {
		return invalid("%s in the year %d: 1970 to 9999 are allowed", what, y)
	}
	return nil
}

func checkSlot(kind Kind, slot time.Time) error {
	if kind != KindDue && kind != KindRunNow {
		return invalid("kind %q", kind)
	}
	if slot.IsZero() {
		return invalid("the run has no slot")
	}
	return checkTime("slot", slot)
}

func checkLease(d time.Duration) error {
	if d < time.Millisecond || d > 24*time.Hour {
		return invalid("a lease of %s: 1ms to 24h are allowed", d)
	}
	return nil
}

func checkFingerprint(s string) error {
	if len(s) != 64 || strings.Trim(s, "0123456789abcdef") != "" {
		return invalid("fingerprint %q is not 64 lower-case hexadecimal digits", s)
	}
	return nil
}

// Validate reports the first fault of the request.
func (r RegisterRequest) Validate() error {
	if r.Stale < 0 {
		return invalid("stale after %s, which is negative", r.Stale)
	}
	seen := make(map[string]bool, len(r.Definitions))
	for _, d := range r.Definitions {
		if err := CheckTask(d.Task); err != nil {
			return err
		}
		if seen[d.Task] {
			return invalid("two definitions of task %q", d.Task)
		}
		seen[d.Task] = true
		if d.Schedule == "" {
			return invalid("task %q has no schedule", d.Task)
		}
		if err := checkText("schedule", d.Schedule, MaxScheduleLength); err != nil {
			return err
		}
		if err := checkFingerprint(d.Fingerprint); err != nil {
			return err
		}
	}
	return nil
}

// Validate reports the first fault of the request.
func (r ChangeRequest) Validate() error {
	if err := CheckTask(r.Task); err != nil {
		return err
	}
	n := 0
	if r.Switch != nil {
		n++
		if s := *r.Switch; s != SwitchByCode && s != SwitchOn && s != SwitchOff {
			return invalid("switch %q", s)
		}
	}
	if r.Override != nil {
		n++
		if err := checkText("schedule", *r.Override, MaxScheduleLength); err != nil {
			return err
		}
	}
	if r.RunNow {
		n++
	}
	if n != 1 {
		return invalid("%d changes at once: exactly one is allowed", n)
	}
	return nil
}

// Validate reports the first fault of the request.
func (r TasksRequest) Validate() error {
	for _, task := range r.Tasks {
		if err := CheckTask(task); err != nil {
			return err
		}
	}
	return nil
}

// Validate reports the first fault of the request.
func (r RunsRequest) Validate() error {
	if r.Task != "" {
		if err := CheckTask(r.Task); err != nil {
			return err
		}
	}
	if r.Kind != "" || !r.Slot.IsZero() {
		if r.Task == "" {
			return invalid("a slot without a task")
		}
		if err := checkSlot(r.Kind, r.Slot); err != nil {
			return err
		}
	}
	switch {
	case r.Before < 0:
		return invalid("runs before %d, which is negative", r.Before)
	case r.Limit < 1 || r.Limit > 1000:
		return invalid("a page of %d runs: 1 to 1000 are allowed", r.Limit)
	}
	return nil
}

// Validate reports the first fault of the request.
func (r PruneRequest) Validate() error {
	if r.Task != "" {
		if err := CheckTask(r.Task); err != nil {
			return err
		}
	}
	switch {
	case r.Age <= 0:
		return invalid("runs older than %s: a positive age is needed", r.Age)
	case r.Limit < 1 || r.Limit > 10_000:
		return invalid("at most %d runs to prune: 1 to 10000 are allowed", r.Limit)
	}
	return nil
}
