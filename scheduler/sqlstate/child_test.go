package sqlstate_test

import (
	"bufio"
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/contactsweep/contactsweep/internal/servertest"
	"github.com/contactsweep/contactsweep/scheduler"
	"github.com/contactsweep/contactsweep/scheduler/sqlstate"
)

// childVariable holds, for a process that is an instance, what kind of one.
const childVariable = "CONTACTSWEEP_TEST_INSTANCE"

// instance describes a process that runs tasks until its input ends.
type instance struct {
	Dialect  sqlstate.Dialect
	Database string
	Name     string
	Tasks    int // with a hundred short slots each, or one task that waits
	Lease    time.Duration
	Skew     time.Duration // of its clock
}

// registry has the tasks of an instance, which are the same for all.
func (i instance) registry(tb testing.TB, db *sql.DB, say func(string, ...any)) *scheduler.Registry {
	tb.Helper()
	tasks := scheduler.NewRegistry()
	first := time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC)
	for n := range i.Tasks {
		name := fmt.Sprintf("short-%d", n)
		require.NoError(tb, tasks.Register(name, scheduler.TaskFunc(func(ctx context.Context, run scheduler.Run) (scheduler.Result, error) {
			_, err := db.ExecContext(ctx, i.Dialect.Rebind("INSERT INTO starts (task, slot, attempt, instance) VALUES (?, ?, ?, ?)"), run.Task, run.Slot.Unix(), run.Attempt, i.Name)
			return scheduler.Result{}, err
		}), scheduler.Until(scheduler.EveryFrom(time.Hour, first), first.Add((slotsOfTask-1)*time.Hour)), scheduler.RunMissed(slotsOfTask)))
	}
	if i.Tasks == 0 {
		require.NoError(tb, tasks.Register("waits", scheduler.TaskFunc(func(ctx context.Context, run scheduler.Run) (scheduler.Result, error) {
			say("started %d", run.Attempt)
			if run.Attempt > 1 {
				return scheduler.Result{Message: "by " + i.Name}, nil
			}
			<-ctx.Done()
			say("ended: %v", context.Cause(ctx))
			return scheduler.Result{Message: "late, by " + i.Name}, nil
		}), scheduler.Once(first)))
	}
	return tasks
}

func (i instance) engine() servertest.Engine {
	for _, e := range servertest.Engines() {
		if e.Dialect == i.Dialect {
			return e
		}
	}
	return servertest.Engine{}
}

// TestInstance is the whole of a process that [instance.begin] starts.
func TestInstance(t *testing.T) {
	t.Parallel()
	var i instance
	text := os.Getenv(childVariable)
	if text == "" {
		t.Skip("it is for the processes that other tests start")
	}
	require.NoError(t, json.Unmarshal([]byte(text), &i))
	e := i.engine()
	db := e.Open(t, i.Database)
	db.SetMaxOpenConns(4)
	state, err := sqlstate.Open(t.Context(), db, e.Dialect)
	require.NoError(t, err)
	say := func(format string, args ...any) { fmt.Printf("\ninstance: "+format+"\n", args...) }
	runner, err := scheduler.NewRunner(i.registry(t, db, say), state, scheduler.WithInstance(i.Name), scheduler.WithLease(i.Lease), scheduler.WithPoll(100*time.Millisecond),
		scheduler.WithClock(func() time.Time { return time.Now().Add(i.Skew) }))
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin) // ends when the parent closes it, or ends itself
		cancel()
	}()
	say("runs")
	require.NoError(t, runner.Run(ctx))
}

// process is an instance that runs.
type process struct {
	*exec.Cmd
	input io.Closer
	said  <-chan string // closed at the end
}

// begin starts a process and waits until it runs.
func (i instance) begin(tb testing.TB) process {
	tb.Helper()
	text, err := json.Marshal(i)
	require.NoError(tb, err)
	p := process{Cmd: exec.CommandContext(tb.Context(), os.Args[0], "-test.run=^TestInstance$", "-test.v")} //nolint:gosec // this very program
	p.Env = append(os.Environ(), childVariable+"="+string(text))
	p.Stderr = os.Stderr
	p.input, err = p.StdinPipe()
	require.NoError(tb, err)
	output, err := p.StdoutPipe()
	require.NoError(tb, err)
	require.NoError(tb, p.Start())
	said := make(chan string, 100)
	go func() {
		defer close(said)
		for lines := bufio.NewScanner(output); lines.Scan(); {
			if line, ok := strings.CutPrefix(lines.Text(), "instance: "); ok {
				said <- line
			}
		}
	}()
	p.said = said
	tb.Cleanup(func() {
		_ = p.Process.Kill()
		_ = p.Wait()
	})
	p.says(tb, "runs")
	return p
}

// says waits for a line that starts so.
func (p process) says(tb testing.TB, want string) {
	tb.Helper()
	select {
	case line := <-p.said:
		require.True(tb, strings.HasPrefix(line, want), "%q instead of %q", line, want)
	case <-time.After(20 * time.Second):
		require.Fail(tb, "the process says nothing", "instead of %q", want)
	}
}

// end lets it stop, and waits for it.
func (p process) end(tb testing.TB) {
	tb.Helper()
	require.NoError(tb, p.input.Close())
	for range p.said { // until it has said all
	}
	require.NoError(tb, p.Wait())
}
