package sqlstore_test

import (
	"database/sql"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/go-sql-driver/mysql"
	"github.com/stretchr/testify/require"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/internal/servertest"
	"github.com/contactsweep/contactsweep/store"
	"github.com/contactsweep/contactsweep/store/sqlstore"
	"github.com/contactsweep/contactsweep/where"
)

// myPeople creates the table and opens a store over it; its key is id.
func myPeople(t *testing.T, columns, rows string, fields ...contacts.Field) (*sqlstore.Store, string) {
	t.Helper()
	database := servertest.MariaDB().Database(t)
	loose := myLoose(t, database)
	myScript(t, loose, "CREATE TABLE people (id INT NOT NULL AUTO_INCREMENT PRIMARY KEY, "+columns+") ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4;\n"+rows)
	return myOpen(t, myPool(t, database, nil), fields...), database
}

func myOpen(t *testing.T, db *sql.DB, fields ...contacts.Field) *sqlstore.Store {
	t.Helper()
	st, err := sqlstore.Open(t.Context(), db, sqlstore.MySQL, contacts.Schema{
		Table: "people", Key: []string{"id"}, Fields: append([]contacts.Field{contacts.Int64("id").NotNull()}, fields...),
	})
	require.NoError(t, err)
	return st
}

// myIDs are the selected contacts.
func myIDs(t *testing.T, st *sqlstore.Store, c where.Condition) []int64 {
	t.Helper()
	out := []int64{}
	for id := range keysOf(t, st, c) {
		out = append(out, id)
	}
	slices.Sort(out)
	return out
}

// Collations that take much for equal, and character sets that do not hold
// much, change nothing of what is equal; the indexes by them are used.
func TestMySQLComparesTextsExactly(t *testing.T) {
	t.Parallel()
	texts := []string{"Brazil", "brazil", "BRAZIL", "brazil ", "Kohler", "Köhler", "k", "", " ", "ß", "ss", "%", "a|b", `a\b`, "_"}
	for name, columns := range map[string]string{
		"general":       "v VARCHAR(100) CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci",
		"unicode":       "v VARCHAR(100) CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci",
		"binary":        "v VARCHAR(100) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin",
		"exact":         "v VARCHAR(100) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin",
		"turkish":       "v VARCHAR(100) CHARACTER SET utf8mb4 COLLATE utf8mb4_turkish_ci",
		"danish":        "v VARCHAR(100) CHARACTER SET utf8mb4 COLLATE utf8mb4_danish_ci",
		"three bytes":   "v VARCHAR(100) CHARACTER SET utf8mb3 COLLATE utf8mb3_general_ci",
		"latin1":        "v VARCHAR(100) CHARACTER SET latin1 COLLATE latin1_swedish_ci",
		"latin1 German": "v VARCHAR(100) CHARACTER SET latin1 COLLATE latin1_german2_ci",
		"utf16":         "v VARCHAR(100) CHARACTER SET utf16 COLLATE utf16_general_ci",
		"text":          "v TEXT CHARACTER SET latin1",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			index := "v"
			if name == "text" {
				index = "v(20)"
			}
			st, database := myPeople(t, columns+", INDEX ("+index+")", "", contacts.Text("v"))
			db := myPool(t, database, nil)
			folding := myOpen(t, db, contacts.Text("v").FoldCase())
			for _, text := range texts {
				_, err := db.ExecContext(t.Context(), "INSERT INTO people (v) VALUES (?)", text)
				require.NoError(t, err)
			}
			w := where.New
			for _, x := range append(texts, "😀", "Ж", "brazil  ", "BRAZİL") {
				matching := func(test func(text string) bool) []int64 {
					out := []int64{}
					for i, text := range texts {
						if test(text) {
							out = append(out, int64(i+1))
						}
					}
					return out
				}
				require.Equal(t, matching(func(s string) bool { return s == x }), myIDs(t, st, w().WhereEquals("v", x)), x)
				require.Equal(t, matching(func(s string) bool { return s == x || s == "k" }), myIDs(t, st, w().WhereIn("v", x, "k")), x)
				require.Equal(t, matching(func(s string) bool { return s != x }), myIDs(t, st, w().WhereNotEquals("v", x)), x)
				require.Equal(t, matching(func(s string) bool { return s < x }), myIDs(t, st, w().WhereLessThan("v", x)), x)
				require.Equal(t, matching(func(s string) bool { return where.Fold(s) == where.Fold(x) }), myIDs(t, folding, w().WhereEquals("v", x)), x)
				require.Equal(t, matching(func(s string) bool { return where.Fold(s) == where.Fold(x) || s == "k" }), myIDs(t, folding, w().WhereIn("v", x, "K")), x)
				if x != "" {
					require.Equal(t, matching(func(s string) bool { return len(s) >= len(x) && s[:len(x)] == x }), myIDs(t, st, w().WhereStartsWith("v", x)), x)
					require.Equal(t, matching(func(s string) bool { return len(s) >= len(x) && where.Fold(s[:len(x)]) == where.Fold(x) }), myIDs(t, folding, w().WhereStartsWith("v", x)), x)
				}
			}
			require.Equal(t, []int64{8}, myIDs(t, st, w().WhereEmpty("v")))
			findings, err := st.Verify(t.Context())
			require.NoError(t, err)
			require.Empty(t, findings)
		})
	}
}

