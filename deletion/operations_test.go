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
	"github.com/contactsweep/contactsweep/store/memory"
	"github.com/contactsweep/contactsweep/where"
)

// desk is a store with a ledger and a service over it.
type desk struct {
	st  *memory.Store
	svc *deletion.Service
}

func newDesk(t *testing.T, n int, options ...deletion.ServiceOption) desk {
	t.Helper()
	st, err := memory.New(contacts.DefaultSchema(), memory.WithLedger())
	require.NoError(t, err)
	for i := 1; i <= n; i++ {
		email := ""
		if i%2 == 0 {
			email = fmt.Sprintf("person%d@example.com", i)
		}
		require.NoError(t, st.Insert(memory.Row{"id": i, "email": email, "created": time.Date(2020, 1, 1, 0, 0, i, 0, time.UTC)}))
		require.NoError(t, st.InsertRows("activities", memory.Row{"id": i, "contact_id": i, "type": "visit", "created": time.Date(2021, 1, 1, 0, 0, 0, 0, time.UTC)}))
	}
	return desk{st: st, svc: desked(t, st, options...)}
}

func desked(t *testing.T, st *memory.Store, options ...deletion.ServiceOption) *deletion.Service {
	t.Helper()
	svc, err := deletion.New(st, options...)
	require.NoError(t, err)
	return svc
}

func (d desk) left(t *testing.T) int64 {
	t.Helper()
	n, err := desked(t, d.st).Count(t.Context(), where.Everything())
	require.NoError(t, err)
	return n
}

func emailless() where.Condition { return where.New().WhereEmpty(contacts.Email) }

// Every run of a service with a ledger is an operation on record.
func TestARunIsAnOperation(t *testing.T) {
	t.Parallel()
	d := newDesk(t, 100)
	report, err := d.svc.BulkDelete(t.Context(), emailless(), deletion.BatchSize(7))
	require.NoError(t, err)
	require.EqualValues(t, 50, report.Deleted)
	op, err := d.svc.Operations().Get(t.Context(), report.Operation)
	require.NoError(t, err)
	require.Equal(t, deletion.StateCompleted, op.State)
	require.EqualValues(t, 50, op.Deleted)
	require.Equal(t, 8, op.Batches)
	require.Contains(t, op.Associations, deletion.AssociationReport{Name: "activities", Table: "activities", Action: contacts.Delete, Rows: 50})
	require.Equal(t, emailless().Redacted(), op.Condition)
	require.False(t, op.Finished.IsZero())
	require.Empty(t, op.Holder)

	keys, err := contacts.Keys(2, 4, 4, 1)
	require.NoError(t, err)
	report, err = d.svc.DeleteKeys(t.Context(), keys, deletion.BatchSize(1))
	require.NoError(t, err)
	require.EqualValues(t, 2, report.Deleted)
	require.Equal(t, deletion.Skips{Gone: 1}, report.Skipped)
	require.EqualValues(t, 48, d.left(t))

	dry, err := d.svc.BulkDelete(t.Context(), where.New().WhereNotEmpty(contacts.Email), deletion.DryRun())
	require.NoError(t, err)
	require.Empty(t, dry.Operation)
	list, err := d.svc.Operations().List(t.Context(), deletion.OperationFilter{})
	require.NoError(t, err)
	require.Len(t, list.Operations, 2)
	require.Equal(t, report.Operation, list.Operations[0].ID)
}

