package storetest

import (
	"context"
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/store"
	"github.com/contactsweep/contactsweep/where"
)

// testRequests checks that a wrong request is refused as such, and that an
// ended context ends the call.
func testRequests(t *testing.T, h Harness) {
	t.Helper()
	b := setup(t, h, crmSchema(), crmData())
	everyone := selection(where.Everything())
	bound := b.bound(t)
	wrongKeys := map[string][]contacts.Key{
		"a text":       keysOf(t, "1"),
		"two columns":  mustKeys(t, []any{1, 2}),
		"the zero key": {{}},
		"too large":    keysOf(t, uint64(1)<<63),
		"one of many":  append(keysOf(t, 1, 2), keysOf(t, true)...),
	}
	for name, keys := range wrongKeys {
		t.Run("wrong key: "+name, func(t *testing.T) {
			_, err := b.st.Delete(t.Context(), store.Batch{Selection: everyone, Keys: keys})
			require.ErrorIs(t, err, store.ErrInvalidRequest)
			_, err = b.st.Page(t.Context(), store.PageRequest{Selection: everyone, Limit: 10, Keys: keys})
			require.ErrorIs(t, err, store.ErrInvalidRequest)
		})
	}
	for name, r := range map[string]store.PageRequest{
		"no limit":            {Until: bound},
		"a negative limit":    {Until: bound, Limit: -1},
		"an unknown field":    {Until: bound, Limit: 1, Fields: []string{"id", "nam"}},
		"a field of rows":     {Until: bound, Limit: 1, Fields: []string{"buyer"}},
		"malformed After":     {After: "\x00", Until: bound, Limit: 1},
		"malformed Until":     {Until: "x", Limit: 1},
		"a cursor and more":   {After: bound, Until: bound + "]", Limit: 1},
		"a cursor of nothing": {After: " ", Until: bound, Limit: 1},
		"a hostile cursor":    {After: `["' OR 1=1 --"]`, Until: bound, Limit: 1},
	} {
		t.Run("page with "+name, func(t *testing.T) {
			r.Selection = everyone
			_, err := b.st.Page(t.Context(), r)
			require.ErrorIs(t, err, store.ErrInvalidRequest)
		})
	}
	t.Run("a negative AtMost", func(t *testing.T) {
		_, err := b.st.Count(t.Context(), store.CountRequest{Selection: everyone, AtMost: -1})
		require.ErrorIs(t, err, store.ErrInvalidRequest)
	})
	t.Run("a negative MaxRows", func(t *testing.T) {
		_, err := b.st.Delete(t.Context(), store.Batch{Selection: everyone, Keys: keysOf(t, 1), MaxRows: -1})
		require.ErrorIs(t, err, store.ErrInvalidRequest)
	})
	t.Run("an ended context", func(t *testing.T) { b.testEndedContext(t) })
	b.requireUnchanged(t)
}

func (b *bench) testEndedContext(t *testing.T) {
	t.Helper()
	stop := errors.New("stop")
	cancelled, cancel := context.WithCancelCause(t.Context())
	cancel(stop)
	everyone, bound := selection(where.Everything()), b.bound(t)
	for name, call := range map[string]func(ctx context.Context) error{
		"Verify": func(ctx context.Context) error { _, err := b.st.Verify(ctx); return err },
		"Count": func(ctx context.Context) error {
			_, err := b.st.Count(ctx, store.CountRequest{Selection: everyone, Rows: true})
			return err
		},
		"Bound": func(ctx context.Context) error { _, err := b.st.Bound(ctx, store.BoundRequest{}); return err },
		"Page": func(ctx context.Context) error {
			_, err := b.st.Page(ctx, store.PageRequest{Selection: everyone, Until: bound, Limit: 2})
			return err
		},
		"Delete": func(ctx context.Context) error {
			_, err := b.st.Delete(ctx, store.Batch{Selection: everyone, Keys: keysOf(t, 1, 2)})
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			require.ErrorIs(t, call(cancelled), context.Canceled)
		})
	}
	b.requireUnchanged(t)
	_, err := b.st.Count(t.Context(), store.CountRequest{Selection: everyone})
	require.NoError(t, err, "the store goes on working")
}
