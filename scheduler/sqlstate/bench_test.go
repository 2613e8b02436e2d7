package sqlstate_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/contactsweep/contactsweep/internal/servertest"
	"github.com/contactsweep/contactsweep/scheduler"
)

// BenchmarkPoll is what an idle runner with a hundred tasks does.
func BenchmarkPoll(b *testing.B) {
	for _, e := range servertest.Engines() {
		b.Run(e.Dialect.String(), func(b *testing.B) {
			st := open(b, e, e.New(b))
			var defs []scheduler.Definition
			var names []string
			for i := range 100 {
				defs = append(defs, definition(fmt.Sprintf("task-%d", i)))
				defs[i].Disabled = true
				names = append(names, defs[i].Task)
			}
			require.NoError(b, st.Register(b.Context(), scheduler.RegisterRequest{Definitions: defs}))
			for b.Loop() {
				tasks, err := st.Tasks(b.Context(), scheduler.TasksRequest{Tasks: names, Due: true})
				require.NoError(b, err)
				require.Empty(b, tasks.Tasks)
			}
		})
	}
}

// BenchmarkRun is what a run costs: to ask for it, to claim it, to report once
// that it is under way and once that it has ended.
func BenchmarkRun(b *testing.B) {
	for _, e := range servertest.Engines() {
		b.Run(e.Dialect.String(), func(b *testing.B) {
			st := open(b, e, e.New(b))
			require.NoError(b, st.Register(b.Context(), scheduler.RegisterRequest{Definitions: []scheduler.Definition{definition("a")}}))
			for b.Loop() {
				t := startNow(b, st, "a", time.Minute)
				for _, r := range []scheduler.ReportRequest{
					{Task: "a", Term: t.Term, Outcome: scheduler.OutcomeRunning, Lease: time.Minute},
					{Task: "a", Term: t.Term, Outcome: scheduler.OutcomeSucceeded},
				} {
					_, err := st.Report(b.Context(), r)
					require.NoError(b, err)
				}
			}
		})
	}
}
