package sqlstore_test

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"testing"

	"github.com/go-sql-driver/mysql"
	"github.com/stretchr/testify/require"

	"github.com/contactsweep/contactsweep/internal/servertest"
	"github.com/contactsweep/contactsweep/store/sqlstore"
)

// myUser makes a user with the privileges, and changes how a pool connects so
// that it does so as that user.
func myUser(t *testing.T, database string, grants ...string) func(*mysql.Config) {
	t.Helper()
	name := strings.Replace(database, "contactsweep_", "cs_", 1)
	admin := myLoose(t, database)
	myScript(t, admin, "CREATE USER "+name+" IDENTIFIED BY 'x'")
	t.Cleanup(func() { myFinally(t, admin, "DROP USER IF EXISTS "+name) })
	for _, g := range grants {
		myScript(t, admin, "GRANT "+g+" TO "+name)
	}
	return func(c *mysql.Config) { c.User, c.Passwd = name, "x" }
}

// myFinally executes a statement when the test's context has ended.
func myFinally(t *testing.T, db *sql.DB, statement string) {
	t.Helper()
	_, err := db.ExecContext(context.WithoutCancel(t.Context()), statement)
	require.NoError(t, err)
}

// Foreign keys from other databases are found by those who may read InnoDB's
// dictionary, and by those who may not but see the tables, all the same.
func TestMySQLFindsForeignKeysOfOtherDatabases(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct{ database, table, column, key string }{
		"plain":            {"_other", "logs", "person", "logged"},
		"signs":            {"_o-t h$e@r", "lo-gs #1", "per son", "my/own é"},
		"letters":          {"_ünïcødé中", "журнал", "人", "ключ"},
		"another case":     {"_OTHER", "Logs", "Person", "Logged"},
		"names cut off":    {"_" + strings.Repeat("中", 10), strings.Repeat("国", 40), "person", strings.Repeat("k", 60)},
		"a long own name":  {"_other", strings.Repeat("p", 64), strings.Repeat("c", 64), strings.Repeat("k", 64)},
		"like a temporary": {"_other", "#sql-1", "person", "logged"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			database, loose := myCRM(t, "")
			other := database + tt.database
			q := func(s string) string { return "`" + s + "`" }
			myScript(t, loose, "CREATE DATABASE "+q(other))
			t.Cleanup(func() { myFinally(t, loose, "DROP DATABASE "+q(other)) })
			myScript(t, loose, "CREATE TABLE "+q(other)+"."+q(tt.table)+" (id BIGINT PRIMARY KEY, "+q(tt.column)+" BIGINT, CONSTRAINT "+q(tt.key)+
				" FOREIGN KEY ("+q(tt.column)+") REFERENCES "+q(database)+".people (id) ON DELETE CASCADE) ENGINE=InnoDB")
			here, there := "ALL ON `"+database+"`.*", "ALL ON "+q(other)+".*"
			want := "unregistered-cascade:" + other + "." + tt.table + "." + tt.column
			cut := strings.HasPrefix(name, "names cut off")
			for _, u := range []struct {
				by     string
				grants []string
				found  bool
			}{
				{"all", []string{here, there, "PROCESS ON *.*"}, true},
				{"no dictionary", []string{here, there}, true},
				{"no tables", []string{here, "PROCESS ON *.*"}, !cut},
				{"neither", []string{here}, false},
			} {
				t.Run(u.by, func(t *testing.T) { // there is one user at a time
					st, err := sqlstore.Open(t.Context(), myPool(t, database, myUser(t, database, u.grants...)), sqlstore.MySQL, crm())
					require.NoError(t, err)
					findings, err := st.Verify(t.Context())
					require.NoError(t, err)
					if u.found {
						require.Contains(t, fatal(findings), want)
					} else {
						require.Empty(t, findings)
					}
				})
			}
		})
	}
}

// The dictionary says the same of foreign keys as the tables do: Discover
// proposes the same schema with it and without.
func TestMySQLDictionaryAgreesWithTheTables(t *testing.T) {
	t.Parallel()
	database := servertest.MariaDB().Database(t)
	loose := myLoose(t, database)
	var columns, keys strings.Builder
	n := 0
	for _, deleted := range []string{"", "RESTRICT", "NO ACTION", "CASCADE", "SET NULL"} {
		for _, updated := range []string{"", "RESTRICT", "NO ACTION", "CASCADE", "SET NULL"} {
			n++
			fmt.Fprintf(&columns, ", `a-%d` INT, b%d INT", n, n)
			fmt.Fprintf(&keys, ", CONSTRAINT `a/%d` FOREIGN KEY (`a-%d`, b%d) REFERENCES people (id, `part é`)", n, n, n)
			if deleted != "" {
				keys.WriteString(" ON DELETE " + deleted)
			}
			if updated != "" {
				keys.WriteString(" ON UPDATE " + updated)
			}
		}
	}
	myScript(t, loose, "CREATE TABLE people (id INT, `part é` INT, boss INT, PRIMARY KEY (id, `part é`), UNIQUE (id), FOREIGN KEY (boss) REFERENCES people (id)) ENGINE=InnoDB;\n"+
		"CREATE TABLE rows_ (id INT PRIMARY KEY"+columns.String()+keys.String()+") ENGINE=InnoDB")
	look := func(grants ...string) sqlstore.Proposal {
		db, recorder := myRecorded(t, database, myUser(t, database, append(grants, "ALL ON `"+database+"`.*")...))
		p, err := sqlstore.Discover(t.Context(), db, sqlstore.MySQL, "people")
		require.NoError(t, err)
		wide := false
		for _, s := range recorder.take() {
			wide = wide || strings.Contains(s.query, "KEY_COLUMN_USAGE")
		}
		require.Equal(t, len(grants) == 0, wide, "only without the privilege all tables are opened")
		myScript(t, loose, "DROP USER IF EXISTS "+strings.Replace(database, "contactsweep_", "cs_", 1))
		return p
	}
	require.Equal(t, look(), look("PROCESS ON *.*"))
}
