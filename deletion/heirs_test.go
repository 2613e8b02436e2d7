package deletion_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/deletion"
	"github.com/contactsweep/contactsweep/store"
	"github.com/contactsweep/contactsweep/store/memory"
	"github.com/contactsweep/contactsweep/where"
)

// heirSchema hands groups over to contact 1 and anonymises visits.
func heirSchema() contacts.Schema {
	id := contacts.Int64("id").NotNull()
	return contacts.Schema{
		Table: "contacts", Key: []string{"id"}, Fields: []contacts.Field{id, contacts.Text("name")},
		Associations: []contacts.Association{
			{
				Name: "groups", Table: "groups", Action: contacts.HandOver, Heir: contacts.Values{"owner": 1}, Key: []string{"id"},
				Fields: []contacts.Field{id, contacts.Int64("owner"), contacts.Int64("campaign")}, References: ref("owner"),
			},
			{
				Name: "visits", Table: "visits", Action: contacts.Anonymise, Set: contacts.Values{"ip": nil}, Key: []string{"id"},
				Fields: []contacts.Field{id, contacts.Int64("contact"), contacts.Text("ip")}, References: ref("contact"),
			},
		},
	}
}

// heirStore has the contacts 1 to n, each with a group and a visit; all but 2
// are called x.
func heirStore(t *testing.T, n int) *memory.Store {
	t.Helper()
	st, err := memory.New(heirSchema())
	require.NoError(t, err)
	for id := 1; id <= n; id++ {
		name := "x"
		if id == 2 {
			name = "y"
		}
		require.NoError(t, st.Insert(memory.Row{"id": id, "name": name}))
		require.NoError(t, st.InsertRows("groups", memory.Row{"id": id, "owner": id}))
		require.NoError(t, st.InsertRows("visits", memory.Row{"id": id, "contact": id, "ip": "10.0.0.1"}))
	}
	return st
}

func xs() where.Condition { return where.New().WhereEquals("name", "x") }

func TestAnHeirIsProtected(t *testing.T) {
	t.Parallel()
	for name, options := range map[string][]deletion.ServiceOption{
		"alone":               nil,
		"beside a protection": {deletion.WithProtected(where.New().WhereEquals("id", 4))},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			protected := int64(1 + len(options))
			st := heirStore(t, 5)
			svc := service(t, st, options...)
			plan, err := svc.Preview(t.Context(), xs())
			require.NoError(t, err)
			require.EqualValues(t, 5, plan.Total)
			require.EqualValues(t, 4, plan.Matched)
			require.Equal(t, protected, plan.Protected)
			require.Equal(t, 4-protected, plan.Deletable)
			require.Equal(t, []deletion.AssociationReport{
				{Name: "groups", Table: "groups", Action: contacts.HandOver, Rows: 4 - protected},
				{Name: "visits", Table: "visits", Action: contacts.Anonymise, Rows: 4 - protected},
			}, plan.Associations)
			n, err := svc.Count(t.Context(), xs())
			require.NoError(t, err)
			require.Equal(t, 4-protected, n)

			report, err := svc.Execute(t.Context(), plan, deletion.BatchSize(1))
			require.NoError(t, err)
			require.Equal(t, 4-protected, report.Deleted)
			require.Zero(t, report.Skipped)
			require.Equal(t, plan.Associations, report.Associations)
			require.Contains(t, report.String(), "groups  hand over")
			require.Contains(t, left(st), int64(1))

			report, err = svc.DeleteContact(t.Context(), 1)
			require.NoError(t, err)
			require.Equal(t, deletion.Skips{Protected: 1}, report.Skipped)
			require.Equal(t, []deletion.SkippedContact{{Key: key(t, 1), Cause: store.Protected}}, report.SkippedContacts)
		})
	}
}

func TestEverythingMeansAllButTheHeirs(t *testing.T) {
	t.Parallel()
	st := heirStore(t, 3)
	svc := service(t, st)
	_, err := svc.BulkDelete(t.Context(), where.Everything(), deletion.ConfirmEverything(2))
	require.ErrorIs(t, err, deletion.ErrNotConfirmed, "all contacts are counted")
	report, err := svc.BulkDelete(t.Context(), where.Everything(), deletion.ConfirmEverything(3), deletion.CapShare(0.7))
	require.NoError(t, err)
	require.EqualValues(t, 2, report.Deleted)
	require.Equal(t, []int64{1}, left(st))
}

func TestARunIsRefusedWithoutAnHeir(t *testing.T) {
	t.Parallel()
	st := heirStore(t, 3)
	require.NoError(t, st.Remove(key(t, 1)))
	_, err := service(t, st).BulkDelete(t.Context(), xs())
	require.ErrorIs(t, err, deletion.ErrUnsafe)
	require.ErrorContains(t, err, "heir-missing:groups.owner")

	// A host that accepts this still loses nothing.
	accepting := deletion.WithAcceptedFindings("heir-missing:groups.owner")
	report, err := service(t, st, accepting).BulkDelete(t.Context(), xs())
	require.NoError(t, err)
	require.Equal(t, deletion.Skips{Restricted: 1}, report.Skipped)
	require.Equal(t, "groups", report.SkippedContacts[0].Association)
	require.Equal(t, []int64{2, 3}, left(st))
}

// The commit of a batch with the heir is lost. The heir is there, although no
// deletion sees it.
func TestAnHeirIsNotTakenForDeleted(t *testing.T) {
	t.Parallel()
	for name, f := range map[string]fate{"nothing committed": lostBefore, "all committed": lostAfter} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			inner := heirStore(t, 3)
			st := &scripted{Store: inner, delete: func(n int, _ store.Batch, do func() (store.Outcome, error)) (store.Outcome, error) {
				if n == 1 {
					return f.apply(do)
				}
				return do()
			}}
			keys, err := contacts.Keys(1, 2, 3)
			require.NoError(t, err)
			report, err := service(t, st).DeleteKeys(t.Context(), keys)
			require.NoError(t, err)
			require.EqualValues(t, 2, report.Deleted)
			require.Equal(t, deletion.Skips{Protected: 1}, report.Skipped)
			require.Equal(t, []int64{1}, left(inner))
		})
	}
}

// The heir has a group of the same campaign already.
func TestAContactWhoseRowsCannotBeHandedOverIsIsolated(t *testing.T) {
	t.Parallel()
	st, db := sqliteStore(
		t, heirSchema(), `CREATE UNIQUE INDEX once ON groups (owner, campaign)`,
		`INSERT INTO contacts (id, name) VALUES (1, 'x'), (2, 'x'), (3, 'x'), (4, 'x')`,
		`INSERT INTO groups (id, owner, campaign) VALUES (10, 1, 7), (20, 2, 7), (30, 3, 8), (40, 4, 9)`,
	)
	report, err := service(t, st).BulkDelete(t.Context(), xs())
	require.NoError(t, err)
	require.EqualValues(t, 2, report.Deleted)
	require.Equal(t, deletion.Skips{Failed: 1}, report.Skipped)
	require.Equal(t, key(t, 2), report.SkippedContacts[0].Key)
	require.Equal(t, []int64{1, 2}, column(t, db, `SELECT id FROM contacts ORDER BY id`))
	require.Equal(t, []int64{1, 2, 1, 1}, column(t, db, `SELECT owner FROM groups ORDER BY id`))
}
