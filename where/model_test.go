package where_test

import (
	"encoding/json"
	"math/big"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/contactsweep/contactsweep/where"
)

// model is a condition and, beside it, what it means: written down directly,
// without moving negations or folding constants.
type model struct {
	condition where.Condition
	truth     func(row) where.Truth
}

func lift(b bool) where.Truth {
	if b {
		return where.True
	}
	return where.False
}

// known is a test that is unknown for NULL and for values outside the kind.
func known(field string, test func(where.Value) bool) func(row) where.Truth {
	return func(r row) where.Truth {
		v := r.Value(field)
		if v.IsNull() || v.IsUnknown() {
			return where.Indeterminate
		}
		return lift(test(v))
	}
}

func opposite(truth func(row) where.Truth) func(row) where.Truth {
	return func(r row) where.Truth { return where.True - truth(r) }
}

func both(a, b func(row) where.Truth) func(row) where.Truth {
	return func(r row) where.Truth { return min(a(r), b(r)) }
}

func either(a, b func(row) where.Truth) func(row) where.Truth {
	return func(r row) where.Truth { return max(a(r), b(r)) }
}

// domain holds a few values of each field, so that they often meet.
func domain(tb testing.TB) map[string][]where.Value {
	tb.Helper()
	values := map[string][]any{
		"text": {"", " ", "a", "A", "ab", "é", "z", "%", "a_b", "\U0001F600"}, "folded": {"", "a", "A", "Ab", "aB", "É", "é"},
		"int": {-1, 0, 1, 1 << 62}, "decimal": {amount("-1.5"), amount("0"), amount("1.50"), amount("10")}, "bool": {true, false},
		"time": {now(), now().Add(-time.Hour), now().AddDate(0, -1, 0), now().AddDate(0, -1, -20), time.Unix(-1, 5000)},
	}
	out := map[string][]where.Value{}
	for field, list := range values {
		for _, x := range list {
			out[field] = append(out[field], value(tb, x))
		}
	}
	return out
}

// modelCompare orders two values of one field, by means of its own.
func modelCompare(field string, a, b where.Value) int {
	switch x := a.Any().(type) {
	case int64:
		return big.NewInt(x).Cmp(big.NewInt(b.Int64()))
	case time.Time:
		return x.Compare(b.Time())
	case bool:
		return int(lift(x)) - int(lift(b.Bool()))
	case string:
		if field == "decimal" {
			p, _ := new(big.Rat).SetString(x)
			q, _ := new(big.Rat).SetString(b.Decimal())
			return p.Cmp(q)
		}
		return slices.Compare([]rune(modelFold(field, x)), []rune(modelFold(field, b.Text())))
	}
	panic(field)
}

func modelFold(field, s string) string {
	if field != "folded" {
		return s
	}
	return regexp.MustCompile("[A-Z]").ReplaceAllStringFunc(s, strings.ToLower)
}

func modelLike(s, pattern string) bool {
	var re strings.Builder
	for i, c := range pattern {
		switch {
		case i > 0 && pattern[i-1] == '\\' && !strings.HasSuffix(pattern[:i], `\\`):
			re.WriteString(regexp.QuoteMeta(string(c)))
		case c == '\\':
		case c == '%':
			re.WriteString(".*")
		case c == '_':
			re.WriteString(".")
		default:
			re.WriteString(regexp.QuoteMeta(string(c)))
		}
	}
	return regexp.MustCompile("(?s)^(?:" + re.String() + ")$").MatchString(s)
}

type generator struct {
	*rapid.T

	values map[string][]where.Value
}

func (g generator) field(fields ...string) string {
	if len(fields) == 0 {
		fields = []string{"text", "folded", "int", "decimal", "bool", "time"}
	}
	return rapid.SampledFrom(fields).Draw(g.T, "field")
}

func (g generator) value(field string) where.Value {
	return rapid.SampledFrom(g.values[field]).Draw(g.T, "value")
}

