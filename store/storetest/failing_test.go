package storetest_test

import (
	"context"
	"errors"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/store"
	"github.com/contactsweep/contactsweep/store/memory"
	"github.com/contactsweep/contactsweep/store/storetest"
	"github.com/contactsweep/contactsweep/where"
)

func smallSchema() contacts.Schema {
	return contacts.Schema{Table: "people", Key: []string{"id"}, Fields: []contacts.Field{contacts.Int64("id")}}
}

// smallStore holds the contacts 1 to 3.
func smallStore(t *testing.T) *memory.Store {
	t.Helper()
	st, err := memory.New(smallSchema())
	require.NoError(t, err)
	require.NoError(t, st.Insert(memory.Row{"id": 1}, memory.Row{"id": 2}, memory.Row{"id": 3}))
	return st
}

// calls makes one call of each method that can fail.
func calls(ctx context.Context, st store.Store) []error {
	everyone := store.Selection{Condition: where.Everything()}
	_, verify := st.Verify(ctx)
	_, count := st.Count(ctx, store.CountRequest{Selection: everyone})
	bound, boundErr := st.Bound(ctx, store.BoundRequest{})
	page, pageErr := st.Page(ctx, store.PageRequest{Selection: everyone, Until: bound, Limit: 1})
	_, deleted := st.Delete(ctx, store.Batch{Selection: everyone, Keys: page.Keys})
	return []error{verify, count, boundErr, pageErr, deleted}
}

func TestFailFailsAtTheGivenCallOnly(t *testing.T) {
	t.Parallel()
	methods := []string{"Verify", "Count", "Bound", "Page", "Delete"}
	for n := range len(methods) + 1 {
		for _, mode := range []storetest.FailMode{storetest.FailBefore, storetest.FailAfter} {
			wanted := errors.New("no luck")
			f := storetest.Fail(smallStore(t), n, mode, wanted)
			require.Empty(t, f.Failed())
			for i, err := range calls(t.Context(), f) {
				if i+1 == n {
					require.ErrorIs(t, err, wanted)
				} else {
					require.NoError(t, err)
				}
			}
			require.Equal(t, 5, f.Calls())
			for i, method := range methods {
				require.Equal(t, 1, f.CallsTo(method))
				if i+1 == n {
					require.Equal(t, method, f.Failed())
				}
			}
		}
	}
}

func TestFailBeforeDoesNotDoTheWorkAndFailAfterDoes(t *testing.T) {
	t.Parallel()
	keys, err := contacts.Keys(1, 2)
	require.NoError(t, err)
	batch := store.Batch{Selection: store.Selection{Condition: where.Everything()}, Keys: keys}
	for mode, c := range map[storetest.FailMode]struct {
		class   error
		deleted []contacts.Key // if it was committed
		left    int
	}{
		storetest.FailBefore: {store.ErrTransient, nil, 3},
		storetest.FailAfter:  {store.ErrOutcomeUnknown, keys, 1},
	} {
		st := smallStore(t)
		out, err := storetest.Fail(st, 1, mode, nil).Delete(t.Context(), batch)
		require.ErrorIs(t, err, c.class)
		var typed *store.Error
		require.ErrorAs(t, err, &typed)
		require.Equal(t, c.deleted, out.Deleted)
		require.Len(t, st.Contacts(), c.left)
	}
}

func TestFailAfterKeepsTheErrorOfTheWorkItself(t *testing.T) {
	t.Parallel()
	f := storetest.Fail(smallStore(t), 1, storetest.FailAfter, nil)
	_, err := f.Delete(t.Context(), store.Batch{})
	require.ErrorIs(t, err, where.ErrInvalid)
	require.NotErrorIs(t, err, store.ErrOutcomeUnknown)
}

func TestFailPassesOnWhatTheStoreIs(t *testing.T) {
	t.Parallel()
	f := storetest.Fail(smallStore(t), 0, storetest.FailBefore, nil)
	require.Equal(t, smallSchema().Fingerprint(), f.Schema().Fingerprint())
	require.Equal(t, store.Pacing{Start: 77}, storetest.Fail(paced{smallStore(t)}, 0, storetest.FailBefore, nil).Pacing())
	require.Zero(t, storetest.Fail(paceless{smallStore(t)}, 0, storetest.FailBefore, nil).Pacing(), "the default")
	require.Zero(t, f.Calls(), "calls that cannot fail do not count")
}

type (
	paced    struct{ *memory.Store } // a pace of its own
	paceless struct{ store.Store }   // none
)

func (paced) Pacing() store.Pacing { return store.Pacing{Start: 77} }

func TestFailIsSafeForConcurrentUse(t *testing.T) {
	t.Parallel()
	f := storetest.Fail(smallStore(t), 50, storetest.FailBefore, nil)
	var wg sync.WaitGroup
	var mu sync.Mutex
	failed := 0
	for range 100 {
		wg.Go(func() {
			if _, err := f.Bound(t.Context(), store.BoundRequest{}); err != nil {
				mu.Lock()
				failed++
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	require.Equal(t, 1, failed)
	require.Equal(t, 100, f.CallsTo("Bound"))
}
