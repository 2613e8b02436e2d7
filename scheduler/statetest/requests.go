package statetest

import (
	"context"
	"strings"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/contactsweep/contactsweep/scheduler"
)

func requests() map[string]func(desk) {
	return map[string]func(desk){
		"invalid":       invalidRequests,
		"ended context": endedContext,
	}
}

// calls returns one call of each method, with a request that is invalid if bad
// is set.
func calls(st scheduler.State, bad bool) map[string]func(context.Context) error {
	task := "a"
	if bad {
		task = "no identifier"
	}
	claim := scheduler.ClaimRequest{
		Task: task, Fingerprint: fingerprint("x"), Version: 1, Action: scheduler.ActionPlan,
		Next: time.Date(2900, 1, 1, 0, 0, 0, 0, time.UTC), Due: time.Date(2900, 1, 1, 0, 0, 0, 0, time.UTC),
	}
	return map[string]func(context.Context) error{
		"Register": func(ctx context.Context) error {
			return st.Register(ctx, scheduler.RegisterRequest{Definitions: []scheduler.Definition{define(task, "every 1h")}})
		},
		"Change": func(ctx context.Context) error {
			_, err := st.Change(ctx, scheduler.ChangeRequest{Task: task, RunNow: true})
			return err
		},
		"Tasks": func(ctx context.Context) error {
			_, err := st.Tasks(ctx, scheduler.TasksRequest{Tasks: []string{task}})
			return err
		},
		"Claim": func(ctx context.Context) error {
			_, err := st.Claim(ctx, claim)
			return err
		},
		"Report": func(ctx context.Context) error {
			_, err := st.Report(ctx, scheduler.ReportRequest{Task: task, Term: 1, Outcome: scheduler.OutcomeSucceeded})
			return err
		},
		"Runs": func(ctx context.Context) error {
			_, err := st.Runs(ctx, scheduler.RunsRequest{Task: task, Limit: 1})
			return err
		},
		"Prune": func(ctx context.Context) error {
			_, err := st.Prune(ctx, scheduler.PruneRequest{Task: task, Age: time.Hour, Limit: 1})
			return err
		},
	}
}

func invalidRequests(d desk) {
	for name, call := range calls(d.State, true) {
		require.ErrorIs(d, call(d.Context()), scheduler.ErrInvalidRequest, name)
	}
	d.due("a")
	start := d.request("a", scheduler.ActionStart)
	for why, spoil := range map[string]func(*scheduler.ClaimRequest){
		"no action":               func(r *scheduler.ClaimRequest) { r.Action = "" },
		"no holder":               func(r *scheduler.ClaimRequest) { r.Holder = "" },
		"no lease":                func(r *scheduler.ClaimRequest) { r.Lease = 0 },
		"no slot":                 func(r *scheduler.ClaimRequest) { r.Slot = time.Time{} },
		"no due time":             func(r *scheduler.ClaimRequest) { r.Due = time.Time{} },
		"due before its time":     func(r *scheduler.ClaimRequest) { r.Due = r.Next.Add(-1000) },
		"next is not after":       func(r *scheduler.ClaimRequest) { r.Next = r.Slot },
		"nanoseconds":             func(r *scheduler.ClaimRequest) { r.Slot = r.Slot.Add(1) },
		"a message":               func(r *scheduler.ClaimRequest) { r.Message = "x" },
		"long holder":             func(r *scheduler.ClaimRequest) { r.Holder = strings.Repeat("x", scheduler.MaxHolderLength+1) },
		"holder that is no UTF-8": func(r *scheduler.ClaimRequest) { r.Holder = "\xff" },
		"holder with NUL":         func(r *scheduler.ClaimRequest) { r.Holder = "a\x00" },
		"plan for a run now":      func(r *scheduler.ClaimRequest) { r.Kind = scheduler.KindRunNow },
	} {
		r := start
		spoil(&r)
		d.refused(r, scheduler.ErrInvalidRequest, why)
	}
	run := d.claim(start)
	for why, r := range map[string]scheduler.ReportRequest{
		"running without a lease": {Outcome: scheduler.OutcomeRunning},
		"lost":                    {Outcome: scheduler.OutcomeLost},
		"no outcome":              {},
		"ended with a lease":      {Outcome: scheduler.OutcomeSucceeded, Lease: time.Minute},
		"long message":            {Outcome: scheduler.OutcomeSucceeded, Message: text(scheduler.MaxMessageLength + 1)},
	} {
		r.Task, r.Term = "a", run.Term
		_, err := d.Report(d.Context(), r)
		require.ErrorIs(d, err, scheduler.ErrInvalidRequest, why)
	}
	require.Equal(d, run, d.task("a"))
}

func endedContext(d desk) {
	d.register(define("a", "every 1h"))
	before := d.task("a")
	ctx, cancel := context.WithCancel(d.Context())
	cancel()
	for name, call := range calls(d.State, false) {
		require.ErrorIs(d, call(ctx), context.Canceled, name)
	}
	for name, call := range calls(d.State, true) {
		require.ErrorIs(d, call(ctx), scheduler.ErrInvalidRequest, "%s: what is invalid is invalid in any case", name)
	}
	require.Equal(d, before, d.task("a"))
}
