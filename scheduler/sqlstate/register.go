package sqlstate

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/contactsweep/contactsweep/internal/sqltx"
	"github.com/contactsweep/contactsweep/scheduler"
	"github.com/contactsweep/contactsweep/scheduler/internal/rules"
)

// Register implements [scheduler.State].
func (s *State) Register(ctx context.Context, r scheduler.RegisterRequest) error {
	if err := r.Validate(); err != nil {
		return err
	}
	return s.repeat(ctx, "register tasks", func() error {
		names := make([]string, len(r.Definitions))
		for i, d := range r.Definitions {
			names[i] = d.Task
		}
		if len(names) > mostNames {
			names = nil // all, some of which nobody looks at
		}
		got, err := s.read(ctx, scheduler.TasksRequest{Tasks: names})
		if err != nil {
			return err
		}
		reg := registrationOf(r, got)
		if reg.empty() {
			return nil
		}
		return s.transaction(ctx, func(x *sqltx.Tx) error { return s.register(ctx, x, reg) })
	})
}

// registration is what a request changes. All is in the order of the tasks, so
// that instances that register at once do not wait for each other in a circle.
type registration struct {
	now       time.Time
	created   []scheduler.TaskState
	replaced  []replacement
	confirmed []stored // as they were read
}

type replacement struct {
	was  stored
	task scheduler.TaskState
}

func (r registration) empty() bool { return len(r.created)+len(r.replaced)+len(r.confirmed) == 0 }

func registrationOf(r scheduler.RegisterRequest, got reading) registration {
	out := registration{now: got.now}
	there := map[string]stored{}
	for _, t := range got.tasks {
		there[t.Task] = t
	}
	for _, d := range slices.SortedFunc(slices.Values(r.Definitions), func(a, b scheduler.Definition) int { return strings.Compare(a.Task, b.Task) }) {
		was, ok := there[d.Task]
		if !ok {
			out.created = append(out.created, rules.Create(d, got.now))
			continue
		}
		switch step := rules.Register(was.TaskState, d, r.Stale, got.now); {
		case step.Same:
		case step.Task.Version == was.Version:
			out.confirmed = append(out.confirmed, was)
		default:
			out.replaced = append(out.replaced, replacement{was, step.Task})
		}
	}
	return out
}

func (s *State) register(ctx context.Context, x *sqltx.Tx, r registration) error {
	for _, t := range r.created {
		if err := s.insert(ctx, x, t); err != nil {
			return err
		}
	}
	for _, t := range r.replaced {
		if err := s.update(ctx, x, t.was, t.task); err != nil {
			return err
		}
	}
	const many = 200
	for some := range slices.Chunk(r.confirmed, many) {
		if err := s.confirm(ctx, x, some, r.now); err != nil {
			return err
		}
	}
	return nil
}

// confirm writes when the tasks were confirmed, which is all that an instance
// that runs has to say again and again.
func (s *State) confirm(ctx context.Context, x *sqltx.Tx, some []stored, now time.Time) error {
	query, args := s.confirmQuery(some, now)
	n, err := sqltx.Exec(ctx, x, query, args...)
	if err == nil && n < int64(len(some)) {
		err = errChanged
	}
	return err
}

func (s *State) confirmQuery(some []stored, now time.Time) (query string, args []any) {
	args = []any{now.UnixMicro()}
	for _, t := range some {
		args = append(args, t.Task, t.changes)
	}
	return s.dialect.Rebind("UPDATE " + s.tasks + " SET confirmed_us = ?, changes = changes + 1 WHERE task = ? AND changes = ?" +
		strings.Repeat(" OR task = ? AND changes = ?", len(some)-1)), args
}
