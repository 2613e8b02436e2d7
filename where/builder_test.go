package where_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/contactsweep/contactsweep/where"
)

// forms is what one call of the builder looks like.
type forms struct {
	name      string
	condition where.Condition
	text      string
	redacted  string
	json      string // the node
}

func comparisons() []forms {
	n := where.New()
	return []forms{
		{"WhereEquals", n.WhereEquals("text", "a"), `text = "a"`, "text = ?", `{"op":"=","field":"text","value":{"kind":"text","value":"a"}}`},
		{"WhereNotEquals", n.WhereNotEquals("int", 1), "int <> 1", "int <> ?", `{"op":"<>","field":"int","value":{"kind":"int64","value":"1"}}`},
		{
			"WhereEqualsOrNull", n.WhereEqualsOrNull("uint", uint8(1)), "(uint = 1u OR uint IS NULL)", "(uint = ? OR uint IS NULL)",
			`{"op":"or","terms":[{"op":"=","field":"uint","value":{"kind":"uint64","value":"1"}},{"op":"null","field":"uint"}]}`,
		},
		{"WhereLessThan", n.WhereLessThan("float", 1.0), "float < 1.0", "float < ?", `{"op":"<","field":"float","value":{"kind":"float64","value":"1.0"}}`},
		{"WhereLessOrEquals", n.WhereLessOrEquals("decimal", amount("+01.50")), "decimal <= 1.5m", "decimal <= ?", `{"op":"<=","field":"decimal","value":{"kind":"decimal","value":"1.5"}}`},
		{
			"WhereGreaterThan", n.WhereGreaterThan("time", now().In(time.FixedZone("x", 3600))), "time > 2026-03-15T12:00:00.000000Z", "time > ?",
			`{"op":">","field":"time","value":{"kind":"time","value":"2026-03-15T12:00:00.000000Z"}}`,
		},
		{
			"WhereGreaterOrEquals", n.WhereGreaterOrEquals("date", where.Date{Year: 2026, Month: 3, Day: 1}), "date >= 2026-03-01", "date >= ?",
			`{"op":">=","field":"date","value":{"kind":"date","value":"2026-03-01"}}`,
		},
		{
			"WhereBetween", n.WhereBetween("time", where.Ago(2*time.Hour), where.Ago(time.Hour)),
			"(time >= ago(2h0m0s) AND time <= ago(1h0m0s))", "(time >= ? AND time <= ?)",
			`{"op":"and","terms":[{"op":">=","field":"time","value":{"kind":"ago","value":"2h0m0s"}},{"op":"<=","field":"time","value":{"kind":"ago","value":"1h0m0s"}}]}`,
		},
		{"WhereTrue", n.WhereTrue("bool"), "bool = true", "bool = ?", `{"op":"=","field":"bool","value":{"kind":"bool","value":"true"}}`},
		{"WhereFalse", n.WhereFalse("bool"), "bool = false", "bool = ?", `{"op":"=","field":"bool","value":{"kind":"bool","value":"false"}}`},
		{
			"WhereIn", n.WhereIn("uuid", [16]byte{15: 1}, [16]byte{15: 2}),
			"uuid IN (00000000-0000-0000-0000-000000000001, 00000000-0000-0000-0000-000000000002)", "uuid IN (2 values)",
			`{"op":"in","field":"uuid","values":[{"kind":"uuid","value":"00000000-0000-0000-0000-000000000001"},{"kind":"uuid","value":"00000000-0000-0000-0000-000000000002"}]}`,
		},
		{"WhereIn of nothing", n.WhereIn("int"), "int IN ()", "int IN (0 values)", `{"op":"in","field":"int"}`},
		{
			"WhereNotIn of a slice", n.WhereNotIn("date", []where.Relative{where.DateAgo(1)}), "date NOT IN (ago(1 days))", "date NOT IN (1 values)",
			`{"op":"not-in","field":"date","values":[{"kind":"dateago","value":"1"}]}`,
		},
		{
			"WhereID", n.WhereID(7, "a"), `ID = (7, "a")`, "ID = (2 values)",
			`{"op":"id","values":[{"kind":"int64","value":"7"},{"kind":"text","value":"a"}]}`,
		},
	}
}

