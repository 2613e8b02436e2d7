package sqlstore_test

import (
	"testing"

	"github.com/go-sql-driver/mysql"
	"github.com/stretchr/testify/require"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/internal/servertest"
	"github.com/contactsweep/contactsweep/store/sqlstore"
	"github.com/contactsweep/contactsweep/where"
)

func TestMySQLVerify(t *testing.T) {
	t.Parallel()
	text := func(to string, fold bool) contacts.Schema {
		s := crm()
		s.Associations = s.Associations[1:2]
		s.Associations[0].Fields[1] = contacts.Text("owner")
		s.Associations[0].References[0].To = []string{to}
		if fold {
			s.Fields[1] = s.Fields[1].FoldCase()
		}
		return s
	}
	for name, tt := range map[string]struct {
		ddl    string
		schema contacts.Schema
		want   []string
	}{
		"as DDL makes it": {"", crm(), nil},
		"a table that cannot be rolled back": {
			"ALTER TABLE teams DROP FOREIGN KEY teams_ibfk_1;\nALTER TABLE teams ENGINE=MyISAM", crm(), []string{"fatal not-transactional:teams"},
		},
		"a view": {
			"RENAME TABLE teams TO real_teams;\nCREATE VIEW teams AS SELECT * FROM real_teams", crm(), []string{"fatal not-a-table:teams"},
		},
		"columns of other types": {
			"ALTER TABLE teams DROP INDEX teams_owner, MODIFY owner VARCHAR(20), ADD INDEX (owner), DROP FOREIGN KEY teams_ibfk_1", crm(),
			[]string{"fatal column-type:teams.owner", "fatal reference-type:teams.owner", "warning reference-collation:teams.owner", "warning stored-values:teams.owner"},
		},
		"integers of other sizes": {"ALTER TABLE teams DROP FOREIGN KEY teams_ibfk_1, MODIFY owner INT UNSIGNED", crm(), nil},
		"no index":                {"ALTER TABLE teams DROP FOREIGN KEY teams_ibfk_1, DROP INDEX teams_owner", crm(), []string{"warning reference-unindexed:teams.owner"}},
		"a key that is not unique": {
			"ALTER TABLE `lines` MODIFY id BIGINT, DROP PRIMARY KEY;\nALTER TABLE holds DROP FOREIGN KEY holds_ibfk_1;\nALTER TABLE orders DROP FOREIGN KEY orders_ibfk_1;\nALTER TABLE teams DROP FOREIGN KEY teams_ibfk_1;\nALTER TABLE people DROP FOREIGN KEY people_ibfk_1, MODIFY id BIGINT NOT NULL, DROP PRIMARY KEY, ADD INDEX (id)",
			crm(),
			[]string{"fatal key-not-unique:people.id"},
		},
		"an unregistered cascade": {
			"CREATE TABLE logs (person BIGINT, FOREIGN KEY (person) REFERENCES people (id) ON DELETE CASCADE)", crm(), []string{"fatal unregistered-cascade:logs.person"},
		},
		"unregistered references": {
			"CREATE TABLE logs (person BIGINT, author BIGINT, FOREIGN KEY (person) REFERENCES people (id), FOREIGN KEY (author) REFERENCES people (id) ON DELETE SET NULL)",
			crm(),
			[]string{"warning unregistered-reference:logs.person", "fatal unregistered-set-null:logs.author"},
		},
		"a table with a history": {"ALTER TABLE teams ADD SYSTEM VERSIONING", crm(), []string{"warning history:teams"}},
		"a trigger": {
			"CREATE TRIGGER x AFTER DELETE ON orders FOR EACH ROW SET @x = 1;\nCREATE TRIGGER y AFTER DELETE ON holds FOR EACH ROW SET @x = 1", crm(), []string{"warning trigger:orders"},
		},
		"a text target that is not unique": {
			"ALTER TABLE teams DROP FOREIGN KEY teams_ibfk_1, MODIFY owner VARCHAR(50) CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci, ADD INDEX (owner);\nUPDATE people SET email = id;\nALTER TABLE people MODIFY email VARCHAR(50) CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci, ADD UNIQUE (email(10))",
			text("email", false),
			[]string{"fatal target-not-unique:people.email", "warning unregistered-reference:holds.person", "fatal unregistered-cascade:orders.buyer", "fatal unregistered-set-null:people.boss"},
		},
		"a text target that is unique without the case of letters": {
			"ALTER TABLE teams DROP FOREIGN KEY teams_ibfk_1, MODIFY owner VARCHAR(50) CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci, ADD INDEX (owner);\nUPDATE people SET email = id;\nALTER TABLE people MODIFY email VARCHAR(50) CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci, ADD UNIQUE (email)",
			text("email", true),
			[]string{"warning unregistered-reference:holds.person", "fatal unregistered-cascade:orders.buyer", "fatal unregistered-set-null:people.boss"},
		},
		"a text target of another collation": {
			"ALTER TABLE teams DROP FOREIGN KEY teams_ibfk_1, MODIFY owner VARCHAR(50) CHARACTER SET latin1, ADD INDEX (owner);\nUPDATE people SET email = id;\nALTER TABLE people MODIFY email VARCHAR(50) CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci, ADD UNIQUE (email)",
			text("email", false),
			[]string{
				"warning reference-collation:teams.owner", "warning unregistered-reference:holds.person", "fatal unregistered-cascade:orders.buyer", "fatal unregistered-set-null:people.boss",
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			database, _ := myCRM(t, tt.ddl)
			st, err := sqlstore.Open(t.Context(), myPool(t, database, nil), sqlstore.MySQL, tt.schema)
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

// DDL's own indexes on what SQL cannot say are recognised.
func TestMySQLRecognisesItsOwnIndexes(t *testing.T) {
	t.Parallel()
	for name, fold := range map[string]bool{"by bytes": false, "without the case of letters": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			database := servertest.MariaDB().Database(t)
			mail := contacts.Text("mail")
			if fold {
				mail = mail.FoldCase()
			}
			schema := contacts.Schema{
				Table: "people", Key: []string{"id"}, Fields: []contacts.Field{contacts.Int64("id").NotNull(), mail, contacts.Text("region"), contacts.Text("code")},
				Associations: []contacts.Association{
					{Name: "mails", Table: "mails", Action: contacts.Delete, Fields: []contacts.Field{contacts.Text("to")}, References: []contacts.Reference{{Fields: []string{"to"}, To: []string{"mail"}}}},
					{Name: "codes", Table: "codes", Action: contacts.Delete, Fields: []contacts.Field{contacts.Text("r"), contacts.Text("c")}, References: []contacts.Reference{{Fields: []string{"r", "c"}, To: []string{"region", "code"}}}},
				},
			}
			db := myPool(t, database, nil)
			myCreate(t, db, schema)
			st, err := sqlstore.Open(t.Context(), db, sqlstore.MySQL, schema)
			require.NoError(t, err)
			findings, err := st.Verify(t.Context())
			require.NoError(t, err)
			require.Empty(t, findings)
			myScript(t, db, "INSERT INTO people (mail) VALUES (''), (''), (NULL), ('a'), ('a ')")
			_, err = db.ExecContext(t.Context(), "INSERT INTO people (mail) VALUES ('a')")
			require.ErrorContains(t, err, "1062")
			_, err = db.ExecContext(t.Context(), "INSERT INTO people (mail) VALUES ('A')")
			require.Equal(t, fold, err != nil)
		})
	}
}

// Parameters are read in the connection's character set.
func TestMySQLRefusesConnectionsThatDoNotHoldAllTexts(t *testing.T) {
	t.Parallel()
	database, _ := myCRM(t, "")
	st, err := sqlstore.Open(t.Context(), myPool(t, database, func(c *mysql.Config) {
		c.Params = map[string]string{"character_set_client": "latin1", "character_set_connection": "latin1"}
	}), sqlstore.MySQL, crm())
	require.NoError(t, err)
	findings, err := st.Verify(t.Context())
	require.NoError(t, err)
	require.Equal(t, []string{"connection:"}, fatal(findings))
}

func TestMySQLVersions(t *testing.T) {
	t.Parallel()
	for version, old := range map[string]bool{
		"8.0.36": false, "8.0.17": false, "8.0.16": true, "5.7.44-log": true, "9.1.0": false, "8.4.2-cluster": false, "10.11.19-MariaDB-0+deb12u1": false,
		"10.6.0-MariaDB": false, "10.5.27-MariaDB": true, "11.4.2-MariaDB-log": false, "5.5.5-10.11.2-MariaDB": false, "8.0.11-TiDB-v7.5.0": false, "unknown": true,
	} {
		require.Equal(t, old, sqlstore.MySQLTooOld(version), version)
	}
}

// A reference whose column would have to be converted is not followed at all.
func TestMySQLRefusesToJoinByConversion(t *testing.T) {
	t.Parallel()
	database, loose := myCRM(t, "ALTER TABLE holds DROP FOREIGN KEY holds_ibfk_1, MODIFY person VARCHAR(20);\nUPDATE holds SET person = '4abc'")
	before := myDump(t, loose)
	st := myStore(t, database, nil)
	_, err := st.Delete(t.Context(), noEmail(t))
	require.Error(t, err)
	_, err = st.Count(t.Context(), countOf(where.New().WhereExists("holds")))
	require.ErrorContains(t, err, "conversion")
	require.Equal(t, before, myDump(t, loose))
}

// Tables of other databases are seen where they refer to the contacts.
func TestMySQLSeesReferencesFromOtherDatabases(t *testing.T) {
	t.Parallel()
	database, loose := myCRM(t, "")
	other := servertest.MariaDB().Database(t)
	myScript(t, loose, "CREATE TABLE `"+other+"`.logs (person BIGINT, FOREIGN KEY (person) REFERENCES `"+database+"`.people (id) ON DELETE CASCADE)")
	findings, err := myStore(t, database, nil).Verify(t.Context())
	require.NoError(t, err)
	require.Equal(t, []string{"unregistered-cascade:" + other + ".logs.person"}, fatal(findings))
	myScript(t, loose, "DROP TABLE `"+other+"`.logs")
}
