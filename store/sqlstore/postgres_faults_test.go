package sqlstore_test

import (
	"context"
	"database/sql"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/internal/servertest"
	"github.com/contactsweep/contactsweep/store"
	"github.com/contactsweep/contactsweep/store/sqlstore"
	"github.com/contactsweep/contactsweep/where"
)

// pgCRM makes the tables of crm, with foreign keys that cascade, and fills them.
func pgCRM(t *testing.T) (db, other *sql.DB, st *sqlstore.Store) {
	t.Helper()
	database := servertest.Postgres().Database(t)
	db, _ = pgRecorded(t, database, nil)
	other, _ = pgRecorded(t, database, nil)
	pgCreate(t, db, crm())
	pgScript(t, db, strings.TrimSpace(fillCRM))
	st, err := sqlstore.Open(t.Context(), db, sqlstore.PostgreSQL, crm())
	require.NoError(t, err)
	return db, other, st
}

// begin opens a transaction that holds what the statements lock.
func begin(t *testing.T, db *sql.DB, statements ...string) *sql.Tx {
	t.Helper()
	tx, err := db.BeginTx(t.Context(), nil)
	require.NoError(t, err)
	for _, s := range statements {
		_, err := tx.ExecContext(t.Context(), s)
		require.NoError(t, err)
	}
	t.Cleanup(func() { _ = tx.Rollback() })
	return tx
}

func TestPostgreSQLErrorsHaveTheirClass(t *testing.T) {
	t.Parallel()
	trigger := func(body string) string {
		return `CREATE FUNCTION stop() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN ` + body + ` END';
CREATE TRIGGER stop BEFORE DELETE ON lines FOR EACH ROW EXECUTE FUNCTION stop()`
	}
	for name, tt := range map[string]struct {
		arrange string
		class   error
		code    string
		text    string // that the error contains
	}{
		"a lock that is not given":            {`ALTER ROLE CURRENT_USER IN DATABASE X SET lock_timeout = '50ms'`, store.ErrTransient, "55P03", ""},
		"a statement that takes too long":     {trigger(`PERFORM pg_sleep(5); RETURN OLD;`) + ";\n" + `ALTER ROLE CURRENT_USER IN DATABASE X SET statement_timeout = '200ms'`, store.ErrStatementTimeout, "57014", ""},
		"a table outside of the schema":       {`CREATE TABLE invoices (person bigint CONSTRAINT owed REFERENCES people (id)); INSERT INTO invoices VALUES (2)`, store.ErrConstraint, "23503", "(code 23503, table invoices, constraint owed)"},
		"a reference that is checked later":   {`CREATE TABLE invoices (person bigint CONSTRAINT owed REFERENCES people (id) DEFERRABLE INITIALLY DEFERRED); INSERT INTO invoices VALUES (2)`, store.ErrConstraint, "23503", "constraint owed"},
		"a trigger that raises":               {trigger(`RAISE EXCEPTION ''secret@example.com'';`), store.ErrConstraint, "P0001", ""},
		"a server that is read only":          {`ALTER ROLE CURRENT_USER IN DATABASE X SET default_transaction_read_only = on`, store.ErrReadOnly, "25006", ""},
		"a session that is ended":             {trigger(`PERFORM pg_terminate_backend(pg_backend_pid()); RETURN OLD;`), store.ErrTransient, "57P01", ""},
		"a disk that is full, as it says":     {trigger(`RAISE EXCEPTION USING ERRCODE = ''disk_full'';`), store.ErrFull, "53100", ""},
		"a serialization failure, as it says": {trigger(`RAISE EXCEPTION USING ERRCODE = ''serialization_failure'';`), store.ErrTransient, "40001", ""},
		"a column that is gone":               {`ALTER TABLE lines RENAME COLUMN of TO other`, nil, "42703", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			db, other, _ := pgCRM(t)
			name := column(t, db, "SELECT current_database()::text")[0]
			st, err := sqlstore.Open(t.Context(), db, sqlstore.PostgreSQL, crm())
			require.NoError(t, err)
			before := pgDump(t, other)
			pgScript(t, other, strings.ReplaceAll(tt.arrange, "DATABASE X", "DATABASE "+name))
			if tt.code == "55P03" {
				begin(t, other, `SELECT 1 FROM people WHERE id = 2 FOR UPDATE`)
			}
			db.SetMaxIdleConns(0) // so that settings of the role are read again
			db.SetMaxIdleConns(2)
			_, err = st.Delete(t.Context(), noEmail(t))
			var failed *store.Error
			require.ErrorAs(t, err, &failed)
			require.Equal(t, tt.code, failed.Code, "%v", err)
			if tt.class != nil {
				require.ErrorIs(t, err, tt.class)
			}
			require.ErrorContains(t, err, tt.text)
			require.NotContains(t, err.Error(), "secret")
			require.Equal(t, before, pgDump(t, other), "nothing was changed")
		})
	}
}

