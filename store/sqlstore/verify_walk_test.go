package sqlstore_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/store"
	"github.com/contactsweep/contactsweep/store/sqlstore"
)

func TestVerifySaysWhatIsWrongWithAWalk(t *testing.T) {
	t.Parallel()
	const nullable, unindexed = "fatal walk-nullable:people.seen", "warning walk-unindexed:people.seen"
	for name, tt := range map[string]struct {
		field      contacts.Field
		statements []string
		want       []string
	}{
		"nothing": {
			contacts.Time("seen").NotNull().NeverChanges(),
			[]string{`CREATE TABLE people (id INTEGER PRIMARY KEY, seen TEXT NOT NULL)`, `CREATE INDEX seen ON people (seen)`},
			nil,
		},
		"an index on more": {
			contacts.Time("seen").NotNull().NeverChanges(),
			[]string{`CREATE TABLE people (id INTEGER PRIMARY KEY, seen TEXT NOT NULL)`, `CREATE INDEX seen ON people (seen, id, email)`},
			nil,
		},
		"the column can be NULL, and has no index": {
			contacts.Time("seen").NotNull().NeverChanges(),
			[]string{`CREATE TABLE people (id INTEGER PRIMARY KEY, seen TEXT)`},
			[]string{nullable, unindexed},
		},
		"a partial index": {
			contacts.Time("seen").NotNull().NeverChanges(),
			[]string{`CREATE TABLE people (id INTEGER PRIMARY KEY, seen TEXT NOT NULL)`, `CREATE INDEX seen ON people (seen) WHERE seen > '2020'`},
			[]string{unindexed},
		},
		"an index with something between": {
			contacts.Time("seen").NotNull().NeverChanges(),
			[]string{`CREATE TABLE people (id INTEGER PRIMARY KEY, seen TEXT NOT NULL)`, `CREATE INDEX seen ON people (seen, email)`},
			[]string{unindexed},
		},
		"a key that is not the rowid": {
			contacts.Time("seen").NotNull().NeverChanges(),
			[]string{`CREATE TABLE people (id INT NOT NULL PRIMARY KEY, seen TEXT NOT NULL)`, `CREATE INDEX seen ON people (seen)`},
			[]string{unindexed},
		},
		"a field that no walk goes by": {
			contacts.Time("seen").NotNull(),
			[]string{`CREATE TABLE people (id INTEGER PRIMARY KEY, seen TEXT)`},
			nil,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			schema := contacts.Schema{Table: "people", Key: []string{"id"}, Fields: []contacts.Field{contacts.Int64("id").NotNull(), tt.field}}
			db := file(t)
			for _, s := range tt.statements {
				if s[7:12] == "TABLE" {
					s = s[:len(s)-1] + ", email TEXT)"
				}
				script(t, db, s)
			}
			st, err := sqlstore.Open(t.Context(), db, sqlstore.SQLite, schema)
			require.NoError(t, err)
			findings, err := st.Verify(t.Context())
			require.NoError(t, err)
			var got []string
			for _, f := range findings {
				if f.Walk != "" {
					require.Equal(t, "seen", f.Walk)
					got = append(got, f.Severity.String()+" "+f.Name())
				}
			}
			require.ElementsMatch(t, tt.want, got)
		})
	}
}

// A column that was NOT NULL when the store was opened, and is not any more.
func TestWalkFindingsFollowTheTable(t *testing.T) {
	t.Parallel()
	db := file(t)
	script(t, db, `CREATE TABLE people (id INTEGER PRIMARY KEY, email TEXT, created TEXT NOT NULL); CREATE INDEX people_created ON people (created)`)
	st, err := sqlstore.Open(t.Context(), db, sqlstore.SQLite, walkedSchema())
	require.NoError(t, err)
	require.Empty(t, walkFindings(t, st))
	script(t, db, `DROP TABLE people; CREATE TABLE people (id INTEGER PRIMARY KEY, email TEXT, created TEXT); CREATE INDEX people_created ON people (created)`)
	found := walkFindings(t, st)
	require.Len(t, found, 1)
	require.Equal(t, sqlstore.CodeWalkNullable, found[0].Code)
	require.Equal(t, store.Fatal, found[0].Severity)
}
