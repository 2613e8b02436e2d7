package contacts_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/where"
)

func TestEditLeavesTheSchemaAlone(t *testing.T) {
	t.Parallel()
	schema := printed()
	out, err := schema.Edit(
		contacts.SetAction("orders", contacts.Keep),
		contacts.RenameField("", "id", "key"),
		contacts.RenameField("", "boss", "manager"),
		contacts.RenameField("notes", "kind", "of"),
		contacts.EditField("", "created", func(f contacts.Field) contacts.Field { return f.Encoded(contacts.UnixSeconds()) }),
		contacts.EditField("notes", "of", contacts.Field.FoldCase),
		contacts.EditAssociation("reports", func(a *contacts.Association) { a.References[0].SetNull[0] = "manager" }),
		contacts.EditAssociation("notes", func(a *contacts.Association) { a.References[0].Constants["of"] = "human" }),
		contacts.AddField("upstream", contacts.Time("deleted")),
		contacts.DropField("", "score"),
		contacts.AddAssociation("orders", contacts.Association{
			Name: "events", Table: "crm.events", Action: contacts.ReadOnly,
			Fields:     []contacts.Field{contacts.Int64("order")},
			References: []contacts.Reference{{Fields: []string{"order"}}},
		}),
		contacts.AddAssociation("", contacts.Association{
			Name: "tags", Table: "crm.tags", Action: contacts.Delete,
			Fields:     []contacts.Field{contacts.Uint64("tenant"), contacts.Int64("person")},
			References: []contacts.Reference{{Fields: []string{"tenant", "person"}}},
		}),
		contacts.DropAssociation("lines"),
	)
	require.NoError(t, err)
	require.NoError(t, out.Validate())
	require.Equal(t, printed(), schema)

	require.Equal(t, []string{"tenant", "key"}, out.Key)
	key, ok := out.Lookup("key")
	require.True(t, ok)
	require.Equal(t, contacts.Int64("key").In("PersonID").NotNull().NeverChanges(), key)
	created, _ := out.Lookup("created")
	require.Equal(t, contacts.UnixSeconds(), created.Encoding)
	_, ok = out.Lookup("score")
	require.False(t, ok)
	require.Equal(t, contacts.Keep, out.Associations[0].Action)
	require.Equal(t, "events", out.Associations[0].Associations[0].Name)
	require.Len(t, out.Associations[0].Associations, 1)
	require.Equal(t, map[string]any{"of": "human", "n": 1, "big": uint64(7), "on": true, "day": where.Date{Year: 2024, Month: 2, Day: 29}},
		out.Associations[1].References[0].Constants)
	require.Equal(t, []contacts.Reference{{Fields: []string{"tenant", "manager"}, SetNull: []string{"manager"}}}, out.Associations[2].References)
	require.Equal(t, "tags", out.Associations[7].Name)
}

func TestRowsBelowRowsThatStayAreOnlyRead(t *testing.T) {
	t.Parallel()
	out, err := printed().Edit(contacts.SetAction("orders", contacts.Restrict))
	require.NoError(t, err)
	require.NoError(t, out.Validate())
	require.Equal(t, contacts.ReadOnly, out.Associations[0].Associations[0].Action)
}

func TestEditsFollowWhatIsSet(t *testing.T) {
	t.Parallel()
	schema := printed()
	out, err := schema.Edit(
		contacts.RenameField("visits", "ip", "address"), contacts.RenameField("groups", "owner", "boss"),
		contacts.EditAssociation("visits", func(a *contacts.Association) { a.Set["agent"] = "gone" }),
		contacts.EditAssociation("groups", func(a *contacts.Association) { a.Heir["boss"] = 2 }),
	)
	require.NoError(t, err)
	require.NoError(t, out.Validate())
	require.Equal(t, printed(), schema)
	require.Equal(t, contacts.Values{"address": nil, "agent": "gone"}, out.Associations[3].Set)
	require.Equal(t, contacts.Values{"boss": 2}, out.Associations[4].Heir)

	out, err = out.Edit(contacts.SetAction("visits", contacts.Detach), contacts.SetAction("groups", contacts.Delete))
	require.NoError(t, err)
	require.NoError(t, out.Validate(), "values that another action needed are gone")
	require.Nil(t, out.Associations[3].Set)
	require.False(t, out.Associations[3].References[1].Stays)
	require.Nil(t, out.Associations[4].Heir)
}

func TestRenamingFollowsReferencesToOtherFields(t *testing.T) {
	t.Parallel()
	out, err := printed().Edit(contacts.RenameField("", "ref", "external"), contacts.RenameField("orders", "id", "number"))
	require.NoError(t, err)
	require.NoError(t, out.Validate())
	require.Equal(t, []string{"external"}, out.Associations[0].References[1].To)
	require.Equal(t, []string{"number"}, out.Associations[0].Key)

	back, err := out.Edit(contacts.RenameField("", "external", "ref"), contacts.RenameField("orders", "number", "id"))
	require.NoError(t, err)
	require.Equal(t, printed(), back)
}

func TestEditsOfWhatIsNotThereAreErrors(t *testing.T) {
	t.Parallel()
	same := func(f contacts.Field) contacts.Field { return f }
	withCondition := contacts.EditAssociation("notes", func(a *contacts.Association) { a.Where = where.New().WhereTrue("on") })
	ownReports := contacts.EditAssociation("reports", func(a *contacts.Association) { a.Where = where.New().WhereTrue("active") })
	out, err := printed().Edit(
		contacts.SetAction("order", contacts.Keep),
		contacts.EditAssociation("", func(*contacts.Association) {}),
		contacts.AddAssociation("order", contacts.Association{}),
		contacts.DropAssociation("line"),
		contacts.EditField("", "emial", same),
		contacts.EditField("order", "id", same),
		contacts.EditField("reports", "id", same),
		contacts.EditField("", "email", func(f contacts.Field) contacts.Field { f.Name = "mail"; return f }),
		contacts.DropField("lines", "id"),
		contacts.AddField("line", contacts.Text("x")),
		contacts.RenameField("lines", "id", "x"),
		withCondition,
		contacts.RenameField("notes", "on", "x"),
		ownReports,
		contacts.RenameField("", "active", "x"),
		nil,
	)
	require.Equal(t, contacts.Schema{}, out)
	require.EqualError(t, err, `contacts: edit 1: there is no association "order"
contacts: edit 2: there is no association ""
contacts: edit 3: there is no association "order"
contacts: edit 4: there is no association "line"
contacts: edit 5: there is no field "emial" in the contact
contacts: edit 6: there is no association "order"
contacts: edit 7: the rows of association "reports" are contacts; name a field of the contact, with the association ""
contacts: edit 8: field "email" has got another name; RenameField does that
contacts: edit 9: there is no field "id" in association "lines"
contacts: edit 10: there is no association "line"
contacts: edit 11: there is no field "id" in association "lines"
contacts: edit 13: association "notes" has a condition, which may name the field "on"; set it after renaming
contacts: edit 15: association "reports" has a condition, which may name the field "active"; set it after renaming
contacts: edit 16 is nil`)
}
