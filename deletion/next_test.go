package deletion_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/contactsweep/contactsweep/deletion"
	"github.com/contactsweep/contactsweep/store"
	"github.com/contactsweep/contactsweep/where"
)

// stored returns what is read back from the JSON form.
func stored(t *testing.T, n *deletion.Next) *deletion.Next {
	t.Helper()
	text, err := json.Marshal(n)
	require.NoError(t, err)
	var out deletion.Next
	require.NoError(t, json.Unmarshal(text, &out))
	require.Equal(t, n, &out)
	return &out
}

func TestNextSurvivesJSON(t *testing.T) {
	t.Parallel()
	st := crm(t, 5)
	svc := service(t, st)
	report, err := svc.BulkDelete(t.Context(), stale(), deletion.BatchLimit(2), deletion.Cap(5))
	require.NoError(t, err)
	require.True(t, report.At.Equal(report.Next.At()))
	report, err = svc.BulkDelete(t.Context(), stale(), deletion.From(stored(t, report.Next)))
	require.NoError(t, err)
	require.EqualValues(t, 3, report.Deleted)
	require.Empty(t, left(st))
}

func TestNextRefusesWhatItDoesNotKnow(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct{ text, says string }{
		"no JSON":        {`x`, "not what was written"},
		"empty":          {`{}`, "version 0"},
		"other version":  {`{"version":2,"kind":"execute","fingerprint":"x","at":"2026-01-01T00:00:00Z"}`, "version 2; this library reads version 1"},
		"other member":   {`{"version":1,"kind":"execute","fingerprint":"x","at":"2026-01-01T00:00:00Z","where":"1=1"}`, "a member is unknown"},
		"no kind":        {`{"version":1,"fingerprint":"x","at":"2026-01-01T00:00:00Z"}`, "no fingerprint, instant or kind"},
		"no fingerprint": {`{"version":1,"kind":"execute","at":"2026-01-01T00:00:00Z"}`, "no fingerprint, instant or kind"},
		"no instant":     {`{"version":1,"kind":"execute","fingerprint":"x"}`, "no fingerprint, instant or kind"},
		"negative cap":   {`{"version":1,"kind":"execute","fingerprint":"x","at":"2026-01-01T00:00:00Z","cap":-1}`, "negative cap"},
		"no digest":      {`{"version":1,"kind":"execute","fingerprint":"x","at":"2026-01-01T00:00:00Z","cap":1}`, "digest does not fit"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var n deletion.Next
			require.ErrorContains(t, n.UnmarshalJSON([]byte(tc.text)), tc.says)
			require.Equal(t, deletion.Next{}, n)
		})
	}
}

func TestADryRunGoesOnAsADryRun(t *testing.T) {
	t.Parallel()
	st := crm(t, 3)
	svc := service(t, st)
	report, err := svc.BulkDelete(t.Context(), stale(), deletion.BatchLimit(2), deletion.DryRun())
	require.NoError(t, err)
	next := stored(t, report.Next)
	_, err = svc.BulkDelete(t.Context(), stale(), deletion.From(next))
	require.ErrorIs(t, err, deletion.ErrInvalidOption, "the first two would be left out")
	report, err = svc.BulkDelete(t.Context(), stale(), deletion.From(next), deletion.DryRun())
	require.NoError(t, err)
	require.EqualValues(t, 1, report.Deleted)
	require.Len(t, left(st), 3)
}

func TestARunThatFailsBeforeItsFirstBatchKeepsItsPlace(t *testing.T) {
	t.Parallel()
	inner := crm(t, 5)
	st := &scripted{Store: inner}
	svc := service(t, st)
	report, err := svc.BulkDelete(t.Context(), stale(), deletion.BatchLimit(2), deletion.Cap(5))
	require.NoError(t, err)
	insertContact(t, inner, 6)
	st.verify = func() ([]store.Finding, error) { return nil, classed(store.ErrReadOnly) }
	failed, err := svc.BulkDelete(t.Context(), stale(), deletion.From(report.Next))
	require.ErrorIs(t, err, store.ErrReadOnly)
	require.Equal(t, deletion.StoppedFailed, failed.Stopped)
	require.Equal(t, report.Next, failed.Next)
	// A run that had not begun has only its instant to keep.
	fresh, err := svc.BulkDelete(t.Context(), stale())
	require.ErrorIs(t, err, store.ErrReadOnly)
	require.True(t, fresh.More)
	st.verify = nil
	_, err = svc.BulkDelete(t.Context(), stale(), deletion.From(failed.Next))
	require.NoError(t, err)
	require.Equal(t, []int64{6}, left(inner))
	last, err := svc.BulkDelete(t.Context(), stale(), deletion.From(stored(t, fresh.Next)), deletion.Cap(1))
	require.NoError(t, err)
	require.Equal(t, fresh.At, last.At)
	require.Empty(t, left(inner))
}

func TestFromRefusesAnotherRun(t *testing.T) {
	t.Parallel()
	inner := crm(t, 6)
	st := &scripted{Store: inner}
	report, err := service(t, st).BulkDelete(t.Context(), stale(), deletion.BatchLimit(1))
	require.NoError(t, err)
	next := deletion.From(report.Next)
	st.deletes = 0

	_, err = service(t, st).BulkDelete(t.Context(), where.New().WhereFalse("stale"), next)
	require.ErrorIs(t, err, deletion.ErrDrift)
	_, err = service(t, st, onHold()).BulkDelete(t.Context(), stale(), next)
	require.ErrorIs(t, err, deletion.ErrDrift)
	_, err = service(t, st, deletion.WithScope("a", stale())).BulkDelete(t.Context(), stale(), next)
	require.ErrorIs(t, err, deletion.ErrDrift)
	_, err = service(t, st).DeleteKeys(t.Context(), nil, next)
	require.ErrorIs(t, err, deletion.ErrDrift)
	_, err = service(t, st).BulkDelete(t.Context(), stale(), next, deletion.DryRun())
	require.ErrorIs(t, err, deletion.ErrInvalidOption)
	require.Zero(t, st.deletes)

	_, err = service(t, st).BulkDelete(t.Context(), stale(), next)
	require.NoError(t, err)
	require.Empty(t, left(inner))
}
