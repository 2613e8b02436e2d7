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

// TestTheServicesCapsHoldForARunThatGoesOn goes on with a run of ten contacts,
// of which five are gone, with another service.
func TestTheServicesCapsHoldForARunThatGoesOn(t *testing.T) {
	t.Parallel()
	type so = []deletion.ServiceOption
	type co = []deletion.Option
	for name, tc := range map[string]struct {
		before  so
		began   co
		after   so
		options co
		refused *deletion.CapError
	}{
		"no cap":                         {},
		"a cap introduced later":         {after: so{deletion.WithCap(3)}, refused: &deletion.CapError{Cap: 3, Matched: 4, AtLeast: true}},
		"a cap that allows what is left": {after: so{deletion.WithCap(5)}},
		"a share introduced later":       {after: so{deletion.WithCapShare(0.6)}, refused: &deletion.CapError{Cap: 3, Share: 0.6, Matched: 5, Total: 5}},
		"a cap that was lowered":         {before: so{deletion.WithCap(12)}, after: so{deletion.WithCap(4)}, refused: &deletion.CapError{Cap: 4, Matched: 5, AtLeast: true}},
		"a share that was lowered":       {before: so{deletion.WithCapShare(1)}, after: so{deletion.WithCapShare(0.6)}, refused: &deletion.CapError{Cap: 3, Share: 0.6, Matched: 5, Total: 5}},
		"a cap that the call raised":     {before: so{deletion.WithCap(3)}, began: co{deletion.Cap(10)}, after: so{deletion.WithCap(3)}, refused: &deletion.CapError{Cap: 3, Matched: 4, AtLeast: true}},
		"and raises again":               {before: so{deletion.WithCap(3)}, began: co{deletion.Cap(10)}, after: so{deletion.WithCap(3)}, options: co{deletion.Cap(5)}},
		"the same caps":                  {before: so{deletion.WithCap(10), deletion.WithCapShare(1)}, after: so{deletion.WithCap(10), deletion.WithCapShare(1)}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			inner := crm(t, 10)
			report, err := service(t, inner, tc.before...).BulkDelete(t.Context(), stale(), append(tc.began, deletion.BatchLimit(5))...)
			require.NoError(t, err)
			st := &scripted{Store: inner}
			report, err = service(t, st, tc.after...).BulkDelete(t.Context(), stale(), append(tc.options, deletion.From(stored(t, report.Next)))...)
			if tc.refused != nil {
				var refused *deletion.CapError
				require.ErrorAs(t, err, &refused)
				require.Equal(t, tc.refused, refused)
				require.Equal(t, deletion.StoppedRefused, report.Stopped)
				require.Len(t, left(inner), 5)
				return
			}
			require.NoError(t, err)
			require.Empty(t, left(inner))
			if name == "the same caps" {
				require.Zero(t, st.counts, "nothing is counted twice")
			}
		})
	}
}

// TestTheTighterCapHoldsForARunThatGoesOn lets contacts appear once the second
// call has counted: neither what is left of the run's cap nor the service's is
// overrun.
func TestTheTighterCapHoldsForARunThatGoesOn(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		began   int64
		after   deletion.ServiceOption
		counts  int
		deleted int64
	}{
		"the run's":     {7, deletion.WithCapShare(1), 2, 3}, // of seven, four are gone
		"the service's": {20, deletion.WithCap(4), 1, 4},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			inner := crm(t, 4)
			for id := 10; id <= 30; id += 10 {
				insertContact(t, inner, id)
				insertContact(t, inner, id+1000) // so that a share of all allows more than is left
				update(t, inner, id+1000, memory.Row{"stale": false})
			}
			report, err := service(t, inner, deletion.WithCap(tc.began)).BulkDelete(t.Context(), stale(), deletion.BatchLimit(4))
			require.NoError(t, err)
			next := stored(t, report.Next)
			st := &scripted{Store: inner}
			st.count = func(n int, do func() (store.Counts, error)) (store.Counts, error) {
				counts, err := do()
				if n == tc.counts {
					for id := 11; id <= 15; id++ {
						insertContact(t, inner, id)
					}
				}
				return counts, err
			}
			report, err = service(t, st, tc.after).BulkDelete(t.Context(), stale(), deletion.From(next))
			require.NoError(t, err)
			require.Equal(t, tc.deleted, report.Deleted)
			require.Equal(t, deletion.StoppedCap, report.Stopped)
		})
	}
}

func TestEverythingIsConfirmedAgainWhenARunGoesOn(t *testing.T) {
	t.Parallel()
	st := crm(t, 20)
	svc := service(t, st)
	all := where.Everything()
	report, err := svc.BulkDelete(t.Context(), all, deletion.ConfirmEverything(20), deletion.BatchLimit(5))
	require.NoError(t, err)
	next := report.Next
	_, err = svc.BulkDelete(t.Context(), all, deletion.From(next))
	require.ErrorIs(t, err, deletion.ErrNotConfirmed)
	report, err = svc.BulkDelete(t.Context(), all, deletion.From(next), deletion.ConfirmEverything(1))
	require.NoError(t, err)
	require.EqualValues(t, 1, report.Deleted)
	require.Equal(t, deletion.StoppedCap, report.Stopped)
	require.Len(t, left(st), 14)
	report, err = svc.BulkDelete(t.Context(), all, deletion.From(next), deletion.ConfirmEverything(100))
	require.NoError(t, err)
	require.EqualValues(t, 14, report.Deleted)
}

func TestKeysOfACallThatDidNotBeginAreCapped(t *testing.T) {
	t.Parallel()
	inner := crm(t, 10)
	st := &scripted{Store: inner, verify: func() ([]store.Finding, error) { return nil, classed(store.ErrReadOnly) }}
	svc := service(t, st, deletion.WithCap(3))
	keys, err := contacts.Keys(1, 2, 3, 4)
	require.NoError(t, err)
	report, err := svc.DeleteKeys(t.Context(), keys)
	require.ErrorIs(t, err, store.ErrReadOnly)
	st.verify = nil
	next := stored(t, report.Next)
	_, err = svc.DeleteKeys(t.Context(), nil, deletion.From(next))
	var refused *deletion.CapError
	require.ErrorAs(t, err, &refused)
	require.Equal(t, deletion.CapError{Cap: 3, Matched: 4}, *refused)
	require.Len(t, left(inner), 10)
	report, err = svc.DeleteKeys(t.Context(), nil, deletion.From(next), deletion.ExemptFromCaps())
	require.NoError(t, err)
	require.EqualValues(t, 4, report.Deleted)
}
