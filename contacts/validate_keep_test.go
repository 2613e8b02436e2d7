package contacts_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/where"
)

// beside returns a schema with two associations of the table orders.
func beside(first, second contacts.Action, change ...func(first, second *contacts.Association)) contacts.Schema {
	fields := []contacts.Field{contacts.Int64("buyer"), contacts.Int64("seller"), contacts.Bool("paid"), contacts.Text("type")}
	a := contacts.Association{
		Name: "first", Table: "orders", Action: first, Fields: fields, References: []contacts.Reference{{Fields: []string{"buyer"}}},
	}
	b := a
	b.Name, b.Action, b.References = "second", second, []contacts.Reference{{Fields: []string{"buyer"}}}
	for _, c := range change {
		c(&a, &b)
	}
	return contacts.Schema{
		Table: "people", Key: []string{"id"}, Fields: []contacts.Field{contacts.Int64("id")}, Associations: []contacts.Association{a, b},
	}
}

// TestKeepIsNotOverruled: Keep beside what changes rows of the same table and
// reference must speak of other rows.
func TestKeepIsNotOverruled(t *testing.T) {
	t.Parallel()
	type A = contacts.Association
	paid, unpaid := where.New().WhereTrue("paid"), where.New().WhereFalse("paid")
	constant := func(a *A, value string) { a.References[0].Constants = map[string]any{"type": value} }
	for name, schema := range map[string]contacts.Schema{
		"delete all and keep some":  beside(contacts.Delete, contacts.Keep, func(_, b *A) { b.Where = paid }),
		"keep some and delete all":  beside(contacts.Keep, contacts.Delete, func(a, _ *A) { a.Where = paid }),
		"delete all and keep all":   beside(contacts.Delete, contacts.Keep),
		"delete some and keep some": beside(contacts.Delete, contacts.Keep, func(a, b *A) { a.Where, b.Where = unpaid, paid }),
		"detach all and keep some":  beside(contacts.Detach, contacts.Keep, func(_, b *A) { b.Where = paid }),
		"one of two references": beside(contacts.Delete, contacts.Keep, func(a, b *A) {
			a.References = append(a.References, contacts.Reference{Fields: []string{"seller"}})
			b.Where = paid
		}),
		"a constant of one of them":    beside(contacts.Delete, contacts.Keep, func(a, b *A) { constant(a, "x"); b.Where = paid }),
		"the same constant":            beside(contacts.Delete, contacts.Keep, func(a, b *A) { constant(a, "x"); constant(b, "x") }),
		"another constant and a Where": beside(contacts.Delete, contacts.Keep, func(a, b *A) { a.Where = paid; constant(b, "x") }),
		"the same key, named in To":    beside(contacts.Delete, contacts.Keep, func(_, b *A) { b.References[0].To = []string{"id"} }),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			err := schema.Validate()
			require.ErrorIs(t, err, contacts.ErrInvalidSchema)
			require.ErrorContains(t, err, "nevertheless; give that one a Where, and this one none, to keep the rows that it leaves")
		})
	}
	for name, schema := range map[string]contacts.Schema{
		"delete some and keep the others": beside(contacts.Delete, contacts.Keep, func(a, _ *A) { a.Where = unpaid }),
		"detach some and keep the others": beside(contacts.Keep, contacts.Detach, func(_, b *A) { b.Where = unpaid }),
		"delete those of a constant":      beside(contacts.Delete, contacts.Keep, func(a, _ *A) { constant(a, "x") }),
		"delete some of a constant":       beside(contacts.Delete, contacts.Keep, func(a, b *A) { a.Where = paid; constant(a, "x"); constant(b, "x") }),
		"another reference":               beside(contacts.Delete, contacts.Keep, func(_, b *A) { b.References[0].Fields = []string{"seller"} }),
		"another constant":                beside(contacts.Delete, contacts.Keep, func(a, b *A) { constant(a, "x"); constant(b, "y"); b.Where = paid }),
		"another table":                   beside(contacts.Delete, contacts.Keep, func(_, b *A) { b.Table = "invoices" }),
		"keep and keep":                   beside(contacts.Keep, contacts.Keep, func(_, b *A) { b.Where = paid }),
		"keep and restrict":               beside(contacts.Keep, contacts.Restrict, func(_, b *A) { b.Where = paid }),
		"keep and only read":              beside(contacts.Keep, contacts.ReadOnly),
		"delete and restrict":             beside(contacts.Delete, contacts.Restrict, func(_, b *A) { b.Where = unpaid }),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			require.NoError(t, schema.Validate())
		})
	}
}

// TestKeepBelowRowsIsComparedAtItsPlace: rows below different associations of
// one table are not the same.
func TestKeepBelowRowsIsComparedAtItsPlace(t *testing.T) {
	t.Parallel()
	lines := func(name string, action contacts.Action) contacts.Association {
		return contacts.Association{
			Name: name, Table: "lines", Action: action, Fields: []contacts.Field{contacts.Int64("order")}, References: []contacts.Reference{{Fields: []string{"order"}}},
		}
	}
	schema := func(below, besides []contacts.Association) contacts.Schema {
		return beside(contacts.Delete, contacts.Delete, func(a, b *contacts.Association) {
			a.Key, b.Key = []string{"buyer"}, []string{"buyer"}
			a.Associations, b.Associations = below, besides
		})
	}
	of := func(a ...contacts.Association) []contacts.Association { return a }
	require.NoError(t, schema(of(lines("gone", contacts.Delete)), of(lines("stay", contacts.Keep))).Validate())
	require.ErrorContains(t, schema(of(lines("gone", contacts.Delete), lines("stay", contacts.Keep)), nil).Validate(),
		`association "stay": its rows may be those of association "gone", which would delete them nevertheless`)
}