// MySQL converts what it compares: a text is equal to 0 unless it starts with a
// number. No field on a column of another type matches anything.
func TestMySQLNeverConverts(t *testing.T) {
	t.Parallel()
	rows := `
INSERT INTO people (email, active, n, at, u) VALUES ('a@x', 0, 1, '2020-01-01', 'ab000000-0000-4f00-8000-000000000001'), ('', 1, 0, '2021-01-01', DEFAULT), ('0', DEFAULT, NULL, DEFAULT, NULL), ('1abc', 2, 5, '0000-00-00', DEFAULT)`
	const columns = "email VARCHAR(100), active TINYINT(1), n INT, at DATETIME, u UUID"
	w := where.New
	for name, tt := range map[string]struct {
		field     contacts.Field
		condition where.Condition
	}{
		"a number in a text column":        {contacts.Int64("v").In("email"), w().WhereEquals("v", 0).Or().WhereLessThan("v", 100).Or().WhereIn("v", 0, 1)},
		"no number in a text column":       {contacts.Int64("v").In("email"), w().WhereNotEquals("v", 7).Or().WhereNotIn("v", 7)},
		"a float in a text column":         {contacts.Float64("v").In("email"), w().WhereEquals("v", 0.0)},
		"a decimal in a text column":       {contacts.Decimal("v").In("email"), w().WhereEquals("v", "0")},
		"a bool in a text column":          {contacts.Bool("v").In("email"), w().WhereFalse("v").Or().WhereTrue("v")},
		"a text in a bool column":          {contacts.Text("v").In("active"), w().WhereEquals("v", "yes").Or().WhereNotEquals("v", "yes").Or().WhereContains("v", "0").Or().WhereLike("v", "%_")},
		"a text in a number column":        {contacts.Text("v").In("n"), w().WhereEquals("v", "1abc").Or().WhereStartsWith("v", "1")},
		"a text in a time column":          {contacts.Text("v").In("at"), w().WhereLessThan("v", "9")},
		"a time in a number column":        {contacts.Time("v").In("n"), w().WhereLessThan("v", time.Now())},
		"a time in a text column":          {contacts.Time("v").In("email"), w().WhereLessThan("v", time.Now())},
		"a text time in a time column":     {contacts.Time("v").In("at").Encoded(contacts.TimeText(contacts.SQLiteTime)), w().WhereLessThan("v", time.Now())},
		"seconds in a time column":         {contacts.Time("v").In("at").Encoded(contacts.UnixSeconds()), w().WhereLessThan("v", time.Now())},
		"a date in a time column":          {contacts.Date("v").In("at"), w().WhereLessThan("v", where.Date{Year: 2030, Month: 1, Day: 1})},
		"a uuid's bytes in a uuid column":  {contacts.UUID("v").In("u").Encoded(contacts.UUIDBytes()), w().WhereNotEquals("v", [16]byte{})},
		"a text in a uuid column":          {contacts.Text("v").In("u"), w().WhereNotEquals("v", "x")},
		"a wall-clock time in a timestamp": {contacts.Time("v").In("ts").Encoded(contacts.NaiveTime("Europe/Berlin")), w().WhereLessThan("v", time.Now())},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			st, _ := myPeople(t, columns+", ts TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP", rows, tt.field)
			require.Empty(t, myIDs(t, st, tt.condition))
			require.Empty(t, myIDs(t, st, w().WhereKnown("v")))
			require.Len(t, myIDs(t, st, w().WhereUnknown("v")), 4)
			findings, err := st.Verify(t.Context())
			require.NoError(t, err)
			require.Contains(t, fatal(findings), "column-type:people."+tt.field.ColumnName())
		})
	}
}

