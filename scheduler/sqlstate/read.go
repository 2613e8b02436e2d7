package sqlstate

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/contactsweep/contactsweep/internal/sqltx"
	"github.com/contactsweep/contactsweep/scheduler"
)

// mostNames is how many tasks a statement names. Where more are asked for, all
// are read, and the others left out here.
const mostNames = 1000

// reading is what was read in one statement.
type reading struct {
	now   time.Time
	tasks []stored
	// wake is the earliest time after now at which one of the tasks that were
	// asked for, and are not due, wakes; zero: none does, or it was not asked for.
	wake time.Time
}

// task reads one task.
func (s *State) task(ctx context.Context, name string) (stored, time.Time, error) {
	got, err := s.read(ctx, scheduler.TasksRequest{Tasks: []string{name}})
	if err != nil {
		return stored{}, time.Time{}, err
	}
	if len(got.tasks) == 0 {
		return stored{}, time.Time{}, &answer{fmt.Errorf("%w: %s", scheduler.ErrUnknownTask, name)}
	}
	return got.tasks[0], got.now, nil
}

// read reads tasks and the clock.
func (s *State) read(ctx context.Context, r scheduler.TasksRequest) (reading, error) {
	query, args := s.tasksQuery(r)
	var out reading
	err := sqltx.Each(ctx, s.db, func(rows *sql.Rows) error {
		var now int64
		var wake sql.NullInt64
		var row taskRow
		if err := rows.Scan(append([]any{&now, &wake}, row.into()...)...); err != nil {
			return err
		}
		out.now = moment(now)
		if wake.Valid && wake.Int64 != never {
			out.wake = moment(wake.Int64)
		}
		if row.task.Valid {
			out.tasks = append(out.tasks, row.stored())
		}
		return nil
	}, query, args...)
	return out, err
}

// clock is a table of one row, the database's time, which is asked for once.
func (s *State) clock() string { return "(SELECT " + s.dialect.Now() + " AS now_us LIMIT 1) n" }

// tasksQuery has one row at least, because the time is wanted in any case. The
// tasks that are not due are not read, but when the first of them will be.
func (s *State) tasksQuery(r scheduler.TasksRequest) (query string, args []any) {
	names := func(column string) string {
		if r.Tasks == nil {
			return "1 = 1"
		}
		if len(r.Tasks) == 0 {
			return "1 = 0"
		}
		for _, name := range r.Tasks {
			args = append(args, name)
		}
		return column + " IN (?" + strings.Repeat(", ?", len(r.Tasks)-1) + ")"
	}
	wake := "NULL"
	if r.Due {
		wake = "(SELECT MIN(w.wake_us) FROM " + s.tasks + " w WHERE w.wake_us > n.now_us AND " + names("w.task") + ")"
	}
	on := names("t.task")
	if r.Due {
		on += " AND t.wake_us <= n.now_us"
	}
	run := func(alias, which string) string {
		return " LEFT JOIN " + s.runs + " " + alias + " ON " + alias + ".task = t.task AND " +
			alias + ".kind = t." + which + "_kind AND " + alias + ".slot_us = t." + which + "_slot_us"
	}
	selected := slices.Concat([]string{"n.now_us", wake}, columns(s.dialect, "t.", tasks()), columns(s.dialect, "c.", runs()), columns(s.dialect, "l.", runs()))
	return s.dialect.Rebind("SELECT " + strings.Join(selected, ", ") + " FROM " + s.clock() +
		" LEFT JOIN " + s.tasks + " t ON " + on + run("c", "current") + run("l", "last")), args
}

// Tasks implements [scheduler.State].
func (s *State) Tasks(ctx context.Context, r scheduler.TasksRequest) (scheduler.Tasks, error) {
	if err := r.Validate(); err != nil {
		return scheduler.Tasks{}, err
	}
	asked := r
	if len(r.Tasks) > mostNames {
		asked = scheduler.TasksRequest{}
	}
	var got reading
	err := s.repeat(ctx, "read the tasks", func() (err error) {
		got, err = s.read(ctx, asked)
		return err
	})
	if err != nil {
		return scheduler.Tasks{}, err
	}
	return pick(r, got), nil
}

// pick leaves out what was not asked for, and puts the others in order.
func pick(r scheduler.TasksRequest, got reading) scheduler.Tasks {
	names := make(map[string]bool, len(r.Tasks))
	for _, name := range r.Tasks {
		names[name] = true
	}
	out := scheduler.Tasks{Now: got.now, Wake: got.wake}
	for _, t := range got.tasks {
		if r.Tasks != nil && !names[t.Task] {
			continue
		}
		wake := t.Wake()
		if wake.After(got.now) && (out.Wake.IsZero() || wake.Before(out.Wake)) {
			out.Wake = wake
		}
		if !r.Due || !wake.IsZero() && !wake.After(got.now) {
			out.Tasks = append(out.Tasks, t.TaskState)
		}
	}
	slices.SortFunc(out.Tasks, func(a, b scheduler.TaskState) int { return strings.Compare(a.Task, b.Task) })
	return out
}
