package sqlstore

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/where"
)

func (s sqlite) compare(c column, n where.Compare) term {
	if c.field.Kind == where.KindDecimal && c.field.Encoding.Form == contacts.FormReal {
		return s.compareReal(c, n)
	}
	x, onGrid, err := sqliteOperand(c.field, n.Value)
	if err != nil {
		return failed{err}
	}
	op, sense := adapt(n.Op, onGrid)
	switch sense {
	case never:
		return expr("1 = 0")
	case always:
		return s.known(c)
	case asked:
	}
	test := s.plainly(c, op, x)
	if n.Fold {
		test = expr(c.sql+" COLLATE NOCASE "+op.String()+" ?", x)
	}
	if op == where.Equal && textual(c.field) {
		return test // only a text is equal to a text, and to this one only a value that is known
	}
	return all(test, s.known(c))
}

// plainly compares the column so that its index can be used, and texts byte by
// byte whatever the column's collation and affinity are.
func (s sqlite) plainly(c column, op where.Op, x any) term {
	if !textual(c.field) {
		return expr(c.sql+" "+op.String()+" ?", x)
	}
	exact := expr(s.bytes(c)+" "+op.String()+" ?", x)
	if op == where.Equal && c.info.collation != "" {
		return all(expr(c.sql+" = ?", x), exact) // the first for an index by the column's collation
	}
	return exact
}

// bytes is a text column as it is compared byte by byte. A column of numeric
// affinity would turn an operand that looks like a number into one.
func (sqlite) bytes(c column) string {
	sql := c.sql
	if c.field.Kind == where.KindText && c.info.affinity() != affinityText && c.info.affinity() != affinityBlob {
		sql = "+" + sql
	}
	return sql + " COLLATE BINARY"
}

// sense says whether a comparison is to be asked at all.
type sense uint8

const (
	asked  sense = iota
	never        // no stored value fulfils it
	always       // every known value does
)

// place is where an operand lies among the values that a column can store.
type place uint8

const (
	exact   place = iota // the operand can be stored
	between              // it lies between what was given and the next value
	below                // all stored values are greater
	above                // all stored values are less
)

// adapt compares with the greatest value that can be stored below an operand
// that cannot be stored itself.
func adapt(op where.Op, at place) (where.Op, sense) {
	less := op == where.Less || op == where.LessOrEqual
	greater := op == where.Greater || op == where.GreaterOrEqual
	switch {
	case at == exact:
		return op, asked
	case op == where.Equal:
		return op, never
	case op == where.NotEqual:
		return op, always
	case at == between && less:
		return where.LessOrEqual, asked
	case at == between && greater:
		return where.Greater, asked
	case at == above && less, at == below && greater:
		return op, always
	}
	return op, never
}

// smallList is the number of values up to which a list is written as single
// parameters; longer ones pass as one.
const smallList = 16

func (s sqlite) in(c column, n where.In) term {
	if c.field.Kind == where.KindDecimal && c.field.Encoding.Form == contacts.FormReal {
		return s.inReal(c, n)
	}
	values, answer := storable(s, c, n, func(c column, v where.Value) (any, place, error) { return sqliteOperand(c.field, v) })
	if answer != nil {
		return answer
	}
	list := sqliteList(values)
	if n.Negated {
		sql := c.sql
		switch {
		case n.Fold:
			sql += " COLLATE NOCASE"
		case textual(c.field):
			sql = s.bytes(c)
		}
		return all(expr(sql+" NOT IN (?)", list), s.known(c))
	}
	switch {
	case !textual(c.field):
		return all(expr(c.sql+" IN (?)", list), s.known(c))
	case n.Fold:
		return expr(c.sql+" COLLATE NOCASE IN (?)", list)
	case c.info.collation != "":
		return all(expr(c.sql+" IN (?)", list), expr(s.bytes(c)+" IN (?)", list))
	}
	return expr(s.bytes(c)+" IN (?)", list)
}

// sqliteList is what stands in the brackets of IN.
func sqliteList(values []any) term {
	_, isFloat := values[0].(float64)
	if len(values) <= smallList || isFloat { // a JSON number may lose the last bit of a float
		return expr(strings.TrimSuffix(strings.Repeat("?, ", len(values)), ", "), values...)
	}
	if _, isBlob := values[0].([]byte); isBlob {
		var blob []byte
		places := make([]int, len(values))
		for _, v := range values {
			b, _ := v.([]byte)
			blob = append(blob, b...)
		}
		return expr(`SELECT substr(?, "j"."key" * 16 + 1, 16) FROM json_each(?) AS "j"`, blob, jsonList(places))
	}
	return expr(`SELECT "j"."value" FROM json_each(?) AS "j"`, jsonList(values))
}

// jsonList cannot fail: the values are numbers and valid texts.
func jsonList[T any](values []T) string {
	out, err := json.Marshal(values)
	if err != nil {
		return fmt.Sprintf("invalid: %T", values)
	}
	return string(out)
}

func (sqlite) distinct(c column, fold bool) string {
	switch {
	case fold:
		return c.sql + " COLLATE NOCASE"
	case textual(c.field):
		return c.sql + " COLLATE BINARY"
	case c.field.Kind == where.KindDecimal && c.field.Encoding.Form == contacts.FormReal:
		return "printf('%.14e', " + c.sql + " + 0.0)" // the 15 digits that it is read at
	}
	return c.sql
}

func (sqlite) month(c column) string {
	per := perSecond(c.field.Encoding)
	switch {
	case c.field.Kind == where.KindDate || per == 0:
		return "substr(" + c.sql + ", 1, 7)"
	case per == 1:
		return "strftime('%Y-%m', " + c.sql + ", 'unixepoch')"
	}
	// Division rounds towards zero, but seconds before 1970 must go down.
	down := strings.NewReplacer("X", c.sql, "N", strconv.FormatInt(per, 10)).Replace("(X - ((X % N) + N) % N) / N")
	return "strftime('%Y-%m', " + down + ", 'unixepoch')"
}
