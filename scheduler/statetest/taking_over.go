package statetest

import (
	"time"

	"github.com/stretchr/testify/require"

	"github.com/contactsweep/contactsweep/scheduler"
)

func takingOver() map[string]func(desk) {
	return map[string]func(desk){
		"another attempt":         retryLost,
		"give up":                 giveUpLost,
		"the next slot":           startOverLost,
		"only an expired lease":   takeOverHeld,
		"only the run that holds": takeOverOther,
		"an abandoned run":        takeOverAbandoned,
		"the same claim again":    retryRepeated,
	}
}

// lose starts the planned slot of task a and lets its lease expire.
func (d desk) lose() scheduler.TaskState {
	d.Helper()
	t := d.start("a", short)
	d.wait(t.Until)
	return t
}

// zombie demands that an attempt that was taken over writes nothing.
func (d desk) zombie(t scheduler.TaskState) {
	d.Helper()
	before, runs := d.task(t.Task), d.runs(t.Task)
	for _, r := range []scheduler.ReportRequest{
		{Outcome: scheduler.OutcomeRunning, Lease: long},
		{Outcome: scheduler.OutcomeSucceeded, Message: "from a zombie"},
		{Outcome: scheduler.OutcomeAbandoned, Lease: long},
		{Outcome: scheduler.OutcomeAbandoned},
	} {
		r.Task, r.Term = t.Task, t.Term
		_, err := d.Report(d.Context(), r)
		require.ErrorIs(d, err, scheduler.ErrLeaseLost)
	}
	require.Equal(d, before, d.task(t.Task))
	require.Equal(d, runs, d.runs(t.Task))
}

func retryLost(d desk) {
	d.due("a")
	lost := d.lose()
	other := d
	other.holder = "instance-2"
	got := other.claim(other.request("a", scheduler.ActionRetry))
	require.Equal(d, got, d.task("a"))
	want := *lost.Current
	want.Attempt, want.Lost, want.Term, want.Holder, want.Started = 2, 1, lost.Term+1, "instance-2", got.Current.Started
	require.Equal(d, &want, got.Current)
	require.True(d, got.Current.Started.After(got.Current.Began))
	require.Equal(d, lost.Term+1, got.Term)
	require.Equal(d, lost.Runs, got.Runs, "it is the same slot")
	require.Equal(d, lost.Slot, got.Slot)
	require.Equal(d, got.Current.Started.Add(long), got.Until)
	require.Equal(d, []scheduler.RunRecord{want}, d.runs("a"))
	d.zombie(lost)
	d.report(got, scheduler.OutcomeSucceeded, "at last")
	runs := d.runs("a")
	require.Len(d, runs, 1)
	require.Equal(d, scheduler.OutcomeSucceeded, runs[0].Outcome)
	require.Equal(d, int64(1), runs[0].Lost)
}

func giveUpLost(d desk) {
	d.due("a")
	lost := d.lose()
	got := d.claim(d.request("a", scheduler.ActionGiveUp))
	require.Nil(d, got.Current)
	require.Zero(d, got.Until)
	require.NotNil(d, got.Last)
	want := *lost.Current
	want.Outcome, want.Lost, want.Ended = scheduler.OutcomeLost, 1, got.Last.Ended
	require.Equal(d, &want, got.Last)
	require.False(d, want.Ended.Before(lost.Until))
	require.Equal(d, []scheduler.RunRecord{want}, d.runs("a"))
	require.Equal(d, lost.Slot, got.Slot)
	d.zombie(lost)
}

func startOverLost(d desk) {
	first := d.due("a").Slot
	r := d.request("a", scheduler.ActionStart)
	r.Next, r.Due, r.Lease = first.Add(time.Microsecond), first.Add(time.Microsecond), short
	lost := d.claim(r)
	d.wait(lost.Until)
	next := d.start("a", long)
	require.Equal(d, r.Next, next.Current.Slot)
	require.Greater(d, next.Term, lost.Term)
	require.Equal(d, int64(2), next.Runs)
	runs := d.runs("a")
	require.Len(d, runs, 2)
	require.Equal(d, scheduler.OutcomeLost, runs[1].Outcome)
	require.Equal(d, int64(1), runs[1].Lost)
	require.Equal(d, &runs[1], next.Last)
	d.zombie(lost)
}

func takeOverHeld(d desk) {
	d.due("a")
	run := d.start("a", short)
	_, err := d.Report(d.Context(), scheduler.ReportRequest{Task: "a", Term: run.Term, Outcome: scheduler.OutcomeRunning, Lease: long})
	require.NoError(d, err)
	d.wait(run.Until)
	d.refused(d.request("a", scheduler.ActionRetry), scheduler.ErrRefused, "the lease was extended")
	d.refused(d.request("a", scheduler.ActionGiveUp), scheduler.ErrRefused, "the lease was extended")
	d.report(run, scheduler.OutcomeSucceeded, "done")
}

func takeOverOther(d desk) {
	d.due("a")
	run := d.lose()
	for _, action := range []scheduler.Action{scheduler.ActionRetry, scheduler.ActionGiveUp} {
		r := d.request("a", action)
		r.Slot = run.Slot
		d.refused(r, scheduler.ErrRefused, "another slot")
		r = d.request("a", action)
		r.Kind = scheduler.KindRunNow
		d.refused(r, scheduler.ErrRefused, "another kind")
		r = d.request("a", action)
		r.Version++
		d.refused(r, scheduler.ErrRefused, "another version")
	}
	r := d.request("a", scheduler.ActionGiveUp)
	d.claim(r)
	r.Version = d.task("a").Version
	d.refused(r, scheduler.ErrRefused, "it holds no lease any more")
	// An instance that is only late still counts.
	d.runNow("a")
	ask := d.request("a", scheduler.ActionStart)
	ask.Kind, ask.Slot, ask.Next, ask.Due, ask.Lease = scheduler.KindRunNow, d.task("a").Asked, time.Time{}, time.Time{}, short
	late := d.claim(ask)
	d.wait(late.Until)
	d.report(late, scheduler.OutcomeSucceeded, "late")
	require.Equal(d, "late", d.task("a").Last.Message)
}

func takeOverAbandoned(d desk) {
	d.due("a")
	run := d.start("a", short)
	_, err := d.Report(d.Context(), scheduler.ReportRequest{
		Task: "a", Term: run.Term, Outcome: scheduler.OutcomeAbandoned, Message: "still there", Lease: short,
	})
	require.NoError(d, err)
	held := d.task("a")
	require.Equal(d, scheduler.OutcomeAbandoned, held.Current.Outcome)
	require.Equal(d, "still there", held.Last.Message)
	d.wait(held.Until)
	d.refused(d.request("a", scheduler.ActionRetry), scheduler.ErrRefused, "the run has ended")
	got := d.claim(d.request("a", scheduler.ActionGiveUp))
	require.Nil(d, got.Current)
	require.Equal(d, scheduler.OutcomeAbandoned, got.Last.Outcome, "a run that has ended keeps what was recorded")
	require.Zero(d, got.Last.Lost)
	d.zombie(run)
}

func retryRepeated(d desk) {
	d.due("a")
	d.lose()
	r := d.request("a", scheduler.ActionRetry)
	got := d.claim(r)
	require.Equal(d, got, d.claim(r), "the answer may have been lost")
	require.Equal(d, int64(2), d.task("a").Current.Attempt)
}
