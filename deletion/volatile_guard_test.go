package deletion_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/deletion"
	"github.com/contactsweep/contactsweep/store"
	"github.com/contactsweep/contactsweep/store/memory"
	"github.com/contactsweep/contactsweep/where"
)

// partners share deals. Those to whom somebody reports are protected, until
// the last of these goes.
func partners() contacts.Schema {
	return contacts.Schema{
		Table: "contacts", Key: []string{"id"},
		Fields: []contacts.Field{contacts.Int64("id").NotNull(), contacts.Text("name"), contacts.Int64("manager")},
		Associations: []contacts.Association{
			{Name: "reports", Table: "contacts", Action: contacts.Detach, References: ref("manager")},
			{
				Name: "deals", Table: "deals", Action: contacts.Delete, Key: []string{"id"},
				Fields:     []contacts.Field{contacts.Int64("id").NotNull(), contacts.Int64("a"), contacts.Int64("b")},
				References: append(ref("a"), ref("b")...),
			},
		},
	}
}

func managers() deletion.ServiceOption {
	return deletion.WithProtected(where.New().WhereExists("reports"))
}

// partnersStore has 1, 2 and 4 that are to go; 3 is protected because 1 reports
// to it, and shares a deal with 2.
func partnersStore(t *testing.T) *memory.Store {
	t.Helper()
	st, err := memory.New(partners())
	require.NoError(t, err)
	require.NoError(t, st.Insert(
		memory.Row{"id": 1, "name": "x", "manager": 3}, memory.Row{"id": 2, "name": "x"}, memory.Row{"id": 3, "name": "y"}, memory.Row{"id": 4, "name": "x"},
	))
	require.NoError(t, st.InsertRows(
		"deals", memory.Row{"id": 10, "a": 2, "b": 3}, memory.Row{"id": 11, "a": 4}, memory.Row{"id": 12, "a": 4}, memory.Row{"id": 13, "b": 1},
	))
	return st
}

func requireGuarded(t *testing.T, report deletion.Report, err error) {
	t.Helper()
	require.NoError(t, err)
	require.EqualValues(t, 3, report.Matched)
	require.EqualValues(t, 2, report.Deleted)
	require.Equal(t, deletion.Skips{Restricted: 1}, report.Skipped)
	require.Equal(t, "deals", report.SkippedContacts[0].Association)
	require.Equal(t, deletion.StoppedDone, report.Stopped)
}

func TestAGuardThatTheRunTakesAwayStillHolds(t *testing.T) {
	t.Parallel()
	xs := where.New().WhereEquals("name", "x")
	keys, err := contacts.Keys(1, 2, 4)
	require.NoError(t, err)
	for name, options := range map[string][]deletion.Option{
		"one batch": nil, "batches of 2": {deletion.BatchSize(2)}, "batches of 1": {deletion.BatchSize(1)},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			st := partnersStore(t)
			svc := service(t, st, managers())
			report, err := svc.BulkDelete(t.Context(), xs, append(options, deletion.DryRun())...)
			requireGuarded(t, report, err)
			require.Len(t, left(st), 4)
			report, err = svc.BulkDelete(t.Context(), xs, options...)
			requireGuarded(t, report, err)
			require.Equal(t, []int64{2, 3}, left(st))
			require.Len(t, st.Rows("deals"), 1)

			st = partnersStore(t)
			report, err = service(t, st, managers()).DeleteKeys(t.Context(), keys, options...)
			requireGuarded(t, report, err)
			require.Equal(t, []int64{2, 3}, left(st))
		})
	}
	t.Run("one batch after the other", func(t *testing.T) {
		t.Parallel()
		st := partnersStore(t)
		svc := service(t, st, managers())
		report, err := svc.BulkDelete(t.Context(), xs, deletion.BatchLimit(1))
		require.NoError(t, err)
		require.EqualValues(t, 1, report.Skipped.Restricted)
		for report.More {
			report, err = svc.BulkDelete(t.Context(), xs, deletion.BatchLimit(1), deletion.From(stored(t, report.Next)))
			require.NoError(t, err)
		}
		require.Equal(t, []int64{2, 3}, left(st))
	})
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		st, db := sqliteStore(
			t, partners(),
			`INSERT INTO contacts (id, name, manager) VALUES (1, 'x', 3), (2, 'x', NULL), (3, 'y', NULL), (4, 'x', NULL)`,
			`INSERT INTO deals (id, a, b) VALUES (10, 2, 3), (11, 4, NULL), (12, 4, NULL), (13, NULL, 1)`,
		)
		report, err := service(t, st, managers()).BulkDelete(t.Context(), xs, deletion.BatchSize(1))
		requireGuarded(t, report, err)
		require.Equal(t, []int64{2, 3}, column(t, db, `SELECT id FROM contacts ORDER BY id`))
		require.Equal(t, []int64{10}, column(t, db, `SELECT id FROM deals`))
	})
}

