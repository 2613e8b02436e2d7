package deletion_test

import (
	"encoding/json"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/deletion"
	"github.com/contactsweep/contactsweep/where"
)

func requireDrift(t *testing.T, st *scripted, report deletion.Report, err error) {
	t.Helper()
	var drift *deletion.DriftError
	require.ErrorAs(t, err, &drift)
	require.True(t, drift.Changed)
	require.Equal(t, deletion.StoppedRefused, report.Stopped)
	require.Equal(t, 1, st.deletes, "only by the call before")
}

func testAnotherPlan(t *testing.T) {
	t.Helper()
	inner := crm(t, 5)
	st := &scripted{Store: inner}
	svc := service(t, st)
	small, err := svc.Preview(t.Context(), stale())
	require.NoError(t, err)
	insertContact(t, inner, 6)
	large, err := svc.Preview(t.Context(), stale())
	require.NoError(t, err)
	require.Equal(t, small.At, large.At)
	report, err := svc.Execute(t.Context(), large, deletion.BatchLimit(1))
	require.NoError(t, err)
	next := report.Next
	report, err = svc.Execute(t.Context(), small, deletion.From(next))
	requireDrift(t, st, report, err)
	later := *large
	later.At = large.At.Add(1)
	report, err = svc.Execute(t.Context(), &later, deletion.From(next))
	requireDrift(t, st, report, err)
	report, err = svc.BulkDelete(t.Context(), stale(), deletion.From(next))
	requireDrift(t, st, report, err)
	report, err = svc.Execute(t.Context(), large, deletion.From(stored(t, next)))
	require.NoError(t, err)
	require.EqualValues(t, 5, report.Deleted)
}

func TestAPlanDoesNotGoOnWithTheNextOfAnotherRun(t *testing.T) {
	t.Parallel()
	t.Run("a bulk deletion", func(t *testing.T) {
		t.Parallel()
		inner := crm(t, 5)
		st := &scripted{Store: inner}
		svc := service(t, st)
		plan, err := svc.Preview(t.Context(), stale())
		require.NoError(t, err)
		for id := 6; id <= 30; id++ {
			insertContact(t, inner, id)
		}
		report, err := svc.BulkDelete(t.Context(), stale(), deletion.BatchLimit(1))
		require.NoError(t, err)
		report, err = svc.Execute(t.Context(), plan, deletion.From(report.Next))
		requireDrift(t, st, report, err)
		require.Len(t, left(inner), 29)
	})
	t.Run("another plan", func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, testAnotherPlan) // both plans are of one instant
	})
	t.Run("keys", func(t *testing.T) {
		t.Parallel()
		st := &scripted{Store: crm(t, 3)}
		svc := service(t, st)
		keys, err := contacts.Keys(1, 2)
		require.NoError(t, err)
		report, err := svc.DeleteKeys(t.Context(), keys, deletion.BatchLimit(1))
		require.NoError(t, err)
		report, err = svc.BulkDelete(t.Context(), where.Everything(), deletion.ConfirmEverything(9), deletion.From(report.Next))
		requireDrift(t, st, report, err)
	})
}

// TestAPlanThatGoesOnNeverDeletesMore lets contacts appear after the plan's
// run began and before its bound.
func TestAPlanThatGoesOnNeverDeletesMore(t *testing.T) {
	t.Parallel()
	inner := crm(t, 0)
	for id := 10; id <= 50; id += 10 {
		insertContact(t, inner, id)
	}
	svc := service(t, inner)
	plan, err := svc.Preview(t.Context(), stale())
	require.NoError(t, err)
	report, err := svc.Execute(t.Context(), plan, deletion.BatchLimit(2))
	require.NoError(t, err)
	next := stored(t, report.Next)
	insertContact(t, inner, 31)
	insertContact(t, inner, 32)
	report, err = svc.Execute(t.Context(), plan, deletion.From(next), deletion.Tolerance(100))
	require.NoError(t, err)
	require.EqualValues(t, 3, report.Deleted)
	require.Equal(t, deletion.StoppedCap, report.Stopped)
	require.Equal(t, []int64{40, 50}, left(inner))
}