func (g generator) comparison() model {
	n, field := where.New(), g.field("text", "folded", "int", "decimal", "time")
	v := g.value(field)
	test := func(accept func(int) bool) func(row) where.Truth {
		return known(field, func(stored where.Value) bool { return accept(modelCompare(field, stored, v)) })
	}
	equal := test(func(c int) bool { return c == 0 })
	null := func(r row) where.Truth { return lift(r.Value(field).IsNull()) }
	switch rapid.IntRange(0, 7).Draw(g.T, "comparison") {
	case 0:
		return model{n.WhereEquals(field, v), equal}
	case 1:
		return model{n.WhereNotEquals(field, v), opposite(equal)}
	case 2:
		return model{n.WhereLessThan(field, v), test(func(c int) bool { return c < 0 })}
	case 3:
		return model{n.WhereLessOrEquals(field, v), test(func(c int) bool { return c <= 0 })}
	case 4:
		return model{n.WhereGreaterThan(field, v), test(func(c int) bool { return c > 0 })}
	case 5:
		return model{n.WhereGreaterOrEquals(field, v), test(func(c int) bool { return c >= 0 })}
	case 6:
		return model{n.WhereBetween(field, v, v), equal}
	}
	return model{n.WhereEqualsOrNull(field, v), either(equal, func(r row) where.Truth {
		if r.Value(field).IsUnknown() {
			return where.Indeterminate
		}
		return null(r)
	})}
}

func (g generator) test() model {
	n, field := where.New(), g.field()
	unless := func(test func(where.Value) bool) func(row) where.Truth { // unknown only outside the kind
		return func(r row) where.Truth {
			if r.Value(field).IsUnknown() {
				return where.Indeterminate
			}
			return lift(test(r.Value(field)))
		}
	}
	isKnown := func(r row) where.Truth { return lift(r.Value(field).Kind() != 0) }
	null := unless(where.Value.IsNull)
	empty := unless(func(v where.Value) bool { return v.IsNull() || v.Kind() == where.KindText && v.Text() == "" })
	switch rapid.IntRange(0, 7).Draw(g.T, "test") {
	case 0:
		return model{n.WhereNull(field), null}
	case 1:
		return model{n.WhereNotNull(field), opposite(null)}
	case 2:
		return model{n.WhereEmpty(field), empty}
	case 3:
		return model{n.WhereNotEmpty(field), opposite(empty)}
	case 4:
		return model{n.WhereKnown(field), isKnown}
	case 5:
		return model{n.WhereUnknown(field), opposite(isKnown)}
	case 6:
		return model{n.WhereTrue("bool"), known("bool", where.Value.Bool)}
	}
	return model{n.WhereFalse("bool"), known("bool", func(v where.Value) bool { return !v.Bool() })}
}

func (g generator) search() model {
	n, field := where.New(), g.field("text", "folded")
	text := rapid.SampledFrom([]string{"a", "B", "%", "_", "é", "É", " "}).Draw(g.T, "text")
	pattern := rapid.SampledFrom([]string{"a%", "_", "%B", `\%`, `a\_b`, "__", "É%", "_%b", `%\\`}).Draw(g.T, "pattern")
	test := func(f func(s, text string) bool, text string) func(row) where.Truth {
		return known(field, func(v where.Value) bool { return f(modelFold(field, v.Text()), modelFold(field, text)) })
	}
	contains, starts, ends := test(strings.Contains, text), test(strings.HasPrefix, text), test(strings.HasSuffix, text)
	like := test(modelLike, pattern)
	switch rapid.IntRange(0, 7).Draw(g.T, "search") {
	case 0:
		return model{n.WhereContains(field, text), contains}
	case 1:
		return model{n.WhereNotContains(field, text), opposite(contains)}
	case 2:
		return model{n.WhereStartsWith(field, text), starts}
	case 3:
		return model{n.WhereNotStartsWith(field, text), opposite(starts)}
	case 4:
		return model{n.WhereEndsWith(field, text), ends}
	case 5:
		return model{n.WhereNotEndsWith(field, text), opposite(ends)}
	case 6:
		return model{n.WhereLike(field, pattern), like}
	}
	return model{n.WhereNotLike(field, pattern), opposite(like)}
}

func (g generator) list() model {
	n, field := where.New(), g.field()
	list := rapid.SliceOfN(rapid.SampledFrom(g.values[field]), 0, 3).Draw(g.T, "list")
	in := known(field, func(v where.Value) bool {
		return slices.ContainsFunc(list, func(x where.Value) bool { return modelCompare(field, v, x) == 0 })
	})
	switch {
	case len(list) == 0:
		return model{n.WhereIn(field), func(row) where.Truth { return where.False }}
	case rapid.Bool().Draw(g.T, "not"):
		return model{n.WhereNotIn(field, list), opposite(in)}
	}
	return model{n.WhereIn(field, list), in}
}

