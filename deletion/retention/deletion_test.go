package retention_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/deletion"
	"github.com/contactsweep/contactsweep/deletion/retention"
	"github.com/contactsweep/contactsweep/store/memory"
	"github.com/contactsweep/contactsweep/where"
)

func quick(options ...retention.Option) []retention.Option {
	return append([]retention.Option{retention.Pause(0), retention.BatchSize(10)}, options...)
}

// A capped run deletes nothing, is told, and runs once the cap is raised, with and
// without a ledger.
func TestACapRefusesUntilItIsRaised(t *testing.T) {
	t.Parallel()
	for what, ledger := range map[string][]memory.Option{"with a ledger": {memory.WithLedger()}, "without": nil} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			h := newHost(t, ledger...)
			h.add(t, 100, 90*day)
			for slot, limit := range []retention.Option{retention.Cap(99), retention.CapShare(0.5)} {
				_, err := run(t, inactive(t, h, quick(limit)...), 1+slot)
				require.ErrorIs(t, err, deletion.ErrCapExceeded)
				require.EqualValues(t, 100, h.left(t))
			}
			result, err := run(t, inactive(t, h, quick(retention.Cap(100))...), 3)
			require.NoError(t, err)
			require.False(t, result.Paused)
			require.Zero(t, h.left(t))
			require.Equal(t, []retention.EventKind{retention.Refused, retention.Refused, retention.Done}, h.kinds())
			require.ErrorIs(t, h.events[0].Err, deletion.ErrCapExceeded)
			if ledger != nil {
				ops := h.operations(t)
				require.Len(t, ops, 1, "the refused operation is the one that ran")
				require.Equal(t, deletion.StateCompleted, ops[0].State)
			}
		})
	}
}

func TestACapThatIsTakenAway(t *testing.T) {
	t.Parallel()
	h := newHost(t, memory.WithLedger())
	h.add(t, 100, 90*day)
	_, err := run(t, inactive(t, h, quick(retention.Cap(99))...), 1)
	require.ErrorIs(t, err, deletion.ErrCapExceeded)
	_, err = run(t, inactive(t, h, quick()...), 2)
	require.NoError(t, err)
	require.Zero(t, h.left(t))
	require.Equal(t, deletion.StateCancelled, h.operations(t)[0].State)
}

// paused makes an operation of the task that has deleted some and is paused.
func paused(t *testing.T, h *host, after time.Duration) deletion.Operation {
	t.Helper()
	task, err := retention.DeleteInactive(h.svc, after, retention.BatchSize(10), retention.Pause(time.Minute), retention.TimeLimit(time.Second))
	require.NoError(t, err)
	result, err := run(t, task, 1)
	require.NoError(t, err)
	require.True(t, result.Paused)
	ops := h.operations(t)
	require.Len(t, ops, 1)
	require.Equal(t, deletion.StatePaused, ops[0].State)
	return ops[0]
}

// An operation is never gone on with by another rule than the one that is in force: here,
// contacts are kept longer from the second night on.
func TestARuleThatChangesBetweenTheNights(t *testing.T) {
	t.Parallel()
	h := newHost(t, memory.WithLedger())
	h.add(t, 100, 90*day)
	op := paused(t, h, 30*day)
	task, err := retention.DeleteInactive(h.svc, 100*day, quick()...)
	require.NoError(t, err)
	_, err = run(t, task, 2)
	require.NoError(t, err)
	require.EqualValues(t, 90, h.left(t))
	ops := h.operations(t)
	require.Len(t, ops, 2)
	require.Equal(t, op.ID, ops[0].ID)
	require.Equal(t, deletion.StateCancelled, ops[0].State)
	require.Equal(t, deletion.StateCompleted, ops[1].State)
}

