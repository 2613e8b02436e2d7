package deletion_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/deletion"
	"github.com/contactsweep/contactsweep/store"
	"github.com/contactsweep/contactsweep/store/storetest"
)

// swept is something that is done with operations, and what is true of it however
// it fails: then it is done again by somebody else.
type swept struct {
	do   func(context.Context, *deletion.Service) error
	gone bool // the contacts without an address, at last
}

func sweptOperations() map[string]swept {
	return map[string]swept{
		"a run": {gone: true, do: func(ctx context.Context, svc *deletion.Service) error {
			_, err := svc.BulkDelete(ctx, emailless())
			return err
		}},
		"suppressed and purged": {gone: true, do: func(ctx context.Context, svc *deletion.Service) error {
			op, err := svc.Operations().Submit(ctx, deletion.Request{Condition: emailless(), Period: deletion.After(time.Hour), IdempotencyKey: "once"})
			if err != nil {
				return err
			}
			if op.State != deletion.StatePending && op.State != deletion.StateCompleted {
				return errors.New("not pending")
			}
			<-time.After(2 * time.Hour)
			return processed(ctx, svc)
		}},
		"suppressed and restored": {do: func(ctx context.Context, svc *deletion.Service) error {
			op, err := svc.Operations().Submit(ctx, deletion.Request{Condition: emailless()})
			if err != nil {
				return err
			}
			_, err = svc.Operations().Restore(ctx, op.ID)
			return err
		}},
		"cancelled while it waits": {do: func(ctx context.Context, svc *deletion.Service) error {
			op, err := svc.Operations().Submit(ctx, deletion.Request{Condition: emailless()})
			if err != nil {
				return err
			}
			_, err = svc.Operations().Cancel(ctx, op.ID)
			return err
		}},
	}
}

func processed(ctx context.Context, svc *deletion.Service) error {
	done, err := svc.Operations().ProcessDue(ctx)
	for _, d := range done {
		err = errors.Join(err, d.Err)
	}
	return err
}

// Whichever call of the store fails, before its work or after it, nobody is
// deleted who should not be, every contact is counted and archived once, and
// another process finishes what was begun.
func TestEveryCallOfAnOperationFailsOnce(t *testing.T) {
	t.Parallel()
	for name, s := range sweptOperations() {
		for mode, how := range map[string]storetest.FailMode{"before": storetest.FailBefore, "after": storetest.FailAfter} {
			for retries := range 2 {
				t.Run(fmt.Sprintf("%s, %s, %d retries", name, mode, retries), func(t *testing.T) {
					t.Parallel()
					n := 0
					for more := true; more; n++ {
						synctest.Test(t, func(t *testing.T) { more = s.sweep(t, n, how, retries) })
					}
					require.Greater(t, n, 5)
				})
			}
		}
	}
}

// sweep fails the n-th call, and reports whether there was one.
func (s swept) sweep(t *testing.T, n int, how storetest.FailMode, retries int) bool {
	t.Helper()
	const size = 20
	d := newDesk(t, size)
	failing := storetest.Fail(d.st, n, how, nil)
	options := []deletion.ServiceOption{deletion.WithBatchSize(3), deletion.WithArchive(deletion.ArchiveConfig{}), deletion.WithRetries(retries)}
	svc, err := deletion.New(failing, options...)
	require.NoError(t, err)
	err = s.do(t.Context(), svc)
	at := fmt.Sprintf("call %d, %s, failed: %v", n, failing.Failed(), err)
	clean := desked(t, d.st, options...)
	if n == 0 {
		require.NoError(t, err)
	}
	for range 3 { // whatever is left to be done, somebody does
		<-time.After(72 * time.Hour)
		require.NoError(t, processed(t.Context(), clean), at)
	}
	list, err := clean.Operations().List(t.Context(), deletion.OperationFilter{})
	require.NoError(t, err)
	var deleted int64
	for _, op := range list.Operations {
		if op.State == deletion.StateFailed { // a person looks at it, and goes on
			_, err := clean.Operations().Resume(t.Context(), op.ID)
			require.NoError(t, err, at)
			op, err = clean.Operations().Get(t.Context(), op.ID)
			require.NoError(t, err)
			if op.State == deletion.StatePending {
				<-time.After(72 * time.Hour)
				require.NoError(t, processed(t.Context(), clean), at)
				op, err = clean.Operations().Get(t.Context(), op.ID)
				require.NoError(t, err)
			}
		}
		require.True(t, op.State.Terminal(), "%s: the operation is %s", at, op.State)
		require.Zero(t, op.Targets, at)
		op, err = clean.Operations().Get(t.Context(), op.ID)
		require.NoError(t, err)
		deleted += op.Deleted
	}
	left := d.left(t)
	require.Equal(t, size-left, deleted, at)
	require.Contains(t, []int64{size, size / 2}, left, at)
	if n == 0 && s.gone {
		require.EqualValues(t, size/2, left)
	}
	keys := make([]contacts.Key, 0, size)
	for i := range size {
		k, err := contacts.NewKey(i + 1)
		require.NoError(t, err)
		keys = append(keys, k)
	}
	archived, err := clean.Archive().ByKey(t.Context(), keys...)
	require.NoError(t, err)
	require.Len(t, archived, int(deleted), at)
	for _, a := range archived {
		require.EqualValues(t, 1, a.Times, at)
	}
	suppressed, err := d.st.Ledger().Targets.Suppressed(t.Context(), "", keys)
	require.NoError(t, err)
	require.Empty(t, suppressed, at)
	require.NotErrorIs(t, err, store.ErrInvalidRequest)
	return n == 0 || failing.Failed() != ""
}
