package memory_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/store"
	"github.com/contactsweep/contactsweep/store/memory"
	"github.com/contactsweep/contactsweep/where"
)

func TestCursorsOfOthersAreRefused(t *testing.T) {
	t.Parallel()
	st := newStore(t)
	require.NoError(t, st.Insert(memory.Row{"id": 1}))
	until, err := st.Bound(t.Context(), store.BoundRequest{})
	require.NoError(t, err)
	for _, bad := range []store.Cursor{"1", "{}", "[]", "secret", "[" + until + "]", until + until, until[:len(until)-1]} {
		for _, r := range []store.PageRequest{{After: bad, Until: until}, {Until: bad}} {
			r.Selection, r.Limit = everything(), 1
			_, err := st.Page(t.Context(), r)
			require.ErrorIs(t, err, store.ErrInvalidRequest, "%q", bad)
			require.NotContains(t, err.Error(), "secret")
		}
	}
}

func TestRequestsThatAreRefused(t *testing.T) {
	t.Parallel()
	st := newStore(t)
	_, err := st.Page(t.Context(), store.PageRequest{Selection: everything()})
	require.ErrorIs(t, err, store.ErrInvalidRequest)
	_, err = st.Page(t.Context(), store.PageRequest{Selection: everything(), Limit: 1, Fields: []string{"mail"}})
	require.ErrorIs(t, err, store.ErrInvalidRequest)
	_, err = st.Page(t.Context(), store.PageRequest{Limit: 1})
	require.ErrorIs(t, err, store.ErrInvalidRequest)
	require.ErrorIs(t, err, where.ErrInvalid)
	_, err = st.Count(t.Context(), store.CountRequest{Selection: everything(), AtMost: -1})
	require.ErrorIs(t, err, store.ErrInvalidRequest)
	_, err = st.Delete(t.Context(), store.Batch{Selection: everything(), MaxRows: -1})
	require.ErrorIs(t, err, store.ErrInvalidRequest)
	_, err = st.Delete(t.Context(), store.Batch{Selection: everything(), Keys: []contacts.Key{{}}})
	require.ErrorIs(t, err, store.ErrInvalidRequest)
}

// TestPageWalksWhileContactsComeAndGo inserts and deletes behind, before and
// at the cursor.
func TestPageWalksWhileContactsComeAndGo(t *testing.T) {
	t.Parallel()
	st := newStore(t)
	require.NoError(t, st.Insert(memory.Row{"id": 50}, memory.Row{"id": 20}, memory.Row{"id": 40}, memory.Row{"id": 10}, memory.Row{"id": 30}))
	until, err := st.Bound(t.Context(), store.BoundRequest{})
	require.NoError(t, err)
	r := store.PageRequest{Selection: everything(), Until: until, Limit: 2}
	page, err := st.Page(t.Context(), r)
	require.NoError(t, err)
	require.Equal(t, keys(t, 10, 20), page.Keys)
	require.True(t, page.More)

	require.NoError(t, st.Remove(key(t, 20)))
	require.NoError(t, st.Remove(key(t, 30)))
	require.NoError(t, st.Insert(memory.Row{"id": 15}, memory.Row{"id": 20}, memory.Row{"id": 60}, memory.Row{"id": 25}))
	r.After = page.Next
	page, err = st.Page(t.Context(), r)
	require.NoError(t, err)
	require.Equal(t, keys(t, 25, 40), page.Keys, "20 is new but not behind the cursor")

	r.After = page.Next
	page, err = st.Page(t.Context(), r)
	require.NoError(t, err)
	require.Equal(t, store.Page{Keys: keys(t, 50), Next: until}, page, "60 is beyond the bound")

	r.After = page.Next
	page, err = st.Page(t.Context(), r)
	require.NoError(t, err)
	require.Equal(t, store.Page{Next: until}, page)
}

func TestBoundOfAnEmptiedStore(t *testing.T) {
	t.Parallel()
	st := newStore(t)
	require.NoError(t, st.Insert(memory.Row{"id": 1}))
	require.NoError(t, st.Remove(key(t, 1)))
	bound, err := st.Bound(t.Context(), store.BoundRequest{})
	require.NoError(t, err)
	require.Empty(t, bound)
}
