package deletion_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/contactsweep/contactsweep/deletion"
	"github.com/contactsweep/contactsweep/store"
	"github.com/contactsweep/contactsweep/store/memory"
	"github.com/contactsweep/contactsweep/where"
)

func TestCapsRefuseBeforeTheFirstBatch(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		service []deletion.ServiceOption
		call    []deletion.Option
		refused *deletion.CapError // of 10 contacts, 7 match
	}{
		"number below":             {nil, []deletion.Option{deletion.Cap(6)}, &deletion.CapError{Cap: 6, Matched: 7, AtLeast: true}},
		"number far below":         {nil, []deletion.Option{deletion.Cap(2)}, &deletion.CapError{Cap: 2, Matched: 3, AtLeast: true}},
		"exactly the number":       {nil, []deletion.Option{deletion.Cap(7)}, nil},
		"share below":              {nil, []deletion.Option{deletion.CapShare(0.69)}, &deletion.CapError{Cap: 6, Share: 0.69, Matched: 7, Total: 10}},
		"exactly the share":        {nil, []deletion.Option{deletion.CapShare(0.7)}, nil},
		"the lower of both":        {nil, []deletion.Option{deletion.CapShare(0.5), deletion.Cap(6)}, &deletion.CapError{Cap: 5, Share: 0.5, Matched: 7, Total: 10}},
		"the number is lower":      {nil, []deletion.Option{deletion.CapShare(0.9), deletion.Cap(6)}, &deletion.CapError{Cap: 6, Matched: 7}},
		"the service's number":     {[]deletion.ServiceOption{deletion.WithCap(6)}, nil, &deletion.CapError{Cap: 6, Matched: 7, AtLeast: true}},
		"the service's share":      {[]deletion.ServiceOption{deletion.WithCapShare(0.1)}, nil, &deletion.CapError{Cap: 1, Share: 0.1, Matched: 7, Total: 10}},
		"a raised number":          {[]deletion.ServiceOption{deletion.WithCap(6)}, []deletion.Option{deletion.Cap(7)}, nil},
		"everything in a small db": {nil, []deletion.Option{deletion.CapShare(1)}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			inner := crm(t, 10)
			for id := 8; id <= 10; id++ {
				update(t, inner, id, memory.Row{"stale": false})
			}
			st := &scripted{Store: inner}
			report, err := service(t, st, tc.service...).BulkDelete(t.Context(), stale(), append(tc.call, deletion.BatchSize(2))...)
			require.True(t, report.Counted)
			if tc.refused == nil {
				require.NoError(t, err)
				require.EqualValues(t, 7, report.Matched)
				require.Equal(t, []int64{8, 9, 10}, left(inner))
				return
			}
			var refused *deletion.CapError
			require.ErrorAs(t, err, &refused)
			require.ErrorIs(t, err, deletion.ErrCapExceeded)
			require.Equal(t, tc.refused, refused)
			require.Equal(t, tc.refused.Matched, report.Matched)
			require.Equal(t, deletion.StoppedRefused, report.Stopped)
			require.False(t, report.More)
			require.Zero(t, st.deletes)
		})
	}
}

func TestProtectedContactsDoNotCountAgainstACap(t *testing.T) {
	t.Parallel()
	st := crm(t, 5)
	update(t, st, 1, memory.Row{"hold": true})
	report, err := service(t, st, deletion.WithProtected(where.New().WhereTrue("hold"))).BulkDelete(t.Context(), stale(), deletion.Cap(4))
	require.NoError(t, err)
	require.EqualValues(t, 4, report.Deleted)
	require.Equal(t, []int64{1}, left(st))
}

// TestCapIsNeverOverrun lets contacts appear between the count and the walk;
// the cap is no multiple of the batch.
func TestCapIsNeverOverrun(t *testing.T) {
	t.Parallel()
	inner := crm(t, 7)
	st := &scripted{Store: inner, count: func(_ int, do func() (store.Counts, error)) (store.Counts, error) {
		counts, err := do()
		for id := -5; id < 0; id++ {
			insertContact(t, inner, id)
		}
		return counts, err
	}}
	svc := service(t, st)
	report, err := svc.BulkDelete(t.Context(), stale(), deletion.Cap(7), deletion.BatchSize(3))
	require.NoError(t, err)
	require.EqualValues(t, 7, report.Deleted)
	require.Equal(t, []int{3, 3, 1}, st.batches)
	require.Equal(t, deletion.StoppedCap, report.Stopped)
	require.True(t, report.More)
	require.Equal(t, []int64{3, 4, 5, 6, 7}, left(inner))

	// Going on takes a new consent, which is checked like any cap.
	st.count = nil
	_, err = svc.BulkDelete(t.Context(), stale(), deletion.From(report.Next))
	var refused *deletion.CapError
	require.ErrorAs(t, err, &refused)
	require.True(t, refused.UsedUp)
	_, err = svc.BulkDelete(t.Context(), stale(), deletion.From(report.Next), deletion.Cap(4))
	require.ErrorAs(t, err, &refused)
	require.Equal(t, deletion.CapError{Cap: 4, Matched: 5, AtLeast: true}, *refused)
	require.Len(t, left(inner), 5)
	report, err = svc.BulkDelete(t.Context(), stale(), deletion.From(report.Next), deletion.Cap(5))
	require.NoError(t, err)
	require.EqualValues(t, 5, report.Deleted)
	require.Equal(t, deletion.StoppedDone, report.Stopped)
}

func TestNextCarriesWhatIsLeftOfTheCap(t *testing.T) {
	t.Parallel()
	inner := crm(t, 6)
	st := &scripted{Store: inner}
	svc := service(t, st, deletion.WithCap(6))
	report, err := svc.BulkDelete(t.Context(), stale(), deletion.BatchLimit(4))
	require.NoError(t, err)
	require.Equal(t, 1, st.counts)
	for id := 7; id <= 9; id++ { // beyond the bound, so they do not matter
		insertContact(t, inner, id)
	}
	update(t, inner, 5, memory.Row{"stale": true})
	report, err = svc.BulkDelete(t.Context(), stale(), deletion.BatchLimit(4), deletion.From(report.Next))
	require.NoError(t, err)
	require.Equal(t, 1, st.counts, "a run that goes on does not count again")
	require.EqualValues(t, 2, report.Deleted)
	require.False(t, report.More)
	require.Equal(t, []int64{7, 8, 9}, left(inner))
}

func TestSkippedContactsDoNotUseTheCapUp(t *testing.T) {
	t.Parallel()
	inner := crm(t, 6)
	st := &scripted{Store: inner, delete: func(n int, _ store.Batch, do func() (store.Outcome, error)) (store.Outcome, error) {
		if n == 1 {
			update(t, inner, 1, memory.Row{"stale": false})
		}
		return do()
	}}
	report, err := service(t, st).BulkDelete(t.Context(), stale(), deletion.Cap(6), deletion.BatchSize(4))
	require.NoError(t, err)
	require.EqualValues(t, 5, report.Deleted)
	require.Equal(t, deletion.StoppedDone, report.Stopped)
}

func TestSharesAreTheDecimalNumbersThatWereWritten(t *testing.T) {
	t.Parallel()
	st := crm(t, 100)
	for id := 30; id <= 100; id++ {
		update(t, st, id, memory.Row{"stale": false})
	}
	// 0.29 * 100 is 28.999999999999996 in floating point.
	report, err := service(t, st).BulkDelete(t.Context(), stale(), deletion.CapShare(0.29))
	require.NoError(t, err)
	require.EqualValues(t, 29, report.Deleted)
}