// A contact that is suppressed keeps all of its data until the period is over.
func TestSubmitSuppressesAndProcessDueDeletes(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		d := newDesk(t, 100)
		ops := d.svc.Operations()
		op, err := ops.Submit(t.Context(), deletion.Request{Condition: emailless(), Reason: "no email", By: "ada"})
		require.NoError(t, err)
		require.Equal(t, deletion.StatePending, op.State)
		require.EqualValues(t, 50, op.Suppressed)
		require.Equal(t, 48*time.Hour, op.Due.Sub(op.Updated).Round(time.Minute))
		require.EqualValues(t, 100, d.left(t))
		keys, err := contacts.Keys(1, 2, 3)
		require.NoError(t, err)
		found, err := d.svc.Suppressions().Check(t.Context(), deletion.Sending, keys...)
		require.NoError(t, err)
		require.Len(t, found, 2)
		found, err = d.svc.Suppressions().Check(t.Context(), deletion.OptingOut, keys...)
		require.NoError(t, err)
		require.Empty(t, found)

		done, err := ops.ProcessDue(t.Context())
		require.NoError(t, err)
		require.Empty(t, done, "nothing is due yet")

		restored, err := ops.RestoreKeys(t.Context(), op.ID, keys[0], keys[1])
		require.NoError(t, err)
		require.Equal(t, keys[:1], restored)
		// Contact 3 gets an address meanwhile.
		require.NoError(t, d.st.Update(keys[2], memory.Row{"email": "three@example.com"}))

		<-time.After(48*time.Hour + time.Minute) // of the bubble's time
		done, err = ops.ProcessDue(t.Context())
		require.NoError(t, err)
		require.Len(t, done, 1)
		require.NoError(t, done[0].Err)
		require.EqualValues(t, 48, done[0].Report.Deleted)
		require.Equal(t, deletion.StateCompleted, done[0].Operation.State)
		require.Equal(t, deletion.Skips{Changed: 1}, done[0].Operation.Skipped)
		require.EqualValues(t, 1, done[0].Operation.Restored)
		require.EqualValues(t, 52, d.left(t))
		_, err = ops.Restore(t.Context(), op.ID)
		require.ErrorIs(t, err, deletion.ErrState)
		require.ErrorContains(t, err, "deleted for good")
	})
}

func TestRestoreGivesEverythingBack(t *testing.T) {
	t.Parallel()
	d := newDesk(t, 3000)
	ops := d.svc.Operations()
	op, err := ops.Submit(t.Context(), deletion.Request{Condition: emailless()})
	require.NoError(t, err)
	op, err = ops.Restore(t.Context(), op.ID)
	require.NoError(t, err)
	require.Equal(t, deletion.StateCancelled, op.State)
	require.EqualValues(t, 1500, op.Restored)
	require.Zero(t, op.Targets)
	keys, err := contacts.Keys(1)
	require.NoError(t, err)
	found, err := d.svc.Suppressions().Check(t.Context(), deletion.Creating, keys...)
	require.NoError(t, err)
	require.Empty(t, found)
}

// A run whose context ends goes on in another process, and every contact counts
// once.
func TestAnInterruptedRunIsTakenUp(t *testing.T) {
	t.Parallel()
	d := newDesk(t, 100)
	ctx, cancel := context.WithCancel(t.Context())
	svc := desked(t, d.st, deletion.WithAfterBatch(func(_ context.Context, e deletion.BatchEvent) error {
		if e.Batch == 3 {
			cancel()
		}
		return nil
	}))
	report, err := svc.BulkDelete(ctx, emailless(), deletion.BatchSize(5))
	require.ErrorIs(t, err, context.Canceled)
	require.EqualValues(t, 15, report.Deleted)
	op, err := d.svc.Operations().Get(t.Context(), report.Operation)
	require.NoError(t, err)
	require.Equal(t, deletion.StatePaused, op.State)
	require.Equal(t, deletion.PausedByContext, op.PausedBy)
	done, err := d.svc.Operations().ResumeInterrupted(t.Context())
	require.NoError(t, err)
	require.Len(t, done, 1)
	require.NoError(t, done[0].Err)
	require.EqualValues(t, 35, done[0].Report.Deleted)
	require.EqualValues(t, 50, done[0].Operation.Deleted)
	require.Equal(t, 10, done[0].Operation.Batches)
	require.Equal(t, 2, done[0].Operation.Attempts)
}

