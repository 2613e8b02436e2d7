package sqlstore_test

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"modernc.org/sqlite"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/store/sqlstore"
)

// coded has people who are also referred to by a code, and tasks.
func coded(associations ...contacts.Association) contacts.Schema {
	return contacts.Schema{
		Table: "people", Key: []string{"id"},
		Fields: []contacts.Field{
			contacts.Int64("id").NotNull(), contacts.Text("code"), contacts.Text("boss"), contacts.Int64("lead"),
		},
		Associations: associations,
	}
}

func reports(action contacts.Action, field string, to ...string) contacts.Association {
	return contacts.Association{
		Name: "reports", Table: "people", Action: action, References: []contacts.Reference{{Fields: []string{field}, To: to}},
	}
}

func tasks(action contacts.Action, field string, to ...string) contacts.Association {
	return contacts.Association{
		Name: "tasks", Table: "tasks", Action: action, Key: []string{"id"},
		Fields:     []contacts.Field{contacts.Int64("id").NotNull(), contacts.Int64("person"), contacts.Text("code")},
		References: []contacts.Reference{{Fields: []string{field}, To: to}},
	}
}

// codedDDL declares the columns boss and lead of people, and person and code of
// tasks, as given.
func codedDDL(boss, lead, person, code string) string {
	return `
CREATE TABLE people (id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, code TEXT UNIQUE, boss TEXT ` + boss + `, lead INTEGER ` + lead + `);
CREATE INDEX people_boss ON people (boss);
CREATE INDEX people_lead ON people (lead);
CREATE TABLE tasks (id INTEGER PRIMARY KEY NOT NULL, person INTEGER ` + person + `, code TEXT ` + code + `);
CREATE INDEX tasks_person ON tasks (person);
CREATE INDEX tasks_code ON tasks (code);
`
}

const (
	toCode  = "REFERENCES people (code)"
	toID    = "REFERENCES people (id)"
	cascade = " ON DELETE CASCADE"
	setNull = " ON DELETE SET NULL"
)

