package sqlstore_test

import (
	"database/sql"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/store"
	"github.com/contactsweep/contactsweep/store/sqlstore"
	"github.com/contactsweep/contactsweep/where"
)

// heirs is crm, but teams and reports are handed over to person 5, and logs are
// anonymised.
func heirs() contacts.Schema {
	s := crm()
	teams, reports := &s.Associations[1], &s.Associations[3]
	teams.Action, teams.Heir = contacts.HandOver, contacts.Values{"owner": 5}
	reports.Action, reports.Heir = contacts.HandOver, contacts.Values{"boss": 5}
	s.Associations = append(s.Associations, contacts.Association{
		Name: "logs", Table: "logs", Action: contacts.Anonymise, Key: []string{"id"}, Set: contacts.Values{"ip": nil, "agent": "deleted"},
		Fields:     []contacts.Field{contacts.Int64("id"), contacts.Int64("person"), contacts.Text("ip"), contacts.Text("agent")},
		References: []contacts.Reference{{Fields: []string{"person"}}},
	})
	return s
}

// staying is heirs, but the logs still refer to the person.
func staying() contacts.Schema {
	s := heirs()
	s.Associations[4].References[0].Stays = true
	return s
}

func openHeirs(tb testing.TB, db *sql.DB, schema contacts.Schema) *sqlstore.Store {
	tb.Helper()
	create(tb, db, schema)
	script(tb, db, fillCRM+"INSERT INTO logs (person, id, ip, agent) SELECT p.id, 200 + p.id, '10.0.0.' || p.id, 'a' FROM people AS p")
	st, err := sqlstore.Open(tb.Context(), db, sqlstore.SQLite, schema)
	require.NoError(tb, err)
	findings, err := st.Verify(tb.Context())
	require.NoError(tb, err)
	require.Empty(tb, findings)
	return st
}

func TestRowsAreHandedOverAndAnonymised(t *testing.T) {
	t.Parallel()
	for _, fk := range []string{"foreign_keys(0)", "foreign_keys(1)"} {
		t.Run(fk, func(t *testing.T) {
			t.Parallel()
			db := file(t, fk)
			st := openHeirs(t, db, heirs())
			out, err := st.Delete(t.Context(), noEmail(t, 1, 2, 3, 4, 5))
			require.NoError(t, err)
			require.Equal(t, []int64{1, 2, 3}, deletedIDs(out))
			require.Equal(t, map[string]int64{"orders": 3, "lines": 6, "groups": 3, "reports": 1, "logs": 3}, out.Rows)
			require.Equal(t, `people 4  <nil>
people 5 five@x <nil>
people 6 six@x 5
teams 101 5
teams 102 5
teams 103 5
teams 104 4
teams 105 5
teams 106 6
logs 201 <nil> <nil> deleted
logs 202 <nil> <nil> deleted
logs 203 <nil> <nil> deleted
logs 204 4 10.0.0.4 a
logs 205 5 10.0.0.5 a
logs 206 6 10.0.0.6 a
`, dump(t, db, "people", "teams", "logs"))
		})
	}
}

func TestAReferenceThatStays(t *testing.T) {
	t.Parallel()
	db := file(t)
	st := openHeirs(t, db, staying())
	// A trigger makes the store look for rows that were left behind: these are not.
	script(t, db, `CREATE TRIGGER noted AFTER UPDATE ON logs BEGIN SELECT 1; END;
CREATE TRIGGER gone AFTER DELETE ON people BEGIN SELECT 1; END`)
	out, err := st.Delete(t.Context(), noEmail(t, 1, 2))
	require.NoError(t, err)
	require.EqualValues(t, 2, out.Rows["logs"])
	require.Equal(t, 1, count(t, db, "SELECT count(*) FROM logs WHERE person = 1 AND ip IS NULL AND agent = 'deleted'"))
}

func TestRowsThatATriggerGivesBackFailTheBatch(t *testing.T) {
	t.Parallel()
	for table, column := range map[string]string{"teams": "owner", "logs": "person"} {
		t.Run(table, func(t *testing.T) {
			t.Parallel()
			db := file(t)
			st := openHeirs(t, db, heirs())
			script(t, db, "CREATE TRIGGER again AFTER UPDATE ON "+table+" WHEN old."+column+" = 2 BEGIN UPDATE "+table+" SET "+column+" = 2 WHERE id = old.id; END")
			before := dump(t, db, "people", "teams", "logs")
			_, err := st.Delete(t.Context(), noEmail(t, 1, 2, 3))
			require.ErrorIs(t, err, store.ErrConstraint)
			require.ErrorContains(t, err, "table "+table)
			require.Equal(t, before, dump(t, db, "people", "teams", "logs"))
		})
	}
}

