package contacts_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/where"
)

// office is a valid schema in which visits are anonymised, groups and people
// handed over, and lines below orders anonymised.
func office() contacts.Schema {
	id := contacts.Int64("id").NotNull()
	return contacts.Schema{
		Table: "people", Key: []string{"tenant", "id"},
		Fields: []contacts.Field{contacts.Text("tenant").NotNull(), id, contacts.Text("email"), contacts.Int64("boss"), contacts.Int64("badge")},
		Associations: []contacts.Association{
			{
				Name: "visits", Table: "visits", Action: contacts.Anonymise, Key: []string{"id"},
				Fields: []contacts.Field{
					id, contacts.Text("tenant"), contacts.Int64("person"), contacts.Text("type"), contacts.Text("ip"), contacts.Text("agent").NotNull(), contacts.Time("at"),
				},
				References: []contacts.Reference{{Fields: []string{"tenant", "person"}, SetNull: []string{"person"}, Constants: map[string]any{"type": "web"}}},
				Set:        contacts.Values{"ip": nil, "agent": "deleted"},
			},
			{
				Name: "groups", Table: "groups", Action: contacts.HandOver, Key: []string{"id"},
				Fields: []contacts.Field{
					id, contacts.Text("tenant"), contacts.Int64("owner"), contacts.Int64("deputy"), contacts.Text("mail"), contacts.Text("type"),
				},
				References: []contacts.Reference{
					{Fields: []string{"tenant", "owner"}}, {Fields: []string{"tenant", "deputy"}}, {Fields: []string{"mail"}, To: []string{"email"}, Constants: map[string]any{"type": "x"}},
				},
				Heir: contacts.Values{"owner": 1, "deputy": 2, "mail": "ada@example.com"},
			},
			{
				Name: "reports", Table: "people", Action: contacts.HandOver,
				References: []contacts.Reference{{Fields: []string{"tenant", "boss"}}}, Heir: contacts.Values{"boss": 1},
			},
			{
				Name: "orders", Table: "orders", Action: contacts.Delete, Key: []string{"id"}, Fields: []contacts.Field{id, contacts.Text("tenant"), contacts.Int64("buyer")},
				References: []contacts.Reference{{Fields: []string{"tenant", "buyer"}}},
				Associations: []contacts.Association{{
					Name: "lines", Table: "lines", Action: contacts.Anonymise, Fields: []contacts.Field{contacts.Int64("order"), contacts.Text("address")},
					References: []contacts.Reference{{Fields: []string{"order"}}}, Set: contacts.Values{"address": ""},
				}},
			},
		},
	}
}

