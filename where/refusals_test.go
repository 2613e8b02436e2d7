package where_test

import (
	"encoding/json"
	"errors"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/contactsweep/contactsweep/where"
)

// refused is a condition and what its error says.
type refused struct {
	name      string
	condition where.Condition
	message   string
}

// structural are conditions that are wrong whatever the fields are.
func structural() []refused {
	n, null := where.New(), where.New().WhereNull("int")
	var deep where.Condition
	wide := n
	for range 60 {
		deep = where.New().WhereNot(where.All(deep, null))
	}
	for range 501 {
		wide = wide.WhereNull("int")
	}
	return []refused{
		{"the zero value", where.Condition{}, "where.Everything() is the only way to match all contacts"},
		{"no terms", n, "the condition is empty"},
		{"a dangling And", null.And(), "AND/OR: And or Or without a term on both sides"},
		{"a dangling Or", null.Or(), "AND/OR: And or Or without a term on both sides"},
		{"a leading And", n.And().Where(null), "AND/OR: And or Or without a term on both sides"},
		{"a leading Or", n.Or().Where(null), "AND/OR: And or Or without a term on both sides"},
		{"Or twice", null.Or().Or().Where(null), "AND/OR: And or Or without a term on both sides"},
		{"And after Or", null.Or().And().Where(null), "AND/OR: And or Or without a term on both sides"},
		{"an empty group", null.Where(n), "(…): the condition is empty"},
		{"an empty negated group", n.WhereNot(n), "NOT (…): the condition is empty"},
		{"a dangling Or in a group", null.Where(null.Or()), "AND/OR: And or Or without a term on both sides"},
		{"an empty condition on rows", n.WhereExists("rows", n), "EXISTS rows: the condition on the rows is empty"},
		{"two conditions on rows", n.WhereNotExists("rows", null, null), "NOT EXISTS rows: more than one condition on the rows"},
		{"two conditions on counted rows", n.WhereCount("rows", where.Less, 1, null, null), "COUNT rows: more than one condition on the rows"},
		{"a count by no comparison", n.WhereCount("rows", 0, 1), "COUNT rows: no such comparison"},
		{"a count by an unknown comparison", n.WhereCountMonths("rows", "time", 99, 1), "COUNT rows: no such comparison"},
		{"a negative count", n.WhereCountDistinct("rows", "int", where.Less, -1), "COUNT rows: the number is negative"},
		{"Everything and a term", where.Everything().WhereNull("int"), "EVERYTHING: where.Everything() cannot be combined"},
		{"Everything or a term", null.Or().Where(where.Everything()), "EVERYTHING: where.Everything() cannot be combined"},
		{"not Everything", n.WhereNot(where.Everything()), "EVERYTHING: where.Everything() cannot be combined"},
		{"Everything of the rows", n.WhereExists("rows", where.Everything()), "rows: EVERYTHING: where.Everything() cannot be combined"},
		{"Everything deep inside", null.Or().WhereNot(n.WhereNull("text").Where(where.Everything())), "EVERYTHING: where.Everything() cannot be combined"},
		{"too many terms", wide, "more than 500 terms"},
		{"brackets too deep", deep, "brackets deeper than 50"},
		{"a condition made invalid", where.Invalid("young contacts", errors.New("are none")), "young contacts: are none"},
		{"a condition made invalid without a cause", where.Invalid("it", nil), "it: is not possible"},
	}
}

