package deletion_test

import (
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/deletion"
	"github.com/contactsweep/contactsweep/where"
)

func TestNewRefusesWrongOptions(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		option deletion.ServiceOption
		says   string
	}{
		"nil option":               {nil, "option 1 is nil"},
		"nil logger":               {deletion.WithLogger(nil), "WithLogger: the logger is nil"},
		"nil authorizer":           {deletion.WithAuthorizer(nil), "WithAuthorizer: the function is nil"},
		"nil before batch":         {deletion.WithBeforeBatch(nil), "WithBeforeBatch: the function is nil"},
		"nil after batch":          {deletion.WithAfterBatch(nil), "WithAfterBatch: the function is nil"},
		"nil progress":             {deletion.WithProgress(nil), "WithProgress: the function is nil"},
		"batch size 0":             {deletion.WithBatchSize(0), "WithBatchSize: 0 is less than 1"},
		"batch time 0":             {deletion.WithBatchTime(0), "WithBatchTime: 0s is not positive"},
		"negative pause":           {deletion.WithPause(-time.Second), "WithPause: -1s is negative"},
		"negative retries":         {deletion.WithRetries(-1), "WithRetries: -1 is negative"},
		"no delay":                 {deletion.WithBackoff(0, time.Second), "WithBackoff: 0s and 1s"},
		"delays out of order":      {deletion.WithBackoff(time.Minute, time.Second), "WithBackoff: 1m0s and 1s"},
		"max rows 0":               {deletion.WithMaxRows(0), "WithMaxRows: 0 is less than 1"},
		"cap 0":                    {deletion.WithCap(0), "WithCap: 0 is less than 1"},
		"share 0":                  {deletion.WithCapShare(0), "WithCapShare: 0 is not above 0 and at most 1"},
		"share in percent":         {deletion.WithCapShare(10), "WithCapShare: 10 is not above 0 and at most 1"},
		"share not a number":       {deletion.WithCapShare(math.NaN()), "WithCapShare: NaN is not"},
		"no findings":              {deletion.WithAcceptedFindings(), "WithAcceptedFindings: no names"},
		"empty finding":            {deletion.WithAcceptedFindings(""), "WithAcceptedFindings: a name is empty"},
		"pin limit 0":              {deletion.WithPinLimit(0), "WithPinLimit: 0 is less than 1"},
		"empty protection":         {deletion.WithProtected(where.New()), "WithProtected: where: invalid condition: the condition is empty"},
		"protection of everything": {deletion.WithProtected(where.Everything()), "WithProtected: where.Everything()"},
		"protection of nothing":    {deletion.WithProtected(where.NoResults()), "WithProtected: where: invalid condition"},
		"unknown protection":       {deletion.WithProtected(where.New().WhereTrue("hodl")), "WithProtected: where: invalid condition: hodl"},
		"empty scope":              {deletion.WithScope("x", where.New()), "WithScope: where: invalid condition: the condition is empty"},
		"scope of everything":      {deletion.WithScope("x", where.Everything()), "WithScope: where.Everything()"},
		"scope without a label":    {deletion.WithScope("", where.New().WhereTrue("hold")), "WithScope: the label is empty"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := deletion.New(untouchable{crm(t, 0)}, tc.option)
			require.ErrorIs(t, err, deletion.ErrInvalidOption)
			require.ErrorContains(t, err, tc.says)
		})
	}
}

func TestNewReportsAllFaultsAtOnce(t *testing.T) {
	t.Parallel()
	_, err := deletion.New(crm(t, 0), deletion.WithCap(0), deletion.WithBatchSize(-1), deletion.WithProtected(where.New()))
	var faults *deletion.OptionsError
	require.ErrorAs(t, err, &faults)
	require.Len(t, faults.Faults, 3)
	require.ErrorIs(t, err, where.ErrInvalid)
}

func TestNewRefusesAFixedSizeThatIsAlsoToFollowTheTime(t *testing.T) {
	t.Parallel()
	_, err := deletion.New(crm(t, 0), deletion.WithBatchTime(time.Second), deletion.WithBatchSize(1))
	require.ErrorIs(t, err, deletion.ErrInvalidOption)
	require.ErrorContains(t, err, "WithBatchSize and WithBatchTime contradict each other")
}

func TestNewRefusesANilStoreAndAnInvalidSchema(t *testing.T) {
	t.Parallel()
	_, err := deletion.New(nil)
	require.ErrorIs(t, err, deletion.ErrInvalidOption)
	_, err = deletion.New(schemaless{untouchable{}})
	require.ErrorIs(t, err, contacts.ErrInvalidSchema)
}

