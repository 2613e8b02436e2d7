package contacts_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/where"
)

// shop has orders, with lines below them, and notes.
func shop() contacts.Schema {
	id := contacts.Int64("id").NotNull()
	return contacts.Schema{
		Table: "people", Key: []string{"id"}, Fields: []contacts.Field{id, contacts.Int64("badge"), contacts.Text("email")},
		Associations: []contacts.Association{
			{
				Name: "orders", Table: "orders", Key: []string{"id"}, Action: contacts.Delete, Cascaded: true,
				Fields:     []contacts.Field{id, contacts.Int64("buyer"), contacts.Int64("seller"), contacts.Text("mail"), contacts.Bool("paid")},
				References: []contacts.Reference{{Fields: []string{"buyer"}}},
				Associations: []contacts.Association{{
					Name: "lines", Table: "lines", Action: contacts.Delete, Cascaded: true,
					Fields: []contacts.Field{contacts.Int64("of")}, References: []contacts.Reference{{Fields: []string{"of"}}},
				}},
			},
			{
				Name: "claims", Table: "orders", Action: contacts.Restrict,
				Fields:     []contacts.Field{contacts.Int64("seller"), contacts.Bool("paid")},
				References: []contacts.Reference{{Fields: []string{"seller"}}}, Where: where.New().WhereFalse("paid"),
			},
		},
	}
}

func TestWhatADatabaseCannotCascade(t *testing.T) {
	t.Parallel()
	type A = contacts.Association
	const orders, reference = `association "orders": `, `association "orders", reference 1: `
	sold := func(action contacts.Action) func(*contacts.Schema, *A) {
		return func(s *contacts.Schema, a *A) {
			s.Associations = append(s.Associations, A{
				Name: "sold", Table: "orders", Action: action, Key: a.Key, Fields: a.Fields, References: []contacts.Reference{{Fields: []string{"seller"}}},
			})
		}
	}
	for _, tt := range []struct {
		name    string
		change  func(*contacts.Schema, *A)
		message string // empty: valid
	}{
		{"as it is", func(*contacts.Schema, *A) {}, ""},
		{"by another field", func(_ *contacts.Schema, a *A) { a.References[0].To = []string{"badge"} }, ""},
		{"below rows that are deleted explicitly", func(_ *contacts.Schema, a *A) { a.Cascaded = false }, ""},
		{"beside one that keeps", sold(contacts.Keep), ""},
		{"beside one that is only read", sold(contacts.ReadOnly), ""},
		{"another action", func(_ *contacts.Schema, a *A) { a.Action, a.Associations = contacts.Detach, nil }, orders + "Cascaded has no effect on detach; it is for Delete"},
		{"a condition", func(_ *contacts.Schema, a *A) { a.Where = where.New().WhereTrue("paid") }, orders + "Cascaded with a Where"},
		{"constants", func(_ *contacts.Schema, a *A) { a.References[0].Constants = map[string]any{"mail": "x"} }, reference + "Cascaded with constants"},
		{
			"two references", func(_ *contacts.Schema, a *A) {
				a.References = append(a.References, contacts.Reference{Fields: []string{"seller"}})
			}, orders + "Cascaded with 2 references",
		},
		{
			"a text that may be empty", func(_ *contacts.Schema, a *A) {
				a.References[0] = contacts.Reference{Fields: []string{"mail"}, To: []string{"email"}}
			}, reference + `Cascaded by field "mail", in which the empty text refers to nothing here`,
		},
		{
			"a field without case", func(s *contacts.Schema, a *A) {
				a.References[0] = contacts.Reference{Fields: []string{"mail"}, To: []string{"email"}}
				s.Fields[2] = s.Fields[2].FoldCase()
			}, reference + `Cascaded by field "mail", which is compared without the case of letters`,
		},
		{"beside one that deletes", sold(contacts.Delete), orders + `Cascaded, but association "sold" would delete rows of the same table, and which of the two did could not be told; leave Cascaded out`},
		{"beside one that detaches", sold(contacts.Detach), orders + `Cascaded, but association "sold" would detach rows of the same table`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := shop()
			tt.change(&s, &s.Associations[0])
			err := s.Validate()
			if tt.message == "" {
				require.NoError(t, err)
				return
			}
			require.ErrorIs(t, err, contacts.ErrInvalidSchema)
			require.ErrorContains(t, err, tt.message)
		})
	}
}

func TestSetCascaded(t *testing.T) {
	t.Parallel()
	plain := shop()
	plain.Associations[0].Cascaded, plain.Associations[0].Associations[0].Cascaded = false, false
	out, err := plain.Edit(contacts.SetCascaded("orders", "lines"))
	require.NoError(t, err)
	require.Equal(t, shop(), out)
	require.NotEqual(t, plain.Fingerprint(), out.Fingerprint())

	_, err = plain.Edit(contacts.SetCascaded("order", "lines", "line"))
	require.EqualError(t, err, "contacts: edit 1: there is no association \"order\"\nthere is no association \"line\"")

	kept, err := out.Edit(contacts.SetAction("orders", contacts.Keep))
	require.NoError(t, err)
	require.NoError(t, kept.Validate(), "another action has no use for it, nor have the rows below")
	require.False(t, kept.Associations[0].Cascaded)
	require.False(t, kept.Associations[0].Associations[0].Cascaded)
}
