package sqlstore_test

import (
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/contactsweep/contactsweep/internal/servertest"
	"github.com/contactsweep/contactsweep/store/sqlstore"
)

// No question about the tables makes the server go through its databases, or
// through the tables of one: EXPLAIN says so.
func TestMySQLAsksForItsOwnTablesOnly(t *testing.T) {
	t.Parallel()
	database, _ := myCRM(t, "")
	db, recorder := myRecorded(t, database, nil)
	st, err := sqlstore.Open(t.Context(), db, sqlstore.MySQL, crm())
	require.NoError(t, err)
	_, err = st.Verify(t.Context())
	require.NoError(t, err)
	_, err = st.Delete(t.Context(), noEmail(t))
	require.NoError(t, err)
	_, err = sqlstore.Discover(t.Context(), db, sqlstore.MySQL, "people")
	require.NoError(t, err)
	asked := 0
	for _, s := range recorder.take() {
		if !strings.Contains(s.query, "information_schema") {
			continue
		}
		asked++
		for _, step := range myPlan(t, db, s) {
			if at := strings.Index(step.extra, "Scanned "); at >= 0 {
				require.Contains(t, step.extra[at:], "Scanned 0 databases", s.query)
			}
		}
	}
	require.Greater(t, asked, 15)
}

// What the server opens to verify a schema does not depend on how many other
// databases there are.
func TestMySQLVerifiesAmongManyDatabases(t *testing.T) {
	t.Parallel()
	cluster := servertest.MariaDBCluster(t)
	db := cluster.New(t)
	db.SetMaxOpenConns(1)
	myCreate(t, db, crm())
	st, err := sqlstore.Open(t.Context(), db, sqlstore.MySQL, crm())
	require.NoError(t, err)
	verify := func() (opened int) {
		myScript(t, db, "FLUSH TABLES;\nFLUSH STATUS")
		began := time.Now()
		_, err := st.Verify(t.Context())
		require.NoError(t, err)
		took := time.Since(began)
		opened = count(t, db, "SELECT SUM(VARIABLE_VALUE) FROM information_schema.SESSION_STATUS WHERE VARIABLE_NAME IN ('OPENED_TABLES', 'OPENED_TABLE_DEFINITIONS')")
		t.Logf("%v, %d tables and definitions opened", took, opened)
		return opened
	}
	alone := verify()
	const others = 200
	for i := range others {
		myScript(t, db, fmt.Sprintf("CREATE DATABASE other%d;\nCREATE TABLE other%d.a (id INT PRIMARY KEY);\nCREATE TABLE other%d.b (id INT PRIMARY KEY, a INT, FOREIGN KEY (a) REFERENCES other%d.a (id))", i, i, i, i))
	}
	require.Equal(t, alone, verify())
	myScript(t, db, fmt.Sprintf("CREATE TABLE other%d.c (id INT PRIMARY KEY, p BIGINT, FOREIGN KEY (p) REFERENCES `%s`.people (id) ON DELETE CASCADE)", others-1, column(t, db, "SELECT DATABASE()")[0]))
	findings, err := st.Verify(t.Context())
	require.NoError(t, err)
	require.Equal(t, []string{fmt.Sprintf("unregistered-cascade:other%d.c.p", others-1)}, fatal(findings), "among all of them")
	myScript(t, db, fmt.Sprintf("DROP TABLE other%d.c", others-1))
}

// Databases come and go while the schema is verified: the server lives on, and
// nothing of theirs is taken for the store's.
func TestMySQLVerifiesWhileDatabasesAreDropped(t *testing.T) {
	t.Parallel()
	cluster := servertest.MariaDBCluster(t)
	db := cluster.New(t)
	myCreate(t, db, crm())
	myScript(t, db, "SET GLOBAL innodb_flush_log_at_trx_commit = 0")
	st, err := sqlstore.Open(t.Context(), db, sqlstore.MySQL, crm())
	require.NoError(t, err)
	const rounds = 400
	var left atomic.Int64
	left.Store(rounds)
	var dropping sync.WaitGroup
	for w := range 4 {
		pool := cluster.Open(t, "")
		dropping.Go(func() {
			for left.Add(-1) >= 0 {
				for _, s := range []string{"CREATE DATABASE x", "CREATE TABLE x.a (id INT PRIMARY KEY)", "CREATE TABLE x.b (id INT PRIMARY KEY, a INT, FOREIGN KEY (a) REFERENCES x.a (id))", "DROP DATABASE x"} {
					if _, err := pool.ExecContext(t.Context(), strings.ReplaceAll(s, "x", fmt.Sprintf("gone%d", w))); err != nil {
						t.Errorf("%s: %v", s, err)
						return
					}
				}
			}
		})
	}
	verified := 0
	for ; left.Load() > 0 && !t.Failed(); verified++ {
		findings, err := st.Verify(t.Context())
		require.NoError(t, err)
		require.Empty(t, findings)
	}
	dropping.Wait()
	t.Logf("%d databases dropped while the schema was verified %d times", rounds, verified)
	require.Positive(t, verified)
}
