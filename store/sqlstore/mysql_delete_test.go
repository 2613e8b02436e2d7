package sqlstore_test

import (
	"database/sql"
	"strings"
	"testing"

	"github.com/go-sql-driver/mysql"
	"github.com/stretchr/testify/require"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/internal/servertest"
	"github.com/contactsweep/contactsweep/store"
	"github.com/contactsweep/contactsweep/store/sqlstore"
	"github.com/contactsweep/contactsweep/where"
)

func countOf(c where.Condition) store.CountRequest {
	return store.CountRequest{Selection: store.Selection{Condition: c}}
}

// A batch needs no option of the driver, no second connection, no default
// database and no state of the session.
func TestMySQLBatchNeedsNothingOfTheSession(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*mysql.Config){
		"prepared":        func(*mysql.Config) {},
		"interpolated":    func(c *mysql.Config) { c.InterpolateParams, c.ParseTime = true, true },
		"found rows":      func(c *mysql.Config) { c.ClientFoundRows = true },
		"another mode":    func(c *mysql.Config) { c.Params = map[string]string{"sql_mode": "'ANSI,NO_BACKSLASH_ESCAPES'"} },
		"serializable":    func(c *mysql.Config) { c.Params = map[string]string{"tx_isolation": "'SERIALIZABLE'"} },
		"no default one":  func(c *mysql.Config) { c.DBName = "" },
		"another default": func(c *mysql.Config) { c.DBName = "information_schema" },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			database, loose := myCRM(t, "")
			schema := crm()
			if strings.HasSuffix(name, "default") || strings.HasPrefix(name, "no default") {
				schema = qualifiedCRM(database)
			}
			db := myPool(t, database, change)
			db.SetMaxOpenConns(1)
			st, err := sqlstore.Open(t.Context(), db, sqlstore.MySQL, schema)
			require.NoError(t, err)
			out, err := st.Delete(t.Context(), noEmail(t))
			require.NoError(t, err)
			require.Equal(t, []int64{1, 2, 3}, deletedIDs(out))
			require.Equal(t, map[string]int64{"orders": 3, "lines": 6, "groups": 3, "reports": 1}, out.Rows)
			require.Equal(t, 3, count(t, loose, "SELECT COUNT(*) FROM people"))
			require.Equal(t, 6, count(t, loose, "SELECT COUNT(*) FROM `lines`"))
			require.Equal(t, 3, count(t, loose, "SELECT COUNT(*) FROM teams WHERE owner IS NULL"))
			require.Equal(t, 0, count(t, loose, "SELECT COUNT(*) FROM people WHERE boss IS NOT NULL"))
		})
	}
}

func qualifiedCRM(database string) contacts.Schema {
	s := crm()
	s.Table = database + "." + s.Table
	for i := range s.Associations {
		s.Associations[i].Table = database + "." + s.Associations[i].Table
	}
	s.Associations[0].Associations[0].Table = database + ".lines"
	return s
}

// A manager goes together with the managed: InnoDB asks for each row.
func TestMySQLContactsThatReferToEachOther(t *testing.T) {
	t.Parallel()
	for _, action := range []string{"RESTRICT", "NO ACTION", "SET NULL", "CASCADE"} {
		t.Run(action, func(t *testing.T) {
			t.Parallel()
			database, loose := myCRM(t, "ALTER TABLE people DROP FOREIGN KEY people_ibfk_1, ADD FOREIGN KEY (boss) REFERENCES people (id) ON DELETE "+action)
			st := myStore(t, database, nil)
			out, err := st.Delete(t.Context(), noEmail(t))
			require.NoError(t, err)
			require.Equal(t, []int64{1, 2, 3}, deletedIDs(out))
			require.EqualValues(t, 1, out.Rows["reports"], "6 stays, 2 goes itself")
			require.Equal(t, 3, count(t, loose, "SELECT COUNT(*) FROM people"))
		})
	}
}