func TestVerifyFindsWhatForeignKeysWouldDo(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		ddl    string
		schema contacts.Schema
		want   []string // severity and name
	}{
		"the empty text cascades to contacts": {
			codedDDL(toCode+cascade, "", "", ""), coded(reports(contacts.Detach, "boss", "code")),
			[]string{"fatal foreign-key-empty:people.boss", "warning cascade-after-detach:people.boss"},
		},
		"the empty text cascades to rows": {
			codedDDL("", "", "", toCode+cascade), coded(tasks(contacts.Delete, "code", "code")),
			[]string{"fatal foreign-key-empty:tasks.code"},
		},
		"the empty text is set to NULL": {
			codedDDL(toCode+setNull, "", "", ""), coded(reports(contacts.Detach, "boss", "code")),
			[]string{"fatal foreign-key-empty:people.boss"},
		},
		"the empty text holds contacts back": {
			codedDDL(toCode, "", "", toCode), coded(reports(contacts.Detach, "boss", "code"), tasks(contacts.Delete, "code", "code")),
			nil,
		},
		"the empty text in a part of the reference": {
			`CREATE TABLE people (id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, lead INTEGER NOT NULL, code TEXT NOT NULL, boss TEXT, UNIQUE (lead, code),
FOREIGN KEY (lead, boss) REFERENCES people (lead, code) ON DELETE CASCADE)`,
			coded(contacts.Association{Name: "reports", Table: "people", Action: contacts.Detach, References: []contacts.Reference{{
				Fields: []string{"lead", "boss"}, To: []string{"lead", "code"}, SetNull: []string{"boss"},
			}}}),
			[]string{"fatal foreign-key-empty:people.lead,boss", "warning cascade-after-detach:people.lead,boss"},
		},
		"contacts are changed that the schema does not mention": {
			codedDDL("", toID+setNull, "", ""), coded(), []string{"fatal unregistered-set-null:people.lead"},
		},
		"contacts are changed that the schema keeps": {
			codedDDL("", toID+setNull, "", ""), coded(reports(contacts.Keep, "lead")), []string{"fatal foreign-key-changes-kept:people.lead"},
		},
		"contacts are changed that are only read": {
			codedDDL("", toID+setNull, "", ""), coded(reports(contacts.ReadOnly, "lead")), []string{"fatal unregistered-set-null:people.lead"},
		},
		"contacts are detached": {
			codedDDL("", toID+setNull, "", ""), coded(reports(contacts.Detach, "lead")), nil,
		},
		"rows are changed by another column than that by which they go": {
			codedDDL("", "", "", toCode+setNull), coded(tasks(contacts.Delete, "person")),
			[]string{"fatal unregistered-set-null:tasks.code"},
		},
		"a reference to other columns": {
			`CREATE TABLE people (id INTEGER NOT NULL, lead INTEGER NOT NULL, code TEXT, boss TEXT, PRIMARY KEY (lead, id));
CREATE TABLE tasks (id INTEGER PRIMARY KEY NOT NULL, person INTEGER, code INTEGER, FOREIGN KEY (person, code) REFERENCES people);
CREATE INDEX tasks_person ON tasks (person)`,
			func() contacts.Schema {
				s := coded(tasks(contacts.Delete, "person"))
				s.Key, s.Fields[3].Required = []string{"lead", "id"}, true
				a := &s.Associations[0]
				a.Fields[2] = contacts.Int64("code")
				a.References = []contacts.Reference{{Fields: []string{"code", "person"}}}
				return s
			}(),
			[]string{"warning unregistered-reference:tasks.person,code", "fatal foreign-key-target:tasks.person,code"},
		},
		"a reference to the same columns in another order": {
			`CREATE TABLE people (id INTEGER NOT NULL, lead INTEGER NOT NULL, code TEXT, boss TEXT, PRIMARY KEY (lead, id));
CREATE TABLE tasks (id INTEGER PRIMARY KEY NOT NULL, person INTEGER, code INTEGER, FOREIGN KEY (person, code) REFERENCES people (id, lead) ON DELETE CASCADE);
CREATE INDEX tasks_person ON tasks (person)`,
			func() contacts.Schema {
				s := coded(tasks(contacts.Delete, "person"))
				s.Key, s.Fields[3].Required = []string{"lead", "id"}, true
				a := &s.Associations[0]
				a.Fields[2] = contacts.Int64("code")
				a.References = []contacts.Reference{{Fields: []string{"code", "person"}}}
				return s
			}(),
			nil,
		},
		"what refers to a detached column is changed": {
			codedDDL("", "", toID+" UNIQUE", "") + `CREATE TABLE badges (task INTEGER REFERENCES tasks (person) ON UPDATE CASCADE);
CREATE TABLE marks (task INTEGER REFERENCES tasks (person) ON UPDATE SET NULL);
CREATE TABLE pins (task INTEGER REFERENCES tasks (person));
CREATE TABLE other (task INTEGER REFERENCES tasks (id) ON UPDATE CASCADE)`, coded(tasks(contacts.Detach, "person")),
			[]string{"fatal update-changes:badges.task", "fatal update-changes:marks.task", "warning update-blocks:pins.task"},
		},
		"two associations of which only one has rows below": {
			codedDDL("", "", toID, toCode) + `CREATE TABLE notes (id INTEGER PRIMARY KEY, task INTEGER REFERENCES tasks (id) ON DELETE CASCADE);
CREATE INDEX notes_task ON notes (task)`,
			func() contacts.Schema {
				a, b := tasks(contacts.Delete, "person"), tasks(contacts.Delete, "code", "code")
				b.Name = "coded tasks"
				a.Associations = []contacts.Association{{
					Name: "notes", Table: "notes", Action: contacts.Delete, Key: []string{"id"},
					Fields:     []contacts.Field{contacts.Int64("id").NotNull(), contacts.Int64("task")},
					References: []contacts.Reference{{Fields: []string{"task"}}},
				}}
				return coded(a, b)
			}(),
			[]string{"fatal partly-covered:notes.task"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			db := file(t, "foreign_keys(1)")
			script(t, db, tt.ddl)
			st, err := sqlstore.Open(t.Context(), db, sqlstore.SQLite, tt.schema)
			require.NoError(t, err)
			findings, err := st.Verify(t.Context())
			require.NoError(t, err)
			var got []string
			for _, f := range findings {
				got = append(got, f.Severity.String()+" "+f.Name())
				require.NotEmpty(t, f.Message)
				require.NotEmpty(t, f.Advice)
			}
			require.ElementsMatch(t, tt.want, got)
		})
	}
}

func TestTheSameFindingKeepsItsWorstSeverity(t *testing.T) {
	t.Parallel()
	for _, readFirst := range []bool{false, true} {
		db := file(t)
		script(t, db, codedDDL("", "", "", ""))
		script(t, db, `DROP TABLE tasks;
CREATE TABLE tasks (id INTEGER PRIMARY KEY NOT NULL, person TEXT, code TEXT)`)
		all := []contacts.Association{tasks(contacts.Delete, "person"), tasks(contacts.ReadOnly, "person")}
		all[1].Name = "seen"
		if readFirst {
			all[0], all[1] = all[1], all[0]
		}
		st, err := sqlstore.Open(t.Context(), db, sqlstore.SQLite, coded(all...))
		require.NoError(t, err)
		findings, err := st.Verify(t.Context())
		require.NoError(t, err)
		require.Equal(t, []string{"reference-type:tasks.person"}, fatal(findings))
	}
}