// pgDump are the rows of crm's tables.
func pgDump(t *testing.T, db *sql.DB) map[string][]string {
	t.Helper()
	out := map[string][]string{}
	for table, order := range map[string]string{"people": "id", "orders": "id", "lines": "id", "teams": "id", "holds": "id"} {
		rest := "x"
		if table == "lines" {
			rest = "x.id" // its column may have another name by now
		}
		out[table] = column(t, db, "SELECT ("+rest+")::text FROM "+table+" x ORDER BY "+order)
	}
	return out
}

func TestPostgreSQLDeadlocksAreTransient(t *testing.T) {
	t.Parallel()
	_, other, st := pgCRM(t)
	tx := begin(t, other, `SELECT 1 FROM people WHERE id = 3 FOR UPDATE`)
	done, batch := make(chan error, 1), noEmail(t)
	go func() {
		_, err := st.Delete(t.Context(), batch) // locks 1 and 2, and waits for 3
		done <- err
	}()
	require.Eventually(t, func() bool {
		return len(column(t, other, `SELECT 'x' FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()`)) > 0
	}, 10*time.Second, 10*time.Millisecond)
	_, err := tx.ExecContext(t.Context(), `SELECT 1 FROM people WHERE id = 1 FOR UPDATE`)
	if err == nil { // then the batch was the victim
		require.ErrorIs(t, <-done, store.ErrTransient)
		return
	}
	require.ErrorContains(t, err, "deadlock")
	require.NoError(t, tx.Rollback())
	require.NoError(t, <-done)
}

// What was changed between the page and the lock, or while the lock was waited
// for, is seen.
func TestPostgreSQLTestsUnderTheLock(t *testing.T) {
	t.Parallel()
	_, other, st := pgCRM(t)
	tx := begin(t, other, `UPDATE people SET email = 'new@x' WHERE id = 2`, `INSERT INTO holds (id, person) VALUES (50, 3)`)
	done, batch := make(chan store.Outcome, 1), noEmail(t)
	go func() {
		out, err := st.Delete(t.Context(), batch)
		if err != nil {
			out.Deleted = nil
		}
		done <- out
	}()
	require.Eventually(t, func() bool {
		return len(column(t, other, `SELECT 'x' FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()`)) > 0
	}, 10*time.Second, 10*time.Millisecond)
	require.NoError(t, tx.Commit())
	out := <-done
	require.Equal(t, []int64{1}, deletedIDs(out))
	causes := map[int64]store.Cause{}
	for _, s := range out.Skipped {
		causes[s.Key.First().Int64()] = s.Cause
	}
	require.Equal(t, map[int64]store.Cause{2: store.Changed, 3: store.Restricted, 4: store.Restricted}, causes)
}

func onlyKey(t *testing.T, id int) contacts.Key {
	t.Helper()
	k, err := contacts.NewKey(id)
	require.NoError(t, err)
	return k
}

// A trigger or a row-level rule keeps a contact without an error: it is told
// apart, and the others go.
func TestPostgreSQLKeepsRows(t *testing.T) {
	t.Parallel()
	for name, arrange := range map[string]string{
		"a trigger": `CREATE FUNCTION keep() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN IF OLD.id = 2 THEN RETURN NULL; END IF; RETURN OLD; END';
CREATE TRIGGER keep BEFORE DELETE ON people FOR EACH ROW EXECUTE FUNCTION keep()`,
		"a rule": `CREATE RULE keep AS ON DELETE TO people WHERE OLD.id = 2 DO INSTEAD NOTHING`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, other, st := pgCRM(t)
			pgScript(t, other, arrange)
			out, err := st.Delete(t.Context(), noEmail(t))
			require.NoError(t, err)
			require.Equal(t, []int64{1, 3}, deletedIDs(out))
			require.Contains(t, out.Skipped, store.Skipped{Key: onlyKey(t, 2), Cause: store.KeptByStore})
			require.Len(t, column(t, other, `SELECT id::text FROM orders WHERE buyer = 2`), 1, "nothing of the kept contact's is lost")
		})
	}
}

