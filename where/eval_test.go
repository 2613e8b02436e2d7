package where_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/contactsweep/contactsweep/where"
)

const (
	no    = where.False
	maybe = where.Indeterminate
	yes   = where.True
)

func TestTruthOfEveryTest(t *testing.T) {
	t.Parallel()
	n := where.New()
	for _, tt := range []struct {
		condition                                        where.Condition
		field                                            string
		null, unknown, empty, lower, upper, other, space where.Truth
	}{
		//                                                        NULL   unknown ""   "a"  "A"  "b"  " "
		{n.WhereEquals("text", "a"), "text", maybe, maybe, no, yes, no, no, no},
		{n.WhereNotEquals("text", "a"), "text", maybe, maybe, yes, no, yes, yes, yes},
		{n.WhereEqualsOrNull("text", "a"), "text", yes, maybe, no, yes, no, no, no},
		{n.WhereLessThan("text", "a"), "text", maybe, maybe, yes, no, yes, no, yes},
		{n.WhereLessOrEquals("text", "a"), "text", maybe, maybe, yes, yes, yes, no, yes},
		{n.WhereGreaterThan("text", "A"), "text", maybe, maybe, no, yes, no, yes, no},
		{n.WhereGreaterOrEquals("text", "A"), "text", maybe, maybe, no, yes, yes, yes, no},
		{n.WhereBetween("text", "A", "a"), "text", maybe, maybe, no, yes, yes, no, no},
		{n.WhereNull("text"), "text", yes, maybe, no, no, no, no, no},
		{n.WhereNotNull("text"), "text", no, maybe, yes, yes, yes, yes, yes},
		{n.WhereKnown("text"), "text", no, no, yes, yes, yes, yes, yes},
		{n.WhereUnknown("text"), "text", yes, yes, no, no, no, no, no},
		{n.WhereEmpty("text"), "text", yes, maybe, yes, no, no, no, no},
		{n.WhereContains("text", "a"), "text", maybe, maybe, no, yes, no, no, no},
		{n.WhereNotContains("text", "a"), "text", maybe, maybe, yes, no, yes, yes, yes},
		{n.WhereStartsWith("text", "A"), "text", maybe, maybe, no, no, yes, no, no},
		{n.WhereNotStartsWith("text", "A"), "text", maybe, maybe, yes, yes, no, yes, yes},
		{n.WhereEndsWith("text", " "), "text", maybe, maybe, no, no, no, no, yes},
		{n.WhereNotEndsWith("text", " "), "text", maybe, maybe, yes, yes, yes, yes, no},
		{n.WhereLike("text", "_"), "text", maybe, maybe, no, yes, yes, yes, yes},
		{n.WhereNotLike("text", "a%"), "text", maybe, maybe, yes, no, yes, yes, yes},
		{n.WhereIn("text", "a", ""), "text", maybe, maybe, yes, yes, no, no, no},
		{n.WhereIn("text"), "text", no, no, no, no, no, no, no},
		{n.WhereNotIn("text", "a", ""), "text", maybe, maybe, no, no, yes, yes, yes},
		{n.WhereEquals("folded", "A"), "folded", maybe, maybe, no, yes, yes, no, no},
		{n.WhereLessThan("folded", "B"), "folded", maybe, maybe, yes, yes, yes, no, yes},
		{n.WhereIn("folded", "B", "b", ""), "folded", maybe, maybe, yes, no, no, yes, no},
		{n.WhereContains("folded", "A"), "folded", maybe, maybe, no, yes, yes, no, no},
		{n.WhereLike("folded", "A%"), "folded", maybe, maybe, no, yes, yes, no, no},
		{n.WhereNot(n.WhereNull("text")), "text", no, maybe, yes, yes, yes, yes, yes},
		{n.WhereNot(n.WhereUnknown("text")), "text", no, no, yes, yes, yes, yes, yes},
		{n.WhereNot(n.WhereIn("text", "a")), "text", maybe, maybe, yes, no, yes, yes, yes},
		{n.WhereNot(n.WhereNotEmpty("text")), "text", yes, maybe, yes, no, no, no, no},
		{n.WhereNot(n.WhereNot(n.WhereLessThan("text", "b"))), "text", maybe, maybe, yes, yes, yes, no, yes},
	} {
		t.Run(tt.condition.String(), func(t *testing.T) {
			t.Parallel()
			var got []where.Truth
			for _, v := range []where.Value{
				{}, where.Unknown(), value(t, ""), value(t, "a"), value(t, "A"), value(t, "b"), value(t, " "),
			} {
				got = append(got, truthOf(t, tt.condition, tt.field, v))
			}
			require.Equal(t, []where.Truth{tt.null, tt.unknown, tt.empty, tt.lower, tt.upper, tt.other, tt.space}, got)
		})
	}
}

