package sqlstore_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/store/sqlstore"
	"github.com/contactsweep/contactsweep/where"
)

func renderSchema() contacts.Schema {
	return contacts.Schema{
		Table: "people", Key: []string{"id"},
		Fields: []contacts.Field{
			contacts.Int64("id"), contacts.Text("email").In("e-mail"), contacts.Text("city").FoldCase(),
			contacts.Uint64("visits"), contacts.Float64("score"), contacts.Bool("active"),
			contacts.Decimal("debt").Encoded(contacts.DecimalUnits(2)), contacts.Decimal("rate").Encoded(contacts.DecimalReal()),
			contacts.Time("seen"), contacts.Time("made").Encoded(contacts.UnixMillis()), contacts.Date("born"),
			contacts.UUID("ref"), contacts.UUID("raw").Encoded(contacts.UUIDBytes()),
		},
		Associations: []contacts.Association{{
			Name: "orders", Table: "orders", Action: contacts.Delete, Key: []string{"id"},
			Fields: []contacts.Field{
				contacts.Int64("id"), contacts.Int64("buyer"), contacts.Int64("payer"), contacts.Text("kind"),
				contacts.Date("day"), contacts.Bool("test"),
			},
			References: []contacts.Reference{
				{Fields: []string{"buyer"}}, {Fields: []string{"payer"}, Constants: map[string]any{"kind": "p"}},
			},
			Where: where.New().WhereFalse("test"),
		}},
	}
}

// The guards of each kind are named here so that the cases show what they are
// about; X is the column.
const (
	text    = `typeof(X) = 'text' AND instr(X, char(0)) = 0`
	integer = `typeof(X) = 'integer'`
	natural = `typeof(X) = 'integer' AND X >= 0`
	boolean = `typeof(X) = 'integer' AND X IN (0, 1)`
	date    = `typeof(X) = 'text' AND date(X) = X COLLATE BINARY AND substr(X, 1, 1) <> '0'`
	instant = `typeof(X) = 'text' AND datetime(X) = X COLLATE BINARY AND substr(X, 1, 1) <> '0' AND substr(X, 12, 2) <> '24'`
	millis  = `typeof(X) = 'integer' AND X BETWEEN -30610224000000 AND 253402300799999`
	uuid16  = `typeof(X) = 'blob' AND length(X) = 16`
)

func on(column, guard string) string {
	return strings.ReplaceAll(guard, "X", `"c"."`+column+`"`)
}

func TestConditionsBecomeSQL(t *testing.T) {
	t.Parallel()
	noon := time.Date(2026, 3, 1, 12, 0, 0, 500_000_000, time.UTC)
	w := where.New
	for name, tt := range map[string]struct {
		give where.Condition
		want string
		args []any
	}{
		"equal text is compared byte by byte": {
			w().WhereEquals("email", "a"),
			`"c"."e-mail" COLLATE BINARY = ?`,
			[]any{"a"},
		},
		"case-insensitive text": {
			w().WhereEquals("city", "Rome"),
			`"c"."city" COLLATE NOCASE = ?`,
			[]any{"rome"},
		},
		"NULL and empty": {
			w().WhereEmpty("email"),
			`("c"."e-mail" IS NULL) OR ("c"."e-mail" COLLATE BINARY = ?)`,
			[]any{""},
		},
		"not NULL is a value of the kind": {w().WhereNotNull("visits"), on("visits", natural), nil},
		"unknown":                         {w().WhereUnknown("id"), `(` + on("id", integer) + `) IS NOT TRUE`, nil},
		"an integer beyond what can be stored": {
			w().WhereGreaterThan("visits", uint64(1)<<63), `1 = 0`, nil,
		},
		"less than an integer beyond what can be stored": {
			w().WhereLessThan("visits", uint64(1)<<63), on("visits", natural), nil,
		},
		"bool": {
			w().WhereTrue("active"), `("c"."active" = ?) AND (` + on("active", boolean) + `)`, []any{int64(1)},
		},
		"decimal units": {
			w().WhereLessThan("debt", "12.50"), `("c"."debt" < ?) AND (` + on("debt", integer) + `)`, []any{int64(1250)},
		},
		"decimal between two units": {
			w().WhereLessThan("debt", "-0.005"), `("c"."debt" <= ?) AND (` + on("debt", integer) + `)`, []any{int64(-1)},
		},
		"a time between two seconds": {
			w().WhereGreaterOrEquals("seen", noon),
			`("c"."seen" COLLATE BINARY > ?) AND (` + on("seen", instant) + `)`,
			[]any{"2026-03-01 12:00:00"},
		},
		"a time equal to nothing that can be stored":   {w().WhereEquals("seen", noon), `1 = 0`, nil},
		"a time different from all that can be stored": {w().WhereNotEquals("seen", noon), on("seen", instant), nil},
		"a time in milliseconds":                       {w().WhereLessThan("made", noon), `("c"."made" < ?) AND (` + on("made", millis) + `)`, []any{int64(1772366400500)}},
		"a date":                                       {w().WhereLessThan("born", where.Date{Year: 2000, Month: 2, Day: 3}), `("c"."born" COLLATE BINARY < ?) AND (` + on("born", date) + `)`, []any{"2000-02-03"}},
		"a uuid as bytes":                              {w().WhereEquals("raw", [16]byte{1}), `("c"."raw" = ?) AND (` + on("raw", uuid16) + `)`, []any{append([]byte{1}, make([]byte, 15)...)}},
		"a short list has a parameter for each value":  {w().WhereIn("id", 1, 2), `("c"."id" IN (?, ?)) AND (` + on("id", integer) + `)`, []any{int64(1), int64(2)}},
		"not in a list":                                {w().WhereNotIn("email", "a"), `("c"."e-mail" COLLATE BINARY NOT IN (?)) AND (` + on("e-mail", text) + `)`, []any{"a"}},
		"a list of nothing that can be stored":         {w().WhereIn("debt", "0.001"), `1 = 0`, nil},
		"not in a list of nothing that can be stored":  {w().WhereNotIn("debt", "0.001"), on("debt", integer), nil},
		"contains":                              {w().WhereContains("email", "%_"), `(instr("c"."e-mail", ?) > 0) AND (` + on("e-mail", text) + `)`, []any{"%_"}},
		"starts with is a range":                {w().WhereStartsWith("email", "ab"), `(("c"."e-mail" COLLATE BINARY >= ?) AND ("c"."e-mail" COLLATE BINARY < ?)) AND (` + on("e-mail", text) + `)`, []any{"ab", "ac"}},
		"does not start with":                   {w().WhereNotStartsWith("email", "ab"), `(substr("c"."e-mail", 1, ?) COLLATE BINARY <> ?) AND (` + on("e-mail", text) + `)`, []any{int64(2), "ab"}},
		"ends with":                             {w().WhereEndsWith("email", "é"), `(substr("c"."e-mail", ?) COLLATE BINARY = ?) AND (` + on("e-mail", text) + `)`, []any{int64(-1), "é"}},
		"a pattern":                             {w().WhereLike("email", `a%\_*_`), `("c"."e-mail" GLOB ?) AND (` + on("e-mail", text) + `)`, []any{"a*_[*]?"}},
		"a case-insensitive pattern":            {w().WhereNotLike("city", "R%"), `("c"."city" NOT GLOB ?) AND (` + on("city", text) + `)`, []any{"[rR]*"}},
		"AND and OR have brackets of their own": {w().WhereNull("id").Or().WhereNull("email").WhereNull("city"), `("c"."id" IS NULL) OR (("c"."e-mail" IS NULL) AND ("c"."city" IS NULL))`, nil},
		"a negated group has its negations in the leaves": {w().WhereNot(w().WhereNull("id").Or().WhereEquals("active", true)), `(` + on("id", integer) + `) AND (("c"."active" <> ?) AND (` + on("active", boolean) + `))`, []any{int64(1)}},
		"nothing": {where.NoResults(), `1 = 0`, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			sql, args, err := sqlstore.Condition(renderSchema(), tt.give)
			require.NoError(t, err)
			require.Equal(t, tt.want, sql)
			require.Equal(t, tt.args, args)
			require.Len(t, args, strings.Count(sql, "?"))
		})
	}
}