// Writers insert rows of the contacts that are being deleted, on other
// connections: no row is left without its contact.
func TestPostgreSQLLeavesNoOrphansAmongWriters(t *testing.T) {
	t.Parallel()
	db, other, st := pgCRM(t)
	pgScript(t, db, `INSERT INTO people (id, email) SELECT i, '' FROM generate_series(100, 600) i;
INSERT INTO orders (id, buyer) SELECT 10000 + i, i FROM generate_series(100, 600) i`)
	ctx, stop := context.WithCancel(t.Context())
	var writers sync.WaitGroup
	for w := range 2 {
		writers.Go(func() {
			for i := 0; ctx.Err() == nil; i++ {
				id := 100 + (i*7+w)%501
				// Either fails when the contact, or the order, is gone already.
				_, _ = other.ExecContext(ctx, `INSERT INTO orders (id, buyer) VALUES ($1, $2)`, 100_000+w*1_000_000+i, id)
				_, _ = other.ExecContext(ctx, `INSERT INTO lines (id, "of") VALUES ($1, $2)`, 100_000+w*1_000_000+i, 10_000+id)
			}
		})
	}
	deleted := 0
	for from := 100; from <= 600; from += 50 {
		var keys []any
		for id := from; id < from+50; id++ {
			keys = append(keys, id)
		}
		list, err := contacts.Keys(keys...)
		require.NoError(t, err)
		b := store.Batch{Selection: store.Selection{Condition: where.New().WhereEmpty("email")}, Keys: list}
		out, err := st.Delete(t.Context(), b)
		for tries := 0; err != nil && tries < 20; tries++ {
			require.ErrorIs(t, err, store.ErrTransient)
			out, err = st.Delete(t.Context(), b)
		}
		require.NoError(t, err)
		deleted += len(out.Deleted)
	}
	stop()
	writers.Wait()
	require.Equal(t, 501, deleted)
	require.Empty(t, column(t, db, `SELECT id::text FROM orders o WHERE buyer IS NOT NULL AND NOT EXISTS (SELECT 1 FROM people WHERE id = o.buyer)`))
	require.Empty(t, column(t, db, `SELECT id::text FROM lines l WHERE NOT EXISTS (SELECT 1 FROM orders WHERE id = l.of)`))
}

// Rows of partitions are those of their table.
func TestPostgreSQLPartitions(t *testing.T) {
	t.Parallel()
	db, _ := pgRecorded(t, servertest.Postgres().Database(t), func(c *pgx.ConnConfig) {})
	db.SetMaxOpenConns(1)
	pgScript(t, db, `
CREATE TABLE people (id bigint PRIMARY KEY, email text);
CREATE TABLE visits (person bigint REFERENCES people ON DELETE CASCADE, at date NOT NULL) PARTITION BY RANGE (at);
CREATE TABLE visits_old PARTITION OF visits FOR VALUES FROM (MINVALUE) TO ('2026-01-01');
CREATE TABLE visits_new PARTITION OF visits FOR VALUES FROM ('2026-01-01') TO (MAXVALUE);
CREATE INDEX ON visits (person);
INSERT INTO people VALUES (1, ''), (2, 'b@x');
INSERT INTO visits VALUES (1, '2025-05-05'), (1, '2026-05-05'), (2, '2026-06-06')`)
	st, err := sqlstore.Open(t.Context(), db, sqlstore.PostgreSQL, contacts.Schema{
		Table: "people", Key: []string{"id"}, Fields: []contacts.Field{contacts.Int64("id"), contacts.Text("email")},
		Associations: []contacts.Association{{
			Name: "visits", Table: "visits", Action: contacts.Delete, Fields: []contacts.Field{contacts.Int64("person"), contacts.Date("at")},
			References: []contacts.Reference{{Fields: []string{"person"}}},
		}},
	})
	require.NoError(t, err)
	findings, err := st.Verify(t.Context())
	require.NoError(t, err)
	require.Empty(t, findings)
	s := store.Selection{Condition: where.New().WhereEmpty("email")}
	counts, err := st.Count(t.Context(), store.CountRequest{Selection: s, Rows: true})
	require.NoError(t, err)
	require.Equal(t, store.Counts{Contacts: 1, Rows: map[string]int64{"visits": 2}}, counts)
	out, err := st.Delete(t.Context(), store.Batch{Selection: s, Keys: []contacts.Key{onlyKey(t, 1)}})
	require.NoError(t, err)
	require.EqualValues(t, 2, out.Rows["visits"])
	require.Equal(t, []string{"2"}, column(t, db, `SELECT person::text FROM visits`))
}
