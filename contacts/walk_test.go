package contacts_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/contactsweep/contactsweep/contacts"
)

func TestWalkFieldTakesWhatIsInOneOrderForGood(t *testing.T) {
	t.Parallel()
	fixed := func(f contacts.Field) contacts.Field { return f.NotNull().NeverChanges() }
	for name, f := range map[string]contacts.Field{
		"an int64":             fixed(contacts.Int64("f")),
		"a uint64":             fixed(contacts.Uint64("f")),
		"a date":               fixed(contacts.Date("f")),
		"a time":               fixed(contacts.Time("f")),
		"a time in UTC":        fixed(contacts.Time("f").Encoded(contacts.NaiveTime("UTC"))),
		"a time as text":       fixed(contacts.Time("f").Encoded(contacts.TimeText("2006-01-02T15:04:05.000Z"))),
		"a time as an integer": fixed(contacts.Time("f").Encoded(contacts.UnixMicros())),
		"a UUID":               fixed(contacts.UUID("f")),
		"a UUID as bytes":      fixed(contacts.UUID("f").Encoded(contacts.UUIDBytes())),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := contacts.Schema{Table: "people", Key: []string{"id"}, Fields: []contacts.Field{contacts.Int64("id").NotNull(), f}}
			require.NoError(t, s.Validate())
			got, err := s.WalkField("f")
			require.NoError(t, err)
			require.Equal(t, f, got)
		})
	}
	for name, tt := range map[string]struct {
		field contacts.Field
		ask   string
		want  string
	}{
		"an unknown field":   {contacts.Int64("f"), "g", `no contact field "g"`},
		"the key":            {contacts.Int64("f"), "id", "part of the key"},
		"a nullable field":   {contacts.Int64("f").NeverChanges(), "f", "Field.NotNull"},
		"one that changes":   {contacts.Int64("f").NotNull(), "f", "Field.NeverChanges"},
		"a text":             {fixed(contacts.Text("f")), "f", "is text"},
		"a float":            {fixed(contacts.Float64("f")), "f", "is float64"},
		"a decimal":          {fixed(contacts.Decimal("f")), "f", "is decimal"},
		"a bool":             {fixed(contacts.Bool("f")), "f", "is bool"},
		"a time of a zone":   {fixed(contacts.Time("f").Encoded(contacts.NaiveTime("Europe/Berlin"))), "f", "wall-clock time of Europe/Berlin"},
		"a name of no field": {contacts.Int64("f"), "", `no contact field ""`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := contacts.Schema{Table: "people", Key: []string{"id"}, Fields: []contacts.Field{contacts.Int64("id").NotNull(), tt.field}}
			_, err := s.WalkField(tt.ask)
			require.ErrorContains(t, err, tt.want)
		})
	}
}

func TestASchemaMustNotSetWhatItDeclaresImmutable(t *testing.T) {
	t.Parallel()
	schema := func(immutable bool) contacts.Schema {
		owner := contacts.Int64("owner_id")
		owner.Immutable = immutable
		return contacts.Schema{
			Table: "people", Key: []string{"id"}, Fields: []contacts.Field{contacts.Int64("id").NotNull().NeverChanges()},
			Associations: []contacts.Association{
				{
					Name: "groups", Table: "groups", Action: contacts.Detach, Fields: []contacts.Field{contacts.Int64("owner_id")},
					References: []contacts.Reference{{Fields: []string{"owner_id"}}},
				},
				{
					Name: "read", Table: "groups", Action: contacts.ReadOnly, Fields: []contacts.Field{owner},
					References: []contacts.Reference{{Fields: []string{"owner_id"}}},
				},
			},
		}
	}
	require.NoError(t, schema(false).Validate())
	require.ErrorContains(t, schema(true).Validate(), `association "groups": sets field "owner_id", which is declared immutable`)
	require.NotEqual(t, schema(false).Fingerprint(), schema(true).Fingerprint())
}
