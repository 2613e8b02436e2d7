package sqlstate_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/contactsweep/contactsweep/internal/servertest"
	"github.com/contactsweep/contactsweep/scheduler"
	"github.com/contactsweep/contactsweep/scheduler/sqlstate"
)

// forbid makes the database refuse what begins to write a run. It returns what
// allows it again.
func forbid(tb testing.TB, e servertest.Engine, exec func(string)) (allow func()) {
	tb.Helper()
	const on = " trouble BEFORE INSERT ON contactsweep_scheduler_runs "
	switch e.Dialect {
	case sqlstate.SQLite:
		exec("CREATE TRIGGER" + on + "BEGIN SELECT RAISE(ABORT, 'secret'); END")
	case sqlstate.MySQL:
		exec("CREATE TRIGGER" + on + "FOR EACH ROW SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'secret'")
	case sqlstate.PostgreSQL:
		exec("CREATE FUNCTION trouble() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'secret'; END $$")
		exec("CREATE TRIGGER" + on + "FOR EACH ROW EXECUTE FUNCTION trouble()")
		return func() { exec("DROP TRIGGER trouble ON contactsweep_scheduler_runs") }
	}
	return func() { exec("DROP TRIGGER trouble") }
}

// A claim writes the task first and the run second.
func TestAClaimIsThereAsAWholeOrNotAtAll(t *testing.T) {
	t.Parallel()
	servertest.OnEach(t, func(t *testing.T, e servertest.Engine) {
		t.Helper()
		db, ctx := e.New(t), t.Context()
		db.SetMaxOpenConns(1)
		st := open(t, e, db)
		require.NoError(t, st.Register(ctx, scheduler.RegisterRequest{Definitions: []scheduler.Definition{definition("a")}}))
		changed, err := st.Change(ctx, scheduler.ChangeRequest{Task: "a", RunNow: true})
		require.NoError(t, err)
		allow := forbid(t, e, func(statement string) { execute(t, db, statement) })
		_, err = st.Claim(ctx, scheduler.ClaimRequest{
			Task: "a", Fingerprint: changed.Task.Fingerprint, Version: changed.Task.Version, Action: scheduler.ActionStart,
			Kind: scheduler.KindRunNow, Slot: changed.Task.Asked, Holder: "h", Lease: time.Hour,
		})
		require.ErrorContains(t, err, "sqlstate: claim a slot: constraint violation")
		require.NotContains(t, err.Error(), "secret")
		tasks, err := st.Tasks(ctx, scheduler.TasksRequest{})
		require.NoError(t, err)
		require.Equal(t, []scheduler.TaskState{changed.Task}, tasks.Tasks)
		allow()
		require.Equal(t, int64(1), claimAsked(ctx, t, st, changed.Task, time.Hour).Term)
	})
}

// What a state returns is there when another one is opened.
func TestEverythingIsKept(t *testing.T) {
	t.Parallel()
	servertest.OnEach(t, func(t *testing.T, e servertest.Engine) {
		t.Helper()
		database := e.Create(t)
		st := open(t, e, e.Open(t, database))
		require.NoError(t, st.Register(t.Context(), scheduler.RegisterRequest{Definitions: []scheduler.Definition{definition("a")}}))
		want := startNow(t, st, "a", time.Hour)
		again, err := sqlstate.Open(t.Context(), e.Open(t, database), e.Dialect)
		require.NoError(t, err)
		tasks, err := again.Tasks(t.Context(), scheduler.TasksRequest{Tasks: []string{"a"}})
		require.NoError(t, err)
		require.Equal(t, []scheduler.TaskState{want}, tasks.Tasks)
	})
}

func TestAClosedPoolIsAnError(t *testing.T) {
	t.Parallel()
	servertest.OnEach(t, func(t *testing.T, e servertest.Engine) {
		t.Helper()
		db := e.New(t)
		st := open(t, e, db)
		require.NoError(t, db.Close())
		_, err := st.Tasks(t.Context(), scheduler.TasksRequest{})
		require.ErrorContains(t, err, "sqlstate: read the tasks: ")
		_, err = st.Prune(t.Context(), scheduler.PruneRequest{Age: time.Hour, Limit: 1})
		require.ErrorContains(t, err, "sqlstate: prune the history: ")
	})
}

// More tasks than a statement names.
func TestManyTasks(t *testing.T) {
	t.Parallel()
	servertest.OnEach(t, func(t *testing.T, e servertest.Engine) {
		t.Helper()
		db := e.New(t)
		st := open(t, e, db)
		var defs []scheduler.Definition
		var names []string
		for i := range 1200 {
			defs = append(defs, definition("t"+string(rune('a'+i%26))+string(rune('a'+i/26%26))+string(rune('a'+i/676))))
			names = append(names, defs[i].Task)
		}
		require.NoError(t, st.Register(t.Context(), scheduler.RegisterRequest{Definitions: append(defs, definition("other"))}))
		require.NoError(t, st.Register(t.Context(), scheduler.RegisterRequest{Definitions: defs}), "confirms them")
		tasks, err := st.Tasks(t.Context(), scheduler.TasksRequest{Tasks: names, Due: true})
		require.NoError(t, err)
		require.Len(t, tasks.Tasks, 1200)
		for i, task := range tasks.Tasks {
			require.Equal(t, int64(1), task.Version)
			require.True(t, task.Confirmed.After(task.Registered) || e.Dialect == sqlstate.SQLite)
			require.True(t, i == 0 || tasks.Tasks[i-1].Task < task.Task)
		}
	})
}
