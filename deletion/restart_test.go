package deletion_test

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/contactsweep/contactsweep/deletion"
	"github.com/contactsweep/contactsweep/internal/servertest"
	"github.com/contactsweep/contactsweep/store/sqlstore"
	"github.com/contactsweep/contactsweep/where"
)

// A server that is killed over and over in the middle of a run: the run goes on
// with every new start, and every contact is deleted and counted once.
func TestAServerThatIsKilledDuringARun(t *testing.T) {
	t.Parallel()
	for name, engine := range serverEngines() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cluster := engine.cluster(t)
			db := cluster.New(t)
			const size = 5_000
			engine.fill(t, db, size)
			st, err := sqlstore.Open(t.Context(), db, engine.dialect, benchSchema())
			require.NoError(t, err)
			svc, err := deletion.New(st, deletion.WithRetries(1000), deletion.WithBackoff(10*time.Millisecond, 200*time.Millisecond))
			require.NoError(t, err)
			matching := number(t, db, `SELECT count(*) FROM contacts WHERE email = ''`)
			rows := number(t, db, `SELECT count(*) FROM activities a JOIN contacts c ON c.id = a.contact_id WHERE c.email = ''`)

			ctx, stop := context.WithCancel(t.Context())
			killed := make(chan int)
			go func() {
				times := 0
				for ; ctx.Err() == nil && times < 8; times++ {
					cluster.Restart(t)
					select {
					case <-ctx.Done():
					case <-time.After(100 * time.Millisecond):
					}
				}
				killed <- times
			}()
			report, err := svc.BulkDelete(t.Context(), where.New().WhereEquals("email", ""), deletion.BatchSize(25))
			stop()
			t.Logf("killed %d times, %d retries, %d inferred", <-killed, report.Retries, report.Inferred)
			require.NoError(t, err)
			require.Equal(t, matching, report.Deleted)
			require.Zero(t, report.Unsettled)
			if report.Inferred == 0 {
				require.Equal(t, rows, report.Associations[0].Rows)
			}
			require.Zero(t, number(t, db, `SELECT count(*) FROM contacts WHERE email = ''`))
			require.Equal(t, size-matching, number(t, db, `SELECT count(*) FROM contacts`))
			require.Zero(t, number(t, db, `SELECT count(*) FROM activities a LEFT JOIN contacts c ON c.id = a.contact_id WHERE c.id IS NULL`))
		})
	}
}

// number reads a count, again while the server is starting.
func number(t *testing.T, db *sql.DB, query string) (n int64) {
	t.Helper()
	require.Eventually(t, func() bool {
		return db.QueryRowContext(t.Context(), query).Scan(&n) == nil
	}, 30*time.Second, 50*time.Millisecond, query)
	return n
}

// serverEngine is a server's dialect, and how the tables of the benchmarks are
// made on it.
type serverEngine struct {
	dialect sqlstore.Dialect
	server  servertest.Server
	cluster func(testing.TB) servertest.Cluster
	series  func(n int) string             // a table x of the numbers i from 1 to n
	day     func(expression string) string // so many days into 2025
	tables  string
	analyze string                    // makes statistics of the tables
	list    func(keys []int64) string // what a key is compared with
	copy    func(tb testing.TB, base string) *sql.DB
}