func TestWhatAPersonPausedWaitsForAPerson(t *testing.T) {
	t.Parallel()
	h := newHost(t, memory.WithLedger())
	h.add(t, 100, 90*day)
	op := paused(t, h, 30*day)
	_, err := h.svc.Operations().Pause(t.Context(), op.ID)
	require.NoError(t, err)
	_, err = run(t, inactive(t, h, quick()...), 2)
	require.ErrorContains(t, err, "operation "+op.ID+" is paused by a person; resume or cancel it")
	require.EqualValues(t, 90, h.left(t))
	require.Equal(t, []retention.EventKind{retention.Failed}, h.kinds())

	_, err = h.svc.Operations().Cancel(t.Context(), op.ID)
	require.NoError(t, err)
	_, err = run(t, inactive(t, h, quick()...), 3)
	require.NoError(t, err)
	require.Zero(t, h.left(t))
}

// A slot whose first attempt did not live to report is not done twice.
func TestTheSameSlotAgain(t *testing.T) {
	t.Parallel()
	h := newHost(t, memory.WithLedger())
	h.add(t, 100, 90*day)
	_, err := run(t, inactive(t, h, quick()...), 1)
	require.NoError(t, err)
	h.add(t, 5, 90*day)
	result, err := run(t, inactive(t, h, quick()...), 1)
	require.NoError(t, err)
	require.Contains(t, result.Message, "deleted 100 contacts")
	require.Len(t, h.operations(t), 1)
	require.EqualValues(t, 5, h.left(t))
}

func TestTheStopSwitch(t *testing.T) {
	t.Parallel()
	h := newHost(t, memory.WithLedger())
	h.add(t, 100, 90*day)
	require.NoError(t, h.svc.Operations().Stop(t.Context(), "audit"))
	_, err := run(t, inactive(t, h, quick()...), 1)
	require.ErrorIs(t, err, deletion.ErrStopped)
	require.NoError(t, h.svc.Operations().Start(t.Context()))
	_, err = run(t, inactive(t, h, quick()...), 2)
	require.NoError(t, err)
	require.Zero(t, h.left(t))
}

func TestOff(t *testing.T) {
	t.Parallel()
	h := newHost(t)
	h.add(t, 10, 90*day)
	result, err := run(t, inactive(t, h, retention.Off()), 1)
	require.NoError(t, err)
	require.Equal(t, "switched off: nothing is deleted", result.Message)
	require.EqualValues(t, 10, h.left(t))
	require.Empty(t, h.events)
}

func TestDeleteMatching(t *testing.T) {
	t.Parallel()
	h := newHost(t)
	h.add(t, 30, 90*day)
	require.NoError(t, h.st.Insert(memory.Row{"id": 99, "created": time.Now()}))
	task, err := retention.DeleteMatching(h.svc, contacts.Contactless(), retention.Notify(h.tell))
	require.NoError(t, err)
	result, err := run(t, task, 1)
	require.NoError(t, err)
	require.Equal(t, "deleted 1 contact, done", result.Message)
	require.EqualValues(t, 30, h.left(t))

	task, err = retention.DeleteMatching(h.svc, where.New().WhereEquals("nam", "m4rk3r"))
	require.NoError(t, err)
	_, err = run(t, task, 2)
	require.ErrorIs(t, err, where.ErrInvalid)
	require.NotContains(t, err.Error(), "m4rk3r")
}

// What goes wrong in telling the owner is said, and changes nothing.
func TestAnOwnerThatCannotBeTold(t *testing.T) {
	t.Parallel()
	for want, tell := range map[string]func(context.Context, retention.Event) error{
		"the owner could not be told: the function panicked": func(context.Context, retention.Event) error { panic("m4rk3r") },
		"the mail server is down": func(ctx context.Context, _ retention.Event) error {
			if _, bounded := ctx.Deadline(); bounded && ctx.Err() == nil {
				return errors.New("the mail server is down")
			}
			return nil
		},
	} {
		h := newHost(t)
		h.add(t, 10, 90*day)
		result, err := run(t, inactive(t, h, retention.Notify(tell)), 1)
		require.NoError(t, err)
		require.Contains(t, result.Message, want)
		require.NotContains(t, result.Message, "m4rk3r")
		require.Zero(t, h.left(t))
		h.add(t, 10, 90*day)
		_, err = run(t, inactive(t, h, retention.Notify(tell), retention.Cap(1)), 2)
		require.ErrorIs(t, err, deletion.ErrCapExceeded)
		require.ErrorContains(t, err, want)
	}
}
