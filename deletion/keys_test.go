package deletion_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/deletion"
	"github.com/contactsweep/contactsweep/store/memory"
)

func TestDeleteKeysDeletesEachOnceAndReportsTheOthers(t *testing.T) {
	t.Parallel()
	inner := mixed(t)
	st := &scripted{Store: inner}
	keys, err := contacts.Keys(7, 1, 2, 99, 4, 7, 4, 5)
	require.NoError(t, err)
	report, err := service(t, st, onHold()).DeleteKeys(t.Context(), keys, deletion.BatchSize(4))
	require.NoError(t, err)
	require.Equal(t, []int{4, 2}, st.batches)
	require.Zero(t, st.pages, "there is no walk")
	require.EqualValues(t, 6, report.Matched)
	require.EqualValues(t, 3, report.Deleted)
	require.Equal(t, deletion.Skips{Gone: 1, Protected: 1, Restricted: 1}, report.Skipped)
	require.Equal(t, []int64{1, 2, 3, 6, 8}, left(inner))
	require.Empty(t, report.Condition)
	require.Equal(t, deletion.StoppedDone, report.Stopped)
}

func TestDeleteKeysReportsAllWrongKeysBeforeTheStoreIsTouched(t *testing.T) {
	t.Parallel()
	good := key(t, 1)
	text, err := contacts.NewKey("secret1@example.com")
	require.NoError(t, err)
	pair, err := contacts.NewKey(1, 2)
	require.NoError(t, err)
	report, err := service(t, untouchable{crm(t, 1)}).DeleteKeys(t.Context(), []contacts.Key{good, text, pair, {}})
	require.ErrorIs(t, err, deletion.ErrInvalidKey)
	var wrong *deletion.KeysError
	require.ErrorAs(t, err, &wrong)
	require.Len(t, wrong.Faults, 3)
	require.ErrorContains(t, err, "key 2 of 4")
	require.ErrorContains(t, err, "key 3 of 4")
	require.ErrorContains(t, err, "key 4 of 4")
	require.NotContains(t, err.Error(), "secret")
	require.Equal(t, deletion.StoppedRefused, report.Stopped)
}

func TestDeleteKeysOfNothingDoesNothing(t *testing.T) {
	t.Parallel()
	st := &scripted{Store: crm(t, 2)}
	report, err := service(t, st).DeleteKeys(t.Context(), nil)
	require.NoError(t, err)
	require.Zero(t, report.Deleted)
	require.Equal(t, deletion.StoppedDone, report.Stopped)
	require.Zero(t, st.deletes)
}

func TestCapsApplyToKeysUnlessExempt(t *testing.T) {
	t.Parallel()
	keys, err := contacts.Keys(1, 2, 3)
	require.NoError(t, err)
	for name, tc := range map[string]struct {
		service deletion.ServiceOption
		refused deletion.CapError
	}{
		"number": {deletion.WithCap(2), deletion.CapError{Cap: 2, Matched: 3}},
		"share":  {deletion.WithCapShare(0.5), deletion.CapError{Cap: 2, Share: 0.5, Matched: 3, Total: 5}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			st := crm(t, 5)
			svc := service(t, st, tc.service)
			_, err := svc.DeleteKeys(t.Context(), keys)
			var refused *deletion.CapError
			require.ErrorAs(t, err, &refused)
			require.Equal(t, tc.refused, *refused)
			require.Len(t, left(st), 5)
			report, err := svc.DeleteKeys(t.Context(), keys, deletion.ExemptFromCaps())
			require.NoError(t, err)
			require.EqualValues(t, 3, report.Deleted)
			for id := 4; id <= 5; id++ { // one after the other, the caps would be used up
				report, err = svc.DeleteContact(t.Context(), id)
				require.NoError(t, err)
				require.EqualValues(t, 1, report.Deleted)
			}
		})
	}
}

func TestDeleteKeysGoesOnWithItsNext(t *testing.T) {
	t.Parallel()
	st := crm(t, 6)
	svc := service(t, st)
	keys, err := contacts.Keys(2, 3, 5)
	require.NoError(t, err)
	report, err := svc.DeleteKeys(t.Context(), keys, deletion.BatchLimit(2))
	require.NoError(t, err)
	require.Equal(t, deletion.StoppedBatch, report.Stopped)
	_, err = svc.DeleteKeys(t.Context(), keys, deletion.From(report.Next))
	require.ErrorContains(t, err, "the keys are those of the earlier call")
	report, err = svc.DeleteKeys(t.Context(), nil, deletion.From(stored(t, report.Next)))
	require.NoError(t, err)
	require.EqualValues(t, 1, report.Deleted)
	require.False(t, report.More)
	require.Equal(t, []int64{1, 4, 6}, left(st))
}

func TestDeleteContactTakesAValueForEachKeyColumn(t *testing.T) {
	t.Parallel()
	st, err := memory.New(contacts.Schema{
		Table: "people", Key: []string{"tenant", "id"},
		Fields: []contacts.Field{contacts.Text("tenant"), contacts.Uint64("id")},
	})
	require.NoError(t, err)
	require.NoError(t, st.Insert(memory.Row{"tenant": "a", "id": 1}, memory.Row{"tenant": "b", "id": 1}))
	svc := service(t, st)
	report, err := svc.DeleteContact(t.Context(), "a", 1)
	require.NoError(t, err)
	require.EqualValues(t, 1, report.Deleted)
	require.Len(t, st.Contacts(), 1)
	for name, id := range map[string][]any{"none": nil, "too few": {"b"}, "nil": {"b", nil}, "wrong kind": {1, "b"}} {
		report, err = svc.DeleteContact(t.Context(), id...)
		require.ErrorIs(t, err, deletion.ErrInvalidKey, name)
		require.Equal(t, deletion.StoppedRefused, report.Stopped)
	}
}
