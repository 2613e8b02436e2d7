package statetest

import (
	"time"

	"github.com/stretchr/testify/require"

	"github.com/contactsweep/contactsweep/scheduler"
)

func starting() map[string]func(desk) {
	return map[string]func(desk){
		"planned slot":                 startPlanned,
		"run now":                      startAskedFor,
		"missed slots are passed over": startLater,
		"last slot":                    startLast,
		"not due":                      startNotDue,
		"changed meanwhile":            startChanged,
		"no overlap":                   startOverlap,
		"a slot only once":             startTaken,
		"a slot that the plan passed":  startPassed,
		"the same claim again":         startRepeated,
		"longest texts":                startLongest,
	}
}

func startPlanned(d desk) {
	before := d.due("a")
	r := d.request("a", scheduler.ActionStart)
	r.Missed, r.Lease = 3, time.Minute
	got := d.claim(r)
	require.Equal(d, got, d.task("a"), "the answer is what is stored")
	run := got.Current
	require.NotNil(d, run)
	require.Equal(d, &scheduler.RunRecord{
		ID: run.ID, Task: "a", Kind: scheduler.KindDue, Slot: before.Slot, Missed: 3, Attempt: 1, Holder: d.holder, Term: 1,
		Began: run.Began, Started: run.Began, Outcome: scheduler.OutcomeRunning,
	}, run)
	require.False(d, run.Began.Before(before.Due))
	require.Positive(d, run.ID)
	require.Equal(d, int64(1), got.Term)
	require.Equal(d, int64(1), got.Runs)
	require.Equal(d, run.Began.Add(time.Minute), got.Until)
	require.Equal(d, r.Next, got.Slot)
	require.Equal(d, r.Due, got.Due)
	require.Greater(d, got.Version, before.Version)
	require.Nil(d, got.Last)
	require.Equal(d, got.Until, got.Wake(), "while it runs, only its lease can expire")
	require.Equal(d, []scheduler.RunRecord{*run}, d.runs("a"))
}

func startAskedFor(d desk) {
	planned := d.due("a")
	asked := d.runNow("a").Asked
	r := d.request("a", scheduler.ActionStart)
	r.Kind, r.Slot, r.Next, r.Due = scheduler.KindRunNow, asked.Add(time.Microsecond), time.Time{}, time.Time{}
	d.refused(r, scheduler.ErrRefused, "another request than the one that waits")
	got := d.startAsked("a")
	require.Equal(d, asked, got.Current.Slot)
	require.Equal(d, planned.Slot, got.Slot, "the plan stays")
	require.Equal(d, planned.Due, got.Due)
	d.report(got, scheduler.OutcomeFailed, "no")
	r = d.request("a", scheduler.ActionStart)
	r.Kind, r.Slot, r.Next, r.Due = scheduler.KindRunNow, asked, time.Time{}, time.Time{}
	d.refused(r, scheduler.ErrRefused, "a request that was served")
	d.start("a", long)
}

func startLater(d desk) {
	first := d.due("a").Slot
	r := d.request("a", scheduler.ActionStart)
	r.Slot = first.Add(2 * time.Microsecond)
	d.wait(r.Slot)
	got := d.claim(r)
	require.Equal(d, r.Slot, got.Current.Slot)
	require.Equal(d, r.Next, got.Slot)
}

func startLast(d desk) {
	d.due("a")
	r := d.request("a", scheduler.ActionStart)
	r.Next, r.Due = time.Time{}, time.Time{}
	got := d.claim(r)
	require.True(d, got.Planned)
	require.Zero(d, got.Slot)
	d.report(got, scheduler.OutcomeSucceeded, "")
	require.Zero(d, d.task("a").Wake())
}

