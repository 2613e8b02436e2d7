package deletion_test

import (
	"bufio"
	"context"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/contactsweep/contactsweep/deletion"
	"github.com/contactsweep/contactsweep/store/sqlstore"
)

// begun makes a database of an engine with an operation that a process has begun,
// and was killed.
func begunAndKilled(t *testing.T, name string, engine killedEngine) (database string, svc *deletion.Service, matching int64, kill func()) {
	t.Helper()
	database, db := engine.create(t)
	require.NoError(t, sqlstore.Migrate(t.Context(), db, engine.dialect, benchSchema()))
	matching = int64(len(dump(t, db, "SELECT id FROM contacts WHERE email = ''")))
	return database, killedService(t, engine.dialect, db), matching, func() {
		require.True(t, killOne(t, name, database, 60*time.Millisecond), "it should not come to the end so soon")
		lapse(t, db)
	}
}

// Of many processes that want to go on with an operation, one does.
func TestOneOfManyTakesAnOperationUp(t *testing.T) {
	t.Parallel()
	for name, engine := range killedEngines() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			database, svc, matching, kill := begunAndKilled(t, name, engine)
			kill()
			worked := make([]int, 10)
			var all sync.WaitGroup
			for i := range worked {
				all.Go(func() {
					child := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestKilledChild$", "-test.v") //nolint:gosec // this test itself
					child.Env = append(os.Environ(), "CONTACTSWEEP_CHILD="+name+" "+database)
					out, err := child.CombinedOutput()
					assertNoFailure(t, string(out), err)
					if strings.Contains(string(out), "child took up 1 operations") {
						worked[i] = 1
					}
				})
			}
			all.Wait()
			sum := 0
			for _, n := range worked {
				sum += n
			}
			require.Equal(t, 1, sum)
			list, err := svc.Operations().List(t.Context(), deletion.OperationFilter{})
			require.NoError(t, err)
			require.Len(t, list.Operations, 1)
			require.Equal(t, deletion.StateCompleted, list.Operations[0].State)
			require.Equal(t, matching, list.Operations[0].Deleted)
		})
	}
}

func assertNoFailure(t *testing.T, out string, err error) {
	t.Helper()
	if err != nil {
		t.Errorf("%v: %s", err, out)
	}
}

// A process that is stopped for longer than its lease, and continued after another
// took its operation over, writes nothing more.
func TestAStoppedHolderWritesNothingMore(t *testing.T) {
	t.Parallel()
	for name, engine := range killedEngines() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			database, db := engine.create(t)
			require.NoError(t, sqlstore.Migrate(t.Context(), db, engine.dialect, benchSchema()))
			matching := len(dump(t, db, "SELECT id FROM contacts WHERE email = ''"))
			svc := killedService(t, engine.dialect, db)
			child := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestKilledChild$", "-test.v") //nolint:gosec // this test itself
			child.Env = append(os.Environ(), "CONTACTSWEEP_CHILD="+name+" "+database, "CONTACTSWEEP_CHILD_PAUSE=50ms")
			out, err := child.StdoutPipe()
			require.NoError(t, err)
			require.NoError(t, child.Start())
			lines := bufio.NewScanner(out)
			for lines.Scan() && !strings.Contains(lines.Text(), "child begins") {
			}
			after := func(d time.Duration) { <-time.After(d) }
			var report []deletion.Processed
			for len(report) == 0 {
				after(300 * time.Millisecond)
				require.NoError(t, child.Process.Signal(syscall.SIGSTOP))
				// It may have been stopped in the middle of a transaction, which
				// nobody can take from it.
				ctx, cancel := context.WithTimeout(t.Context(), 3*time.Second)
				if _, err := db.ExecContext(ctx, "UPDATE contactsweep_operations SET expires = 1 WHERE holder <> ''"); err == nil {
					report, err = svc.Operations().ResumeInterrupted(t.Context())
					require.NoError(t, err)
				}
				cancel()
				if len(report) == 0 {
					require.NoError(t, child.Process.Signal(syscall.SIGCONT))
				}
			}
			require.NoError(t, report[0].Err)
			require.NoError(t, child.Process.Signal(syscall.SIGCONT))
			var said []string
			for lines.Scan() {
				said = append(said, lines.Text())
			}
			_ = child.Wait()
			require.Contains(t, strings.Join(said, "\n"), "the lease was lost")
			op, err := svc.Operations().Get(t.Context(), report[0].Operation.ID)
			require.NoError(t, err)
			require.Equal(t, deletion.StateCompleted, op.State)
			require.EqualValues(t, matching, op.Deleted)
			require.Empty(t, dump(t, db, "SELECT id FROM contacts WHERE email = ''"))
			require.Len(t, dump(t, db, "SELECT id FROM contacts"), killedContacts-matching)
			require.Len(t, dump(t, db, "SELECT key_1 FROM contactsweep_archive"), matching)
		})
	}
}
