package sqlstore_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/go-sql-driver/mysql"
	"github.com/stretchr/testify/require"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/internal/servertest"
	"github.com/contactsweep/contactsweep/store"
	"github.com/contactsweep/contactsweep/store/sqlstore"
)

// A foreign key that is dropped after the store was opened leaves no row
// behind.
func TestAForeignKeyThatIsDroppedLater(t *testing.T) {
	t.Parallel()
	for name, e := range shopEngines() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			db, sent := e.open(t, nil)
			st, err := sqlstore.Open(t.Context(), db, e.dialect, shop())
			require.NoError(t, err)
			script(t, db, e.unkeyed("items"))
			before := dumped(t, db, shopNames...)
			sent()
			out, err := st.Delete(t.Context(), everybody(t, 1))
			if e.dialect == sqlstore.PostgreSQL {
				require.ErrorIs(t, err, store.ErrUnsafe)
				require.ErrorContains(t, err, sqlstore.CodeNotCascaded+":items.sale")
				require.Equal(t, before, dumped(t, db, shopNames...))
				return
			}
			require.NoError(t, err)
			require.Equal(t, map[string]int64{"orders": 1, "items": 2, "ratings": 2}, out.Rows)
			require.Equal(t, []string{"items", "orders", "people"}, deletesOf(sent()))
		})
	}
}

// One that is dropped in the middle of the batch, after that has asked for it,
// fails the batch, which then does without it.
func TestMySQLForeignKeyThatIsDroppedDuringABatch(t *testing.T) {
	t.Parallel()
	database := servertest.MariaDB().Database(t)
	other := myPool(t, database, nil)
	myScript(t, other, shopTables+"DROP TABLE ratings")
	schema, err := shop().Edit(contacts.DropAssociation("ratings")) // for which the items would be locked before
	require.NoError(t, err)
	db, r := myRecorded(t, database, nil)
	st, err := sqlstore.Open(t.Context(), db, sqlstore.MySQL, schema)
	require.NoError(t, err)
	before := dumped(t, other, "people", "orders", "items")
	var once sync.Once
	r.set(func(query string) {
		if strings.HasPrefix(query, "SELECT count(*)") {
			once.Do(func() { script(t, other, "SET lock_wait_timeout = 10;\nALTER TABLE items DROP FOREIGN KEY items_fk") })
		}
	})

	_, err = st.Delete(t.Context(), everybody(t, 2))
	require.ErrorIs(t, err, store.ErrTransient)
	require.ErrorContains(t, err, "stopped to delete rows")
	require.Equal(t, before, dumped(t, other, "people", "orders", "items"))

	out, err := st.Delete(t.Context(), everybody(t, 2))
	require.NoError(t, err)
	require.Equal(t, map[string]int64{"orders": 2, "items": 4}, out.Rows)
	require.Zero(t, count(t, other, "SELECT count(*) FROM items WHERE sale NOT IN (SELECT id FROM orders)"))
}

// Rows that are counted cannot be deleted by others before the database does so:
// they would be counted twice.
func TestMySQLRowsThatAreCountedStay(t *testing.T) {
	t.Parallel()
	database := servertest.MariaDB().Database(t)
	other := myPool(t, database, func(c *mysql.Config) { c.Params = map[string]string{"innodb_lock_wait_timeout": "1"} })
	myScript(t, other, shopTables+"DROP TABLE ratings")
	schema, err := shop().Edit(contacts.DropAssociation("ratings"))
	require.NoError(t, err)
	db, r := myRecorded(t, database, nil)
	st, err := sqlstore.Open(t.Context(), db, sqlstore.MySQL, schema)
	require.NoError(t, err)
	var beside []error
	r.set(func(query string) {
		if strings.HasPrefix(query, "DELETE FROM") {
			for _, s := range []string{"DELETE FROM items WHERE sale = 21", "DELETE FROM items WHERE id = 43", "UPDATE items SET sale = 11 WHERE sale = 22"} {
				_, err := other.ExecContext(t.Context(), s)
				beside = append(beside, err)
			}
		}
	})
	out, err := st.Delete(t.Context(), everybody(t, 2))
	require.NoError(t, err)
	require.Equal(t, map[string]int64{"orders": 2, "items": 4}, out.Rows)
	require.Len(t, beside, 3)
	for _, err := range beside {
		var failed *mysql.MySQLError
		require.ErrorAs(t, err, &failed)
		require.EqualValues(t, 1205, failed.Number, "lock wait time-out")
	}
}

