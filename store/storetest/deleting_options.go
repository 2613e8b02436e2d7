package storetest

import (
	"fmt"
	"maps"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/store"
	"github.com/contactsweep/contactsweep/where"
)

// testDeleteOptions checks dry runs, the limit of rows and empty batches.
func testDeleteOptions(t *testing.T, h Harness) {
	t.Helper()
	everyone := selection(where.Everything())
	all := func(t *testing.T) []contacts.Key { t.Helper(); return keysOf(t, 1, 2, 3, 4, 5) }
	const rows = 21 // that go or are detached with all contacts but the restricted one
	t.Run("DryRun", func(t *testing.T) {
		t.Parallel()
		b := setup(t, h, crmSchema(), crmData())
		m := newModel(t, b.schema, b.data, everyone)
		want := m.delete(all(t))
		for range 2 {
			out, err := b.st.Delete(t.Context(), store.Batch{Selection: everyone, Keys: all(t), DryRun: true})
			require.NoError(t, err)
			requireOutcome(t, want, out)
			b.requireUnchanged(t)
		}
		out, err := b.st.Delete(t.Context(), store.Batch{Selection: everyone, Keys: all(t)})
		require.NoError(t, err)
		requireOutcome(t, want, out)
		require.Equal(t, canonical(t, b.schema, m.data()), canonical(t, b.schema, h.Dump(t, b.st)))
	})
	t.Run("MaxRows", func(t *testing.T) {
		t.Parallel()
		b := setup(t, h, crmSchema(), crmData())
		for _, limit := range []int64{1, 5, rows - 1} {
			for _, dry := range []bool{true, false} {
				_, err := b.st.Delete(t.Context(), store.Batch{Selection: everyone, Keys: all(t), MaxRows: limit, DryRun: dry})
				require.ErrorIs(t, err, store.ErrTooManyRows, "limit %d", limit)
				b.requireUnchanged(t)
			}
		}
		m := newModel(t, b.schema, b.data, everyone)
		want := m.delete(all(t))
		out, err := b.st.Delete(t.Context(), store.Batch{Selection: everyone, Keys: all(t), MaxRows: rows})
		require.NoError(t, err)
		requireOutcome(t, want, out)
		require.Equal(t, int64(rows), total(out.Rows))
		require.Equal(t, canonical(t, b.schema, m.data()), canonical(t, b.schema, h.Dump(t, b.st)))
	})
	t.Run("MaxRows does not count contacts", func(t *testing.T) {
		t.Parallel()
		b := setup(t, h, crmSchema(), Data{"people": {{"id": 1}, {"id": 2}, {"id": 3}}, "seen": {{"person": 1}, {"person": 1}}})
		out, err := b.st.Delete(t.Context(), store.Batch{Selection: everyone, Keys: keysOf(t, 1, 2, 3), MaxRows: 1})
		require.NoError(t, err)
		require.Len(t, out.Deleted, 3)
	})
	t.Run("no keys", func(t *testing.T) {
		t.Parallel()
		b := setup(t, h, crmSchema(), crmData())
		for _, keys := range [][]contacts.Key{nil, {}} {
			out, err := b.st.Delete(t.Context(), store.Batch{Selection: everyone, Keys: keys})
			require.NoError(t, err)
			require.Empty(t, out.Deleted)
			require.Empty(t, out.Skipped)
			require.Empty(t, withoutZeros(out.Rows))
		}
		b.requireUnchanged(t)
	})
	t.Run("a whole walk", func(t *testing.T) {
		t.Parallel()
		testWalk(t, h)
	})
	t.Run("many keys", func(t *testing.T) {
		t.Parallel()
		const n = 5000
		data := Data{}
		var keys []int
		for i := range n {
			data["people"] = append(data["people"], Row{"id": i + 1, "email": fmt.Sprint(i, "@x")})
			data["orders"] = append(data["orders"], Row{"id": i + 1, "buyer": i + 1})
			data["letters"] = append(data["letters"], Row{"to": fmt.Sprint(i, "@x")})
			keys = append(keys, n-i, n+i+1)
		}
		b := setup(t, h, crmSchema(), data)
		out, err := b.st.Delete(t.Context(), store.Batch{Selection: everyone, Keys: keysOf(t, keys...)})
		require.NoError(t, err)
		require.Len(t, out.Deleted, n)
		require.Len(t, out.Skipped, n)
		require.Equal(t, int64(n), out.Rows["orders"])
		require.Equal(t, int64(n), out.Rows["letters"])
		left := h.Dump(t, b.st)
		require.Empty(t, left["people"])
		require.Empty(t, left["orders"])
	})
}

// testWalk deletes every second contact by pages and batches, as the deletion
// service does, and looks at what the others still have.
func testWalk(t *testing.T, h Harness) {
	t.Helper()
	const n = 4000
	data, rest := Data{}, Data{}
	for i := 1; i <= n; i++ {
		rows := Data{
			"people":  {{"id": i, "email": fmt.Sprint(i, "@x"), "state": [...]string{"old", "new"}[i%2], "boss": i%7 + 1}},
			"orders":  {{"id": i, "buyer": i}},
			"lines":   {{"id": i, "of": i}, {"id": n + i, "of": i}},
			"letters": {{"to": fmt.Sprint(i, "@x")}},
		}
		for table, row := range rows {
			data[table] = append(data[table], row...)
			if i%2 == 1 {
				rest[table] = append(rest[table], row...)
			}
		}
	}
	b := setup(t, h, crmSchema(), data)
	old := selection(where.New().WhereEquals("state", "old"))
	deleted, more := 0, true
	for after := store.Cursor(""); more; {
		page, err := b.st.Page(t.Context(), store.PageRequest{Selection: old, After: after, Until: b.last, Limit: 300})
		require.NoError(t, err)
		out, err := b.st.Delete(t.Context(), store.Batch{Selection: old, Keys: page.Keys})
		require.NoError(t, err)
		require.Empty(t, out.Skipped)
		require.False(t, page.More && page.Next == after, "More is true, but the cursor did not advance")
		deleted += len(out.Deleted)
		more, after = page.More, page.Next
	}
	require.Equal(t, n/2, deleted)
	for i, row := range rest["people"] {
		if boss, ok := row["boss"].(int); ok && boss%2 == 0 {
			row := maps.Clone(row)
			row["boss"] = nil
			rest["people"][i] = row
		}
	}
	for range n / 2 {
		rest["letters"] = append(rest["letters"], Row{})
	}
	require.Equal(t, canonical(t, b.schema, rest), canonical(t, b.schema, h.Dump(t, b.st)))
	counts, err := b.st.Count(t.Context(), store.CountRequest{
		Selection: selection(where.New().WhereExists("orders", where.New().WhereCount("lines", where.Equal, 2))), Rows: true,
	})
	require.NoError(t, err)
	require.Equal(t, int64(n/2), counts.Contacts)
	require.Equal(t, int64(n), counts.Rows["lines"])
	require.Equal(t, int64(n/2), counts.Rows["letters"])
}

func total(rows map[string]int64) int64 {
	var sum int64
	for _, n := range rows {
		sum += n
	}
	return sum
}