func TestNotEmptyIsNeverTrueForNull(t *testing.T) {
	t.Parallel()
	c := where.New().WhereNotEmpty("text")
	require.NotEqual(t, yes, truthOf(t, c, "text", where.Value{}))
	require.NotEqual(t, yes, truthOf(t, c, "text", where.Unknown()))
	require.NotEqual(t, yes, truthOf(t, c, "text", value(t, "")))
	require.Equal(t, yes, truthOf(t, c, "text", value(t, " ")))
	require.Equal(t, yes, truthOf(t, where.New().WhereNotEmpty("int"), "int", value(t, 0)))
	require.Equal(t, yes, truthOf(t, where.New().WhereEmpty("int"), "int", where.Value{}))
}

func TestBoundariesOfTime(t *testing.T) {
	t.Parallel()
	old := where.New().WhereLessThan("time", where.Ago(time.Hour))
	cutoff := now().Add(-time.Hour)
	require.Equal(t, no, truthOf(t, old, "time", value(t, cutoff)))
	require.Equal(t, no, truthOf(t, old, "time", value(t, cutoff.In(time.FixedZone("", -3600)))))
	require.Equal(t, yes, truthOf(t, old, "time", value(t, cutoff.Add(-time.Microsecond))))
	require.Equal(t, maybe, truthOf(t, old, "time", value(t, "2000-01-01")), "a text in a time column is not older")
	dates := where.New().WhereGreaterThan("date", where.DateAgo(15))
	require.Equal(t, no, truthOf(t, dates, "date", value(t, where.Date{Year: 2026, Month: 2, Day: 28})))
	require.Equal(t, yes, truthOf(t, dates, "date", value(t, where.Date{Year: 2026, Month: 3, Day: 1})))
}

func TestFoldingTouchesASCIILettersOnly(t *testing.T) {
	t.Parallel()
	require.Equal(t, "@az[`az{Éß İ", where.Fold("@AZ[`az{Éß İ"))
	require.Equal(t, "plain", where.Fold("plain"))
	require.Equal(t, "élan-b", where.Fold("élan-B"))
}

func TestTextIsOrderedByCodePoints(t *testing.T) {
	t.Parallel()
	for _, pair := range [][2]string{{"Z", "a"}, {"z", "é"}, {"a", "a "}, {"\uffff", "\U00010000"}, {"e\u0301", "é"}} {
		c := where.New().WhereLessThan("text", pair[1])
		require.Equal(t, yes, truthOf(t, c, "text", value(t, pair[0])), "%q", pair)
		require.Equal(t, -1, where.CompareValues(value(t, pair[0]), value(t, pair[1])))
		require.Equal(t, 1, where.CompareValues(value(t, pair[1]), value(t, pair[0])))
	}
}

func TestValuesOfDifferentKindsHaveATotalOrder(t *testing.T) {
	t.Parallel()
	ordered := []where.Value{
		{},
		value(t, "z"), value(t, -1), value(t, 1), value(t, uint(0)), value(t, -0.5), value(t, amount("-2")), value(t, false), value(t, true),
		value(t, now()), value(t, where.Date{Year: 1000, Month: 1, Day: 1}), value(t, [16]byte{}), where.Unknown(), value(t, where.Ago(1)),
	}
	for i, a := range ordered {
		for j, b := range ordered {
			require.Equal(t, sign(i-j), where.CompareValues(a, b), "%s and %s", a, b)
		}
	}
}

func sign(n int) int {
	switch {
	case n < 0:
		return -1
	case n > 0:
		return 1
	}
	return 0
}

func TestOperatorsHoldForSomeResults(t *testing.T) {
	t.Parallel()
	for op, want := range map[where.Op][3]bool{
		where.Equal: {false, true, false}, where.NotEqual: {true, false, true}, where.Less: {true, false, false},
		where.LessOrEqual: {true, true, false}, where.Greater: {false, false, true}, where.GreaterOrEqual: {false, true, true}, 0: {}, 99: {},
	} {
		require.Equal(t, want, [3]bool{op.Holds(-5), op.Holds(0), op.Holds(5)}, op.String())
	}
}

func TestTruthHasNames(t *testing.T) {
	t.Parallel()
	require.Equal(t, "false unknown true invalid", no.String()+" "+maybe.String()+" "+yes.String()+" "+where.Truth(9).String())
}
