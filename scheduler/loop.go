package scheduler

import (
	"context"
	"errors"
	"math/rand/v2"
	"slices"
	"sync"
	"time"
)

const (
	// A claim that another instance was faster with is followed by a poll soon.
	contended = 50 * time.Millisecond
	// How long a state that fails is left alone, at first and at most.
	firstPause   = 250 * time.Millisecond
	longestPause = time.Minute
	// Nothing is known to be due.
	farAway = 365 * 24 * time.Hour
)

// loop is one call that runs what is due.
type loop struct {
	*Runner
	wake chan struct{}
	wg   sync.WaitGroup // of the attempts

	keep bool // the records of the runs that it makes

	schedules map[string]Schedule // by text, of those set at run time; nil: cannot be read
	told      map[string]int64    // the version of each task that a complaint was logged for
	failures  int                 // of the state, in a row

	mu        sync.Mutex
	active    int
	ended     int
	runs      []RunRecord
	abandoned []string
}

func (r *Runner) newLoop(keep bool) *loop {
	l := &loop{
		Runner: r, keep: keep, wake: make(chan struct{}, 1),
		schedules: map[string]Schedule{}, told: map[string]int64{},
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.loops[l] = true
	return l
}

func (l *loop) signal() {
	select {
	case l.wake <- struct{}{}:
	default:
	}
}

// end waits for what runs.
func (l *loop) end() error {
	l.wg.Wait()
	l.Runner.mu.Lock()
	delete(l.loops, l)
	l.Runner.mu.Unlock()
	l.mu.Lock()
	defer l.mu.Unlock()
	return abandonedError(l.abandoned)
}

func (l *loop) made() []RunRecord {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Clone(l.runs)
}

// serve runs what is due until the context ends.
func (l *loop) serve(ctx context.Context) {
	var due time.Time // when something is known to be due; zero: ask
	for ctx.Err() == nil {
		var pause time.Duration
		quiet, late := time.Now().Before(due), -l.confirmIn()
		if quiet && late >= 0 || late > confirmEvery {
			// In the place of a poll, so that an idle runner asks no more often.
			pause = min(l.opts.poll, time.Until(due))
			if err := l.register(ctx); err != nil {
				pause = l.failed(ctx, err)
			}
		} else {
			var wake time.Duration
			pause, wake = l.step(ctx)
			due = time.Now().Add(wake)
		}
		if !l.sleep(ctx, pause) {
			due = time.Time{}
		}
	}
}

// drain runs what is due until nothing is.
func (l *loop) drain(ctx context.Context) error {
	for ctx.Err() == nil {
		before, _ := l.count()
		poll, err := l.poll(ctx)
		if err != nil {
			return stopped(ctx, err)
		}
		ended, active := l.count()
		if ended == before && active == 0 && !poll.contended && !poll.blocked {
			return nil
		}
		l.sleep(ctx, min(l.opts.poll, poll.wake))
	}
	return nil
}

// sleep reports whether the time is over, and nothing has woken the loop.
func (l *loop) sleep(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-l.wake:
	case <-ctx.Done():
	}
	return false
}

// count returns how many runs have ended, and how many are under way.
func (l *loop) count() (ended, active int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.ended, l.active
}

// step polls once and returns how long to wait for the next poll, and for what
// is known to be due.
func (l *loop) step(ctx context.Context) (pause, wake time.Duration) {
	poll, err := l.poll(ctx)
	if err != nil {
		pause = l.failed(ctx, err)
		return pause, pause
	}
	l.failures = 0
	l.prune(ctx)
	return min(l.opts.poll, poll.wake), poll.wake
}

// failed logs a failure of the state and returns how long to leave it alone.
func (l *loop) failed(ctx context.Context, err error) time.Duration {
	if ctx.Err() != nil {
		return 0
	}
	l.opts.logger.ErrorContext(ctx, "the state of the scheduler failed", "error", err)
	pause := min(longestPause, firstPause<<min(l.failures, 10))
	l.failures++
	return pause/2 + rand.N(pause/2) //nolint:gosec // instances spread, nothing is guarded
}

// polled is what came of a poll.
type polled struct {
	wake      time.Duration // until something is known to be due
	contended bool          // another instance was faster with something
	blocked   bool          // something waits for a place
}

func (p *polled) within(d time.Duration) { p.wake = min(p.wake, max(d, time.Millisecond)) }

// poll asks the state once what is due, and claims it.
func (l *loop) poll(ctx context.Context) (polled, error) {
	p := polled{wake: farAway}
	if len(l.entries) == 0 {
		return p, nil
	}
	tasks, err := l.state.Tasks(ctx, TasksRequest{Tasks: l.names, Due: true})
	if err != nil {
		return p, err
	}
	if !tasks.Wake.IsZero() {
		p.within(tasks.Wake.Sub(tasks.Now))
	}
	// What waits longest goes first, in case there are not enough places.
	slices.SortStableFunc(tasks.Tasks, func(a, b TaskState) int { return a.Wake().Compare(b.Wake()) })
	for _, t := range tasks.Tasks {
		err := l.move(ctx, l.entries[t.Task], t, tasks.Now, &p)
		if isState(err) {
			return p, err
		}
		if err != nil && l.tell(t) {
			l.opts.logger.ErrorContext(ctx, "the task cannot run by its schedule", "task", t.Task, "error", err)
		}
	}
	if p.contended {
		p.within(contended/2 + rand.N(contended)) //nolint:gosec // instances spread, nothing is guarded
	}
	return p, nil
}

// tell reports whether a complaint about the task is new.
func (l *loop) tell(t TaskState) bool {
	told := l.told[t.Task] == t.Version
	l.told[t.Task] = t.Version
	return !told
}

// stateError is a failure of the state, and not of a schedule.
type stateError struct{ error }

func (e stateError) Unwrap() error { return e.error }

func isState(err error) bool {
	_, ok := errors.AsType[stateError](err)
	return ok
}

// scheduleOf returns the schedule in force, nil if it cannot be read.
func (l *loop) scheduleOf(e *entry, t TaskState) Schedule {
	s, known := l.schedules[t.Override]
	if !known || t.Override == "" {
		s = e.inForce(t)
		l.schedules[t.Override] = s
	}
	return s
}

// inForce returns the schedule in force, nil if it cannot be read.
func (e *entry) inForce(t TaskState) Schedule {
	if t.Override == "" {
		return e.schedule
	}
	s, err := ParseSchedule(t.Override)
	if err != nil {
		return nil // decide says so
	}
	return s
}
