package sqlstore_test

import (
	"context"
	"database/sql"
	"fmt"
	"log"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/store"
	"github.com/contactsweep/contactsweep/store/sqlstore"
)

// onEachEmpty runs a test on an empty database of each engine.
func onEachEmpty(t *testing.T, test func(t *testing.T, d sqlstore.Dialect, db *sql.DB)) {
	t.Helper()
	for _, d := range dialects() {
		t.Run(d.String(), func(t *testing.T) {
			t.Parallel()
			test(t, d, emptyDatabase(t, d))
		})
	}
}

func execAll(t *testing.T, db *sql.DB, statements ...string) {
	t.Helper()
	for _, s := range statements {
		_, err := db.ExecContext(t.Context(), s)
		require.NoError(t, err, s)
	}
}

func TestOpenRefusesALedgerThatIsNotItsOwn(t *testing.T) {
	t.Parallel()
	onEachEmpty(t, func(t *testing.T, d sqlstore.Dialect, db *sql.DB) {
		t.Helper()
		byNumber, byText := keyed(contacts.Int64("id")), keyed(contacts.Text("id"))
		ddl, err := sqlstore.DDL(d, byNumber)
		require.NoError(t, err)
		execAll(t, db, ddl...)
		open := func(schema contacts.Schema, naming ...sqlstore.LedgerOption) error {
			_, err := sqlstore.Open(t.Context(), db, d, schema, sqlstore.WithLedger(naming...))
			return err
		}
		require.ErrorContains(t, open(byNumber), "ledger tables are at version 0 and this program needs version 1")
		status, err := sqlstore.MigrationStatus(t.Context(), db, d, byNumber)
		require.NoError(t, err)
		require.Zero(t, status.Has)
		require.Equal(t, 1, status.Needs)

		require.NoError(t, sqlstore.Migrate(t.Context(), db, d, byNumber))
		require.NoError(t, sqlstore.Migrate(t.Context(), db, d, byNumber), "again")
		require.NoError(t, open(byNumber))
		const both = "made for contacts with the key (int64), and the schema's is (text)"
		require.ErrorContains(t, open(byText), both)
		require.ErrorContains(t, sqlstore.Migrate(t.Context(), db, d, byText), both)
		status, err = sqlstore.MigrationStatus(t.Context(), db, d, byText)
		require.NoError(t, err)
		require.ErrorContains(t, status.Err, both)

		require.ErrorContains(t, open(byNumber, sqlstore.TablePrefix("x_")), "version 0")
		require.ErrorContains(t, open(byNumber, sqlstore.TablePrefix(`"; x`)), "prefix")
		require.ErrorContains(t, open(byNumber, sqlstore.TableSchema(`a.b`)), "schema")
		require.NoError(t, sqlstore.Migrate(t.Context(), db, d, byText, sqlstore.TablePrefix("x_")))
		require.NoError(t, open(byNumber), "two ledgers in one database")

		execAll(t, db, "INSERT INTO contactsweep_migrations (line, version, name, checksum, begun, done, applied_us, changes) VALUES ('ledger', 2, 'later', 'x', 1, 1, 1, 0)")
		require.ErrorContains(t, open(byNumber), "ledger tables are at version 2 and this program needs version 1")
	})
}

func TestOpenRefusesALedgerWithoutATableOrColumn(t *testing.T) {
	t.Parallel()
	onEachEmpty(t, func(t *testing.T, d sqlstore.Dialect, db *sql.DB) {
		t.Helper()
		schema := keyed(contacts.Int64("id"))
		ddl, err := sqlstore.DDL(d, schema)
		require.NoError(t, err)
		execAll(t, db, ddl...)
		require.NoError(t, sqlstore.Migrate(t.Context(), db, d, schema))
		execAll(t, db, "ALTER TABLE contactsweep_events DROP COLUMN happened")
		_, err = sqlstore.Open(t.Context(), db, d, schema, sqlstore.WithLedger())
		require.ErrorContains(t, err, "contactsweep_events has no column happened")
		execAll(t, db, "DROP TABLE contactsweep_pending")
		_, err = sqlstore.Open(t.Context(), db, d, schema, sqlstore.WithLedger())
		require.ErrorContains(t, err, "contactsweep_")
	})
}

func TestTheMigrationAsSQL(t *testing.T) {
	t.Parallel()
	onEachEmpty(t, func(t *testing.T, d sqlstore.Dialect, db *sql.DB) {
		t.Helper()
		schema := keyed(contacts.Int64("tenant"), contacts.Text("id"))
		ddl, err := sqlstore.DDL(d, schema)
		require.NoError(t, err)
		execAll(t, db, ddl...)
		elsewhere := []sqlstore.LedgerOption{sqlstore.TablePrefix("own_")}
		switch d {
		case sqlstore.PostgreSQL:
			execAll(t, db, "CREATE SCHEMA apart")
			elsewhere = append(elsewhere, sqlstore.TableSchema("apart"))
		case sqlstore.SQLite:
			elsewhere = append(elsewhere, sqlstore.TableSchema("main"))
		case sqlstore.MySQL:
		}
		versions, err := sqlstore.MigrationSQL(d, schema, elsewhere...)
		require.NoError(t, err)
		require.Len(t, versions, 1)
		execAll(t, db, versions[0]...)
		require.NoError(t, sqlstore.Migrate(t.Context(), db, d, schema, elsewhere...), "it is there")
		st, err := sqlstore.Open(t.Context(), db, d, schema, sqlstore.WithLedger(elsewhere...))
		require.NoError(t, err)
		b := desk{d, db, st, st.Ledger()}
		b.keepsKeys(t, b.insert(t, [][]any{{1, "a"}, {1, "A"}, {2, "a"}}))
		text, _, err := st.UnsuppressedSQL("eu", "c", 0)
		require.NoError(t, err)
		require.Contains(t, text, "own_targets")
	})
}

