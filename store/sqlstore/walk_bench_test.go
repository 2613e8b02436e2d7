package sqlstore_test

import (
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/internal/servertest"
	"github.com/contactsweep/contactsweep/store"
	"github.com/contactsweep/contactsweep/store/sqlstore"
	"github.com/contactsweep/contactsweep/where"
)

// BenchmarkSparseWalk reads all pages of a condition that one contact of a
// thousand matches, by the key and by the field that the condition compares, in
// turns. The matching contacts lie at the end of the table, or are spread over
// it. key/field is the median ratio of the two times.
//
//	go test ./store/sqlstore -run '^$' -bench SparseWalk -benchtime 1x
//
// CONTACTSWEEP_BENCH_CONTACTS is the number of contacts, 100,000 by default.
func BenchmarkSparseWalk(b *testing.B) {
	size := 100_000
	if text := os.Getenv("CONTACTSWEEP_BENCH_CONTACTS"); text != "" {
		var err error
		size, err = strconv.Atoi(text)
		require.NoError(b, err)
	}
	for _, spread := range []bool{false, true} {
		second := "i"
		if spread {
			second = fmt.Sprintf("i * 7919 %% %d", size)
		}
		for name, open := range map[string]func(b *testing.B, size int, second string) *sqlstore.Store{
			"sqlite": benchWalkSQLite, "postgres": benchWalkPostgres, "mariadb": benchWalkMariaDB,
		} {
			b.Run(fmt.Sprintf("%s/spread=%t", name, spread), func(b *testing.B) {
				st := open(b, size, second)
				last := time.Unix(int64(1_600_000_000+size), 0)
				s := store.Selection{Condition: where.New().WhereGreaterOrEquals("created", last.Add(-time.Duration(size/1000)*time.Second)).WhereNotEmpty("email")}
				var keys, fields, ratios []float64
				for range 7 * b.N {
					n, byKey := benchWalk(b, st, s, "")
					m, byField := benchWalk(b, st, s, "created")
					require.Equal(b, n, m)
					require.Positive(b, n)
					keys, fields, ratios = append(keys, byKey), append(fields, byField), append(ratios, byKey/byField)
				}
				for _, list := range [][]float64{keys, fields, ratios} {
					slices.Sort(list)
				}
				b.ReportMetric(0, "ns/op")
				b.ReportMetric(1000*keys[len(keys)/2], "key-ms")
				b.ReportMetric(1000*fields[len(fields)/2], "field-ms")
				b.ReportMetric(ratios[len(ratios)/2], "key/field")
			})
		}
	}
}

// benchWalk reads all pages and returns how many contacts they have, and how
// long it took in seconds.
func benchWalk(b *testing.B, st *sqlstore.Store, s store.Selection, by string) (n int, seconds float64) {
	b.Helper()
	start := time.Now()
	until, err := st.Bound(b.Context(), store.BoundRequest{By: by})
	require.NoError(b, err)
	var after store.Cursor
	for more := true; more; {
		page, err := st.Page(b.Context(), store.PageRequest{Selection: s, By: by, After: after, Until: until, Limit: 100})
		require.NoError(b, err)
		n, after, more = n+len(page.Keys), page.Next, page.More
	}
	return n, time.Since(start).Seconds()
}

// benchWalkFill makes the contacts; each has 100 bytes of something else.
func benchWalkFill(b *testing.B, db *sql.DB, dialect sqlstore.Dialect, rows string, more ...string) *sqlstore.Store {
	b.Helper()
	schema := walkedSchema()
	schema.Fields = append(schema.Fields, contacts.Text("note"))
	ddl, err := sqlstore.DDL(dialect, schema)
	require.NoError(b, err)
	for _, statement := range slices.Concat(ddl, []string{"INSERT INTO people (id, email, created, note) " + rows, "CREATE INDEX people_created ON people (created, id)"}, more) {
		_, err := db.ExecContext(b.Context(), statement)
		require.NoError(b, err, statement)
	}
	st, err := sqlstore.Open(b.Context(), db, dialect, schema)
	require.NoError(b, err)
	return st
}

func benchWalkSQLite(b *testing.B, size int, second string) *sqlstore.Store {
	b.Helper()
	db, _ := hooked(b, filepath.Join(b.TempDir(), "walk.db"), "?_pragma=journal_mode(wal)&_pragma=synchronous(0)")
	return benchWalkFill(b, db, sqlstore.SQLite, fmt.Sprintf(`WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < %d)
SELECT i, i || '@x', datetime(1600000000 + %s, 'unixepoch'), printf('%%100d', i) FROM n`, size, second), "ANALYZE")
}

func benchWalkPostgres(b *testing.B, size int, second string) *sqlstore.Store {
	b.Helper()
	db := servertest.Postgres().Open(b, servertest.Postgres().Database(b))
	return benchWalkFill(b, db, sqlstore.PostgreSQL, fmt.Sprintf(`SELECT i, i || '@x', to_timestamp(1600000000 + %s), lpad(i::text, 100) FROM generate_series(1, %d) AS g(n), LATERAL (SELECT n::bigint AS i) AS x`, second, size),
		"VACUUM ANALYZE people")
}

func benchWalkMariaDB(b *testing.B, size int, second string) *sqlstore.Store {
	b.Helper()
	db := servertest.MariaDB().Open(b, servertest.MariaDB().Database(b))
	return benchWalkFill(b, db, sqlstore.MySQL, fmt.Sprintf(`SELECT i, CONCAT(i, '@x'), '2020-09-13 12:26:40' + INTERVAL (%s) SECOND, LPAD(i, 100, ' ') FROM (SELECT seq AS i FROM seq_1_to_%d) AS n`, second, size),
		"ANALYZE TABLE people")
}
