package storetest

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/store"
	"github.com/contactsweep/contactsweep/where"
)

// deletion is a batch on fresh data and what must come of it. The expectations
// that are written down are compared with the model's, and the store with the
// model down to the last row.
type deletion struct {
	name   string
	schema contacts.Schema
	data   Data
	batch  store.Batch // no condition: Everything; Keys nil: all contacts
	fatal  []string    // findings of Verify

	deleted []string
	skipped map[string]string // by key: the cause, and the association that restricts
	rows    map[string]int64  // absent: zero
}

func runDeletions(t *testing.T, h Harness, table []deletion) {
	t.Helper()
	for _, d := range table {
		t.Run(d.name, func(t *testing.T) {
			t.Parallel()
			d.run(t, h)
		})
	}
}

func (d deletion) run(t *testing.T, h Harness) {
	t.Helper()
	b := setup(t, h, d.schema, d.data, d.fatal...)
	batch := d.complete(t)
	m := newModel(t, d.schema, d.data, batch.Selection)
	want := m.delete(batch.Keys)
	require.Equal(t, slices.Sorted(slices.Values(d.deleted)), slices.Sorted(slices.Values(texts(want.Deleted))), "a mistake in the suite: the model disagrees")
	require.Equal(t, d.skippedWanted(), causes(want.Skipped), "a mistake in the suite: the model disagrees")
	require.Equal(t, withoutZeros(d.rows), withoutZeros(want.Rows), "a mistake in the suite: the model disagrees")

	order := b.walk(t, selection(where.Everything()), 1000)
	out, err := b.st.Delete(t.Context(), batch)
	require.NoError(t, err)
	requireOutcome(t, want, out)
	require.True(t, slices.IsSortedFunc(texts(out.Deleted), func(x, y string) int { return slices.Index(order, x) - slices.Index(order, y) }),
		"the deleted keys are in the order of the key")
	require.Equal(t, canonical(t, d.schema, m.data()), canonical(t, d.schema, h.Dump(t, b.st)), "what is left")
}

// complete fills in what the case leaves out.
func (d deletion) complete(t *testing.T) store.Batch {
	t.Helper()
	batch := d.batch
	batch.At = instant()
	if batch.Condition.IsZero() {
		batch.Condition = where.Everything()
	}
	if batch.Keys == nil {
		for _, row := range d.data[d.schema.Table] {
			values := make([]any, len(d.schema.Key))
			for i, name := range d.schema.Key {
				values[i] = row[name]
			}
			k, err := contacts.NewKey(values...)
			require.NoError(t, err)
			batch.Keys = append(batch.Keys, k)
		}
	}
	return batch
}

func (d deletion) skippedWanted() map[string]string {
	if d.skipped == nil {
		return map[string]string{}
	}
	return d.skipped
}

// causes returns the causes by key, with the association where there is one.
func causes(skipped []store.Skipped) map[string]string {
	out := map[string]string{}
	for _, s := range skipped {
		out[s.Key.String()] = strings.TrimSpace(s.Cause.String() + " " + s.Association)
	}
	return out
}

// requireOutcome compares outcomes; the order of Skipped does not matter.
func requireOutcome(t *testing.T, want, got store.Outcome) {
	t.Helper()
	require.Equal(t, slices.Sorted(slices.Values(texts(want.Deleted))), slices.Sorted(slices.Values(texts(got.Deleted))), "deleted")
	require.Equal(t, causes(want.Skipped), causes(got.Skipped), "skipped")
	require.Len(t, got.Skipped, len(want.Skipped), "each key is skipped once")
	require.Equal(t, want.Rows, got.Rows, "rows of every association that deletes or changes rows")
}
