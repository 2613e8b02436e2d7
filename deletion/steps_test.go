package deletion_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/contactsweep/contactsweep/deletion"
	"github.com/contactsweep/contactsweep/store"
	"github.com/contactsweep/contactsweep/where"
)

// sparse is a store whose pages take a millisecond for each contact that they
// look at, and that notes how long they took.
type sparse struct {
	store.Store

	contacts int
	pages    *[]time.Duration
}

func (s sparse) Page(ctx context.Context, r store.PageRequest) (store.Page, error) {
	looked := s.contacts
	if r.Scan > 0 {
		looked = min(r.Scan, s.contacts)
	}
	took := time.Duration(looked) * time.Millisecond
	*s.pages = append(*s.pages, took)
	select {
	case <-ctx.Done():
		return store.Page{}, ctx.Err()
	case <-time.After(took):
	}
	return s.Store.Page(ctx, r)
}

// Few of 5000 contacts match. After one slow page, the walk goes on in steps
// that take about as long as a batch.
func TestSparseMatchesAreFoundInSteps(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		st, pages := crm(t, 5000), []time.Duration{}
		svc, err := deletion.New(sparse{st, 5000, &pages}, deletion.WithBatchTime(200*time.Millisecond))
		require.NoError(t, err)
		report, err := svc.BulkDelete(t.Context(), where.New().WhereIn("id", 1, 2, 1000, 2000, 3000, 4000, 4999), deletion.BatchSize(2))
		require.NoError(t, err)
		require.EqualValues(t, 7, report.Deleted)
		require.Len(t, left(st), 4993)
		require.Equal(t, 5*time.Second, pages[0], "nothing is known of the first page")
		for _, took := range pages[1:] {
			require.LessOrEqual(t, took, 400*time.Millisecond)
		}
	})
}

// A run in steps can be stopped between them, and goes on from there.
func TestStepsEndWithTheTimeLimit(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		st, pages := crm(t, 5000), []time.Duration{}
		svc, err := deletion.New(sparse{st, 5000, &pages})
		require.NoError(t, err)
		condition := where.New().WhereIn("id", 1, 4999)
		report, err := svc.BulkDelete(t.Context(), condition, deletion.BatchSize(1), deletion.TimeLimit(7*time.Second))
		require.NoError(t, err)
		runs := 1
		for report.More {
			require.Equal(t, deletion.StoppedTime, report.Stopped)
			report, err = svc.BulkDelete(t.Context(), condition, deletion.BatchSize(1), deletion.TimeLimit(7*time.Second), deletion.From(report.Next))
			require.NoError(t, err)
			runs++
		}
		require.Less(t, runs, 6)
		require.Len(t, left(st), 4998)
	})
}
