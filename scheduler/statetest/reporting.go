package statetest

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/contactsweep/contactsweep/scheduler"
)

func reporting() map[string]func(*testing.T, scheduler.State) {
	return map[string]func(*testing.T, scheduler.State){
		"every outcome":   reportOutcomes,
		"extends a lease": reportExtends,
		"abandoned":       reportAbandoned,
		"the same again":  reportRepeated,
		"another term":    reportOther,
		"unknown task":    reportUnknown,
	}
}

func reportOutcomes(t *testing.T, st scheduler.State) {
	d := newDesk(t, st)
	d.register(define("a", "every 1h"))
	var term int64
	for _, outcome := range []scheduler.Outcome{
		scheduler.OutcomeSucceeded, scheduler.OutcomePaused, scheduler.OutcomeFailed,
		scheduler.OutcomeCancelled, scheduler.OutcomeAbandoned,
	} {
		d.runNow("a")
		run := d.startAsked("a")
		require.Greater(t, run.Term, term)
		term = run.Term
		d.report(run, outcome, "message of "+string(outcome))
		got := d.task("a")
		require.Nil(t, got.Current)
		require.Zero(t, got.Until)
		require.Greater(t, got.Version, run.Version)
		require.Equal(t, term, got.Term)
		want := *run.Current
		want.Outcome, want.Message, want.Ended = outcome, "message of "+string(outcome), got.Last.Ended
		require.False(t, want.Ended.Before(want.Started))
		require.Equal(t, &want, got.Last)
		require.Equal(t, want, d.runs("a")[0])
	}
	require.Equal(t, int64(5), d.task("a").Runs)
}

func reportExtends(t *testing.T, st scheduler.State) {
	d := newDesk(t, st)
	d.due("a")
	run := d.start("a", short)
	alive := scheduler.ReportRequest{Task: "a", Term: run.Term, Outcome: scheduler.OutcomeRunning, Lease: long}
	first, err := st.Report(t.Context(), alive)
	require.NoError(t, err)
	require.Equal(t, first.Now.Add(long), first.Until)
	got := d.task("a")
	require.Equal(t, first.Until, got.Until)
	require.Equal(t, run.Version, got.Version, "it is not a change of the task")
	require.Equal(t, run.Current, got.Current)
	alive.Lease = short
	second, err := st.Report(t.Context(), alive)
	require.NoError(t, err)
	require.Equal(t, first.Until, second.Until, "a lease never becomes shorter")
	d.report(run, scheduler.OutcomeSucceeded, "done")
	_, err = st.Report(t.Context(), alive)
	require.ErrorIs(t, err, scheduler.ErrLeaseLost, "there is no lease any more")
}

func reportAbandoned(t *testing.T, st scheduler.State) {
	d := newDesk(t, st)
	d.due("a")
	run := d.start("a", long)
	held := scheduler.ReportRequest{
		Task: "a", Term: run.Term, Outcome: scheduler.OutcomeAbandoned, Message: "ignores its cancellation", Lease: long,
	}
	_, err := st.Report(t.Context(), held)
	require.NoError(t, err)
	got := d.task("a")
	require.Equal(t, scheduler.OutcomeAbandoned, got.Current.Outcome)
	require.Equal(t, got.Current, got.Last)
	require.Equal(t, got.Until, got.Wake())
	require.True(t, d.runs("a")[0].Settled())
	held.Message = "again"
	_, err = st.Report(t.Context(), held)
	require.NoError(t, err)
	d.report(run, scheduler.OutcomeSucceeded, "it came back")
	after := d.task("a")
	require.Nil(t, after.Current)
	require.Equal(t, got.Last, after.Last, "what was recorded stays")
	require.Equal(t, *got.Last, d.runs("a")[0])
}

func reportRepeated(t *testing.T, st scheduler.State) {
	d := newDesk(t, st)
	d.due("a")
	run := d.start("a", long)
	d.report(run, scheduler.OutcomeSucceeded, "done")
	want := d.task("a")
	d.report(run, scheduler.OutcomeSucceeded, "done")
	require.Equal(t, want, d.task("a"), "the answer may have been lost")
}

func reportOther(t *testing.T, st scheduler.State) {
	d := newDesk(t, st)
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

func reportUnknown(t *testing.T, st scheduler.State) {
	_, err := st.Report(t.Context(), scheduler.ReportRequest{Task: "a", Term: 1, Outcome: scheduler.OutcomeSucceeded})
	require.ErrorIs(t, err, scheduler.ErrUnknownTask)
}