// Some who speak PostgreSQL's dialect have the function that counts, but count
// nothing.
func TestPostgreSQLThatDoesNotCount(t *testing.T) {
	t.Parallel()
	e := shopEngines()["postgres"]
	db, sent := e.open(t, nil)
	script(t, db, "CREATE OR REPLACE FUNCTION pg_catalog.pg_stat_get_xact_tuples_deleted(oid) RETURNS bigint LANGUAGE sql STABLE AS 'SELECT 0::bigint'")
	st, err := sqlstore.Open(t.Context(), db, e.dialect, shop())
	require.NoError(t, err)
	before := dumped(t, db, shopNames...)
	_, err = st.Delete(t.Context(), everybody(t, 1))
	require.ErrorIs(t, err, store.ErrTransient)
	require.ErrorContains(t, err, "does not count")
	require.Equal(t, before, dumped(t, db, shopNames...))
	sent()
	for id := range 3 {
		out, err := st.Delete(t.Context(), everybody(t, id+1))
		require.NoError(t, err)
		require.Equal(t, map[string]int64{"orders": int64(id + 1), "items": int64(2 * (id + 1)), "ratings": int64(2 * (id + 1))}, out.Rows)
		require.Equal(t, []string{"items", "orders", "people"}, deletesOf(sent()))
	}
}

// The rows of a partitioned table are counted in its partitions, also those
// that come later, and whatever the contacts are in.
func TestPostgreSQLCascadesToPartitions(t *testing.T) {
	t.Parallel()
	const tables = `
CREATE TABLE people (id bigint PRIMARY KEY, badge bigint) PARTITION BY RANGE (id);
CREATE TABLE people_1 PARTITION OF people FOR VALUES FROM (0) TO (3);
CREATE TABLE people_2 PARTITION OF people FOR VALUES FROM (3) TO (99);
CREATE TABLE orders (id bigint PRIMARY KEY, buyer bigint REFERENCES people ON DELETE CASCADE) PARTITION BY RANGE (id);
CREATE TABLE orders_1 PARTITION OF orders FOR VALUES FROM (0) TO (25) PARTITION BY RANGE (id);
CREATE TABLE orders_1_1 PARTITION OF orders_1 FOR VALUES FROM (0) TO (25);
CREATE TABLE orders_2 PARTITION OF orders FOR VALUES FROM (25) TO (99);
CREATE INDEX ON orders (buyer);
CREATE TABLE items (id bigint PRIMARY KEY, sale bigint REFERENCES orders ON DELETE CASCADE);
CREATE INDEX ON items (sale);
CREATE TABLE ratings (id bigint PRIMARY KEY, item bigint REFERENCES items);
CREATE INDEX ON ratings (item);
CREATE TABLE claims (id bigint PRIMARY KEY, sale bigint REFERENCES orders);
CREATE INDEX ON claims (sale);
INSERT INTO people VALUES (1), (2), (3), (9);
INSERT INTO orders SELECT 10 * p.id + q.id, p.id FROM people p JOIN people q ON q.id <= p.id AND q.id < 9;
INSERT INTO items SELECT 2 * o.id + p.id, o.id FROM orders o JOIN people p ON p.id <= 2;
`
	database := servertest.Postgres().Database(t)
	db, r := pgRecorded(t, database, nil)
	script(t, db, tables)
	st, err := sqlstore.Open(t.Context(), db, sqlstore.PostgreSQL, shop())
	require.NoError(t, err)
	findings, err := st.Verify(t.Context())
	require.NoError(t, err)
	require.Empty(t, fatal(findings))
	script(t, db, "CREATE TABLE orders_3 PARTITION OF orders FOR VALUES FROM (100) TO (200);\nINSERT INTO orders VALUES (100, 2), (101, 3), (102, 2)")
	r.take()
	deletes := func() (out []string) {
		for _, s := range r.take() {
			out = append(out, strings.ReplaceAll(s.SQL, `"`, ""))
		}
		return deletesOf(out)
	}

	out, err := st.Delete(t.Context(), everybody(t, 2, 3))
	require.NoError(t, err)
	require.Equal(t, map[string]int64{"orders": 2 + 3 + 3, "items": 4 + 6, "ratings": 0}, out.Rows)
	require.Equal(t, []string{"people"}, deletes())

	script(t, db, "ALTER TABLE people_1 DISABLE TRIGGER ALL")
	out, err = st.Delete(t.Context(), everybody(t, 1))
	require.NoError(t, err)
	require.Equal(t, map[string]int64{"orders": 1, "items": 2, "ratings": 0}, out.Rows)
	require.Equal(t, []string{"items", "orders", "people"}, deletes())
}