// TestTheLookAtGuardsGetsPastWhatCannotBeDeleted lets the undone transactions
// fail that look for guards before the first batch.
func TestTheLookAtGuardsGetsPastWhatCannotBeDeleted(t *testing.T) {
	t.Parallel()
	xs := where.New().WhereEquals("name", "x")
	t.Run("too many rows", func(t *testing.T) {
		t.Parallel()
		st := partnersStore(t)
		report, err := service(t, st, managers(), deletion.WithMaxRows(1)).BulkDelete(t.Context(), xs)
		require.NoError(t, err)
		require.Equal(t, deletion.Skips{Restricted: 1, TooManyRows: 1}, report.Skipped, "4 has two deals")
		require.Equal(t, []int64{2, 3, 4}, left(st))
	})
	for name, tc := range map[string]struct {
		class   error
		skipped deletion.Skips
		left    []int64
	}{
		"constraint": {store.ErrConstraint, deletion.Skips{Restricted: 1, Failed: 1}, []int64{2, 3, 4}},
		"time-out":   {store.ErrStatementTimeout, deletion.Skips{Restricted: 1}, []int64{2, 3}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			inner := partnersStore(t)
			st := &scripted{Store: inner, delete: func(_ int, b store.Batch, do func() (store.Outcome, error)) (store.Outcome, error) {
				only := len(b.Keys) == 1
				for _, k := range b.Keys {
					if k.First().Int64() == 4 && (!only || tc.class == store.ErrConstraint) { //nolint:errorlint // the table above has it
						return store.Outcome{}, classed(tc.class)
					}
				}
				return do()
			}}
			report, err := service(t, st, managers()).BulkDelete(t.Context(), xs)
			require.NoError(t, err)
			require.Equal(t, tc.skipped, report.Skipped)
			require.Equal(t, tc.left, left(inner))
		})
	}
	t.Run("final", func(t *testing.T) {
		t.Parallel()
		inner := partnersStore(t)
		st := &scripted{Store: inner, delete: func(int, store.Batch, func() (store.Outcome, error)) (store.Outcome, error) {
			return store.Outcome{}, classed(store.ErrFull)
		}}
		_, err := service(t, st, managers()).BulkDelete(t.Context(), xs)
		require.ErrorIs(t, err, store.ErrFull)
		require.Len(t, left(inner), 4)
	})
}

func TestWhatCanTakeAGuardAway(t *testing.T) {
	t.Parallel()
	changing, steady := where.New().WhereExists("reports"), where.New().WhereEquals("name", "y")
	plain := func(s contacts.Schema) contacts.Schema { // without contacts that lose their manager
		s.Associations[0].Action = contacts.ReadOnly
		return s
	}
	single := plain(partners())
	single.Associations[1].References = ref("a")
	read := plain(partners())
	read.Associations[1].Action = contacts.Keep
	seen := plain(partners())
	seen.Associations[1].References = ref("a")
	seen.Associations = append(seen.Associations, seen.Associations[1])
	seen.Associations[2].Name, seen.Associations[2].Action, seen.Associations[2].References = "seen", contacts.ReadOnly, ref("b")
	named := partners()
	named.Associations[1].References = []contacts.Reference{{Fields: []string{"a"}}, {Fields: []string{"b"}, To: []string{"manager"}}}
	for name, tc := range map[string]struct {
		schema contacts.Schema
		sel    store.Selection
		guards bool
	}{
		"a protection that changes":    {plain(partners()), store.Selection{Condition: steady, Protected: changing}, true},
		"a scope that changes":         {plain(partners()), store.Selection{Condition: steady, Scope: changing}, true},
		"only the condition changes":   {partners(), store.Selection{Condition: changing, Protected: steady}, false},
		"no guard":                     {partners(), store.Selection{Condition: changing}, false},
		"rows of one contact":          {single, store.Selection{Condition: steady, Protected: changing}, false},
		"a reference only read":        {seen, store.Selection{Condition: steady, Protected: changing}, true},
		"contacts that are detached":   {partners(), store.Selection{Condition: steady, Protected: changing}, true},
		"detached, but not changing":   {partners(), store.Selection{Condition: steady, Protected: steady}, false},
		"rows that stay":               {read, store.Selection{Condition: steady, Protected: changing}, false},
		"a reference that is loosened": {named, store.Selection{Condition: steady, Protected: steady}, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			tc.sel.At = time.Now()
			_, _, guards, err := deletion.Volatile(tc.schema, tc.sel)
			require.NoError(t, err)
			require.Equal(t, tc.guards, guards)
		})
	}
}
