package sqlstore_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/store"
	"github.com/contactsweep/contactsweep/store/sqlstore"
	"github.com/contactsweep/contactsweep/where"
)

// referring has rows that refer to the key.
func referring(key, ref contacts.Field, action contacts.Action) contacts.Schema {
	return contacts.Schema{
		Table: "people", Key: []string{"id"}, Fields: []contacts.Field{key},
		Associations: []contacts.Association{{
			Name: "acts", Table: "acts", Action: action, Key: []string{"id"},
			Fields: []contacts.Field{contacts.Int64("id").NotNull(), ref}, References: []contacts.Reference{{Fields: []string{"person"}}},
		}},
	}
}

// What the database joins restricts and is not left behind, even where a host
// accepts the finding that the columns do not store alike.
func TestRowsAreFoundAsTheDatabaseJoinsThem(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		key, ref contacts.Field
		ddl      string
		values   string
		findings []string
		stored   string
	}{
		"text refers to an integer": {
			contacts.Int64("id").NotNull(), contacts.Int64("person"),
			"CREATE TABLE people (id INTEGER PRIMARY KEY AUTOINCREMENT);\nCREATE TABLE acts (id INTEGER PRIMARY KEY, person TEXT)", "(1), (2)",
			[]string{"reference-type:acts.person", "stored-values:acts.person"},
			"'01'",
		},
		"a real number refers to an integer": {
			contacts.Int64("id").NotNull(), contacts.Int64("person"),
			"CREATE TABLE people (id INTEGER PRIMARY KEY AUTOINCREMENT);\nCREATE TABLE acts (id INTEGER PRIMARY KEY, person REAL)", "(1), (2)",
			[]string{"reference-type:acts.person", "stored-values:acts.person"},
			"1",
		},
		"a column without a type": {
			contacts.Int64("id").NotNull(), contacts.Int64("person"),
			"CREATE TABLE people (id INTEGER PRIMARY KEY AUTOINCREMENT);\nCREATE TABLE acts (id INTEGER PRIMARY KEY, person)", "(1), (2)",
			[]string{"reference-type:acts.person", "stored-values:acts.person"},
			"'1'",
		},
		"columns of the same storage": {
			contacts.Int64("id").NotNull(), contacts.Int64("person"),
			"CREATE TABLE people (id BIGINT PRIMARY KEY NOT NULL);\nCREATE TABLE acts (id INTEGER PRIMARY KEY, person NUMERIC)", "(1), (2)",
			nil, "'1.0'",
		},
		"an empty key": {
			contacts.Text("id").NotNull(), contacts.Text("person"),
			"CREATE TABLE people (id TEXT PRIMARY KEY NOT NULL);\nCREATE TABLE acts (id INTEGER PRIMARY KEY, person TEXT)", "(''), ('2')",
			nil, "''",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, action := range []contacts.Action{contacts.Delete, contacts.Detach, contacts.Restrict} {
				db := file(t)
				script(t, db, tt.ddl+";\nCREATE INDEX acts_person ON acts (person);\nINSERT INTO people VALUES "+tt.values+
					";\nINSERT INTO acts VALUES (5, "+tt.stored+")")
				schema := referring(tt.key, tt.ref, action)
				st, err := sqlstore.Open(t.Context(), db, sqlstore.SQLite, schema)
				require.NoError(t, err)
				findings, err := st.Verify(t.Context())
				require.NoError(t, err)
				require.Equal(t, tt.findings, fatal(findings))
				page := walk(t, st, store.Selection{Condition: where.Everything()}, 5)
				out, err := st.Delete(t.Context(), store.Batch{Selection: store.Selection{Condition: where.Everything()}, Keys: page})
				require.NoError(t, err)
				switch action {
				case contacts.Delete:
					require.Len(t, out.Deleted, 2)
					require.Equal(t, 0, count(t, db, "SELECT count(*) FROM acts"))
				case contacts.Detach:
					require.Len(t, out.Deleted, 2)
					require.Equal(t, 1, count(t, db, "SELECT count(*) FROM acts WHERE person IS NULL"))
				default:
					require.Len(t, out.Deleted, 1)
					require.Equal(t, store.Restricted, out.Skipped[0].Cause)
				}
			}
		})
	}
}

func TestOnlyReadingNeedsNoColumnsOfOneType(t *testing.T) {
	t.Parallel()
	db := file(t)
	script(t, db, `CREATE TABLE people (id INTEGER PRIMARY KEY AUTOINCREMENT);
CREATE TABLE acts (id INTEGER PRIMARY KEY, person TEXT);
INSERT INTO acts VALUES (1, '1')`)
	st, err := sqlstore.Open(t.Context(), db, sqlstore.SQLite, referring(contacts.Int64("id").NotNull(), contacts.Int64("person"), contacts.ReadOnly))
	require.NoError(t, err)
	findings, err := st.Verify(t.Context())
	require.NoError(t, err)
	require.Empty(t, fatal(findings))
	require.Contains(t, names(findings), "reference-type:acts.person")
}

// Rows that refer to something else may store it as they like.
func TestOnlyRowsThatReferAreSampled(t *testing.T) {
	t.Parallel()
	db := file(t)
	schema := referring(contacts.Int64("id").NotNull(), contacts.Int64("person"), contacts.Delete)
	a := &schema.Associations[0]
	a.Fields = append(a.Fields, contacts.Text("of"))
	a.References[0].Constants = map[string]any{"of": "person"}
	script(t, db, `CREATE TABLE people (id INTEGER PRIMARY KEY AUTOINCREMENT);
CREATE TABLE acts (id INTEGER PRIMARY KEY, person INTEGER, of TEXT);
INSERT INTO acts VALUES (1, 'a-uuid', 'company'), (2, 2, 'person')`)
	st, err := sqlstore.Open(t.Context(), db, sqlstore.SQLite, schema)
	require.NoError(t, err)
	findings, err := st.Verify(t.Context())
	require.NoError(t, err)
	require.Empty(t, fatal(findings))
	script(t, db, `INSERT INTO acts VALUES (3, 2.5, 'person')`)
	findings, err = st.Verify(t.Context())
	require.NoError(t, err)
	require.Equal(t, []string{"stored-values:acts.person"}, fatal(findings))
}
