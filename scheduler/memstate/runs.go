package memstate

import (
	"context"
	"fmt"
	"slices"

	"github.com/contactsweep/contactsweep/scheduler"
	"github.com/contactsweep/contactsweep/scheduler/internal/rules"
)

// task returns a stored task.
func (s *State) task(name string) (scheduler.TaskState, error) {
	t, ok := s.tasks[name]
	if !ok {
		return t, fmt.Errorf("%w: %s", scheduler.ErrUnknownTask, name)
	}
	return t, nil
}

// take writes a step and returns the task.
func (s *State) take(step rules.Step) (scheduler.TaskState, error) {
	t := step.Task
	if step.Same {
		return t, nil
	}
	if run := step.Insert; run != nil {
		_, taken := s.index[run.Ref()]
		switch {
		case taken && !step.Lenient:
			return t, fmt.Errorf("%w: task %s, %s", scheduler.ErrTaken, run.Task, run.Slot)
		case !taken:
			s.ids++
			record := *run
			record.ID = s.ids
			s.runs = append(s.runs, record)
			s.index[record.Ref()] = record.ID
			if t.Current != nil && t.Current.Ref() == record.Ref() {
				t.Current = &record
			}
		}
	}
	if run := step.Update; run != nil {
		if i, ok := s.find(s.index[run.Ref()]); ok {
			s.runs[i] = *run
		}
	}
	t = clone(t)
	s.tasks[t.Task] = t
	return t, nil
}

// find returns the place of the run with the ID, or that where it would be.
func (s *State) find(id int64) (int, bool) {
	return slices.BinarySearchFunc(s.runs, id, func(r scheduler.RunRecord, id int64) int { return int(r.ID - id) })
}

// clone shares nothing with the task.
func clone(t scheduler.TaskState) scheduler.TaskState {
	for _, p := range []**scheduler.RunRecord{&t.Current, &t.Last} {
		if *p != nil {
			run := **p
			*p = &run
		}
	}
	return t
}

// Runs implements [scheduler.State].
func (s *State) Runs(ctx context.Context, r scheduler.RunsRequest) (scheduler.RunsPage, error) {
	now, err := s.begin(ctx, r)
	if err != nil {
		return scheduler.RunsPage{}, err
	}
	defer s.mu.Unlock()
	page := scheduler.RunsPage{Now: now}
	end := len(s.runs)
	if r.Before > 0 {
		end, _ = s.find(r.Before)
	}
	for i := end - 1; i >= 0; i-- {
		run := s.runs[i]
		if r.Task != "" && run.Task != r.Task || r.Kind != "" && (run.Kind != r.Kind || !run.Slot.Equal(r.Slot)) {
			continue
		}
		if len(page.Runs) == r.Limit {
			page.More = true
			break
		}
		page.Runs = append(page.Runs, run)
	}
	return page, nil
}

// Prune implements [scheduler.State].
func (s *State) Prune(ctx context.Context, r scheduler.PruneRequest) (int64, error) {
	now, err := s.begin(ctx, r)
	if err != nil {
		return 0, err
	}
	defer s.mu.Unlock()
	var n int64
	s.runs = slices.DeleteFunc(s.runs, func(run scheduler.RunRecord) bool {
		last := s.tasks[run.Task].Last
		if n == int64(r.Limit) || r.Task != "" && run.Task != r.Task || !run.Settled() ||
			run.Ended.After(now.Add(-r.Age)) || last != nil && last.ID == run.ID {
			return false
		}
		delete(s.index, run.Ref())
		n++
		return true
	})
	return n, nil
}
