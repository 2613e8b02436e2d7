package scheduler

import (
	"context"
	"errors"
	"log/slog"
	"maps"
	"time"
)

const (
	// renewals is how often a lease is renewed in its time.
	renewals = 4
	// reportTimeout bounds one report, reportPause is the pause after one that
	// failed, and stopReport is how long a runner that stops goes on trying.
	reportTimeout = 10 * time.Second
	reportPause   = 200 * time.Millisecond
	stopReport    = 10 * time.Second
)

// attempt is one attempt that this runner has claimed.
type attempt struct {
	*Runner
	entry  *entry
	run    RunRecord
	lease  time.Duration
	safe   time.Time // until when nobody else can have taken over, by this process's monotonic clock
	logger *slog.Logger

	lost      bool // somebody else has taken over
	held      bool // the run is recorded as abandoned, and its task still runs
	abandoned bool // the task was left to itself
}

// launch begins the attempt of a claim. The loop has taken a place for it.
func (l *loop) launch(ctx context.Context, e *entry, c claimed) {
	a := l.newAttempt(e, c)
	l.mu.Lock()
	l.active++
	l.mu.Unlock()
	l.wg.Go(func() {
		run := a.supervise(ctx)
		l.mu.Lock()
		l.active--
		l.ended++
		if l.keep {
			l.runs = append(l.runs, run)
		}
		if a.abandoned {
			l.abandoned = append(l.abandoned, run.Task)
		}
		l.mu.Unlock()
		l.release(true)
		l.ranOne()
		l.wakeAll()
	})
}

func (r *Runner) newAttempt(e *entry, c claimed) *attempt {
	run := *c.Task.Current
	return &attempt{
		Runner: r, entry: e, run: run, lease: r.opts.lease, safe: c.safe,
		logger: r.opts.logger.With("task", run.Task, "kind", run.Kind, "slot", run.Slot, "attempt", run.Attempt),
	}
}

// supervise runs the task and returns what was recorded of it. The context ends
// to stop it.
func (a *attempt) supervise(ctx context.Context) RunRecord {
	a.logger.InfoContext(ctx, "run begins", "missed", a.run.Missed)
	began := time.Now()
	task, cancel := context.WithCancelCause(context.WithoutCancel(ctx))
	defer cancel(nil)
	run := Run{
		Task: a.run.Task, Kind: a.run.Kind, Slot: a.run.Slot,
		Attempt: int(a.run.Attempt), Missed: int(a.run.Missed), Parameters: maps.Clone(a.entry.parameters),
	}
	if limit := a.entry.maxRunTime; limit > 0 {
		run.Deadline = a.opts.clock().Add(limit)
		limited, end := context.WithTimeout(task, limit)
		defer end()
		task = limited
	}
	done := make(chan ended, 1)
	a.enter(run.Task)
	go execute(task, a.entry.task, run, func(end ended) {
		a.leave(run.Task)
		done <- end
	})

	end, returned := a.watch(ctx, task, cancel, done)
	if !returned {
		a.giveUp(ctx)
	} else {
		a.finish(ctx, end, context.Cause(task), time.Since(began))
	}
	return a.run
}

// watch waits until the task has returned, or is given up because it ignores
// its cancellation; meanwhile it renews the lease.
func (a *attempt) watch(
	ctx, task context.Context, cancel context.CancelCauseFunc, done <-chan ended,
) (end ended, returned bool) {
	beat := time.NewTicker(a.lease / renewals)
	defer beat.Stop()
	stop, ending := ctx.Done(), task.Done()
	var grace <-chan time.Time
	for {
		select {
		case end := <-done:
			return end, true
		case <-beat.C:
			if a.beat(ctx, cancel, beat) {
				return ended{}, false
			}
		case <-stop:
			stop = nil
			if a.held {
				return ended{}, false
			}
			cancel(ErrStopped)
		case <-ending:
			ending = nil
			timer := time.NewTimer(a.opts.grace)
			defer timer.Stop()
			grace = timer.C
		case <-grace:
			if ctx.Err() != nil || a.lost {
				return ended{}, false
			}
			if a.hold(ctx); a.lost {
				return ended{}, false
			}
		}
	}
}

// beat renews the lease, and ends the task's context if it is lost. It reports
// whether there is nothing to wait for any more.
func (a *attempt) beat(ctx context.Context, cancel context.CancelCauseFunc, beat *time.Ticker) bool {
	if err := a.renew(ctx); err != nil {
		cancel(err)
	}
	if a.lost {
		beat.Stop()
	}
	return a.lost && a.held
}

// renew renews the lease. It returns ErrLeaseLost when somebody else has taken
// over, or may soon.
func (a *attempt) renew(ctx context.Context) error {
	r := ReportRequest{Task: a.run.Task, Term: a.run.Term, Outcome: OutcomeRunning, Lease: a.lease}
	called := time.Now()
	err := a.report(ctx, r, a.lease/renewals)
	switch {
	case err == nil:
		a.safe = called.Add(a.lease)
	case errors.Is(err, ErrLeaseLost):
		a.lost = true
		return err
	case ctx.Err() == nil:
		a.logger.WarnContext(ctx, "the lease could not be renewed", "error", err)
	}
	if time.Until(a.safe) <= a.lease/renewals {
		return ErrLeaseLost // early, so that the task ends before another begins
	}
	return nil
}

// report reports once, also while the runner stops.
func (a *attempt) report(ctx context.Context, r ReportRequest, limit time.Duration) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), min(limit, reportTimeout))
	defer cancel()
	reported, err := a.state.Report(ctx, r)
	if err == nil && r.Outcome != OutcomeRunning && !a.run.Settled() {
		a.run.Outcome, a.run.Message, a.run.Ended = r.Outcome, r.Message, reported.Now
	}
	return err
}
