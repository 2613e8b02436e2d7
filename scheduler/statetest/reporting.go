package statetest

import (
	"github.com/stretchr/testify/require"

	"github.com/contactsweep/contactsweep/scheduler"
)

func reporting() map[string]func(desk) {
	return map[string]func(desk){
		"every outcome":   reportOutcomes,
		"extends a lease": reportExtends,
		"abandoned":       reportAbandoned,
		"the same again":  reportRepeated,
		"another term":    reportOther,
		"unknown task":    reportUnknown,
	}
}

func reportOutcomes(d desk) {
	d.register(define("a", "every 1h"))
	var term int64
	for _, outcome := range []scheduler.Outcome{
		scheduler.OutcomeSucceeded, scheduler.OutcomePaused, scheduler.OutcomeFailed,
		scheduler.OutcomeCancelled, scheduler.OutcomeAbandoned,
	} {
		d.runNow("a")
		run := d.startAsked("a")
		require.Greater(d, run.Term, term)
		term = run.Term
		d.report(run, outcome, "message of "+string(outcome))
		got := d.task("a")
		require.Nil(d, got.Current)
		require.Zero(d, got.Until)
		require.Greater(d, got.Version, run.Version)
		require.Equal(d, term, got.Term)
		want := *run.Current
		want.Outcome, want.Message, want.Ended = outcome, "message of "+string(outcome), got.Last.Ended
		require.False(d, want.Ended.Before(want.Started))
		require.Equal(d, &want, got.Last)
		require.Equal(d, want, d.runs("a")[0])
	}
	require.Equal(d, int64(5), d.task("a").Runs)
}

func reportExtends(d desk) {
	d.due("a")
	run := d.start("a", short)
	alive := scheduler.ReportRequest{Task: "a", Term: run.Term, Outcome: scheduler.OutcomeRunning, Lease: long}
	first, err := d.Report(d.Context(), alive)
	require.NoError(d, err)
	require.Equal(d, first.Now.Add(long), first.Until)
	got := d.task("a")
	require.Equal(d, first.Until, got.Until)
	require.Equal(d, run.Version, got.Version, "it is not a change of the task")
	require.Equal(d, run.Current, got.Current)
	alive.Lease = short
	second, err := d.Report(d.Context(), alive)
	require.NoError(d, err)
	require.Equal(d, first.Until, second.Until, "a lease never becomes shorter")
	d.report(run, scheduler.OutcomeSucceeded, "done")
	_, err = d.Report(d.Context(), alive)
	require.ErrorIs(d, err, scheduler.ErrLeaseLost, "there is no lease any more")
}

func reportAbandoned(d desk) {
	d.due("a")
	run := d.start("a", long)
	held := scheduler.ReportRequest{
		Task: "a", Term: run.Term, Outcome: scheduler.OutcomeAbandoned, Message: "ignores its cancellation", Lease: long,
	}
	_, err := d.Report(d.Context(), held)
	require.NoError(d, err)
	got := d.task("a")
	require.Equal(d, scheduler.OutcomeAbandoned, got.Current.Outcome)
	require.Equal(d, got.Current, got.Last)
	require.Greater(d, got.Version, run.Version)
	require.Equal(d, got.Until, got.Wake())
	require.True(d, d.runs("a")[0].Settled())
	held.Message = "again"
	_, err = d.Report(d.Context(), held)
	require.NoError(d, err)
	d.report(run, scheduler.OutcomeSucceeded, "it came back")
	after := d.task("a")
	require.Nil(d, after.Current)
	require.Equal(d, got.Last, after.Last, "what was recorded stays")
	require.Equal(d, *got.Last, d.runs("a")[0])
}

func reportRepeated(d desk) {
	d.due("a")
	run := d.start("a", long)
	d.report(run, scheduler.OutcomeSucceeded, "done")
	want := d.task("a")
	d.report(run, scheduler.OutcomeSucceeded, "done")
	require.Equal(d, want, d.task("a"), "the answer may have been lost")
}

func reportOther(d desk) {
	d.due("a")
	run := d.start("a", long)
	for _, term := range []int64{run.Term + 1, run.Term + 100} {
		other := run
		other.Term = term
		d.zombie(other)
	}
	d.due("b")
	other := run
	other.Task = "b"
	d.zombie(other)
}

func reportUnknown(d desk) {
	_, err := d.Report(d.Context(), scheduler.ReportRequest{Task: "a", Term: 1, Outcome: scheduler.OutcomeSucceeded})
	require.ErrorIs(d, err, scheduler.ErrUnknownTask)
}