// alwaysTrue are conditions that would match everything.
func alwaysTrue() []refused {
	n := where.New()
	either := func(a, b where.Condition) where.Condition { return n.Where(a).Or().Where(b) }
	line := n.WhereNull("int")
	const message = "is always true"
	return []refused{
		{"not NoResults", n.WhereNot(where.NoResults()), "(NOT NOTHING): " + message},
		{"not a group without results", n.WhereNot(line.NoResults()), message},
		{"not in of nothing by negation", n.WhereNot(n.WhereIn("int")), "(NOT int IN (0 values)): " + message},
		{"no row of an impossible kind", n.WhereNotExists("rows", where.NoResults()), "NOT EXISTS rows WHERE (NOTHING): " + message},
		{"not a row of an impossible kind", n.WhereNot(n.WhereExists("rows", n.WhereIn("int"))), message},
		{"a count of at least none", n.WhereCount("rows", where.GreaterOrEqual, 0), "COUNT(rows) >= ?: " + message},
		{"not a count below none", n.WhereNot(n.WhereCount("rows", where.Less, 0)), "(NOT COUNT(rows) < ?): " + message},
		{"a count of impossible rows", n.WhereCount("rows", where.Less, 1, where.NoResults()), message},
		{"NULL or not", either(n.WhereNull("int"), n.WhereNotNull("int")), "(int IS NULL OR int IS NOT NULL): " + message},
		{"NULL or known", either(n.WhereNull("int"), n.WhereKnown("int")), message},
		{"known or not", either(n.WhereKnown("int"), n.WhereUnknown("int")), message},
		{"empty or not", either(n.WhereEmpty("text"), n.WhereNotEmpty("text")), message},
		{"empty or not of a number", either(n.WhereEmpty("int"), n.WhereNotEmpty("int")), message},
		{"equal, not equal or NULL", n.WhereEqualsOrNull("int", 1).Or().WhereNotEquals("int", 1), message},
		{"less, not less or NULL", n.WhereLessThan("int", 1).Or().WhereNull("int").Or().WhereGreaterOrEquals("int", 1), message},
		{"equal or not that, or NULL", n.WhereEquals("int", 1).Or().WhereNot(n.WhereEquals("int", 1)).Or().WhereNull("int"), "(int = ? OR (NOT int = ?) OR int IS NULL): " + message},
		{"neither less nor not less nor NULL, negated", n.WhereNot(n.WhereLessThan("int", 1).WhereGreaterOrEquals("int", 1).WhereNotNull("int")), "(NOT (int < ? AND int >= ? AND int IS NOT NULL)): " + message},
		{"in, not in or NULL", n.WhereIn("int", 1).Or().WhereNotIn("int", 1).Or().WhereNull("int"), message},
		{"contained, not contained or NULL", n.WhereContains("text", "a").Or().WhereNotContains("text", "a").Or().WhereNull("text"), message},
		{"like, not like or NULL", n.WhereLike("text", "a%").Or().WhereNotLike("text", "a%").Or().WhereNull("text"), message},
		{"rows or none", either(n.WhereExists("rows", line), n.WhereNotExists("rows", line)), message},
		{"no rows or some counted", either(n.WhereCount("rows", where.Equal, 0), n.WhereCount("rows", where.Greater, 0)), message},
		{"fewer than one or at least one", either(n.WhereCount("rows", where.Less, 1), n.WhereCount("rows", where.GreaterOrEqual, 1)), message},
		{"none at most or any", either(n.WhereCount("rows", where.LessOrEqual, 0), n.WhereCount("rows", where.NotEqual, 0)), message},
		{"neither NULL nor not, negated", n.WhereNot(n.WhereNull("int").WhereNotNull("int")), message},
		{"NULL or not, among other terms", line.Where(either(n.WhereNull("text"), n.WhereNotNull("text"))), message},
		{"NULL or not, in nested brackets", n.Where(either(n.WhereNull("int"), line)).Or().Where(either(n.WhereNull("bool"), n.WhereNotNull("int"))), message},
		{"NULL or not, of rows", n.WhereExists("rows", either(n.WhereNull("int"), n.WhereNotNull("int"))), "rows: (int IS NULL OR int IS NOT NULL): " + message},
	}
}

