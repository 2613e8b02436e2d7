package memory_test

import (
	"context"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/store"
	"github.com/contactsweep/contactsweep/store/memory"
	"github.com/contactsweep/contactsweep/where"
)

// heirSchema hands orders and reports over to contact 1, and anonymises visits.
func heirSchema() contacts.Schema {
	s := schema()
	s.Associations = []contacts.Association{
		{
			Name: "orders", Table: "orders", Action: contacts.HandOver, Heir: contacts.Values{"customer_id": 1},
			Fields:     []contacts.Field{contacts.Int64("customer_id"), contacts.Text("state")},
			References: []contacts.Reference{{Fields: []string{"customer_id"}}},
		},
		{
			Name: "reports", Table: "contacts", Action: contacts.HandOver, Heir: contacts.Values{"manager_id": 1},
			References: []contacts.Reference{{Fields: []string{"manager_id"}}},
		},
		{
			Name: "visits", Table: "visits", Action: contacts.Anonymise,
			Set:        contacts.Values{"ip": "none", "seen": "2026-01-02T03:04:05.123456Z"},
			Fields:     []contacts.Field{contacts.Int64("contact_id"), contacts.Text("ip"), contacts.Text("seen")},
			References: []contacts.Reference{{Fields: []string{"contact_id"}}},
		},
	}
	return s
}

func heirStore(tb testing.TB, n int) *memory.Store {
	tb.Helper()
	st := newSchemaStore(tb, heirSchema())
	for i := 1; i <= n; i++ {
		row := memory.Row{"id": i}
		if i > 2 {
			row["manager_id"] = i - 1
		}
		require.NoError(tb, st.Insert(row))
		require.NoError(tb, st.InsertRows("orders", memory.Row{"customer_id": i, "state": "x"}))
		require.NoError(tb, st.InsertRows("visits", memory.Row{"contact_id": i, "ip": "10.0.0.1"}))
	}
	return st
}

func all(st *memory.Store) [][]memory.Row {
	return [][]memory.Row{st.Contacts(), st.Rows("orders"), st.Rows("visits")}
}

func TestRowsAreHandedOverAndAnonymised(t *testing.T) {
	t.Parallel()
	st := heirStore(t, 4)
	before := all(st)
	batch := store.Batch{Selection: everything(), Keys: keys(t, 1, 2, 3), DryRun: true}
	want, err := st.Delete(t.Context(), batch)
	require.NoError(t, err)
	require.Equal(t, "2 3", text(want.Deleted))
	require.Equal(t, []store.Skipped{{Key: key(t, 1), Cause: store.Protected}}, want.Skipped)
	require.Equal(t, map[string]int64{"orders": 2, "reports": 1, "visits": 2}, want.Rows)
	require.Equal(t, before, all(st), "a dry run changes nothing")

	batch.DryRun = false
	out, err := st.Delete(t.Context(), batch)
	require.NoError(t, err)
	require.Equal(t, want, out)
	require.Len(t, st.Contacts(), 2)
	require.EqualValues(t, 1, st.Contacts()[1]["manager_id"])
	for i, row := range st.Rows("orders") {
		require.EqualValues(t, []int64{1, 1, 1, 4}[i], row["customer_id"])
	}
	require.Equal(t, memory.Row{"contact_id": nil, "ip": "none", "seen": "2026-01-02T03:04:05.123456Z"}, st.Rows("visits")[1])

	// What was handed over is the heir's, as conditions see it.
	counts, err := st.Count(t.Context(), countOf(where.New().WhereCount("orders", where.Equal, 3).WhereExists("reports")))
	require.NoError(t, err)
	require.EqualValues(t, 1, counts.Contacts)
}

func TestChangesAreUndoneWhenTheContextEnds(t *testing.T) {
	t.Parallel()
	st := heirStore(t, 300)
	before := all(st)
	batch := store.Batch{Selection: everything(), Keys: keys(t, upTo(200)...)}
	for calls := 0; ; calls++ {
		if _, err := st.Delete(&endsAfter{t.Context(), calls}, batch); err == nil {
			break
		}
		require.Equal(t, before, all(st))
	}
	require.Len(t, st.Contacts(), 101)
	require.Len(t, slices.DeleteFunc(st.Rows("orders"), func(r memory.Row) bool { return r["customer_id"] != int64(1) }), 200)
}