func serverEngines() map[string]serverEngine {
	return map[string]serverEngine{
		"postgres": {
			dialect: sqlstore.PostgreSQL, server: servertest.Postgres(), cluster: servertest.PostgresCluster,
			series: func(n int) string { return fmt.Sprintf("generate_series(1, %d::bigint) AS x(i)", n) },
			day:    func(e string) string { return "timestamp '2025-01-01 00:00:00' + interval '1' day * (" + e + ")" },
			tables: `CREATE TABLE contacts (id bigint PRIMARY KEY, email text NOT NULL, name text, created timestamptz NOT NULL);
CREATE TABLE activities (id bigint PRIMARY KEY, contact_id bigint NOT NULL, type text, created timestamptz);
CREATE TABLE recipients (id bigint PRIMARY KEY, contact_id bigint NOT NULL, campaign integer);
CREATE TABLE consents (id bigint PRIMARY KEY, contact_id bigint NOT NULL, purpose text)`,
			analyze: "ANALYZE contacts, activities, recipients, consents",
			list:    func(keys []int64) string { return "= ANY ('{" + joined(keys) + "}')" },
			copy: func(tb testing.TB, base string) *sql.DB {
				tb.Helper()
				return servertest.Postgres().Copy(tb, base)
			},
		},
		"mariadb": {
			dialect: sqlstore.MySQL, server: servertest.MariaDB(), cluster: servertest.MariaDBCluster,
			series: func(n int) string { return fmt.Sprintf("(SELECT CAST(seq AS SIGNED) AS i FROM seq_1_to_%d) AS x", n) },
			day:    func(e string) string { return "timestamp '2025-01-01 00:00:00' + interval (" + e + ") day" },
			tables: `CREATE TABLE contacts (id bigint PRIMARY KEY, email varchar(100) NOT NULL, name text, created datetime NOT NULL);
CREATE TABLE activities (id bigint PRIMARY KEY, contact_id bigint NOT NULL, type varchar(20), created datetime);
CREATE TABLE recipients (id bigint PRIMARY KEY, contact_id bigint NOT NULL, campaign integer);
CREATE TABLE consents (id bigint PRIMARY KEY, contact_id bigint NOT NULL, purpose varchar(20))`,
			analyze: "ANALYZE TABLE contacts, activities, recipients, consents",
			list:    func(keys []int64) string { return "IN (" + joined(keys) + ")" },
			copy:    copyMariaDB,
		},
	}
}

// fill makes contacts of which half have no email, with ten activities, two
// recipients and a consent each, scattered.
func (e serverEngine) fill(tb testing.TB, db *sql.DB, size int) {
	tb.Helper()
	statements := strings.Split(e.tables, ";\n")
	statements = append(statements,
		`INSERT INTO contacts SELECT i, CASE WHEN (i * 2654435761) % 1000 < 497 THEN '' ELSE concat('person', i, '@example.com') END, concat('Person ', i), `+e.day("i % 300")+` FROM `+e.series(size),
		fmt.Sprintf(`INSERT INTO activities SELECT i, 1 + (i * 2654435761) %% %d, 'visit', `, size)+e.day("i % 600")+` FROM `+e.series(10*size),
		fmt.Sprintf(`INSERT INTO recipients SELECT i, 1 + (i * 69069) %% %d, i %% 40 FROM `, size)+e.series(2*size),
		fmt.Sprintf(`INSERT INTO consents SELECT i, 1 + (i * 40503) %% %d, 'newsletter' FROM `, size)+e.series(size),
	)
	execute(tb, db, append(append(statements, keysOfChildren()...), e.analyze))
}

func keysOfChildren() (statements []string) {
	for _, child := range []string{"activities", "recipients", "consents"} {
		statements = append(statements,
			"CREATE INDEX "+child+"_contact ON "+child+" (contact_id)",
			"ALTER TABLE "+child+" ADD CONSTRAINT "+child+"_fk FOREIGN KEY (contact_id) REFERENCES contacts (id) ON DELETE CASCADE")
	}
	return statements
}

func execute(tb testing.TB, db *sql.DB, statements []string) {
	tb.Helper()
	for _, s := range statements {
		_, err := db.ExecContext(tb.Context(), s)
		require.NoError(tb, err, s)
	}
}

// copyMariaDB makes the tables anew and fills them from those of the base.
func copyMariaDB(tb testing.TB, base string) *sql.DB {
	tb.Helper()
	db := servertest.MariaDB().New(tb)
	engine := serverEngines()["mariadb"]
	statements := strings.Split(engine.tables, ";\n")
	for _, table := range []string{"contacts", "activities", "recipients", "consents"} {
		statements = append(statements, "INSERT INTO "+table+" SELECT * FROM `"+base+"`."+table) //nolint:unqueryvet // all of it
	}
	execute(tb, db, append(append(statements, keysOfChildren()...), engine.analyze)) // indexes are made faster when the rows are there
	settleMariaDB(tb, db)
	return db
}

// settleMariaDB waits, for a minute at most, until the server has cleaned up
// after the deletions of others, which would slow down the next.
func settleMariaDB(tb testing.TB, db *sql.DB) {
	tb.Helper()
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	for range 600 {
		var left int64
		err := db.QueryRowContext(tb.Context(), `SELECT count FROM information_schema.innodb_metrics WHERE name = 'trx_rseg_history_len'`).Scan(&left)
		if err != nil || left < 100 {
			return
		}
		<-tick.C
	}
}
