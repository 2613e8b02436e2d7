package statetest

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/contactsweep/contactsweep/scheduler"
)

func changing() map[string]func(*testing.T, scheduler.State) {
	return map[string]func(*testing.T, scheduler.State){
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

func changeSchedule(t *testing.T, st scheduler.State) {
	d := newDesk(t, st)
	before := d.due("a")
	stale := d.request("a", scheduler.ActionStart)
	got := d.change(scheduler.ChangeRequest{Task: "a", Override: new("every 5m")})
	require.Equal(t, "every 5m", got.InForce())
	require.Equal(t, "every 1h", got.Schedule)
	require.Greater(t, got.Version, before.Version)
	require.False(t, got.Planned, "the plan of the old schedule is dropped")
	require.Zero(t, got.Slot)
	require.Zero(t, got.Due)
	require.True(t, got.From.After(before.From))
	d.refused(stale, scheduler.ErrRefused, "a claim that rests on the old schedule")

	got = d.change(scheduler.ChangeRequest{Task: "a", Override: new("")})
	require.Equal(t, "every 1h", got.InForce())
	require.Empty(t, got.Override)
}

func changeSwitch(t *testing.T, st scheduler.State) {
	d := newDesk(t, st)
	d.due("a")
	stale := d.request("a", scheduler.ActionStart)
	got := d.change(scheduler.ChangeRequest{Task: "a", Switch: new(scheduler.SwitchOff)})
	require.False(t, got.Enabled())
	require.Zero(t, got.Wake())
	d.refused(stale, scheduler.ErrRefused, "a task that was disabled meanwhile")
	stale.Version = got.Version
	d.refused(stale, scheduler.ErrRefused, "a task that is disabled")

	got = d.change(scheduler.ChangeRequest{Task: "a", Switch: new(scheduler.SwitchOn)})
	require.True(t, got.Enabled())
	require.False(t, got.Planned, "what was missed while it was disabled is not caught up with")
	require.Equal(t, got.From, got.Wake())
}

func changeRunNow(t *testing.T, st scheduler.State) {
	d := newDesk(t, st)
	d.register(define("a", "every 1h"))
	d.change(scheduler.ChangeRequest{Task: "a", Switch: new(scheduler.SwitchOff)})
	before := d.task("a")
	got := d.change(scheduler.ChangeRequest{Task: "a", RunNow: true})
	require.True(t, got.Waiting)
	require.False(t, got.Asked.Before(before.From))
	require.Greater(t, got.Version, before.Version)
	require.Equal(t, got.Asked, got.Wake(), "a disabled task runs when asked")
	require.Equal(t, got, d.change(scheduler.ChangeRequest{Task: "a", RunNow: true}), "a second request is the same one")
	require.Empty(t, d.runs("a"), "a request is no run yet")

	r := d.request("a", scheduler.ActionStart)
	r.Kind, r.Slot, r.Next, r.Due = scheduler.KindRunNow, got.Asked, time.Time{}, time.Time{}
	run := d.claim(r)
	require.False(t, run.Waiting)
	require.Equal(t, got.Asked, run.Current.Slot)
	require.Equal(t, scheduler.KindRunNow, run.Current.Kind)
}

func changeUnknown(t *testing.T, st scheduler.State) {
	for _, r := range []scheduler.ChangeRequest{
		{Task: "a", RunNow: true},
		{Task: "a", Override: new("every 5m")},
		{Task: "a", Switch: new(scheduler.SwitchByCode)},
	} {
		_, err := st.Change(t.Context(), r)
		require.ErrorIs(t, err, scheduler.ErrUnknownTask)
	}
}

func changeWhileRunning(t *testing.T, st scheduler.State) {
	d := newDesk(t, st)
	d.due("a")
	run := d.start("a", long)
	got := d.change(scheduler.ChangeRequest{Task: "a", Override: new("every 5m")})
	require.Equal(t, run.Current, got.Current)
	require.Equal(t, run.Until, got.Until)
	require.Equal(t, got.From, got.Wake(), "the next slot can be planned while a run is under way")
	r := d.request("a", scheduler.ActionPlan)
	r.Next = got.From.Add(time.Hour)
	r.Due = r.Next
	planned := d.claim(r)
	require.Equal(t, r.Next, planned.Slot)
	require.Equal(t, run.Current, planned.Current)
	d.report(run, scheduler.OutcomeSucceeded, "")
	require.Equal(t, r.Next, d.task("a").Slot)
}

func changeAskedGrows(t *testing.T, st scheduler.State) {
	d := newDesk(t, st)
	d.register(define("a", "every 1h"))
	last := time.Time{}
	for range 5 {
		asked := d.runNow("a").Asked
		require.True(t, asked.After(last))
		last = asked
		d.report(d.startAsked("a"), scheduler.OutcomeSucceeded, "")
	}
	require.Len(t, d.runs("a"), 5)
}

// startAsked starts the run that was asked for.
func (d desk) startAsked(name string) scheduler.TaskState {
	d.Helper()
	r := d.request(name, scheduler.ActionStart)
	r.Kind, r.Slot, r.Next, r.Due = scheduler.KindRunNow, d.task(name).Asked, time.Time{}, time.Time{}
	d.wait(r.Slot)
	return d.claim(r)
}

func changeLongest(t *testing.T, st scheduler.State) {
	d := newDesk(t, st)
	d.register(define("a", "every 1h"))
	longest := text(scheduler.MaxScheduleLength)
	require.Equal(t, longest, d.change(scheduler.ChangeRequest{Task: "a", Override: &longest}).InForce())
}

func changeNothing(t *testing.T, st scheduler.State) {
	d := newDesk(t, st)
	before := d.due("a")
	require.Equal(t, before, d.change(scheduler.ChangeRequest{Task: "a", Override: new("")}))
	require.Equal(t, before, d.change(scheduler.ChangeRequest{Task: "a", Switch: new(scheduler.SwitchByCode)}))
	off := d.change(scheduler.ChangeRequest{Task: "a", Switch: new(scheduler.SwitchOff)})
	require.Equal(t, off, d.change(scheduler.ChangeRequest{Task: "a", Switch: new(scheduler.SwitchOff)}))
}

func changeOne(t *testing.T, st scheduler.State) {
	d := newDesk(t, st)
	d.register(define("a", "every 1h"), define("b", "every 1h"))
	other := d.task("b")
	d.change(scheduler.ChangeRequest{Task: "a", Override: new("every 5m")})
	d.runNow("a")
	require.Equal(t, other, d.task("b"))
}

func changeRunNowHeld(t *testing.T, st scheduler.State) {
	d := newDesk(t, st)
	d.due("a")
	run := d.start("a", long)
	got := d.change(scheduler.ChangeRequest{Task: "a", RunNow: true})
	require.True(t, got.Waiting)
	require.Equal(t, run.Until, got.Wake(), "it waits for the run that is under way")
	r := d.request("a", scheduler.ActionStart)
	r.Kind, r.Slot, r.Next, r.Due = scheduler.KindRunNow, got.Asked, time.Time{}, time.Time{}
	d.refused(r, scheduler.ErrRefused, "a task never overlaps itself")
	d.report(run, scheduler.OutcomeSucceeded, "")
	require.Equal(t, got.Asked, d.task("a").Wake())
	d.startAsked("a")
}