func tests() []forms {
	n := where.New()
	return []forms{
		{"WhereNull", n.WhereNull("int"), "int IS NULL", "int IS NULL", `{"op":"null","field":"int"}`},
		{"WhereNotNull", n.WhereNotNull("int"), "int IS NOT NULL", "int IS NOT NULL", `{"op":"not-null","field":"int"}`},
		{"WhereEmpty", n.WhereEmpty("text"), "text IS EMPTY", "text IS EMPTY", `{"op":"empty","field":"text"}`},
		{"WhereNotEmpty", n.WhereNotEmpty("text"), "text IS NOT EMPTY", "text IS NOT EMPTY", `{"op":"not-empty","field":"text"}`},
		{"WhereKnown", n.WhereKnown("time"), "time IS KNOWN", "time IS KNOWN", `{"op":"known","field":"time"}`},
		{"WhereUnknown", n.WhereUnknown("time"), "time IS NOT KNOWN", "time IS NOT KNOWN", `{"op":"unknown","field":"time"}`},
		{"WhereContains", n.WhereContains("text", `%"é`), `text CONTAINS "%\"é"`, "text CONTAINS ?", `{"op":"contains","field":"text","text":"%\"é"}`},
		{"WhereNotContains", n.WhereNotContains("text", "a"), `text NOT CONTAINS "a"`, "text NOT CONTAINS ?", `{"op":"not-contains","field":"text","text":"a"}`},
		{"WhereStartsWith", n.WhereStartsWith("text", "a"), `text STARTS WITH "a"`, "text STARTS WITH ?", `{"op":"starts-with","field":"text","text":"a"}`},
		{"WhereNotStartsWith", n.WhereNotStartsWith("text", "a"), `text NOT STARTS WITH "a"`, "text NOT STARTS WITH ?", `{"op":"not-starts-with","field":"text","text":"a"}`},
		{"WhereEndsWith", n.WhereEndsWith("text", "a"), `text ENDS WITH "a"`, "text ENDS WITH ?", `{"op":"ends-with","field":"text","text":"a"}`},
		{"WhereNotEndsWith", n.WhereNotEndsWith("text", "a"), `text NOT ENDS WITH "a"`, "text NOT ENDS WITH ?", `{"op":"not-ends-with","field":"text","text":"a"}`},
		{"WhereLike", n.WhereLike("text", `a%\_`), `text LIKE "a%\\_"`, "text LIKE ?", `{"op":"like","field":"text","text":"a%\\_"}`},
		{"WhereNotLike", n.WhereNotLike("text", "_"), `text NOT LIKE "_"`, "text NOT LIKE ?", `{"op":"not-like","field":"text","text":"_"}`},
	}
}

func groups() []forms {
	n := where.New()
	null, empty := n.WhereNull("int"), n.WhereEmpty("text")
	return []forms{
		{"Everything", where.Everything(), "EVERYTHING", "EVERYTHING", `{"op":"everything"}`},
		{"NoResults", where.NoResults(), "NOTHING", "NOTHING", `{"op":"nothing"}`},
		{
			"NoResults as a term", null.NoResults(), "(int IS NULL AND NOTHING)", "(int IS NULL AND NOTHING)",
			`{"op":"and","terms":[{"op":"null","field":"int"},{"op":"nothing"}]}`,
		},
		{
			"And", null.And().Where(empty), "(int IS NULL AND text IS EMPTY)", "(int IS NULL AND text IS EMPTY)",
			`{"op":"and","terms":[{"op":"null","field":"int"},{"op":"empty","field":"text"}]}`,
		},
		{
			"Or", null.Or().Where(empty), "(int IS NULL OR text IS EMPTY)", "(int IS NULL OR text IS EMPTY)",
			`{"op":"or","terms":[{"op":"null","field":"int"},{"op":"empty","field":"text"}]}`,
		},
		{"WhereNot", n.WhereNot(null), "(NOT int IS NULL)", "(NOT int IS NULL)", `{"op":"not","terms":[{"op":"null","field":"int"}]}`},
		{"WhereExists any", n.WhereExists("rows"), "EXISTS rows", "EXISTS rows", `{"op":"exists","association":"rows"}`},
		{
			"WhereExists", n.WhereExists("rows", n.WhereEquals("int", 1)), "EXISTS rows WHERE (int = 1)", "EXISTS rows WHERE (int = ?)",
			`{"op":"exists","association":"rows","rows":{"op":"=","field":"int","value":{"kind":"int64","value":"1"}}}`,
		},
		{
			"WhereNotExists", n.WhereNotExists("rows", null.Or().Where(empty)), "NOT EXISTS rows WHERE (int IS NULL OR text IS EMPTY)", "NOT EXISTS rows WHERE (int IS NULL OR text IS EMPTY)",
			`{"op":"not-exists","association":"rows","rows":{"op":"or","terms":[{"op":"null","field":"int"},{"op":"empty","field":"text"}]}}`,
		},
		{
			"WhereCount", n.WhereCount("rows", where.Less, 3), "COUNT(rows) < 3", "COUNT(rows) < ?",
			`{"op":"count","association":"rows","compare":"<","n":3}`,
		},
		{
			"WhereCountDistinct", n.WhereCountDistinct("rows", "text", where.Equal, 0, null), "COUNT(DISTINCT text OF rows WHERE (int IS NULL)) = 0",
			"COUNT(DISTINCT text OF rows WHERE (int IS NULL)) = ?",
			`{"op":"count","field":"text","association":"rows","rows":{"op":"null","field":"int"},"by":"values","compare":"=","n":0}`,
		},
		{
			"WhereCountMonths", n.WhereCountMonths("rows", "time", where.GreaterOrEqual, 3), "COUNT(MONTHS time OF rows) >= 3", "COUNT(MONTHS time OF rows) >= ?",
			`{"op":"count","field":"time","association":"rows","by":"months","compare":">=","n":3}`,
		},
	}
}

