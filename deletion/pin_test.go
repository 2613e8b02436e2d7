package deletion_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/deletion"
	"github.com/contactsweep/contactsweep/store"
	"github.com/contactsweep/contactsweep/store/memory"
	"github.com/contactsweep/contactsweep/where"
)

// staff is a chain of command: each employee reports to the one with the next
// higher number, so that a walk by key meets the leaves first.
func staff(t *testing.T, n int, action contacts.Action) *memory.Store {
	t.Helper()
	st, err := memory.New(contacts.Schema{
		Table: "staff", Key: []string{"id"},
		Fields: []contacts.Field{contacts.Int64("id"), contacts.Int64("manager"), contacts.Text("name")},
		Associations: []contacts.Association{{
			Name: "reports", Table: "staff", Action: action, References: []contacts.Reference{{Fields: []string{"manager"}}},
		}},
	})
	require.NoError(t, err)
	for id := 1; id <= n; id++ {
		row := memory.Row{"id": id, "name": "x"}
		if id < n {
			row["manager"] = id + 1
		}
		require.NoError(t, st.Insert(row))
	}
	return st
}

func TestARunThatChangesItsOwnTruthFixesItsTargets(t *testing.T) {
	t.Parallel()
	leaves := where.New().WhereNotExists("reports")
	all := where.New().WhereEquals("name", "x")
	for name, tc := range map[string]struct {
		action    contacts.Action
		condition where.Condition
		options   []deletion.ServiceOption
		left      []int64
		skipped   deletion.Skips
	}{
		"no subordinates: only the leaf":          {contacts.Detach, leaves, nil, []int64{2, 3, 4, 5}, deletion.Skips{}},
		"at most 0 subordinates: only the leaf":   {contacts.Detach, where.New().WhereCount("reports", where.Less, 1), nil, []int64{2, 3, 4, 5}, deletion.Skips{}},
		"no manager: only the head":               {contacts.Detach, where.New().WhereNull("manager"), nil, []int64{1, 2, 3, 4}, deletion.Skips{}},
		"all of them":                             {contacts.Detach, all, nil, []int64{}, deletion.Skips{}},
		"subordinates restrict: only the leaf":    {contacts.Restrict, all, nil, []int64{2, 3, 4, 5}, deletion.Skips{Restricted: 4}},
		"those with subordinates are protected":   {contacts.Detach, all, []deletion.ServiceOption{deletion.WithProtected(where.New().WhereExists("reports"))}, []int64{2, 3, 4, 5}, deletion.Skips{}},
		"only those without one are in the scope": {contacts.Detach, all, []deletion.ServiceOption{deletion.WithScope("leaves", leaves)}, []int64{2, 3, 4, 5}, deletion.Skips{}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			st := staff(t, 5, tc.action)
			report, err := service(t, st, tc.options...).BulkDelete(t.Context(), tc.condition, deletion.BatchSize(1))
			require.NoError(t, err)
			require.Equal(t, tc.left, left(st))
			require.EqualValues(t, 5-len(tc.left), report.Deleted)
			require.Equal(t, tc.skipped, report.Skipped)
			require.Equal(t, deletion.StoppedDone, report.Stopped)
		})
	}
}

func TestHeldContactsAreReportedWithWhatHoldsThem(t *testing.T) {
	t.Parallel()
	st := staff(t, 3, contacts.Restrict)
	report, err := service(t, st).BulkDelete(t.Context(), where.New().WhereEquals("name", "x"), deletion.BatchSize(1))
	require.NoError(t, err)
	require.True(t, report.Counted)
	require.EqualValues(t, 3, report.Matched)
	require.Equal(t, []deletion.SkippedContact{
		{Key: key(t, 2), Cause: store.Restricted, Association: "reports"},
		{Key: key(t, 3), Cause: store.Restricted, Association: "reports"},
	}, report.SkippedContacts)
}

func TestFixedTargetsAreTestedAgain(t *testing.T) {
	t.Parallel()
	inner := staff(t, 4, contacts.Detach)
	// Every manager matches; but once 2 is gone, 3 manages nobody any more.
	managers := where.New().WhereExists("reports")
	report, err := service(t, inner).BulkDelete(t.Context(), managers, deletion.BatchSize(1))
	require.NoError(t, err)
	require.EqualValues(t, 2, report.Deleted)
	require.Equal(t, deletion.Skips{Changed: 1}, report.Skipped)
	require.Equal(t, []int64{1, 3}, left(inner))
}

func TestNextCarriesTheFixedTargets(t *testing.T) {
	t.Parallel()
	st := staff(t, 2, contacts.Detach)
	for id := 10; id < 14; id++ {
		require.NoError(t, st.Insert(memory.Row{"id": id, "name": "x"}))
	}
	svc := service(t, st)
	leaves := where.New().WhereNotExists("reports")
	report, err := svc.BulkDelete(t.Context(), leaves, deletion.BatchLimit(2))
	require.NoError(t, err)
	require.EqualValues(t, 5, report.Matched)
	require.Equal(t, []int64{2, 11, 12, 13}, left(st))
	for report.More {
		report, err = svc.BulkDelete(t.Context(), leaves, deletion.BatchLimit(2), deletion.From(stored(t, report.Next)))
		require.NoError(t, err)
	}
	require.Equal(t, []int64{2}, left(st), "2 has no subordinates now, but had one when the run began")
}

func TestTargetsBeyondThePinLimitAreRefused(t *testing.T) {
	t.Parallel()
	inner := staff(t, 2, contacts.Detach)
	for id := 10; id < 14; id++ {
		require.NoError(t, inner.Insert(memory.Row{"id": id, "name": "x"}))
	}
	st := &scripted{Store: inner}
	leaves := where.New().WhereNotExists("reports")
	report, err := service(t, st, deletion.WithPinLimit(4)).BulkDelete(t.Context(), leaves)
	require.ErrorIs(t, err, deletion.ErrPinLimit)
	var limit *deletion.PinLimitError
	require.ErrorAs(t, err, &limit)
	require.Equal(t, 4, limit.Limit)
	require.Equal(t, deletion.StoppedRefused, report.Stopped)
	require.Zero(t, st.deletes)

	_, err = service(t, st, deletion.WithPinLimit(5)).BulkDelete(t.Context(), leaves)
	require.NoError(t, err)
	// What does not need to be fixed has no limit.
	_, err = service(t, crm(t, 9), deletion.WithPinLimit(1)).BulkDelete(t.Context(), stale())
	require.NoError(t, err)
}

func TestKeysAreFixedToo(t *testing.T) {
	t.Parallel()
	st := staff(t, 4, contacts.Restrict)
	keys, err := contacts.Keys(1, 2, 3, 9)
	require.NoError(t, err)
	report, err := service(t, st).DeleteKeys(t.Context(), keys, deletion.BatchSize(1))
	require.NoError(t, err)
	require.EqualValues(t, 1, report.Deleted)
	require.Equal(t, deletion.Skips{Restricted: 2, Gone: 1}, report.Skipped)
	require.Equal(t, []int64{2, 3, 4}, left(st))
}
