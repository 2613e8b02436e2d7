package scheduler

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"
)

const (
	// How often a runner confirms its definitions, and after how long a
	// definition that nobody confirms is replaced by one that differs.
	confirmEvery = 5 * time.Minute
	confirmStale = 15 * time.Minute

	pruneEvery = time.Hour
)

// What running can end with.
var (
	// ErrAbandoned: a task ignored its cancellation for the grace period.
	ErrAbandoned = errors.New("scheduler: task abandoned")
	// ErrRunning: the runner is running already.
	ErrRunning = errors.New("scheduler: the runner is running")
)

// Runner runs the tasks of a registry, as one of any number of instances that
// share a state. Its methods are safe for concurrent use; those of [Control]
// are also its own.
//
// A host calls [Runner.Run]. One that brings its own trigger calls
// [Runner.RunDue] or [Runner.RunSlot] instead.
type Runner struct {
	*Control

	entries map[string]*entry
	defs    []Definition // of the entries, by identifier
	names   []string     // likewise
	state   State
	opts    runnerOptions
	places  chan struct{} // one token for each task that runs

	mu      sync.Mutex
	loops   map[*loop]bool
	here    map[string]bool // the tasks that have not returned; true: it is waited for
	running bool
	confirm time.Time // when the definitions are to be registered again; zero: at once
	pruned  time.Time
	ran     bool // something, since records were pruned last
}

// NewRunner returns a runner for the tasks that are in the registry now. It does
// not touch the state.
func NewRunner(registry *Registry, state State, opts ...RunnerOption) (*Runner, error) {
	o, err := newRunnerOptions(opts)
	if err != nil {
		return nil, err
	}
	if registry == nil || state == nil {
		return nil, errors.New("scheduler: new runner: a registry and a state are needed")
	}
	r := &Runner{
		entries: registry.snapshot(), state: state, opts: o,
		places: make(chan struct{}, o.concurrent), loops: map[*loop]bool{}, here: map[string]bool{},
	}
	r.defs = definitions(r.entries)
	for _, d := range r.defs {
		r.names = append(r.names, d.Task)
	}
	r.Control = &Control{state: state, entries: r.entries, changed: r.wakeAll}
	return r, nil
}

// Run runs tasks until the context ends, and then stops: it starts nothing more,
// ends the contexts of the tasks that run, and waits for them, for the grace
// period at most. When it returns, no goroutine of its own is left, no run of its
// own holds a lease, and all are recorded, as long as the state answers.
//
// Run returns nil when it has stopped, an error that matches [ErrAbandoned] if
// tasks did not return in time, and one at once if the tasks cannot be
// registered. Later failures of the state are logged, and tried again. One call
// of Run at a time: another returns [ErrRunning]. After it has returned it may
// be called again.
func (r *Runner) Run(ctx context.Context) error {
	r.mu.Lock()
	if r.running {
		r.mu.Unlock()
		return ErrRunning
	}
	r.running = true
	r.confirm = time.Time{}
	r.mu.Unlock()
	defer func() {
		r.mu.Lock()
		r.running = false
		r.mu.Unlock()
	}()
	if err := r.register(ctx); err != nil {
		return stopped(ctx, err)
	}
	r.opts.logger.InfoContext(ctx, "scheduler runs", "instance", r.opts.holder, "tasks", len(r.entries))
	l := r.newLoop(false)
	l.serve(ctx)
	err := l.end()
	r.opts.logger.InfoContext(ctx, "scheduler stopped", "instance", r.opts.holder)
	return err
}

// RunDue does one step for hosts that bring their own trigger, such as a
// Kubernetes CronJob: it runs everything that is due, until nothing is, and
// returns the runs that it made. Others may do the same at the same time. When
// the context ends, it stops as [Runner.Run] does.
func (r *Runner) RunDue(ctx context.Context) ([]RunRecord, error) {
	if err := r.register(ctx); err != nil {
		return nil, err
	}
	l := r.newLoop(true)
	err := errors.Join(l.drain(ctx), l.end(), ctx.Err())
	r.prune(ctx)
	return l.made(), err
}

// stopped hides the error of a context that was ended to stop.
func stopped(ctx context.Context, err error) error {
	if ctx.Err() == nil {
		return err
	}
	return nil
}

// register registers the definitions, or confirms them when it is time.
func (r *Runner) register(ctx context.Context) error {
	r.mu.Lock()
	first, again := r.confirm.IsZero(), !time.Now().Before(r.confirm)
	r.mu.Unlock()
	if !first && !again {
		return nil
	}
	request := RegisterRequest{Definitions: r.defs, Stale: confirmStale}
	if first {
		request.Stale = 0
	}
	if err := r.state.Register(ctx, request); err != nil {
		return fmt.Errorf("scheduler: register tasks: %w", err)
	}
	r.mu.Lock()
	r.confirm = time.Now().Add(confirmEvery)
	r.mu.Unlock()
	return nil
}

// confirmIn returns how long it is until the definitions are to be confirmed.
func (r *Runner) confirmIn() time.Duration {
	r.mu.Lock()
	defer r.mu.Unlock()
	return time.Until(r.confirm)
}

// prune deletes old records now and then.
func (r *Runner) prune(ctx context.Context) {
	r.mu.Lock()
	due := ctx.Err() == nil && r.opts.history > 0 && r.ran && time.Since(r.pruned) >= pruneEvery
	if due {
		r.pruned, r.ran = time.Now(), false
	}
	r.mu.Unlock()
	if !due {
		return
	}
	if _, err := r.Prune(ctx, "", r.opts.history); err != nil && ctx.Err() == nil {
		r.opts.logger.WarnContext(ctx, "old records of runs could not be deleted", "error", err)
	}
}

func (r *Runner) ranOne() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.ran = true
}

// wakeAll makes all loops ask the state.
func (r *Runner) wakeAll() {
	r.mu.Lock()
	defer r.mu.Unlock()
	for l := range r.loops {
		l.signal()
	}
}

// abandonedError names the tasks that were abandoned.
func abandonedError(tasks []string) error {
	if len(tasks) == 0 {
		return nil
	}
	slices.Sort(tasks)
	return fmt.Errorf("%w: %s", ErrAbandoned, strings.Join(slices.Compact(tasks), ", "))
}