func (g generator) association(name string, depth int) model {
	n := where.New()
	inner := g.tree(depth-1, name)
	matching := func(r row) []row {
		var out []row
		for _, below := range r.below[name] {
			if inner.truth(below) == where.True {
				out = append(out, below)
			}
		}
		return out
	}
	exists := func(r row) where.Truth { return lift(len(matching(r)) > 0) }
	limit := rapid.Int64Range(0, 3).Draw(g.T, "n")
	switch rapid.IntRange(0, 4).Draw(g.T, "association") {
	case 0:
		return model{n.WhereExists(name, inner.condition), exists}
	case 1:
		return model{n.WhereNotExists(name, inner.condition), opposite(exists)}
	case 2:
		return model{n.WhereCount(name, where.GreaterOrEqual, limit, inner.condition), func(r row) where.Truth {
			return lift(int64(len(matching(r))) >= limit)
		}}
	case 3:
		return model{n.WhereCountDistinct(name, "folded", where.Less, limit, inner.condition), func(r row) where.Truth {
			return lift(distinct(matching(r), "folded", func(v where.Value) string { return modelFold("folded", v.Text()) }) < limit)
		}}
	}
	return model{n.WhereCountMonths(name, "time", where.Equal, limit, inner.condition), func(r row) where.Truth {
		return lift(distinct(matching(r), "time", func(v where.Value) string { return v.Time().Format("2006-01") }) == limit)
	}}
}

func distinct(rows []row, field string, of func(where.Value) string) int64 {
	seen := map[string]bool{}
	for _, r := range rows {
		if v := r.Value(field); v.Kind() != 0 {
			seen[of(v)] = true
		}
	}
	return int64(len(seen))
}

// tree draws a condition on contacts, or on rows of that association.
func (g generator) tree(depth int, of string) model {
	below := map[string]string{"": "rows", "rows": "lines"}[of]
	kind := rapid.IntRange(0, 9).Draw(g.T, "node")
	switch {
	case depth > 0 && kind < 2:
		a, b := g.tree(depth-1, of), g.tree(depth-1, of)
		return model{where.New().Where(a.condition).Where(b.condition), both(a.truth, b.truth)}
	case depth > 0 && kind < 4:
		a, b := g.tree(depth-1, of), g.tree(depth-1, of)
		return model{where.New().Where(a.condition).Or().Where(b.condition), either(a.truth, b.truth)}
	case depth > 0 && kind == 4:
		a := g.tree(depth-1, of)
		return model{where.New().WhereNot(a.condition), opposite(a.truth)}
	case depth > 0 && kind == 5 && below != "":
		return g.association(below, depth)
	case kind == 6:
		return g.test()
	case kind == 7:
		return g.search()
	case kind == 8:
		return g.list()
	}
	return g.comparison()
}

func (g generator) row(below ...string) row {
	r := row{values: map[string]where.Value{}}
	for _, field := range []string{"text", "folded", "int", "decimal", "bool", "time"} {
		choices := slices.Concat(g.values[field], []where.Value{{}, {}, where.Unknown()})
		r.values[field] = rapid.SampledFrom(choices).Draw(g.T, field)
	}
	if len(below) == 0 {
		return r
	}
	r.below = map[string][]row{}
	for range rapid.IntRange(0, 3).Draw(g.T, below[0]) {
		r.below[below[0]] = append(r.below[below[0]], g.row(below[1:]...))
	}
	return r
}

func TestEvaluationIsThreeValuedLogic(t *testing.T) {
	t.Parallel()
	values := domain(t)
	rapid.Check(t, func(t *rapid.T) {
		g := generator{t, values}
		m := g.tree(4, "")
		p, err := m.condition.Resolve(crm())
		if err != nil { // some draws are always true in one term
			require.ErrorContains(t, err, "is always true")
			return
		}
		for range 20 {
			r := g.row("rows", "lines")
			require.Equal(t, m.truth(r) == where.True, p.Eval(r) == where.True, "%s\n%v", m.condition, r)
		}
	})
}

func TestEqualTextsAreEqualConditions(t *testing.T) {
	t.Parallel()
	values := domain(t)
	values["int"] = append(values["int"], value(t, uint(1))) // looks alike, and is of another kind
	rapid.Check(t, func(t *rapid.T) {
		g := generator{t, values}
		texts, forms := map[string]string{}, map[string]string{}
		for range 30 {
			c := g.tree(2, "").condition
			data, err := json.Marshal(c)
			require.NoError(t, err)
			if known, ok := texts[c.String()]; ok {
				require.Equal(t, known, string(data), c.String())
			}
			if known, ok := forms[string(data)]; ok {
				require.Equal(t, known, c.String())
			}
			texts[c.String()], forms[string(data)] = string(data), c.String()

			var back where.Condition
			require.NoError(t, json.Unmarshal(data, &back))
			require.Equal(t, c.String(), back.String())
		}
	})
}