// amount is a decimal type as hosts have them.
type amount string

func (a amount) MarshalText() ([]byte, error) { return []byte(a), nil }

func TestEveryTermHasItsForms(t *testing.T) {
	t.Parallel()
	for _, all := range [][]forms{comparisons(), tests(), groups()} {
		for _, tt := range all {
			t.Run(tt.name, func(t *testing.T) {
				t.Parallel()
				require.NoError(t, tt.condition.Validate(crm()))
				require.Equal(t, tt.text, tt.condition.String())
				require.Equal(t, tt.redacted, tt.condition.Redacted())
				require.Equal(t, tt.redacted, tt.condition.LogValue().String())

				data, err := json.Marshal(tt.condition)
				require.NoError(t, err)
				require.JSONEq(t, `{"version":1,"where":`+tt.json+`}`, string(data))
				var back where.Condition
				require.NoError(t, json.Unmarshal(data, &back))
				require.Equal(t, tt.text, back.String())
				again, err := json.Marshal(back)
				require.NoError(t, err)
				require.Equal(t, string(data), string(again))
			})
		}
	}
}

func TestAndBindsTighterThanOr(t *testing.T) {
	t.Parallel()
	a, b, c := where.New().WhereNull("a"), where.New().WhereNull("b"), where.New().WhereNull("c")
	require.Equal(t, "(a IS NULL OR (b IS NULL AND c IS NULL))", a.Or().WhereNull("b").WhereNull("c").String())
	require.Equal(t, "((a IS NULL AND b IS NULL) OR c IS NULL)", a.WhereNull("b").Or().WhereNull("c").String())
	require.Equal(t, "((a IS NULL OR b IS NULL) AND c IS NULL)", where.New().Where(a.Or().Where(b)).Where(c).String())
}

func TestAllJoinsConditionsByAnd(t *testing.T) {
	t.Parallel()
	a, b := where.New().WhereNull("a"), where.New().WhereNull("b").Or().WhereNull("c")
	require.Equal(t, "(a IS NULL AND (b IS NULL OR c IS NULL))", where.All(a, b).String())
	require.Equal(t, "a IS NULL", where.All(where.Everything(), a, where.Everything()).String())
	require.True(t, where.All(where.Everything()).IsEverything())
	require.ErrorIs(t, where.All().Validate(crm()), where.ErrInvalid)
	require.ErrorIs(t, where.All(where.Everything(), where.Condition{}).Validate(crm()), where.ErrInvalid)
}

func TestNamesThatAreNotPlainAreQuoted(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"created_at2": "created_at2 IS NULL", "2a": `"2a" IS NULL`, "": `"" IS NULL`, "e mail": `"e mail" IS NULL`,
		`a" IS NULL OR "b`: `"a\" IS NULL OR \"b" IS NULL`, "naïve": `"naïve" IS NULL`, "a\x00": `"a\x00" IS NULL`,
	} {
		require.Equal(t, want, where.New().WhereNull(name).String())
	}
}
