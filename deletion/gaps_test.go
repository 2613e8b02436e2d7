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

// partlyHeld has holds of which only the open ones are an association's.
func partlyHeld(more ...contacts.Association) contacts.Schema {
	open := contacts.Association{
		Name: "open holds", Table: "holds", Action: contacts.Restrict, Where: where.New().WhereNull("released"),
		Fields:     []contacts.Field{contacts.Int64("contact"), contacts.Text("released")},
		References: []contacts.Reference{{Fields: []string{"contact"}}},
	}
	return contacts.Schema{
		Table: "contacts", Key: []string{"id"}, Fields: []contacts.Field{contacts.Int64("id"), contacts.Text("email")},
		Associations: append([]contacts.Association{open}, more...),
	}
}

// A row that no association covers must not lose its contact.
func TestUncoveredRowsRefuseARun(t *testing.T) {
	t.Parallel()
	inMemory, err := memory.New(partlyHeld())
	require.NoError(t, err)
	require.NoError(t, inMemory.Insert(memory.Row{"id": 1}, memory.Row{"id": 2}))
	require.NoError(t, inMemory.InsertRows("open holds", memory.Row{"contact": 1}, memory.Row{"contact": 2, "released": "2026"}))
	inSQLite, _ := sqliteStore(t, partlyHeld(),
		`INSERT INTO contacts (id) VALUES (1), (2)`, `INSERT INTO holds (contact, released) VALUES (1, NULL), (2, '2026')`)
	for name, st := range map[string]store.Store{"memory": inMemory, "SQLite": inSQLite} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			const code = "partly-covered:holds.contact"
			condition := where.New().WhereEmpty("email")

			report, err := service(t, st).BulkDelete(t.Context(), condition)

			require.ErrorIs(t, err, deletion.ErrUnsafe)
			require.ErrorContains(t, err, code)
			require.Zero(t, report.Deleted)
			n, err := service(t, st).Count(t.Context(), condition)
			require.NoError(t, err)
			require.EqualValues(t, 2, n)

			report, err = service(t, st, deletion.WithAcceptedFindings(code)).BulkDelete(t.Context(), condition)
			require.NoError(t, err, "a host may know better")
			require.EqualValues(t, 1, report.Deleted)
		})
	}
}

func TestUncoveredRowsThatAreSpokenFor(t *testing.T) {
	t.Parallel()
	rest := partlyHeld().Associations[0]
	rest.Name, rest.Where, rest.Action = "holds", where.Condition{}, contacts.Delete
	st, db := sqliteStore(t, partlyHeld(rest),
		`INSERT INTO contacts (id) VALUES (1), (2)`, `INSERT INTO holds (contact, released) VALUES (1, NULL), (2, '2026')`)

	report, err := service(t, st).BulkDelete(t.Context(), where.New().WhereEmpty("email"))

	require.NoError(t, err)
	require.EqualValues(t, 1, report.Deleted)
	require.Equal(t, []int64{1}, column(t, db, `SELECT contact FROM holds`))
}
