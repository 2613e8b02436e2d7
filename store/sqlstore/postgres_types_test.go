package sqlstore_test

import (
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/internal/servertest"
	"github.com/contactsweep/contactsweep/store"
	"github.com/contactsweep/contactsweep/store/sqlstore"
	"github.com/contactsweep/contactsweep/where"
)

const pgTypesDDL = `
CREATE EXTENSION IF NOT EXISTS citext;
CREATE COLLATION caseless (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
CREATE TYPE mood AS ENUM ('sad', 'happy');
CREATE DOMAIN address AS varchar(100) CHECK (value <> 'nobody');
CREATE TABLE people (
	id integer PRIMARY KEY, ci citext, padded char(6), loose text COLLATE caseless, mood mood, mail address,
	small smallint, single real, naive timestamp, berlin timestamp, zoned timestamptz, whole bigint, digits numeric,
	ci2 citext, number integer DEFAULT 12, letters text DEFAULT '12', bit smallint DEFAULT 1, moment timestamp DEFAULT '2026-01-01', code text DEFAULT 'ab000000-0000-4f00-8000-000000000001'
);
INSERT INTO people (id, ci, padded, loose, mood, mail, small, single, naive, berlin, zoned, whole, digits) VALUES
	(1, 'Ann', 'ab', 'Ann', 'sad', 'a@x', 1, 0.1, '2026-03-29 01:30:00', '2026-10-25 02:30:00', '2026-03-29 01:30:00+00', 12, 18446744073709551615),
	(2, 'ann', 'ab ', 'ANN', 'happy', 'A@x', -1, 0.5, '2026-03-29 02:30:00', '2026-06-01 12:00:00', '2026-03-29 04:30:00+02', 13, 5),
	(3, DEFAULT, NULL, DEFAULT, NULL, DEFAULT, NULL, DEFAULT, 'infinity', NULL, '-infinity', NULL, DEFAULT);
UPDATE people SET ci2 = ci
`

func pgTypesSchema() contacts.Schema {
	return contacts.Schema{
		Table: "people", Key: []string{"id"},
		Fields: []contacts.Field{
			contacts.Int64("id"), contacts.Text("ci"), contacts.Text("folded").In("ci2").FoldCase(), contacts.Text("padded"), contacts.Text("loose"), contacts.Text("mood"),
			contacts.Text("mail"), contacts.Int64("small"), contacts.Float64("single"), contacts.Time("naive"),
			contacts.Time("berlin").Encoded(contacts.NaiveTime("Europe/Berlin")), contacts.Time("zoned"), contacts.Decimal("whole"), contacts.Uint64("digits"),
			// These do not fit their columns.
			contacts.Text("number as text").In("number"), contacts.Int64("text as number").In("letters"), contacts.Bool("number as bool").In("bit"),
			contacts.Date("time as date").In("moment"), contacts.UUID("text as uuid").In("code"),
		},
	}
}