func TestAnEditedNextIsRefused(t *testing.T) {
	t.Parallel()
	svc := service(t, crm(t, 5))
	report, err := svc.BulkDelete(t.Context(), stale(), deletion.BatchLimit(2), deletion.Cap(5))
	require.NoError(t, err)
	text, err := json.Marshal(report.Next)
	require.NoError(t, err)
	require.Contains(t, string(text), `"cap":3`)
	for name, tc := range map[string]struct{ old, edited, says string }{
		"another cap":             {`"cap":3`, `"cap":30`, "its digest does not fit"},
		"no cap":                  {`"cap":3,`, ``, "its digest does not fit"},
		"another kind":            {`"kind":"bulk delete"`, `"kind":"execute"`, "its digest does not fit"},
		"a dry run":               {`"at":`, `"dry_run":true,"at":`, "its digest does not fit"},
		"no digest":               {`,"digest":"`, `,"digest":"0`, "its digest does not fit"},
		"a cap taken away":        {`"cap":3`, `"cap":3,"CAP":null`, "a member is unknown or occurs twice"},
		"a cap twice":             {`"cap":3`, `"cap":3,"cap":3`, "a member is unknown or occurs twice"},
		"a cap in capitals":       {`"cap":3`, `"Cap":3`, "a member is unknown or occurs twice"},
		"a member that is null":   {`"cap":3`, `"cap":null`, "a member is null"},
		"a member that is no cap": {`"cap":3`, `"cap":"3"`, "it is not what was written"},
		"two values":              {`{"version"`, `{} {"version"`, "it is more than one JSON value"},
		"a list":                  {`{"version"`, `[{"version"`, "it is not what was written"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			edited := strings.Replace(string(text), tc.old, tc.edited, 1)
			require.NotEqual(t, string(text), edited)
			var n deletion.Next
			// Not by json.Unmarshal, which looks at the syntax first.
			require.ErrorContains(t, n.UnmarshalJSON([]byte(edited)), "deletion: the JSON form of a Next: "+tc.says)
			require.Equal(t, deletion.Next{}, n)
		})
	}
}

func TestAPlanIsReadStrictly(t *testing.T) {
	t.Parallel()
	st := &scripted{Store: crm(t, 5)}
	svc := service(t, st)
	plan, err := svc.Preview(t.Context(), stale(), deletion.SampleFields("email"))
	require.NoError(t, err)
	text, err := json.Marshal(plan)
	require.NoError(t, err)
	for name, tc := range map[string]struct{ old, edited, says string }{
		"a number twice":         {`"Matched":5`, `"Matched":5,"Matched":6`, "occurs twice"},
		"a number in lower case": {`"Matched":5`, `"Matched":5,"matched":6`, "unknown"},
		"a negative number":      {`"Protected":0`, `"Protected":-1`, "negative"},
		"a number left out":      {`"Protected":0,`, ``, "missing"},
		"null":                   {`"Protected":0`, `"Protected":null`, "null"},
		"an unknown member":      {`"Protected":0`, `"Protected":0,"X":0`, "unknown"},
		"no instant":             {`"Fingerprint":"`, `"Fingerprint":"","Fingerprint":"`, "twice"},
		"sampled twice":          {`"values":{`, `"values":{},"values":{`, "it is not what was written"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			edited := strings.Replace(string(text), tc.old, tc.edited, 1)
			require.NotEqual(t, string(text), edited)
			var p deletion.Plan
			require.ErrorContains(t, json.Unmarshal([]byte(edited), &p), tc.says)
			require.Zero(t, p.At)
		})
	}
	plan.Protected = -20
	_, err = svc.Execute(t.Context(), plan)
	require.ErrorIs(t, err, deletion.ErrInvalidOption)
	require.Zero(t, st.deletes)
}
