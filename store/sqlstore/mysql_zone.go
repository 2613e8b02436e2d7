package sqlstore

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/contactsweep/contactsweep/contacts"
)

// wall is the clock of a zone. A wall-clock time that occurs twice means the
// first of the two, and one that is left out means the moment at which the
// clock was put forward. So later wall-clock times never mean earlier
// instants, and a comparison of instants is one of wall-clock times.
type wall struct{ zone *time.Location }

func wallOf(e contacts.Encoding) wall {
	zone, err := time.LoadLocation(e.Zone)
	if err != nil {
		zone = time.UTC // the schema was valid
	}
	return wall{zone}
}

// first is the first wall-clock time, as if it were of UTC, that means the
// instant or a later one.
func (w wall) first(instant time.Time) time.Time {
	local := instant.In(w.zone)
	clock := shown(local)
	start, _ := local.ZoneBounds()
	if start.IsZero() {
		return clock
	}
	_, before := start.Add(-time.Microsecond).Zone()
	_, now := start.Zone()
	switch turned := start.UTC().Add(time.Duration(before) * time.Second); {
	case before > now && clock.Before(turned):
		return turned // what the clock shows a second time
	case before < now && instant.Equal(start):
		return turned // with what was left out
	}
	return clock
}

// shown is what the clock shows, as if it were of UTC.
func shown(t time.Time) time.Time {
	_, offset := t.Zone()
	return t.UTC().Add(time.Duration(offset) * time.Second)
}

// instant is what a wall-clock time means.
func (w wall) instant(clock time.Time) time.Time {
	const near = 24 * time.Hour
	_, before := clock.Add(-near).In(w.zone).Zone()
	_, after := clock.Add(near).In(w.zone).Zone()
	earlier := clock.Add(-time.Duration(before) * time.Second)
	later := clock.Add(-time.Duration(after) * time.Second)
	switch {
	case shown(earlier.In(w.zone)).Equal(clock):
		return earlier
	case shown(later.In(w.zone)).Equal(clock):
		return later
	}
	start, _ := earlier.In(w.zone).ZoneBounds()
	return start
}

// offsets is an expression for the seconds by which the zone's clock is ahead
// of UTC at a wall-clock time. The rules of zones repeat every 400 years, so
// that the transitions of one period after the last single one are enough.
func (w wall) offsets(sql string) string {
	const period = 146097 * 24 * 60 * 60 // seconds of 400 years
	last := time.Date(2100, 1, 1, 0, 0, 0, 0, time.UTC)
	end := last.AddDate(400, 0, 0)
	at := time.Unix(firstSecond, 0).In(w.zone)
	_, offset := at.Zone()
	turns, offsets := []string{}, []string{strconv.Itoa(offset)}
	for {
		_, next := at.ZoneBounds()
		if next.IsZero() || next.After(end) {
			break
		}
		if !next.After(at) { // so it is at the ends of some leap years
			next = at.Add(24 * time.Hour)
		}
		at = next.In(w.zone)
		before := offset
		if _, offset = at.Zone(); offset == before {
			continue
		}
		turns = append(turns, strconv.FormatInt(toSeconds(next.UTC())+int64(max(before, offset)), 10)) // what is shown twice, or left out, is before it
		offsets = append(offsets, strconv.Itoa(offset))
	}
	if len(turns) == 0 {
		return offsets[0]
	}
	s := "TO_SECONDS(" + sql + ")"
	repeated := fmt.Sprintf("IF(%[1]s < %[2]d, %[1]s, %[2]d + (%[1]s - %[2]d) %% %[3]d)", s, toSeconds(last), int64(period))
	return "CAST(ELT(1 + INTERVAL(" + repeated + ", " + strings.Join(turns, ", ") + "), " + strings.Join(offsets, ", ") + ") AS SIGNED)"
}

// toSeconds is MySQL's function: the seconds since the year 0.
func toSeconds(clock time.Time) int64 {
	const to1970 = 719528 * 24 * 60 * 60
	return clock.Unix() + to1970
}
