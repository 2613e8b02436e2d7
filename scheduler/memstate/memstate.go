// Package memstate keeps the state of a scheduler in memory: for unit tests,
// for programs of one process that need nothing to survive a restart, and as
// the model of what a state does. With it, several runners of one process share
// the work as instances share it over a database.
package memstate

import (
	"context"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/contactsweep/contactsweep/scheduler"
	"github.com/contactsweep/contactsweep/scheduler/internal/rules"
)

// State is a [scheduler.State] in memory. Make one with [New].
type State struct {
	clock func() time.Time

	mu    sync.Mutex
	tasks map[string]scheduler.TaskState
	runs  []scheduler.RunRecord   // by ID
	index map[scheduler.Ref]int64 // the IDs
	ids   int64
}

var _ scheduler.State = (*State)(nil)

// Option changes a State that [New] makes.
type Option func(*State)

// WithClock sets the clock that decides what is due. The default, and what nil
// stands for, is time.Now, which a synctest bubble controls.
func WithClock(clock func() time.Time) Option {
	return func(s *State) {
		if clock != nil {
			s.clock = clock
		}
	}
}

// New returns an empty state.
func New(opts ...Option) *State {
	s := &State{clock: time.Now, tasks: map[string]scheduler.TaskState{}, index: map[scheduler.Ref]int64{}}
	for _, opt := range opts {
		opt(s)
	}
	return s
}

func (s *State) now() time.Time { return s.clock().UTC().Truncate(time.Microsecond) }

// begin checks a request and locks the state.
func (s *State) begin(ctx context.Context, r interface{ Validate() error }) (time.Time, error) {
	if err := r.Validate(); err != nil {
		return time.Time{}, err
	}
	if err := ctx.Err(); err != nil {
		return time.Time{}, err
	}
	s.mu.Lock()
	return s.now(), nil
}

// Register implements [scheduler.State].
func (s *State) Register(ctx context.Context, r scheduler.RegisterRequest) error {
	now, err := s.begin(ctx, r)
	if err != nil {
		return err
	}
	defer s.mu.Unlock()
	for _, d := range r.Definitions {
		if t, ok := s.tasks[d.Task]; ok {
			s.tasks[d.Task] = rules.Register(t, d, r.Stale, now).Task
		} else {
			s.tasks[d.Task] = rules.Create(d, now)
		}
	}
	return nil
}

// Change implements [scheduler.State].
func (s *State) Change(ctx context.Context, r scheduler.ChangeRequest) (scheduler.Changed, error) {
	now, err := s.begin(ctx, r)
	if err != nil {
		return scheduler.Changed{}, err
	}
	defer s.mu.Unlock()
	t, err := s.task(r.Task)
	if err != nil {
		return scheduler.Changed{}, err
	}
	t, err = s.take(rules.Change(t, r, now))
	return scheduler.Changed{Now: now, Task: clone(t)}, err
}

// Tasks implements [scheduler.State].
func (s *State) Tasks(ctx context.Context, r scheduler.TasksRequest) (scheduler.Tasks, error) {
	now, err := s.begin(ctx, r)
	if err != nil {
		return scheduler.Tasks{}, err
	}
	defer s.mu.Unlock()
	out := scheduler.Tasks{Now: now}
	for name, t := range s.tasks {
		if r.Tasks != nil && !slices.Contains(r.Tasks, name) {
			continue
		}
		wake := t.Wake()
		if wake.After(now) && (out.Wake.IsZero() || wake.Before(out.Wake)) {
			out.Wake = wake
		}
		if !r.Due || !wake.IsZero() && !wake.After(now) {
			out.Tasks = append(out.Tasks, clone(t))
		}
	}
	slices.SortFunc(out.Tasks, func(a, b scheduler.TaskState) int { return strings.Compare(a.Task, b.Task) })
	return out, nil
}

// Claim implements [scheduler.State].
func (s *State) Claim(ctx context.Context, r scheduler.ClaimRequest) (scheduler.Claim, error) {
	now, err := s.begin(ctx, r)
	if err != nil {
		return scheduler.Claim{}, err
	}
	defer s.mu.Unlock()
	t, err := s.task(r.Task)
	if err != nil {
		return scheduler.Claim{}, err
	}
	step, err := rules.Claim(t, r, now)
	if err != nil {
		return scheduler.Claim{}, err
	}
	t, err = s.take(step)
	if err != nil {
		return scheduler.Claim{}, err
	}
	return scheduler.Claim{Now: now, Task: clone(t)}, nil
}

// Report implements [scheduler.State].
func (s *State) Report(ctx context.Context, r scheduler.ReportRequest) (scheduler.Reported, error) {
	now, err := s.begin(ctx, r)
	if err != nil {
		return scheduler.Reported{}, err
	}
	defer s.mu.Unlock()
	t, err := s.task(r.Task)
	if err != nil {
		return scheduler.Reported{}, err
	}
	step, err := rules.Report(t, r, now)
	if err != nil {
		return scheduler.Reported{}, err
	}
	t, err = s.take(step)
	return scheduler.Reported{Now: now, Until: t.Until}, err
}
