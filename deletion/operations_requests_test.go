package deletion_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/contactsweep/contactsweep/deletion"
	"github.com/contactsweep/contactsweep/where"
)

// Whoever asks for operations wrongly learns what was wrong, and all of it.
func TestRefusedRequestsForOperations(t *testing.T) {
	t.Parallel()
	ops := officer(office()).Operations()
	for name, c := range map[string]struct {
		filter deletion.OperationFilter
		says   []string
	}{
		"a state that does not exist": {
			deletion.OperationFilter{States: []deletion.State{deletion.StatePending, "done"}}, []string{`there is no state "done"`, "deletion.StatePending"},
		},
		"a page that is too long": {deletion.OperationFilter{Limit: 1001}, []string{"1 to 1000"}},
		"a negative page":         {deletion.OperationFilter{Limit: -1}, []string{"1 to 1000"}},
		"both": {
			deletion.OperationFilter{Limit: -1, States: []deletion.State{""}}, []string{"1 to 1000", `there is no state ""`},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := ops.List(t.Context(), c.filter)
			require.ErrorIs(t, err, deletion.ErrInvalidRequest)
			for _, text := range c.says {
				require.ErrorContains(t, err, text)
			}
		})
	}
}

// What Submit only records, ProcessDue refuses.
func TestACapRefusesWhatIsSubmittedAtOnce(t *testing.T) {
	t.Parallel()
	ops := officer(office(), deletion.WithCap(2)).Operations()
	op, err := ops.Submit(t.Context(), deletion.Request{Condition: noEmail(), Period: deletion.AtOnce()})
	require.NoError(t, err)
	require.Equal(t, deletion.StatePreparing, op.State)
	done, err := ops.ProcessDue(t.Context())
	require.NoError(t, err)
	require.Len(t, done, 1)
	require.ErrorIs(t, done[0].Err, deletion.ErrCapExceeded)
	require.Equal(t, deletion.StateRefused, done[0].Operation.State)
	report, err := ops.Resume(t.Context(), op.ID, deletion.Cap(3))
	require.NoError(t, err)
	require.EqualValues(t, 3, report.Deleted)
}

// A contact that is held back when its time has come is suppressed no more.
func TestAContactThatIsHeldBackIsReleased(t *testing.T) {
	t.Parallel()
	st := office()
	svc := officer(st, deletion.WithSuppressionPeriod(time.Microsecond))
	op, err := svc.Operations().Submit(t.Context(), deletion.Request{Keys: customers(1, 3)})
	require.NoError(t, err)
	require.EqualValues(t, 2, op.Suppressed)
	guarded := officer(st, deletion.WithProtected(where.New().WhereTrue("legal_hold")))
	require.Eventually(t, func() bool {
		done, err := guarded.Operations().ProcessDue(t.Context())
		return err == nil && len(done) == 1 && done[0].Err == nil
	}, 10*time.Second, time.Millisecond)
	op, err = svc.Operations().Get(t.Context(), op.ID)
	require.NoError(t, err)
	require.Equal(t, deletion.StateCompleted, op.State)
	require.EqualValues(t, 1, op.Deleted)
	require.Equal(t, deletion.Skips{Protected: 1}, op.Skipped)
	suppressed, err := svc.Suppressions().Check(t.Context(), deletion.Sending, customers(3)...)
	require.NoError(t, err)
	require.Empty(t, suppressed)
}