func TestPostgreSQLColumnTypes(t *testing.T) {
	t.Parallel()
	database := servertest.Postgres().Database(t)
	w := where.New
	at := func(s string) time.Time {
		out, err := time.Parse(time.DateTime, s)
		require.NoError(t, err)
		return out
	}
	cases := map[string]struct {
		condition where.Condition
		want      []int64
	}{
		"citext is compared exactly":           {w().WhereEquals("ci", "ann"), []int64{2}},
		"and in a list":                        {w().WhereIn("ci", "ann", "x"), []int64{2}},
		"and negated":                          {w().WhereNotEquals("ci", "ann"), []int64{1}},
		"and searched":                         {w().WhereStartsWith("ci", "A"), []int64{1}},
		"unless the field folds":               {w().WhereEquals("folded", "ANN"), []int64{1, 2}},
		"char is without its padding":          {w().WhereEquals("padded", "ab"), []int64{1, 2}},
		"and has no other":                     {w().WhereEquals("padded", "ab "), nil},
		"a collation without case":             {w().WhereEquals("loose", "ANN"), []int64{2}},
		"searched":                             {w().WhereContains("loose", "nn"), []int64{1}},
		"ordered by code points":               {w().WhereLessThan("loose", "An"), []int64{2}},
		"an enum":                              {w().WhereEquals("mood", "sad"), []int64{1}},
		"that is not in it":                    {w().WhereNotEquals("mood", "angry"), []int64{1, 2}},
		"an enum in a list":                    {w().WhereNotIn("mood", "sad", "angry"), []int64{2}},
		"a domain":                             {w().WhereEquals("mail", "A@x"), []int64{2}},
		"an integer beyond the column's range": {w().WhereLessThan("small", int64(1)<<40), []int64{1, 2}},
		"single precision":                     {w().WhereEquals("single", 0.5), []int64{2}},
		"0.1 is another number in it":          {w().WhereGreaterThan("single", 0.1), []int64{1, 2}},
		"a time without a zone is UTC":         {w().WhereEquals("naive", at("2026-03-29 01:30:00")), []int64{1}},
		"infinity is no time":                  {w().WhereGreaterThan("naive", at("2026-03-29 02:00:00")), []int64{2}},
		"nor older than any":                   {w().WhereLessThan("zoned", at("2027-01-01 00:00:00")), []int64{1, 2}},
		"an instant":                           {w().WhereEquals("zoned", at("2026-03-29 02:30:00")), []int64{2}},
		"a time of another zone":               {w().WhereEquals("berlin", at("2026-06-01 10:00:00")), []int64{2}},
		"before":                               {w().WhereLessThan("berlin", at("2026-06-01 10:00:01")), []int64{2}},
		"a decimal in an integer":              {w().WhereGreaterThan("whole", "12.5"), []int64{2}},
		"the largest integer":                  {w().WhereEquals("digits", uint64(18446744073709551615)), []int64{1}},
		"an integer is no text":                {w().WhereNotEquals("number as text", "12"), nil},
		"a text no integer":                    {w().WhereNotEquals("text as number", 0), nil},
		"nor a bool":                           {w().WhereTrue("number as bool"), nil},
		"a time no date":                       {w().WhereGreaterThan("time as date", where.Date{Year: 1999, Month: 1, Day: 1}), nil},
		"all of them are unknown":              {w().WhereUnknown("text as uuid").WhereUnknown("number as bool").WhereUnknown("time as date"), []int64{1, 2, 3}},
	}
	for name, mode := range map[string]pgx.QueryExecMode{
		"prepared": pgx.QueryExecModeCacheStatement, "described": pgx.QueryExecModeCacheDescribe, "exec": pgx.QueryExecModeExec,
		"simple protocol": pgx.QueryExecModeSimpleProtocol,
	} {
		db, _ := pgRecorded(t, database, func(c *pgx.ConnConfig) {
			c.DefaultQueryExecMode, c.RuntimeParams["timezone"] = mode, "America/St_Johns"
		})
		db.SetMaxOpenConns(1)
		if len(column(t, db, "SELECT typname::text FROM pg_type WHERE typname = 'mood'")) == 0 {
			pgScript(t, db, pgTypesDDL)
		}
		st, err := sqlstore.Open(t.Context(), db, sqlstore.PostgreSQL, pgTypesSchema())
		require.NoError(t, err)
		until, err := st.Bound(t.Context(), store.BoundRequest{})
		require.NoError(t, err)
		for what, tt := range cases {
			s := store.Selection{Condition: tt.condition}
			page, err := st.Page(t.Context(), store.PageRequest{Selection: s, Until: until, Limit: 10})
			require.NoError(t, err, "%s, %s", name, what)
			var got []int64
			for _, k := range page.Keys {
				got = append(got, k.First().Int64())
			}
			require.Equal(t, tt.want, got, "%s, %s: %s", name, what, tt.condition)
		}
		page, err := st.Page(t.Context(), store.PageRequest{
			Selection: store.Selection{Condition: w().WhereEquals("id", 2)}, Until: until, Limit: 10,
			Fields: []string{"ci", "padded", "mood", "single", "naive", "berlin", "zoned", "whole", "digits", "text as number"},
		})
		require.NoError(t, err)
		var values []any
		for _, v := range page.Values[0] {
			values = append(values, v.Any())
		}
		require.Equal(t, []any{
			"ann", "ab", "happy", 0.5, at("2026-03-29 02:30:00"), at("2026-06-01 10:00:00"), at("2026-03-29 02:30:00"), "13", uint64(5), nil,
		}, values, name)
	}
}

