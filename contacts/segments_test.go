package contacts_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/where"
)

const day = 24 * time.Hour

// contact is one of the default schema, made some time before now, with
// activities some times before now.
func contact(t *testing.T, made time.Duration, activities ...time.Duration) row {
	t.Helper()
	at := func(ago time.Duration) map[string]where.Value {
		return map[string]where.Value{contacts.Created: value(t, now().Add(-ago))}
	}
	out := row{values: at(made), below: map[string][]row{}}
	for _, ago := range activities {
		out.below[contacts.Activities] = append(out.below[contacts.Activities], row{values: at(ago)})
	}
	return out
}

func TestInactive(t *testing.T) {
	t.Parallel()
	const instant = time.Microsecond
	for _, tt := range []struct {
		name       string
		made       time.Duration
		activities []time.Duration
		want       bool
	}{
		{"no activity, made before", 30*day + instant, nil, true},
		{"no activity, made at the cutoff", 30 * day, nil, false},
		{"no activity, made after", 30*day - instant, nil, false},
		{"no activity, made in the future", -day, nil, false},
		{"an activity just before the cutoff", 90 * day, []time.Duration{30*day + instant}, true},
		{"an activity at the cutoff", 90 * day, []time.Duration{30 * day}, false},
		{"an activity just after the cutoff", 90 * day, []time.Duration{30*day - instant}, false},
		{"old activities and a new one", 90 * day, []time.Duration{80 * day, day, 70 * day}, false},
		{"old activities only", 90 * day, []time.Duration{80 * day, 31 * day, 70 * day}, true},
		{"an activity in the future", 90 * day, []time.Duration{80 * day, -day}, false},
		{"old activities of a contact made since, by an import", day, []time.Duration{80 * day}, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, tt.want, selects(t, contacts.DefaultSchema(), contacts.Inactive(30*day), contact(t, tt.made, tt.activities...)))
		})
	}
}

func TestInactiveLeavesContactsInDoubtAlone(t *testing.T) {
	t.Parallel()
	schema, inactive := contacts.DefaultSchema(), contacts.Inactive(30*day)
	for name, v := range map[string]where.Value{"NULL": {}, "not a time": where.Unknown()} {
		doubtful := contact(t, 90*day, 80*day, 70*day)
		doubtful.below[contacts.Activities][1].values[contacts.Created] = v
		require.False(t, selects(t, schema, inactive, doubtful), "an activity at %s", name)

		doubtful = contact(t, 90*day)
		doubtful.values[contacts.Created] = v
		require.False(t, selects(t, schema, inactive, doubtful), "no activity, and made at %s", name)

		doubtful = contact(t, 90*day, 80*day)
		doubtful.values[contacts.Created] = v
		require.True(t, selects(t, schema, inactive, doubtful), "the time it was made is not asked for, %s", name)
	}
}

// A host's schema that has other names is told which ones are missing, and what
// to do, once each.
func TestSegmentsOfASchemaWithOtherNames(t *testing.T) {
	t.Parallel()
	schema := contacts.Schema{
		Table: "contacts", Key: []string{"id"}, Fields: []contacts.Field{contacts.Int64("id"), contacts.Time("created")},
		Associations: []contacts.Association{{
			Name: contacts.Activities, Table: "activities", Action: contacts.Delete,
			Fields:     []contacts.Field{contacts.Int64("contact_id"), contacts.Time("happened")},
			References: []contacts.Reference{{Fields: []string{"contact_id"}}},
		}},
	}
	err := contacts.Inactive(30 * day).Validate(schema.Catalog())
	require.EqualError(t, err, "where: invalid condition: activities: created >= ?: there is no field created; there are contact_id, happened; "+
		"activities.created is a field that ready segments such as contacts.Inactive read; give yours this name, and its column with Field.In")

	schema.Associations[0].Name = "visits"
	err = contacts.Inactive(30 * day).Validate(schema.Catalog())
	require.ErrorContains(t, err, "activities is an association that contacts.Inactive reads; give yours this name, its Table may have another")
	require.Equal(t, 1, strings.Count(err.Error(), "there is no"), err)
}

func TestInactivityIsAtLeastAWeek(t *testing.T) {
	t.Parallel()
	cat := contacts.DefaultSchema().Catalog()
	require.NoError(t, contacts.Inactive(contacts.MinInactivity).Validate(cat))
	require.NoError(t, contacts.Inactive(7*day).Validate(cat))
	for _, d := range []time.Duration{7*day - 1, 0, -7 * day, 7} {
		err := contacts.Inactive(d).Validate(cat)
		require.ErrorIs(t, err, where.ErrInvalid)
		require.ErrorContains(t, err, "inactive contacts: a contact cannot be called inactive after less than 7 days")
		require.Error(t, where.New().WhereNull(contacts.Email).Or().Where(contacts.Inactive(d)).Validate(cat), "in a group too")
	}
}

