package statetest

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/contactsweep/contactsweep/scheduler"
)

func registering() map[string]func(*testing.T, scheduler.State) {
	return map[string]func(*testing.T, scheduler.State){
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

func registerNew(t *testing.T, st scheduler.State) {
	d := newDesk(t, st)
	before := d.now()
	def := define("Acme.Cleaner", "daily at 02:00 in UTC")
	d.register(def)
	got := d.task("Acme.Cleaner")
	require.Equal(t, scheduler.TaskState{
		Definition: def, Registered: got.From, Confirmed: got.From, From: got.From, Version: 1,
	}, got)
	require.False(t, got.From.Before(before), "From is the state's time")
	require.True(t, got.Enabled())
	require.Equal(t, got.From, got.Wake(), "a new task wants to be planned at once")
	require.Empty(t, d.runs("Acme.Cleaner"))
}

func registerSame(t *testing.T, st scheduler.State) {
	d := newDesk(t, st)
	before := d.due("a")
	d.wait(d.now())
	d.register(define("a", "every 1h"))
	after := d.task("a")
	require.True(t, after.Confirmed.After(before.Confirmed))
	after.Confirmed = before.Confirmed
	require.Equal(t, before, after, "the plan stays, so that a missed slot is still there")
}

func registerOther(t *testing.T, st scheduler.State) {
	d := newDesk(t, st)
	before := d.due("a")
	stale := d.request("a", scheduler.ActionStart)
	def := define("a", "every 2h")
	d.register(def)
	after := d.task("a")
	require.Equal(t, scheduler.TaskState{
		Definition: def, Registered: after.From, Confirmed: after.From, From: after.From, Version: after.Version,
	}, after, "the plan is dropped, because a new definition does not catch up")
	require.Greater(t, after.Version, before.Version)
	require.True(t, after.From.After(before.From))

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

func registerStale(t *testing.T, st scheduler.State) {
	d := newDesk(t, st)
	d.register(define("a", "every 1h"), define("b", "every 1h"))
	before := d.task("a")
	other := scheduler.RegisterRequest{
		Definitions: []scheduler.Definition{define("a", "every 2h"), define("b", "every 1h"), define("c", "every 3h")},
		Stale:       long,
	}
	d.wait(before.Confirmed)
	require.NoError(t, st.Register(t.Context(), other))
	require.Equal(t, before, d.task("a"), "a definition that was confirmed lately is kept")
	require.True(t, d.task("b").Confirmed.After(before.Confirmed), "others are confirmed all the same")
	require.Equal(t, "every 3h", d.task("c").Schedule, "and created")

	other.Stale = time.Millisecond
	d.wait(d.task("a").Confirmed.Add(2 * time.Millisecond))
	require.NoError(t, st.Register(t.Context(), other))
	require.Equal(t, "every 2h", d.task("a").Schedule, "one that nobody confirms is replaced")
}

func registerInvalid(t *testing.T, st scheduler.State) {
	d := newDesk(t, st)
	bad := define("b", "every 1h")
	bad.Fingerprint = "0123"
	err := st.Register(t.Context(), scheduler.RegisterRequest{Definitions: []scheduler.Definition{define("a", "every 1h"), bad}})
	require.ErrorIs(t, err, scheduler.ErrInvalidRequest)
	tasks, err := st.Tasks(t.Context(), scheduler.TasksRequest{})
	require.NoError(t, err)
	require.Empty(t, tasks.Tasks)
	d.register()
}

func registerKeepsChanges(t *testing.T, st scheduler.State) {
	d := newDesk(t, st)
	d.register(define("a", "every 1h"))
	d.change(scheduler.ChangeRequest{Task: "a", Override: new("every 5m")})
	d.change(scheduler.ChangeRequest{Task: "a", Switch: new(scheduler.SwitchOff)})
	asked := d.runNow("a").Asked
	d.register(define("a", "every 2h"))
	got := d.task("a")
	require.Equal(t, "every 2h", got.Schedule)
	require.Equal(t, "every 5m", got.InForce())
	require.False(t, got.Enabled())
	require.True(t, got.Waiting)
	require.Equal(t, asked, got.Asked)
}

func registerKeepsRun(t *testing.T, st scheduler.State) {
	d := newDesk(t, st)
	d.due("a")
	run := d.start("a", long)
	d.register(define("a", "every 2h"))
	got := d.task("a")
	require.Equal(t, run.Current, got.Current)
	require.Equal(t, run.Until, got.Until)
	require.Equal(t, run.Runs, got.Runs)
	d.report(run, scheduler.OutcomeSucceeded, "done")
	require.Equal(t, "done", d.task("a").Last.Message)
}

func registerDisabled(t *testing.T, st scheduler.State) {
	d := newDesk(t, st)
	def := define("a", "every 1h")
	def.Disabled = true
	d.register(def)
	require.False(t, d.task("a").Enabled())
	require.Zero(t, d.task("a").Wake())
	d.change(scheduler.ChangeRequest{Task: "a", Switch: new(scheduler.SwitchOn)})
	require.True(t, d.task("a").Enabled(), "what was set at run time wins")
	d.change(scheduler.ChangeRequest{Task: "a", Switch: new(scheduler.SwitchByCode)})
	require.False(t, d.task("a").Enabled())
}

func registerExact(t *testing.T, st scheduler.State) {
	d := newDesk(t, st)
	d.register(define("Task", "every 1h"), define("task", "every 2h"), define("task.a", "every 3h"), define("task-a", "every 4h"))
	require.Equal(t, "every 1h", d.task("Task").Schedule)
	require.Equal(t, "every 2h", d.task("task").Schedule)
	require.Equal(t, "every 3h", d.task("task.a").Schedule)

	longest := strings.Repeat("x", scheduler.MaxTaskLength)
	def := define(longest, text(scheduler.MaxScheduleLength))
	d.register(def)
	require.Equal(t, def, d.task(longest).Definition)
}