func TestPostgreSQLVerifyNamesColumnsThatDoNotFit(t *testing.T) {
	t.Parallel()
	db, _ := pgRecorded(t, servertest.Postgres().Database(t), nil)
	pgScript(t, db, pgTypesDDL)
	st, err := sqlstore.Open(t.Context(), db, sqlstore.PostgreSQL, pgTypesSchema())
	require.NoError(t, err)
	findings, err := st.Verify(t.Context())
	require.NoError(t, err)
	var names []string
	for _, f := range findings {
		if f.Code == sqlstore.CodeColumnType {
			names = append(names, f.Severity.String()+" "+f.Column)
		}
	}
	require.ElementsMatch(t, []string{"fatal number", "fatal letters", "fatal bit", "fatal moment", "fatal code"}, names)
}

// Keys of types that take different texts for one.
func TestPostgreSQLKeysAreExact(t *testing.T) {
	t.Parallel()
	for name, ddl := range map[string]string{
		"citext":          `CREATE EXTENSION IF NOT EXISTS citext; CREATE TABLE people (id citext PRIMARY KEY); CREATE TABLE notes (person citext REFERENCES people ON DELETE CASCADE)`,
		"nondeterminstic": `CREATE COLLATION caseless (provider = icu, locale = 'und-u-ks-level2', deterministic = false); CREATE TABLE people (id text COLLATE caseless PRIMARY KEY); CREATE TABLE notes (person text COLLATE caseless REFERENCES people ON DELETE CASCADE)`,
		"char":            `CREATE TABLE people (id char(8) PRIMARY KEY); CREATE TABLE notes (person char(8) REFERENCES people ON DELETE CASCADE)`,
		"varchar":         `CREATE TABLE people (id varchar(8) PRIMARY KEY); CREATE TABLE notes (person varchar(8) REFERENCES people ON DELETE CASCADE)`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			db, _ := pgRecorded(t, servertest.Postgres().Database(t), func(c *pgx.ConnConfig) { c.DefaultQueryExecMode = pgx.QueryExecModeSimpleProtocol })
			pgScript(t, db, ddl+`;
INSERT INTO people VALUES ('Ann'), ('bob');
INSERT INTO notes VALUES ('Ann'), ('bob')`)
			st, err := sqlstore.Open(t.Context(), db, sqlstore.PostgreSQL, contacts.Schema{
				Table: "people", Key: []string{"id"}, Fields: []contacts.Field{contacts.Text("id")},
				Associations: []contacts.Association{{
					Name: "notes", Table: "notes", Action: contacts.Delete, Fields: []contacts.Field{contacts.Text("person")},
					References: []contacts.Reference{{Fields: []string{"person"}}},
				}},
			})
			require.NoError(t, err)
			keys, err := contacts.Keys("ann", "Bob", "Ann ", "nobody")
			require.NoError(t, err)
			b := store.Batch{Selection: store.Selection{Condition: where.Everything()}, Keys: keys}
			out, err := st.Delete(t.Context(), b)
			require.NoError(t, err)
			require.Empty(t, out.Deleted, "keys are compared exactly")
			b.Keys, err = contacts.Keys("Ann")
			require.NoError(t, err)
			out, err = st.Delete(t.Context(), b)
			require.NoError(t, err)
			require.Equal(t, b.Keys, out.Deleted)
			require.Equal(t, map[string]int64{"notes": 1}, out.Rows)
			require.Equal(t, []string{"bob"}, column(t, db, "SELECT trim(person::text) FROM notes"))
		})
	}
}
