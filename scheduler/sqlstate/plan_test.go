package sqlstate_test

import (
	"context"
	"database/sql"
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/contactsweep/contactsweep/internal/servertest"
	"github.com/contactsweep/contactsweep/scheduler"
	"github.com/contactsweep/contactsweep/scheduler/sqlstate"
)

// No statement reads a table from end to end, however many tasks and runs there
// are.
func TestPlansUseIndexes(t *testing.T) {
	t.Parallel()
	servertest.OnEach(t, func(t *testing.T, e servertest.Engine) {
		t.Helper()
		db := e.New(t)
		st := open(t, e, db)
		task, others := crowd(t, e, db, st)
		for name, s := range st.Statements(task, others) {
			t.Run(name, func(t *testing.T) {
				plan := explain(t, e, db, s)
				require.Empty(t, wholeTables(e, name, plan), "%s\n%s", s.SQL, plan)
			})
		}
		for _, whole := range []string{"contactsweep_scheduler_tasks t WHERE t.schedule", "contactsweep_scheduler_runs h WHERE h.message"} {
			s := sqlstate.Statement{SQL: "SELECT 1 FROM " + whole + " = 'x'"}
			require.NotEmpty(t, wholeTables(e, "", explain(t, e, db, s)), "the test finds what it looks for")
		}
	})
}

// crowd makes 4,096 tasks and 131,072 runs, and returns a task that runs, and a
// hundred others.
func crowd(tb testing.TB, e servertest.Engine, db *sql.DB, st *sqlstate.State) (scheduler.TaskState, []scheduler.TaskState) {
	tb.Helper()
	var defs []scheduler.Definition
	for i := range 4096 {
		defs = append(defs, definition(fmt.Sprintf("task-%04d", i)))
	}
	require.NoError(tb, st.Register(tb.Context(), scheduler.RegisterRequest{Definitions: defs}))
	const task = "task-0007"
	for range 2 { // a run that has ended, and one that has not
		started := startNow(tb, st, task, time.Hour)
		_, err := st.Report(tb.Context(), scheduler.ReportRequest{Task: task, Term: started.Term, Outcome: scheduler.OutcomeSucceeded})
		require.NoError(tb, err)
	}
	run := startNow(tb, st, task, time.Hour)
	// Most tasks sleep until one of the next days, and each has old runs.
	execute(tb, db, "UPDATE contactsweep_scheduler_tasks SET planned = 1, wake_us = wake_us + 86400000000 WHERE task > 'task-0009'")
	columns := "task, kind, slot_us, missed, attempt, lost, holder, term, began_us, started_us, ended_us, outcome, message"
	execute(tb, db, "INSERT INTO contactsweep_scheduler_runs ("+columns+") SELECT task, 'due', version, 0, 1, 0, 'h', 1, 1, 1, from_us - 1000000000, 'succeeded', '' FROM contactsweep_scheduler_tasks")
	for i := range 5 {
		shift := 1 << (10 + i)
		execute(tb, db, fmt.Sprintf("INSERT INTO contactsweep_scheduler_runs (%s) SELECT task, kind, slot_us + %d, missed, attempt, lost, holder, term, began_us, started_us, ended_us - %d, outcome, message FROM contactsweep_scheduler_runs WHERE kind = 'due'", columns, shift, shift))
	}
	for _, statement := range map[sqlstate.Dialect][]string{
		sqlstate.SQLite: {"ANALYZE"}, sqlstate.PostgreSQL: {"VACUUM ANALYZE"}, sqlstate.MySQL: {"ANALYZE TABLE contactsweep_scheduler_tasks, contactsweep_scheduler_runs"},
	}[e.Dialect] {
		execute(tb, db, statement)
	}
	var names []string
	for i := range 100 {
		names = append(names, fmt.Sprintf("task-%04d", 40*i))
	}
	others, err := st.Tasks(tb.Context(), scheduler.TasksRequest{Tasks: names})
	require.NoError(tb, err)
	require.Len(tb, others.Tasks, 100)
	return run, others.Tasks
}

func explain(tb testing.TB, e servertest.Engine, db *sql.DB, s sqlstate.Statement) string {
	tb.Helper()
	words := map[sqlstate.Dialect]string{sqlstate.SQLite: "EXPLAIN QUERY PLAN ", sqlstate.PostgreSQL: "EXPLAIN ", sqlstate.MySQL: "EXPLAIN "}[e.Dialect]
	rows, err := db.QueryContext(tb.Context(), words+s.SQL, s.Args...)
	require.NoError(tb, err, s.SQL)
	defer func() { require.NoError(tb, rows.Close()) }()
	names, err := rows.Columns()
	require.NoError(tb, err)
	var out strings.Builder
	for rows.Next() {
		values, into := make([]sql.NullString, len(names)), make([]any, len(names))
		for i := range values {
			into[i] = &values[i]
		}
		require.NoError(tb, rows.Scan(into...))
		for i, v := range values {
			fmt.Fprintf(&out, "%s=%s|", names[i], v.String)
		}
		out.WriteString("\n")
	}
	require.NoError(tb, rows.Err())
	return out.String()
}

// wholeTables are the lines of a plan that read all rows of a table.
func wholeTables(e servertest.Engine, name, plan string) []string {
	var out []string
	if name == "prune all" { // of a thousand runs; their tasks may as well be read in one go
		plan = strings.ReplaceAll(plan, "Seq Scan on contactsweep_scheduler_tasks", "all tasks")
	}
	for line := range strings.Lines(plan) {
		bad := false
		switch e.Dialect {
		case sqlstate.SQLite:
			bad = regexp.MustCompile(`=SCAN (t|c|l|w|h|contactsweep_\w+)\|`).MatchString(line)
		case sqlstate.PostgreSQL:
			bad = regexp.MustCompile(`Seq Scan on \w*contactsweep_`).MatchString(line)
		case sqlstate.MySQL:
			// Tables of the statement's own have names in angle brackets.
			bad = regexp.MustCompile(`table=[a-z]\w*\|(partitions=[^|]*\|)?type=(ALL|index)\|`).MatchString(line)
		}
		if bad {
			out = append(out, line)
		}
	}
	return out
}

func definition(task string) scheduler.Definition {
	return scheduler.Definition{Task: task, Schedule: "every 1h", Fingerprint: strings.Repeat("0", 64)}
}

// startNow starts a run that was asked for.
func startNow(tb testing.TB, st *sqlstate.State, task string, lease time.Duration) scheduler.TaskState {
	tb.Helper()
	ctx := tb.Context()
	changed, err := st.Change(ctx, scheduler.ChangeRequest{Task: task, RunNow: true})
	require.NoError(tb, err)
	return claimAsked(ctx, tb, st, changed.Task, lease)
}

func claimAsked(ctx context.Context, tb testing.TB, st *sqlstate.State, t scheduler.TaskState, lease time.Duration) scheduler.TaskState {
	tb.Helper()
	c, err := st.Claim(ctx, scheduler.ClaimRequest{
		Task: t.Task, Fingerprint: t.Fingerprint, Version: t.Version, Action: scheduler.ActionStart,
		Kind: scheduler.KindRunNow, Slot: t.Asked, Holder: "instance-1", Lease: lease,
	})
	require.NoError(tb, err)
	require.NotNil(tb, c.Task.Current)
	return c.Task
}

func execute(tb testing.TB, db *sql.DB, statement string) {
	tb.Helper()
	_, err := db.ExecContext(tb.Context(), statement)
	require.NoError(tb, err, statement)
}
