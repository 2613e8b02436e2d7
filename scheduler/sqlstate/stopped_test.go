//go:build unix

package sqlstate_test

import (
	"database/sql"
	"fmt"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/contactsweep/contactsweep/internal/servertest"
	"github.com/contactsweep/contactsweep/internal/sqltx"
	"github.com/contactsweep/contactsweep/scheduler"
)

func TestAStoppedProcessWritesNothingWhenItComesBack(t *testing.T) {
	t.Parallel()
	servertest.OnEach(t, func(t *testing.T, e servertest.Engine) {
		t.Helper()
		s := newStage(t, e, instance{Lease: shortLease})
		first := s.named("first").begin(t)
		first.says(t, "started 1")
		second := s.named("second").begin(t)
		require.NoError(t, first.Process.Signal(syscall.SIGSTOP))
		run := s.tookOver(second)
		second.end(t)
		before := s.rows()
		require.NoError(t, first.Process.Signal(syscall.SIGCONT))
		first.says(t, "ended: "+scheduler.ErrLeaseLost.Error())
		first.end(t)
		require.Equal(t, before, s.rows())
		page, err := s.state.Runs(t.Context(), scheduler.RunsRequest{Limit: 10})
		require.NoError(t, err)
		require.Equal(t, []scheduler.RunRecord{run}, page.Runs)
	})
}

// rows is all that the tables hold.
func (s stage) rows() []string {
	s.Helper()
	var out []string
	for _, query := range []string{
		"SELECT task, version, term, until_us, runs, current_kind, last_kind, last_slot_us, changes FROM contactsweep_scheduler_tasks",
		"SELECT id, attempt, lost, holder, term, started_us, ended_us, outcome, message FROM contactsweep_scheduler_runs",
	} {
		require.NoError(s, sqltx.Each(s.Context(), s.db, func(rows *sql.Rows) error {
			values, into := make([]sql.NullString, 9), make([]any, 9)
			for i := range values {
				into[i] = &values[i]
			}
			err := rows.Scan(into...)
			out = append(out, fmt.Sprint(values))
			return err
		}, query))
	}
	return out
}