// Others add rows to the contacts that are being deleted, and delete some and
// move some away, all the time: no row is left behind, and each is counted by
// the one who deleted it.
func TestOthersChangeTheRowsThatAreLeftToTheDatabase(t *testing.T) {
	t.Parallel()
	for name, e := range shopEngines() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			db, _ := e.open(t, nil)
			const people = 60
			for i := 100; i < 100+people; i++ {
				script(t, db, fmt.Sprintf("INSERT INTO people VALUES (%d, NULL);\nINSERT INTO orders VALUES (%d, %d), (%d, %d);\nINSERT INTO items VALUES (%d, %d), (%d, %d)",
					i, 10*i, i, 10*i+1, i, 10*i, 10*i, 10*i+1, 10*i+1))
			}
			st, err := sqlstore.Open(t.Context(), db, e.dialect, shop())
			require.NoError(t, err)
			w := &others{db: db, rows: map[string]int{"orders": 2 * people, "items": 2 * people}}
			ctx, stop := context.WithCancel(t.Context())
			var wait sync.WaitGroup
			for n := range 3 {
				wait.Go(func() { w.work(ctx, n, people) })
			}
			went := map[string]int{}
			for first := 100; first < 100+people; first += 5 {
				batch := everybody(t, first, first+1, first+2, first+3, first+4)
				for {
					out, err := st.Delete(t.Context(), batch)
					if errors.Is(err, store.ErrTransient) {
						continue
					}
					require.NoError(t, err)
					require.Len(t, out.Deleted, 5)
					for name, n := range out.Rows {
						went[name] += int(n)
					}
					break
				}
			}
			stop()
			wait.Wait()
			t.Logf("%d changes beside, %v rows went", w.changes, went)
			require.Zero(t, count(t, db, "SELECT count(*) FROM orders WHERE buyer >= 100"))
			require.Zero(t, count(t, db, "SELECT count(*) FROM items WHERE sale >= 1000 AND sale NOT IN (SELECT id FROM orders)"))
			for _, table := range []string{"orders", "items"} {
				require.Equal(t, w.rows[table], went[table]+count(t, db, "SELECT count(*) FROM "+table+" WHERE id >= 1000"), table)
			}
		})
	}
}

// others change rows, and keep account of how many there should be.
type others struct {
	db      *sql.DB
	mu      sync.Mutex
	rows    map[string]int
	changes int
}

// work changes what it can: a statement that fails, because its contact is gone
// or to end a deadlock, has done nothing.
func (w *others) work(ctx context.Context, worker, people int) {
	for n := 0; ctx.Err() == nil; n++ {
		person := 100 + (n*7+worker)%people
		id := 1_000_000*(worker+1) + 10*n
		w.do(ctx, "orders", 1, fmt.Sprintf("INSERT INTO orders VALUES (%d, %d)", id, person))
		w.do(ctx, "items", 1, fmt.Sprintf("INSERT INTO items VALUES (%d, %d)", id, id))
		w.do(ctx, "items", -1, fmt.Sprintf("DELETE FROM items WHERE id = %d", 10*person+worker%2))
		w.do(ctx, "", 0, fmt.Sprintf("UPDATE orders SET buyer = 1 WHERE id = %d", 10*person+1))
		w.do(ctx, "orders", -1, fmt.Sprintf("DELETE FROM orders WHERE id = %d AND NOT EXISTS (SELECT 1 FROM items WHERE sale = %d)", 10*person, 10*person))
	}
}

func (w *others) do(ctx context.Context, table string, by int, statement string) {
	r, err := w.db.ExecContext(context.WithoutCancel(ctx), statement)
	if err != nil {
		return
	}
	n, err := r.RowsAffected()
	w.mu.Lock()
	defer w.mu.Unlock()
	if err == nil && n > 0 {
		w.changes++
		w.rows[table] += by * int(n)
	}
}
