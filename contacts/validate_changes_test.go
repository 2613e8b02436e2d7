package contacts_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/contactsweep/contactsweep/contacts"
)

// shifts has people of tenants, and shifts that several of them share.
func shifts(refs ...contacts.Reference) contacts.Schema {
	return contacts.Schema{
		Table: "people", Key: []string{"tenant", "id"},
		Fields: []contacts.Field{contacts.Text("tenant").NotNull(), contacts.Int64("id").NotNull(), contacts.Int64("boss"), contacts.Int64("badge")},
		Associations: []contacts.Association{{
			Name: "shifts", Table: "shifts", Action: contacts.Detach, Key: []string{"id"}, Fields: shiftFields(), References: refs,
		}},
	}
}

func shiftFields() []contacts.Field {
	return []contacts.Field{
		contacts.Int64("id").NotNull(), contacts.Text("tenant"), contacts.Int64("owner"), contacts.Int64("assignee"),
		contacts.Text("type"), contacts.Text("kind").FoldCase(), contacts.Int64("ref"),
	}
}

func to(setNull []string, fields ...string) contacts.Reference {
	return contacts.Reference{Fields: fields, SetNull: setNull}
}

func ofTypeA() contacts.Reference {
	return contacts.Reference{Fields: []string{"ref"}, To: []string{"badge"}, Constants: map[string]any{"type": "a"}}
}

