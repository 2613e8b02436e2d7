package where_test

import (
	"fmt"
	"math/big"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/contactsweep/contactsweep/where"
)

func TestPatterns(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		pattern      string
		match, other []string
	}{
		{"a", []string{"a"}, []string{"", "A", "ab", "ba", "a "}},
		{"a%", []string{"a", "ab", "a%", "a\n"}, []string{"", "ba"}},
		{"%a", []string{"a", "ba", "aa", "ababa"}, []string{"", "ab"}},
		{"%ab%", []string{"ab", "aab", "xaby", "aaab"}, []string{"", "ba", "a b"}},
		{"a%b%c", []string{"abc", "aXbYc", "abbcc", "abcbc"}, []string{"acb", "ab", "bc"}},
		{"%aab", []string{"aab", "aaab", "aabaab"}, []string{"aabaa"}},
		{"_", []string{"a", "é", "\U0001F600", " ", "\n"}, []string{"", "ab", "e\u0301"}},
		{"__%", []string{"ab", "abc"}, []string{"a", ""}},
		{"%_%", []string{"a", "abc"}, []string{""}},
		{`\%`, []string{"%"}, []string{"a", "", `\%`}},
		{`a\_b`, []string{"a_b"}, []string{"acb", `a\_b`}},
		{`\\`, []string{`\`}, []string{`\\`, ""}},
		{`%\%`, []string{"%", "5%"}, []string{"", "5"}},
		{"É%", []string{"É", "Éa"}, []string{"é"}},
		{"' OR 1=1 --", []string{"' OR 1=1 --"}, []string{"x"}},
	} {
		c := where.New().WhereLike("text", tt.pattern)
		for _, s := range tt.match {
			require.Equal(t, yes, truthOf(t, c, "text", value(t, s)), "%q LIKE %q", s, tt.pattern)
		}
		for _, s := range tt.other {
			require.Equal(t, no, truthOf(t, c, "text", value(t, s)), "%q LIKE %q", s, tt.pattern)
		}
	}
}

func TestAHostilePatternIsMatchedInReasonableTime(t *testing.T) {
	t.Parallel()
	pattern := strings.Repeat("a%", 450) + "b"
	require.Equal(t, no, truthOf(t, where.New().WhereLike("text", pattern), "text", value(t, strings.Repeat("a", 20_000))))
}

func TestPatternsAgreeWithRegularExpressions(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		pattern := rapid.StringOfN(rapid.SampledFrom([]rune(`ab%_é`)), 1, 8, -1).Draw(t, "pattern")
		if strings.Trim(pattern, "%") == "" {
			pattern += `\%`
		}
		s := rapid.StringOfN(rapid.SampledFrom([]rune("abé%")), 0, 10, -1).Draw(t, "text")
		p, err := where.New().WhereLike("text", pattern).Resolve(crm())
		require.NoError(t, err)
		v, err := where.ValueOf(s)
		require.NoError(t, err)
		got := p.Eval(row{values: map[string]where.Value{"text": v}})
		require.Equal(t, modelLike(s, pattern), got == where.True, "%q LIKE %q", s, pattern)
	})
}

func TestDecimalsCompareAsNumbers(t *testing.T) {
	t.Parallel()
	number := rapid.StringMatching(`[-+]?[0-9]{1,20}(\.[0-9]{1,8})?`)
	rapid.Check(t, func(t *rapid.T) {
		a, b := number.Draw(t, "a"), number.Draw(t, "b")
		v, errA := where.ValueOf(amount(a))
		w, errB := where.ValueOf(amount(b))
		require.NoError(t, errA)
		require.NoError(t, errB)
		x, _ := new(big.Rat).SetString(a)
		y, _ := new(big.Rat).SetString(b)
		require.Equal(t, x.Cmp(y), where.CompareValues(v, w), "%s and %s", a, b)
		require.Equal(t, x.Cmp(y) == 0, v == w)
		back, ok := new(big.Rat).SetString(v.Decimal())
		require.True(t, ok)
		require.Zero(t, back.Cmp(x))
	})
}

func TestDecimalsOfEdges(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"0": "0", "-0": "0", "+0.0": "0", "007": "7", "-1.10": "-1.1", "0.5": "0.5",
		strings.Repeat("9", 65):                 "9999999999" + strings.Repeat("9", 55),
		strings.Repeat("0", 99) + "1.0":         "1",
		"0." + strings.Repeat("0", 29) + "1":    "0." + strings.Repeat("0", 29) + "1",
		"1." + strings.Repeat("5", 30) + "0000": "1." + strings.Repeat("5", 30),
	} {
		require.Equal(t, want, value(t, amount(in)).Decimal(), in)
	}
	for _, in := range []string{
		"", "-", "+", ".", ".5", "5.", "1.2.3", "--1", "+-1", "1e3", "0x10", "1_000", "1,5", " 1", "1 ", "٣", "NaN", "Inf",
		strings.Repeat("9", 66), "0." + strings.Repeat("0", 30) + "1", strings.Repeat("9", 40) + "." + strings.Repeat("9", 26),
	} {
		_, err := where.ValueOf(amount(in))
		require.Error(t, err, in)
	}
	for _, pair := range [][2]string{{"-10", "-9"}, {"-0.5", "0"}, {"-1", "1"}, {"9", "10"}, {"1.09", "1.1"}, {"1", "1.01"}, {"-1.01", "-1"}} {
		require.Equal(t, -1, where.CompareValues(value(t, amount(pair[0])), value(t, amount(pair[1]))), "%s", pair)
		require.Equal(t, 1, where.CompareValues(value(t, amount(pair[1])), value(t, amount(pair[0]))), "%s", pair)
	}
}

func TestAssociatedRowsAreCounted(t *testing.T) {
	t.Parallel()
	at := func(year, month, day int) where.Value {
		return value(t, time.Date(year, time.Month(month), day, 23, 30, 0, 0, time.UTC))
	}
	lines := func(n int) map[string][]row { return map[string][]row{"lines": make([]row, n)} }
	contact := row{below: map[string][]row{"rows": {
		{values: map[string]where.Value{"folded": value(t, "A"), "text": value(t, "A"), "time": at(2025, 12, 31)}, below: lines(2)},
		{values: map[string]where.Value{"folded": value(t, "a"), "text": value(t, "a"), "time": at(2026, 1, 1)}, below: lines(1)},
		{values: map[string]where.Value{"folded": value(t, "b"), "text": value(t, "a"), "time": at(2026, 1, 31)}},
		{values: map[string]where.Value{"time": at(2026, 2, 1), "date": value(t, where.Date{Year: 2024, Month: 12, Day: 1})}},
		{values: map[string]where.Value{"folded": where.Unknown(), "time": where.Unknown(), "date": where.Unknown()}},
	}}}
	n := where.New()
	for _, tt := range []struct {
		condition where.Condition
		want      where.Truth
	}{
		{n.WhereCount("rows", where.Equal, 5), yes},
		{n.WhereCount("rows", where.NotEqual, 5), no},
		{n.WhereCount("rows", where.Equal, 2, n.WhereEquals("folded", "A")), yes},
		{n.WhereCount("rows", where.Greater, 5), no},
		{n.WhereCountDistinct("rows", "folded", where.Equal, 2), yes},
		{n.WhereCountDistinct("rows", "text", where.Equal, 2), yes},
		{n.WhereCountDistinct("rows", "text", where.Equal, 1, n.WhereNotNull("text").WhereEquals("text", "a")), yes},
		{n.WhereCountDistinct("rows", "int", where.LessOrEqual, 0), yes},
		{n.WhereCountMonths("rows", "time", where.Equal, 3), yes},
		{n.WhereCountMonths("rows", "time", where.Less, 3), no},
		{n.WhereCountMonths("rows", "date", where.Equal, 1), yes},
		{n.WhereExists("rows"), yes},
		{n.WhereExists("rows", n.WhereExists("lines")), yes},
		{n.WhereCount("rows", where.Equal, 1, n.WhereCount("lines", where.GreaterOrEqual, 2)), yes},
		{n.WhereNotExists("rows", n.WhereEquals("folded", "c")), yes},
		{n.WhereNotExists("rows", n.WhereNotEquals("folded", "a").WhereNotEquals("folded", "b")), yes},
		{n.WhereNotExists("rows", n.WhereUnknown("time")), no},
		{n.WhereCount("rows", where.Less, 0), no},
	} {
		p, err := tt.condition.Resolve(crm())
		require.NoError(t, err)
		require.Equal(t, tt.want, p.Eval(contact), tt.condition.String())
	}
	p, err := n.WhereCount("rows", where.Less, 0).Resolve(crm())
	require.NoError(t, err)
	require.Equal(t, where.Constant{}, p.Root(), "no number is below 0")
	p, err = n.WhereExists("rows").Resolve(crm())
	require.NoError(t, err)
	require.Equal(t, no, p.Eval(row{}))
}

func TestAPredicateHasNoNodesThatAdaptersNeedNotKnow(t *testing.T) {
	t.Parallel()
	values := domain(t)
	rapid.Check(t, func(t *rapid.T) {
		p, err := generator{t, values}.tree(4, "").condition.Resolve(crm())
		if err != nil {
			return
		}
		root := p.Root()
		where.Walk(root, func(n where.Node) bool {
			require.NotContains(t, []string{"where.Not", "where.Empty", "where.ID", "where.invalid"}, fmt.Sprintf("%T", n))
			if k, ok := n.(where.Constant); ok {
				require.Equal(t, root, n, "a constant is the root")
				require.False(t, k.True)
			}
			if in, ok := n.(where.In); ok {
				require.NotEmpty(t, in.Values)
			}
			return true
		})
	})
}

func TestAKeyIsComparedColumnByColumn(t *testing.T) {
	t.Parallel()
	contact := row{values: map[string]where.Value{"int": value(t, 7), "text": value(t, "a")}}
	for _, tt := range []struct {
		condition where.Condition
		want      where.Truth
	}{
		{where.New().WhereID(7, "a"), yes},
		{where.New().WhereID([]any{uint(7), "a"}), yes},
		{where.New().WhereID(7, "b"), no},
		{where.New().WhereNot(where.New().WhereID(8, "a")), yes},
		{where.New().WhereNot(where.New().WhereID(7, "a")), no},
	} {
		p, err := tt.condition.Resolve(crm())
		require.NoError(t, err)
		require.Equal(t, tt.want, p.Eval(contact), tt.condition.String())
	}
}

func TestTheZeroPredicateMatchesNothing(t *testing.T) {
	t.Parallel()
	require.Equal(t, no, where.Predicate{}.Eval(row{}))
	require.Equal(t, where.Constant{}, where.Predicate{}.Root())
	p, err := where.Everything().Resolve(crm())
	require.NoError(t, err)
	require.Equal(t, yes, p.Eval(row{}))
}
