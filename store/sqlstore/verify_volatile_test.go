package sqlstore_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/store"
	"github.com/contactsweep/contactsweep/store/sqlstore"
	"github.com/contactsweep/contactsweep/where"
)

// TestVerifySaysWhatTheSchemaDoesNot looks for the tables whose rows the
// database may change with every deletion.
func TestVerifySaysWhatTheSchemaDoesNot(t *testing.T) {
	t.Parallel()
	const one, all = store.TableVolatile, store.AllVolatile
	read := func(table string, fields ...contacts.Field) func(*contacts.Schema) {
		return func(s *contacts.Schema) {
			s.Associations = append(s.Associations, contacts.Association{
				Name: "read", Table: table, Action: contacts.ReadOnly, Fields: append(fields, contacts.Int64("owner")),
				References: []contacts.Reference{{Fields: []string{"owner"}}},
			})
		}
	}
	for name, tt := range map[string]struct {
		ddl    string // after crmDDL
		change func(*contacts.Schema)
		want   map[string]store.Volatility
	}{
		"nothing":         {},
		"a view":          {"CREATE VIEW mine AS SELECT owner FROM teams", read("mine"), map[string]store.Volatility{"volatile:mine": one}},
		"a virtual table": {"CREATE VIRTUAL TABLE words USING fts5 (owner)", read("words"), map[string]store.Volatility{"volatile:words": one}},
		"a table only read": {
			"CREATE TABLE known (owner INTEGER)", read("known"), nil,
		},
		"its reference is set to NULL": {
			"CREATE TABLE known (owner INTEGER REFERENCES people ON DELETE SET NULL)", read("known"), map[string]store.Volatility{"unregistered-set-null:known.owner": one},
		},
		"a reference of another table": {
			"CREATE TABLE known (owner INTEGER REFERENCES people ON DELETE SET NULL)", nil, nil,
		},
		"a default instead of a reference": {
			"ALTER TABLE lines ADD COLUMN seller INTEGER REFERENCES people (id) ON DELETE SET DEFAULT", nil, map[string]store.Volatility{"unregistered-set-null:lines.seller": one},
		},
		"an unregistered cascade": {
			"ALTER TABLE teams ADD COLUMN founder INTEGER REFERENCES people (id) ON DELETE CASCADE", nil, map[string]store.Volatility{"unregistered-cascade:teams.founder": one},
		},
		"a cascade, and then another action": {
			`CREATE TABLE badges (id INTEGER PRIMARY KEY, owner INTEGER REFERENCES people (id) ON DELETE CASCADE);
ALTER TABLE teams ADD COLUMN badge INTEGER REFERENCES badges (id) ON DELETE SET NULL`, nil, map[string]store.Volatility{"volatile:teams.badge": one},
		},
		"a reference that is empty": {
			`ALTER TABLE people ADD COLUMN code TEXT;
CREATE UNIQUE INDEX people_code ON people (code);
CREATE TABLE badges (code TEXT REFERENCES people (code) ON DELETE SET NULL)`,
			func(s *contacts.Schema) {
				s.Fields = append(s.Fields, contacts.Text("code"))
				s.Associations = append(s.Associations, contacts.Association{
					Name: "badges", Table: "badges", Action: contacts.Detach, Fields: []contacts.Field{contacts.Text("code")},
					References: []contacts.Reference{{Fields: []string{"code"}, To: []string{"code"}}},
				})
			},
			map[string]store.Volatility{"foreign-key-empty:badges.code": one},
		},
		"what detaching changes": {
			`CREATE UNIQUE INDEX teams_lead ON teams (owner);
CREATE TABLE known (owner INTEGER REFERENCES teams (owner) ON UPDATE CASCADE)`, read("known"), map[string]store.Volatility{"update-changes:known.owner": one},
		},
		"rows that are kept": {
			"", func(s *contacts.Schema) { s.Associations[3].Action = contacts.Keep }, map[string]store.Volatility{"foreign-key-changes-kept:people.boss": one},
		},
		"some rows that are detached": {
			"", func(s *contacts.Schema) { s.Associations[3].Where = where.New().WhereEmpty("email") }, map[string]store.Volatility{"partly-covered:people.boss": one},
		},
		"all rows that restrict": {"", func(s *contacts.Schema) { s.Associations[3].Action = contacts.Restrict }, nil},
		"a trigger": {
			"CREATE TRIGGER t AFTER DELETE ON People BEGIN SELECT 1; END", nil, map[string]store.Volatility{"trigger:people": all},
		},
		"a trigger of detached rows": {
			"CREATE TRIGGER t AFTER UPDATE ON teams BEGIN SELECT 1; END", nil, map[string]store.Volatility{"trigger:teams": all},
		},
		"a trigger at the end of a cascade": {
			`CREATE TABLE badges (id INTEGER PRIMARY KEY, owner INTEGER REFERENCES people (id) ON DELETE CASCADE);
CREATE TABLE pins (badge INTEGER REFERENCES badges (id) ON DELETE SET NULL);
CREATE TRIGGER t AFTER UPDATE ON pins BEGIN SELECT 1; END`, nil, map[string]store.Volatility{"volatile:pins": all},
		},
		"a trigger elsewhere": {
			`CREATE TABLE pins (team INTEGER REFERENCES teams (id) ON DELETE CASCADE);
CREATE TRIGGER t AFTER DELETE ON pins BEGIN SELECT 1; END`, nil, nil,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			db := file(t, "foreign_keys(1)")
			script(t, db, crmDDL+tt.ddl)
			schema := crm()
			if tt.change != nil {
				tt.change(&schema)
			}
			st, err := sqlstore.Open(t.Context(), db, sqlstore.SQLite, schema)
			require.NoError(t, err)
			findings, err := st.Verify(t.Context())
			require.NoError(t, err)
			got := map[string]store.Volatility{}
			for _, f := range findings {
				if f.Volatile != store.NotVolatile {
					got[f.Name()] = f.Volatile
				}
			}
			if tt.want == nil {
				tt.want = map[string]store.Volatility{}
			}
			require.Equal(t, tt.want, got)
		})
	}
}

