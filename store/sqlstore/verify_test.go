package sqlstore_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/store"
	"github.com/contactsweep/contactsweep/store/sqlstore"
	"github.com/contactsweep/contactsweep/where"
)

// crmDDL is what the schema of crm asks for.
const crmDDL = `
CREATE TABLE people (id INTEGER PRIMARY KEY AUTOINCREMENT, email TEXT, boss INTEGER REFERENCES people (id) ON DELETE SET NULL);
CREATE INDEX people_boss ON people (boss);
CREATE TABLE orders (id INTEGER PRIMARY KEY, buyer INTEGER REFERENCES people (id) ON DELETE CASCADE);
CREATE INDEX orders_buyer ON orders (buyer);
CREATE TABLE lines (id INTEGER PRIMARY KEY, of INTEGER REFERENCES orders (id));
CREATE INDEX lines_of ON lines (of);
CREATE TABLE teams (id INTEGER PRIMARY KEY, owner INTEGER REFERENCES people (id));
CREATE INDEX teams_owner ON teams (owner);
CREATE TABLE holds (id INTEGER PRIMARY KEY, person INTEGER REFERENCES people (id) ON DELETE RESTRICT);
CREATE INDEX holds_person ON holds (person);
`

func TestVerifyFinds(t *testing.T) {
	t.Parallel()
	const on, off = "foreign_keys(1)", "foreign_keys(0)"
	change := func(f func(*contacts.Schema)) contacts.Schema {
		s := crm()
		f(&s)
		return s
	}
	text := func(s *contacts.Schema) { s.Fields[0] = contacts.Text("id") }
	same := func(*contacts.Schema) {}
	for name, tt := range map[string]struct {
		pragma string
		ddl    string // after crmDDL
		schema contacts.Schema
		want   []string // severity and name
	}{
		"nothing":                       {on, ``, change(same), nil},
		"nothing without enforced keys": {off, ``, change(same), nil},
		"a key that is used again": {
			on, `DROP TABLE holds;
CREATE TABLE holds (id INTEGER PRIMARY KEY, email TEXT, person INTEGER)`,
			contacts.Schema{Table: "holds", Key: []string{"id"}, Fields: []contacts.Field{contacts.Int64("id")}},
			[]string{"warning key-reuse:holds.id"},
		},
		"a key that is not unique": {
			on, `CREATE TABLE loose (id TEXT, email TEXT)`,
			contacts.Schema{Table: "loose", Key: []string{"id"}, Fields: []contacts.Field{contacts.Text("id")}},
			[]string{"fatal key-not-unique:loose.id", "fatal key-nullable:loose.id"},
		},
		"a primary key that can be NULL": {
			on, `CREATE TABLE loose (id TEXT PRIMARY KEY)`,
			contacts.Schema{Table: "loose", Key: []string{"id"}, Fields: []contacts.Field{contacts.Text("id")}},
			[]string{"warning key-nullable:loose.id"},
		},
		"a unique index on more than the key": {
			on, `CREATE TABLE loose (id TEXT NOT NULL, tenant INTEGER, UNIQUE (tenant, id))`,
			contacts.Schema{Table: "loose", Key: []string{"id"}, Fields: []contacts.Field{contacts.Text("id")}},
			[]string{"fatal key-not-unique:loose.id"},
		},
		"a unique index on a part of the rows": {
			on, `CREATE TABLE loose (id TEXT NOT NULL, gone INTEGER);
CREATE UNIQUE INDEX loose_id ON loose (id) WHERE gone = 0`,
			contacts.Schema{Table: "loose", Key: []string{"id"}, Fields: []contacts.Field{contacts.Text("id")}},
			[]string{"fatal key-not-unique:loose.id"},
		},
		"a composite key without rowid": {
			on, `CREATE TABLE loose (id TEXT, tenant INTEGER, PRIMARY KEY (tenant, id)) WITHOUT ROWID`,
			contacts.Schema{Table: "loose", Key: []string{"tenant", "id"}, Fields: []contacts.Field{contacts.Text("id"), contacts.Int64("tenant")}},
			nil,
		},
		"encodings that SQLite does not have": {
			on, `ALTER TABLE people ADD COLUMN debt NUMERIC;
ALTER TABLE people ADD COLUMN at TEXT`,
			change(func(s *contacts.Schema) {
				s.Fields = append(s.Fields, contacts.Decimal("debt"), contacts.Time("at").Encoded(contacts.NaiveTime("Europe/Berlin")))
			}),
			[]string{"fatal encoding:people.debt", "fatal encoding:people.at"},
		},
		"types that change what is stored": {
			on, `ALTER TABLE people ADD COLUMN code NUMERIC;
ALTER TABLE people ADD COLUMN n TEXT;
ALTER TABLE people ADD COLUMN visits INTEGER`,
			change(func(s *contacts.Schema) {
				s.Fields = append(s.Fields, contacts.Text("code"), contacts.Int64("n"), contacts.Uint64("visits"))
			}),
			[]string{"warning column-type:people.code", "warning column-type:people.n", "warning range:people.visits"},
		},
		"stored values of another kind": {
			on, `ALTER TABLE people ADD COLUMN seen DATETIME;
INSERT INTO people (email, seen) VALUES ('secret@x', 1577836800), (x'00', '2026-01-01 00:00:00'), (NULL, NULL)`,
			change(func(s *contacts.Schema) { s.Fields = append(s.Fields, contacts.Time("seen")) }),
			[]string{"warning stored-values:people.email", "warning stored-values:people.seen"},
		},
		"times in another encoding": {
			on, `ALTER TABLE people ADD COLUMN seconds INTEGER;
ALTER TABLE people ADD COLUMN printed TEXT;
ALTER TABLE people ADD COLUMN millis INTEGER;
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 40)
INSERT INTO people (seconds, printed, millis)
SELECT 1700000000 + i, '2026-11-22 03:30:48.976902786 +0000 UTC', (1700000000 + i) * 1000 FROM n`,
			change(func(s *contacts.Schema) {
				s.Fields = append(s.Fields, contacts.Time("seconds").Encoded(contacts.UnixMillis()),
					contacts.Time("printed"), contacts.Time("millis").Encoded(contacts.UnixSeconds()))
			}),
			[]string{"fatal wrong-encoding:people.seconds", "fatal wrong-encoding:people.printed", "fatal wrong-encoding:people.millis"},
		},
		"times in their encoding, but for some": {
			on, `ALTER TABLE people ADD COLUMN seen INTEGER;
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 40)
INSERT INTO people (seen) SELECT CASE WHEN i % 2 THEN 1700000000 + i ELSE 'never' END FROM n`,
			change(func(s *contacts.Schema) {
				s.Fields = append(s.Fields, contacts.Time("seen").Encoded(contacts.UnixSeconds()))
			}),
			[]string{"warning stored-values:people.seen"},
		},
		"detaching a column that is NOT NULL": {
			on, `DROP TABLE teams;
CREATE TABLE teams (id INTEGER PRIMARY KEY, owner INTEGER NOT NULL);
CREATE INDEX teams_owner ON teams (owner)`, change(same),
			[]string{"fatal detach-not-null:teams.owner"},
		},
		"a reference without an index": {
			on, `DROP INDEX teams_owner`, change(same),
			[]string{"warning reference-unindexed:teams.owner"},
		},
		"a reference of another type": {
			on, `DROP TABLE teams;
CREATE TABLE teams (id INTEGER PRIMARY KEY, owner TEXT);
CREATE INDEX teams_owner ON teams (owner)`, change(same),
			[]string{"warning column-type:teams.owner", "fatal reference-type:teams.owner"},
		},
		"a reference of another collation": {
			on, `DROP TABLE teams;
DROP TABLE people;
CREATE TABLE people (id TEXT PRIMARY KEY NOT NULL COLLATE NOCASE, email TEXT);
CREATE TABLE teams (id INTEGER PRIMARY KEY, owner TEXT);
CREATE INDEX teams_owner ON teams (owner)`,
			change(func(s *contacts.Schema) {
				text(s)
				s.Fields = s.Fields[:2]
				s.Associations = s.Associations[1:2]
				s.Associations[0].Fields[1] = contacts.Text("owner")
			}),
			[]string{
				"warning reference-collation:teams.owner",
				"warning unregistered-reference:holds.person", "fatal unregistered-cascade:orders.buyer",
			},
		},
		"a reference to a field that is not unique": {
			on, `ALTER TABLE teams ADD COLUMN mail TEXT;
CREATE INDEX teams_mail ON teams (mail)`,
			change(func(s *contacts.Schema) {
				s.Associations[1].Fields = append(s.Associations[1].Fields, contacts.Text("mail"))
				s.Associations[1].References = append(s.Associations[1].References, contacts.Reference{Fields: []string{"mail"}, To: []string{"email"}})
			}),
			[]string{"fatal target-not-unique:people.email"},
		},
		"a reference that is only read needs no unique target": {
			on, `CREATE TABLE known (mail TEXT);
CREATE INDEX known_mail ON known (mail)`,
			change(func(s *contacts.Schema) {
				s.Associations = append(s.Associations, contacts.Association{
					Name: "known", Table: "known", Action: contacts.ReadOnly, Fields: []contacts.Field{contacts.Text("mail")},
					References: []contacts.Reference{{Fields: []string{"mail"}, To: []string{"email"}}},
				})
			}), nil,
		},
		"an unregistered cascade": {
			on, `CREATE TABLE logs (person INTEGER REFERENCES people ON DELETE CASCADE)`, change(same),
			[]string{"fatal unregistered-cascade:logs.person"},
		},
		"an unregistered cascade below": {
			on, `CREATE TABLE logs (line INTEGER REFERENCES lines (id) ON DELETE CASCADE)`, change(same),
			[]string{"fatal unregistered-cascade:logs.line"},
		},
		"an unregistered reference that is set to NULL": {
			on, `CREATE TABLE logs (person INTEGER REFERENCES people (id) ON DELETE SET NULL)`, change(same),
			[]string{"fatal unregistered-set-null:logs.person"},
		},
		"an unregistered reference": {
			on, `CREATE TABLE logs (person INTEGER REFERENCES People (id))`, change(same),
			[]string{"warning unregistered-reference:logs.person"},
		},
		"an unregistered reference that nothing enforces": {
			off, `CREATE TABLE logs (person INTEGER REFERENCES people (id))`, change(same),
			[]string{"fatal unregistered-reference:logs.person"},
		},
		"another reference of a registered table": {
			on, `ALTER TABLE orders ADD COLUMN payer INTEGER REFERENCES people (id)`, change(same),
			[]string{"warning unregistered-reference:orders.payer"},
		},
		"a reference to a table that is not deleted from": {
			on, `CREATE TABLE logs (team INTEGER REFERENCES teams (id))`, change(same), nil,
		},
		"a cascade that removes kept rows": {
			on, ``, change(func(s *contacts.Schema) {
				s.Associations[0].Action, s.Associations[0].Associations = contacts.Keep, nil
			}),
			[]string{"fatal cascade-removes-kept:orders.buyer"},
		},
		"a cascade that removes more than the condition": {
			on, ``, change(func(s *contacts.Schema) { s.Associations[0].Where = where.New().WhereGreaterThan("id", 5) }),
			[]string{"fatal cascade-removes-kept:orders.buyer"},
		},
		"a cascade below detached rows": {
			on, ``, change(func(s *contacts.Schema) {
				s.Associations[0].Action, s.Associations[0].Associations = contacts.Detach, nil
			}),
			[]string{"warning cascade-after-detach:orders.buyer"},
		},
		"a cascade below restricting rows": {
			on, ``, change(func(s *contacts.Schema) {
				s.Associations[0].Action, s.Associations[0].Associations = contacts.Restrict, nil
			}),
			[]string{"fatal cascade-removes-kept:orders.buyer"},
		},
		"foreign keys of kept rows": {
			on, ``, change(func(s *contacts.Schema) {
				s.Associations[2].Action, s.Associations[3].Action = contacts.Keep, contacts.Keep
			}),
			[]string{"warning foreign-key-blocks:holds.person", "fatal foreign-key-changes-kept:people.boss"},
		},
		"triggers": {
			on, `CREATE TRIGGER t AFTER DELETE ON lines BEGIN SELECT 1; END;
CREATE TRIGGER harmless AFTER DELETE ON holds BEGIN SELECT 1; END;
CREATE TEMP TRIGGER u AFTER DELETE ON people BEGIN SELECT 1; END`, change(same),
			[]string{"warning trigger:people", "warning trigger:lines"},
		},
		"views and virtual tables": {
			on, `CREATE VIEW all_teams AS SELECT id, owner FROM teams;
CREATE VIRTUAL TABLE words USING fts5 (body, owner)`,
			change(func(s *contacts.Schema) {
				s.Associations[1].Table = "all_teams"
				s.Associations = append(s.Associations, contacts.Association{
					Name: "words", Table: "words", Action: contacts.Delete, Fields: []contacts.Field{contacts.Text("owner")},
					References: []contacts.Reference{{Fields: []string{"owner"}, To: []string{"email"}}},
				})
			}),
			[]string{"fatal not-a-table:all_teams", "warning virtual-table:words"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			db := file(t, tt.pragma)
			db.SetMaxOpenConns(1) // temporary triggers
			script(t, db, crmDDL+tt.ddl)
			st, err := sqlstore.Open(t.Context(), db, sqlstore.SQLite, tt.schema)
			require.NoError(t, err)
			findings, err := st.Verify(t.Context())
			require.NoError(t, err)
			var got []string
			for _, f := range findings {
				got = append(got, f.Severity.String()+" "+f.Name())
				require.NotEmpty(t, f.Message)
				require.NotEmpty(t, f.Advice)
				require.NotContains(t, f.String(), "secret")
			}
			require.Equal(t, tt.want, got)
		})
	}
}