func TestDetachingMustNotTakeAwayWhatAnotherReferenceNeeds(t *testing.T) {
	t.Parallel()
	type S = contacts.Schema
	owner, assignee := []string{"owner"}, []string{"assignee"}
	byOwner, byAssignee := to(owner, "tenant", "owner"), to(assignee, "tenant", "assignee")
	more := func(action contacts.Action, ref contacts.Reference) func(*S) {
		return func(s *S) {
			s.Associations = append(s.Associations, contacts.Association{
				Name: "more", Table: "shifts", Action: action, Key: []string{"id"}, Fields: shiftFields(), References: []contacts.Reference{ref},
			})
		}
	}
	none := func(*S) {}
	const first = `association "shifts", reference 1: detaching sets field "tenant" to NULL, which association `
	const advice = ` needs too; name the other fields in SetNull`
	for _, tt := range []struct {
		name    string
		refs    []contacts.Reference
		change  func(*S)
		message string // empty: valid
	}{
		{"two references with a tenant", []contacts.Reference{to(nil, "tenant", "owner"), to(nil, "tenant", "assignee")}, none, first + `"shifts", reference 2` + advice},
		{"only the second has the tenant alone", []contacts.Reference{to(nil, "tenant", "owner"), byAssignee}, none, first + `"shifts", reference 2` + advice},
		{"each its own field", []contacts.Reference{byOwner, byAssignee}, none, ""},
		{"one reference alone", []contacts.Reference{to(nil, "tenant", "owner")}, none, ""},
		{"another association deletes", []contacts.Reference{to(nil, "tenant", "owner")}, more(contacts.Delete, byAssignee), first + `"more", reference 1` + advice},
		{"another association restricts", []contacts.Reference{to(nil, "tenant", "owner")}, more(contacts.Restrict, byAssignee), first + `"more", reference 1` + advice},
		{"another association keeps", []contacts.Reference{to(nil, "tenant", "owner")}, more(contacts.Keep, byAssignee), first + `"more", reference 1` + advice},
		{"another association only reads", []contacts.Reference{to(nil, "tenant", "owner")}, more(contacts.ReadOnly, byAssignee), ""},
		{"another association refers to the same contact", []contacts.Reference{to(nil, "tenant", "owner")}, more(contacts.Delete, to(nil, "tenant", "owner")), ""},
		{"the same contact, in another order", []contacts.Reference{to(nil, "tenant", "owner")}, more(contacts.Delete, contacts.Reference{
			Fields: []string{"owner", "tenant"}, To: []string{"id", "tenant"},
		}), ""},
		{"the same fields to another target", []contacts.Reference{to(nil, "tenant", "owner")}, more(contacts.Delete, contacts.Reference{
			Fields: []string{"tenant", "owner"}, To: []string{"tenant", "badge"},
		}), first + `"more", reference 1` + advice},
		{"a constant of another", []contacts.Reference{to(nil, "tenant", "owner")}, more(contacts.Delete, contacts.Reference{
			Fields: []string{"ref"}, To: []string{"badge"}, Constants: map[string]any{"tenant": "a"},
		}), first + `"more", reference 1` + advice},
		{"another column name", []contacts.Reference{to(nil, "tenant", "owner")}, func(s *S) {
			more(contacts.Delete, contacts.Reference{Fields: []string{"t", "assignee"}})(s)
			s.Associations[1].Fields[1] = contacts.Text("t").In("tenant")
		}, first + `"more", reference 1` + advice},
		{"rows below", []contacts.Reference{byOwner}, func(s *S) {
			s.Associations = append(s.Associations, contacts.Association{
				Name: "sites", Table: "sites", Action: contacts.Delete, Key: []string{"owner"}, Fields: shiftFields(), References: []contacts.Reference{byAssignee},
				Associations: []contacts.Association{{Name: "below", Table: "shifts", Action: contacts.Restrict, Fields: shiftFields(), References: []contacts.Reference{{Fields: []string{"owner"}}}}},
			})
		}, `association "shifts", reference 1: detaching sets field "owner" to NULL, which association "below", reference 1 needs too`},
		{"constants that exclude each other", []contacts.Reference{ofTypeA(), {Fields: []string{"ref"}, To: []string{"id"}, Constants: map[string]any{"type": "b"}}}, none, ""},
		{"constants that differ in case only", []contacts.Reference{ofTypeA(), {Fields: []string{"ref"}, To: []string{"id"}, Constants: map[string]any{"type": "A"}}}, none, ""},
		{"equal constants", []contacts.Reference{ofTypeA(), {Fields: []string{"ref"}, To: []string{"id"}, Constants: map[string]any{"type": "a"}}}, none, `field "ref" to NULL`},
		{"constants that are equal when folded", []contacts.Reference{
			{Fields: []string{"ref"}, To: []string{"badge"}, Constants: map[string]any{"kind": "a"}},
			{Fields: []string{"ref"}, To: []string{"id"}, Constants: map[string]any{"kind": "A"}},
		}, none, `field "ref" to NULL`},
		{"different constants in different fields", []contacts.Reference{ofTypeA(), {Fields: []string{"ref"}, To: []string{"id"}, Constants: map[string]any{"kind": "b"}}}, none, `field "ref" to NULL`},
		{"a field that others refer to", []contacts.Reference{byOwner}, func(s *S) {
			s.Associations = append(s.Associations, contacts.Association{
				Name: "reports", Table: "people", Action: contacts.Detach, References: []contacts.Reference{{Fields: []string{"boss"}, To: []string{"badge"}}},
			})
			more(contacts.Restrict, contacts.Reference{Fields: []string{"ref"}, To: []string{"boss"}})(s)
		}, `association "reports", reference 1: detaching sets field "boss" to NULL, which association "more", reference 1 needs too`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := shifts(tt.refs...)
			tt.change(&s)
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

func TestColumnsAreSpeltInOneWay(t *testing.T) {
	t.Parallel()
	s := shifts(to([]string{"owner"}, "tenant", "owner"))
	s.Associations[0].Fields = append(s.Associations[0].Fields, contacts.Int64("again").In("OWNER"))
	require.ErrorContains(t, s.Validate(), `association "shifts", field "again": column "OWNER" of table "shifts" may be "owner"; spell a column in one way everywhere`)

	s = shifts(to([]string{"owner"}, "tenant", "owner"))
	s.Associations = append(s.Associations, contacts.Association{
		Name: "read", Table: "shifts", Action: contacts.ReadOnly, Fields: []contacts.Field{contacts.Int64("assignee"), contacts.Int64("who").In("Owner")},
		References: []contacts.Reference{{Fields: []string{"assignee"}, To: []string{"id"}}},
	})
	require.ErrorContains(t, s.Validate(), `association "read", field "who": column "Owner" of table "shifts" may be "owner"`)

	s.Associations[1].Table = "elsewhere"
	require.NoError(t, s.Validate(), "another table has columns of its own")
	s.Associations[1].Fields[1] = contacts.Int64("Assignee").In("who")
	require.NoError(t, s.Validate(), "names of fields are not columns")
}

func TestToKey(t *testing.T) {
	t.Parallel()
	key := []string{"tenant", "id"}
	for want, tos := range map[bool][][]string{
		true:  {nil, {"tenant", "id"}, {"id", "tenant"}},
		false: {{"tenant"}, {"tenant", "email"}, {"tenant", "id", "email"}, {"id", "id"}},
	} {
		for _, to := range tos {
			require.Equal(t, want, contacts.Reference{To: to}.ToKey(key), to)
		}
	}
}

func TestErrorsOfReadingAKeyQuoteNothing(t *testing.T) {
	t.Parallel()
	const marker = "m4rk3r@example.com"
	var k contacts.Key
	for _, data := range []string{
		`"` + marker + `"`, `{"` + marker + `":1}`, `["` + marker + `"]`, `[{"kind":"` + marker + `","value":"1"}]`, `[{"kind":"int64","value":"` + marker + `"}]`,
		`[{"kind":"int64","value":"1"},{"` + marker + `":"int64"}]`, `[` + marker + `]`, `[4711471147114711]`, `4711471147114711`, `[null]`,
	} {
		err := k.UnmarshalJSON([]byte(data))
		require.ErrorContains(t, err, "contacts: key")
		require.NotContains(t, err.Error(), marker, data)
		require.NotContains(t, err.Error(), "4711", data)
	}
	require.NoError(t, k.UnmarshalJSON([]byte(`null`)))
	require.True(t, k.IsZero())
}