// An event that the host did not acknowledge is told again.
func TestEventsAreToldUntilAcknowledged(t *testing.T) {
	t.Parallel()
	d := newDesk(t, 20)
	fails := true
	told := map[string]int{}
	svc := desked(t, d.st, deletion.WithAfterBatch(func(_ context.Context, e deletion.BatchEvent) error {
		if fails && e.Batch == 2 {
			return errors.New("the search index is down")
		}
		for _, k := range e.Deleted {
			told[k.String()]++
		}
		return nil
	}))
	report, err := svc.BulkDelete(t.Context(), emailless(), deletion.BatchSize(4))
	require.Error(t, err)
	op, err := svc.Operations().Get(t.Context(), report.Operation)
	require.NoError(t, err)
	require.Equal(t, deletion.StateFailed, op.State)
	require.Len(t, op.Errors, 1)
	require.Equal(t, "hook", op.Errors[0].Source)
	require.NotContains(t, fmt.Sprint(op.Errors), "search index", "what the host's error says may be contact data")
	fails = false
	_, err = svc.Operations().Resume(t.Context(), report.Operation)
	require.NoError(t, err)
	require.Len(t, told, 10)
	for _, n := range told {
		require.Equal(t, 1, n)
	}
}

// A refused run tells so, and runs once the limit is raised.
func TestARefusedOperationRunsOnceTheLimitIsRaised(t *testing.T) {
	t.Parallel()
	d := newDesk(t, 100, deletion.WithCap(10))
	report, err := d.svc.BulkDelete(t.Context(), emailless())
	require.ErrorIs(t, err, deletion.ErrCapExceeded)
	op, err := d.svc.Operations().Get(t.Context(), report.Operation)
	require.NoError(t, err)
	require.Equal(t, deletion.StateRefused, op.State)
	_, err = d.svc.Operations().Resume(t.Context(), op.ID)
	require.ErrorIs(t, err, deletion.ErrCapExceeded)
	report, err = d.svc.Operations().Resume(t.Context(), op.ID, deletion.Cap(50))
	require.NoError(t, err)
	require.EqualValues(t, 50, report.Deleted)
}

func TestTheStopSwitch(t *testing.T) {
	t.Parallel()
	d := newDesk(t, 100)
	ops := d.svc.Operations()
	svc := desked(t, d.st, deletion.WithAfterBatch(func(ctx context.Context, e deletion.BatchEvent) error {
		if e.Batch == 2 {
			return ops.Stop(ctx, "the disk is full")
		}
		return nil
	}))
	report, err := svc.BulkDelete(t.Context(), emailless(), deletion.BatchSize(5))
	require.NoError(t, err)
	require.Equal(t, deletion.StoppedSwitch, report.Stopped)
	require.EqualValues(t, 10, report.Deleted)
	_, err = svc.BulkDelete(t.Context(), emailless())
	require.ErrorIs(t, err, deletion.ErrStopped)
	_, err = ops.ProcessDue(t.Context())
	require.ErrorIs(t, err, deletion.ErrStopped)
	require.NoError(t, ops.Start(t.Context()))
	done, err := ops.ProcessDue(t.Context())
	require.NoError(t, err)
	require.Len(t, done, 1)
	require.EqualValues(t, 40, done[0].Report.Deleted)
}

func TestPauseAndCancelFromElsewhere(t *testing.T) {
	t.Parallel()
	d := newDesk(t, 100)
	ops := d.svc.Operations()
	var ask func(context.Context, string) (deletion.Operation, error)
	svc := desked(t, d.st, deletion.WithAfterBatch(func(ctx context.Context, e deletion.BatchEvent) error {
		if e.Batch%3 != 0 {
			return nil
		}
		_, err := ask(ctx, e.Operation)
		return err
	}))
	ask = ops.Pause
	report, err := svc.BulkDelete(t.Context(), emailless(), deletion.BatchSize(5))
	require.NoError(t, err)
	require.Equal(t, deletion.StoppedPaused, report.Stopped)
	require.EqualValues(t, 15, report.Deleted)
	done, err := ops.ProcessDue(t.Context())
	require.NoError(t, err)
	require.Empty(t, done, "only a person goes on with it")
	ask = ops.Cancel
	report, err = svc.Operations().Resume(t.Context(), report.Operation)
	require.NoError(t, err)
	require.Equal(t, deletion.StoppedOnRequest, report.Stopped)
	require.EqualValues(t, 15, report.Deleted)
	op, err := ops.Get(t.Context(), report.Operation)
	require.NoError(t, err)
	require.Equal(t, deletion.StateCancelled, op.State)
	require.EqualValues(t, 30, op.Deleted)
	require.EqualValues(t, 70, d.left(t))
}

