package sqlstore

import (
	"time"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/where"
)

// What a wall-clock time means is found out here, by the rule of wall, and not
// by the server: AT TIME ZONE takes the second of two, and moments after the
// clock was put forward for those that it leaves out.

// pgZoned reports whether the field is wall-clock time of another zone than UTC.
func pgZoned(f contacts.Field) bool {
	return f.Kind == where.KindTime && f.Encoding.Zone != "" && f.Encoding.Zone != "UTC"
}

// pgClocks is the range of the wall-clock times that mean the instant: all from
// the first on that are before the other.
func pgClocks(f contacts.Field, at time.Time) (from, beyond string) {
	w := wallOf(f.Encoding)
	return w.first(at).Format(pgLayout), w.first(at.Add(time.Microsecond)).Format(pgLayout)
}

func (s postgres) inZone(c column, n where.In) term {
	var from, beyond []any
	for _, v := range n.Values {
		a, b := pgClocks(c.field, v.Time())
		from, beyond = append(from, a), append(beyond, b)
	}
	return s.inRanges(c, pgTimestamp, from, beyond, n.Negated)
}

// pgKnownClock is the test for the years of the value page, for X.
func pgKnownClock(f contacts.Field) string {
	first, after := pageOfTimes()
	w := wallOf(f.Encoding)
	return "X >= '" + w.first(first).Format(pgLayout) + "' AND X < '" + w.first(after).Format(pgLayout) + "'"
}

// pgReadClock is the text of a wall-clock time, a day earlier: the value page's
// last hours may be in a year of five digits, east of Greenwich.
func pgReadClock(c column) string {
	return "to_char(" + c.sql + " - interval '1 day', 'YYYY-MM-DD HH24:MI:SS.US')"
}

func pgDecodeClock(f contacts.Field, text string) (where.Value, error) {
	clock, err := time.Parse(pgLayout, text)
	if err != nil {
		return where.Value{}, errStored
	}
	return where.ValueOf(wallOf(f.Encoding).instant(clock.AddDate(0, 0, 1)))
}

// pgEncodeClock refuses an instant whose wall-clock time means another one.
func pgEncodeClock(f contacts.Field, at time.Time) (any, error) {
	w := wallOf(f.Encoding)
	clock := shown(at.In(w.zone))
	if !w.instant(clock).Equal(at) {
		return nil, errStored
	}
	return clock.Format(pgLayout), nil
}

// pgUTC is a column of times in the engine's own types as a naive time in UTC.
func pgUTC(c column) string {
	switch {
	case pgZoned(c.field):
		return pgClockUTC(c)
	case pgType(c) == pgTimestamptz:
		return "(" + c.sql + " AT TIME ZONE 'UTC')"
	}
	return c.sql
}

// pgClockUTC tries the offset of a day before, and then that of a day after:
// the first of two times has the former. What is left out has the former, too,
// which is close enough for the month.
func pgClockUTC(c column) string {
	zone := " AT TIME ZONE '" + quoteText(c.field.Encoding.Zone) + "'"
	const utc, day = " AT TIME ZONE 'UTC'", " interval '1 day'"
	by := func(there, back string) string {
		return "((" + c.sql + there + day + ")" + zone + utc + back + day + ")"
	}
	shows := func(instant string) string { return "(" + instant + utc + zone + ") = " + c.sql }
	before, after := by(" -", " +"), by(" +", " -")
	return "CASE WHEN " + shows(before) + " OR NOT " + shows(after) + " THEN " + before + " ELSE " + after + " END"
}