// The types that DDL does not use.
func TestMySQLKnowsOtherTypes(t *testing.T) {
	t.Parallel()
	const columns = "b BIT(1), f FLOAT, e ENUM('new', 'old'), s SMALLINT UNSIGNED, d DECIMAL(10, 2), c CHAR(10), u UUID, m DATETIME(3), z BIGINT UNSIGNED, INDEX (d), INDEX (m), INDEX (u), INDEX (c)"
	st, _ := myPeople(t, columns, `
INSERT INTO people (b, f, e, s, d, c, u, m, z) VALUES (b'1', 0.5, 'new', 65535, 12.50, 'a ', 'AB000000-0000-4f00-8000-000000000001', '2020-01-01 00:00:00.500', 18446744073709551615),
	(b'0', -1.25, 'old', 0, -0.01, '', '00000000-0000-0000-0000-0000000000ff', '2020-01-01 00:00:00.501', 1);
INSERT INTO people () VALUES ()`,
		contacts.Bool("b"), contacts.Float64("f"), contacts.Text("e"), contacts.Int64("s"), contacts.Decimal("d"), contacts.Text("c"), contacts.UUID("u"), contacts.Time("m"),
		contacts.Uint64("z"))
	findings, err := st.Verify(t.Context())
	require.NoError(t, err)
	require.Empty(t, fatal(findings))
	w := where.New
	half := time.Date(2020, 1, 1, 0, 0, 0, 500_000_000, time.UTC)
	uuid := [16]byte{0: 0xab, 6: 0x4f, 8: 0x80, 15: 1}
	for i, tt := range []struct {
		condition where.Condition
		want      []int64
	}{
		{w().WhereTrue("b"), []int64{1}},
		{w().WhereFalse("b"), []int64{2}},
		{w().WhereEquals("f", 0.5), []int64{1}},
		{w().WhereLessThan("f", 0.0), []int64{2}},
		{w().WhereEquals("e", "new"), []int64{1}},
		{w().WhereLessThan("e", "old"), []int64{1}},
		{w().WhereGreaterThan("s", 65534), []int64{1}},
		{w().WhereGreaterThan("s", -1), []int64{1, 2}},
		{w().WhereEquals("d", "12.5"), []int64{1}},
		{w().WhereGreaterThan("d", "12.499"), []int64{1}},
		{w().WhereLessThan("d", "12.501").WhereGreaterOrEquals("d", "-0.0100001"), []int64{1, 2}},
		{w().WhereEquals("d", "12.501"), []int64{}},
		{w().WhereEquals("d", "99999999999999999999999999999999999.5"), []int64{}},
		{w().WhereEquals("c", "a"), []int64{1}},
		{w().WhereEmpty("c"), []int64{2, 3}},
		{w().WhereEquals("u", uuid), []int64{1}},
		{w().WhereIn("u", uuid, [16]byte{15: 0xff}), []int64{1, 2}},
		{w().WhereLessThan("u", uuid), []int64{2}},
		{w().WhereGreaterOrEquals("u", uuid), []int64{1}},
		{w().WhereEquals("m", half), []int64{1}},
		{w().WhereLessThan("m", half.Add(time.Microsecond)), []int64{1}},
		{w().WhereGreaterThan("m", half.Add(999*time.Microsecond)), []int64{2}},
		{w().WhereEquals("m", half.Add(time.Microsecond)), []int64{}},
		{w().WhereEquals("z", uint64(18446744073709551615)), []int64{1}},
		{w().WhereUnknown("z"), []int64{3}},
	} {
		require.Equal(t, tt.want, myIDs(t, st, tt.condition), "%d: %s", i, tt.condition)
	}
	until, err := st.Bound(t.Context(), store.BoundRequest{})
	require.NoError(t, err)
	page, err := st.Page(t.Context(), store.PageRequest{Selection: store.Selection{Condition: w().WhereID(1)}, Until: until, Limit: 1, Fields: []string{"b", "f", "e", "s", "d", "c", "u", "m", "z"}})
	require.NoError(t, err)
	var got []any
	for _, v := range page.Values[0] {
		got = append(got, v.Any())
	}
	require.Equal(t, []any{true, 0.5, "new", int64(65535), "12.5", "a", uuid, half, uint64(18446744073709551615)}, got)
}

