package statetest

import (
	"time"

	"github.com/stretchr/testify/require"

	"github.com/contactsweep/contactsweep/scheduler"
)

func changing() map[string]func(desk) {
	return map[string]func(desk){
		"schedule":           changeSchedule,
		"switch":             changeSwitch,
		"run now":            changeRunNow,
		"unknown task":       changeUnknown,
		"while it runs":      changeWhileRunning,
		"asked only grows":   changeAskedGrows,
		"longest schedule":   changeLongest,
		"no change at all":   changeNothing,
		"of one task only":   changeOne,
		"run now while held": changeRunNowHeld,
	}
}

// change changes a task and demands that the answer is what is stored.
func (d desk) change(r scheduler.ChangeRequest) scheduler.TaskState {
	d.Helper()
	c, err := d.Change(d.Context(), r)
	require.NoError(d, err)
	require.False(d, c.Now.IsZero())
	require.Equal(d, d.task(r.Task), c.Task)
	return c.Task
}

func changeSchedule(d desk) {
	before := d.due("a")
	stale := d.request("a", scheduler.ActionStart)
	got := d.change(scheduler.ChangeRequest{Task: "a", Override: new("every 5m")})
	require.Equal(d, "every 5m", got.InForce())
	require.Equal(d, "every 1h", got.Schedule)
	require.Greater(d, got.Version, before.Version)
	require.False(d, got.Planned, "the plan of the old schedule is dropped")
	require.Zero(d, got.Slot)
	require.Zero(d, got.Due)
	require.True(d, got.From.After(before.From))
	d.refused(stale, scheduler.ErrRefused, "a claim that rests on the old schedule")

	got = d.change(scheduler.ChangeRequest{Task: "a", Override: new("")})
	require.Equal(d, "every 1h", got.InForce())
	require.Empty(d, got.Override)
}

func changeSwitch(d desk) {
	d.due("a")
	stale := d.request("a", scheduler.ActionStart)
	got := d.change(scheduler.ChangeRequest{Task: "a", Switch: new(scheduler.SwitchOff)})
	require.False(d, got.Enabled())
	require.Zero(d, got.Wake())
	d.refused(stale, scheduler.ErrRefused, "a task that was disabled meanwhile")
	stale.Version = got.Version
	d.refused(stale, scheduler.ErrRefused, "a task that is disabled")

	got = d.change(scheduler.ChangeRequest{Task: "a", Switch: new(scheduler.SwitchOn)})
	require.True(d, got.Enabled())
	require.False(d, got.Planned, "what was missed while it was disabled is not caught up with")
	require.Equal(d, got.From, got.Wake())
}

func changeRunNow(d desk) {
	d.register(define("a", "every 1h"))
	d.change(scheduler.ChangeRequest{Task: "a", Switch: new(scheduler.SwitchOff)})
	before := d.task("a")
	got := d.change(scheduler.ChangeRequest{Task: "a", RunNow: true})
	require.True(d, got.Waiting)
	require.False(d, got.Asked.Before(before.From))
	require.Greater(d, got.Version, before.Version)
	require.Equal(d, got.Asked, got.Wake(), "a disabled task runs when asked")
	require.Equal(d, got, d.change(scheduler.ChangeRequest{Task: "a", RunNow: true}), "a second request is the same one")
	require.Empty(d, d.runs("a"), "a request is no run yet")

	r := d.request("a", scheduler.ActionStart)
	r.Kind, r.Slot, r.Next, r.Due = scheduler.KindRunNow, got.Asked, time.Time{}, time.Time{}
	run := d.claim(r)
	require.False(d, run.Waiting)
	require.Equal(d, got.Asked, run.Current.Slot)
	require.Equal(d, scheduler.KindRunNow, run.Current.Kind)
}

func changeUnknown(d desk) {
	for _, r := range []scheduler.ChangeRequest{
		{Task: "a", RunNow: true},
		{Task: "a", Override: new("every 5m")},
		{Task: "a", Switch: new(scheduler.SwitchByCode)},
	} {
		_, err := d.Change(d.Context(), r)
		require.ErrorIs(d, err, scheduler.ErrUnknownTask)
	}
}

func changeWhileRunning(d desk) {
	d.due("a")
	run := d.start("a", long)
	got := d.change(scheduler.ChangeRequest{Task: "a", Override: new("every 5m")})
	require.Equal(d, run.Current, got.Current)
	require.Equal(d, run.Until, got.Until)
	require.Equal(d, got.From, got.Wake(), "the next slot can be planned while a run is under way")
	r := d.request("a", scheduler.ActionPlan)
	r.Next = got.From.Add(time.Hour)
	r.Due = r.Next
	planned := d.claim(r)
	require.Equal(d, r.Next, planned.Slot)
	require.Equal(d, run.Current, planned.Current)
	d.report(run, scheduler.OutcomeSucceeded, "")
	require.Equal(d, r.Next, d.task("a").Slot)
}

func changeAskedGrows(d desk) {
	d.register(define("a", "every 1h"))
	last := time.Time{}
	for range 5 {
		asked := d.runNow("a").Asked
		require.True(d, asked.After(last))
		last = asked
		d.report(d.startAsked("a"), scheduler.OutcomeSucceeded, "")
	}
	require.Len(d, d.runs("a"), 5)
}

// startAsked starts the run that was asked for.
func (d desk) startAsked(name string) scheduler.TaskState {
	d.Helper()
	r := d.request(name, scheduler.ActionStart)
	r.Kind, r.Slot, r.Next, r.Due = scheduler.KindRunNow, d.task(name).Asked, time.Time{}, time.Time{}
	d.wait(r.Slot)
	return d.claim(r)
}

func changeLongest(d desk) {
	d.register(define("a", "every 1h"))
	longest := text(scheduler.MaxScheduleLength)
	require.Equal(d, longest, d.change(scheduler.ChangeRequest{Task: "a", Override: &longest}).InForce())
}

func changeNothing(d desk) {
	before := d.due("a")
	require.Equal(d, before, d.change(scheduler.ChangeRequest{Task: "a", Override: new("")}))
	require.Equal(d, before, d.change(scheduler.ChangeRequest{Task: "a", Switch: new(scheduler.SwitchByCode)}))
	off := d.change(scheduler.ChangeRequest{Task: "a", Switch: new(scheduler.SwitchOff)})
	require.Equal(d, off, d.change(scheduler.ChangeRequest{Task: "a", Switch: new(scheduler.SwitchOff)}))
}

func changeOne(d desk) {
	d.register(define("a", "every 1h"), define("b", "every 1h"))
	other := d.task("b")
	d.change(scheduler.ChangeRequest{Task: "a", Override: new("every 5m")})
	d.runNow("a")
	require.Equal(d, other, d.task("b"))
}

func changeRunNowHeld(d desk) {
	d.due("a")
	run := d.start("a", long)
	got := d.change(scheduler.ChangeRequest{Task: "a", RunNow: true})
	require.True(d, got.Waiting)
	require.Equal(d, run.Until, got.Wake(), "it waits for the run that is under way")
	r := d.request("a", scheduler.ActionStart)
	r.Kind, r.Slot, r.Next, r.Due = scheduler.KindRunNow, got.Asked, time.Time{}, time.Time{}
	d.refused(r, scheduler.ErrRefused, "a task never overlaps itself")
	d.report(run, scheduler.OutcomeSucceeded, "")
	require.Equal(d, got.Asked, d.task("a").Wake())
	d.startAsked("a")
}
