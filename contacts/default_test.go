package contacts_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/where"
)

func TestTheDefaultSchemaIsValid(t *testing.T) {
	t.Parallel()
	schema := contacts.DefaultSchema()
	require.NoError(t, schema.Validate())
	for _, name := range []string{
		contacts.ID, contacts.ExternalID, contacts.Email, contacts.Phone, contacts.DeviceID, contacts.Created,
	} {
		_, ok := schema.Lookup(name)
		require.True(t, ok, name)
	}
	for _, p := range schema.Placed() {
		require.NotEmpty(t, p.Key, p.Name)
		for _, f := range p.Fields {
			require.Equal(t, contacts.Encoding{}, f.Encoding, "the engine's own encoding of %s", f.Name)
		}
	}
}

func TestTheDefaultSchemaSaysWhatGoesAndWhatStays(t *testing.T) {
	t.Parallel()
	actions := map[string]contacts.Action{}
	for _, p := range contacts.DefaultSchema().Placed() {
		actions[p.Name] = p.Action
	}
	require.Equal(t, map[string]contacts.Action{
		contacts.Consents: contacts.Delete, contacts.Activities: contacts.Delete, contacts.JourneyConversions: contacts.Delete,
		contacts.EmailRecipients: contacts.Delete, contacts.Conversations: contacts.Delete, contacts.Messages: contacts.Delete,
		contacts.Notes: contacts.Delete, contacts.Tasks: contacts.Delete, contacts.Appointments: contacts.Delete,
		contacts.Opportunities: contacts.Delete, contacts.ManualActions: contacts.Delete, contacts.Tags: contacts.Delete,
		contacts.ListMemberships: contacts.Delete, contacts.OwnedGroups: contacts.Detach,
		contacts.OpenAppointments: contacts.Restrict, contacts.OpenOpportunities: contacts.Restrict,
	}, actions)
}

func TestWhatIsNotKnownToBeClosedRestricts(t *testing.T) {
	t.Parallel()
	for _, p := range contacts.DefaultSchema().Placed() {
		if p.Action != contacts.Restrict {
			continue
		}
		own := contacts.Schema{Table: p.Table, Key: p.Key, Fields: p.Fields}
		for name, closed := range map[string]where.Value{"open": {}, "not a time": where.Unknown(), "": value(t, now())} {
			restricting := selects(t, own, p.Where, row{values: map[string]where.Value{contacts.Closed: closed}})
			require.Equal(t, name != "", restricting, "%s, closed: %s", p.Name, name)
		}
	}
}

func TestEachDefaultSchemaIsItsOwn(t *testing.T) {
	t.Parallel()
	changed := contacts.DefaultSchema()
	changed.Fields = append(changed.Fields, contacts.Text("city"))
	changed.Fields[0].Name = "nr"
	for i := range changed.Associations {
		changed.Associations[i].Fields[0].Name = "nr"
		changed.Associations[i].References[0].Fields[0] = "nr"
	}
	require.NoError(t, contacts.DefaultSchema().Validate())
	require.NotEqual(t, changed.Fingerprint(), contacts.DefaultSchema().Fingerprint())
}