// A row of the heir's may be there already. Then the row of the other contact
// cannot be handed over, and the contact stays.
func TestARowThatTheHeirHasAlready(t *testing.T) {
	t.Parallel()
	db := file(t)
	st := openHeirs(t, db, heirs())
	script(t, db, "ALTER TABLE teams ADD COLUMN campaign INTEGER;\nUPDATE teams SET campaign = CASE WHEN id IN (102, 105) THEN 1 ELSE id END;\nCREATE UNIQUE INDEX once ON teams (owner, campaign)")
	before := dump(t, db)
	_, err := st.Delete(t.Context(), noEmail(t, 1, 2))
	require.ErrorIs(t, err, store.ErrConstraint)
	require.ErrorContains(t, err, "table teams")
	require.Equal(t, before, dump(t, db))
	out, err := st.Delete(t.Context(), noEmail(t, 1))
	require.NoError(t, err)
	require.Equal(t, []int64{1}, deletedIDs(out))
}

// RESTRICT does not wait for the end of the statement that deletes both.
func TestContactsThatAreHandedOverGoTogether(t *testing.T) {
	t.Parallel()
	for _, action := range []string{"RESTRICT", "NO ACTION", "CASCADE", "SET NULL"} {
		t.Run(action, func(t *testing.T) {
			t.Parallel()
			db := file(t, "foreign_keys(1)")
			script(t, db, `CREATE TABLE people (id INTEGER PRIMARY KEY AUTOINCREMENT, email TEXT, boss INTEGER REFERENCES people (id) ON DELETE `+action+`);
CREATE INDEX people_boss ON people (boss);
INSERT INTO people (id, email, boss) VALUES (1, '', NULL), (2, '', 1), (3, '', 2), (4, 'four@x', 3), (5, 'five@x', NULL);
UPDATE people SET boss = 3 WHERE id = 1`)
			schema := heirs()
			schema.Associations = schema.Associations[3:4]
			st, err := sqlstore.Open(t.Context(), db, sqlstore.SQLite, schema)
			require.NoError(t, err)
			out, err := st.Delete(t.Context(), noEmail(t, 1, 2, 3))
			require.NoError(t, err)
			require.Len(t, out.Deleted, 3)
			require.Equal(t, map[string]int64{"reports": 1}, out.Rows)
			require.Equal(t, "people 4 four@x 5\npeople 5 five@x <nil>\n", dump(t, db, "people"))
		})
	}
}

// Heirs are compared to the letter, whatever the column ignores: a contact that
// is only similar is no heir, and nothing is handed over to it.
func TestAnHeirIsComparedToTheLetter(t *testing.T) {
	t.Parallel()
	for mail, missing := range map[string]bool{"boss@x": false, "BOSS@x": true} {
		t.Run(mail, func(t *testing.T) {
			t.Parallel()
			db := file(t)
			script(t, db, `CREATE TABLE people (id INTEGER PRIMARY KEY AUTOINCREMENT, email TEXT COLLATE NOCASE UNIQUE);
CREATE TABLE boxes (mail TEXT COLLATE NOCASE);
CREATE INDEX boxes_mail ON boxes (mail);
INSERT INTO people (id, email) VALUES (1, 'boss@x'), (2, 'two@x'), (3, NULL);
INSERT INTO boxes (mail) VALUES ('TWO@x')`)
			st, err := sqlstore.Open(t.Context(), db, sqlstore.SQLite, contacts.Schema{
				Table: "people", Key: []string{"id"}, Fields: []contacts.Field{contacts.Int64("id"), contacts.Text("email")},
				Associations: []contacts.Association{{
					Name: "boxes", Table: "boxes", Action: contacts.HandOver, Heir: contacts.Values{"mail": mail}, Fields: []contacts.Field{contacts.Text("mail")},
					References: []contacts.Reference{{Fields: []string{"mail"}, To: []string{"email"}}},
				}},
			})
			require.NoError(t, err)
			findings, err := st.Verify(t.Context())
			require.NoError(t, err)
			require.Equal(t, missing, len(findings) > 0)
			batch := noEmail(t, 1, 2, 3)
			batch.Condition = where.Everything()
			out, err := st.Delete(t.Context(), batch)
			require.NoError(t, err)
			if missing {
				require.Equal(t, []string{"heir-missing:boxes.mail"}, fatal(findings))
				require.Equal(t, []int64{1, 3}, deletedIDs(out), "1 is no heir")
				require.Equal(t, []store.Skipped{{Key: batch.Keys[1], Cause: store.Restricted, Association: "boxes"}}, out.Skipped)
				require.Equal(t, "boxes TWO@x\n", dump(t, db, "boxes"))
				return
			}
			require.Equal(t, []int64{2, 3}, deletedIDs(out))
			require.Equal(t, "boxes boss@x\n", dump(t, db, "boxes"))
		})
	}
}