func TestContactless(t *testing.T) {
	t.Parallel()
	empty, space, some := value(t, ""), value(t, " "), value(t, "x")
	for _, tt := range []struct {
		email, phone where.Value
		want         bool
	}{
		{where.Value{}, where.Value{}, true},
		{empty, where.Value{}, true},
		{empty, empty, true},
		{some, where.Value{}, false},
		{where.Value{}, some, false},
		{space, empty, false},
		{where.Unknown(), empty, false},
	} {
		c := row{values: map[string]where.Value{contacts.Email: tt.email, contacts.Phone: tt.phone}}
		require.Equal(t, tt.want, selects(t, contacts.DefaultSchema(), contacts.Contactless(), c), "%v", tt)
	}
}

func TestKeyPrefix(t *testing.T) {
	t.Parallel()
	schema, c := contacts.DefaultSchema(), contacts.KeyPrefix(contacts.ExternalID, "test_%")
	for text, want := range map[string]bool{"test_%1": true, "test_%": true, "test_1": false, "Test_%1": false, "a test_%": false, "": false} {
		require.Equal(t, want, selects(t, schema, c, row{values: map[string]where.Value{contacts.ExternalID: value(t, text)}}), text)
	}
	require.False(t, selects(t, schema, c, row{}), "NULL")
	require.ErrorContains(t, contacts.KeyPrefix(contacts.ExternalID, "").Validate(schema.Catalog()), "the search text is empty")
	require.ErrorContains(t, contacts.KeyPrefix(contacts.ID, "1").Validate(schema.Catalog()), "the field is int64, not text")
}

// mirrored is the default schema with a mirror of the upstream system.
func mirrored() contacts.Schema {
	schema := contacts.DefaultSchema()
	schema.Associations = append(schema.Associations, contacts.Association{
		Name: "upstream", Table: "upstream_ids", Action: contacts.ReadOnly,
		Fields:     []contacts.Field{contacts.Text("id")},
		References: []contacts.Reference{{Fields: []string{"id"}, To: []string{contacts.ExternalID}}},
	})
	return schema
}

func TestDeletedUpstream(t *testing.T) {
	t.Parallel()
	schema := mirrored()
	require.NoError(t, schema.Validate())
	c := contacts.DeletedUpstream(contacts.ExternalID, "upstream")
	there := map[string][]row{"upstream": {{}}}
	for _, tt := range []struct {
		name  string
		id    where.Value
		below map[string][]row
		want  bool
	}{
		{"gone upstream", value(t, "x"), nil, true},
		{"there upstream", value(t, "x"), there, false},
		{"NULL, never upstream", where.Value{}, nil, false},
		{"empty, never upstream", value(t, ""), nil, false},
		{"not known", where.Unknown(), nil, false},
	} {
		contact := row{values: map[string]where.Value{contacts.ExternalID: tt.id}, below: tt.below}
		require.Equal(t, tt.want, selects(t, schema, c, contact), tt.name)
	}
	require.ErrorContains(t, contacts.DeletedUpstream(contacts.ExternalID, "feed").Validate(schema.Catalog()), "there is no association feed")
	require.ErrorContains(t, contacts.DeletedUpstream("external", "upstream").Validate(schema.Catalog()), "there is no field external;")
}

func TestAnonymous(t *testing.T) {
	t.Parallel()
	schema := contacts.DefaultSchema()
	for _, tt := range []struct {
		id, device         where.Value
		anonymous, onPhone bool
	}{
		{where.Value{}, value(t, "phone"), true, true},
		{value(t, ""), value(t, "phone"), true, true},
		{value(t, ""), value(t, "Phone"), true, false},
		{value(t, ""), where.Value{}, true, false},
		{value(t, "x"), value(t, "phone"), false, false},
		{where.Unknown(), value(t, "phone"), false, false},
	} {
		c := row{values: map[string]where.Value{contacts.ExternalID: tt.id, contacts.DeviceID: tt.device}}
		require.Equal(t, tt.anonymous, selects(t, schema, contacts.Anonymous(), c), "%v", tt)
		require.Equal(t, tt.onPhone, selects(t, schema, contacts.AnonymousOn("phone"), c), "%v", tt)
	}
	err := contacts.AnonymousOn("").Validate(schema.Catalog())
	require.ErrorIs(t, err, where.ErrInvalid)
	require.ErrorContains(t, err, "anonymous contacts of a device: the device is empty")
	require.NotContains(t, contacts.AnonymousOn("m4rk3r").Redacted(), "m4rk3r")
}