// A finding after which nobody looks any further may be accepted.
func TestWhatWasNotLookedAtIsVolatile(t *testing.T) {
	t.Parallel()
	db := file(t)
	script(t, db, crmDDL+"CREATE VIEW all_teams AS SELECT id, owner FROM teams")
	schema := crm()
	schema.Associations[1].Table = "all_teams"
	st, err := sqlstore.Open(t.Context(), db, sqlstore.SQLite, schema)
	require.NoError(t, err)
	findings, err := st.Verify(t.Context())
	require.NoError(t, err)
	require.Equal(t, []string{"not-a-table:all_teams"}, names(findings))
	require.Equal(t, store.AllVolatile, findings[0].Volatile)
}

// A virtual table is no reason to look no further.
func TestAWarningDoesNotEndTheVerification(t *testing.T) {
	t.Parallel()
	db := file(t, "foreign_keys(1)")
	script(t, db, crmDDL+`CREATE VIRTUAL TABLE words USING fts5 (body, owner);
CREATE TABLE logs (person INTEGER REFERENCES people ON DELETE CASCADE)`)
	schema := crm()
	schema.Associations = append(schema.Associations, contacts.Association{
		Name: "words", Table: "words", Action: contacts.Delete, Fields: []contacts.Field{contacts.Text("owner")},
		References: []contacts.Reference{{Fields: []string{"owner"}, To: []string{"email"}}},
	})
	st, err := sqlstore.Open(t.Context(), db, sqlstore.SQLite, schema)
	require.NoError(t, err)
	findings, err := st.Verify(t.Context())
	require.NoError(t, err)
	require.Contains(t, names(findings), "virtual-table:words")
	require.Contains(t, fatal(findings), "unregistered-cascade:logs.person")
}