func TestTablesThatAreGone(t *testing.T) {
	t.Parallel()
	db := file(t)
	st := openCRM(t, db)
	script(t, db, `DROP TABLE lines;
ALTER TABLE teams RENAME COLUMN owner TO lead`)
	findings, err := st.Verify(t.Context())
	require.NoError(t, err)
	require.Equal(t, []string{"missing-table:lines", "missing-column:teams.owner"}, fatal(findings))
}

// A table outside of the schema refers to people, and only an enforced foreign
// key keeps its rows from losing theirs.
func TestABatchThatReliesOnForeignKeysAsksForThem(t *testing.T) {
	t.Parallel()
	for _, fk := range []string{"foreign_keys(0)", "foreign_keys(1)"} {
		t.Run(fk, func(t *testing.T) {
			t.Parallel()
			db := file(t, fk)
			openCRM(t, db)
			script(t, db, `CREATE TABLE logs (person INTEGER REFERENCES people (id));
INSERT INTO logs VALUES (2)`)
			before := dump(t, db)
			st, err := sqlstore.Open(t.Context(), db, sqlstore.SQLite, crm())
			require.NoError(t, err)
			_, err = st.Delete(t.Context(), noEmail(t))
			if fk == "foreign_keys(0)" {
				require.ErrorIs(t, err, store.ErrUnsafe)
			} else {
				require.ErrorIs(t, err, store.ErrConstraint)
			}
			require.Equal(t, before, dump(t, db))
			_, err = st.Delete(t.Context(), noEmail(t, 1, 3))
			if fk == "foreign_keys(0)" {
				require.ErrorIs(t, err, store.ErrUnsafe)
			} else {
				require.NoError(t, err)
			}
		})
	}
}
