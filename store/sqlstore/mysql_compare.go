package sqlstore

import (
	"slices"
	"strings"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/where"
)

func (m mysql) compare(c column, n where.Compare) term {
	switch {
	case !m.fits(c.field, c.info):
		return expr("1 = 0")
	case mysqlTypeOf(c.info) == mysqlText:
		return m.compareText(c, n)
	case c.field.Kind == where.KindDecimal && c.field.Encoding.Form == contacts.FormReal:
		return m.compareReal(c, n)
	case nativeTime(c.field):
		return m.compareTime(c, n)
	}
	x, at, err := mysqlOperand(c, n.Value)
	if err != nil {
		return failed{err}
	}
	op, sense := adapt(n.Op, at)
	if sense != asked {
		return m.unasked(c, sense)
	}
	if mysqlTypeOf(c.info) == mysqlUUID && op != where.Equal && op != where.NotEqual {
		return expr(m.read(c)+" "+op.String()+" CAST(? AS BINARY)", x) // UUIDs sort by their last part
	}
	return all(mysqlCompares(c.sql, op, m.mark(c, x), x), m.known(c))
}

// mysqlIs compares with a value, by an index where there is one. MariaDB
// combines an = between a column and a value with those that join tables, and
// then asks for the other table's column inside of an OR, even before it has
// read that table: contacts with such rows were not found (10.11). A list of
// one value, or of the same twice, becomes an = too, and <=> does not find
// unsigned integers from 2^63 on.
func mysqlIs(sql, mark string, x any) term {
	return expr(sql+" BETWEEN "+mark+" AND "+mark, x, x)
}

func mysqlCompares(sql string, op where.Op, mark string, x any) term {
	if op == where.Equal {
		return mysqlIs(sql, mark, x)
	}
	return expr(sql+" "+op.String()+" "+mark, x)
}

// unasked is a comparison whose answer is the same for all known values.
func (m mysql) unasked(c column, s sense) term {
	if s == always {
		return m.known(c)
	}
	return expr("1 = 0")
}

func (m mysql) compareReal(c column, n where.Compare) term {
	from, beyond := realRange(n.Value.Decimal())
	return all(m.between(c, n.Op, "?", from, beyond), m.known(c))
}

// between compares a column with what stands for one value: everything from
// the first bound on and below the second.
func (mysql) between(c column, op where.Op, mark string, from, beyond any) term {
	switch op {
	case where.Equal:
		return all(expr(c.sql+" >= "+mark, from), expr(c.sql+" < "+mark, beyond))
	case where.NotEqual:
		return anyOf(expr(c.sql+" < "+mark, from), expr(c.sql+" >= "+mark, beyond))
	case where.Less:
		return expr(c.sql+" < "+mark, from)
	case where.LessOrEqual:
		return expr(c.sql+" < "+mark, beyond)
	case where.Greater:
		return expr(c.sql+" >= "+mark, beyond)
	case where.GreaterOrEqual:
		return expr(c.sql+" >= "+mark, from)
	}
	return failed{errMode}
}

// in is a list of parameters, and for what compares by ranges one test for
// each value.
func (m mysql) in(c column, n where.In) term {
	real := c.field.Kind == where.KindDecimal && c.field.Encoding.Form == contacts.FormReal
	switch {
	case !m.fits(c.field, c.info):
		return expr("1 = 0")
	case len(n.Values) == 0:
		if n.Negated {
			return m.known(c)
		}
		return expr("1 = 0")
	case real || nativeTime(c.field):
		return m.inEach(c, n)
	}
	values, answer := storable(m, c, n, mysqlOperand)
	switch {
	case answer != nil:
		return answer
	case mysqlTypeOf(c.info) != mysqlText:
		return all(mysqlIn(c.sql, n.Negated, m.marks(c, values), values), m.known(c))
	}
	bytes, mark := m.bytes(c), m.bytesMark(c)
	if n.Fold {
		bytes, mark = m.fold(c), "CAST(? AS BINARY)"
	}
	exact := mysqlIn(bytes, n.Negated, slices.Repeat([]string{mark}, len(values)), values)
	if !n.Negated && m.hints(c, n.Fold) {
		exact = all(mysqlIn(c.sql, false, slices.Repeat([]string{m.textMark(c.info)}, len(values)), values), exact)
	}
	return all(exact, m.known(c))
}

// mysqlIn is a list of values; one of a single value would become an =.
func mysqlIn(sql string, negated bool, marks []string, values []any) term {
	switch {
	case negated:
		return all(mysqlLists(sql+" NOT", marks, 1, values)...)
	case len(values) == 1:
		return mysqlIs(sql, marks[0], values[0])
	}
	return anyOf(mysqlLists(sql, marks, 1, values)...)
}

func (m mysql) marks(c column, values []any) []string {
	marks := make([]string, len(values))
	for i, x := range values {
		marks[i] = m.mark(c, x)
	}
	return marks
}

func (m mysql) inEach(c column, n where.In) term {
	tests := make([]term, len(n.Values))
	for i, v := range n.Values {
		op := where.Equal
		if n.Negated {
			op = where.NotEqual
		}
		tests[i] = m.compare(c, where.Compare{Field: n.Field, Op: op, Value: v})
	}
	if n.Negated {
		return all(tests...)
	}
	return anyOf(tests...)
}

func (m mysql) distinct(c column, fold bool) string {
	t := mysqlTypeOf(c.info)
	switch {
	case fold:
		return m.fold(c)
	case t == mysqlText && strings.Contains(c.info.declared, "TEXT"):
		return "SHA2(" + m.raw(c) + ", 256)" // long texts are not compared whole
	case t == mysqlText:
		return m.raw(c)
	case t == mysqlTimestamp:
		return "UNIX_TIMESTAMP(" + c.sql + ")"
	case c.field.Kind == where.KindDecimal && c.field.Encoding.Form == contacts.FormReal:
		return strings.ReplaceAll(mysqlRounded, "X", c.sql)
	}
	return c.sql
}

// mysqlRounded is a floating-point number at the 15 digits that it is read at.
// The logarithm may be off by one just below a power of ten.
const mysqlRounded = "IF(X = 0, 0, ROUND(X, 14 - FLOOR(LOG10(ABS(X))) + (ABS(X) < POW(10, FLOOR(LOG10(ABS(X)))))))"
