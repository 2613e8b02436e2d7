package storetest

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/store"
	"github.com/contactsweep/contactsweep/where"
)

// testCount checks counts of contacts and of the rows that belong to them.
func testCount(t *testing.T, h Harness) {
	t.Helper()
	w := where.New
	sample := setup(t, h, sampleSchema(), sampleData())
	t.Run("AtMost", func(t *testing.T) {
		for atMost, want := range map[int64]int64{0: 8, 1: 1, 7: 7, 8: 8, 9: 8, 1 << 40: 8} {
			counts, err := sample.st.Count(t.Context(), store.CountRequest{Selection: selection(where.Everything()), AtMost: atMost})
			require.NoError(t, err)
			require.Equal(t, want, counts.Contacts, "AtMost %d", atMost)
		}
	})
	t.Run("scope and protection", func(t *testing.T) {
		s := selection(w().WhereGreaterOrEquals("score", 0)) // 2, 3, 4, 6, 7
		s.Scope = w().WhereNotEquals("name", " ")            // not 4, not 5
		s.Protected = w().WhereContains("nick", `\`)         // 6, and unknown for 5
		counts, err := sample.st.Count(t.Context(), store.CountRequest{Selection: s})
		require.NoError(t, err)
		require.Equal(t, int64(3), counts.Contacts)
		require.Equal(t, ids(2, 3, 7), sample.walk(t, s, 100))
	})
	t.Run("an unknown protection protects", func(t *testing.T) {
		s := selection(where.Everything())
		s.Protected = w().WhereEquals("score", 5) // unknown for 5 and 8
		counts, err := sample.st.Count(t.Context(), store.CountRequest{Selection: s})
		require.NoError(t, err)
		require.Equal(t, int64(4), counts.Contacts)
	})
	t.Run("an unknown scope is out of scope", func(t *testing.T) {
		s := selection(where.Everything())
		s.Scope = w().WhereNotEquals("score", 5)
		require.Equal(t, ids(1, 2, 6, 7), sample.walk(t, s, 100))
	})
	t.Run("rows", func(t *testing.T) {
		b := setup(t, h, crmSchema(), crmData())
		for _, c := range []struct {
			name      string
			condition where.Condition
			want      map[string]int64
		}{
			{"everything", where.Everything(), map[string]int64{
				"orders": 5, "lines": 5, "parts": 3, "labels": 3, "notes": 3, "letters": 3, "seen": 4, "holds": 1,
			}},
			{"one contact", w().WhereID(1), map[string]int64{
				"orders": 3, "lines": 3, "parts": 2, "labels": 2, "notes": 1, "letters": 2, "seen": 2, "reports": 2,
			}},
			{"no contact", where.NoResults(), map[string]int64{}},
			{"contacts that are selected do not count as rows", w().WhereIn("id", 1, 2), map[string]int64{
				"orders": 4, "lines": 4, "parts": 2, "labels": 2, "notes": 2, "letters": 2, "seen": 3, "reports": 1,
			}},
		} {
			t.Run(c.name, func(t *testing.T) { b.requireRowCounts(t, c.condition, c.want) })
		}
		b.requireUnchanged(t)
	})
	t.Run("rows that two associations share count for both", func(t *testing.T) {
		schema := sharedSchema(contacts.Delete, contacts.Delete)
		b := setup(t, h, schema, sharedData())
		b.requireRowCounts(t, where.Everything(), map[string]int64{"first": 4, "second": 4})
	})
}

// requireRowCounts compares with the given counts, where absent means zero,
// and with the model's.
func (b *bench) requireRowCounts(t *testing.T, c where.Condition, want map[string]int64) {
	t.Helper()
	s := selection(c)
	model := newModel(t, b.schema, b.data, s).counts()
	require.Equal(t, want, withoutZeros(model.Rows), "a mistake in the suite: the model disagrees with the table")
	counts, err := b.st.Count(t.Context(), store.CountRequest{Selection: s, Rows: true, AtMost: 1})
	require.NoError(t, err)
	require.Equal(t, model.Rows, counts.Rows, "every association that is not read-only, and AtMost has no effect on rows")
}

func withoutZeros(rows map[string]int64) map[string]int64 {
	out := map[string]int64{}
	for name, n := range rows {
		if n != 0 {
			out[name] = n
		}
	}
	return out
}
