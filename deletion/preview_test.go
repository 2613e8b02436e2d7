package deletion_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/deletion"
	"github.com/contactsweep/contactsweep/store"
	"github.com/contactsweep/contactsweep/store/memory"
	"github.com/contactsweep/contactsweep/where"
)

// mixed has 8 contacts, of which 6 match, 1 of those is protected, and 2 of
// those have deals.
func mixed(t *testing.T) *memory.Store {
	t.Helper()
	st := crm(t, 8)
	update(t, st, 7, memory.Row{"stale": false})
	update(t, st, 8, memory.Row{"stale": nil})
	update(t, st, 1, memory.Row{"hold": true})
	require.NoError(t, st.InsertRows("deals",
		memory.Row{"id": 1, "contact": 1}, memory.Row{"id": 2, "contact": 2}, memory.Row{"id": 3, "contact": 3}))
	return st
}

func onHold() deletion.ServiceOption { return deletion.WithProtected(where.New().WhereTrue("hold")) }

func TestPreviewShowsWhatARunWouldDo(t *testing.T) {
	t.Parallel()
	st := mixed(t)
	svc := service(t, st, onHold())
	plan, err := svc.Preview(t.Context(), stale(), deletion.SampleSize(2), deletion.SampleFields("email"))
	require.NoError(t, err)
	require.EqualValues(t, 8, plan.Total)
	require.EqualValues(t, 6, plan.Matched)
	require.EqualValues(t, 1, plan.Protected)
	require.EqualValues(t, 2, plan.Restricted)
	require.EqualValues(t, 3, plan.Deletable)
	require.InDelta(t, 0.75, plan.Share, 1e-9)
	require.Equal(t, []deletion.AssociationReport{
		{Name: "orders", Table: "orders", Action: contacts.Delete, Rows: 6},
		{Name: "lines", Table: "lines", Action: contacts.Delete, Rows: 6},
		{Name: "notes", Table: "notes", Action: contacts.Detach, Rows: 3},
		{Name: "audits", Table: "audits", Action: contacts.Keep, Rows: 3},
		{Name: "deals", Table: "deals", Action: contacts.Restrict},
	}, plan.Associations)
	require.Len(t, plan.Sample, 2)
	require.Equal(t, key(t, 4), plan.Sample[0].Key)
	require.Equal(t, "secret4@example.com", plan.Sample[0].Values["email"].Text())
	require.Len(t, left(st), 8)

	report, err := svc.Execute(t.Context(), plan)
	require.NoError(t, err)
	require.Equal(t, plan.Deletable, report.Deleted)
	require.Equal(t, plan.Restricted, report.Skipped.Restricted)
	require.Equal(t, plan.Matched-plan.Protected, report.Matched)
	for i, a := range report.Associations {
		require.Equal(t, plan.Associations[i].Rows, a.Rows)
	}
	require.True(t, plan.At.Equal(report.At))
}

func TestPreviewOfAnEmptyStore(t *testing.T) {
	t.Parallel()
	svc := service(t, crm(t, 0))
	plan, err := svc.Preview(t.Context(), where.Everything())
	require.NoError(t, err)
	require.Zero(t, plan.Total)
	require.Zero(t, plan.Share)
	require.Empty(t, plan.Sample)
	report, err := svc.Execute(t.Context(), plan, deletion.ConfirmEverything(1))
	require.NoError(t, err)
	require.Equal(t, deletion.StoppedDone, report.Stopped)
}

func TestPlansAreStoredAsJSON(t *testing.T) {
	t.Parallel()
	st := &scripted{Store: mixed(t)}
	svc := service(t, st, onHold())
	condition := stale().WhereLessThan("created", where.Ago(24*time.Hour))
	st.page = func(_ int, _ store.PageRequest, do func() (store.Page, error)) (store.Page, error) {
		page, err := do()
		if err == nil && len(page.Values) > 0 {
			page.Values[0] = []where.Value{where.Unknown(), {}}
		}
		return page, err
	}
	plan, err := svc.Preview(t.Context(), condition, deletion.SampleFields("email", "hold"))
	require.NoError(t, err)
	st.page = nil
	text, err := json.Marshal(plan)
	require.NoError(t, err)
	var read deletion.Plan
	require.NoError(t, json.Unmarshal(text, &read))
	again, err := json.Marshal(&read)
	require.NoError(t, err)
	require.JSONEq(t, string(text), string(again))
	require.True(t, read.Sample[0].Values["email"].IsUnknown())
	require.True(t, read.Sample[0].Values["hold"].IsNull())

	report, err := svc.Execute(t.Context(), &read)
	require.NoError(t, err)
	require.EqualValues(t, 3, report.Deleted)
}