// Triggers cannot keep rows here without an error, but they can make new ones.
func TestMySQLTriggersThatMakeRows(t *testing.T) {
	t.Parallel()
	database, loose := myCRM(t, "CREATE TRIGGER again AFTER DELETE ON orders FOR EACH ROW INSERT INTO teams (id, owner) VALUES (OLD.id + 5000, OLD.buyer)")
	st := myStore(t, database, nil)
	out, err := st.Delete(t.Context(), noEmail(t, 1))
	require.NoError(t, err, "the groups are detached after the orders are gone")
	require.EqualValues(t, 2, out.Rows["groups"])
	myScript(t, loose, "DROP TRIGGER again;\nCREATE TRIGGER again AFTER DELETE ON people FOR EACH ROW INSERT INTO orders (id, buyer) VALUES (OLD.id + 5000, OLD.id);\nSET foreign_key_checks = 0")
	before := myDump(t, loose)
	_, err = myStore(t, database, map[string]string{"foreign_key_checks": "0"}).Delete(t.Context(), noEmail(t, 2, 3))
	require.ErrorIs(t, err, store.ErrConstraint)
	require.Equal(t, before, myDump(t, loose))
}

func TestMySQLHostileNamesAreOnlyNames(t *testing.T) {
	t.Parallel()
	for _, name := range []string{
		"a`b", "``", "`", `a"b`, "x; --", "x` OR 1=1 --", "a b", "[a]", "'a'", "select", "naïve", "日本語", "$1", ":a", "@a", "%s", "x)", "one",
		"c", "r1", "r2", "k", "selected", "f id", "contactsweep's one row", strings.Repeat("long", 11),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			schema := contacts.Schema{
				Table: name + " people", Key: []string{"id"},
				Fields: []contacts.Field{contacts.Int64("id").In(name + " id"), contacts.Text("mail").In(name), contacts.Int64("lead").In(name + " up")},
				Associations: []contacts.Association{
					{
						Name: "rows", Table: name, Action: contacts.Delete, Key: []string{"id"},
						Fields:     []contacts.Field{contacts.Int64("id").In(name + "2"), contacts.Text("of").In(name + " of")},
						References: []contacts.Reference{{Fields: []string{"of"}, To: []string{"mail"}}},
					},
					{Name: "led", Table: name + " people", Action: contacts.Detach, References: []contacts.Reference{{Fields: []string{"lead"}}}},
				},
			}
			database := servertest.MariaDB().Database(t)
			loose := myLoose(t, database)
			myCreate(t, loose, schema)
			quote := func(s string) string { return "`" + strings.ReplaceAll(s, "`", "``") + "`" }
			myExec(t, loose, "INSERT INTO "+quote(schema.Table)+" ("+quote(name+" id")+", "+quote(name)+", "+quote(name+" up")+") VALUES (1, 'a', NULL), (2, '', NULL), (3, 'c', 1)")
			myExec(t, loose, "INSERT INTO "+quote(name)+" ("+quote(name+"2")+", "+quote(name+" of")+") VALUES (1, 'a'), (2, ''), (3, NULL)")
			st, err := sqlstore.Open(t.Context(), myPool(t, database, nil), sqlstore.MySQL, schema)
			require.NoError(t, err)
			require.Equal(t, []int64{1}, myIDs(t, st, where.New().WhereExists("rows")))
			findings, err := st.Verify(t.Context())
			require.NoError(t, err)
			require.Empty(t, findings)
			keys, err := contacts.Keys(1, 2)
			require.NoError(t, err)
			out, err := st.Delete(t.Context(), store.Batch{Selection: store.Selection{Condition: where.Everything()}, Keys: keys})
			require.NoError(t, err)
			require.Equal(t, map[string]int64{"rows": 1, "led": 1}, out.Rows)
		})
	}
}

func myExec(t *testing.T, db *sql.DB, statement string) {
	t.Helper()
	_, err := db.ExecContext(t.Context(), statement)
	require.NoError(t, err, statement)
}

func selecting(c where.Condition) store.Selection { return store.Selection{Condition: c} }

func batchOf(s store.Selection, keys ...contacts.Key) store.Batch {
	return store.Batch{Selection: s, Keys: keys}
}
