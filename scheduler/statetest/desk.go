package statetest

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/contactsweep/contactsweep/scheduler"
)

// The times of the suite that stand for themselves: lengths that no test ever
// reaches, and one that every test can wait for.
const (
	long  = time.Hour
	short = 20 * time.Millisecond
)

// desk is what a case works with: a state, and one instance that calls it.
type desk struct {
	*testing.T
	scheduler.State
	holder string
}

// fingerprint returns one that differs for each text.
func fingerprint(text string) string {
	return fmt.Sprintf("%064x", text)[:64]
}

// define returns a definition, which the schedule tells apart from others.
func define(task, schedule string) scheduler.Definition {
	return scheduler.Definition{Task: task, Schedule: schedule, Fingerprint: fingerprint(schedule)}
}

func (d desk) register(defs ...scheduler.Definition) {
	d.Helper()
	require.NoError(d, d.Register(d.Context(), scheduler.RegisterRequest{Definitions: defs}))
}

// now returns the state's time.
func (d desk) now() time.Time {
	d.Helper()
	tasks, err := d.Tasks(d.Context(), scheduler.TasksRequest{Tasks: []string{"nobody"}})
	require.NoError(d, err)
	return tasks.Now
}

// wait waits until the state's time is after an instant.
func (d desk) wait(until time.Time) {
	d.Helper()
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	for !d.now().After(until) {
		select {
		case <-tick.C:
		case <-d.Context().Done():
			require.NoError(d, d.Context().Err())
		}
	}
}

// task returns a stored task.
func (d desk) task(name string) scheduler.TaskState {
	d.Helper()
	tasks, err := d.Tasks(d.Context(), scheduler.TasksRequest{Tasks: []string{name}})
	require.NoError(d, err)
	require.Len(d, tasks.Tasks, 1, "task %s is not stored", name)
	return tasks.Tasks[0]
}

// request returns a claim for the task as it is now.
func (d desk) request(name string, action scheduler.Action) scheduler.ClaimRequest {
	d.Helper()
	t := d.task(name)
	r := scheduler.ClaimRequest{Task: name, Fingerprint: t.Fingerprint, Version: t.Version, Action: action}
	switch action {
	case scheduler.ActionPlan:
	case scheduler.ActionStart, scheduler.ActionSkip:
		r.Kind, r.Slot = scheduler.KindDue, t.Slot
		r.Next = t.Slot.Add(long)
		r.Due = r.Next
	case scheduler.ActionRetry, scheduler.ActionGiveUp:
		require.NotNil(d, t.Current, "task %s holds no lease", name)
		r.Kind, r.Slot = t.Current.Kind, t.Current.Slot
	}
	if action == scheduler.ActionStart || action == scheduler.ActionRetry {
		r.Holder, r.Lease = d.holder, long
	}
	return r
}

func (d desk) claim(r scheduler.ClaimRequest) scheduler.TaskState {
	d.Helper()
	c, err := d.Claim(d.Context(), r)
	require.NoError(d, err)
	require.False(d, c.Now.IsZero())
	return c.Task
}

// refused demands that a claim is refused and changes nothing.
func (d desk) refused(r scheduler.ClaimRequest, class error, why string) {
	d.Helper()
	before, runs := d.task(r.Task), d.runs(r.Task)
	_, err := d.Claim(d.Context(), r)
	require.ErrorIs(d, err, class, "%s", why)
	require.Equal(d, before, d.task(r.Task), "a claim that was refused has changed the task: %s", why)
	require.Equal(d, runs, d.runs(r.Task), "a claim that was refused has changed the history: %s", why)
}

// due registers a task and plans a slot that is due.
func (d desk) due(name string) scheduler.TaskState {
	d.Helper()
	d.register(define(name, "every 1h"))
	return d.plan(name)
}

// plan plans a slot that is due.
func (d desk) plan(name string) scheduler.TaskState {
	d.Helper()
	r := d.request(name, scheduler.ActionPlan)
	r.Next = d.task(name).From.Add(time.Microsecond)
	r.Due = r.Next
	d.claim(r)
	d.wait(r.Due)
	return d.task(name)
}

// start starts the planned slot, with a lease.
func (d desk) start(name string, lease time.Duration) scheduler.TaskState {
	d.Helper()
	r := d.request(name, scheduler.ActionStart)
	r.Lease = lease
	return d.claim(r)
}

// runNow asks for a run now.
func (d desk) runNow(name string) scheduler.TaskState {
	d.Helper()
	c, err := d.Change(d.Context(), scheduler.ChangeRequest{Task: name, RunNow: true})
	require.NoError(d, err)
	return c.Task
}

// report settles the task's run.
func (d desk) report(t scheduler.TaskState, outcome scheduler.Outcome, message string) {
	d.Helper()
	_, err := d.Report(d.Context(), scheduler.ReportRequest{Task: t.Task, Term: t.Term, Outcome: outcome, Message: message})
	require.NoError(d, err)
}

// runs returns the newest runs of a task.
func (d desk) runs(name string) []scheduler.RunRecord {
	d.Helper()
	page, err := d.Runs(d.Context(), scheduler.RunsRequest{Task: name, Limit: 1000})
	require.NoError(d, err)
	return page.Runs
}

// text returns a text of n bytes, not all of one byte each.
func text(n int) string {
	return strings.Repeat("é", n/2) + strings.Repeat("x", n%2)
}
