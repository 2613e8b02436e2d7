package sqlstate

import (
	"github.com/contactsweep/contactsweep/internal/dialect"
	"github.com/contactsweep/contactsweep/internal/migrate"
)

// line is the versions of the tables. A released one is never changed.
func line() migrate.Line {
	return migrate.Line{Name: "scheduler", Migrations: []migrate.Migration{
		{Name: "tasks and runs", Statements: func(d dialect.Dialect, n dialect.Naming) []string {
			return append(tasks().Create(d, n), runs().Create(d, n)...)
		}},
	}}
}

// tasks has a row for each task. Times are microseconds since 1970 UTC, and the
// zero time is what time.Time.UnixMicro makes of it.
//
// changes grows with each write, which is how a write finds out that the row is
// still as it was read. wake_us is TaskState.Wake, or never. The current and the
// last run are rows of runs, named by kind and slot; an empty kind is none.
func tasks() dialect.Table {
	return dialect.Table{
		Name: "scheduler_tasks",
		Columns: []dialect.Column{
			{Name: "task", Type: dialect.ID},
			{Name: "schedule", Type: dialect.LongText},
			{Name: "disabled", Type: dialect.Integer},
			{Name: "fingerprint", Type: dialect.ID},
			{Name: "registered_us", Type: dialect.Integer},
			{Name: "confirmed_us", Type: dialect.Integer},
			{Name: "switch", Type: dialect.ID},
			{Name: "override", Type: dialect.LongText},
			{Name: "version", Type: dialect.Integer},
			{Name: "from_us", Type: dialect.Integer},
			{Name: "planned", Type: dialect.Integer},
			{Name: "slot_us", Type: dialect.Integer},
			{Name: "due_us", Type: dialect.Integer},
			{Name: "waiting", Type: dialect.Integer},
			{Name: "asked_us", Type: dialect.Integer},
			{Name: "term", Type: dialect.Integer},
			{Name: "until_us", Type: dialect.Integer},
			{Name: "runs", Type: dialect.Integer},
			{Name: "current_kind", Type: dialect.ID},
			{Name: "current_slot_us", Type: dialect.Integer},
			{Name: "last_kind", Type: dialect.ID},
			{Name: "last_slot_us", Type: dialect.Integer},
			{Name: "wake_us", Type: dialect.Integer},
			{Name: "changes", Type: dialect.Integer},
		},
		PrimaryKey: []string{"task"},
		Indexes:    []dialect.Index{{Name: "wake", Columns: []string{"wake_us"}}},
	}
}

// runs has a row for each slot that was started or skipped.
func runs() dialect.Table {
	return dialect.Table{
		Name: "scheduler_runs",
		Columns: []dialect.Column{
			{Name: "id", Type: dialect.Serial},
			{Name: "task", Type: dialect.ID},
			{Name: "kind", Type: dialect.ID},
			{Name: "slot_us", Type: dialect.Integer},
			{Name: "missed", Type: dialect.Integer},
			{Name: "attempt", Type: dialect.Integer},
			{Name: "lost", Type: dialect.Integer},
			{Name: "holder", Type: dialect.ShortText},
			{Name: "term", Type: dialect.Integer},
			{Name: "began_us", Type: dialect.Integer},
			{Name: "started_us", Type: dialect.Integer},
			{Name: "ended_us", Type: dialect.Integer},
			{Name: "outcome", Type: dialect.ID},
			{Name: "message", Type: dialect.LongText},
		},
		PrimaryKey: []string{"id"},
		Indexes: []dialect.Index{
			{Name: "slot", Columns: []string{"task", "kind", "slot_us"}, Unique: true},
			{Name: "page", Columns: []string{"task", "id"}},
			{Name: "end", Columns: []string{"ended_us"}},
			{Name: "task_end", Columns: []string{"task", "ended_us"}},
		},
	}
}

// columns are the names of a table's columns, quoted, behind an alias.
func columns(d Dialect, alias string, t dialect.Table) []string {
	out := make([]string, len(t.Columns))
	for i, c := range t.Columns {
		out[i] = alias + d.Quote(c.Name)
	}
	return out
}
