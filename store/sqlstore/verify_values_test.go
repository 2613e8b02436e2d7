package sqlstore_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/store"
	"github.com/contactsweep/contactsweep/store/sqlstore"
	"github.com/contactsweep/contactsweep/where"
)

// findingsOf opens a store over a table of people that the statements fill, and
// returns what is said of a column.
func findingsOf(t *testing.T, schema contacts.Schema, column string, statements ...string) []store.Finding {
	t.Helper()
	db := file(t)
	script(t, db, strings.Join(statements, ";\n"))
	st, err := sqlstore.Open(t.Context(), db, sqlstore.SQLite, schema)
	require.NoError(t, err)
	all, err := st.Verify(t.Context())
	require.NoError(t, err)
	var out []store.Finding
	for _, f := range all {
		if f.Column == column {
			out = append(out, f)
		}
	}
	return out
}

// rowsOf inserts n people whose column has the value of the expression, in
// which i is their number.
func rowsOf(n, expression string) string {
	return `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ` + n + `) INSERT INTO people (seen) SELECT ` + expression + ` FROM n`
}

func TestTimesInACoarserUnit(t *testing.T) {
	t.Parallel()
	const seconds, millis = "1700000000 + i", "(1700000000 + i) * 1000"
	for name, tt := range map[string]struct {
		fill []string
		want string
	}{
		"all of them":                  {[]string{rowsOf("100", seconds)}, "fatal 100 of 100"},
		"but for one that means never": {[]string{rowsOf("100", seconds), rowsOf("1", "253402214400000")}, "fatal 100 of 101"},
		"but for zeros":                {[]string{rowsOf("50", seconds), rowsOf("50", "0")}, "fatal 50 of 50"},
		"nine tenths":                  {[]string{rowsOf("90", seconds), rowsOf("10", millis)}, "fatal 90 of 100"},
		"half of them":                 {[]string{rowsOf("50", seconds), rowsOf("50", millis)}, "warning 50 of 100"},
		"one per cent":                 {[]string{rowsOf("5", seconds), rowsOf("495", millis)}, "warning 5 of 500"},
		"fewer, as there may be":       {[]string{rowsOf("4", seconds), rowsOf("496", millis)}, ""},
		"only a few rows":              {[]string{rowsOf("3", seconds)}, "warning 3 of 3"},
		"one of a few rows":            {[]string{rowsOf("1", seconds), rowsOf("10", millis)}, "warning 1 of 11"},
		"only zeros":                   {[]string{rowsOf("100", "0")}, ""},
		"none":                         {[]string{rowsOf("100", millis)}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			schema := contacts.Schema{
				Table: "people", Key: []string{"id"},
				Fields: []contacts.Field{contacts.Int64("id"), contacts.Time("seen").Encoded(contacts.UnixMillis())},
			}
			findings := findingsOf(t, schema, "seen", append([]string{`CREATE TABLE people (id INTEGER PRIMARY KEY AUTOINCREMENT, seen INTEGER)`}, tt.fill...)...)
			if tt.want == "" {
				require.Empty(t, findings)
				return
			}
			require.Len(t, findings, 1)
			require.Equal(t, sqlstore.CodeWrongEncoding, findings[0].Code)
			require.Contains(t, findings[0].Severity.String()+" "+findings[0].Message, tt.want+" sampled times")
		})
	}
}

// A contact whose key is in another form is invisible, which is said: nothing
// else would tell that an erasure left it out.
func TestKeysInAnotherForm(t *testing.T) {
	t.Parallel()
	const (
		table = `CREATE TABLE people (id TEXT PRIMARY KEY NOT NULL, seen TEXT)`
		one   = `INSERT INTO people (id) VALUES ('0b6cf5a1-8b5e-4f0e-9d3c-1f2a3b4c5d6e'), ('AB6CF5A1-8B5E-4F0E-9D3C-1F2A3B4C5D6E')`
		upper = `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 40)
INSERT INTO people (id) SELECT printf('AB6CF5A1-8B5E-4F0E-9D3C-1F2A3B4C%04X', i) FROM n`
	)
	schema := contacts.Schema{Table: "people", Key: []string{"id"}, Fields: []contacts.Field{contacts.UUID("id")}}

	findings := findingsOf(t, schema, "id", table, one)
	require.Len(t, findings, 1)
	require.Equal(t, "warning stored-values:people.id: the keys of 1 of 2 sampled contacts are not stored as a uuid field's values are; "+
		"no condition finds these contacts, and they cannot be deleted, by their key neither; "+
		"correct the data, or declare the field as contacts.Text, which takes every form as it is", findings[0].String())

	findings = findingsOf(t, schema, "id", table, upper)
	require.Len(t, findings, 1)
	require.Equal(t, store.Fatal, findings[0].Severity)
	require.Equal(t, "declare how the column stores its values, see contacts.Encoding; "+
		"UUIDs of 16 bytes are contacts.UUIDBytes, texts in upper case or without hyphens a contacts.Text field", findings[0].Advice)

	db := file(t)
	script(t, db, table+";\n"+one)
	st, err := sqlstore.Open(t.Context(), db, sqlstore.SQLite, schema)
	require.NoError(t, err)
	counts, err := st.Count(t.Context(), store.CountRequest{Selection: store.Selection{Condition: where.New().WhereUnknown("id")}})
	require.NoError(t, err)
	require.Zero(t, counts.Contacts, "not even WhereUnknown finds them")

	schema.Fields[0] = contacts.Text("id")
	require.Empty(t, findingsOf(t, schema, "id", table, upper), "as the advice says")
}
