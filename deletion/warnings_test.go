package deletion_test

import (
	"bytes"
	"log/slog"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/contactsweep/contactsweep/deletion"
	"github.com/contactsweep/contactsweep/store"
	"github.com/contactsweep/contactsweep/where"
)

func TestFindingsAreInTheReportAndTheLog(t *testing.T) {
	t.Parallel()
	warning := store.Finding{
		Code: "stored-values", Severity: store.Warning, Table: "orders", Column: "placed",
		Message: "9 of 10 values are not in the declared encoding", Advice: "declare the encoding",
	}
	st := &scripted{Store: crm(t, 2), verify: func() ([]store.Finding, error) { return []store.Finding{warning}, nil }}
	var log bytes.Buffer
	svc := service(t, st, deletion.WithLogger(slog.New(slog.NewTextHandler(&log, nil))))

	report, err := svc.BulkDelete(t.Context(), stale())

	require.NoError(t, err)
	require.Equal(t, []store.Finding{warning}, report.Warnings)
	require.Contains(t, report.String(), "warnings: 1")
	require.Contains(t, log.String(), "stored-values:orders.placed")
	require.Contains(t, log.String(), "9 of 10 values")
}

func TestOptionsThatWouldDoNothingAreRefused(t *testing.T) {
	t.Parallel()
	st := crm(t, 3)
	for name, tc := range map[string]struct {
		option deletion.Option
		want   string
	}{
		"a confirmation of a condition": {deletion.ConfirmEverything(9), "use Cap to limit the call"},
		"an empty Next":                 {deletion.From(&deletion.Next{}), "nil or empty"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			report, err := service(t, st).BulkDelete(t.Context(), stale(), tc.option)
			require.ErrorIs(t, err, deletion.ErrInvalidOption)
			require.ErrorContains(t, err, tc.want)
			require.Equal(t, deletion.StoppedRefused, report.Stopped)
		})
	}
	_, err := service(t, st).BulkDelete(t.Context(), where.Everything())
	require.ErrorIs(t, err, deletion.ErrNotConfirmed)
	require.Len(t, st.Contacts(), 3)
}