func TestAKeyOfTooManyTextsIsRefused(t *testing.T) {
	t.Parallel()
	schema := keyed(contacts.Text("a"), contacts.Text("b"), contacts.Text("c"))
	_, err := sqlstore.MigrationSQL(sqlstore.MySQL, schema)
	require.ErrorContains(t, err, "at most 2")
	_, err = sqlstore.MigrationSQL(sqlstore.PostgreSQL, schema)
	require.NoError(t, err)
}

func TestWithoutALedgerThereIsNone(t *testing.T) {
	t.Parallel()
	st := openCRM(t, file(t))
	require.Nil(t, st.Ledger())
	batch := noEmail(t)
	batch.Checkpoint = &store.Checkpoint{}
	_, err := st.Delete(t.Context(), batch)
	require.ErrorIs(t, err, store.ErrInvalidRequest)
	require.ErrorContains(t, err, "no ledger")
	_, _, err = st.UnsuppressedSQL("eu", "p", 0)
	require.ErrorIs(t, err, store.ErrInvalidRequest)
}

// The ledger's tables are made on purpose, with a deployment for example, and
// then the store is opened with it.
func ExampleMigrate() {
	ctx := context.Background()
	db := database(ctx, `CREATE TABLE customers (id INTEGER PRIMARY KEY AUTOINCREMENT, email TEXT)`)
	schema := contacts.Schema{
		Table: "customers", Key: []string{"id"}, Fields: []contacts.Field{contacts.Int64("id"), contacts.Text("email")},
	}
	before, err := sqlstore.MigrationStatus(ctx, db, sqlstore.SQLite, schema)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(before.Err)
	if err := sqlstore.Migrate(ctx, db, sqlstore.SQLite, schema); err != nil {
		log.Fatal(err)
	}
	st, err := sqlstore.Open(ctx, db, sqlstore.SQLite, schema, sqlstore.WithLedger())
	if err != nil {
		log.Fatal(err)
	}
	waiting, err := st.Ledger().Pending.Count(ctx, "")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(waiting, "contacts wait for their deletion")
	// Output:
	// the ledger tables are at version 0 and this program needs version 1: run the migration
	// 0 contacts wait for their deletion
}

// A newsletter leaves out the contacts that are suppressed, by a condition in
// the host's own statement.
func ExampleStore_UnsuppressedSQL() {
	ctx := context.Background()
	db := database(ctx,
		`CREATE TABLE customers (id INTEGER PRIMARY KEY AUTOINCREMENT, email TEXT)`,
		`INSERT INTO customers (email) VALUES ('ann@example.com'), ('bob@example.com'), ('cy@example.com')`)
	schema := contacts.Schema{
		Table: "customers", Key: []string{"id"}, Fields: []contacts.Field{contacts.Int64("id"), contacts.Text("email")},
	}
	if err := sqlstore.Migrate(ctx, db, sqlstore.SQLite, schema); err != nil {
		log.Fatal(err)
	}
	st, err := sqlstore.Open(ctx, db, sqlstore.SQLite, schema, sqlstore.WithLedger())
	if err != nil {
		log.Fatal(err)
	}
	suppress(ctx, st.Ledger(), 2) // somebody asked for the second one to be deleted

	condition, args, err := st.UnsuppressedSQL("", "c", 0)
	if err != nil {
		log.Fatal(err)
	}
	var emails string
	err = db.QueryRowContext(ctx, "SELECT group_concat(c.email) FROM customers AS c WHERE "+condition, args...).Scan(&emails)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(emails)
	// Output: ann@example.com,cy@example.com
}

// suppress is what the service does when a deletion is submitted.
func suppress(ctx context.Context, l *store.Ledger, id int) {
	o, err := l.Operations.Create(ctx, store.CreateRequest{
		TTL: time.Minute, Operation: store.Operation{ID: "1", Format: 1, State: store.StatePreparing, Lease: store.Lease{Holder: "example"}},
	})
	if err != nil {
		log.Fatal(err)
	}
	keys, err := contacts.Keys(id)
	if err != nil {
		log.Fatal(err)
	}
	_, err = l.Targets.Add(ctx, store.AddRequest{Suppress: true, Targets: []store.Target{{Key: keys[0]}}, Save: store.SaveRequest{
		Fence: store.Fence{ID: o.ID, Term: o.Lease.Term, Sequence: o.Sequence}, State: store.StatePending,
	}})
	if err != nil {
		log.Fatal(err)
	}
}
