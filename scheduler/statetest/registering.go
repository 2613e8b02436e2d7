package statetest

import (
	"strings"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/contactsweep/contactsweep/scheduler"
)

func registering() map[string]func(desk) {
	return map[string]func(desk){
		"new":                   registerNew,
		"the same again":        registerSame,
		"another replaces":      registerOther,
		"stale":                 registerStale,
		"all or none":           registerInvalid,
		"what was set stays":    registerKeepsChanges,
		"a run goes on":         registerKeepsRun,
		"disabled by code":      registerDisabled,
		"identifiers are exact": registerExact,
	}
}

func registerNew(d desk) {
	before := d.now()
	def := define("Acme.Cleaner", "daily at 02:00 in UTC")
	d.register(def)
	got := d.task("Acme.Cleaner")
	require.Equal(d, scheduler.TaskState{
		Definition: def, Registered: got.From, Confirmed: got.From, From: got.From, Version: 1,
	}, got)
	require.False(d, got.From.Before(before), "From is the state's time")
	require.True(d, got.Enabled())
	require.Equal(d, got.From, got.Wake(), "a new task wants to be planned at once")
	require.Empty(d, d.runs("Acme.Cleaner"))
}

func registerSame(d desk) {
	before := d.due("a")
	d.wait(d.now())
	d.register(define("a", "every 1h"))
	after := d.task("a")
	require.True(d, after.Confirmed.After(before.Confirmed))
	after.Confirmed = before.Confirmed
	require.Equal(d, before, after, "the plan stays, so that a missed slot is still there")
}

func registerOther(d desk) {
	before := d.due("a")
	stale := d.request("a", scheduler.ActionStart)
	def := define("a", "every 2h")
	d.register(def)
	after := d.task("a")
	require.Equal(d, scheduler.TaskState{
		Definition: def, Registered: after.From, Confirmed: after.From, From: after.From, Version: after.Version,
	}, after, "the plan is dropped, because a new definition does not catch up")
	require.Greater(d, after.Version, before.Version)
	require.True(d, after.From.After(before.From))

	d.refused(stale, scheduler.ErrRefused, "an instance with the old definition")
	stale.Version = after.Version
	d.refused(stale, scheduler.ErrRefused, "an instance with the old definition that has read the new version")
	stale.Action, stale.Kind, stale.Slot, stale.Holder, stale.Lease = scheduler.ActionPlan, "", time.Time{}, "", 0
	stale.Next = after.From.Add(time.Hour)
	stale.Due = stale.Next
	d.refused(stale, scheduler.ErrRefused, "an instance with the old definition that plans")
	stale.Fingerprint = def.Fingerprint
	d.claim(stale)
}

func registerStale(d desk) {
	d.register(define("a", "every 1h"), define("b", "every 1h"))
	before := d.task("a")
	other := scheduler.RegisterRequest{
		Definitions: []scheduler.Definition{define("a", "every 2h"), define("b", "every 1h"), define("c", "every 3h")},
		Stale:       long,
	}
	d.wait(before.Confirmed)
	require.NoError(d, d.Register(d.Context(), other))
	require.Equal(d, before, d.task("a"), "a definition that was confirmed lately is kept")
	require.True(d, d.task("b").Confirmed.After(before.Confirmed), "others are confirmed all the same")
	require.Equal(d, "every 3h", d.task("c").Schedule, "and created")

	other.Stale = time.Millisecond
	d.wait(d.task("a").Confirmed.Add(2 * time.Millisecond))
	require.NoError(d, d.Register(d.Context(), other))
	require.Equal(d, "every 2h", d.task("a").Schedule, "one that nobody confirms is replaced")
}

func registerInvalid(d desk) {
	bad := define("b", "every 1h")
	bad.Fingerprint = "0123"
	err := d.Register(d.Context(), scheduler.RegisterRequest{Definitions: []scheduler.Definition{define("a", "every 1h"), bad}})
	require.ErrorIs(d, err, scheduler.ErrInvalidRequest)
	tasks, err := d.Tasks(d.Context(), scheduler.TasksRequest{})
	require.NoError(d, err)
	require.Empty(d, tasks.Tasks)
	d.register()
}

func registerKeepsChanges(d desk) {
	d.register(define("a", "every 1h"))
	d.change(scheduler.ChangeRequest{Task: "a", Override: new("every 5m")})
	d.change(scheduler.ChangeRequest{Task: "a", Switch: new(scheduler.SwitchOff)})
	asked := d.runNow("a").Asked
	d.register(define("a", "every 2h"))
	got := d.task("a")
	require.Equal(d, "every 2h", got.Schedule)
	require.Equal(d, "every 5m", got.InForce())
	require.False(d, got.Enabled())
	require.True(d, got.Waiting)
	require.Equal(d, asked, got.Asked)
}

func registerKeepsRun(d desk) {
	d.due("a")
	run := d.start("a", long)
	d.register(define("a", "every 2h"))
	got := d.task("a")
	require.Equal(d, run.Current, got.Current)
	require.Equal(d, run.Until, got.Until)
	require.Equal(d, run.Runs, got.Runs)
	d.report(run, scheduler.OutcomeSucceeded, "done")
	require.Equal(d, "done", d.task("a").Last.Message)
}

func registerDisabled(d desk) {
	def := define("a", "every 1h")
	def.Disabled = true
	d.register(def)
	require.False(d, d.task("a").Enabled())
	require.Zero(d, d.task("a").Wake())
	d.change(scheduler.ChangeRequest{Task: "a", Switch: new(scheduler.SwitchOn)})
	require.True(d, d.task("a").Enabled(), "what was set at run time wins")
	d.change(scheduler.ChangeRequest{Task: "a", Switch: new(scheduler.SwitchByCode)})
	require.False(d, d.task("a").Enabled())
}

func registerExact(d desk) {
	d.register(define("Task", "every 1h"), define("task", "every 2h"), define("task.a", "every 3h"), define("task-a", "every 4h"))
	require.Equal(d, "every 1h", d.task("Task").Schedule)
	require.Equal(d, "every 2h", d.task("task").Schedule)
	require.Equal(d, "every 3h", d.task("task.a").Schedule)

	longest := strings.Repeat("x", scheduler.MaxTaskLength)
	def := define(longest, text(scheduler.MaxScheduleLength))
	d.register(def)
	require.Equal(d, def, d.task(longest).Definition)
}
