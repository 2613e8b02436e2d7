package sqlstore_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/store/sqlstore"
)

// external is a schema whose orders refer to another field than the key.
func external(ext contacts.Field, action contacts.Action) contacts.Schema {
	return contacts.Schema{
		Table: "people", Key: []string{"id"}, Fields: []contacts.Field{contacts.Int64("id").NotNull(), ext},
		Associations: []contacts.Association{{
			Name: "orders", Table: "orders", Action: action, Key: []string{"id"},
			Fields:     []contacts.Field{contacts.Int64("id").NotNull(), contacts.Text("ext")},
			References: []contacts.Reference{{Fields: []string{"ext"}, To: []string{"ext"}}},
		}},
	}
}

func TestOnlyIndexesThatCompareAlikeMakeUnique(t *testing.T) {
	t.Parallel()
	plain, folded := contacts.Text("ext"), contacts.Text("ext").FoldCase()
	const notUnique = "target-not-unique:people.ext"
	for name, tt := range map[string]struct {
		ext           contacts.Field
		column, index string
		want          []string
	}{
		"all rows":                    {plain, "TEXT", "(ext)", nil},
		"without empty texts":         {plain, "TEXT", "(ext) WHERE ext <> ''", nil},
		"without NULL":                {plain, "TEXT", `(ext) WHERE "EXT" IS NOT NULL`, nil},
		"some rows":                   {plain, "TEXT", "(ext) WHERE id > 5", []string{notUnique}},
		"some rows and not empty":     {plain, "TEXT", "(ext) WHERE id > 5 AND ext <> ''", []string{notUnique}},
		"another column":              {plain, "TEXT", "(ext) WHERE id IS NOT NULL", []string{notUnique}},
		"coarser than the reference":  {plain, "TEXT", "(ext COLLATE NOCASE)", nil},
		"finer than the reference":    {plain, "TEXT COLLATE NOCASE", "(ext COLLATE BINARY)", []string{notUnique}},
		"as the column":               {plain, "TEXT COLLATE NOCASE", "(ext)", nil},
		"a case-insensitive field":    {folded, "TEXT", "(ext)", []string{notUnique}},
		"case-insensitive as a field": {folded, "TEXT", "(ext COLLATE NOCASE) WHERE ext <> ''", nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			db := file(t)
			script(t, db, `CREATE TABLE people (id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, ext `+tt.column+`);
CREATE UNIQUE INDEX people_ext ON people `+tt.index+`;
CREATE TABLE orders (id INTEGER PRIMARY KEY, ext TEXT);
CREATE INDEX orders_ext ON orders (ext)`)
			st, err := sqlstore.Open(t.Context(), db, sqlstore.SQLite, external(tt.ext, contacts.Delete))
			require.NoError(t, err)
			findings, err := st.Verify(t.Context())
			require.NoError(t, err)
			require.Equal(t, tt.want, fatal(findings))
		})
	}
}

func TestAKeyIsUniqueAsItsColumnCompares(t *testing.T) {
	t.Parallel()
	schema := contacts.Schema{Table: "people", Key: []string{"id"}, Fields: []contacts.Field{contacts.Text("id").NotNull()}}
	for index, want := range map[string][]string{
		"(id)":                {},
		"(id COLLATE BINARY)": {"key-not-unique:people.id"},
		"(id) WHERE id <> ''": {"key-not-unique:people.id"},
	} {
		db := file(t)
		script(t, db, "CREATE TABLE people (id TEXT NOT NULL COLLATE NOCASE);\nCREATE UNIQUE INDEX people_id ON people "+index)
		st, err := sqlstore.Open(t.Context(), db, sqlstore.SQLite, schema)
		require.NoError(t, err)
		findings, err := st.Verify(t.Context())
		require.NoError(t, err)
		require.ElementsMatch(t, want, fatal(findings), index)
	}
}

func TestDDLIsUniqueWithoutTheCaseOfLetters(t *testing.T) {
	t.Parallel()
	key := external(contacts.Text("ext").FoldCase(), contacts.Detach)
	key.Fields[0] = contacts.Text("id").NotNull()
	key.Associations[0].Fields[1] = contacts.Text("ext").FoldCase()
	key.Associations[0].References[0].To = nil
	for _, schema := range []contacts.Schema{external(contacts.Text("ext").FoldCase(), contacts.Delete), key} {
		db := file(t)
		create(t, db, schema)
		st, err := sqlstore.Open(t.Context(), db, sqlstore.SQLite, schema)
		require.NoError(t, err)
		findings, err := st.Verify(t.Context())
		require.NoError(t, err)
		require.Empty(t, findings)
		column := schema.Associations[0].References[0].Target(schema.Key)[0]
		_, err = db.ExecContext(t.Context(), "INSERT INTO people (id, "+map[string]string{"ext": "ext", "id": "ext"}[column]+") VALUES (1, 'a'), (2, 'b')")
		require.NoError(t, err)
		_, err = db.ExecContext(t.Context(), "UPDATE people SET "+column+" = CASE id WHEN 1 THEN 'x' ELSE 'X' END")
		require.Error(t, err)
	}
}

func TestConditionsOfPartialIndexes(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]int{
		`CREATE UNIQUE INDEX u ON t (a) WHERE a <> ''`:                                1,
		"CREATE UNIQUE INDEX u ON t (a)\n\twhere [A] != '' -- but not empty":          1,
		"CREATE UNIQUE INDEX u ON t (a) WHERE `a` is not null":                        2,
		`CREATE UNIQUE INDEX "a where b" ON t (a) WHERE "a"/**/NOTNULL`:               2,
		`CREATE UNIQUE INDEX u ON t (a) WHERE a <> 'x'`:                               0,
		`CREATE UNIQUE INDEX u ON t (a) WHERE a <> '' OR 1`:                           0,
		`CREATE UNIQUE INDEX u ON t (a) WHERE NOT a <> ''`:                            0,
		`CREATE UNIQUE INDEX u ON t (a) WHERE b <> ''`:                                0,
		`CREATE UNIQUE INDEX u ON t (a) WHERE b = 1 -- WHERE a <> ''`:                 0,
		`CREATE UNIQUE INDEX u ON t (a) WHERE b = ' WHERE a <> '''`:                   0,
		"CREATE UNIQUE INDEX u ON t (a) WHERE b = 1 /* \nWHERE a IS NOT NULL */":      0,
		`CREATE UNIQUE INDEX u ON t (a) WHERE b = 'x' <> '' AND "a WHERE a" NOT NULL`: 0,
		`CREATE UNIQUE INDEX u ON t (a) WHERE`:                                        0,
		``:                                                                            0,
	} {
		require.Equal(t, want, sqlstore.Omits(text, "a"), text)
	}
}