type schemaless struct{ untouchable }

func (schemaless) Schema() contacts.Schema { return contacts.Schema{} }

func TestCallsRefuseWrongOptionsBeforeTheStoreIsTouched(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		options []deletion.Option
		says    string
	}{
		"nil option":            {[]deletion.Option{nil}, "option 1 is nil"},
		"batch size 0":          {[]deletion.Option{deletion.BatchSize(0)}, "BatchSize: 0 is less than 1"},
		"batch limit 0":         {[]deletion.Option{deletion.BatchLimit(0)}, "BatchLimit: 0 is less than 1"},
		"batch time 0":          {[]deletion.Option{deletion.BatchTime(0)}, "BatchTime: 0s is not positive"},
		"size and limit":        {[]deletion.Option{deletion.BatchSize(1), deletion.BatchLimit(1)}, "BatchSize and BatchLimit contradict"},
		"time and size":         {[]deletion.Option{deletion.BatchTime(1), deletion.BatchSize(1)}, "BatchTime and BatchSize contradict"},
		"time and limit":        {[]deletion.Option{deletion.BatchTime(1), deletion.BatchLimit(1)}, "BatchTime and BatchLimit contradict"},
		"from nothing":          {[]deletion.Option{deletion.From(nil)}, "From: there is nothing to go on with"},
		"negative pause":        {[]deletion.Option{deletion.Pause(-1)}, "Pause: -1ns is negative"},
		"time limit 0":          {[]deletion.Option{deletion.TimeLimit(0)}, "TimeLimit: 0s is not positive"},
		"cap 0":                 {[]deletion.Option{deletion.Cap(0)}, "Cap: 0 is less than 1"},
		"share above 1":         {[]deletion.Option{deletion.CapShare(1.01)}, "CapShare: 1.01 is not above 0"},
		"confirmed nothing":     {[]deletion.Option{deletion.ConfirmEverything(0)}, "ConfirmEverything: 0 is less than 1"},
		"twice":                 {[]deletion.Option{deletion.Cap(1), deletion.Cap(2)}, "Cap is given twice"},
		"tolerance of no plan":  {[]deletion.Option{deletion.Tolerance(1)}, "Tolerance has no effect on bulk delete"},
		"sample of no preview":  {[]deletion.Option{deletion.SampleSize(1)}, "SampleSize has no effect on bulk delete"},
		"exempt bulk":           {[]deletion.Option{deletion.ExemptFromCaps()}, "ExemptFromCaps has no effect on bulk delete"},
		"all of them are named": {[]deletion.Option{deletion.Cap(0), deletion.Pause(-1)}, "Cap: 0 is less than 1; Pause: -1ns is negative"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			report, err := service(t, untouchable{crm(t, 0)}).BulkDelete(t.Context(), stale(), tc.options...)
			require.ErrorIs(t, err, deletion.ErrInvalidOption)
			require.ErrorContains(t, err, tc.says)
			require.Equal(t, deletion.StoppedRefused, report.Stopped)
		})
	}
}

func TestOtherCallsRefuseWrongOptions(t *testing.T) {
	t.Parallel()
	svc := service(t, untouchable{crm(t, 0)})
	_, err := svc.Preview(t.Context(), stale(), deletion.SampleSize(1001))
	require.ErrorContains(t, err, "SampleSize: 1001 is outside 0 to 1000")
	_, err = svc.Preview(t.Context(), stale(), deletion.SampleFields())
	require.ErrorContains(t, err, "SampleFields: no names")
	_, err = svc.Preview(t.Context(), stale(), deletion.SampleFields("emial"))
	require.ErrorContains(t, err, `SampleFields: there is no field "emial"`)
	_, err = svc.Preview(t.Context(), stale(), deletion.DryRun())
	require.ErrorContains(t, err, "DryRun has no effect on preview")
	_, err = svc.DeleteKeys(t.Context(), nil, deletion.ConfirmEverything(1))
	require.ErrorContains(t, err, "ConfirmEverything has no effect on delete keys")
	_, err = svc.DeleteKeys(t.Context(), nil, deletion.ExemptFromCaps(), deletion.Cap(1))
	require.ErrorContains(t, err, "ExemptFromCaps and Cap contradict each other")
	_, err = svc.Compare(t.Context(), stale())
	require.ErrorContains(t, err, "at least two conditions")
	_, err = svc.Execute(t.Context(), nil)
	require.ErrorContains(t, err, "the plan is not one that Preview made")
	_, err = svc.Execute(t.Context(), &deletion.Plan{Condition: stale()})
	require.ErrorContains(t, err, "the plan is not one that Preview made")
}
