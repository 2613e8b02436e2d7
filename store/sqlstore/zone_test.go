package sqlstore_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/internal/dialect"
	"github.com/contactsweep/contactsweep/internal/servertest"
	"github.com/contactsweep/contactsweep/store/sqlstore"
	"github.com/contactsweep/contactsweep/where"
)

// clockStore holds the wall-clock times, as contacts that are numbered from 1.
func clockStore(t *testing.T, e servertest.Engine, field contacts.Field, clocks []time.Time) *sqlstore.Store {
	t.Helper()
	db := e.New(t)
	column, mark := "timestamp", "$1, $2"
	if e.Dialect == dialect.MySQL {
		column, mark = "DATETIME(6)", "?, ?"
	}
	_, err := db.ExecContext(t.Context(), "CREATE TABLE people (id INT NOT NULL PRIMARY KEY, at "+column+")")
	require.NoError(t, err)
	for i, clock := range clocks {
		_, err := db.ExecContext(t.Context(), "INSERT INTO people (id, at) VALUES ("+mark+")", i+1, clock.Format("2006-01-02 15:04:05.000000"))
		require.NoError(t, err)
	}
	st, err := sqlstore.Open(t.Context(), db, e.Dialect, contacts.Schema{
		Table: "people", Key: []string{"id"}, Fields: []contacts.Field{contacts.Int64("id").NotNull(), field},
	})
	require.NoError(t, err)
	return st
}

// A wall-clock time that occurs twice means the first of the two, one that is
// left out means the moment at which the clock was put forward. SQLite stores
// times in UTC only, and Verify says so of another zone.
func TestWallClockTimesAreComparedAsInstants(t *testing.T) {
	t.Parallel()
	servertest.OnEach(t, func(t *testing.T, e servertest.Engine) {
		t.Helper()
		if e.Dialect == dialect.SQLite {
			t.Skip("it has no times without a zone")
		}
		for _, name := range []string{"Australia/Lord_Howe", "America/Sao_Paulo", "Pacific/Apia", "UTC", "Africa/Monrovia", "Europe/Berlin", "America/New_York", "Asia/Kolkata"} {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				zone, err := time.LoadLocation(name)
				require.NoError(t, err)
				clocks := wallClocks(zone)
				st := clockStore(t, e, contacts.Time("at").Encoded(contacts.NaiveTime(name)), clocks)
				instants := make([]time.Time, len(clocks))
				for i, clock := range clocks {
					instants[i] = firstOccurrence(clock, zone)
					require.Equal(t, instants[i].UTC(), myValue(t, st, i+1, "at"), clock)
				}
				for _, x := range operandsAround(instants) {
					requireInstants(t, st, instants, x)
				}
			})
		}
	})
}

// requireInstants compares the contacts' instants with x, in every way.
func requireInstants(t *testing.T, st *sqlstore.Store, instants []time.Time, x time.Time) {
	t.Helper()
	matching := func(test func(time.Time) bool) []int64 {
		out := []int64{}
		for i, at := range instants {
			if test(at) {
				out = append(out, int64(i+1))
			}
		}
		return out
	}
	w := where.New
	equal := func(s time.Time) bool { return s.Equal(x) }
	either := func(s time.Time) bool { return s.Equal(x) || s.Equal(instants[0]) }
	for _, tt := range []struct {
		condition where.Condition
		test      func(time.Time) bool
	}{
		{w().WhereEquals("at", x), equal},
		{w().WhereNotEquals("at", x), func(s time.Time) bool { return !equal(s) }},
		{w().WhereLessThan("at", x), func(s time.Time) bool { return s.Before(x) }},
		{w().WhereLessOrEquals("at", x), func(s time.Time) bool { return !s.After(x) }},
		{w().WhereGreaterThan("at", x), func(s time.Time) bool { return s.After(x) }},
		{w().WhereGreaterOrEquals("at", x), func(s time.Time) bool { return !s.Before(x) }},
		{w().WhereIn("at", x, instants[0]), either},
		{w().WhereNotIn("at", x, instants[0]), func(s time.Time) bool { return !either(s) }},
	} {
		require.Equal(t, matching(tt.test), myIDs(t, st, tt.condition), tt.condition)
	}
}