func TestIdempotencyKeys(t *testing.T) {
	t.Parallel()
	d := newDesk(t, 100)
	ops := d.svc.Operations()
	first, err := ops.Submit(t.Context(), deletion.Request{Condition: emailless(), IdempotencyKey: "october"})
	require.NoError(t, err)
	again, err := ops.Submit(t.Context(), deletion.Request{Condition: emailless(), IdempotencyKey: "october"})
	require.NoError(t, err)
	require.Equal(t, first.ID, again.ID)
	found, err := ops.Find(t.Context(), "october")
	require.NoError(t, err)
	require.Equal(t, first.ID, found.ID)
	_, err = ops.Find(t.Context(), "november")
	require.ErrorIs(t, err, deletion.ErrNotFound)
	_, err = ops.Submit(t.Context(), deletion.Request{Condition: where.New().WhereID(3), IdempotencyKey: "october"})
	require.ErrorIs(t, err, deletion.ErrKeyUsed)
}

func TestTheArchive(t *testing.T) {
	t.Parallel()
	secret := []byte("0123456789abcdef0123456789abcdef")
	d := newDesk(t, 10, deletion.WithArchive(deletion.ArchiveConfig{Keys: map[string][]byte{"2026": secret}, KeyID: "2026", Fields: []string{contacts.Created}}))
	keys, err := contacts.Keys(2, 3)
	require.NoError(t, err)
	report, err := d.svc.DeleteKeys(t.Context(), keys)
	require.NoError(t, err)
	require.EqualValues(t, 2, report.Deleted)
	for _, spelt := range []string{"person2@example.com", "  PERSON2@Example.COM "} {
		found, err := d.svc.Archive().ByEmail(t.Context(), spelt)
		require.NoError(t, err)
		require.Len(t, found, 1)
		require.Equal(t, keys[0], found[0].Key)
		require.Equal(t, report.Operation, found[0].Operation)
		require.EqualValues(t, 1, found[0].Times)
		require.Equal(t, time.Date(2020, 1, 1, 0, 0, 2, 0, time.UTC), found[0].Fields[contacts.Created].Time())
	}
	found, err := d.svc.Archive().ByKey(t.Context(), keys[1])
	require.NoError(t, err)
	require.Len(t, found, 1)
	found, err = d.svc.Archive().ByEmail(t.Context(), "person4@example.com")
	require.NoError(t, err)
	require.Empty(t, found)
	n, err := d.svc.Archive().Prune(t.Context(), time.Now().Add(time.Hour))
	require.NoError(t, err)
	require.EqualValues(t, 2, n)
}

func TestThePendingTable(t *testing.T) {
	t.Parallel()
	d := newDesk(t, 10, deletion.WithProtected(where.New().WhereID(4)))
	keys, err := contacts.Keys(2, 4, 77)
	require.NoError(t, err)
	pending := d.svc.Pending()
	require.NoError(t, pending.Put(t.Context(), "asked by mail", keys...))
	n, err := pending.PutMatching(t.Context(), "no email", emailless())
	require.NoError(t, err)
	require.EqualValues(t, 5, n)
	op, err := d.svc.Operations().Submit(t.Context(), deletion.Request{Pending: true, Period: deletion.AtOnce()})
	require.NoError(t, err)
	require.Equal(t, deletion.StateProcessing, op.State)
	done, err := d.svc.Operations().ProcessDue(t.Context())
	require.NoError(t, err)
	require.Len(t, done, 1)
	require.NoError(t, done[0].Err)
	require.EqualValues(t, 6, done[0].Operation.Deleted)
	list, err := pending.List(t.Context(), "", 10)
	require.NoError(t, err)
	require.Len(t, list.Contacts, 1, "the protected contact waits for another night")
	require.Equal(t, keys[1], list.Contacts[0].Key)
	require.EqualValues(t, 4, d.left(t))
}

