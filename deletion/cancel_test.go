package deletion_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/contactsweep/contactsweep/deletion"
	"github.com/contactsweep/contactsweep/store"
	"github.com/contactsweep/contactsweep/where"
)

// cancelling ends the context at its n-th call, before or after the work.
type cancelling struct {
	store.Store
	cancel context.CancelFunc
	n      int
	after  bool
	lost   bool // the answer of a delete is lost with the context
	calls  int
}

func (c *cancelling) call(do func() error) error {
	c.calls++
	if c.calls != c.n {
		return do()
	}
	if !c.after {
		c.cancel()
		return do()
	}
	err := do()
	c.cancel()
	return err
}

func (c *cancelling) Verify(ctx context.Context) (f []store.Finding, err error) {
	err = c.call(func() error { f, err = c.Store.Verify(ctx); return err })
	return f, err
}

func (c *cancelling) Count(ctx context.Context, r store.CountRequest) (n store.Counts, err error) {
	err = c.call(func() error { n, err = c.Store.Count(ctx, r); return err })
	return n, err
}

func (c *cancelling) Bound(ctx context.Context, r store.BoundRequest) (b store.Cursor, err error) {
	err = c.call(func() error { b, err = c.Store.Bound(ctx, r); return err })
	return b, err
}

func (c *cancelling) Page(ctx context.Context, r store.PageRequest) (p store.Page, err error) {
	err = c.call(func() error { p, err = c.Store.Page(ctx, r); return err })
	return p, err
}

func (c *cancelling) Delete(ctx context.Context, b store.Batch) (o store.Outcome, err error) {
	err = c.call(func() error { o, err = c.Store.Delete(ctx, b); return err })
	if err == nil && c.lost && ctx.Err() != nil {
		return store.Outcome{}, errors.Join(ctx.Err(), classed(store.ErrOutcomeUnknown))
	}
	return o, err
}

// TestCancellingAtAnyCallLeavesNothingHalfDone ends the context at every call
// of a run in turn: the report must agree with the store, and its Next must
// finish the job.
func TestCancellingAtAnyCallLeavesNothingHalfDone(t *testing.T) {
	t.Parallel()
	const n = 7
	options := []deletion.Option{deletion.BatchSize(2), deletion.CountFirst()}
	whole := &cancelling{Store: crm(t, n)}
	_, err := service(t, whole).BulkDelete(t.Context(), stale(), options...)
	require.NoError(t, err)
	require.Greater(t, whole.calls, 8)

	for _, lost := range []bool{false, true} {
		for _, after := range []bool{false, true} {
			for at := 1; at <= whole.calls; at++ {
				name := fmt.Sprintf("call %d, after %t, lost %t", at, after, lost)
				ctx, cancel := context.WithCancel(t.Context())
				inner := crm(t, n)
				st := &cancelling{Store: inner, cancel: cancel, n: at, after: after, lost: lost}
				report, err := service(t, st).BulkDelete(ctx, stale(), options...)
				cancel()
				require.Len(t, left(inner), n-int(report.Deleted), name)
				require.Len(t, inner.Rows("lines"), 2*len(left(inner)), name)
				require.Zero(t, report.Unsettled, name)
				if err == nil { // the last call had done its work
					require.Empty(t, left(inner), name)
					continue
				}
				require.ErrorIs(t, err, context.Canceled, name)
				require.Equal(t, deletion.StoppedCancelled, report.Stopped, name)
				require.LessOrEqual(t, st.calls, at+1, name) // one more only to settle an unknown outcome
				if !report.More {
					require.Empty(t, left(inner), name)
					continue
				}
				rest, err := service(t, inner).BulkDelete(t.Context(), stale(), deletion.From(stored(t, report.Next)))
				require.NoError(t, err, name)
				require.EqualValues(t, n, report.Deleted+rest.Deleted, name)
				require.Empty(t, left(inner), name)
			}
		}
	}
}

func TestAnEndedContextDoesNothing(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithTimeout(t.Context(), -time.Second)
	defer cancel()
	svc := service(t, untouchable{crm(t, 1)})
	report, err := svc.BulkDelete(ctx, stale())
	require.ErrorIs(t, err, context.DeadlineExceeded)
	require.Equal(t, deletion.StoppedCancelled, report.Stopped)
	require.True(t, report.More)
	require.NotNil(t, report.Next)
	_, err = svc.Count(ctx, stale())
	require.ErrorIs(t, err, context.DeadlineExceeded)
	_, err = svc.Preview(ctx, where.Everything())
	require.ErrorIs(t, err, context.DeadlineExceeded)
}