func TestFaultsOfWhatIsSetAreNamed(t *testing.T) {
	t.Parallel()
	type A = contacts.Association
	type V = contacts.Values
	const visits, groups, reports = `association "visits": `, `association "groups": `, `association "reports": `
	for _, tt := range []struct {
		name    string
		change  func(visits, groups, reports, lines *A)
		message string // empty: valid
	}{
		{"nothing", func(_, _, _, _ *A) {}, ""},
		{"nothing to set", func(v, _, _, _ *A) { v.Set = nil }, visits + "no Set; name the fields that Anonymise sets, and their values"},
		{"Set of another action", func(_, g, _, _ *A) { g.Set = V{"type": "y"} }, groups + "Set has no effect on hand over; it is for Anonymise"},
		{"a field to set that is none", func(v, _, _, _ *A) { v.Set["x"] = nil }, visits + `Set field "x" is not among the association's fields`},
		{"the reference to set", func(v, _, _, _ *A) { v.Set["person"] = nil }, visits + `Set field "person" holds a reference, which is set to NULL without being named`},
		{"a tenant to set", func(v, _, _, _ *A) { v.Set["tenant"] = "t" }, visits + `Set field "tenant" holds a reference`},
		{"a constant to set", func(v, _, _, _ *A) { v.Set["type"] = "gone" }, visits + `Set field "type" is a constant of a reference; leave it out`},
		{"a key to set", func(v, _, _, _ *A) { v.Set["id"] = 1 }, visits + `Set field "id" is part of the row's key; leave it out`},
		{"NULL for NOT NULL", func(v, _, _, _ *A) { v.Set["agent"] = nil }, visits + `Set field "agent" is NOT NULL and cannot be set to NULL; give it a value`},
		{"a value of another kind", func(v, _, _, _ *A) { v.Set["ip"] = 4711 }, visits + `Set "ip": the field is text and the value is int64; pass a string`},
		{"a text with NUL", func(v, _, _, _ *A) { v.Set["ip"] = "m4rk3r\x00" }, visits + `Set "ip": text is not valid UTF-8 or contains a NUL character`},
		{"a pointer", func(v, _, _, _ *A) { v.Set["ip"] = new("m4rk3r") }, visits + `Set "ip": value is a pointer`},
		{"a relative time", func(v, _, _, _ *A) { v.Set["at"] = where.Ago(1) }, visits + `Set "at": a relative time is not a value that can be stored`},
		{"a reference that is NOT NULL", func(v, _, _, _ *A) { v.Fields[2].Required = true }, `association "visits", reference 1: field "person" is NOT NULL and cannot be detached; name those that can be in SetNull`},
		{"unless it stays", func(v, _, _, _ *A) { v.Fields[2].Required, v.References[0].Stays = true, true }, ""},
		{"a reference of another action that stays", func(_, g, _, _ *A) { g.References[1].Stays = true }, `association "groups", reference 2: Stays has no effect on hand over; it is for Anonymise`},
		{"contacts that are anonymised", func(_, _, r, _ *A) { r.Action, r.Heir, r.Set = contacts.Anonymise, nil, V{"email": nil} }, reports + "contacts that refer to contacts cannot be anonymised with them; choose Detach, HandOver, Keep or Restrict"},
		{"no heir", func(_, g, _, _ *A) { g.Heir = nil }, groups + "no Heir; name the fields that hold the reference, with their values for the contact that takes over"},
		{"an heir of another action", func(v, _, _, _ *A) { v.Heir = V{"person": 1} }, visits + "Heir has no effect on anonymise; it is for HandOver"},
		{"an heir's field that is none", func(_, g, _, _ *A) { g.Heir["x"] = 1 }, groups + `Heir field "x" is not among the association's fields`},
		{"an heir's field that refers to nothing", func(_, g, _, _ *A) { g.Heir["type"] = "y" }, groups + `Heir field "type" holds no reference; name those that do`},
		{"an heir that is nobody", func(_, g, _, _ *A) { g.Heir["owner"] = nil }, groups + `Heir field "owner" is nil, which is no contact; choose Detach to set it to NULL`},
		{"an heir of another kind", func(_, g, _, _ *A) { g.Heir["owner"] = "m4rk3r" }, groups + `Heir "owner": the field is int64 and the value is text; pass an integer`},
		{"an empty text as heir", func(_, g, _, _ *A) { g.Heir["mail"] = "" }, `association "groups", reference 3: Heir field "mail" is the empty text, which refers to nobody`},
		{"a reference without heir", func(_, g, _, _ *A) { delete(g.Heir, "deputy") }, `association "groups", reference 2: Heir names none of its fields; name one at least`},
		{"an heir that changes the contact's key", func(_, _, r, _ *A) { r.Heir["tenant"] = "t" }, reports + `Heir field "tenant" is part of the contact's key; name only the other fields of the reference`},
		{"rows below that are handed over", func(_, _, _, l *A) { l.Action, l.Set, l.Heir = contacts.HandOver, nil, V{"order": 1} }, `association "lines": the rows above are no contacts, and only a contact can be an heir; choose Delete, Anonymise, Detach, Keep or Restrict`},
		{"rows of their own table that are anonymised", func(_, _, _, l *A) {
			l.Table, l.Fields = "orders", []contacts.Field{contacts.Int64("order"), contacts.Text("address")}
		}, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := office()
			a := s.Associations
			tt.change(&a[0], &a[1], &a[2], &a[3].Associations[0])
			err := s.Validate()
			if tt.message == "" {
				require.NoError(t, err)
				return
			}
			require.ErrorIs(t, err, contacts.ErrInvalidSchema)
			require.ErrorContains(t, err, tt.message)
			require.NotContains(t, err.Error(), "m4rk3r")
			require.NotContains(t, err.Error(), "4711")
		})
	}
}