func TestLongListsPassAsOneParameter(t *testing.T) {
	t.Parallel()
	var ids, refs []any
	for i := range 1000 {
		ids = append(ids, i)
		refs = append(refs, [16]byte{byte(i), byte(i >> 8)})
	}
	sql, args, err := sqlstore.Condition(renderSchema(), where.New().WhereIn("id", ids...))
	require.NoError(t, err)
	require.Contains(t, sql, `"c"."id" IN (SELECT "j"."value" FROM json_each(?) AS "j")`)
	require.Len(t, args, 1)

	sql, args, err = sqlstore.Condition(renderSchema(), where.New().WhereIn("raw", refs...))
	require.NoError(t, err)
	require.Contains(t, sql, `"c"."raw" IN (SELECT substr(?, "j"."key" * 16 + 1, 16) FROM json_each(?) AS "j")`)
	require.Len(t, args, 2)
}

func TestAssociationsBecomeSubqueries(t *testing.T) {
	t.Parallel()
	sql, args, err := sqlstore.Condition(renderSchema(), where.New().WhereCountMonths("orders", "day", where.Less, 3))
	require.NoError(t, err)
	for _, part := range []string{
		`(SELECT count(DISTINCT substr("r1"."day", 1, 7)) FROM "orders" AS "r1" WHERE `,
		`("c"."id" = "r1"."buyer") OR (("c"."id" = "r1"."payer") AND `,
		`"r1"."kind" COLLATE BINARY = ?`,
		`"r1"."test" = ?`,
		`) < ?`,
	} {
		require.Contains(t, sql, part)
	}
	require.Equal(t, []any{"p", int64(0), int64(3)}, args)
}

func TestStatementsThatChangeRowsNameTheirKeys(t *testing.T) {
	t.Parallel()
	key, err := contacts.NewKey(7)
	require.NoError(t, err)
	sql, args, err := sqlstore.Treatment(renderSchema(), key)
	require.NoError(t, err)
	require.True(t, strings.HasPrefix(sql, `DELETE FROM "orders" AS "c" WHERE `), sql)
	require.Equal(t, 2, strings.Count(sql, `IN (SELECT "k"."value" FROM json_each(?) AS "k")`), "once for each reference")
	require.Equal(t, []any{"[7]", "[7]", "p", int64(0)}, args)

	_, _, err = sqlstore.Treatment(renderSchema())
	require.Error(t, err, "an empty list of keys never becomes a statement")
}
