package deletion_test

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/deletion"
	"github.com/contactsweep/contactsweep/store"
	"github.com/contactsweep/contactsweep/store/memory"
	"github.com/contactsweep/contactsweep/where"
)

func TestBulkDeleteGoesToTheEndInBatches(t *testing.T) {
	t.Parallel()
	st := &scripted{Store: crm(t, 7)}

	report, err := service(t, st).BulkDelete(t.Context(), stale(), deletion.BatchSize(3))

	require.NoError(t, err)
	require.Equal(t, []int{3, 3, 1}, st.batches)
	require.EqualValues(t, 7, report.Deleted)
	require.Equal(t, 3, report.Batches)
	require.Equal(t, deletion.StoppedDone, report.Stopped)
	require.False(t, report.More)
	require.Nil(t, report.Next)
	require.False(t, report.Counted)
	require.Zero(t, report.Skipped.Total())
	require.Equal(t, "stale = ?", report.Condition)
	require.Positive(t, report.Duration)
	require.Positive(t, report.Rate)
	require.Equal(t, []deletion.AssociationReport{
		{Name: "orders", Table: "orders", Action: contacts.Delete, Rows: 14},
		{Name: "lines", Table: "lines", Action: contacts.Delete, Rows: 14},
		{Name: "notes", Table: "notes", Action: contacts.Detach, Rows: 7},
	}, report.Associations)
}

func TestBatchSizeComesFromTheCallTheServiceTheStoreOrTheDefault(t *testing.T) {
	t.Parallel()
	const contactsInStore = 1001
	for name, tc := range map[string]struct {
		sizer   int
		service []deletion.ServiceOption
		call    []deletion.Option
		want    int
	}{
		"the call's":    {700, []deletion.ServiceOption{deletion.WithBatchSize(800)}, []deletion.Option{deletion.BatchSize(900)}, 900},
		"the service's": {700, []deletion.ServiceOption{deletion.WithBatchSize(800)}, nil, 800},
		"the store's":   {700, nil, nil, 700},
		"the default":   {0, nil, nil, 500}, // of the first batch; see TestBatchesAreSizedByTime
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			st := &scripted{Store: crm(t, contactsInStore)}
			_, err := service(t, sized{st, tc.sizer}, tc.service...).BulkDelete(t.Context(), stale(), tc.call...)
			require.NoError(t, err)
			require.Equal(t, tc.want, st.batches[0])
		})
	}
}

type sized struct {
	store.Store
	size int
}

func (s sized) Pacing() store.Pacing { return store.Pacing{Start: s.size} }

func TestBatchLimitDeletesOneBatchAndNextGoesOn(t *testing.T) {
	t.Parallel()
	st := crm(t, 7)
	svc := service(t, st)
	report, err := svc.BulkDelete(t.Context(), stale(), deletion.BatchLimit(3))
	require.NoError(t, err)
	require.Equal(t, deletion.StoppedBatch, report.Stopped)
	require.True(t, report.More)
	require.EqualValues(t, 3, report.Deleted)
	require.Equal(t, []int64{4, 5, 6, 7}, left(st))

	// What comes into being meanwhile is left to the next run.
	insertContact(t, st, 8)
	deleted := int64(0)
	for report.More {
		report, err = svc.BulkDelete(t.Context(), stale(), deletion.BatchLimit(3), deletion.From(report.Next))
		require.NoError(t, err)
		deleted += report.Deleted
	}
	require.EqualValues(t, 4, deleted)
	require.Equal(t, deletion.StoppedDone, report.Stopped)
	require.Equal(t, []int64{8}, left(st))
}

func TestEveryPlaceIsLookedAtOnce(t *testing.T) {
	t.Parallel()
	var after []string
	st := &scripted{Store: crm(t, 7)}
	st.page = func(_ int, r store.PageRequest, do func() (store.Page, error)) (store.Page, error) {
		after = append(after, string(r.After))
		return do()
	}
	svc := service(t, st)
	report, err := svc.BulkDelete(t.Context(), stale(), deletion.BatchLimit(3))
	for report.More {
		require.NoError(t, err)
		report, err = svc.BulkDelete(t.Context(), stale(), deletion.BatchLimit(3), deletion.From(report.Next))
	}
	require.NoError(t, err)
	require.Equal(t, []int{3, 3, 1}, st.batches)
	slices.Sort(after)
	require.Len(t, slices.Compact(after), len(after), "no two pages begin at the same place")
}