func TestWhatIsSetMustNotTakeAwayWhatAnotherReferenceNeeds(t *testing.T) {
	t.Parallel()
	type A = contacts.Association
	// visits and groups with an association more of the same table.
	with := func(table int, action contacts.Action, ref contacts.Reference) func(*contacts.Schema) {
		return func(s *contacts.Schema) {
			a := s.Associations[table]
			s.Associations = append(s.Associations, A{Name: "more", Table: a.Table, Action: action, Key: a.Key, Fields: a.Fields, References: []contacts.Reference{ref}})
		}
	}
	for _, tt := range []struct {
		name    string
		change  func(*contacts.Schema)
		message string // empty: valid
	}{
		{
			"a reference", with(0, contacts.Restrict, contacts.Reference{Fields: []string{"ip"}, To: []string{"email"}}),
			`association "visits", reference 1: Set names field "ip", which association "more", reference 1 needs too; leave it out`,
		},
		{
			"a constant", with(0, contacts.Delete, contacts.Reference{Fields: []string{"id"}, To: []string{"badge"}, Constants: map[string]any{"agent": "x"}}),
			`association "visits", reference 1: Set names field "agent", which association "more", reference 1 needs too; leave it out`,
		},
		{"a reference of rows of another type", with(0, contacts.Restrict, contacts.Reference{Fields: []string{"ip"}, To: []string{"email"}, Constants: map[string]any{"type": "app"}}), ""},
		{"a reference that is only read", with(0, contacts.ReadOnly, contacts.Reference{Fields: []string{"ip"}, To: []string{"email"}}), ""},
		{
			"what is handed over", with(1, contacts.Restrict, contacts.Reference{Fields: []string{"owner"}, To: []string{"badge"}}),
			`association "groups", reference 1: handing over sets field "owner", which association "more", reference 1 needs too; name only the other fields in Heir`,
		},
		{
			"a tenant that two references have", func(s *contacts.Schema) { s.Associations[1].Heir["tenant"] = "t" },
			`association "groups", reference 1: handing over sets field "tenant", which association "groups", reference 2 needs too; name only the other fields in Heir`,
		},
		{
			"a field of contacts that others refer to", func(s *contacts.Schema) {
				s.Associations[1].References[0] = contacts.Reference{Fields: []string{"owner"}, To: []string{"boss"}}
			},
			`association "reports", reference 1: handing over sets field "boss", which association "groups", reference 1 needs too`,
		},
		{"the same contact", with(1, contacts.Restrict, contacts.Reference{Fields: []string{"tenant", "owner"}}), ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := office()
			tt.change(&s)
			if err := s.Validate(); tt.message == "" {
				require.NoError(t, err)
			} else {
				require.ErrorContains(t, err, tt.message)
			}
		})
	}
}

func TestChangesOfARow(t *testing.T) {
	t.Parallel()
	placed := office().Placed()
	null := where.Value{}
	require.Equal(t, []contacts.Change{{"person", null}, {"agent", value(t, "deleted")}, {"ip", null}}, placed[0].Changes(placed[0].References[0]))
	placed[0].References[0].Stays = true
	require.Equal(t, []contacts.Change{{"agent", value(t, "deleted")}, {"ip", null}}, placed[0].Changes(placed[0].References[0]))
	require.Equal(t, []contacts.Change{{"deputy", value(t, int64(2))}}, placed[1].Changes(placed[1].References[1]))
	require.Equal(t, []contacts.Change{{"boss", value(t, int64(1))}}, placed[2].Changes(placed[2].References[0]))
	require.Empty(t, placed[3].Changes(placed[3].References[0]))
	placed[1].Heir = contacts.Values{"owner": "one"}
	require.Equal(t, []contacts.Change{{"owner", where.Unknown()}}, placed[1].Changes(placed[1].References[0]), "what is wrong is never NULL")
}

func TestHeirsAreSelected(t *testing.T) {
	t.Parallel()
	s := office()
	heirs, ok := s.Heirs()
	require.True(t, ok)
	require.NoError(t, heirs.Validate(s.Catalog()))
	require.NoError(t, where.New().WhereNot(heirs).Validate(s.Catalog()))
	require.Equal(t, `(id = 1 OR id = 2 OR (email IS KNOWN AND email = "ada@example.com"))`, heirs.String())
	person := func(id int, email any) row {
		r := row{values: map[string]where.Value{"tenant": value(t, "t"), "id": value(t, id)}}
		if email != nil {
			r.values["email"] = value(t, email)
		}
		return r
	}
	for name, tt := range map[string]struct {
		contact row
		heir    bool
	}{
		"by key": {person(1, nil), true}, "by email": {person(9, "ada@example.com"), true},
		"nobody": {person(9, "x"), false}, "without an email": {person(9, nil), false},
	} {
		require.Equal(t, tt.heir, selects(t, s, heirs, tt.contact), name)
		require.Equal(t, !tt.heir, selects(t, s, where.New().WhereNot(heirs), tt.contact), name)
	}
	_, ok = crm().Heirs()
	require.False(t, ok)
	require.True(t, crm().Heir(crm().Placed()[0], crm().Associations[0].References[0]).IsZero())
}
