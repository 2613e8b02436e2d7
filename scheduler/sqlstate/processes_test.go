package sqlstate_test

import (
	"context"
	"database/sql"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/contactsweep/contactsweep/internal/servertest"
	"github.com/contactsweep/contactsweep/scheduler"
	"github.com/contactsweep/contactsweep/scheduler/sqlstate"
)

// stage is a database in which an instance has registered its tasks, all slots
// of which are due.
type stage struct {
	*testing.T
	all   instance // but for its name
	db    *sql.DB
	state *sqlstate.State
}

func newStage(t *testing.T, e servertest.Engine, i instance) stage {
	t.Helper()
	i.Dialect, i.Database = e.Dialect, e.Create(t)
	db := e.Open(t, i.Database)
	s := stage{t, i, db, open(t, e, db)}
	execute(t, db, "CREATE TABLE starts (task VARCHAR(50) NOT NULL, slot BIGINT NOT NULL, attempt INTEGER NOT NULL, instance VARCHAR(50) NOT NULL)")
	runner, err := scheduler.NewRunner(i.registry(t, db, t.Logf), s.state)
	require.NoError(t, err)
	runs, err := runner.RunDue(t.Context())
	require.NoError(t, err)
	require.Empty(t, runs, "what is past when a task is registered is not caught up with")
	// As if they had been registered before their first slot.
	execute(t, db, fmt.Sprintf("UPDATE contactsweep_scheduler_tasks SET planned = 0, from_us = %[1]d, wake_us = %[1]d", time.Date(2019, 1, 1, 0, 0, 0, 0, time.UTC).UnixMicro()))
	return s
}

// named is the stage's instance under a name.
func (s stage) named(name string) instance {
	i := s.all
	i.Name = name
	return i
}

// eventually asks until something is so.
func (s stage) eventually(what string, so func() bool) {
	s.Helper()
	ctx, cancel := context.WithTimeout(s.Context(), 3*time.Minute) // on a machine that does much else
	defer cancel()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for !so() {
		select {
		case <-tick.C:
		case <-ctx.Done():
			require.Fail(s, "waited in vain", "until %s, with %d starts", what, s.count("SELECT COUNT(*) FROM starts"))
		}
	}
}

// count returns the answer to a query.
func (s stage) count(query string) (n int) {
	s.Helper()
	require.NoError(s, s.db.QueryRowContext(s.Context(), query).Scan(&n))
	return n
}

// Six processes, whose clocks are up to a minute apart, run each of a thousand
// slots exactly once.
func TestEverySlotStartsExactlyOnce(t *testing.T) {
	t.Parallel()
	servertest.OnEach(t, func(t *testing.T, e servertest.Engine) {
		t.Helper()
		const tasks, processes = 10, 6
		s := newStage(t, e, instance{Tasks: tasks, Lease: time.Minute})
		var all []process
		began := time.Now()
		for n := range processes {
			i := s.named(fmt.Sprintf("instance-%d", n))
			i.Skew = time.Duration(n-processes/2) * 20 * time.Second
			all = append(all, i.begin(t))
		}
		settled := "SELECT COUNT(*) FROM contactsweep_scheduler_runs WHERE outcome <> 'running'"
		s.eventually("all slots have run", func() bool { return s.count(settled) >= tasks*slotsOfTask })
		took := time.Since(began)
		for _, p := range all {
			p.end(t)
		}
		require.Equal(t, tasks*slotsOfTask, s.count("SELECT COUNT(*) FROM contactsweep_scheduler_runs WHERE outcome = 'succeeded' AND attempt = 1 AND lost = 0 AND missed = 0"))
		require.Equal(t, tasks*slotsOfTask, s.count("SELECT COUNT(*) FROM contactsweep_scheduler_runs"))
		require.Equal(t, tasks*slotsOfTask, s.count("SELECT COUNT(*) FROM starts"), "what the tasks themselves have written")
		require.Equal(t, tasks*slotsOfTask, s.count("SELECT COUNT(*) FROM (SELECT DISTINCT task, slot FROM starts) AS each_once"))
		require.Equal(t, tasks*slotsOfTask, s.count("SELECT SUM(runs) FROM contactsweep_scheduler_tasks"))
		require.Greater(t, s.count("SELECT COUNT(DISTINCT instance) FROM starts"), 1, "they share the work")
		t.Logf("%d slots by %d processes in %s, by %d instances", tasks*slotsOfTask, processes, took, s.count("SELECT COUNT(DISTINCT instance) FROM starts"))
	})
}

const shortLease = 700 * time.Millisecond

// tookOver waits until the second instance has done the task, and returns the
// run's record.
func (s stage) tookOver(second process) scheduler.RunRecord {
	s.Helper()
	second.says(s, "started 2")
	var page scheduler.RunsPage
	s.eventually("the run has ended", func() bool {
		var err error
		page, err = s.state.Runs(s.Context(), scheduler.RunsRequest{Task: "waits", Limit: 10})
		require.NoError(s, err)
		return len(page.Runs) > 0 && page.Runs[0].Settled()
	})
	require.Len(s, page.Runs, 1)
	run := page.Runs[0]
	require.Equal(s, scheduler.OutcomeSucceeded, run.Outcome)
	require.Equal(s, []int64{2, 1, 2}, []int64{run.Attempt, run.Lost, run.Term}, "a second attempt, the first one lost, a new term")
	require.Equal(s, "by second", run.Message)
	require.Contains(s, run.Holder, "second/")
	require.GreaterOrEqual(s, run.Started.Sub(run.Began), shortLease)
	return run
}

func TestAKilledProcessIsTakenOverFrom(t *testing.T) {
	t.Parallel()
	servertest.OnEach(t, func(t *testing.T, e servertest.Engine) {
		t.Helper()
		s := newStage(t, e, instance{Lease: shortLease})
		first := s.named("first").begin(t)
		first.says(t, "started 1")
		second := s.named("second").begin(t)
		require.NoError(t, first.Process.Kill())
		s.tookOver(second)
		second.end(t)
	})
}
