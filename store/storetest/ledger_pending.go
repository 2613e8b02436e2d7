package storetest

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/store"
)

// testPending checks the table that others fill.
func testPending(t *testing.T, b *ledgerBench) {
	t.Helper()
	t.Run("put, and put again", func(t *testing.T) { t.Parallel(); b.desk().testPut(t) })
	t.Run("pages", func(t *testing.T) { t.Parallel(); b.desk().testPendingPages(t) })
	t.Run("remove", func(t *testing.T) { t.Parallel(); b.desk().testPendingRemove(t) })
}

func (d desk) put(t *testing.T, reason string, keys ...contacts.Key) {
	t.Helper()
	r := store.PutRequest{Scope: d.scope}
	for _, k := range keys {
		r.Contacts = append(r.Contacts, store.PendingContact{Key: k, Reason: reason})
	}
	require.NoError(t, d.Pending.Put(t.Context(), r))
}

// waiting returns all who wait, read by pages of that size.
func (d desk) waiting(t *testing.T, limit int) []store.PendingContact {
	t.Helper()
	var out []store.PendingContact
	var after store.Cursor
	for {
		page, err := d.Pending.Page(t.Context(), store.PendingRequest{Scope: d.scope, After: after, Limit: limit})
		require.NoError(t, err)
		require.LessOrEqual(t, len(page.Contacts), limit)
		out = append(out, page.Contacts...)
		if !page.More {
			return out
		}
		require.NotEqual(t, after, page.Next, "More is true, but the cursor did not advance")
		after = page.Next
	}
}

func waitingTexts(list []store.PendingContact) []string {
	out := []string{}
	for _, c := range list {
		out = append(out, c.Key.String())
	}
	return out
}

// requirePending checks who waits, in any order.
func (d desk) requirePending(t *testing.T, want ...string) {
	t.Helper()
	require.ElementsMatch(t, want, waitingTexts(d.waiting(t, 3)))
	n, err := d.Pending.Count(t.Context(), d.scope)
	require.NoError(t, err)
	require.EqualValues(t, len(want), n)
}

func (d desk) testPut(t *testing.T) {
	t.Helper()
	d.requirePending(t)
	before := d.now(t)
	d.put(t, "first", keysOf(t, 2, 1)...)
	after := d.now(t)
	first := d.waiting(t, 10)
	require.Equal(t, []string{"1", "2"}, waitingTexts(first))
	require.Equal(t, "first", first[0].Reason)
	require.False(t, first[0].Since.Before(before) || first[0].Since.After(after), "the ledger's clock says since when")
	require.NoError(t, d.Pending.Put(t.Context(), store.PutRequest{Scope: d.scope, Contacts: []store.PendingContact{
		{Key: keysOf(t, 3)[0], Reason: "one"}, {Key: keysOf(t, 1)[0], Reason: "new", Since: before.AddDate(1, 0, 0)}, {Key: keysOf(t, 3)[0], Reason: "two"},
	}}))
	second := d.waiting(t, 10)
	require.Equal(t, []string{"1", "2", "3"}, waitingTexts(second))
	require.Equal(t, store.PendingContact{Key: first[0].Key, Reason: "new", Since: first[0].Since}, second[0], "the new reason, and the old time")
	require.Equal(t, first[1], second[1])
	require.Equal(t, "two", second[2].Reason, "the later one of the same request")
	require.NoError(t, d.Pending.Put(t.Context(), store.PutRequest{Scope: d.scope}))
	d.requirePending(t, "1", "2", "3")
}

func (d desk) testPendingPages(t *testing.T) {
	t.Helper()
	d.put(t, "", keysOf(t, 100, 9, 10, -1, 55, 7)...)
	want := []string{"-1", "7", "9", "10", "55", "100"}
	for limit := 1; limit <= len(want)+1; limit++ {
		require.Equal(t, want, waitingTexts(d.waiting(t, limit)), "in the order of the key, by pages of %d", limit)
	}
	page, err := d.Pending.Page(t.Context(), store.PendingRequest{Scope: d.scope, Limit: 3})
	require.NoError(t, err)
	d.put(t, "", keysOf(t, 8, 60)...) // before and behind the cursor
	_, err = d.Pending.Remove(t.Context(), d.scope, keysOf(t, 9, 10))
	require.NoError(t, err)
	page, err = d.Pending.Page(t.Context(), store.PendingRequest{Scope: d.scope, After: page.Next, Limit: 10})
	require.NoError(t, err)
	require.Equal(t, []string{"55", "60", "100"}, waitingTexts(page.Contacts))
	require.False(t, page.More)
	end, err := d.Pending.Page(t.Context(), store.PendingRequest{Scope: d.scope, After: page.Next, Limit: 10})
	require.NoError(t, err)
	require.Empty(t, end.Contacts)
	require.Equal(t, page.Next, end.Next, "After where there was none")
}

func (d desk) testPendingRemove(t *testing.T) {
	t.Helper()
	d.put(t, "", keysOf(t, 1, 2, 3)...)
	n, err := d.Pending.Remove(t.Context(), d.scope, keysOf(t, 2, 9, 2, 3))
	require.NoError(t, err)
	require.EqualValues(t, 2, n, "how many were there")
	d.requirePending(t, "1")
	n, err = d.Pending.Remove(t.Context(), d.scope, nil)
	require.NoError(t, err)
	require.Zero(t, n)
	d.requirePending(t, "1")
}