func TestVerifyFindsMissingHeirs(t *testing.T) {
	t.Parallel()
	st := heirStore(t, 0)
	findings, err := st.Verify(t.Context())
	require.NoError(t, err)
	require.Len(t, findings, 2)
	require.Equal(t, store.HeirMissing(heirSchema().Placed()[0], heirSchema().Associations[0].References[0]), findings[0])
	require.Equal(t, "heir-missing:contacts.manager_id", findings[1].Name())

	require.NoError(t, st.Insert(memory.Row{"id": 2}))
	findings, err = st.Verify(t.Context())
	require.NoError(t, err)
	require.Len(t, findings, 2)

	require.NoError(t, st.Insert(memory.Row{"id": 1}))
	findings, err = st.Verify(t.Context())
	require.NoError(t, err)
	require.Empty(t, findings)
	_, err = st.Verify(&endsAfter{t.Context(), 0})
	require.ErrorIs(t, err, context.Canceled)
}

// An heir that goes while a run is going, by another hand, holds the others
// back.
func TestAnHeirThatIsRemoved(t *testing.T) {
	t.Parallel()
	st := heirStore(t, 3)
	require.NoError(t, st.Remove(key(t, 1)))
	before := all(st)
	out, err := st.Delete(t.Context(), store.Batch{Selection: everything(), Keys: keys(t, 2, 3)})
	require.NoError(t, err)
	require.Empty(t, out.Deleted)
	require.Equal(t, []store.Skipped{{Key: key(t, 2), Cause: store.Restricted, Association: "orders"}, {Key: key(t, 3), Cause: store.Restricted, Association: "orders"}}, out.Skipped)
	require.Equal(t, before, all(st))
}

// References are found without the case of letters where a field says so, but an
// heir must be what the contact's own field takes for equal.
func TestHeirsAndTheCaseOfLetters(t *testing.T) {
	t.Parallel()
	plain, folded := contacts.Text("email"), contacts.Text("email").FoldCase()
	for name, tt := range map[string]struct {
		target, field contacts.Field
		goes          bool
	}{
		"both": {folded, contacts.Text("mail").FoldCase(), true}, "the contact's field": {folded, contacts.Text("mail"), true},
		"the row's field": {plain, contacts.Text("mail").FoldCase(), false}, "none": {plain, contacts.Text("mail"), false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			st := newSchemaStore(t, contacts.Schema{
				Table: "people", Key: []string{"id"}, Fields: []contacts.Field{contacts.Int64("id"), tt.target},
				Associations: []contacts.Association{{
					Name: "boxes", Table: "boxes", Action: contacts.HandOver, Heir: contacts.Values{"mail": "BOSS@x"}, Fields: []contacts.Field{tt.field},
					References: []contacts.Reference{{Fields: []string{"mail"}, To: []string{"email"}}},
				}},
			})
			require.NoError(t, st.Insert(memory.Row{"id": 1, "email": "boss@x"}, memory.Row{"id": 2, "email": "two@x"}))
			require.NoError(t, st.InsertRows("boxes", memory.Row{"mail": "two@x"}))
			findings, err := st.Verify(t.Context())
			require.NoError(t, err)
			require.Equal(t, !tt.goes, len(findings) > 0)
			out, err := st.Delete(t.Context(), store.Batch{Selection: everything(), Keys: keys(t, 1, 2)})
			require.NoError(t, err)
			if tt.goes {
				require.Equal(t, "2", text(out.Deleted))
				require.Equal(t, "BOSS@x", st.Rows("boxes")[0]["mail"])
				return
			}
			require.Equal(t, "1", text(out.Deleted))
			require.Equal(t, "two@x", st.Rows("boxes")[0]["mail"])
		})
	}
}

// A value that the field's encoding cannot hold is refused when the store is
// made.
func TestValuesThatCannotBeStored(t *testing.T) {
	t.Parallel()
	s := heirSchema()
	s.Associations[2].Fields = append(s.Associations[2].Fields, contacts.Decimal("paid").Encoded(contacts.DecimalUnits(2)))
	s.Associations[2].Set["paid"] = "0.001"
	_, err := memory.New(s)
	require.ErrorContains(t, err, `memory: association "visits": field "paid" holds decimal values: the number has more digits than the field's encoding stores`)
}
