package retention_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/deletion"
	"github.com/contactsweep/contactsweep/deletion/retention"
	"github.com/contactsweep/contactsweep/store/memory"
	"github.com/contactsweep/contactsweep/where"
)

func processing(t *testing.T, h *host, options ...retention.Option) *retention.Processing {
	t.Helper()
	task, err := retention.ProcessDue(h.svc, append([]retention.Option{retention.Notify(h.tell)}, options...)...)
	require.NoError(t, err)
	return task
}

func keys(t *testing.T, ids ...any) []contacts.Key {
	t.Helper()
	out, err := contacts.Keys(ids...)
	require.NoError(t, err)
	return out
}

// What was submitted is processed when it is due, and not before.
func TestOperationsThatAreDue(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHost(t, memory.WithLedger())
		h.add(t, 10, day)
		for id := 1; id <= 3; id++ {
			_, err := h.svc.Operations().Submit(t.Context(), deletion.Request{
				Keys: keys(t, id), Reason: "asked by letter", Period: new(time.Duration(id) * day),
			})
			require.NoError(t, err)
		}
		for night, want := range []int64{10, 9, 8, 7, 7} {
			if night > 0 {
				<-time.After(day)
			}
			_, err := run(t, processing(t, h), 1+night)
			require.NoError(t, err)
			require.Equal(t, want, h.left(t))
		}
		require.Equal(t, "1 operation, 1 completed; deleted 1 contact", h.events[1].Message)
	})
}

func TestThePendingTable(t *testing.T) {
	t.Parallel()
	h := newHost(t, memory.WithLedger())
	h.add(t, 10, day)
	task := processing(t, h, retention.EmptyPendingTable(), retention.Cap(4))
	result, err := run(t, task, 1)
	require.NoError(t, err)
	require.Equal(t, "0 operations; deleted 0 contacts", result.Message)
	require.Empty(t, h.operations(t), "nothing waited, so nothing is on record")

	require.NoError(t, h.svc.Pending().Put(t.Context(), "bounced", keys(t, 1, 2, 3)...))
	_, err = run(t, task, 2)
	require.NoError(t, err)
	require.EqualValues(t, 7, h.left(t))

	require.NoError(t, h.svc.Pending().Put(t.Context(), "bounced", keys(t, 4, 5, 6, 7, 8)...))
	_, err = run(t, task, 3)
	require.ErrorIs(t, err, deletion.ErrCapExceeded)
	require.EqualValues(t, 7, h.left(t))
	require.Equal(t, retention.Refused, h.events[2].Kind)

	_, err = run(t, processing(t, h, retention.EmptyPendingTable(), retention.Cap(5)), 4)
	require.NoError(t, err)
	require.EqualValues(t, 2, h.left(t))
	waiting, err := h.svc.Pending().Count(t.Context())
	require.NoError(t, err)
	require.Zero(t, waiting)
}

// The operation of another task has a window of its own.
func TestOperationsOfOtherTasksAreLeftToThem(t *testing.T) {
	t.Parallel()
	h := newHost(t, memory.WithLedger())
	h.add(t, 100, 90*day)
	op := paused(t, h, 30*day)
	task := processing(t, h)
	_, err := h.svc.Operations().Submit(t.Context(), deletion.Request{Keys: keys(t, 50), Period: deletion.AtOnce()})
	require.NoError(t, err)
	tasks := func() string {
		op, err := h.svc.Operations().Get(t.Context(), op.ID)
		require.NoError(t, err)
		return string(op.State)
	}
	other, err := task.Execute(t.Context(), runOf("Acme.Process"))
	require.NoError(t, err)
	require.Equal(t, "1 operation, 1 completed; deleted 1 contact", other.Message)
	require.Equal(t, string(deletion.StatePaused), tasks())
	require.EqualValues(t, 89, h.left(t))
}

// One operation that fails does not keep the next one waiting.
func TestAnOperationThatFails(t *testing.T) {
	t.Parallel()
	h := newHost(t, memory.WithLedger())
	h.add(t, 20, 90*day)
	_, err := h.svc.Operations().Submit(t.Context(), deletion.Request{Condition: contacts.Inactive(30 * day), Period: deletion.AtOnce()}, deletion.Cap(5))
	require.NoError(t, err)
	_, err = h.svc.Operations().Submit(t.Context(), deletion.Request{Condition: where.New().WhereID(7), Period: deletion.AtOnce()})
	require.NoError(t, err)
	_, err = run(t, processing(t, h), 1)
	require.ErrorIs(t, err, deletion.ErrCapExceeded)
	require.ErrorContains(t, err, "2 operations, 1 completed, 1 refused; deleted 1 contact")
	require.EqualValues(t, 19, h.left(t))
}

func TestProcessingNeedsALedger(t *testing.T) {
	t.Parallel()
	h := newHost(t)
	for _, options := range [][]retention.Option{nil, {retention.EmptyPendingTable()}} {
		_, err := run(t, processing(t, h, options...), 1)
		require.ErrorIs(t, err, deletion.ErrNoLedger)
	}
}

func TestProcessingPausesAtItsLimit(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHost(t, memory.WithLedger())
		h.add(t, 100, 90*day)
		_, err := h.svc.Operations().Submit(t.Context(), deletion.Request{Condition: contacts.Inactive(30 * day), Period: deletion.AtOnce()},
			deletion.BatchSize(10), deletion.Pause(time.Minute))
		require.NoError(t, err)
		task := processing(t, h, retention.TimeLimit(5*time.Minute))
		result, err := run(t, task, 1)
		require.NoError(t, err)
		require.True(t, result.Paused)
		require.Equal(t, "1 operation, 1 paused; deleted 50 contacts, paused", result.Message)
		result, err = run(t, task, 2)
		require.NoError(t, err)
		require.True(t, result.Paused || h.left(t) == 0)
		require.Zero(t, h.left(t))
	})
}
