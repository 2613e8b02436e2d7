package sqlstore

import (
	"strconv"
	"strings"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/where"
)

func (s postgres) compare(c column, n where.Compare) term {
	if !pgFits(c) {
		return expr("1 = 0")
	}
	if c.field.Kind == where.KindDecimal && c.field.Encoding.Form == contacts.FormReal {
		from, beyond := realRange(n.Value.Decimal())
		return all(realTest(c.sql, n.Op, "?::"+pgDouble, from, beyond), s.known(c))
	}
	if pgZoned(c.field) && n.Value.Kind() == where.KindTime {
		from, beyond := pgClocks(c.field, n.Value.Time())
		return all(realTest(c.sql, n.Op, "?::"+pgTimestamp, from, beyond), s.known(c))
	}
	x, at, err := pgOperand(c, n.Value)
	if err != nil {
		return failed{err}
	}
	op, sense := adapt(n.Op, at)
	switch sense {
	case never:
		return expr("1 = 0")
	case always:
		return s.known(c)
	case asked:
	}
	mark := " " + op.String() + " ?::" + pgCast(c)
	switch {
	case n.Fold:
		return expr(pgFold(c)+mark, x)
	case pgTextual(c):
		return s.compareText(c, op, x)
	case pgKnown(c) == "":
		return expr(c.sql+mark, x)
	}
	return all(expr(c.sql+mark, x), s.known(c))
}

// compareText keeps the column's index for equality. Columns that take
// different texts for one are asked twice.
func (s postgres) compareText(c column, op where.Op, x any) term {
	binary := expr(pgBytes(c)+" "+op.String()+" ?::text", x)
	test := binary
	if op == where.Equal {
		own := pgText
		if t := pgType(c); t == pgCitext || t == pgChar {
			own = pgOwn(t)
		}
		plain := expr(c.sql+" = ?::"+own, x)
		switch {
		case pgType(c) == pgEnum:
		case c.info.collation == "":
			test = plain
		default:
			test = all(plain, binary)
		}
	}
	if pgKnown(c) != "" {
		return all(test, s.known(c))
	}
	return test
}

func (s postgres) in(c column, n where.In) term {
	if !pgFits(c) {
		return expr("1 = 0")
	}
	if c.field.Kind == where.KindDecimal && c.field.Encoding.Form == contacts.FormReal {
		return s.inReal(c, n)
	}
	values, answer := storable(s, c, n, pgOperand)
	switch {
	case answer != nil:
		return answer
	case n.Fold:
		return pgInList(pgFold(c), pgText, values, n.Negated)
	}
	var test term
	switch {
	case pgTextual(c):
		test = pgInList(pgBytes(c), pgText, values, n.Negated)
		if plain := pgType(c) == pgText || pgType(c) == pgVarchar; plain && !n.Negated && c.info.collation == "" {
			test = pgInList(c.sql, pgText, values, false)
		}
	case pgZoned(c.field):
		return s.inZone(c, n)
	default:
		test = pgInList(c.sql, pgCast(c), values, n.Negated)
	}
	if pgKnown(c) != "" {
		return all(test, s.known(c))
	}
	return test
}

func (s postgres) inReal(c column, n where.In) term {
	var from, beyond []any
	for _, v := range n.Values {
		a, b := realRange(v.Decimal())
		from, beyond = append(from, a), append(beyond, b)
	}
	return s.inRanges(c, pgDouble, from, beyond, n.Negated)
}

// inRanges asks for a range in a list of ranges.
func (s postgres) inRanges(c column, kind string, from, beyond []any, negated bool) term {
	found := "EXISTS (SELECT 1 FROM unnest(?::text::" + kind + "[], ?::text::" + kind + `[]) AS "j"("a", "b") WHERE ` +
		c.sql + ` >= "j"."a" AND ` + c.sql + ` < "j"."b")`
	if negated {
		found = "NOT " + found
	}
	return all(expr(found, pgArray(from), pgArray(beyond)), s.known(c))
}

func (postgres) distinct(c column, fold bool) string {
	switch {
	case fold:
		return pgFold(c)
	case pgTextual(c):
		return pgBytes(c)
	case c.field.Kind == where.KindDecimal && c.field.Encoding.Form == contacts.FormReal:
		return c.sql + "::" + pgNumeric // at the 15 digits that it is read at
	}
	return c.sql
}

func (postgres) month(c column) string {
	e := c.field.Encoding
	switch per := perSecond(e); {
	case c.field.Kind == where.KindDate:
		return "date_trunc('month', " + c.sql + ")"
	case e.Form == contacts.FormText:
		return "substr(" + c.sql + ", 1, 7)"
	case per == 0:
		return "date_trunc('month', " + pgUTC(c) + ")"
	default:
		// Division rounds towards zero, but seconds before 1970 must go down.
		down := strings.NewReplacer("X", c.sql+"::bigint", "N", strconv.FormatInt(per, 10)).Replace("(X - ((X % N) + N) % N) / N")
		return "date_trunc('month', to_timestamp(" + down + ") AT TIME ZONE 'UTC')"
	}
}
