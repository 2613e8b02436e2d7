package contacts_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/where"
)

func TestFakeAddresses(t *testing.T) {
	t.Parallel()
	schema, fake := contacts.DefaultSchema(), contacts.FakeAddresses("trash.io", "Throw-away.example.info")
	for address, want := range map[string]bool{
		"ann": true, " ": true, "ann@": true, "@home.no": true, "ann@example.com": true, "ann@mail.example.net": true, "ann@a.b.example": true,
		"ann@test": true, "ann@my.test": true, "ann@localhost": true, "ann@nowhere.invalid": true, "ann@trash.io": true, "ann@in.trash.io": true,
		"ann@Throw-away.example.info": true,
		"":                            false, "ann@home.no": false, "ann@notexample.com": false, "ann@example.com.no": false, "ann@contest": false, "ann@trash.io.no": false,
		"ann@crash.io": false, "test@home.no": false, "ann.example.com@home.no": false, "ann@EXAMPLE.COM": false, "ann@example_com": false,
	} {
		c := row{values: map[string]where.Value{contacts.Email: value(t, address)}}
		require.Equal(t, want, selects(t, schema, fake, c), address)
		require.Equal(t, want, selects(t, schema, contacts.BadQuality("trash.io", "Throw-away.example.info"), c), address)
	}
	require.False(t, selects(t, schema, fake, row{}), "NULL")
	folded, err := schema.Edit(contacts.EditField("", contacts.Email, contacts.Field.FoldCase))
	require.NoError(t, err)
	require.True(t, selects(t, folded, fake, row{values: map[string]where.Value{contacts.Email: value(t, "ann@EXAMPLE.COM")}}))
}

func TestADomainIsOne(t *testing.T) {
	t.Parallel()
	cat := contacts.DefaultSchema().Catalog()
	for domain, want := range map[string]string{
		"":          "domain 2 of 2: it is empty",
		"@m4rk.er":  "domain 2 of 2: it has an @ or white space; name the part behind the @ only",
		"m4rk. er":  "domain 2 of 2: it has an @ or white space; name the part behind the @ only",
		".m4rk.er":  "domain 2 of 2: a dot has nothing before or behind it",
		"m4rk.er.":  "domain 2 of 2: a dot has nothing before or behind it",
		"m4rk..er":  "domain 2 of 2: a dot has nothing before or behind it",
		"m4rk\x00r": "NUL",
	} {
		err := contacts.BadQuality("fine.io", domain).Validate(cat)
		require.ErrorIs(t, err, where.ErrInvalid, domain)
		require.ErrorContains(t, err, want)
		require.NotContains(t, err.Error(), "m4rk")
	}
}

func TestTestRecords(t *testing.T) {
	t.Parallel()
	for v, want := range map[where.Value]bool{value(t, true): true, value(t, false): false, {}: false, where.Unknown(): false} {
		c := row{values: map[string]where.Value{contacts.TestRecord: v}}
		require.Equal(t, want, selects(t, contacts.DefaultSchema(), contacts.TestRecords(), c), "%v", v)
		require.Equal(t, want, selects(t, contacts.DefaultSchema(), contacts.BadQuality(), c), "%v", v)
	}
}
