package deletion_test

import (
	"context"
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/contactsweep/contactsweep/deletion"
	"github.com/contactsweep/contactsweep/store"
	"github.com/contactsweep/contactsweep/where"
)

// longPages prefers pages of 40 contacts and counts how many are read.
type longPages struct {
	store.Store

	pages *int
}

func (longPages) PageSize(store.Selection, int) int { return 40 }

func (s longPages) Page(ctx context.Context, r store.PageRequest) (store.Page, error) {
	*s.pages++
	return s.Store.Page(ctx, r)
}

func TestPagesThatAreReadAhead(t *testing.T) {
	t.Parallel()
	st, pages := crm(t, 100), 0
	svc, err := deletion.New(longPages{st, &pages}, deletion.WithBatchSize(7))
	require.NoError(t, err)
	report, err := svc.BulkDelete(t.Context(), where.Everything(), deletion.ConfirmEverything(100))
	require.NoError(t, err)
	require.EqualValues(t, 100, report.Deleted)
	require.Equal(t, deletion.StoppedDone, report.Stopped)
	require.LessOrEqual(t, pages, 4, "batches are cut from long pages")
	require.Empty(t, st.Contacts())
}

// What was read ahead is carried on by Next, through JSON as well.
func TestPagesThatAreReadAheadAreCarriedOn(t *testing.T) {
	t.Parallel()
	st, pages := crm(t, 100), 0
	svc, err := deletion.New(longPages{st, &pages})
	require.NoError(t, err)
	options := []deletion.Option{deletion.BatchLimit(9), deletion.ConfirmEverything(100)}
	report, err := svc.BulkDelete(t.Context(), where.Everything(), options...)
	require.NoError(t, err)
	deleted := report.Deleted
	for report.More {
		text, err := json.Marshal(report.Next)
		require.NoError(t, err)
		var next deletion.Next
		require.NoError(t, json.Unmarshal(text, &next))
		report, err = svc.BulkDelete(t.Context(), where.Everything(), append(options, deletion.From(&next))...)
		require.NoError(t, err)
		deleted += report.Deleted
	}
	require.EqualValues(t, 100, deleted)
	require.LessOrEqual(t, pages, 6)
	require.Empty(t, st.Contacts())
}