func TestBoundEndsARunWhileContactsKeepComing(t *testing.T) {
	t.Parallel()
	inner := crm(t, 4)
	next := 4
	st := &scripted{Store: inner, delete: func(_ int, _ store.Batch, do func() (store.Outcome, error)) (store.Outcome, error) {
		next++
		insertContact(t, inner, next)
		return do()
	}}
	report, err := service(t, st).BulkDelete(t.Context(), stale(), deletion.BatchSize(1))
	require.NoError(t, err)
	require.EqualValues(t, 4, report.Deleted)
	require.Equal(t, []int64{5, 6, 7, 8}, left(inner))
}

func TestContactsAreSkippedWithTheirCause(t *testing.T) {
	t.Parallel()
	inner := crm(t, 6)
	update(t, inner, 3, memory.Row{"hold": true})
	update(t, inner, 4, memory.Row{"hold": nil}) // unknown is protected too
	require.NoError(t, inner.InsertRows("deals", memory.Row{"id": 1, "contact": 5}))
	st := &scripted{Store: inner, delete: func(_ int, _ store.Batch, do func() (store.Outcome, error)) (store.Outcome, error) {
		update(t, inner, 1, memory.Row{"stale": false})
		require.NoError(t, inner.Remove(key(t, 2)))
		update(t, inner, 6, memory.Row{"hold": true})
		return do()
	}}

	report, err := service(t, st, deletion.WithProtected(where.New().WhereTrue("hold"))).BulkDelete(t.Context(), stale(), deletion.CountFirst())

	require.NoError(t, err)
	require.EqualValues(t, 4, report.Matched, "protected ones do not match")
	require.Zero(t, report.Deleted)
	require.Equal(t, deletion.Skips{Gone: 1, Changed: 1, Protected: 1, Restricted: 1}, report.Skipped)
	require.ElementsMatch(t, []deletion.SkippedContact{
		{Key: key(t, 1), Cause: store.Changed},
		{Key: key(t, 2), Cause: store.Gone},
		{Key: key(t, 5), Cause: store.Restricted, Association: "deals"},
		{Key: key(t, 6), Cause: store.Protected},
	}, report.SkippedContacts)
	require.Equal(t, []int64{1, 3, 4, 5, 6}, left(inner))
	require.Contains(t, report.String(), "skipped 4 (1 gone, 1 changed, 1 protected, 1 restricted)")
}

func TestScopeIsAllThatTheServiceSees(t *testing.T) {
	t.Parallel()
	st := crm(t, 6)
	svc := service(t, st, deletion.WithScope("tenant 1", where.New().WhereEquals("tenant", "tenant 1")))
	n, err := svc.Count(t.Context(), stale())
	require.NoError(t, err)
	require.EqualValues(t, 3, n)

	report, err := svc.DeleteContact(t.Context(), 2)
	require.NoError(t, err)
	require.Equal(t, deletion.Skips{Gone: 1}, report.Skipped)

	report, err = svc.BulkDelete(t.Context(), stale())
	require.NoError(t, err)
	require.EqualValues(t, 3, report.Deleted)
	require.Equal(t, []int64{2, 4, 6}, left(st))
}