func startNotDue(d desk) {
	d.register(define("later", "every 1h"), define("jitter", "every 1h"), define("new", "every 1h"))
	start := d.now()
	d.planAt("later", start.Add(long), start.Add(long))
	d.planAt("jitter", start.Add(time.Microsecond), start.Add(long))
	d.refused(d.request("later", scheduler.ActionStart), scheduler.ErrRefused, "a slot that is not yet")
	d.refused(d.request("jitter", scheduler.ActionStart), scheduler.ErrRefused, "a slot that is delayed")
	d.due("due")
	r := d.request("due", scheduler.ActionStart)
	r.Slot = d.now().Add(long)
	r.Next = r.Slot.Add(long)
	r.Due = r.Next
	d.refused(r, scheduler.ErrRefused, "a later slot, that is not yet")
	r = d.request("new", scheduler.ActionStart)
	r.Slot, r.Next, r.Due = start, start.Add(long), start.Add(long)
	d.refused(r, scheduler.ErrRefused, "a task without a plan")
}

func startChanged(d desk) {
	d.due("a")
	r := d.request("a", scheduler.ActionStart)
	d.runNow("a")
	d.refused(r, scheduler.ErrRefused, "the version is old")
	r.Version++
	r.Fingerprint = fingerprint("another")
	d.refused(r, scheduler.ErrRefused, "another definition")
	r.Task = "nobody"
	_, err := d.Claim(d.Context(), r)
	require.ErrorIs(d, err, scheduler.ErrUnknownTask)
}

func startOverlap(d desk) {
	first := d.due("a").Slot
	r := d.request("a", scheduler.ActionStart)
	r.Next, r.Due = first.Add(time.Microsecond), first.Add(time.Microsecond)
	run := d.claim(r)
	d.wait(r.Next)
	d.refused(d.request("a", scheduler.ActionStart), scheduler.ErrRefused, "the task runs")
	_, err := d.Report(d.Context(), scheduler.ReportRequest{Task: "a", Term: run.Term, Outcome: scheduler.OutcomeAbandoned, Lease: long})
	require.NoError(d, err)
	d.refused(d.request("a", scheduler.ActionStart), scheduler.ErrRefused, "it was abandoned, and still runs")
	d.report(run, scheduler.OutcomeAbandoned, "")
	got := d.start("a", long)
	require.Equal(d, run.Term+1, got.Term)
}

func startTaken(d desk) {
	first := d.due("a").Slot
	r := d.request("a", scheduler.ActionStart)
	r.Next, r.Due = first.Add(time.Microsecond), first.Add(time.Microsecond)
	d.report(d.claim(r), scheduler.OutcomeSucceeded, "done")
	again := d.request("a", scheduler.ActionStart)
	again.Slot = first
	d.refused(again, scheduler.ErrTaken, "the slot was run")
	d.wait(r.Next)
	d.start("a", long)
}

func startPassed(d desk) {
	first := d.due("a").Slot
	d.report(d.start("a", long), scheduler.OutcomeSucceeded, "done")
	planned := d.task("a")
	r := d.request("a", scheduler.ActionStart)
	r.Slot = first.Add(-time.Hour)
	r.Next, r.Due = first, first
	got := d.claim(r)
	require.Equal(d, r.Slot, got.Current.Slot)
	require.Equal(d, planned.Slot, got.Slot, "the plan does not go back")
	require.Equal(d, planned.Due, got.Due)
}

func startRepeated(d desk) {
	d.due("a")
	r := d.request("a", scheduler.ActionStart)
	got := d.claim(r)
	require.Equal(d, got, d.claim(r), "the answer may have been lost")
	require.Len(d, d.runs("a"), 1)
	other := r
	other.Holder = "instance-2"
	d.refused(other, scheduler.ErrRefused, "another instance")
	d.report(got, scheduler.OutcomeSucceeded, "done")
	d.refused(r, scheduler.ErrRefused, "the run has ended")
}

func startLongest(d desk) {
	d.due("a")
	r := d.request("a", scheduler.ActionStart)
	r.Holder = text(scheduler.MaxHolderLength)
	got := d.claim(r)
	require.Equal(d, r.Holder, d.task("a").Current.Holder)
	message := text(scheduler.MaxMessageLength)
	d.report(got, scheduler.OutcomeFailed, message)
	require.Equal(d, message, d.task("a").Last.Message)
	require.Equal(d, message, d.runs("a")[0].Message)
	odd := "'\"\\`%_\t\n\r\u00a0\U0001F600 ?$1:x "
	d.runNow("a")
	d.report(d.startAsked("a"), scheduler.OutcomeSucceeded, odd)
	require.Equal(d, odd, d.runs("a")[0].Message)
}
