package contacts_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/where"
)

const second = time.Second

// ago is a contact or row with fields that lie some time back.
func ago(t *testing.T, fields map[string]time.Duration) row {
	t.Helper()
	out := row{values: map[string]where.Value{}, below: map[string][]row{}}
	for name, d := range fields {
		out.values[name] = value(t, now().Add(-d))
	}
	return out
}

func TestTheSendersTimes(t *testing.T) {
	t.Parallel()
	schema := contacts.DefaultSchema()
	for field, segment := range map[string]func(time.Duration) where.Condition{
		contacts.SendingStopped: contacts.SuppressedBySender, contacts.BouncedHard: contacts.HardBounced,
	} {
		for _, tt := range []struct {
			before, at time.Duration
			want       bool
		}{
			{0, second, true},
			{0, 0, false},
			{0, -second, false},
			{30 * day, 30*day + second, true},
			{30 * day, 30 * day, false},
			{30 * day, day, false},
		} {
			require.Equal(t, tt.want, selects(t, schema, segment(tt.before), ago(t, map[string]time.Duration{field: tt.at})), "%s: %v", field, tt)
		}
		require.False(t, selects(t, schema, segment(0), row{}), "%s: never", field)
		require.False(t, selects(t, schema, segment(0), row{values: map[string]where.Value{field: where.Unknown()}}), "%s: not a time", field)
		require.ErrorIs(t, segment(-1).Validate(schema.Catalog()), where.ErrInvalid, field)
	}
}

func TestZombie(t *testing.T) {
	t.Parallel()
	at := func(dates ...string) []row {
		var out []row
		for _, date := range dates {
			x, err := time.Parse(time.RFC3339, date+"Z")
			require.NoError(t, err)
			out = append(out, row{values: map[string]where.Value{contacts.Created: value(t, x)}})
		}
		return out
	}
	with := func(rows []row, i int, field string, v where.Value) []row { rows[i].values[field] = v; return rows }
	zombie := func() []row {
		return at("2025-10-31T23:59:59", "2025-11-01T00:00:00", "2025-11-02T00:00:00", "2025-11-30T23:59:59", "2025-11-05T00:00:00", "2025-12-01T00:00:00")
	}
	for _, tt := range []struct {
		name  string
		sends []row
		want  bool
	}{
		{"six sends in three months", zombie(), true},
		{"five sends", zombie()[1:], false},
		{"six sends in two months", append(zombie()[:5], at("2025-10-01T00:00:00")...), false},
		{"the same month of another year is another", append(zombie()[:5], at("2024-11-01T00:00:00")...), true},
		{"one is still to come", append(zombie()[:5], at("2026-03-15T12:00:01")...), false},
		{"one was sent just now", append(zombie()[:5], at("2026-03-15T12:00:00")...), true},
		{"one was sent nobody knows when", append(zombie()[:5], row{}), false},
		{"opened one, long ago", with(zombie(), 0, contacts.Opened, value(t, now().Add(-9000*day))), false},
		{"clicked in one", with(zombie(), 3, contacts.Clicked, value(t, now())), false},
		{"nothing was ever sent", nil, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			c := row{below: map[string][]row{contacts.EmailRecipients: tt.sends}}
			require.Equal(t, tt.want, selects(t, contacts.DefaultSchema(), contacts.Zombie(6, 3), c))
		})
	}
	cat := contacts.DefaultSchema().Catalog()
	require.NoError(t, contacts.Zombie(contacts.MinZombieSends, contacts.MinZombieMonths).Validate(cat))
	for _, least := range [][2]int{{5, 3}, {6, 2}, {0, 0}, {-6, 3}} {
		err := contacts.Zombie(least[0], least[1]).Validate(cat)
		require.ErrorIs(t, err, where.ErrInvalid)
		require.ErrorContains(t, err, "zombies: a contact cannot be called a zombie after less than 6 sends or in less than 3 months")
	}
}

func TestLapsed(t *testing.T) {
	t.Parallel()
	const d = 30 * day
	schema, lapsed := contacts.DefaultSchema(), contacts.Lapsed(d)
	// One that is lapsed, by a second in everything.
	old := func() row {
		out := ago(t, map[string]time.Duration{
			contacts.Created: d + second, contacts.LastSession: d + second, contacts.LastPurchase: d + second, contacts.LastMobileActivity: d + second,
		})
		out.below[contacts.EmailRecipients] = []row{{}, ago(t, map[string]time.Duration{contacts.Opened: d + second, contacts.Clicked: d + second})}
		return out
	}
	require.True(t, selects(t, schema, lapsed, old()))
	fields := []string{contacts.Created, contacts.LastSession, contacts.LastPurchase, contacts.LastMobileActivity}
	for _, field := range fields {
		for name, v := range map[string]where.Value{
			"at the cutoff": value(t, now().Add(-d)), "just after": value(t, now().Add(second-d)), "in the future": value(t, now().Add(day)), "not a time": where.Unknown(),
		} {
			c := old()
			c.values[field] = v
			require.False(t, selects(t, schema, lapsed, c), "%s %s", field, name)
		}
		c := old()
		c.values[field] = where.Value{}
		require.Equal(t, field != contacts.Created, selects(t, schema, lapsed, c), "%s NULL", field)
	}
	for _, field := range []string{contacts.Opened, contacts.Clicked} {
		c := old()
		c.below[contacts.EmailRecipients] = append(c.below[contacts.EmailRecipients], ago(t, map[string]time.Duration{field: d}))
		require.False(t, selects(t, schema, lapsed, c), "%s at the cutoff", field)
	}
	require.True(t, selects(t, schema, lapsed, ago(t, map[string]time.Duration{contacts.Created: d + second})), "never did anything")
	require.False(t, selects(t, schema, lapsed, ago(t, map[string]time.Duration{contacts.Created: d - second})), "new contacts stay")

	require.NoError(t, contacts.Lapsed(contacts.MinInactivity).Validate(schema.Catalog()))
	err := contacts.Lapsed(contacts.MinInactivity - 1).Validate(schema.Catalog())
	require.ErrorIs(t, err, where.ErrInvalid)
	require.ErrorContains(t, err, "lapsed contacts: a contact cannot be called lapsed after less than 7 days")
}