// Months are those of the instants in UTC.
func TestMonthsOfWallClockTimes(t *testing.T) {
	t.Parallel()
	servertest.OnEach(t, func(t *testing.T, e servertest.Engine) {
		t.Helper()
		if e.Dialect == dialect.SQLite {
			t.Skip("it has no times without a zone")
		}
		db := e.New(t)
		column := map[dialect.Dialect]string{dialect.PostgreSQL: "timestamp", dialect.MySQL: "DATETIME(6)"}[e.Dialect]
		for _, s := range []string{
			"CREATE TABLE people (id INT NOT NULL PRIMARY KEY)", "CREATE TABLE visits (person INT, at " + column + ")", "INSERT INTO people VALUES (1), (2), (3)",
			"INSERT INTO visits VALUES (1, '2026-05-01 01:59:59'), (1, '2026-04-01 02:00:00')", // April
			"INSERT INTO visits VALUES (2, '2026-05-01 01:59:59'), (2, '2026-05-01 02:00:00')", // April and May
			// Twice, never, and in the hour around either: October and March.
			"INSERT INTO visits VALUES (3, '2026-10-25 02:30:00'), (3, '2026-10-25 03:30:00'), (3, '2026-03-29 02:30:00'), (3, '2026-03-29 03:30:00')",
		} {
			_, err := db.ExecContext(t.Context(), s)
			require.NoError(t, err)
		}
		st, err := sqlstore.Open(t.Context(), db, e.Dialect, contacts.Schema{
			Table: "people", Key: []string{"id"}, Fields: []contacts.Field{contacts.Int64("id").NotNull()},
			Associations: []contacts.Association{{
				Name: "visits", Table: "visits", Action: contacts.Delete, References: []contacts.Reference{{Fields: []string{"person"}}},
				Fields: []contacts.Field{contacts.Int64("person"), contacts.Time("at").Encoded(contacts.NaiveTime("Europe/Berlin"))},
			}},
		})
		require.NoError(t, err)
		require.Equal(t, []int64{1}, myIDs(t, st, where.New().WhereCountMonths("visits", "at", where.Equal, 1)))
		require.Equal(t, []int64{2, 3}, myIDs(t, st, where.New().WhereCountMonths("visits", "at", where.Equal, 2)))
	})
}

// The hours that occur twice, and those that are left out, mean the same
// instants on every engine that has them.
func TestHoursThatOccurTwiceOrNever(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string][2][2]string{ // a clock and its instant: twice, and never
		"Europe/Berlin":    {{"2026-10-25 02:30:00", "2026-10-25 00:30:00"}, {"2026-03-29 02:30:00", "2026-03-29 01:00:00"}},
		"America/New_York": {{"2026-11-01 01:30:00", "2026-11-01 05:30:00"}, {"2026-03-08 02:30:00", "2026-03-08 07:00:00"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			field := contacts.Time("at").Encoded(contacts.NaiveTime(name))
			var clocks, instants []time.Time
			for _, pair := range tt {
				for i, into := range []*[]time.Time{&clocks, &instants} {
					at, err := time.Parse(time.DateTime, pair[i])
					require.NoError(t, err)
					*into = append(*into, at)
				}
			}
			servertest.OnEach(t, func(t *testing.T, e servertest.Engine) {
				t.Helper()
				st := clockStore(t, e, field, clocks)
				if e.Dialect == dialect.SQLite {
					findings, err := st.Verify(t.Context())
					require.NoError(t, err)
					require.Contains(t, fatal(findings), "encoding:people.at")
					return
				}
				for i, at := range instants {
					require.Equal(t, at, myValue(t, st, i+1, "at"))
					requireInstants(t, st, instants, at)
					requireInstants(t, st, instants, at.Add(time.Hour)) // the second occurrence is no value of the column
				}
			})
		})
	}
}

// wallClocks are times around changes of the zone's clock.
func wallClocks(zone *time.Location) []time.Time {
	var out []time.Time
	for _, year := range []int{2011, 2018} {
		at := time.Date(year, 1, 2, 12, 0, 0, 0, zone)
		out = append(out, time.Date(year, 1, 2, 12, 0, 0, 0, time.UTC))
		_, next := at.ZoneBounds()
		if next.IsZero() || next.Year() > year {
			continue
		}
		_, before := next.Add(-time.Second).Zone()
		turn := next.UTC().Add(time.Duration(before) * time.Second)
		for _, d := range []time.Duration{-90 * time.Minute, -time.Hour, -30 * time.Minute, -time.Microsecond, 0, time.Microsecond, 10 * time.Minute, 30 * time.Minute, time.Hour, 90 * time.Minute} {
			out = append(out, turn.Add(d))
		}
	}
	return out
}

// firstOccurrence goes through the minutes: clocks are changed at full ones.
func firstOccurrence(clock time.Time, zone *time.Location) time.Time {
	for at := clock.Truncate(time.Minute).Add(-26 * time.Hour); ; at = at.Add(time.Minute) {
		_, offset := at.In(zone).Zone()
		switch shown := at.Add(time.Duration(offset) * time.Second); {
		case shown.After(clock):
			return at
		case clock.Sub(shown) < time.Minute:
			return at.Add(clock.Sub(shown))
		}
	}
}

func operandsAround(instants []time.Time) []time.Time {
	var out []time.Time
	for i, at := range instants {
		if out = append(out, at); i%3 == 0 {
			out = append(out, at.Add(-time.Microsecond), at.Add(time.Hour), at.Add(59*time.Minute))
		}
	}
	return out
}
