package sqlstore_test

import (
	"context"
	"database/sql"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/go-sql-driver/mysql"
	"github.com/stretchr/testify/require"

	"github.com/contactsweep/contactsweep/internal/servertest"
	"github.com/contactsweep/contactsweep/store"
	"github.com/contactsweep/contactsweep/store/sqlstore"
)

// myCRM is a database with the rows of fillCRM.
func myCRM(t *testing.T, script string) (database string, loose *sql.DB) {
	t.Helper()
	database = servertest.MariaDB().Database(t)
	loose = myLoose(t, database)
	myCreate(t, loose, crm())
	myScript(t, loose, strings.ReplaceAll(fillCRM, "INTO lines", "INTO `lines`"))
	myScript(t, loose, script)
	return database, loose
}

func myDump(t *testing.T, db *sql.DB) string {
	t.Helper()
	return dump(t, db, "people", "orders", "`lines`", "teams", "holds")
}

func myStore(t *testing.T, database string, params map[string]string) *sqlstore.Store {
	t.Helper()
	st, err := sqlstore.Open(t.Context(), myPool(t, database, func(c *mysql.Config) { c.Params = params }), sqlstore.MySQL, crm())
	require.NoError(t, err)
	return st
}

// What the server refuses has its class, and the batch is undone.
func TestMySQLFailuresHaveTheirClass(t *testing.T) {
	t.Parallel()
	const outside = "CREATE TABLE outside (id INT PRIMARY KEY, person BIGINT, CONSTRAINT keeps FOREIGN KEY (person) REFERENCES people (id));\nINSERT INTO outside VALUES (1, 3);\n"
	for name, tt := range map[string]struct {
		script, code, table, constraint string
		params                          map[string]string
		class                           error
	}{
		"a foreign key": {script: outside, class: store.ErrConstraint, code: "1451", table: "outside", constraint: "keeps"},
		"a trigger that refuses": {
			script: "CREATE TRIGGER no BEFORE DELETE ON people FOR EACH ROW SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'secret'",
			class:  store.ErrConstraint, code: "1644", table: "people",
		},
		"a trigger that refuses with a number of its own": {
			script: "CREATE TRIGGER no BEFORE DELETE ON people FOR EACH ROW SIGNAL SQLSTATE '45000' SET MYSQL_ERRNO = 50123, MESSAGE_TEXT = 'secret'",
			class:  store.ErrConstraint, code: "50123", table: "people",
		},
		"a trigger that poses as a foreign key": {
			script: "CREATE TRIGGER no BEFORE DELETE ON people FOR EACH ROW SIGNAL SQLSTATE '23000' SET MYSQL_ERRNO = 1451, MESSAGE_TEXT = 'a foreign key constraint fails (`crm`.`secret`, CONSTRAINT `secret` FOREIGN KEY'",
			class:  store.ErrConstraint, code: "1451", table: "people",
		},
		"a read-only session": {params: map[string]string{"tx_read_only": "1"}, class: store.ErrReadOnly, code: "1792", table: "people"},
		"a statement that takes too long": {
			script: "CREATE TRIGGER slow BEFORE DELETE ON people FOR EACH ROW SET @slow = SLEEP(5)", params: map[string]string{"max_statement_time": "0.3"},
			class: store.ErrStatementTimeout, code: "1969", table: "people",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			database, loose := myCRM(t, tt.script)
			before := myDump(t, loose)
			st := myStore(t, database, tt.params)
			_, err := st.Delete(t.Context(), noEmail(t))
			require.ErrorIs(t, err, tt.class)
			var failed *store.Error
			require.ErrorAs(t, err, &failed)
			require.Equal(t, tt.code, failed.Code)
			require.Equal(t, tt.constraint, failed.Constraint)
			if tt.table != "people" || tt.code != "1792" { // where a read-only session notices first
				require.Equal(t, tt.table, failed.Table)
			}
			require.NotContains(t, err.Error(), "secret")
			require.Equal(t, before, myDump(t, loose))
		})
	}
}

// myLocked holds a lock on a contact in a transaction of its own.
func myLocked(t *testing.T, db *sql.DB, id int) *sql.Tx {
	t.Helper()
	tx, err := db.BeginTx(t.Context(), nil)
	require.NoError(t, err)
	_, err = tx.ExecContext(t.Context(), "UPDATE people SET email = CONCAT(email, '') WHERE id = ?", id)
	require.NoError(t, err)
	_, err = tx.ExecContext(t.Context(), "SELECT id FROM people WHERE id = ? FOR UPDATE", id)
	require.NoError(t, err)
	return tx
}