func TestHeirsAndTheCaseOfLetters(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		target, field contacts.Field
		goes          bool
	}{
		"both":                {contacts.Text("email").FoldCase(), contacts.Text("mail").FoldCase(), true},
		"the contact's field": {contacts.Text("email").FoldCase(), contacts.Text("mail"), true},
		"the row's field":     {contacts.Text("email"), contacts.Text("mail").FoldCase(), false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			schema := contacts.Schema{
				Table: "people", Key: []string{"id"}, Fields: []contacts.Field{contacts.Int64("id"), tt.target},
				Associations: []contacts.Association{{
					Name: "boxes", Table: "boxes", Action: contacts.HandOver, Heir: contacts.Values{"mail": "BOSS@x"}, Fields: []contacts.Field{tt.field},
					References: []contacts.Reference{{Fields: []string{"mail"}, To: []string{"email"}}},
				}},
			}
			db := file(t)
			create(t, db, schema)
			script(t, db, `INSERT INTO people (id, email) VALUES (1, 'boss@x'), (2, 'two@x');
INSERT INTO boxes (mail) VALUES ('two@x')`)
			st, err := sqlstore.Open(t.Context(), db, sqlstore.SQLite, schema)
			require.NoError(t, err)
			batch := noEmail(t, 1, 2)
			batch.Condition = where.Everything()
			out, err := st.Delete(t.Context(), batch)
			require.NoError(t, err)
			if tt.goes {
				require.Equal(t, []int64{2}, deletedIDs(out))
				require.Equal(t, "boxes BOSS@x\n", dump(t, db, "boxes"))
				return
			}
			require.Equal(t, []int64{1}, deletedIDs(out))
			require.Equal(t, "boxes two@x\n", dump(t, db, "boxes"))
		})
	}
}

func TestAssociationsThatCannotBeTreatedOneAfterTheOther(t *testing.T) {
	t.Parallel()
	one := func(name string, action contacts.Action, test where.Condition, set contacts.Values) contacts.Association {
		return contacts.Association{
			Name: name, Table: "tasks", Action: action, Where: test, Set: set,
			Fields:     []contacts.Field{contacts.Int64("owner"), contacts.Text("state"), contacts.Text("text")},
			References: []contacts.Reference{{Fields: []string{"owner"}}},
		}
	}
	open := where.New().WhereEquals("state", "open")
	schema := contacts.Schema{
		Table: "people", Key: []string{"id"}, Fields: []contacts.Field{contacts.Int64("id")},
		Associations: []contacts.Association{
			one("closed", contacts.Anonymise, where.New().WhereEquals("state", "closed"), contacts.Values{"state": "gone"}),
			one("open", contacts.Detach, open, nil),
		},
	}
	_, err := sqlstore.Open(t.Context(), file(t), sqlstore.SQLite, schema)
	require.ErrorContains(t, err, `associations "closed" and "open" go through each other's tables, or set what the other tests`)
	schema.Associations[0].Set = contacts.Values{"text": nil}
	db := file(t)
	create(t, db, schema)
	_, err = sqlstore.Open(t.Context(), db, sqlstore.SQLite, schema)
	require.NoError(t, err, "now none sets what the other tests")
}

func TestValuesThatCannotBeStoredAreRefused(t *testing.T) {
	t.Parallel()
	schema := heirs()
	logs := &schema.Associations[4]
	logs.Fields = append(logs.Fields, contacts.Uint64("visits"))
	logs.Set["visits"] = uint64(1) << 63
	db := file(t)
	create(t, db, heirs())
	const message = `sqlstore: association "logs": a value to be set: sqlstore: field "visits": the value cannot be stored in the field's encoding`
	_, err := sqlstore.Open(t.Context(), db, sqlstore.SQLite, schema)
	require.ErrorContains(t, err, message)
	_, err = sqlstore.DDL(sqlstore.SQLite, schema)
	require.ErrorContains(t, err, message)
}

func TestDDLOfRowsThatStay(t *testing.T) {
	t.Parallel()
	ddl, err := sqlstore.DDL(sqlstore.SQLite, heirs())
	require.NoError(t, err)
	require.Contains(t, ddl, `CREATE TABLE "teams" (
	"id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
	"owner" INTEGER,
	FOREIGN KEY ("owner") REFERENCES "people" ("id") ON DELETE NO ACTION
)`)
	require.Contains(t, ddl, `CREATE TABLE "logs" (
	"id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
	"person" INTEGER,
	"ip" TEXT,
	"agent" TEXT,
	FOREIGN KEY ("person") REFERENCES "people" ("id") ON DELETE SET NULL
)`)
	ddl, err = sqlstore.DDL(sqlstore.SQLite, staying())
	require.NoError(t, err)
	require.Contains(t, ddl, `CREATE TABLE "logs" (
	"id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
	"person" INTEGER,
	"ip" TEXT,
	"agent" TEXT
)`)
}
