package sqlstore

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/where"
)

// nativeTime reports whether the field is stored in a type for times: DATETIME,
// which is wall-clock time of the field's zone, or TIMESTAMP, which is an
// instant and shown in the session's zone, so that it is compared as a number.
func nativeTime(f contacts.Field) bool {
	return f.Kind == where.KindTime && f.Encoding.Form == contacts.FormNative
}

const mysqlDatetimeLayout = "2006-01-02 15:04:05.000000"

// The last microsecond of the value page, and the first after it.
func pageOfTimes() (first, after time.Time) {
	return time.Unix(firstSecond, 0).UTC(), time.Unix(lastSecond+1, 0).UTC()
}

func (m mysql) knownTime(c column) term {
	e := c.field.Encoding
	switch {
	case perSecond(e) != 0:
		per := perSecond(e)
		return expr(fmt.Sprintf("%s BETWEEN %d AND %d", c.sql, firstSecond*per, (lastSecond+1)*per-1))
	case e.Form == contacts.FormText:
		return m.shaped(c, timeRegexp(e.Layout), len(e.Layout))
	case mysqlTypeOf(c.info) == mysqlTimestamp:
		return expr("UNIX_TIMESTAMP(" + c.sql + ") > 0")
	}
	test := "X >= '1000-01-01 00:00:00' AND " + realDay
	if e.Zone != "" && e.Zone != "UTC" {
		first, after := pageOfTimes()
		test = "X >= '" + first.Format(mysqlDatetimeLayout) + "' AND " + realDay
		w := wallOf(e)
		if from := w.first(first); from.After(first) {
			test = "X >= '" + from.Format(mysqlDatetimeLayout) + "' AND " + realDay
		}
		if to := w.first(after); to.Before(after) {
			test += " AND X < '" + to.Format(mysqlDatetimeLayout) + "'"
		}
	}
	return expr(strings.ReplaceAll(test, "X", c.sql))
}

// compareTime compares with the range of stored values that stand for the
// instant: none, one, or, where clocks were put back or forward, many.
func (m mysql) compareTime(c column, n where.Compare) term {
	if n.Value.Kind() != where.KindTime {
		return failed{errStored}
	}
	if mysqlTypeOf(c.info) == mysqlTimestamp {
		return m.compareTimestamp(c, n)
	}
	w, unit := wallOf(c.field.Encoding), columnUnit(c.info)
	from := ceil(w.first(n.Value.Time()), unit)
	beyond := ceil(w.first(n.Value.Time().Add(time.Microsecond)), unit)
	mark := "CAST(? AS DATETIME(6))"
	text := func(t time.Time) any { return t.Format(mysqlDatetimeLayout) }
	_, after := pageOfTimes()
	switch {
	case n.Op == where.Equal && !from.Before(beyond):
		return expr("1 = 0")
	case n.Op == where.NotEqual && !from.Before(beyond):
		return m.known(c)
	case n.Op == where.Equal && !from.Add(unit).Before(beyond):
		return all(mysqlIs(c.sql, mark, text(from)), m.known(c))
	case !beyond.Before(after): // a column cannot be compared with the year 10000
		return m.compareLast(c, n.Op, text(from), !from.Before(after))
	}
	return all(m.between(c, n.Op, mark, text(from), text(beyond)), m.known(c))
}

// compareLast compares with an instant that nothing is beyond; past says that
// nothing stored can be that instant either.
func (m mysql) compareLast(c column, op where.Op, from any, past bool) term {
	const mark = " CAST(? AS DATETIME(6))"
	switch {
	case past && (op == where.Less || op == where.LessOrEqual || op == where.NotEqual), op == where.LessOrEqual:
		return m.known(c)
	case past, op == where.Greater:
		return expr("1 = 0")
	case op == where.Less, op == where.NotEqual:
		return all(expr(c.sql+" <"+mark, from), m.known(c))
	}
	return all(expr(c.sql+" >="+mark, from), m.known(c))
}

// columnUnit is the smallest difference of two times in the column.
func columnUnit(c columnInfo) time.Duration {
	unit := time.Second
	for range mysqlDigits(c) {
		unit /= 10
	}
	return unit
}

// ceil is the first time of a column with the unit that is not before t.
func ceil(t time.Time, unit time.Duration) time.Time {
	down := t.Truncate(unit)
	if down.Before(t) {
		down = down.Add(unit)
	}
	return down
}

// The seconds that a TIMESTAMP of any version can be converted from, less a
// day of slack: FROM_UNIXTIME uses the zone of the session.
const (
	aDay           = 24 * 60 * 60
	firstTimestamp = 2 * aDay
	lastTimestamp  = 1<<31 - 2*aDay
)

func (m mysql) compareTimestamp(c column, n where.Compare) term {
	at := n.Value.Time()
	second := at.Unix()
	exact := expr("UNIX_TIMESTAMP("+c.sql+") "+n.Op.String()+" CAST(? AS DECIMAL(20, 6))",
		strconv.FormatInt(at.UnixMicro()/1e6, 10)+"."+fmt.Sprintf("%06d", at.UnixMicro()%1e6))
	if second < 0 {
		exact = m.unasked(c, before1970(n.Op))
	}
	terms := []term{exact}
	if second > firstTimestamp && second < lastTimestamp { // an index by wall-clock time
		if n.Op == where.Equal || n.Op == where.Less || n.Op == where.LessOrEqual {
			terms = append(terms, expr(c.sql+" <= FROM_UNIXTIME(?)", second+aDay))
		}
		if n.Op == where.Equal || n.Op == where.Greater || n.Op == where.GreaterOrEqual {
			terms = append(terms, expr(c.sql+" >= FROM_UNIXTIME(?)", second-aDay))
		}
	}
	return all(append(terms, m.known(c))...)
}

// before1970 is the answer for all timestamps, which are later.
func before1970(op where.Op) sense {
	switch op {
	case where.NotEqual, where.Greater, where.GreaterOrEqual:
		return always
	case where.Equal, where.Less, where.LessOrEqual:
	}
	return never
}

// month is computed from the seconds since 1970, not in the session's zone.
func (m mysql) month(c column) string {
	const since1970 = "DATE_FORMAT(TIMESTAMP'1970-01-01 00:00:00' + INTERVAL (X) SECOND, '%Y-%m')"
	e := c.field.Encoding
	switch per := perSecond(e); {
	case c.field.Kind == where.KindDate:
		return "DATE_FORMAT(" + c.sql + ", '%Y-%m')"
	case per != 0:
		// DIV rounds towards zero, but seconds before 1970 must go down.
		down := strings.NewReplacer("Y", c.sql, "N", strconv.FormatInt(per, 10)).Replace("(Y - ((Y % N) + N) % N) DIV N")
		return strings.ReplaceAll(since1970, "X", down)
	case e.Form == contacts.FormText:
		return "LEFT(" + m.raw(c) + ", 7)"
	case mysqlTypeOf(c.info) == mysqlTimestamp:
		return strings.ReplaceAll(since1970, "X", "FLOOR(UNIX_TIMESTAMP("+c.sql+"))")
	case e.Zone != "" && e.Zone != "UTC":
		return "DATE_FORMAT(" + c.sql + " - INTERVAL (" + wallOf(e).offsets(c.sql) + ") SECOND, '%Y-%m')"
	}
	return "DATE_FORMAT(" + c.sql + ", '%Y-%m')"
}