// A lock time-out undoes only the statement, so the transaction is rolled back.
func TestMySQLLockTimeoutUndoesTheBatch(t *testing.T) {
	t.Parallel()
	database, loose := myCRM(t, "")
	st := myStore(t, database, map[string]string{"innodb_lock_wait_timeout": "1"})
	before := myDump(t, loose)
	holder, err := loose.BeginTx(t.Context(), nil)
	require.NoError(t, err)
	_, err = holder.ExecContext(t.Context(), "SELECT id FROM teams WHERE id = 103 FOR UPDATE") // reached after the orders are gone
	require.NoError(t, err)
	_, err = st.Delete(t.Context(), noEmail(t))
	require.ErrorIs(t, err, store.ErrTransient)
	var failed *store.Error
	require.ErrorAs(t, err, &failed)
	require.Equal(t, "1205", failed.Code)
	require.Equal(t, "teams", failed.Table)
	require.NoError(t, holder.Rollback())
	require.Equal(t, before, myDump(t, loose))
	out, err := st.Delete(t.Context(), noEmail(t))
	require.NoError(t, err)
	require.Len(t, out.Deleted, 3)
}

func TestMySQLDeadlockIsTransient(t *testing.T) {
	t.Parallel()
	database, loose := myCRM(t, "")
	before := myDump(t, loose)
	st := myStore(t, database, nil)
	other := myLocked(t, loose, 3)
	for i := range 200 { // the other transaction is the more expensive one, so that the batch is the victim
		_, err := other.ExecContext(t.Context(), "INSERT INTO holds (id, person) VALUES (?, 5)", 1000+i)
		require.NoError(t, err)
	}
	failure, batch := make(chan error, 1), noEmail(t)
	go func() {
		_, err := st.Delete(t.Context(), batch) // locks 1 and 2, waits for 3
		failure <- err
	}()
	waiting(t, loose, "SELECT COUNT(*) FROM information_schema.INNODB_TRX WHERE trx_state = 'LOCK WAIT' AND trx_mysql_thread_id IN (SELECT ID FROM information_schema.PROCESSLIST WHERE DB = DATABASE())")
	_, err := other.ExecContext(t.Context(), "UPDATE people SET email = 'x' WHERE id = 1")
	require.NoError(t, err)
	err = <-failure
	require.ErrorIs(t, err, store.ErrTransient)
	var failed *store.Error
	require.ErrorAs(t, err, &failed)
	require.Equal(t, "1213", failed.Code)
	require.NoError(t, other.Rollback())
	require.Equal(t, before, myDump(t, loose))
}

// waiting returns when the query finds something. It asks less often than every
// tenth of a second: what INNODB_TRX shows is a copy that is made anew only when
// nobody has read it for that long.
func waiting(t *testing.T, db *sql.DB, query string) {
	t.Helper()
	require.Eventually(t, func() bool { return count(t, db, query) > 0 }, 20*time.Second, 150*time.Millisecond)
}

// A killed connection, or statement, leaves nothing of the batch.
func TestMySQLKilledConnections(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		kill  string
		class error
	}{
		"the connection": {"KILL ", store.ErrTransient},
		"the statement":  {"KILL QUERY ", store.ErrStatementTimeout},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			database, loose := myCRM(t, "CREATE TRIGGER slow BEFORE DELETE ON people FOR EACH ROW SET @slow = SLEEP(20)")
			before := myDump(t, loose)
			pool := myPool(t, database, nil)
			pool.SetMaxOpenConns(1)
			st, err := sqlstore.Open(t.Context(), pool, sqlstore.MySQL, crm())
			require.NoError(t, err)
			id := count(t, pool, "SELECT CONNECTION_ID()")
			failure, batch := make(chan error, 1), noEmail(t)
			go func() {
				_, err := st.Delete(t.Context(), batch)
				failure <- err
			}()
			waiting(t, loose, "SELECT COUNT(*) FROM information_schema.PROCESSLIST WHERE ID = "+strconv.Itoa(id)+" AND STATE = 'User sleep'")
			myScript(t, loose, tt.kill+strconv.Itoa(id))
			err = <-failure
			require.ErrorIs(t, err, tt.class)
			require.NotErrorIs(t, err, store.ErrOutcomeUnknown)
			require.Equal(t, before, myDump(t, loose))
		})
	}
}

// A statement that is cancelled may go on in the server. Its transaction is
// never committed, and its locks keep another batch waiting, not deleting.
func TestMySQLCancelledBatchIsUndone(t *testing.T) {
	t.Parallel()
	database, loose := myCRM(t, "CREATE TRIGGER slow BEFORE DELETE ON people FOR EACH ROW SET @slow = SLEEP(1)")
	before := myDump(t, loose)
	st := myStore(t, database, nil)
	ctx, cancel := context.WithCancel(t.Context())
	failure, batch := make(chan error, 1), noEmail(t)
	go func() {
		_, err := st.Delete(ctx, batch)
		failure <- err
	}()
	waiting(t, loose, "SELECT COUNT(*) FROM information_schema.PROCESSLIST WHERE DB = DATABASE() AND STATE = 'User sleep'")
	cancel()
	require.ErrorIs(t, <-failure, context.Canceled)
	require.Equal(t, before, myDump(t, loose))
	out, err := st.Delete(t.Context(), noEmail(t))
	require.NoError(t, err)
	require.Len(t, out.Deleted, 3)
}