func TestEverythingMustBeConfirmedWithANumber(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		options []deletion.Option
		deleted int64
		refused *deletion.NotConfirmedError
	}{
		"not confirmed":     {nil, 0, &deletion.NotConfirmedError{}},
		"more than said":    {[]deletion.Option{deletion.ConfirmEverything(4)}, 0, &deletion.NotConfirmedError{AtMost: 4, Total: 5}},
		"exactly as said":   {[]deletion.Option{deletion.ConfirmEverything(5)}, 5, nil},
		"fewer than said":   {[]deletion.Option{deletion.ConfirmEverything(6)}, 5, nil},
		"and a cap is held": {[]deletion.Option{deletion.ConfirmEverything(6), deletion.Cap(9)}, 5, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			st := crm(t, 5)
			report, err := service(t, st).BulkDelete(t.Context(), where.Everything(), tc.options...)
			require.Equal(t, tc.deleted, report.Deleted)
			require.Len(t, left(st), int(5-tc.deleted))
			if tc.refused == nil {
				require.NoError(t, err)
				return
			}
			require.ErrorIs(t, err, deletion.ErrNotConfirmed)
			var refused *deletion.NotConfirmedError
			require.ErrorAs(t, err, &refused)
			require.Equal(t, tc.refused, refused)
			require.Equal(t, deletion.StoppedRefused, report.Stopped)
		})
	}
}

func TestEverythingNeverDeletesMoreThanConfirmed(t *testing.T) {
	t.Parallel()
	inner := crm(t, 5)
	st := &scripted{Store: inner}
	st.count = func(_ int, do func() (store.Counts, error)) (store.Counts, error) {
		counts, err := do()
		insertContact(t, inner, -1) // behind the back of the count, before the bound
		return counts, err
	}
	report, err := service(t, st).BulkDelete(t.Context(), where.Everything(), deletion.ConfirmEverything(5))
	require.NoError(t, err)
	require.EqualValues(t, 5, report.Deleted)
	require.Equal(t, deletion.StoppedCap, report.Stopped)
	require.Equal(t, []int64{5}, left(inner))

	// A new cap is no new confirmation: that takes a new run.
	st.count = nil
	report, err = service(t, st).BulkDelete(t.Context(), where.Everything(),
		deletion.From(report.Next), deletion.ConfirmEverything(5), deletion.Cap(3))
	var refused *deletion.CapError
	require.ErrorAs(t, err, &refused)
	require.True(t, refused.UsedUp)
	require.Zero(t, report.Deleted)
}

func TestInvalidConditionsAreRefusedBeforeTheStoreIsTouched(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]where.Condition{
		"zero":          {},
		"empty":         where.New(),
		"unknown field": where.New().WhereEquals("emial", "x"),
		"nil value":     where.New().WhereEquals("email", nil),
		"wrong kind":    where.New().WhereEquals("email", 1),
		"always true":   where.New().WhereNot(where.NoResults()),
		"dangling or":   stale().Or(),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			svc := service(t, untouchable{crm(t, 1)})
			report, err := svc.BulkDelete(t.Context(), c)
			require.ErrorIs(t, err, where.ErrInvalid)
			require.Equal(t, deletion.StoppedRefused, report.Stopped)
			require.False(t, report.More)
			_, err = svc.Count(t.Context(), c)
			require.ErrorIs(t, err, where.ErrInvalid)
			_, err = svc.Preview(t.Context(), c)
			require.ErrorIs(t, err, where.ErrInvalid)
			_, err = svc.Compare(t.Context(), stale(), c)
			require.ErrorIs(t, err, where.ErrInvalid)
			require.ErrorContains(t, err, "condition 2")
		})
	}
}

func TestDryRunReportsAndChangesNothing(t *testing.T) {
	t.Parallel()
	st := crm(t, 5)
	require.NoError(t, st.InsertRows("deals", memory.Row{"id": 1, "contact": 2}))
	svc := service(t, st,
		deletion.WithBeforeBatch(refuseBatch), deletion.WithAfterBatch(refuseEvent))
	dry, err := svc.BulkDelete(t.Context(), stale(), deletion.DryRun(), deletion.BatchSize(2))
	require.NoError(t, err, "hooks are not called")
	require.True(t, dry.DryRun)
	require.Len(t, left(st), 5)
	require.Contains(t, dry.String(), "dry run: would have deleted 4 contacts")

	real, err := service(t, st).BulkDelete(t.Context(), stale(), deletion.BatchSize(2))
	require.NoError(t, err)
	require.Equal(t, real.Deleted, dry.Deleted)
	require.Equal(t, real.Skipped, dry.Skipped)
	require.Equal(t, real.Associations, dry.Associations)
	require.Equal(t, real.Batches, dry.Batches)
}