func TestExecuteRefusesDrift(t *testing.T) {
	t.Parallel()
	change := func(p *deletion.Plan) { p.Condition = where.New().WhereFalse("stale") }
	for name, tc := range map[string]struct {
		more    int // contacts that match since the preview
		edit    func(*deletion.Plan)
		service []deletion.ServiceOption
		options []deletion.Option
		refused *deletion.DriftError
	}{
		"nothing changed":       {service: []deletion.ServiceOption{onHold()}},
		"one more":              {more: 1, service: []deletion.ServiceOption{onHold()}, refused: &deletion.DriftError{Previewed: 5, Matched: 6}},
		"one more is tolerated": {more: 1, service: []deletion.ServiceOption{onHold()}, options: []deletion.Option{deletion.Tolerance(1)}},
		"two more are too many": {
			more: 2, service: []deletion.ServiceOption{onHold()}, options: []deletion.Option{deletion.Tolerance(1)},
			refused: &deletion.DriftError{Previewed: 5, Tolerance: 1, Matched: 7},
		},
		"another condition": {
			edit: change, service: []deletion.ServiceOption{onHold()}, refused: &deletion.DriftError{Changed: true, Differs: []string{"condition"}},
		},
		"another instant": {
			edit:    func(p *deletion.Plan) { p.At = p.At.AddDate(1, 0, 0) },
			service: []deletion.ServiceOption{onHold()}, refused: &deletion.DriftError{Changed: true, Differs: []string{"plan"}},
		},
		"another number": {
			more: 1, edit: func(p *deletion.Plan) { p.Matched++ },
			service: []deletion.ServiceOption{onHold()}, refused: &deletion.DriftError{Changed: true, Differs: []string{"plan"}},
		},
		"protection is gone": {refused: &deletion.DriftError{Changed: true, Differs: []string{"protection"}}},
		"a scope was added": {
			service: []deletion.ServiceOption{onHold(), deletion.WithScope("x", where.New().WhereNotNull("tenant"))},
			refused: &deletion.DriftError{Changed: true, Differs: []string{"scope"}},
		},
		"both": {edit: change, refused: &deletion.DriftError{Changed: true, Differs: []string{"condition", "protection"}}},
		"a plan of another version": {
			edit: func(p *deletion.Plan) { p.Fingerprint = "1" }, refused: &deletion.DriftError{Changed: true},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			st := &scripted{Store: mixed(t)}
			plan, err := service(t, st, onHold()).Preview(t.Context(), stale())
			require.NoError(t, err)
			for i := range tc.more {
				insertContact(t, st.Store.(*memory.Store), 20+i) //nolint:forcetypeassert // made above
			}
			if tc.edit != nil {
				tc.edit(plan)
			}
			report, err := service(t, st, tc.service...).Execute(t.Context(), plan, tc.options...)
			if tc.refused == nil {
				require.NoError(t, err)
				require.EqualValues(t, 3+tc.more, report.Deleted)
				return
			}
			require.ErrorIs(t, err, deletion.ErrDrift)
			var drift *deletion.DriftError
			require.ErrorAs(t, err, &drift)
			require.Equal(t, tc.refused, drift)
			require.Equal(t, deletion.StoppedRefused, report.Stopped)
			require.Zero(t, st.deletes)
		})
	}
}

func TestExecuteRefusesAnotherSchema(t *testing.T) {
	t.Parallel()
	plan, err := service(t, crm(t, 1)).Preview(t.Context(), stale())
	require.NoError(t, err)
	schema := crmSchema()
	schema.Associations = schema.Associations[:1]
	other, err := memory.New(schema)
	require.NoError(t, err)
	_, err = service(t, other).Execute(t.Context(), plan)
	require.ErrorIs(t, err, deletion.ErrDrift)
}

func TestExecuteUsesThePlansInstantAndNeverDeletesMore(t *testing.T) {
	t.Parallel()
	inner := crm(t, 3)
	st := &scripted{Store: inner}
	svc := service(t, st)
	condition := stale().WhereLessThan("created", where.Ago(0))
	plan, err := svc.Preview(t.Context(), condition)
	require.NoError(t, err)
	// Created after the preview: at its instant they did not match.
	for id := 4; id <= 5; id++ {
		insertContact(t, inner, id)
		update(t, inner, id, memory.Row{"created": plan.At.Add(time.Second)})
	}
	st.count = func(_ int, do func() (store.Counts, error)) (store.Counts, error) {
		counts, err := do()
		insertContact(t, inner, -1) // matches, but was not counted
		return counts, err
	}
	report, err := svc.Execute(t.Context(), plan, deletion.BatchSize(2))
	require.NoError(t, err)
	require.EqualValues(t, 3, report.Deleted)
	require.Equal(t, deletion.StoppedCap, report.Stopped)
	require.Equal(t, []int64{3, 4, 5}, left(inner))
}

func TestExecuteOfEverythingMustBeConfirmedToo(t *testing.T) {
	t.Parallel()
	st := crm(t, 3)
	svc := service(t, st)
	plan, err := svc.Preview(t.Context(), where.Everything())
	require.NoError(t, err)
	_, err = svc.Execute(t.Context(), plan)
	require.ErrorIs(t, err, deletion.ErrNotConfirmed)
	_, err = svc.Execute(t.Context(), plan, deletion.ConfirmEverything(3))
	require.NoError(t, err)
	require.Empty(t, left(st))
}

func TestCompareShowsPlansAndOverlapsAtOneInstant(t *testing.T) {
	t.Parallel()
	svc := service(t, mixed(t), onHold())
	comparison, err := svc.Compare(t.Context(),
		stale(), where.New().WhereLessOrEquals("id", 4), where.Everything(), where.NoResults())
	require.NoError(t, err)
	var matched, deletable []int64
	for _, p := range comparison.Plans {
		matched, deletable = append(matched, p.Matched), append(deletable, p.Deletable)
		require.Equal(t, comparison.At, p.At)
	}
	require.Equal(t, []int64{6, 4, 8, 0}, matched)
	require.Equal(t, []int64{3, 1, 5, 0}, deletable)
	require.Equal(t, []deletion.Overlap{
		{A: 0, B: 1, Matched: 4},
		{A: 0, B: 2, Matched: 6},
		{A: 0, B: 3},
		{A: 1, B: 2, Matched: 4},
		{A: 1, B: 3},
		{A: 2, B: 3},
	}, comparison.Overlaps)
}
