package where_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/contactsweep/contactsweep/where"
)

func TestRequiresSaysWhichFieldsMustHaveAValue(t *testing.T) {
	t.Parallel()
	w := where.New
	for name, tt := range map[string]struct {
		condition where.Condition
		want      bool
	}{
		"a comparison":                   {w().WhereEquals("score", 1), true},
		"a negated comparison":           {w().WhereNot(w().WhereEquals("score", 1)), true},
		"a range":                        {w().WhereBetween("score", 1, 2), true},
		"a list":                         {w().WhereIn("score", 1, 2), true},
		"a negated list":                 {w().WhereNotIn("score", 1, 2), true},
		"a list of nothing":              {w().WhereIn("score"), true},
		"nothing at all":                 {where.NoResults(), true},
		"NOT NULL":                       {w().WhereNotNull("score"), true},
		"known":                          {w().WhereKnown("score"), true},
		"one term of an AND":             {w().WhereEquals("name", "a").And().WhereLessThan("score", 1), true},
		"all terms of an OR":             {w().WhereLessThan("score", 1).Or().WhereGreaterThan("score", 5).And().WhereEquals("name", "a"), true},
		"all conditions joined":          {where.All(w().WhereEquals("name", "a"), w().WhereKnown("score")), true},
		"another field":                  {w().WhereEquals("name", "a"), false},
		"NULL":                           {w().WhereNull("score"), false},
		"unknown":                        {w().WhereUnknown("score"), false},
		"a comparison, or NULL":          {w().WhereEqualsOrNull("score", 1), false},
		"only one term of an OR":         {w().WhereEquals("score", 1).Or().WhereEquals("name", "a"), false},
		"a negated AND":                  {w().WhereNot(w().WhereEquals("score", 1).WhereEquals("name", "a")), false},
		"everything":                     {where.Everything(), false},
		"rows that have such a field":    {w().WhereExists("orders", w().WhereEquals("score", 1)), false},
		"no rows that have such a field": {w().WhereNotExists("orders", w().WhereEquals("score", 1)), false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p, err := tt.condition.Resolve(requiring{"score": where.KindInt64, "name": where.KindText})
			require.NoError(t, err)
			require.Equal(t, tt.want, p.Requires("score"))
		})
	}
	require.True(t, where.Predicate{}.Requires("score"), "the zero predicate matches nothing")
}

// requiring has fields of these kinds, and so have the rows of its associations.
type requiring map[string]where.Kind

func (c requiring) Field(name string) (where.Field, bool) {
	k, ok := c[name]
	return where.Field{Kind: k}, ok
}

func (requiring) Key() []string { return nil }

func (requiring) Names() (fields, associations []string) { return nil, nil }

func (c requiring) Association(string) (where.Catalog, bool) { return c, true }