// Where another database file is attached, tables of one name are two.
func TestTablesInOtherFilesAreTold(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		table  string
		action contacts.Action
		want   []string
	}{
		"rows that go":           {"other.tasks", contacts.Delete, []string{"fatal other-file:other.tasks", "fatal unregistered-cascade:tasks.person"}},
		"rows that are detached": {"other.tasks", contacts.Detach, []string{"fatal other-file:other.tasks", "fatal unregistered-cascade:tasks.person"}},
		"rows that restrict":     {"other.tasks", contacts.Restrict, []string{"fatal other-file:other.tasks", "fatal unregistered-cascade:tasks.person"}},
		"rows that are read":     {"other.tasks", contacts.ReadOnly, []string{"warning other-file:other.tasks", "fatal unregistered-cascade:tasks.person"}},
		"in the same file":       {"tasks", contacts.Delete, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			db := file(t, "foreign_keys(1)")
			db.SetMaxOpenConns(1) // what is attached is a matter of the connection
			script(t, db, "ATTACH '"+strings.ReplaceAll(filepath.Join(t.TempDir(), "other.db"), "'", "''")+"' AS other")
			script(t, db, codedDDL("", "", toID+cascade, ""))
			script(t, db, `CREATE TABLE other.tasks (id INTEGER PRIMARY KEY NOT NULL, person INTEGER, code TEXT);
CREATE INDEX other.other_person ON tasks (person)`)
			schema := coded(tasks(tt.action, "person"))
			schema.Associations[0].Table = tt.table
			st, err := sqlstore.Open(t.Context(), db, sqlstore.SQLite, schema)
			require.NoError(t, err)
			findings, err := st.Verify(t.Context())
			require.NoError(t, err)
			var got []string
			for _, f := range findings {
				got = append(got, f.Severity.String()+" "+f.Name())
			}
			require.Equal(t, tt.want, got)
		})
	}
}

func TestFindingsOfTwoDatabasesHaveNamesOfTheirOwn(t *testing.T) {
	t.Parallel()
	db := file(t, "foreign_keys(1)")
	db.SetMaxOpenConns(1)
	script(t, db, "ATTACH '"+strings.ReplaceAll(filepath.Join(t.TempDir(), "other.db"), "'", "''")+"' AS other")
	script(t, db, codedDDL("", "", "", ""))
	script(t, db, `CREATE TABLE logs (person INTEGER REFERENCES people (id) ON DELETE CASCADE);
CREATE TABLE other.tasks (id INTEGER PRIMARY KEY NOT NULL, person INTEGER, code TEXT);
CREATE TABLE other.logs (person INTEGER REFERENCES tasks (id) ON DELETE CASCADE)`)
	schema := coded(tasks(contacts.Delete, "person"))
	schema.Associations[0].Table = "other.tasks"
	st, err := sqlstore.Open(t.Context(), db, sqlstore.SQLite, schema)
	require.NoError(t, err)
	findings, err := st.Verify(t.Context())
	require.NoError(t, err)
	require.Contains(t, names(findings), "unregistered-cascade:logs.person")
	require.Contains(t, names(findings), "unregistered-cascade:other.logs.person")
}

// A collation that the host defines may take different texts for one.
func TestACollationOfTheHostIsNotTrusted(t *testing.T) {
	t.Parallel()
	const collation = "without_dashes"
	strip := strings.NewReplacer("-", "")
	_ = sqlite.RegisterCollationUtf8(collation, func(a, b string) int { return strings.Compare(strip.Replace(a), strip.Replace(b)) }) // once for all runs of the test
	ref := keyed(contacts.Text("id").NotNull())
	for name, tt := range map[string]struct {
		ddl  string
		want []string
	}{
		"of the key": {
			"CREATE TABLE people (id TEXT COLLATE without_dashes PRIMARY KEY NOT NULL);\nCREATE TABLE rows (id INTEGER PRIMARY KEY, p_id TEXT)",
			[]string{"collation:people.id"},
		},
		"of a reference": {
			"CREATE TABLE people (id TEXT PRIMARY KEY NOT NULL);\nCREATE TABLE rows (id INTEGER PRIMARY KEY, p_id TEXT /* , */ COLLATE \"Without_Dashes\")",
			[]string{"collation:rows.p_id"},
		},
		"of neither": {
			"CREATE TABLE people (id TEXT COLLATE nocase DEFAULT ('x' COLLATE without_dashes) PRIMARY KEY NOT NULL CHECK (id <> '' COLLATE without_dashes));\n" +
				"CREATE TABLE rows (id INTEGER PRIMARY KEY, p_id TEXT COLLATE RTRIM, -- COLLATE without_dashes\n other TEXT COLLATE without_dashes)",
			nil,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			db := file(t)
			script(t, db, tt.ddl+";\nCREATE INDEX rows_p ON rows (p_id);\nINSERT INTO people VALUES ('a-1')")
			st, err := sqlstore.Open(t.Context(), db, sqlstore.SQLite, ref)
			require.NoError(t, err)
			findings, err := st.Verify(t.Context())
			require.NoError(t, err)
			require.Equal(t, tt.want, fatal(findings))
			keys, err := contacts.Keys("a1")
			require.NoError(t, err)
			batch := everybody(t)
			batch.Keys = keys
			out, err := st.Delete(t.Context(), batch)
			require.NoError(t, err)
			require.Empty(t, out.Deleted, "another key")
		})
	}
}
