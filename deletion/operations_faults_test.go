package deletion_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/deletion"
	"github.com/contactsweep/contactsweep/store"
	"github.com/contactsweep/contactsweep/store/memory"
	"github.com/contactsweep/contactsweep/where"
)

// A contact whose deletion has begun and that was replaced by another one under
// its key meanwhile: the other one stays.
func TestADoomedContactsKeyIsUsedAgain(t *testing.T) {
	t.Parallel()
	d := newDesk(t, 10)
	visit := func(id, contact int) memory.Row {
		return memory.Row{"id": id, "contact_id": contact, "type": "visit", "created": time.Date(2021, 1, 1, 0, 0, 0, 0, time.UTC)}
	}
	for i := range 40 {
		require.NoError(t, d.st.InsertRows("activities", visit(1000+i, 3)))
	}
	ctx, cancel := context.WithCancel(t.Context())
	attempts := 0
	svc := desked(t, d.st, deletion.WithMaxRows(10), deletion.WithBatchSize(1), deletion.WithBeforeBatch(func(context.Context, deletion.BatchCandidates) error {
		if attempts++; attempts == 5 {
			cancel()
		}
		return nil
	}))
	report, err := svc.BulkDelete(ctx, emailless())
	require.ErrorIs(t, err, context.Canceled)
	op, err := svc.Operations().Get(t.Context(), report.Operation)
	require.NoError(t, err)
	require.EqualValues(t, 1, op.Targets, "the doomed contact")
	keys, err := contacts.Keys(3)
	require.NoError(t, err)
	other, err := deletion.New(d.st) // without operations of its own, so to speak: the host deletes it
	require.NoError(t, err)
	_, err = other.DeleteKeys(t.Context(), keys)
	require.NoError(t, err)
	require.NoError(t, d.st.Insert(memory.Row{"id": 3, "email": "new@example.com", "created": time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)}))
	_, err = svc.Operations().Resume(t.Context(), report.Operation)
	require.NoError(t, err)
	left, err := svc.Count(t.Context(), where.New().WhereID(3))
	require.NoError(t, err)
	require.EqualValues(t, 1, left)
}

// What a person has paused only [deletion.Operations.Resume] goes on with, also
// when the pause was asked for during the last batch of a call.
func TestOnlyResumeGoesOnWithWhatAPersonPaused(t *testing.T) {
	t.Parallel()
	d := newDesk(t, 40)
	var svc *deletion.Service
	svc = desked(t, d.st, deletion.WithAfterBatch(func(ctx context.Context, e deletion.BatchEvent) error {
		_, err := svc.Operations().Pause(ctx, e.Operation)
		return err
	}))
	report, err := svc.BulkDelete(t.Context(), emailless(), deletion.BatchLimit(5))
	require.NoError(t, err)
	_, err = svc.BulkDelete(t.Context(), emailless(), deletion.BatchLimit(5), deletion.From(report.Next))
	require.ErrorIs(t, err, deletion.ErrState)
	require.ErrorContains(t, err, "a person has paused it")
	again, err := svc.Operations().Resume(t.Context(), report.Operation)
	require.NoError(t, err)
	require.Positive(t, again.Deleted)
}

// Whoever goes on with an operation under another condition does no harm to it.
func TestAWrongConditionDoesNotKeepTheOperation(t *testing.T) {
	t.Parallel()
	d := newDesk(t, 40)
	report, err := d.svc.BulkDelete(t.Context(), emailless(), deletion.BatchLimit(5))
	require.NoError(t, err)
	_, err = d.svc.BulkDelete(t.Context(), where.New().WhereNotEmpty(contacts.Email), deletion.BatchLimit(5), deletion.From(report.Next))
	require.ErrorIs(t, err, deletion.ErrDrift)
	report, err = d.svc.BulkDelete(t.Context(), emailless(), deletion.From(report.Next))
	require.NoError(t, err)
	require.EqualValues(t, 15, report.Deleted)
}

// A fingerprint of another form, as another version might write it, is not taken
// for the same.
func TestAFingerprintThatCannotBeComparedIsRefused(t *testing.T) {
	t.Parallel()
	d := newDesk(t, 40)
	report, err := d.svc.BulkDelete(t.Context(), emailless(), deletion.BatchLimit(5))
	require.NoError(t, err)
	leases := d.st.Ledger().Leases
	op, err := leases.Acquire(t.Context(), store.AcquireRequest{ID: report.Operation, Holder: "an editor", TTL: time.Minute})
	require.NoError(t, err)
	var kept struct {
		Document map[string]any `json:"document"`
	}
	require.NoError(t, json.Unmarshal(op.Request, &kept))
	kept.Document["fingerprint"] = "of another form"
	document, err := json.Marshal(kept.Document)
	require.NoError(t, err)
	sum := sha256.Sum256(document)
	request, err := json.Marshal(map[string]any{"document": json.RawMessage(document), "digest": hex.EncodeToString(sum[:])})
	require.NoError(t, err)
	_, err = leases.Save(t.Context(), store.SaveRequest{
		Fence: store.Fence{ID: op.ID, Term: op.Lease.Term, Sequence: op.Sequence}, Request: request,
	})
	require.NoError(t, err)
	_, err = d.svc.Operations().Resume(t.Context(), report.Operation)
	require.ErrorIs(t, err, deletion.ErrDrift)
	require.EqualValues(t, 35, d.left(t))
}

