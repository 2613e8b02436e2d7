package retention_test

import (
	"context"
	"regexp"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/deletion"
	"github.com/contactsweep/contactsweep/deletion/retention"
	"github.com/contactsweep/contactsweep/scheduler"
	"github.com/contactsweep/contactsweep/scheduler/memstate"
	"github.com/contactsweep/contactsweep/store/memory"
	"github.com/contactsweep/contactsweep/where"
)

const (
	day  = 24 * time.Hour
	name = "Acme.Cleaner"
)

// host is a store with contacts, of which some are inactive, and what its tasks tell.
type host struct {
	st     *memory.Store
	svc    *deletion.Service
	state  *memstate.State
	events []retention.Event
	next   int
}

func newHost(t *testing.T, options ...memory.Option) *host {
	t.Helper()
	st, err := memory.New(contacts.DefaultSchema(), options...)
	require.NoError(t, err)
	svc, err := deletion.New(st)
	require.NoError(t, err)
	return &host{st: st, svc: svc, state: memstate.New()}
}

// add makes contacts that long ago, each with an activity at the same time.
func (h *host) add(t *testing.T, n int, ago time.Duration) {
	t.Helper()
	at := time.Now().Add(-ago)
	people, activities := make([]memory.Row, n), make([]memory.Row, n)
	for i := range n {
		h.next++
		people[i] = memory.Row{"id": h.next, "created": at, "email": "m4rk3r@home.no"}
		activities[i] = memory.Row{"id": h.next, "contact_id": h.next, "created": at}
	}
	require.NoError(t, h.st.Insert(people...))
	require.NoError(t, h.st.InsertRows(contacts.Activities, activities...))
}

func (h *host) left(t *testing.T) int64 {
	t.Helper()
	n, err := h.svc.Count(t.Context(), where.Everything())
	require.NoError(t, err)
	return n
}

func (h *host) tell(_ context.Context, e retention.Event) error {
	h.events = append(h.events, e)
	return nil
}

// kinds are those of the events so far.
func (h *host) kinds() []retention.EventKind {
	var out []retention.EventKind
	for _, e := range h.events {
		out = append(out, e.Kind)
	}
	return out
}

// run lets the task run once, as if in the slot of that day of the year.
func run(t *testing.T, task scheduler.ScheduledTask, slot int) (scheduler.Result, error) {
	t.Helper()
	return task.Execute(t.Context(), scheduler.Run{
		Task: name, Kind: scheduler.KindDue, Slot: time.Date(2026, 1, slot, 2, 0, 0, 0, time.UTC), Attempt: 1,
	})
}

// operations are all of them, the oldest first.
func (h *host) operations(t *testing.T) []deletion.Operation {
	t.Helper()
	list, err := h.svc.Operations().List(t.Context(), deletion.OperationFilter{OldestFirst: true})
	require.NoError(t, err)
	return list.Operations
}

func (h *host) control(t *testing.T) *scheduler.Control {
	t.Helper()
	c, err := scheduler.NewControl(h.state)
	require.NoError(t, err)
	return c
}

// runs are the records of the task, the oldest first.
func (h *host) runs(t *testing.T) []scheduler.RunRecord {
	t.Helper()
	page, err := h.control(t).History(t.Context(), scheduler.RunsRequest{Task: name, Limit: 100})
	require.NoError(t, err)
	slices.Reverse(page.Runs)
	return page.Runs
}

// until lets a runner run for that long.
func (h *host) until(t *testing.T, d time.Duration, task scheduler.ScheduledTask, options ...scheduler.TaskOption) {
	t.Helper()
	tasks := scheduler.NewRegistry()
	require.NoError(t, retention.Register(tasks, name, task, options...))
	runner, err := scheduler.NewRunner(tasks, h.state)
	require.NoError(t, err)
	ctx, cancel := context.WithTimeout(t.Context(), d)
	defer cancel()
	require.NoError(t, runner.Run(ctx))
}

func inactive(t *testing.T, h *host, options ...retention.Option) *retention.Deletion {
	t.Helper()
	task, err := retention.DeleteInactive(h.svc, 30*day, append([]retention.Option{retention.Notify(h.tell)}, options...)...)
	require.NoError(t, err)
	return task
}

func sorted(names []string) []string {
	slices.Sort(names)
	return names
}

// withoutID replaces the ID of an operation, which is another one every time.
func withoutID(message string) string {
	return regexp.MustCompile(`operation [\w-]+`).ReplaceAllString(message, "operation …")
}
