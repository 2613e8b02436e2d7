package deletion_test

import (
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/deletion"
	"github.com/contactsweep/contactsweep/store/sqlstore"
	"github.com/contactsweep/contactsweep/where"
)

func reporting() contacts.Schema {
	return contacts.Schema{
		Table: "people", Key: []string{"id"},
		Fields: []contacts.Field{contacts.Int64("id").NotNull(), contacts.Int64("boss"), contacts.Text("email")},
	}
}

// Somebody else's look at the store, a health check or a preview, is no consent
// of the run that goes on meanwhile.
func TestARunRefusesACascadeThatOthersSawMeanwhile(t *testing.T) {
	t.Parallel()
	for name, look := range map[string]func(*testing.T, *deletion.Service, *sqlstore.Store){
		"nobody": func(*testing.T, *deletion.Service, *sqlstore.Store) {},
		"a health check": func(t *testing.T, _ *deletion.Service, st *sqlstore.Store) {
			t.Helper()
			_, err := st.Verify(t.Context())
			require.NoError(t, err)
		},
		"a preview": func(t *testing.T, s *deletion.Service, _ *sqlstore.Store) {
			t.Helper()
			plan, err := s.Preview(t.Context(), where.New().WhereEquals("email", "x"))
			require.NoError(t, err)
			require.Contains(t, plan.String(), "unregistered-cascade:invoices.person")
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			st, db := sqliteStore(t, reporting(), `INSERT INTO people (id, email) VALUES (1, 'x'), (2, 'x'), (3, 'x')`)
			run, other := service(t, st, deletion.WithAcceptedFindings("unregistered-cascade:invoices.person")), service(t, st)
			var last error
			batches := 0
			for _, err := range run.Batches(t.Context(), where.New().WhereEquals("email", "x"), deletion.BatchSize(1)) {
				last = err
				if batches++; batches == 1 {
					for _, s := range []string{
						`CREATE TABLE invoices (id INTEGER PRIMARY KEY, person INTEGER REFERENCES people (id) ON DELETE CASCADE)`,
						`INSERT INTO invoices VALUES (1, 2), (2, 3)`,
					} {
						_, err := db.ExecContext(t.Context(), s)
						require.NoError(t, err)
					}
					look(t, other, st)
				}
			}
			require.ErrorIs(t, last, deletion.ErrUnsafe)
			require.Equal(t, []int64{1, 2}, column(t, db, "SELECT id FROM invoices"))
			require.Equal(t, []int64{2, 3}, column(t, db, "SELECT id FROM people"))
		})
	}
}

func TestProtectedContactsAreNotChangedByTheDatabase(t *testing.T) {
	t.Parallel()
	db := openSQLite(t, filepath.Join(t.TempDir(), "crm.db"), 1)
	for _, s := range []string{
		`CREATE TABLE people (id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, boss INTEGER REFERENCES people (id) ON DELETE SET NULL, email TEXT)`,
		`CREATE INDEX people_boss ON people (boss)`,
		`INSERT INTO people VALUES (1, NULL, 'x'), (2, 1, 'vip')`,
	} {
		_, err := db.ExecContext(t.Context(), s)
		require.NoError(t, err)
	}
	st, err := sqlstore.Open(t.Context(), db, sqlstore.SQLite, reporting())
	require.NoError(t, err)
	s := service(t, st, deletion.WithProtected(where.New().WhereEquals("email", "vip")))
	_, err = s.BulkDelete(t.Context(), where.New().WhereNull("boss"))
	require.ErrorIs(t, err, deletion.ErrUnsafe)
	require.Equal(t, []int64{1}, column(t, db, "SELECT boss FROM people WHERE id = 2"))
}

func TestATriggerDeletesNoProtectedContact(t *testing.T) {
	t.Parallel()
	st, db := sqliteStore(t, reporting(),
		`CREATE TRIGGER gone AFTER DELETE ON people BEGIN DELETE FROM people WHERE boss = old.id; END`,
		`INSERT INTO people VALUES (1, NULL, 'x'), (2, 1, 'vip'), (3, NULL, 'x')`)
	s := service(t, st, deletion.WithProtected(where.New().WhereEquals("email", "vip")))
	report, err := s.BulkDelete(t.Context(), where.New().WhereEquals("email", "x"))
	require.NoError(t, err)
	require.EqualValues(t, 1, report.Deleted)
	require.EqualValues(t, 1, report.Skipped.Failed)
	require.Equal(t, []int64{1, 2}, column(t, db, "SELECT id FROM people"))
}

func TestAKeyThatCannotBeNamedStopsNoSmallBatches(t *testing.T) {
	t.Parallel()
	schema := contacts.Schema{Table: "people", Key: []string{"id"}, Fields: []contacts.Field{contacts.Text("id").NotNull(), contacts.Text("email")}}
	st, db := sqliteStore(t, schema, `INSERT INTO people VALUES ('a', 'x'), (CAST(x'62FF' AS TEXT), 'x'), ('c', 'x')`)
	report, err := service(t, st).BulkDelete(t.Context(), where.New().WhereEquals("email", "x"), deletion.BatchSize(1))
	require.NoError(t, err)
	require.EqualValues(t, 2, report.Deleted)
	require.Equal(t, []int64{1}, column(t, db, "SELECT count(*) FROM people"))
}
