package retention_test

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/contactsweep/contactsweep/deletion"
	"github.com/contactsweep/contactsweep/deletion/retention"
	"github.com/contactsweep/contactsweep/scheduler"
	"github.com/contactsweep/contactsweep/store/memory"
)

// Two nights of the profile: from two to six, a batch every minute, the rest on the
// following night, and one operation in all. A batch has a thousand contacts, and there are
// 300 times as many that are inactive; without a ledger a hundred will do.
func TestTheProfileOverTwoNights(t *testing.T) {
	t.Parallel()
	for what, tt := range map[string]struct {
		ledger  []memory.Option
		batch   int
		options []retention.Option
	}{
		"with a ledger": {ledger: []memory.Option{memory.WithLedger()}, batch: 1000},
		"without":       {batch: 100, options: []retention.Option{retention.BatchSize(100)}},
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				h := newHost(t, tt.ledger...)
				h.add(t, 150*tt.batch, 90*day)
				h.add(t, 5_000, day)
				h.add(t, 150*tt.batch, 90*day)
				h.until(t, 3*day, inactive(t, h, tt.options...))

				require.EqualValues(t, 5_000, h.left(t))
				require.Len(t, h.st.Rows("activities"), 5_000)
				runs := h.runs(t)
				require.Len(t, runs, 3)
				for i, outcome := range []scheduler.Outcome{scheduler.OutcomePaused, scheduler.OutcomeSucceeded, scheduler.OutcomeSucceeded} {
					require.Equal(t, outcome, runs[i].Outcome, runs[i].Message)
					require.Equal(t, 2, runs[i].Began.Local().Hour())
					require.Zero(t, runs[i].Began.Local().Minute())
				}
				// The last batch of the night begins at 05:59, and the next would at 06:00.
				require.Equal(t, 239*time.Minute, runs[0].Ended.Sub(runs[0].Began))
				for i, batches := range []int{240, 60, 0} {
					require.EqualValues(t, batches*tt.batch, h.events[i].Deleted)
				}
				require.Equal(t, []retention.EventKind{retention.Unfinished, retention.Done, retention.Done}, h.kinds())
				f := h.events[0].Forecast
				require.True(t, f.Known)
				require.EqualValues(t, 60*tt.batch, f.Remaining)
				require.EqualValues(t, 1, f.Slots)
				require.Contains(t, runs[0].Message, fmt.Sprintf("deleted %d contacts, in 3h59m0s", 240*tt.batch))
				require.Contains(t, runs[0].Message, fmt.Sprintf("paused; %d are left: at this rate 1 more night, of 59m45s", 60*tt.batch))
				if tt.ledger == nil {
					return
				}
				ops := h.operations(t)
				require.Len(t, ops, 2)
				require.Equal(t, ops[0].ID, h.events[0].Operation)
				require.Equal(t, ops[0].ID, h.events[1].Operation)
				require.Equal(t, deletion.StateCompleted, ops[0].State)
				require.EqualValues(t, 300_000, ops[0].Deleted)
				require.Equal(t, 300, ops[0].Batches)
				require.Equal(t, "scheduled task Acme.Cleaner", ops[0].By)
			})
		})
	}
}

// A night is as long as the runner allows, if that is less; what was paused by the end of
// the context goes on all the same.
func TestTheRunnersOwnLimit(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHost(t, memory.WithLedger())
		h.add(t, 60_000, 90*day)
		h.until(t, 2*day, inactive(t, h), scheduler.MaxRunTime(30*time.Minute))
		require.Equal(t, []retention.EventKind{retention.Unfinished, retention.Unfinished}, h.kinds())
		require.Len(t, h.operations(t), 1)
		require.Equal(t, 60_000-h.events[0].Deleted-h.events[1].Deleted, h.left(t))
		require.EqualValues(t, 29_000, h.events[0].Deleted, "it stops before it is cancelled")
	})
}

// A host that stops in the middle of the night pauses its task, and goes on in the next.
func TestAHostThatStops(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHost(t, memory.WithLedger())
		h.add(t, 60_000, 90*day)
		now := time.Now().Local()
		two := time.Date(now.Year(), now.Month(), now.Day(), 2, 0, 0, 0, time.Local) //nolint:gosmopolitan // as the profile
		if !two.After(now) {
			two = two.AddDate(0, 0, 1)
		}
		h.until(t, time.Until(two)+10*time.Minute+time.Second, inactive(t, h))
		runs := h.runs(t)
		require.Equal(t, scheduler.OutcomePaused, runs[0].Outcome, runs[0].Message)
		require.Contains(t, runs[0].Message, "deleted 11000 contacts")
		require.Contains(t, runs[0].Message, "how many are left is not known")
		h.until(t, day+time.Hour, inactive(t, h))
		require.Zero(t, h.left(t))
		require.Len(t, h.operations(t), 1)
	})
}