// A cancellation that comes while contacts are being fixed is not forgotten.
func TestACancellationDuringSubmitIsHonoured(t *testing.T) {
	t.Parallel()
	d := newDesk(t, 3000)
	n := 0
	var id string
	op, err := d.svc.Operations().Submit(t.Context(), deletion.Request{KeyStream: func(yield func(contacts.Key, error) bool) {
		for i := range 3000 {
			if n++; n == 1500 {
				list, err := d.svc.Operations().List(t.Context(), deletion.OperationFilter{})
				require.NoError(t, err)
				id = list.Operations[0].ID
				_, err = d.svc.Operations().Cancel(t.Context(), id)
				require.NoError(t, err)
			}
			if !yield(contacts.NewKey(i + 1)) {
				return
			}
		}
	}})
	require.NoError(t, err)
	require.Equal(t, id, op.ID)
	require.Equal(t, deletion.StateCancelled, op.State)
	require.Zero(t, op.Targets)
}

// A restoring whose process died is finished at once by who comes next, and not
// when the contacts would be due.
func TestARestoringThatWasInterruptedIsFinished(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		d := newDesk(t, 10)
		op, err := d.svc.Operations().Submit(t.Context(), deletion.Request{Condition: emailless()})
		require.NoError(t, err)
		_, err = d.st.Ledger().Operations.Ask(t.Context(), "", op.ID, store.WantedCancel)
		require.NoError(t, err)
		done, err := d.svc.Operations().ProcessDue(t.Context())
		require.NoError(t, err)
		require.Len(t, done, 1)
		require.Equal(t, deletion.StateCancelled, done[0].Operation.State)
		require.EqualValues(t, 10, d.left(t))
	})
}

// What a deletion did is told also when the operation is cancelled before it was.
func TestEventsAreToldBeforeAnOperationIsCancelled(t *testing.T) {
	t.Parallel()
	d := newDesk(t, 20)
	broken, told := true, 0
	svc := desked(t, d.st, deletion.WithBatchSize(5), deletion.WithAfterBatch(func(_ context.Context, e deletion.BatchEvent) error {
		if broken {
			return errors.New("the queue is down")
		}
		told += len(e.Deleted)
		return nil
	}))
	report, err := svc.BulkDelete(t.Context(), emailless())
	require.Error(t, err)
	_, err = svc.Operations().Cancel(t.Context(), report.Operation)
	require.Error(t, err, "it could not be told")
	broken = false
	op, err := svc.Operations().Cancel(t.Context(), report.Operation)
	require.NoError(t, err)
	require.Equal(t, deletion.StateCancelled, op.State)
	require.Equal(t, 5, told)
}

// What waits for its deletion in one operation is left alone by others, so that it
// can be restored with all its data.
func TestOtherRunsSpareWhatIsSuppressed(t *testing.T) {
	t.Parallel()
	for name, run := range map[string]func(*testing.T, *deletion.Service, []contacts.Key) (deletion.Report, error){
		"by condition": func(t *testing.T, svc *deletion.Service, _ []contacts.Key) (deletion.Report, error) {
			t.Helper()
			return svc.BulkDelete(t.Context(), emailless(), deletion.BatchSize(2))
		},
		"by keys": func(t *testing.T, svc *deletion.Service, keys []contacts.Key) (deletion.Report, error) {
			t.Helper()
			return svc.DeleteKeys(t.Context(), keys, deletion.BatchSize(2))
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := newDesk(t, 20)
			all, err := contacts.Keys(1, 3, 5, 7, 9, 11, 13, 15, 17, 19)
			require.NoError(t, err)
			suppressed := []contacts.Key{all[1], all[4], all[5], all[9]}
			op, err := d.svc.Operations().Submit(t.Context(), deletion.Request{Keys: suppressed})
			require.NoError(t, err)
			report, err := run(t, d.svc, all)
			require.NoError(t, err)
			require.EqualValues(t, 6, report.Deleted)
			require.Equal(t, deletion.Skips{Awaiting: 4}, report.Skipped)
			other, err := d.svc.Operations().Get(t.Context(), report.Operation)
			require.NoError(t, err)
			require.Equal(t, deletion.StateCompleted, other.State)
			require.Equal(t, deletion.Skips{Awaiting: 4}, other.Skipped)
			op, err = d.svc.Operations().Restore(t.Context(), op.ID)
			require.NoError(t, err)
			require.EqualValues(t, 4, op.Restored)
			require.EqualValues(t, 14, d.left(t))
		})
	}
}
