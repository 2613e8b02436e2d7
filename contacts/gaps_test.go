package contacts_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/where"
)

// holds is an association of legal holds.
func holds(name string, action contacts.Action, which where.Condition) contacts.Association {
	return contacts.Association{
		Name: name, Table: "holds", Action: action, Where: which, Key: []string{"id"},
		Fields: []contacts.Field{
			contacts.Int64("id"), contacts.Int64("person"), contacts.Int64("by"), contacts.Time("released"), contacts.Text("type"),
		},
		References: []contacts.Reference{{Fields: []string{"person"}}},
	}
}

func typed(a contacts.Association, value string) contacts.Association {
	a.References = []contacts.Reference{{Fields: []string{"person"}, Constants: map[string]any{"type": value}}}
	return a
}

func byToo(a contacts.Association) contacts.Association {
	a.References = append(a.References, contacts.Reference{Fields: []string{"by"}})
	return a
}

func withPages(a contacts.Association, name string) contacts.Association {
	a.Associations = []contacts.Association{{
		Name: name, Table: "pages", Action: contacts.Delete,
		Fields:     []contacts.Field{contacts.Int64("of")},
		References: []contacts.Reference{{Fields: []string{"of"}}},
	}}
	return a
}

func TestGaps(t *testing.T) {
	t.Parallel()
	const column, constants = "person", "only constants"
	all, open := where.Condition{}, where.New().WhereNull("released")
	released, unknown, known := where.New().WhereNotNull("released"), where.New().WhereUnknown("released"), where.New().WhereKnown("released")
	type A = contacts.Association
	for name, tc := range map[string]struct {
		associations []A
		want         []string // table, columns and associations, and whether it is one of constants
	}{
		"all rows":                     {[]A{holds("a", contacts.Delete, all)}, nil},
		"some rows restrict":           {[]A{holds("a", contacts.Restrict, open)}, []string{"holds", column, "a"}},
		"some rows are deleted":        {[]A{holds("a", contacts.Delete, open)}, []string{"holds", column, "a"}},
		"some rows are detached":       {[]A{holds("a", contacts.Detach, open)}, []string{"holds", column, "a"}},
		"some rows are kept":           {[]A{holds("a", contacts.Keep, open)}, []string{"holds", column, "a"}},
		"some rows are read":           {[]A{holds("a", contacts.ReadOnly, open)}, nil},
		"the others are deleted":       {[]A{holds("a", contacts.Restrict, open), holds("b", contacts.Delete, all)}, nil},
		"the others are kept":          {[]A{holds("a", contacts.Delete, open), holds("b", contacts.Keep, all)}, nil},
		"the others are only read":     {[]A{holds("a", contacts.Delete, open), holds("b", contacts.ReadOnly, all)}, []string{"holds", column, "a"}},
		"values that are neither":      {[]A{holds("a", contacts.Restrict, open), holds("b", contacts.Delete, released)}, []string{"holds", column, "a", "b"}},
		"known and unknown values":     {[]A{holds("a", contacts.Restrict, unknown), holds("b", contacts.Delete, known)}, nil},
		"unknown values of two fields": {[]A{holds("a", contacts.Restrict, unknown), holds("b", contacts.Delete, where.New().WhereKnown("type"))}, []string{"holds", column, "a", "b"}},
		"another reference": {
			[]A{byToo(holds("a", contacts.Restrict, open)), holds("b", contacts.Delete, all)},
			[]string{"holds", "by", "a"},
		},
		"constants":                 {[]A{typed(holds("a", contacts.Delete, all), "x")}, []string{"holds", column, "a", constants}},
		"constants and all":         {[]A{typed(holds("a", contacts.Delete, all), "x"), holds("b", contacts.Keep, all)}, nil},
		"constants and a condition": {[]A{typed(holds("a", contacts.Delete, open), "x")}, []string{"holds", column, "a"}},
		"constants, all of them":    {[]A{typed(holds("a", contacts.Restrict, open), "x"), typed(holds("b", contacts.Delete, all), "x")}, []string{"holds", column, "a", "b", constants}},
		"other constants":           {[]A{typed(holds("a", contacts.Restrict, open), "x"), typed(holds("b", contacts.Delete, all), "y")}, []string{"holds", column, "a", "b"}},
		"below one of two": {
			[]A{withPages(holds("a", contacts.Delete, open), "pages"), holds("b", contacts.Delete, all)},
			[]string{"pages", "of", "pages"},
		},
		"below both": {
			[]A{withPages(holds("a", contacts.Delete, open), "pages"), withPages(holds("b", contacts.Delete, all), "pages of b")}, nil,
		},
		"below the one with all rows": {
			[]A{holds("a", contacts.Delete, open), withPages(holds("b", contacts.Delete, all), "pages")}, nil,
		},
		"below the one with fewer references": {
			[]A{withPages(holds("a", contacts.Delete, all), "pages"), byToo(holds("b", contacts.Delete, all))},
			[]string{"pages", "of", "pages"},
		},
		"below the one with more references": {
			[]A{withPages(byToo(holds("a", contacts.Delete, all)), "pages"), holds("b", contacts.Delete, all)}, nil,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := contacts.Schema{
				Table: "people", Key: []string{"id"}, Fields: []contacts.Field{contacts.Int64("id")}, Associations: tc.associations,
			}
			require.NoError(t, s.Validate())
			var got []string
			for _, g := range s.Gaps() {
				got = append(append(append(got, g.Table), g.Columns...), g.Associations...)
				if g.Constants {
					got = append(got, constants)
				}
			}
			require.Equal(t, tc.want, got)
		})
	}
}

func TestTheDefaultSchemaHasNoGaps(t *testing.T) {
	t.Parallel()
	require.Empty(t, contacts.DefaultSchema().Gaps())
}
