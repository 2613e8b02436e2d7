package scheduler

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"
)

// hold records the run as abandoned and keeps the lease, so that the task does
// not overlap with itself for as long as it still runs.
func (a *attempt) hold(ctx context.Context) {
	a.held, a.abandoned = true, true
	a.logger.ErrorContext(ctx, "run abandoned: the task ignores that its context has ended, and holds its lease until it returns")
	r := ReportRequest{Task: a.run.Task, Term: a.run.Term, Outcome: OutcomeAbandoned, Message: a.ignored(), Lease: a.lease}
	a.settle(ctx, r)
}

func (a *attempt) ignored() string {
	return fmt.Sprintf("the task did not return within %s after its context had ended", a.opts.grace)
}

// giveUp leaves the task to itself, because the runner stops or the lease is
// lost.
func (a *attempt) giveUp(ctx context.Context) {
	if !a.held {
		a.logger.ErrorContext(ctx, "run abandoned: the task ignores that its context has ended")
	}
	a.abandoned = true
	a.settle(ctx, ReportRequest{Task: a.run.Task, Term: a.run.Term, Outcome: OutcomeAbandoned, Message: a.ignored()})
}

// finish records how the task ended.
func (a *attempt) finish(ctx context.Context, end ended, cause error, took time.Duration) {
	outcome, text := end.outcome(cause)
	level := slog.LevelInfo
	if outcome == OutcomeFailed {
		level = slog.LevelError
	}
	attrs := []any{"outcome", outcome, "took", took}
	if end.stack != "" {
		attrs = append(attrs, "stack", end.stack)
	}
	if a.held {
		a.abandoned = false // it did return, and the record stays
	}
	a.logger.Log(ctx, level, "run ended", attrs...)
	a.settle(ctx, ReportRequest{Task: a.run.Task, Term: a.run.Term, Outcome: outcome, Message: text})
}

// settle reports the end of the run, again and again until it is recorded, or
// somebody else has taken over. What cannot be recorded in the time of the
// lease is left to those who then find it lost.
func (a *attempt) settle(ctx context.Context, r ReportRequest) {
	stop := ctx.Done()
	until := time.NewTimer(max(time.Until(a.safe), a.lease/renewals))
	defer until.Stop()
	for {
		called := time.Now()
		err := a.report(ctx, r, reportTimeout)
		if err == nil {
			if r.Lease > 0 {
				a.safe = called.Add(r.Lease)
			}
			return
		}
		if errors.Is(err, ErrLeaseLost) {
			a.logger.ErrorContext(ctx, "the lease was lost, and the end of the run is not recorded", "error", err)
			a.unrecorded()
			return
		}
		a.logger.WarnContext(ctx, "the end of the run could not be recorded", "error", err)
		again := time.NewTimer(reportPause)
		for waiting := true; waiting; {
			select {
			case <-again.C:
				waiting = false
			case <-stop:
				stop = nil
				until.Reset(min(stopReport, max(0, time.Until(a.safe))))
			case <-until.C:
				again.Stop()
				a.unrecorded()
				return
			}
		}
	}
}

// unrecorded is what others will find, or have found.
func (a *attempt) unrecorded() {
	a.lost = true
	if !a.run.Settled() {
		a.run.Outcome = OutcomeLost
	}
}
