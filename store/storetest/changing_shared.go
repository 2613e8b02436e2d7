package storetest

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/store"
	"github.com/contactsweep/contactsweep/where"
)

// taskSchema has two associations of the same rows by the same reference.
func taskSchema(first, second contacts.Association) contacts.Schema {
	for _, a := range []*contacts.Association{&first, &second} {
		a.Table, a.Fields = "tasks", []contacts.Field{contacts.Int64("owner"), contacts.Text("state"), contacts.Text("text")}
		if a.References == nil {
			a.References = refs("owner")
		}
	}
	return contacts.Schema{
		Table: "people", Key: []string{"id"}, Fields: []contacts.Field{contacts.Int64("id").NotNull()},
		Associations: []contacts.Association{first, second},
	}
}

func taskData() Data {
	return Data{
		"people": {{"id": 1}, {"id": 2}, {"id": 9}},
		"tasks": {
			{"owner": 1, "state": "open", "text": "a"},
			{"owner": 1, "state": "closed", "text": "b"},
			{"owner": 1, "text": "c"},
			{"owner": 2, "state": "open", "text": "d"},
			{"owner": 9, "state": "open", "text": "e"},
			{"state": "closed", "text": "f"},
		},
	}
}

// testChangingShared checks rows that several associations have in common, of
// which one at least changes them.
func testChangingShared(t *testing.T, h Harness) {
	t.Helper()
	w := where.New
	one := store.Batch{Keys: keysOf(t, 1)}
	stays := []contacts.Reference{{Fields: []string{"owner"}, Stays: true}}
	heir := contacts.Association{Name: "heir", Action: contacts.HandOver, Heir: contacts.Values{"owner": 9}}
	erased := contacts.Association{Name: "erased", Action: contacts.Anonymise, Set: contacts.Values{"text": "gone"}}
	detached := contacts.Association{Name: "detached", Action: contacts.Detach}
	deleted := contacts.Association{Name: "deleted", Action: contacts.Delete}
	which := func(a contacts.Association, c where.Condition) contacts.Association { a.Where = c; return a }
	staying := erased
	staying.References = stays
	open, closed, all := w().WhereEquals("state", "open"), w().WhereEquals("state", "closed"), w().WhereNotEquals("state", "secret")
	tested := sharedSchema(contacts.Anonymise, contacts.HandOver)
	tested.Associations[1].Where = w().WhereEquals("text", "a")
	runDeletions(t, h, []deletion{
		{
			name: "delete and anonymise: a deleted row is not anonymised", schema: sharedSchema(contacts.Delete, contacts.Anonymise), data: sharedData(), batch: one,
			deleted: ids(1), rows: map[string]int64{"first": 2, "second": 1},
		},
		{
			name: "hand over and delete: what deletes comes first", schema: sharedSchema(contacts.HandOver, contacts.Delete), data: sharedData(), batch: one,
			deleted: ids(1), rows: map[string]int64{"first": 1, "second": 2},
		},
		{
			name: "hand over and hand over: a row counts for both", schema: sharedSchema(contacts.HandOver, contacts.HandOver), data: sharedData(), batch: one,
			deleted: ids(1), rows: map[string]int64{"first": 2, "second": 2},
		},
		{
			name: "anonymise and anonymise: the later one has the last word", schema: sharedSchema(contacts.Anonymise, contacts.Anonymise), data: sharedData(), batch: one,
			deleted: ids(1), rows: map[string]int64{"first": 2, "second": 2},
		},
		{
			name: "detach and anonymise", schema: sharedSchema(contacts.Detach, contacts.Anonymise), data: sharedData(), batch: one,
			deleted: ids(1), rows: map[string]int64{"first": 2, "second": 2},
		},
		{
			name: "hand over and restrict", schema: sharedSchema(contacts.HandOver, contacts.Restrict), data: sharedData(),
			deleted: nil, skipped: map[string]string{"1": "restricted second", "2": "restricted second", "3": "restricted second", "4": "protected"},
		},
		{
			name: "a part is handed over, a part anonymised", schema: taskSchema(which(heir, open), which(erased, closed)), data: taskData(), batch: one,
			deleted: ids(1), rows: map[string]int64{"heir": 1, "erased": 1},
		},
		{
			name: "a part is handed over, a part deleted", schema: taskSchema(which(heir, open), which(deleted, closed)), data: taskData(), batch: one,
			deleted: ids(1), rows: map[string]int64{"heir": 1, "deleted": 1},
		},
		{
			name: "anonymised rows are not handed over", schema: taskSchema(heir, which(erased, closed)), data: taskData(), batch: one,
			deleted: ids(1), rows: map[string]int64{"heir": 2, "erased": 1},
		},
		{
			name: "unless their reference stays", schema: taskSchema(heir, staying), data: taskData(), batch: one,
			deleted: ids(1), rows: map[string]int64{"heir": 3, "erased": 3},
		},
		{
			name: "detached rows are not handed over", schema: taskSchema(heir, which(detached, all)), data: taskData(), batch: one,
			deleted: ids(1), rows: map[string]int64{"heir": 1, "detached": 2},
		},
		{
			name: "rows are anonymised before they are detached", schema: taskSchema(detached, staying), data: taskData(), batch: one,
			deleted: ids(1), rows: map[string]int64{"detached": 3, "erased": 3},
		},
		{
			name: "a condition on what another association sets is asked before", schema: tested, data: sharedData(), batch: one,
			deleted: ids(1), rows: map[string]int64{"first": 2, "second": 1},
		},
	})
}

// testChangingOptions checks dry runs and the limit of rows.
func testChangingOptions(t *testing.T, h Harness) {
	t.Helper()
	for _, c := range []struct {
		name    string
		schema  contacts.Schema
		data    Data
		contact int
		rows    int64
	}{
		{"anonymise", logSchema(), logData(), 1, 10},
		{"hand over", groupSchema(), groupData(), 2, 9},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			b := setup(t, h, c.schema, c.data)
			s := selection(where.Everything())
			m := newModel(t, b.schema, b.data, s)
			want := m.delete(keysOf(t, c.contact))
			require.Equal(t, c.rows, total(want.Rows))
			batch := store.Batch{Selection: s, Keys: want.Deleted, DryRun: true}
			for range 2 {
				out, err := b.st.Delete(t.Context(), batch)
				require.NoError(t, err)
				requireOutcome(t, want, out)
				b.requireUnchanged(t)
			}
			batch.DryRun = false
			for _, batch.MaxRows = range []int64{1, c.rows - 1} {
				_, err := b.st.Delete(t.Context(), batch)
				require.ErrorIs(t, err, store.ErrTooManyRows)
				b.requireUnchanged(t)
			}
			batch.MaxRows = c.rows
			out, err := b.st.Delete(t.Context(), batch)
			require.NoError(t, err)
			requireOutcome(t, want, out)
			require.Equal(t, canonical(t, b.schema, m.data()), canonical(t, b.schema, h.Dump(t, b.st)))
		})
	}
}
