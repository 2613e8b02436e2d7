package statetest

import (
	"testing"

	"github.com/contactsweep/contactsweep/scheduler"
)

// Open returns a state over fresh, empty storage and registers what has to be
// cleaned up with tb.Cleanup. It is called from parallel subtests.
type Open func(tb testing.TB) scheduler.State

// Run proves that a state keeps the contract of [scheduler.State]. Every case is
// a subtest, so that one of them can be run alone.
func Run(t *testing.T, open Open) {
	t.Helper()
	for _, g := range []struct {
		name  string
		cases map[string]func(desk)
	}{
		{"register", registering()},
		{"change", changing()},
		{"tasks", listing()},
		{"plan", planning()},
		{"skip", skipping()},
		{"start", starting()},
		{"take over", takingOver()},
		{"report", reporting()},
		{"runs", paging()},
		{"prune", pruning()},
		{"requests", requests()},
		{"concurrency", concurrency()},
	} {
		t.Run(g.name, func(t *testing.T) {
			t.Parallel()
			for name, run := range g.cases {
				t.Run(name, func(t *testing.T) {
					t.Parallel()
					run(desk{T: t, State: open(t), holder: "instance-1"})
				})
			}
		})
	}
}
