package where_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/contactsweep/contactsweep/where"
)

// people is a catalog of three levels.
func people() table {
	text := where.Field{Kind: where.KindText}
	lines := table{fields: map[string]where.Field{"product": text}}
	orders := table{fields: map[string]where.Field{"placed": text}, below: map[string]table{"order lines": lines}}
	return table{fields: map[string]where.Field{"email": text, "created": text, "ip": text}, below: map[string]table{"orders": orders}}
}

func TestUnknownNames(t *testing.T) {
	t.Parallel()
	n := where.New()
	const fields, association = "; there are created, email, ip", "there is no association "
	for name, tt := range map[string]struct {
		condition where.Condition
		want      string
	}{
		"letters exchanged":         {n.WhereNull("emial"), "there is no field emial" + fields + "; did you mean email?"},
		"another case":              {n.WhereNull("EMAIL"), "there is no field EMAIL" + fields + "; did you mean email?"},
		"the column":                {n.WhereNull("created_at"), "there is no field created_at" + fields + "; did you mean created?"},
		"nothing like it":           {n.WhereNull("telephone"), "there is no field telephone" + fields},
		"all letters replaced":      {n.WhereNull("xy"), "there is no field xy" + fields},
		"a name that is very long":  {n.WhereNull(strings.Repeat("email", 20)), "email" + fields},
		"an association":            {n.WhereExists("order"), association + "order; there are orders; did you mean orders?"},
		"a misspelling below":       {n.WhereExists("orders", n.WhereNull("place")), "there is no field place; there are placed; did you mean placed?"},
		"an association below":      {n.WhereExists("order lines"), association + `"order lines"; there are orders; it is below orders: WhereExists("orders", where.New().WhereExists("order lines"))`},
		"an association further up": {n.WhereExists("orders", n.WhereExists("orders")), association + "orders; there are order lines"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			err := tt.condition.Validate(people())
			require.ErrorIs(t, err, where.ErrInvalid)
			require.True(t, strings.HasSuffix(err.Error(), tt.want), err.Error())
		})
	}
}

func TestOneUnknownNameIsOneMistake(t *testing.T) {
	t.Parallel()
	recent := where.New().WhereEquals("made", "x").Or().WhereUnknown("made")
	err := where.New().WhereExists("orders", recent).WhereNotExists("orders", recent).WhereNull("made").Validate(people())

	var list *where.InvalidError
	require.ErrorAs(t, err, &list)
	require.Len(t, list.Terms, 2, "one of the contacts' and one of the orders': %v", err)
}

// hinting is a catalog that knows what a name may be about.
type hinting struct{ table }

func (hinting) Hint(name string) string {
	if name == "made" {
		return "is what a ready condition reads"
	}
	return ""
}

func TestHints(t *testing.T) {
	t.Parallel()
	require.ErrorContains(t, where.New().WhereNull("made").Validate(hinting{people()}), "; made is what a ready condition reads")
	err := where.New().WhereNull("telephone").Validate(hinting{people()})
	require.EqualError(t, err, "where: invalid condition: telephone IS NULL: there is no field telephone; there are created, email, ip")
}

func TestIntegersAreDecimals(t *testing.T) {
	t.Parallel()
	for _, x := range []any{5, int8(5), uint64(5), "5.00"} {
		require.Equal(t, where.True, truthOf(t, where.New().WhereEquals("decimal", x), "decimal", valueAs(t, "5", where.KindDecimal)), x)
	}
	require.Equal(t, "18446744073709551615", valueAs(t, ^uint64(0), where.KindDecimal).Decimal())
	require.Equal(t, "-9223372036854775808", valueAs(t, int64(-1)<<63, where.KindDecimal).Decimal())
	require.ErrorContains(t, where.New().WhereLessThan("decimal", 5.0).Validate(crm()), "the field is decimal and the value is float64")
	require.ErrorContains(t, where.New().WhereEquals("int", "5").Validate(crm()), "pass an integer", "not the other way round")
}
