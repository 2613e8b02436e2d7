package scheduler

import (
	"context"
	"maps"
	"time"
)

// Status is what a listing shows of a task.
type Status struct {
	Task string
	// Name and Parameters are those of the registration; the identifier and nil
	// where the task's code is not in this process.
	Name       string
	Parameters map[string]string
	// Enabled says whether the task runs by its schedule.
	Enabled bool
	// ScheduleInCode is the text of the schedule that was registered last, and
	// Schedule that of the one in force. They differ if it was set at run time.
	ScheduleInCode, Schedule string
	// Next is when the next slot starts, in the past if nobody has begun with
	// it; zero: none is planned.
	Next time.Time
	// Asked is when somebody asked for a run that has not begun; zero: nobody.
	Asked time.Time
	// Running is the run that is under way, and its Holder where; nil: none.
	// Lost says that its instance does not renew the lease any more.
	Running *RunRecord
	Lost    bool
	// Last is the last run that has ended; nil: none has.
	Last *RunRecord
	// Runs counts the slots that were started, also those whose records are
	// pruned.
	Runs int64
	// Seen is when an instance last confirmed that it has the task.
	Seen time.Time
}

// List returns all tasks that were ever registered, in the order of their
// identifiers.
func (c *Control) List(ctx context.Context) ([]Status, error) {
	tasks, err := c.state.Tasks(ctx, TasksRequest{})
	if err != nil {
		return nil, err
	}
	out := make([]Status, 0, len(tasks.Tasks))
	for _, t := range tasks.Tasks {
		out = append(out, c.status(t, tasks.Now))
	}
	return out, nil
}

// Status returns one task.
func (c *Control) Status(ctx context.Context, task string) (Status, error) {
	t, now, err := c.read(ctx, task)
	if err != nil {
		return Status{}, err
	}
	return c.status(t, now), nil
}

func (c *Control) status(t TaskState, now time.Time) Status {
	s := Status{
		Task: t.Task, Name: t.Task, Enabled: t.Enabled(), ScheduleInCode: t.Schedule, Schedule: t.InForce(),
		Running: t.Current, Last: t.Last, Runs: t.Runs, Seen: t.Confirmed,
	}
	s.Lost = t.Current != nil && !t.Until.After(now)
	if t.Enabled() {
		s.Next = t.Due
	}
	if t.Waiting {
		s.Asked = t.Asked
	}
	if e := c.entries[t.Task]; e != nil {
		s.Name, s.Parameters = e.name, maps.Clone(e.parameters)
	}
	return s
}

// History returns a page of the records of runs, the newest first.
func (c *Control) History(ctx context.Context, r RunsRequest) (RunsPage, error) {
	return c.state.Runs(ctx, r)
}

// Prune deletes the records of runs that ended that long ago or earlier, of one
// task or, with "", of all, and returns how many. The last run of each task
// stays. A runner does it by itself; see [WithHistory].
func (c *Control) Prune(ctx context.Context, task string, age time.Duration) (int64, error) {
	const batch = 1000
	var total int64
	for {
		n, err := c.state.Prune(ctx, PruneRequest{Task: task, Age: age, Limit: batch})
		total += n
		if err != nil || n < batch {
			return total, err
		}
	}
}
