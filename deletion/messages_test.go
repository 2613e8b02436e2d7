package deletion_test

import (
	"bytes"
	"context"
	"log/slog"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/contactsweep/contactsweep/deletion"
	"github.com/contactsweep/contactsweep/store"
	"github.com/contactsweep/contactsweep/store/memory"
	"github.com/contactsweep/contactsweep/store/sqlstore"
	"github.com/contactsweep/contactsweep/where"
)

func TestStoresThatAreNilAreRefused(t *testing.T) {
	t.Parallel()
	var inMemory *memory.Store
	var inSQL *sqlstore.Store
	for want, st := range map[string]store.Store{
		"the store is nil":                   nil,
		"the store is a nil *memory.Store":   inMemory,
		"the store is a nil *sqlstore.Store": inSQL,
	} {
		_, err := deletion.New(st)
		require.ErrorIs(t, err, deletion.ErrInvalidOption)
		require.ErrorContains(t, err, want)
	}
}

// oddFails is a store in which contacts with an odd id cannot be deleted.
func oddFails(t *testing.T, n int) *scripted {
	t.Helper()
	return &scripted{Store: crm(t, n), delete: func(_ int, b store.Batch, do func() (store.Outcome, error)) (store.Outcome, error) {
		for _, k := range b.Keys {
			if k.First().Int64()%2 == 1 {
				return store.Outcome{}, &store.Error{Op: "delete batch", Class: store.ErrConstraint, Table: "contacts", Detail: "tickets refers to it"}
			}
		}
		return do()
	}}
}

func TestManyFailedContactsAreLoggedOnce(t *testing.T) {
	t.Parallel()
	for n, want := range map[int]struct{ each, summary int }{4: {2, 0}, 6: {3, 0}, 20: {3, 1}} {
		var log bytes.Buffer
		svc := service(t, oddFails(t, n), deletion.WithLogger(slog.New(slog.NewTextHandler(&log, nil))))
		report, err := svc.BulkDelete(t.Context(), stale())
		require.NoError(t, err)
		require.EqualValues(t, n/2, report.Skipped.Failed)
		require.Equal(t, want.each, strings.Count(log.String(), `msg="contact cannot be deleted"`))
		require.Equal(t, want.summary, strings.Count(log.String(), `msg="contacts cannot be deleted"`))
		if want.summary > 0 {
			require.Contains(t, log.String(), "contacts=10")
		}
	}
}

func TestReportSaysWhyContactsFailed(t *testing.T) {
	t.Parallel()
	report, err := service(t, oddFails(t, 6)).BulkDelete(t.Context(), stale())
	require.NoError(t, err)
	require.Contains(t, report.String(), "  3 failed: store: delete batch: constraint violation: tickets refers to it (table contacts)\n")
}

func TestReportOfOne(t *testing.T) {
	t.Parallel()
	report, err := service(t, crm(t, 1)).BulkDelete(t.Context(), stale())
	require.NoError(t, err)
	require.Contains(t, report.String(), "deleted 1 contact in 1 batch, ")
}

func TestRefusedRunSaysThatItDidNotCountAll(t *testing.T) {
	t.Parallel()
	svc := service(t, crm(t, 9))
	report, err := svc.BulkDelete(t.Context(), stale(), deletion.Cap(3))
	require.ErrorIs(t, err, deletion.ErrCapExceeded)
	require.True(t, report.AtLeast)
	require.Contains(t, report.String(), "deleted 0 contacts of at least 4 in 0 batches")

	report, err = svc.BulkDelete(t.Context(), stale(), deletion.CapShare(0.5))
	require.ErrorIs(t, err, deletion.ErrCapExceeded)
	require.False(t, report.AtLeast, "a share counts everything")
	require.Contains(t, report.String(), "deleted 0 contacts of 9 in 0 batches")
}

func TestErrorsStartWithThePackage(t *testing.T) {
	t.Parallel()
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	st := crm(t, 2)
	_, err := service(t, st).BulkDelete(ended, stale())
	require.EqualError(t, err, "deletion: context canceled")

	_, err = service(t, st, deletion.WithProgress(func(deletion.Progress) { panic("secret1@example.com") })).BulkDelete(t.Context(), stale())
	require.EqualError(t, err, "deletion: progress hook panicked with a string")

	_, err = service(t, st).Count(t.Context(), where.New().WhereEquals("stale", 1))
	require.ErrorIs(t, err, where.ErrInvalid)
	require.EqualError(t, err, "deletion: invalid condition: stale = ?: the field is bool and the value is int64; pass a bool, or use WhereTrue or WhereFalse")
}

func TestPlanSaysThatARunWouldBeRefused(t *testing.T) {
	t.Parallel()
	findings := []store.Finding{{Code: "a", Severity: store.Warning, Table: "notes", Message: "slow", Advice: "wait"}}
	st := &scripted{Store: crm(t, 1), verify: func() ([]store.Finding, error) { return findings, nil }}
	plan, err := service(t, st).Preview(t.Context(), stale())
	require.NoError(t, err)
	require.NotContains(t, plan.String(), "REFUSED")

	findings = append(findings, store.Finding{Code: "b", Severity: store.Fatal, Table: "notes", Message: "wrong", Advice: "mend it"})
	plan, err = service(t, st).Preview(t.Context(), stale())
	require.NoError(t, err)
	require.Contains(t, strings.Split(plan.String(), "\n")[1], "A RUN WOULD BE REFUSED")
	require.Contains(t, plan.String(), "1 finding\n")
}
