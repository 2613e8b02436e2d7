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

// spouses have joint accounts, which refer to the spouse field of a contact.
// The deletion of the spouse sets that to NULL.
func spouses(joint contacts.Action) contacts.Schema {
	return contacts.Schema{
		Table: "contacts", Key: []string{"id"},
		Fields: []contacts.Field{contacts.Int64("id").NotNull(), contacts.Int64("spouse")},
		Associations: []contacts.Association{
			{Name: "spouse of", Table: "contacts", Action: contacts.Detach, References: ref("spouse")},
			{
				Name: "joint", Table: "joint", Action: joint, Key: []string{"id"},
				Fields:     []contacts.Field{contacts.Int64("id").NotNull(), contacts.Int64("holder")},
				References: []contacts.Reference{{Fields: []string{"holder"}, To: []string{"spouse"}}},
			},
		},
	}
}

func TestWhatRefersToAFieldThatIsClearedFixesTheTargets(t *testing.T) {
	t.Parallel()
	condition := where.New().WhereNotExists("joint")
	want := []int64{2, 3} // they have accounts, until their spouse goes
	t.Run("memory", func(t *testing.T) {
		t.Parallel()
		st, err := memory.New(spouses(contacts.ReadOnly))
		require.NoError(t, err)
		require.NoError(t, st.Insert(memory.Row{"id": 1}, memory.Row{"id": 2, "spouse": 1}, memory.Row{"id": 3, "spouse": 2}))
		require.NoError(t, st.InsertRows("joint", memory.Row{"id": 10, "holder": 1}, memory.Row{"id": 11, "holder": 2}))
		report, err := service(t, st).BulkDelete(t.Context(), condition, deletion.BatchSize(1))
		require.NoError(t, err)
		require.EqualValues(t, 1, report.Deleted)
		require.Equal(t, want, left(st))
	})
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		st, db := sqliteStore(
			t, spouses(contacts.ReadOnly),
			`INSERT INTO contacts (id, spouse) VALUES (1, NULL), (2, 1), (3, 2)`, `INSERT INTO joint (id, holder) VALUES (10, 1), (11, 2)`,
		)
		report, err := service(t, st).BulkDelete(t.Context(), condition, deletion.BatchSize(1))
		require.NoError(t, err)
		require.EqualValues(t, 1, report.Deleted)
		require.Equal(t, want, column(t, db, `SELECT id FROM contacts ORDER BY id`))
	})
}

// TestReferencesToWhatADetachClears does not ask whether the schemas are
// valid: what is refused elsewhere must not be relied on here.
func TestReferencesToWhatADetachClears(t *testing.T) {
	t.Parallel()
	upper := spouses(contacts.Restrict)
	upper.Fields = append(upper.Fields, contacts.Int64("partner").In("SPOUSE"))
	upper.Associations[1].References[0].To = []string{"partner"}
	below := func(detach contacts.Association) contacts.Schema {
		claims := rows("claims", "claims", contacts.Restrict, []contacts.Reference{{Fields: []string{"order"}, To: []string{"other"}}})
		return contacts.Schema{
			Table: "contacts", Key: []string{"id"}, Fields: []contacts.Field{contacts.Int64("id"), contacts.Int64("spouse")},
			Associations: []contacts.Association{rows("orders", "orders", contacts.Delete, ref("contact"), claims), detach},
		}
	}
	for name, tc := range map[string]struct {
		schema    contacts.Schema
		restricts bool
	}{
		"a field of the contact":                          {spouses(contacts.Restrict), true},
		"the same column by another name":                 {upper, true},
		"a field of the row above":                        {below(rows("made", "orders", contacts.Detach, ref("other"))), true},
		"a field of the row above, its table in capitals": {below(rows("made", "ORDERS", contacts.Detach, ref("other"))), true},
		"another table's field":                           {below(rows("made", "tasks", contacts.Detach, ref("other"))), false},
		"another field of the row above":                  {below(rows("made", "orders", contacts.Detach, ref("order"))), false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			sel := store.Selection{At: time.Now(), Condition: where.New().WhereGreaterThan("id", 0)}
			selects, restricts, guards, err := deletion.Volatile(tc.schema, sel)
			require.NoError(t, err)
			require.False(t, selects)
			require.False(t, guards)
			require.Equal(t, tc.restricts, restricts)
		})
	}
}
