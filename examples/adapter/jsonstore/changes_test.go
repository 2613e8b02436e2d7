package jsonstore_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/examples/adapter/jsonstore"
	"github.com/contactsweep/contactsweep/where"
)

// openSetting opens a store that sets the field to the value.
func openSetting(t *testing.T, f contacts.Field, x any) error {
	t.Helper()
	schema := people()
	mails := &schema.Associations[0]
	mails.Action, mails.Set, mails.Fields = contacts.Anonymise, contacts.Values{f.Name: x}, append(mails.Fields, f)
	_, err := jsonstore.Open(file(t, ""), schema)
	return err
}

func TestSet(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 3, 31, 12, 0, 0, 123456000, time.FixedZone("east", 3600))
	form := func(f contacts.Form) contacts.Encoding { return contacts.Encoding{Form: f} }
	units := contacts.Decimal("x").Encoded(contacts.DecimalUnits(1))
	layout := contacts.Encoding{Form: contacts.FormText, Layout: time.DateTime}
	for _, c := range []struct {
		field contacts.Field
		value any
		fits  bool
	}{
		{contacts.Text("x"), nil, true},
		{contacts.Text("x"), "<a & b>", true},
		{contacts.Int64("x"), -1 << 63, true},
		{contacts.Uint64("x"), uint64(1<<64 - 1), true},
		{contacts.Float64("x"), 1e300, true},
		{contacts.Bool("x"), false, true},
		{contacts.Decimal("x"), "-12.50", true},
		{contacts.Decimal("x").Encoded(form(contacts.FormReal)), "0.1", true},
		{units, "-1.5", true},
		{units, "1.55", false},
		{contacts.Time("x"), at, true},
		{contacts.Time("x").Encoded(layout), at.Truncate(time.Second), true},
		{contacts.Time("x").Encoded(layout), at, false},
		{contacts.Time("x").Encoded(form(contacts.FormUnixMicros)), at, true},
		{contacts.Time("x").Encoded(form(contacts.FormUnixMillis)), at, false},
		{contacts.Time("x").Encoded(form(contacts.FormUnixSeconds)), at.Truncate(time.Second), true},
		{contacts.Date("x"), where.Date{Year: 2026, Month: 3, Day: 1}, true},
		{contacts.UUID("x"), "ab000000-0000-4f00-8000-000000000001", true},
		{contacts.UUID("x").Encoded(form(contacts.FormUUIDBytes)), "ab000000-0000-4f00-8000-000000000001", true},
	} {
		err := openSetting(t, c.field, c.value)
		if c.fits {
			require.NoError(t, err, "%#v", c)
		} else {
			require.ErrorContains(t, err, "cannot hold", "%#v", c)
		}
	}
}
