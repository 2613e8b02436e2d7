package memory_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/store"
	"github.com/contactsweep/contactsweep/store/memory"
	"github.com/contactsweep/contactsweep/where"
)

// filled returns a store with n contacts; each has an order with two lines,
// sold by the next contact, and reports to the contact before.
func filled(tb testing.TB, n int) *memory.Store {
	tb.Helper()
	st := newStore(tb)
	for i := 1; i <= n; i++ {
		require.NoError(tb, st.Insert(memory.Row{"id": i, "email": "a", "manager_id": i - 1}))
		require.NoError(tb, st.InsertRows("orders", memory.Row{"id": i, "customer_id": i, "seller_id": i + 1}))
		require.NoError(tb, st.InsertRows("lines", memory.Row{"order_id": i}, memory.Row{"order_id": i}))
	}
	return st
}

// content is all that a store holds.
func content(st *memory.Store) [][]memory.Row {
	return [][]memory.Row{st.Contacts(), st.Rows("orders"), st.Rows("lines")}
}

// text shows keys in their order.
func text(keys []contacts.Key) string {
	parts := make([]string, len(keys))
	for i, k := range keys {
		parts[i] = k.String()
	}
	return strings.Join(parts, " ")
}

func upTo(n int) []int {
	out := make([]int, n)
	for i := range out {
		out[i] = i + 1
	}
	return out
}

func TestNothingIsHalfDoneWhenTheContextEnds(t *testing.T) {
	t.Parallel()
	const n = 600
	st := filled(t, n)
	before := content(st)
	batch := store.Batch{Selection: everything(), Keys: keys(t, upTo(n/2)...)}
	calls := 0
	for ; ; calls++ {
		out, err := st.Delete(&endsAfter{t.Context(), calls}, batch)
		if err == nil {
			require.Len(t, out.Deleted, n/2)
			break
		}
		require.ErrorIs(t, err, context.Canceled)
		require.Zero(t, out)
		require.Equal(t, before, content(st))
	}
	require.Greater(t, calls, 5, "the context is asked now and then")
	require.Len(t, st.Contacts(), n/2)
	require.Len(t, st.Rows("lines"), n)
	require.Nil(t, st.Contacts()[0]["manager_id"])
}

func TestReadsEndWithTheContext(t *testing.T) {
	t.Parallel()
	st := filled(t, 2000)
	until, err := st.Bound(t.Context(), store.BoundRequest{})
	require.NoError(t, err)
	calls := map[string]func(context.Context) error{
		"count": func(ctx context.Context) error {
			_, err := st.Count(ctx, store.CountRequest{Selection: everything(), Rows: true})
			return err
		},
		"page": func(ctx context.Context) error {
			_, err := st.Page(ctx, store.PageRequest{Selection: everything(), Until: until, Limit: 1000})
			return err
		},
		"page of keys": func(ctx context.Context) error {
			_, err := st.Page(ctx, store.PageRequest{Selection: everything(), Keys: keys(t, upTo(2000)...), Limit: 1000})
			return err
		},
		"bound": func(ctx context.Context) error {
			_, err := st.Bound(ctx, store.BoundRequest{})
			return err
		},
		"verify": func(ctx context.Context) error {
			_, err := st.Verify(ctx)
			return err
		},
	}
	for name, call := range calls {
		ended := 0
		for call(&endsAfter{t.Context(), ended}) != nil {
			require.ErrorIs(t, call(&endsAfter{t.Context(), ended}), context.Canceled, name)
			ended++
		}
		require.Positive(t, ended, name)
	}
}

func TestDryRunAndTooManyRowsChangeNothing(t *testing.T) {
	t.Parallel()
	st := filled(t, 9)
	before := content(st)
	batch := store.Batch{Selection: everything(), Keys: keys(t, 5, 3, 5, 4), DryRun: true}
	want, err := st.Delete(t.Context(), batch)
	require.NoError(t, err)
	require.Equal(t, "3 4 5", text(want.Deleted))
	require.Equal(t, map[string]int64{"orders": 3, "lines": 6, "sales": 1, "reports": 1}, want.Rows)
	require.Equal(t, before, content(st))

	batch.DryRun, batch.MaxRows = false, 10
	out, err := st.Delete(t.Context(), batch)
	require.ErrorIs(t, err, store.ErrTooManyRows)
	require.Zero(t, out)
	require.Equal(t, before, content(st))

	batch.MaxRows = 11
	out, err = st.Delete(t.Context(), batch)
	require.NoError(t, err)
	require.Equal(t, want, out, "a dry run says what would be")
	require.NotEqual(t, before, content(st))
}

// TestRowsAreFoundBeforeAnyIsChanged has two associations on one table, where
// detaching by the first takes a row out of the second's condition.
func TestRowsAreFoundBeforeAnyIsChanged(t *testing.T) {
	t.Parallel()
	s := schema()
	second := s.Associations[1]
	second.Name, second.Where = "sold", where.New().WhereNotNull("seller_id")
	second.References = []contacts.Reference{{Fields: []string{"customer_id"}}}
	second.Fields = append(slices.Clip(second.Fields), s.Associations[0].Fields[1])
	s.Associations = append(s.Associations[1:2:2], second)
	st, err := memory.New(s)
	require.NoError(t, err)
	require.NoError(t, st.Insert(memory.Row{"id": 1}))
	require.NoError(t, st.InsertRows("sales", memory.Row{"seller_id": 1, "customer_id": 1}))
	out, err := st.Delete(t.Context(), store.Batch{Selection: everything(), Keys: keys(t, 1)})
	require.NoError(t, err)
	require.Equal(t, map[string]int64{"sales": 1, "sold": 1}, out.Rows)
	require.Nil(t, st.Rows("sales")[0]["customer_id"])
	require.Nil(t, st.Rows("sales")[0]["seller_id"])
}
