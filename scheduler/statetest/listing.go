package statetest

import (
	"time"

	"github.com/stretchr/testify/require"

	"github.com/contactsweep/contactsweep/scheduler"
)

func listing() map[string]func(desk) {
	return map[string]func(desk){
		"all and some":     listSome,
		"only what is due": listDue,
		"when to wake":     listWake,
		"copies":           listCopies,
		"times":            listTimes,
	}
}

func names(tasks []scheduler.TaskState) []string {
	out := []string{}
	for _, t := range tasks {
		out = append(out, t.Task)
	}
	return out
}

func listSome(d desk) {
	d.register(define("b", "every 1h"), define("a", "every 1h"), define("B", "every 1h"), define("a-b", "every 1h"), define("a.b", "every 1h"))
	for _, c := range []struct{ ask, want []string }{
		{nil, []string{"B", "a", "a-b", "a.b", "b"}},
		{[]string{}, []string{}},
		{[]string{"b", "nobody", "a", "a"}, []string{"a", "b"}},
	} {
		tasks, err := d.Tasks(d.Context(), scheduler.TasksRequest{Tasks: c.ask})
		require.NoError(d, err)
		require.Equal(d, c.want, names(tasks.Tasks))
	}
}

// planAt plans a slot of a task.
func (d desk) planAt(name string, slot, due time.Time) {
	d.Helper()
	r := d.request(name, scheduler.ActionPlan)
	r.Next, r.Due = slot, due
	d.claim(r)
}

// listDue has a task in every condition that matters to a poll.
func listDue(d desk) {
	all := []string{"abandoned", "asked", "busy", "delayed", "disabled", "due", "ended", "expired", "later", "unplanned"}
	for _, name := range all {
		d.register(define(name, "every 1h"))
	}
	start := d.now()
	for _, name := range []string{"abandoned", "asked", "busy", "due", "expired"} {
		d.plan(name)
	}
	d.planAt("later", start.Add(long), start.Add(long))
	d.planAt("delayed", start.Add(time.Microsecond*900), start.Add(long))
	d.planAt("ended", time.Time{}, time.Time{})
	d.change(scheduler.ChangeRequest{Task: "disabled", Switch: new(scheduler.SwitchOff)})
	d.start("busy", long)
	d.runNow("busy")
	asked := d.request("asked", scheduler.ActionStart)
	d.report(d.claim(asked), scheduler.OutcomeSucceeded, "")
	d.runNow("asked")
	expired := d.start("expired", short)
	d.wait(expired.Until)
	held := d.start("abandoned", short)
	_, err := d.Report(d.Context(), scheduler.ReportRequest{Task: "abandoned", Term: held.Term, Outcome: scheduler.OutcomeAbandoned, Lease: long})
	require.NoError(d, err)
	d.wait(d.task("asked").Asked)

	tasks, err := d.Tasks(d.Context(), scheduler.TasksRequest{Due: true})
	require.NoError(d, err)
	require.Equal(d, []string{"asked", "due", "expired", "unplanned"}, names(tasks.Tasks))
	for _, task := range tasks.Tasks {
		require.Equal(d, d.task(task.Task), task)
	}
	tasks, err = d.Tasks(d.Context(), scheduler.TasksRequest{Due: true, Tasks: []string{"due", "later", "nobody"}})
	require.NoError(d, err)
	require.Equal(d, []string{"due"}, names(tasks.Tasks))
}

func listWake(d desk) {
	wake := func(r scheduler.TasksRequest) time.Time {
		r.Due = true
		tasks, err := d.Tasks(d.Context(), r)
		require.NoError(d, err)
		require.False(d, tasks.Now.IsZero())
		return tasks.Wake
	}
	require.Zero(d, wake(scheduler.TasksRequest{}))
	d.register(define("a", "every 1h"), define("b", "every 1h"), define("c", "every 1h"), define("d", "every 1h"))
	start := d.now()
	d.wait(start)
	require.Zero(d, wake(scheduler.TasksRequest{}), "what is due already does not count")
	d.planAt("a", start.Add(3*long), start.Add(5*long))
	require.Equal(d, start.Add(5*long), wake(scheduler.TasksRequest{}))
	d.planAt("b", start.Add(4*long), start.Add(4*long))
	require.Equal(d, start.Add(4*long), wake(scheduler.TasksRequest{}))
	require.Equal(d, start.Add(5*long), wake(scheduler.TasksRequest{Tasks: []string{"a"}}))
	require.Zero(d, wake(scheduler.TasksRequest{Tasks: []string{}}))
	d.plan("c")
	run := d.start("c", long)
	require.Equal(d, run.Until, wake(scheduler.TasksRequest{}), "a lease may expire")
	d.change(scheduler.ChangeRequest{Task: "b", Switch: new(scheduler.SwitchOff)})
	d.report(run, scheduler.OutcomeSucceeded, "")
	require.Equal(d, d.task("c").Due, wake(scheduler.TasksRequest{Tasks: []string{"b", "c"}}))

	tasks, err := d.Tasks(d.Context(), scheduler.TasksRequest{})
	require.NoError(d, err)
	require.Equal(d, d.task("c").Due, tasks.Wake, "the listing has it too")
}

// listCopies changes what was returned; the state must not notice.
func listCopies(d desk) {
	d.due("a")
	d.report(d.start("a", long), scheduler.OutcomeSucceeded, "done")
	d.runNow("a")
	got := d.startAsked("a")
	want := d.task("a")
	got.Current.Message, got.Last.Message = "changed", "changed"
	require.Equal(d, want, d.task("a"))
	runs := d.runs("a")
	runs[0].Message = "changed"
	require.Empty(d, d.runs("a")[0].Message)
}

func listTimes(d desk) {
	d.due("a")
	run := d.start("a", 1500*time.Microsecond)
	require.NotNil(d, run.Current)
	for name, at := range map[string]time.Time{
		"now": d.now(), "registered": run.Registered, "confirmed": run.Confirmed, "from": run.From, "slot": run.Slot,
		"due": run.Due, "until": run.Until, "began": run.Current.Began, "run's slot": run.Current.Slot,
	} {
		require.Equal(d, time.UTC, at.Location(), name)
		require.Zero(d, at.Nanosecond()%1000, "%s is in whole microseconds", name)
	}
	require.Equal(d, 1500*time.Microsecond, run.Until.Sub(run.Current.Began))
	d.register(define("far", "every 1h"), define("zoned", "every 1h"))
	far := time.Date(9999, 12, 31, 23, 59, 59, 999_999_000, time.UTC)
	d.planAt("far", far, far)
	require.Equal(d, far, d.task("far").Slot)
	zoned := time.Date(2900, 1, 1, 2, 0, 0, 0, time.FixedZone("", 3600))
	d.planAt("zoned", zoned, zoned)
	require.Equal(d, zoned.UTC(), d.task("zoned").Slot)
}