// operands are wrong whatever the field is.
func operands() []refused {
	n := where.New()
	var noText *string
	var noTime *time.Time
	text := "x"
	return []refused{
		{"nil", n.WhereEquals("int", nil), "int = ?: value is nil; use WhereNull"},
		{"a typed nil pointer", n.WhereEquals("text", noText), "text = ?: value is a pointer"},
		{"a nil time", n.WhereLessThan("time", noTime), "time < ?: value is a pointer"},
		{"a pointer", n.WhereNotEquals("text", &text), "text <> ?: value is a pointer"},
		{"the NULL value", n.WhereEquals("int", where.Value{}), "value is nil"},
		{"an unknown value", n.WhereEquals("int", where.Unknown()), "value is nil"},
		{"nil or NULL", n.WhereEqualsOrNull("int", nil), "int = ?: value is nil"},
		{"NaN", n.WhereEquals("float", math.NaN()), "float = ?: number is NaN or infinite"},
		{"infinity", n.WhereLessThan("float", math.Inf(-1)), "number is NaN or infinite"},
		{"a float32 infinity", n.WhereLessThan("float", float32(math.Inf(1))), "number is NaN or infinite"},
		{"a duration", n.WhereLessThan("time", time.Hour), "a time.Duration is not a value; use where.Ago(d)"},
		{"a negative ago", n.WhereLessThan("time", where.Ago(-time.Second)), "a relative time must not be negative"},
		{"a negative date ago", n.WhereLessThan("date", where.DateAgo(-1)), "a relative time must not be negative"},
		{"a date before all dates", n.WhereLessThan("date", where.DateAgo(math.MaxInt)), "year is outside 1000 to 9999"},
		{"the zero relative", n.WhereLessThan("time", where.Relative{}), "a relative time must not be negative"},
		{"the zero time", n.WhereLessThan("time", time.Time{}), "year is outside 1000 to 9999"},
		{"the year 10000", n.WhereLessThan("time", time.Date(9999, 12, 31, 23, 30, 0, 0, time.FixedZone("", -3600))), "year is outside"},
		{"the zero date", n.WhereLessThan("date", where.Date{}), "year is outside 1000 to 9999"},
		{"a date that does not exist", n.WhereLessThan("date", where.Date{Year: 2026, Month: 2, Day: 29}), "no such date"},
		{"text that is not UTF-8", n.WhereEquals("text", "a\xff"), "text is not valid UTF-8"},
		{"text with NUL", n.WhereEquals("text", "a\x00"), "contains a NUL character"},
		{"bytes", n.WhereEquals("text", []byte("a")), "a []uint8 is not a value of any kind"},
		{"a struct", n.WhereEquals("text", struct{}{}), "a struct {} is not a value of any kind"},
		{"a decimal type with an exponent", n.WhereEquals("decimal", amount("1e3")), "a where_test.amount is not a decimal number"},
		{"a text type that is no number", n.WhereEquals("text", amount("open")), "not a decimal number"},
		{"an array of other size", n.WhereEquals("uuid", [15]byte{}), "a [15]uint8 is not a value of any kind"},
		{"not in of nothing", n.WhereNotIn("int"), "int NOT IN (0 values): NOT IN of nothing would match everything"},
		{"not in of an empty slice", n.WhereNotIn("int", []int{}), "NOT IN of nothing would match everything"},
		{"not in of a nil slice", n.WhereNotIn("int", []int(nil)), "NOT IN of nothing would match everything"},
		{"nil in a list", n.WhereIn("int", 1, nil), "element 2: value is nil"},
		{"nil as a list", n.WhereIn("int", nil), "element 1: value is nil"},
		{"nil in a list of pointers", n.WhereNotIn("text", []*string{nil}), "element 1: value is a pointer"},
		{"no key", n.WhereID(), "ID ?: no key given"},
		{"nil as a key", n.WhereID(1, nil), "ID ?: element 2: value is nil"},
		{"low above high", n.WhereBetween("int", 2, 1), "int BETWEEN ? AND ?: the lower end is above the upper end"},
		{"low above high of mixed integers", n.WhereBetween("int", uint(2), -1), "the lower end is above the upper end"},
		{"low above high of decimals", n.WhereBetween("decimal", amount("10"), "9.5"), "the lower end is above the upper end"},
		{"low after high of relative times", n.WhereBetween("time", where.Ago(1), where.Ago(2)), "the lower end is above the upper end"},
		{"low after high", n.WhereBetween("time", now().Add(1000), now()), "the lower end is above the upper end"},
		{"between nil", n.WhereBetween("int", nil, 1), "int >= ?: value is nil"},
	}
}

