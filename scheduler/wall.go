package scheduler

import "time"

// farthest is more than any zone's clocks were ever from UTC.
const farthest = 16 * time.Hour

// wallOf returns what the clocks of the zone show, as a time in UTC.
func wallOf(t time.Time, loc *time.Location) time.Time {
	_, offset := t.In(loc).Zone()
	return t.UTC().Add(time.Duration(offset) * time.Second)
}

func dateOf(wall time.Time) time.Time {
	return time.Date(wall.Year(), wall.Month(), wall.Day(), 0, 0, 0, 0, time.UTC)
}

// span is a time during which the clocks of a zone keep their distance to UTC.
type span struct {
	start, end time.Time     // end is exclusive; zero: open
	offset     time.Duration // of the clocks
	next       time.Duration // of the clocks after end
}

// spanAt returns the span that t is in.
func spanAt(t time.Time, loc *time.Location) span {
	start, end := t.In(loc).ZoneBounds()
	_, offset := t.In(loc).Zone()
	s := span{start: start, end: end, offset: time.Duration(offset) * time.Second}
	s.next = s.offset
	if !end.IsZero() {
		_, offset := end.In(loc).Zone()
		s.next = time.Duration(offset) * time.Second
	}
	return s
}

// holds reports whether the instant is in the span.
func (s span) holds(t time.Time) bool {
	return !t.Before(s.start) && (s.end.IsZero() || t.Before(s.end))
}

// leavesOut reports whether the clocks go past the wall time at the end of the
// span, and whether that is so for the whole of its date.
func (s span) leavesOut(wall time.Time) (gap, wholeDate bool) {
	if s.end.IsZero() || s.next <= s.offset {
		return false, false
	}
	from, to := s.end.UTC().Add(s.offset), s.end.UTC().Add(s.next)
	if wall.Before(from) || !wall.Before(to) {
		return false, false
	}
	date := dateOf(wall)
	return true, !from.After(date) && !to.Before(date.AddDate(0, 0, 1))
}

// resolve returns the instant of a wall time, which is given in UTC: the first
// at which the clocks show it, or the first one after the gap that it is in.
// It reports false if there is no such date.
func resolve(wall time.Time, loc *time.Location) (time.Time, bool) {
	for at := wall.Add(-farthest); ; {
		s := spanAt(at, loc)
		if t := wall.Add(-s.offset); s.holds(t) {
			return t, true
		}
		if gap, wholeDate := s.leavesOut(wall); gap {
			return s.end.UTC(), !wholeDate
		}
		if s.end.IsZero() || s.end.After(wall.Add(farthest)) {
			return time.Time{}, false
		}
		at = s.end
	}
}
