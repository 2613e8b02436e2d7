package sqlstore_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/store/sqlstore"
	"github.com/contactsweep/contactsweep/where"
)

// logsDDL adds the logs of heirs to crmDDL, and the heir.
const logsDDL = crmDDL + `
CREATE TABLE logs (id INTEGER PRIMARY KEY, person INTEGER REFERENCES people (id) ON DELETE SET NULL, ip TEXT, agent TEXT);
CREATE INDEX logs_person ON logs (person);
INSERT INTO people (id, email) VALUES (5, 'five@x');
`

// relog makes the logs anew.
func relog(columns string) string {
	return `DROP TABLE logs;
CREATE TABLE logs (id INTEGER PRIMARY KEY, ` + columns + `);
CREATE INDEX logs_person ON logs (person)`
}

func TestVerifyFindsWhatCannotBeChanged(t *testing.T) {
	t.Parallel()
	change := func(s contacts.Schema, f func(*contacts.Schema)) contacts.Schema {
		f(&s)
		return s
	}
	for name, tt := range map[string]struct {
		ddl    string // after logsDDL
		schema contacts.Schema
		want   []string // severity and name
	}{
		"nothing":        {``, heirs(), nil},
		"no heir at all": {`DELETE FROM people`, heirs(), []string{"fatal heir-missing:teams.owner", "fatal heir-missing:people.boss"}},
		"another heir": {
			``, change(heirs(), func(s *contacts.Schema) { s.Associations[1].Heir["owner"] = 6 }), []string{"fatal heir-missing:teams.owner"},
		},
		"a reference that is NOT NULL": {
			relog(`person INTEGER NOT NULL REFERENCES people (id), ip TEXT, agent TEXT`), heirs(), []string{"fatal detach-not-null:logs.person"},
		},
		"a field that is NOT NULL": {
			relog(`person INTEGER REFERENCES people (id), ip TEXT NOT NULL, agent TEXT NOT NULL`), heirs(), []string{"fatal set-not-null:logs.ip"},
		},
		"a foreign key of rows that stay": {
			relog(`person INTEGER REFERENCES people (id), ip TEXT, agent TEXT`), staying(), []string{"fatal foreign-key-blocks:logs.person"},
		},
		"a foreign key that sets to NULL what stays": {
			relog(`person INTEGER REFERENCES people (id) ON DELETE SET NULL, ip TEXT, agent TEXT`), staying(), []string{"fatal foreign-key-changes-kept:logs.person"},
		},
		"a foreign key that deletes what stays": {
			relog(`person INTEGER REFERENCES people (id) ON DELETE CASCADE, ip TEXT, agent TEXT`), staying(), []string{"fatal cascade-removes-kept:logs.person"},
		},
		"no foreign key of rows that stay": {relog(`person INTEGER NOT NULL, ip TEXT, agent TEXT`), staying(), nil},
		"a cascade below anonymised rows": {
			relog(`person INTEGER REFERENCES people (id) ON DELETE CASCADE, ip TEXT, agent TEXT`), heirs(), []string{"warning cascade-after-detach:logs.person"},
		},
		"a cascade below rows of which some are anonymised": {
			relog(`person INTEGER REFERENCES people (id) ON DELETE CASCADE, ip TEXT, agent TEXT`),
			change(heirs(), func(s *contacts.Schema) { s.Associations[4].Where = where.New().WhereNotNull("ip") }),
			[]string{"fatal cascade-removes-kept:logs.person"},
		},
		"a cascade below rows that are handed over": {
			`DROP TABLE teams;
CREATE TABLE teams (id INTEGER PRIMARY KEY, owner INTEGER NOT NULL REFERENCES people (id) ON DELETE CASCADE);
CREATE INDEX teams_owner ON teams (owner)`, heirs(), []string{"warning cascade-after-detach:teams.owner"},
		},
		"rows of a view": {
			`CREATE VIEW all_logs AS SELECT id, person, ip, agent FROM logs`, change(heirs(), func(s *contacts.Schema) { s.Associations[4].Table = "all_logs" }),
			[]string{"fatal not-a-table:all_logs"},
		},
		"triggers": {
			`CREATE TRIGGER a AFTER UPDATE ON logs BEGIN SELECT 1; END;
CREATE TRIGGER b AFTER UPDATE ON teams BEGIN SELECT 1; END`, heirs(), []string{"warning trigger:teams", "warning trigger:logs"},
		},
		"a value that the column changes": {
			relog(`person INTEGER, ip TEXT, agent INTEGER`), heirs(), []string{"warning column-type:logs.agent"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			db := file(t, "foreign_keys(1)")
			script(t, db, logsDDL+tt.ddl)
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
			require.Equal(t, tt.want, got)
		})
	}
}
