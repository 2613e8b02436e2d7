package scheduler

import (
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"time"
)

// RunnerOption changes a Runner that [NewRunner] makes. NewRunner checks all of
// them and reports every fault at once.
type RunnerOption func(*runnerOptions)

type runnerOptions struct {
	logger     *slog.Logger
	clock      func() time.Time
	holder     string
	concurrent int
	poll       time.Duration
	lease      time.Duration
	grace      time.Duration
	history    time.Duration
	faults     []error
}

func (o *runnerOptions) fault(format string, args ...any) {
	o.faults = append(o.faults, fmt.Errorf(format, args...))
}

func newRunnerOptions(opts []RunnerOption) (runnerOptions, error) {
	host, err := os.Hostname()
	if err != nil || len(host) > MaxHolderLength/2 {
		host = "host"
	}
	o := runnerOptions{
		logger: slog.New(slog.DiscardHandler), clock: time.Now, holder: fmt.Sprintf("%s/%d", host, os.Getpid()),
		concurrent: 10, poll: 10 * time.Second, lease: time.Minute, grace: 30 * time.Second, history: 90 * 24 * time.Hour,
	}
	for _, opt := range opts {
		if opt == nil {
			o.fault("an option is nil")
			continue
		}
		opt(&o)
	}
	if len(o.faults) > 0 {
		return o, fmt.Errorf("scheduler: new runner: %w", errors.Join(o.faults...))
	}
	// No two runners may have the same holder, also those of one process.
	o.holder += "/" + rand.Text()[:10]
	return o, nil
}

// WithLogger sets the logger. Records name tasks, slots and outcomes, but hold
// nothing that a task said. The default discards them.
func WithLogger(logger *slog.Logger) RunnerOption {
	return func(o *runnerOptions) {
		if logger == nil {
			o.fault("WithLogger: the logger is nil")
		}
		o.logger = logger
	}
}

// WithInstance sets the name of this instance, as listings show it; a random
// part is added. The default is the host's name and the process's number.
func WithInstance(name string) RunnerOption {
	return func(o *runnerOptions) {
		if err := checkText("name", name, MaxHolderLength/2); err != nil || name == "" {
			o.fault("WithInstance: a name of 1 to %d bytes of UTF-8 text is needed", MaxHolderLength/2)
		}
		o.holder = name
	}
}

// WithMaxConcurrent sets how many tasks run at once in this runner. The default
// is 10.
func WithMaxConcurrent(n int) RunnerOption {
	return func(o *runnerOptions) {
		if n < 1 {
			o.fault("WithMaxConcurrent: %d is less than 1", n)
		}
		o.concurrent = n
	}
}

// WithPoll sets how long an idle runner waits at most before it asks the state
// again: how long it takes to see what other processes changed. What is due it
// knows in advance. The default is 10 seconds.
func WithPoll(d time.Duration) RunnerOption {
	return func(o *runnerOptions) {
		if d < 10*time.Millisecond {
			o.fault("WithPoll: %s is less than 10ms", d)
		}
		o.poll = d
	}
}

// WithLease sets how long the lease of a run lasts, and so how long it takes
// until another instance takes over from one that died. It is renewed four times
// as often. The default is a minute.
func WithLease(d time.Duration) RunnerOption {
	return func(o *runnerOptions) {
		if d < 100*time.Millisecond || d > time.Hour {
			o.fault("WithLease: %s: 100ms to 1h are possible", d)
		}
		o.lease = d.Truncate(time.Microsecond)
	}
}

// WithGrace sets how long a task whose context has ended has to return, before
// its run is marked as abandoned. The default is 30 seconds.
func WithGrace(d time.Duration) RunnerOption {
	return func(o *runnerOptions) {
		if d < 0 {
			o.fault("WithGrace: %s is negative", d)
		}
		o.grace = d
	}
}

// WithHistory sets how long the records of runs are kept, 0 for ever. The
// default is 90 days. The last run of each task is always kept.
func WithHistory(d time.Duration) RunnerOption {
	return func(o *runnerOptions) {
		if d < 0 {
			o.fault("WithHistory: %s is negative", d)
		}
		o.history = d
	}
}

// WithClock sets the instance's clock, which only tells a task its deadline: for
// tests. What is due, the state's clock decides. The default is time.Now.
func WithClock(clock func() time.Time) RunnerOption {
	return func(o *runnerOptions) {
		if clock == nil {
			o.fault("WithClock: the clock is nil")
		}
		o.clock = clock
	}
}
