package sqlstate

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/contactsweep/contactsweep/internal/sqlerr"
	"github.com/contactsweep/contactsweep/internal/sqltx"
	"github.com/contactsweep/contactsweep/scheduler"
	"github.com/contactsweep/contactsweep/scheduler/internal/rules"
)

// take writes a step over what was read. The first statement writes the task,
// and so keeps others away from it until the end.
func (s *State) take(ctx context.Context, x *sqltx.Tx, was stored, step rules.Step, t *scheduler.TaskState) error {
	if err := s.update(ctx, x, was, step.Task); err != nil {
		return err
	}
	if step.Update != nil {
		if err := s.updateRun(ctx, x, *step.Update); err != nil {
			return err
		}
	}
	if step.Insert == nil {
		return nil
	}
	run := *step.Insert
	taken, err := s.findRun(ctx, x, &run)
	switch {
	case err != nil || taken && step.Lenient:
		return err
	case taken:
		return &answer{fmt.Errorf("%w: task %s, %s", scheduler.ErrTaken, run.Task, run.Slot.Format(time.RFC3339Nano))}
	}
	if err := s.insertRun(ctx, x, &run); err != nil {
		return err
	}
	if t.Current != nil && t.Current.Ref() == run.Ref() {
		current := *t.Current
		current.ID = run.ID
		t.Current = &current
	}
	return nil
}

// update writes a task if it is as it was read.
func (s *State) update(ctx context.Context, x *sqltx.Tx, was stored, t scheduler.TaskState) error {
	query, args := s.updateQuery(was, t)
	n, err := sqltx.Exec(ctx, x, query, args...)
	if err == nil && n == 0 {
		err = errChanged
	}
	return err
}

func (s *State) updateQuery(was stored, t scheduler.TaskState) (query string, args []any) {
	names := columns(s.dialect, "", tasks())
	return s.dialect.Rebind("UPDATE " + s.tasks + " SET " + strings.Join(names, " = ?, ") + " = ? WHERE task = ? AND changes = ?"),
		append(taskValues(t, was.changes+1), was.Task, was.changes)
}

// insert makes a task, unless somebody else has made it at the same time.
func (s *State) insert(ctx context.Context, x *sqltx.Tx, t scheduler.TaskState) error {
	_, err := sqltx.Exec(ctx, x, s.insertion(s.tasks, columns(s.dialect, "", tasks())), taskValues(t, 1)...)
	if sqlerr.Diagnose(s.dialect, err).Class == sqlerr.Constraint {
		return errChanged
	}
	return err
}

func (s *State) updateRun(ctx context.Context, x *sqltx.Tx, r scheduler.RunRecord) error {
	query, args := s.updateRunQuery(r)
	n, err := sqltx.Exec(ctx, x, query, args...)
	if err == nil && n == 0 {
		err = fmt.Errorf("sqlstate: the record of the run that task %s names is gone", r.Task)
	}
	return err
}

func (s *State) updateRunQuery(r scheduler.RunRecord) (query string, args []any) {
	names := columns(s.dialect, "", runs())[1:]
	return s.dialect.Rebind("UPDATE " + s.runs + " SET " + strings.Join(names, " = ?, ") + " = ? WHERE id = ?"), append(runValues(r), r.ID)
}

// findRun looks for the record of the slot, by the unique index, and sets its ID.
func (s *State) findRun(ctx context.Context, x *sqltx.Tx, r *scheduler.RunRecord) (bool, error) {
	query, args := s.findRunQuery(r.Ref())
	return sqltx.One(ctx, x, []any{&r.ID}, query, args...)
}

func (s *State) findRunQuery(r scheduler.Ref) (query string, args []any) {
	return s.dialect.Rebind("SELECT id FROM " + s.runs + " WHERE task = ? AND kind = ? AND slot_us = ?"), []any{r.Task, string(r.Kind), r.Slot.UnixMicro()}
}

// insertRun records a run and sets its ID. Engines and drivers do not agree on
// how to ask for it, so that it is looked up.
func (s *State) insertRun(ctx context.Context, x *sqltx.Tx, r *scheduler.RunRecord) error {
	if _, err := sqltx.Exec(ctx, x, s.insertion(s.runs, columns(s.dialect, "", runs())[1:]), runValues(*r)...); err != nil {
		return err
	}
	_, err := s.findRun(ctx, x, r)
	return err
}

func (s *State) insertion(table string, names []string) string {
	return s.dialect.Rebind("INSERT INTO " + table + " (" + strings.Join(names, ", ") + ") VALUES (" +
		strings.Join(slices.Repeat([]string{"?"}, len(names)), ", ") + ")")
}
