package statetest

import (
	"time"

	"github.com/stretchr/testify/require"

	"github.com/contactsweep/contactsweep/scheduler"
)

func planning() map[string]func(desk) {
	return map[string]func(desk){
		"next slot":      planNext,
		"no slot left":   planNone,
		"refused":        planRefused,
		"changes no run": planNoRun,
	}
}

func planNext(d desk) {
	d.register(define("a", "every 1h"))
	before := d.task("a")
	r := d.request("a", scheduler.ActionPlan)
	r.Next, r.Due = before.From.Add(time.Hour), before.From.Add(61*time.Minute)
	got := d.claim(r)
	require.Equal(d, got, d.task("a"))
	require.True(d, got.Planned)
	require.Equal(d, r.Next, got.Slot)
	require.Equal(d, r.Due, got.Due)
	require.Equal(d, before.From, got.From)
	require.Greater(d, got.Version, before.Version)
	require.Equal(d, r.Due, got.Wake())
}

func planNone(d desk) {
	d.register(define("a", "once at 2020-01-01T00:00:00Z"))
	got := d.claim(d.request("a", scheduler.ActionPlan))
	require.True(d, got.Planned)
	require.Zero(d, got.Slot)
	require.Zero(d, got.Wake())
	r := d.request("a", scheduler.ActionSkip)
	r.Slot = d.now()
	r.Next, r.Due = time.Time{}, time.Time{}
	d.refused(r, scheduler.ErrRefused, "there is no slot to skip")
	d.runNow("a")
	d.startAsked("a")
}

func planRefused(d desk) {
	d.register(define("a", "every 1h"), define("off", "every 1h"))
	d.change(scheduler.ChangeRequest{Task: "off", Switch: new(scheduler.SwitchOff)})
	r := d.request("a", scheduler.ActionPlan)
	r.Next = d.task("a").From
	r.Due = r.Next.Add(long)
	d.refused(r, scheduler.ErrRefused, "From itself is no slot")
	r.Next = r.Next.Add(long)
	r.Version++
	d.refused(r, scheduler.ErrRefused, "another version")
	r.Version--
	r.Fingerprint = fingerprint("another")
	d.refused(r, scheduler.ErrRefused, "another definition")
	r.Fingerprint = d.task("a").Fingerprint
	d.claim(r)
	d.refused(r, scheduler.ErrRefused, "it is planned already, and the version is old")
	r.Version = d.task("a").Version
	d.refused(r, scheduler.ErrRefused, "it is planned already")

	off := d.request("off", scheduler.ActionPlan)
	off.Next, off.Due = d.task("off").From.Add(long), d.task("off").From.Add(long)
	d.refused(off, scheduler.ErrRefused, "a disabled task has no plan")
	off.Task = "nobody"
	_, err := d.Claim(d.Context(), off)
	require.ErrorIs(d, err, scheduler.ErrUnknownTask)
}

func planNoRun(d desk) {
	d.due("a")
	require.Empty(d, d.runs("a"))
	require.Zero(d, d.task("a").Runs)
	require.Zero(d, d.task("a").Term)
}

func skipping() map[string]func(desk) {
	return map[string]func(desk){
		"recorded": skipRecorded,
		"refused":  skipRefused,
	}
}

func skipRecorded(d desk) {
	before := d.due("a")
	r := d.request("a", scheduler.ActionSkip)
	r.Slot = r.Slot.Add(time.Microsecond)
	d.wait(r.Slot)
	r.Missed, r.Message = 7, "not started within "+text(100)
	got := d.claim(r)
	require.Equal(d, r.Next, got.Slot)
	require.Equal(d, r.Due, got.Due)
	require.Greater(d, got.Version, before.Version)
	require.Nil(d, got.Current)
	require.Nil(d, got.Last, "a skipped slot is no run")
	require.Zero(d, got.Runs)
	require.Zero(d, got.Term)
	runs := d.runs("a")
	require.Len(d, runs, 1)
	require.Equal(d, scheduler.RunRecord{
		ID: runs[0].ID, Task: "a", Kind: scheduler.KindDue, Slot: r.Slot, Missed: 7,
		Began: runs[0].Ended, Started: runs[0].Ended, Ended: runs[0].Ended,
		Outcome: scheduler.OutcomeSkipped, Message: r.Message,
	}, runs[0])
	require.False(d, runs[0].Ended.Before(r.Slot))
}

func skipRefused(d desk) {
	d.register(define("a", "every 1h"))
	from := d.task("a").From
	d.planAt("a", from.Add(time.Microsecond), from.Add(long))
	r := d.request("a", scheduler.ActionSkip)
	d.refused(r, scheduler.ErrRefused, "a slot that is not due, because of its jitter")
	task := d.due("b")
	r = d.request("b", scheduler.ActionSkip)
	r.Slot = task.Slot.Add(-time.Microsecond)
	d.refused(r, scheduler.ErrRefused, "a slot before the planned one")
	r.Slot = d.now().Add(long)
	r.Next = r.Slot.Add(long)
	r.Due = r.Next
	d.refused(r, scheduler.ErrRefused, "a slot that is not yet")
}
