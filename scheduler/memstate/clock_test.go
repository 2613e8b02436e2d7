package memstate_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/contactsweep/contactsweep/scheduler"
	"github.com/contactsweep/contactsweep/scheduler/memstate"
)

// bench is a state whose clock stands where the test sets it.
type bench struct {
	*testing.T
	*memstate.State
	at time.Time
}

func newBench(t *testing.T) *bench {
	t.Helper()
	b := &bench{T: t, at: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)}
	b.State = memstate.New(memstate.WithClock(func() time.Time { return b.at }), memstate.WithClock(nil))
	def := scheduler.Definition{Task: "task", Schedule: "every 1h", Fingerprint: fmt.Sprintf("%064x", 1)}
	require.NoError(t, b.Register(t.Context(), scheduler.RegisterRequest{Definitions: []scheduler.Definition{def}}))
	return b
}

func (b *bench) claim(r scheduler.ClaimRequest) (scheduler.TaskState, error) {
	b.Helper()
	tasks, err := b.Tasks(b.Context(), scheduler.TasksRequest{})
	require.NoError(b, err)
	t := tasks.Tasks[0]
	r.Task, r.Fingerprint, r.Version = t.Task, t.Fingerprint, t.Version
	if r.Action == scheduler.ActionStart {
		r.Holder, r.Lease = "here", time.Minute
	}
	c, err := b.Claim(b.Context(), r)
	return c.Task, err
}

func (b *bench) settle(t scheduler.TaskState) {
	b.Helper()
	_, err := b.Report(b.Context(), scheduler.ReportRequest{Task: t.Task, Term: t.Term, Outcome: scheduler.OutcomeSucceeded})
	require.NoError(b, err)
}

func TestRequestsWhileTheClockStandsOrGoesBack(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	last := time.Time{}
	for i := range 4 {
		if i == 2 {
			b.at = b.at.Add(-time.Hour)
		}
		c, err := b.Change(t.Context(), scheduler.ChangeRequest{Task: "task", RunNow: true})
		require.NoError(t, err)
		require.True(t, c.Task.Asked.After(last))
		last = c.Task.Asked
		run, err := b.claim(scheduler.ClaimRequest{Action: scheduler.ActionStart, Kind: scheduler.KindRunNow, Slot: last})
		require.NoError(t, err)
		b.settle(run)
	}
}

// After the clock was set back, the plan comes to a slot again that was run.
func TestASlotIsClaimedOnceThoughTheClockGoesBack(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	slot := b.at.Add(time.Hour)
	_, err := b.claim(scheduler.ClaimRequest{Action: scheduler.ActionPlan, Next: slot, Due: slot})
	require.NoError(t, err)
	b.at = slot
	start := scheduler.ClaimRequest{
		Action: scheduler.ActionStart, Kind: scheduler.KindDue, Slot: slot, Next: slot.Add(time.Hour), Due: slot.Add(time.Hour),
	}
	run, err := b.claim(start)
	require.NoError(t, err)
	b.settle(run)

	b.at = slot.Add(-time.Minute)
	_, err = b.Change(t.Context(), scheduler.ChangeRequest{Task: "task", Override: new("every 1h")})
	require.NoError(t, err)
	_, err = b.claim(scheduler.ClaimRequest{Action: scheduler.ActionPlan, Next: slot, Due: slot})
	require.NoError(t, err)
	b.at = slot
	_, err = b.claim(start)
	require.ErrorIs(t, err, scheduler.ErrTaken)
	start.Action, start.Message = scheduler.ActionSkip, "claimed before"
	got, err := b.claim(start)
	require.NoError(t, err)
	require.Equal(t, start.Next, got.Slot, "the plan moves on")
	page, err := b.Runs(t.Context(), scheduler.RunsRequest{Limit: 10})
	require.NoError(t, err)
	require.Len(t, page.Runs, 1)
	require.Equal(t, scheduler.OutcomeSucceeded, page.Runs[0].Outcome, "and what was recorded stays")
}
