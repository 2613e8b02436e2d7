package scheduler

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"
)

// Registry holds the tasks of a host. It is safe for concurrent use; a runner
// sees the tasks that were there when it was made.
type Registry struct {
	mu      sync.Mutex
	entries map[string]*entry
}

// NewRegistry returns an empty registry.
func NewRegistry() *Registry { return &Registry{entries: map[string]*entry{}} }

// entry is a registered task.
type entry struct {
	def        Definition
	name       string
	task       ScheduledTask
	schedule   Schedule
	missed     int // the largest number of due slots that are run
	within     time.Duration
	maxRunTime time.Duration
	attempts   int64
	parameters map[string]string
	faults     []error
}

func (e *entry) fault(format string, args ...any) {
	e.faults = append(e.faults, fmt.Errorf(format, args...))
}

// Register adds a task under an identifier, which stays the same over all
// versions of the host: history, plan and changes at run time hang on it. It has
// 1 to 100 ASCII letters, digits, dots, hyphens, underscores and slashes. All
// faults are reported at once, and the task is then not registered.
func (r *Registry) Register(identifier string, task ScheduledTask, schedule Schedule, opts ...TaskOption) error {
	e := &entry{name: identifier, task: task, schedule: schedule, missed: 1, attempts: 3}
	if err := CheckTask(identifier); err != nil {
		e.faults = append(e.faults, err)
	}
	if task == nil {
		e.fault("the task is nil")
	}
	e.setSchedule(identifier)
	for _, opt := range opts {
		if opt == nil {
			e.fault("an option is nil")
			continue
		}
		opt(e)
	}
	e.def.Fingerprint = fingerprint(e.def)
	if len(e.faults) > 0 {
		return fmt.Errorf("scheduler: register task %q: %w", identifier, errors.Join(e.faults...))
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	for other := range r.entries {
		if strings.EqualFold(other, identifier) {
			return fmt.Errorf("scheduler: register task %q: task %q is registered already", identifier, other)
		}
	}
	r.entries[identifier] = e
	return nil
}

func (e *entry) setSchedule(identifier string) {
	if err := validate(e.schedule); err != nil {
		e.faults = append(e.faults, err)
		return
	}
	e.def = Definition{Task: identifier, Schedule: e.schedule.String()}
	if err := checkText("schedule", e.def.Schedule, MaxScheduleLength); err != nil {
		e.faults = append(e.faults, err)
	} else if e.def.Schedule == "" {
		e.fault("the schedule has no text")
	}
}

func fingerprint(d Definition) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "1\x00%s\x00%t", d.Schedule, d.Disabled))
	return hex.EncodeToString(sum[:])
}

// snapshot returns the entries by identifier.
func (r *Registry) snapshot() map[string]*entry {
	if r == nil {
		return map[string]*entry{}
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	return maps.Clone(r.entries)
}

func definitions(entries map[string]*entry) []Definition {
	out := make([]Definition, 0, len(entries))
	for _, name := range slices.Sorted(maps.Keys(entries)) {
		out = append(out, entries[name].def)
	}
	return out
}