// searches are texts and patterns that cannot be meant.
func searches() []refused {
	n := where.New()
	const emptyText, badEscape = "the search text is empty", `a \ in the pattern is not followed by`
	return []refused{
		{"contains nothing", n.WhereContains("text", ""), "text CONTAINS ?: " + emptyText},
		{"does not contain nothing", n.WhereNotContains("text", ""), "text NOT CONTAINS ?: " + emptyText},
		{"starts with nothing", n.WhereStartsWith("text", ""), "text STARTS WITH ?: " + emptyText},
		{"does not start with nothing", n.WhereNotStartsWith("text", ""), emptyText},
		{"ends with nothing", n.WhereEndsWith("text", ""), emptyText},
		{"does not end with nothing", n.WhereNotEndsWith("text", ""), emptyText},
		{"contains NUL", n.WhereContains("text", "\x00"), "contains a NUL character"},
		{"contains what is not UTF-8", n.WhereContains("text", "\xc3"), "not valid UTF-8"},
		{"like nothing", n.WhereLike("text", ""), "text LIKE ?: the pattern is empty"},
		{"not like nothing", n.WhereNotLike("text", ""), "text NOT LIKE ?: the pattern is empty"},
		{"like anything", n.WhereLike("text", "%"), "the pattern matches every text"},
		{"like anything, twice", n.WhereNotLike("text", "%%"), "the pattern matches every text"},
		{"like with a lone escape at the end", n.WhereLike("text", `a\`), badEscape},
		{"like with an odd number of escapes at the end", n.WhereLike("text", `a\\\`), badEscape},
		{"like with an escape of a letter", n.WhereLike("text", `\n`), badEscape},
		{"like with an escape of a long letter", n.WhereLike("text", `\é`), badEscape},
		{"like with a pattern too long", n.WhereLike("text", strings.Repeat("a", 1001)), "longer than 1000 bytes"},
		{"like with NUL", n.WhereLike("text", "a\x00%"), "contains a NUL character"},
	}
}

func TestMistakesAreRefused(t *testing.T) {
	t.Parallel()
	for _, all := range [][]refused{structural(), alwaysTrue(), operands(), searches(), unknownNames(), wrongKinds()} {
		for _, tt := range all {
			t.Run(tt.name, func(t *testing.T) {
				t.Parallel()
				err := tt.condition.Validate(crm())
				require.ErrorIs(t, err, where.ErrInvalid)
				require.ErrorContains(t, err, tt.message)
				var list *where.InvalidError
				require.ErrorAs(t, err, &list)
				require.Len(t, list.Terms, 1, "%v", err)

				p, resolved := tt.condition.Freeze(now()).Resolve(crm())
				require.ErrorIs(t, resolved, where.ErrInvalid)
				require.Equal(t, where.False, p.Eval(row{}), "a refused condition must match nothing")
			})
		}
	}
}

func TestWhatIsWrongByItselfHasNoJSON(t *testing.T) {
	t.Parallel()
	for _, all := range [][]refused{operands(), searches()} {
		for _, tt := range all {
			_, err := json.Marshal(tt.condition)
			require.ErrorIs(t, err, where.ErrInvalid, tt.name)
			require.ErrorContains(t, err, tt.message, tt.name)
		}
	}
	_, err := json.Marshal(where.New())
	require.ErrorIs(t, err, where.ErrInvalid)
	_, err = json.Marshal(where.New().WhereNull("a").Or())
	require.ErrorIs(t, err, where.ErrInvalid)
}

func TestAllMistakesAreReportedAtOnce(t *testing.T) {
	t.Parallel()
	c := where.New().
		WhereEquals("emial", "x").
		WhereContains("text", "").
		Or().
		WhereNotIn("int").
		WhereNot(where.New().WhereLessThan("bool", true).WhereEquals("int", "x")).
		WhereExists("rows", where.New().WhereTrue("tru").WhereExists("lines", where.New().WhereNull("nul"))).
		WhereExists("orders").
		WhereCountDistinct("rows", "citi", where.Less, 3).
		WhereID(1).
		Or()
	err := c.Validate(crm())
	var list *where.InvalidError
	require.ErrorAs(t, err, &list)
	var terms []string
	for _, fault := range list.Terms {
		terms = append(terms, fault.Term)
	}
	require.Equal(t, []string{
		"emial = ?", "text CONTAINS ?", "int NOT IN (0 values)", "bool < ?", "int = ?", "rows: tru = ?", "rows: lines: nul IS NULL",
		"EXISTS orders", "COUNT(DISTINCT citi OF rows) < ?", "ID = (1 values)", "AND/OR",
	}, terms)
}