// A contact with more rows than a transaction may change goes in several, also
// when the run is interrupted between them.
func TestAHeavyContactGoesInSeveralTransactions(t *testing.T) {
	t.Parallel()
	t.Run("taken up", func(t *testing.T) { t.Parallel(); testHeavy(t, false) })
	t.Run("cancelled", func(t *testing.T) { t.Parallel(); testHeavy(t, true) })
}

func testHeavy(t *testing.T, cancel bool) {
	t.Helper()
	d := newDesk(t, 10)
	for i := range 95 {
		require.NoError(t, d.st.InsertRows("activities", memory.Row{"id": 1000 + i, "contact_id": 3, "type": "visit", "created": time.Date(2021, 1, 1, 0, 0, 0, 0, time.UTC)}))
	}
	ctx, end := context.WithCancel(t.Context())
	attempts := 0
	svc := desked(t, d.st, deletion.WithMaxRows(10), deletion.WithBeforeBatch(func(_ context.Context, c deletion.BatchCandidates) error {
		if attempts++; attempts == 8 {
			end()
		}
		return nil
	}))
	report, err := svc.BulkDelete(ctx, emailless(), deletion.BatchSize(2))
	require.ErrorIs(t, err, context.Canceled)
	keys, err := contacts.Keys(3)
	require.NoError(t, err)
	op, err := svc.Operations().Get(t.Context(), report.Operation)
	require.NoError(t, err)
	require.EqualValues(t, 1, op.Targets, "the doomed contact")
	// Its address comes too late.
	require.NoError(t, d.st.Update(keys[0], memory.Row{"email": "three@example.com"}))
	if cancel {
		op, err = svc.Operations().Cancel(t.Context(), report.Operation)
		require.NoError(t, err)
		require.Equal(t, deletion.StateCancelled, op.State)
		require.EqualValues(t, 2, op.Deleted, "the one before, and the doomed one")
		require.EqualValues(t, 8, d.left(t))
		return
	}
	done, err := svc.Operations().ProcessDue(t.Context())
	require.NoError(t, err)
	require.Len(t, done, 1)
	require.NoError(t, done[0].Err)
	require.Equal(t, deletion.StateCompleted, done[0].Operation.State)
	require.EqualValues(t, 5, done[0].Operation.Deleted)
	require.Contains(t, done[0].Operation.Associations, deletion.AssociationReport{Name: "activities", Table: "activities", Action: contacts.Delete, Rows: 100})
	require.EqualValues(t, 5, d.left(t))
}

// A refused request for keys of the pending table that is not to wait is deleted
// by the call that takes it up again.
func TestWhatIsFixedAndDueAtOnceIsDeletedByTheSameCall(t *testing.T) {
	t.Parallel()
	d := newDesk(t, 20, deletion.WithCap(5))
	_, err := d.svc.Pending().PutMatching(t.Context(), "no email", emailless())
	require.NoError(t, err)
	op, err := d.svc.Operations().Submit(t.Context(), deletion.Request{Pending: true, Period: deletion.AtOnce()})
	require.ErrorIs(t, err, deletion.ErrCapExceeded)
	require.Equal(t, deletion.StateRefused, op.State)
	report, err := d.svc.Operations().Resume(t.Context(), op.ID, deletion.Cap(10))
	require.NoError(t, err)
	require.EqualValues(t, 10, report.Deleted)
	require.EqualValues(t, 10, d.left(t))
}