// Whatever the driver makes of types, values are the same.
func TestMySQLReadsValuesWithAnyDriverOptions(t *testing.T) {
	t.Parallel()
	_, database := myPeople(t, "at DATETIME(6), ts TIMESTAMP NULL, d DATE, n BIGINT, f DOUBLE, x DECIMAL(20, 4), v LONGTEXT, b TINYINT(1)", `
INSERT INTO people (at, ts, d, n, f, x, v, b) VALUES ('2026-03-31 12:00:00.000001', '2026-03-31 12:00:00', '2026-03-31', -5, 1e300, 12.5, 'é😀', 1)`)
	fields := []contacts.Field{
		contacts.Time("at"), contacts.Time("ts"), contacts.Date("d"), contacts.Int64("n"), contacts.Float64("f"), contacts.Decimal("x"), contacts.Text("v"), contacts.Bool("b"),
	}
	noon := time.Date(2026, 3, 31, 12, 0, 0, 0, time.UTC)
	want := []any{noon.Add(time.Microsecond), noon, where.Date{Year: 2026, Month: 3, Day: 31}, int64(-5), 1e300, "12.5", "é😀", true}
	berlin, err := time.LoadLocation("Europe/Berlin")
	require.NoError(t, err)
	for i := range 1 << 5 {
		t.Run(fmt.Sprintf("options %05b", i), func(t *testing.T) {
			t.Parallel()
			st := myOpen(t, myPool(t, database, func(c *mysql.Config) {
				c.ParseTime, c.InterpolateParams, c.ClientFoundRows, c.MultiStatements = i&1 > 0, i&2 > 0, i&4 > 0, i&8 > 0
				if i&16 > 0 {
					c.Loc = berlin
					c.Params = map[string]string{"time_zone": "'+02:00'", "sql_mode": "'ANSI_QUOTES,NO_BACKSLASH_ESCAPES,PIPES_AS_CONCAT'"}
				}
			}), fields...)
			c := where.New().WhereEquals("at", noon.Add(time.Microsecond)).WhereEquals("ts", noon).WhereEquals("d", want[2]).WhereEquals("f", 1e300).
				WhereIn("x", "12.5", "3").WhereLike("v", `_😀`).WhereContains("v", "é").WhereTrue("b")
			require.Equal(t, []int64{1}, myIDs(t, st, c))
			until, err := st.Bound(t.Context(), store.BoundRequest{})
			require.NoError(t, err)
			page, err := st.Page(t.Context(), store.PageRequest{
				Selection: store.Selection{Condition: c}, Until: until, Limit: 1, Fields: []string{"at", "ts", "d", "n", "f", "x", "v", "b"},
			})
			require.NoError(t, err)
			var got []any
			for _, v := range page.Values[0] {
				got = append(got, v.Any())
			}
			require.Equal(t, want, got)
		})
	}
}
