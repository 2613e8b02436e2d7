package scheduler_test

import (
	"context"
	"maps"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/contactsweep/contactsweep/scheduler"
	"github.com/contactsweep/contactsweep/scheduler/memstate"
)

// The bubbles of synctest begin at midnight of the first of January 2000, UTC.

// recorder is a task that remembers its runs.
type recorder struct {
	mu   sync.Mutex
	runs []scheduler.Run
	work func(ctx context.Context, run scheduler.Run) (scheduler.Result, error) // nil: none
}

func (r *recorder) Execute(ctx context.Context, run scheduler.Run) (scheduler.Result, error) {
	r.mu.Lock()
	r.runs = append(r.runs, run)
	r.mu.Unlock()
	if r.work == nil {
		return scheduler.Result{Message: "done"}, nil
	}
	return r.work(ctx, run)
}

func (r *recorder) all() []scheduler.Run {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.runs)
}

// slots returns the slots of the runs, as text in the zone.
func (r *recorder) slots(loc *time.Location) []string {
	out := []string{}
	for _, run := range r.all() {
		out = append(out, run.Slot.In(loc).Format("2006-01-02 15:04:05"))
	}
	return out
}

// lasting returns work that takes a time, or ends with its context.
func lasting(d time.Duration) func(context.Context, scheduler.Run) (scheduler.Result, error) {
	return func(ctx context.Context, _ scheduler.Run) (scheduler.Result, error) {
		timer := time.NewTimer(d)
		defer timer.Stop()
		select {
		case <-timer.C:
			return scheduler.Result{Message: "done"}, nil
		case <-ctx.Done():
			return scheduler.Result{}, context.Cause(ctx)
		}
	}
}

// pass lets the time of a bubble pass.
func pass(t *testing.T, d time.Duration) {
	t.Helper()
	timer := time.NewTimer(d)
	defer timer.Stop()
	<-timer.C
	synctest.Wait()
}

func registry(t *testing.T, task scheduler.ScheduledTask, s scheduler.Schedule, opts ...scheduler.TaskOption) *scheduler.Registry {
	t.Helper()
	r := scheduler.NewRegistry()
	require.NoError(t, r.Register("task", task, s, opts...))
	return r
}

func runner(t *testing.T, r *scheduler.Registry, st scheduler.State, opts ...scheduler.RunnerOption) *scheduler.Runner {
	t.Helper()
	run, err := scheduler.NewRunner(r, st, opts...)
	require.NoError(t, err)
	return run
}

// started is a runner whose Run goes on.
type started struct {
	*scheduler.Runner
	cancel context.CancelFunc
	done   chan error
}

// run starts a runner. It must be stopped.
func run(t *testing.T, r *scheduler.Runner) started {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	s := started{Runner: r, cancel: cancel, done: make(chan error, 1)}
	go func() { s.done <- r.Run(ctx) }()
	synctest.Wait()
	return s
}

func (s started) stop() error {
	s.cancel()
	return <-s.done
}

func zone(t *testing.T, name string) *time.Location {
	t.Helper()
	loc, err := time.LoadLocation(name)
	require.NoError(t, err)
	return loc
}

// crashing is a state whose calls fail from some instant on, as if its process
// had died: what it holds stays held.
type crashing struct {
	scheduler.State
	dead func() bool
}

func (c crashing) Report(ctx context.Context, r scheduler.ReportRequest) (scheduler.Reported, error) {
	if c.dead() {
		return scheduler.Reported{}, errDead
	}
	return c.State.Report(ctx, r)
}

func (c crashing) Claim(ctx context.Context, r scheduler.ClaimRequest) (scheduler.Claim, error) {
	if c.dead() {
		return scheduler.Claim{}, errDead
	}
	return c.State.Claim(ctx, r)
}

type deadError struct{}

func (deadError) Error() string { return "the process is dead" }

var errDead error = deadError{}

// outcomes returns how the runs in the history ended, the oldest first.
func outcomes(t *testing.T, st scheduler.State) []scheduler.Outcome {
	t.Helper()
	page, err := st.Runs(t.Context(), scheduler.RunsRequest{Limit: 1000})
	require.NoError(t, err)
	out := []scheduler.Outcome{}
	for _, r := range page.Runs {
		out = append(out, r.Outcome)
	}
	slices.Reverse(out)
	return out
}

// quiet demands that no lease is held and no run is marked running.
func quiet(t *testing.T, st scheduler.State) {
	t.Helper()
	tasks, err := st.Tasks(t.Context(), scheduler.TasksRequest{})
	require.NoError(t, err)
	for _, task := range tasks.Tasks {
		require.Nil(t, task.Current, "task %s holds a lease", task.Task)
	}
	require.NotContains(t, outcomes(t, st), scheduler.OutcomeRunning)
}

// status returns the status of a task.
func status(t *testing.T, st scheduler.State) scheduler.Status {
	t.Helper()
	c, err := scheduler.NewControl(st)
	require.NoError(t, err)
	s, err := c.Status(t.Context(), "task")
	require.NoError(t, err)
	return s
}

// counting counts the calls of a state by method.
type counting struct {
	*memstate.State
	mu    sync.Mutex
	calls map[string]int
}

func newCounting() *counting { return &counting{State: memstate.New(), calls: map[string]int{}} }

func (c *counting) count(method string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.calls[method]++
}

// reset returns the counts so far and begins again.
func (c *counting) reset() map[string]int {
	c.mu.Lock()
	defer c.mu.Unlock()
	out := maps.Clone(c.calls)
	clear(c.calls)
	return out
}

func (c *counting) Register(ctx context.Context, r scheduler.RegisterRequest) error {
	c.count("Register")
	return c.State.Register(ctx, r)
}

func (c *counting) Tasks(ctx context.Context, r scheduler.TasksRequest) (scheduler.Tasks, error) {
	c.count("Tasks")
	return c.State.Tasks(ctx, r)
}

func (c *counting) Claim(ctx context.Context, r scheduler.ClaimRequest) (scheduler.Claim, error) {
	c.count("Claim")
	return c.State.Claim(ctx, r)
}

func (c *counting) Report(ctx context.Context, r scheduler.ReportRequest) (scheduler.Reported, error) {
	c.count("Report")
	return c.State.Report(ctx, r)
}

func (c *counting) Prune(ctx context.Context, r scheduler.PruneRequest) (int64, error) {
	c.count("Prune")
	return c.State.Prune(ctx, r)
}

func (c *counting) Runs(ctx context.Context, r scheduler.RunsRequest) (scheduler.RunsPage, error) {
	c.count("Runs")
	return c.State.Runs(ctx, r)
}

func (c *counting) Change(ctx context.Context, r scheduler.ChangeRequest) (scheduler.Changed, error) {
	c.count("Change")
	return c.State.Change(ctx, r)
}
