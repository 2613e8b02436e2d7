package where_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/contactsweep/contactsweep/where"
)

// wide is a condition of n terms joined by OR, and so of n+1 nodes.
func wide(n int, field string) where.Condition {
	c := where.New().WhereEquals(field, "0")
	for range n - 1 {
		c = c.Or().WhereEquals(field, "1")
	}
	return c
}

func TestAllLimitsEachOfItsPartsOnItsOwn(t *testing.T) {
	t.Parallel()
	const most = 499
	part, other := wide(most, "text"), wide(most, "folded").Where(where.New().WhereNull("int"))
	require.NoError(t, part.Validate(crm()))
	require.ErrorContains(t, other.Validate(crm()), "more than 500 terms")
	other = wide(most, "folded")
	several := []where.Condition{part, other, where.New().WhereLessThan("time", where.Ago(time.Hour))}
	ok := map[string]where.Condition{
		"two parts":             where.All(part, other),
		"All of All":            where.All(where.All(part, other), part),
		"Everything beside":     where.All(where.Everything(), part, other),
		"frozen":                where.All(several...).Freeze(now()),
		"sixteen parts":         where.All(repeat(part, 16)...),
		"many parts of no size": where.All(repeat(where.New().WhereNull("int"), 400)...),
	}
	for name, c := range ok {
		p, err := c.Resolve(crm())
		require.NoError(t, err, name)
		require.NotNil(t, p.Root(), name)
	}
	bad := map[string]where.Condition{
		"a part too large":     where.All(part, wide(most+1, "text")),
		"a part of two parts":  where.New().Where(where.All(part, other)),
		"negated":              where.New().WhereNot(where.All(part, other)),
		"a term more":          where.All(part, other).WhereNull("int"),
		"or a term":            where.All(part, other).Or().WhereNull("int"),
		"a part of such parts": where.All(part, where.New().Where(where.All(part, other))),
		"of rows":              where.New().WhereExists("rows", where.All(part, other)),
		"too many parts":       where.All(repeat(part, 17)...),
	}
	for name, c := range bad {
		require.ErrorContains(t, c.Validate(crm()), "more than 500 terms", name)
	}
	_, err := json.Marshal(ok["two parts"])
	require.ErrorContains(t, err, "more than 500 terms", "what could not be read again is not written")
}

func repeat(c where.Condition, n int) []where.Condition {
	out := make([]where.Condition, n)
	for i := range out {
		out[i] = c
	}
	return out
}

func TestPartsStayApart(t *testing.T) {
	t.Parallel()
	long := where.New()
	for range 400 {
		long = long.WhereNotNull("int")
	}
	p, err := where.All(long, long, long).Resolve(crm())
	require.NoError(t, err)
	and, ok := p.Root().(where.And)
	require.True(t, ok)
	require.Len(t, and.Terms, 3, "an AND of 1,200 terms would be too deep for SQLite")
	require.Equal(t, where.True, p.Eval(row{values: map[string]where.Value{"int": value(t, int64(1))}}))
	require.Equal(t, where.False, p.Eval(row{}))
}

func TestPartsAreJoinedLikeTerms(t *testing.T) {
	t.Parallel()
	null, known := where.New().WhereNull("int"), where.New().WhereNotNull("int")
	p, err := where.All(null, where.NoResults()).Resolve(crm())
	require.NoError(t, err)
	require.Equal(t, where.Constant{}, p.Root())
	for _, bad := range []where.Condition{
		where.All(null, null.Or()), where.All(null, null).Or(), where.All(null.Or(), null), where.All(where.All(null, null).Or(), null),
	} {
		require.ErrorContains(t, bad.Freeze(now()).Validate(crm()), "And or Or without a term on both sides")
	}
	require.ErrorContains(t, where.All(null, where.New().Where(where.Everything()).WhereNull("int")).Validate(crm()), "cannot be combined")
	require.Equal(t, "((int IS NULL AND int IS NOT NULL) OR int IS NULL)", where.All(null, known).Or().Where(null).String())
	require.Equal(t, "(int IS NULL AND int IS NOT NULL AND int IS NULL)", where.All(null, known).Where(null).String())
	shared := where.All(null, known)
	require.Equal(t, "(int IS NULL AND int IS NOT NULL AND int IS NULL)", where.All(shared, null).String())
	require.Equal(t, "(int IS NULL AND int IS NOT NULL AND int IS NOT NULL)", where.All(shared, known).String(), "neither touches the other")
	require.Equal(t, "(int IS NULL AND int IS NOT NULL)", shared.String())
}

// TestWhatIsTooLargeCostsNothing uses conditions that would take minutes, and
// all memory, if anything visited them whole.
func TestWhatIsTooLargeCostsNothing(t *testing.T) {
	t.Parallel()
	deep, doubled := where.New().WhereNull("int"), where.New().WhereLessThan("time", where.Ago(time.Hour))
	for range 200_000 {
		deep = where.New().WhereNot(deep)
	}
	for range 100 {
		doubled = where.New().Where(doubled).Or().Where(doubled)
	}
	for name, c := range map[string]where.Condition{
		"deep": deep, "shared": doubled, "a part": where.All(deep, doubled), "a pending one": doubled.Or(), "of rows": where.New().WhereExists("rows", doubled),
	} {
		require.ErrorContains(t, c.Validate(crm()), "more than 500 terms", name)
		_, err := c.Freeze(now()).Resolve(crm())
		require.ErrorContains(t, err, "more than 500 terms", name)
		_, err = json.Marshal(c)
		require.ErrorContains(t, err, "more than 500 terms", name)
		require.Equal(t, "(more than 500 terms, or brackets deeper than 50)", c.Redacted(), name)
		require.Equal(t, c.Redacted(), c.String(), name)
		require.Equal(t, c.Redacted(), c.LogValue().String(), name)
	}
}

func TestJSONThatIsTooLargeIsRefused(t *testing.T) {
	t.Parallel()
	for _, where1 := range []string{
		strings.Repeat(`{"op":"not","terms":[`, 60) + `{"op":"nothing"}` + strings.Repeat(`]}`, 60),
		`{"op":"or","terms":[` + strings.Repeat(`{"op":"null","field":"a"},`, 500) + `{"op":"nothing"}]}`,
	} {
		var c where.Condition
		require.ErrorContains(t, json.Unmarshal([]byte(`{"version":1,"where":`+where1+`}`), &c), "more than 500 terms")
		require.True(t, c.IsZero())
	}
}
