package where

import (
	"errors"
	"fmt"
	"reflect"
	"strings"
)

// Where adds a condition in brackets.
func (c Condition) Where(group Condition) Condition { return c.add(groupNode("(…)", group)) }

// WhereNot adds the negation of a condition. Where that is unknown, so is its
// negation: NULL is selected by neither.
func (c Condition) WhereNot(group Condition) Condition {
	return c.add(Not{groupNode("NOT (…)", group)})
}

// NoResults adds a term that is false for every row.
func (c Condition) NoResults() Condition { return c.add(Constant{}) }

func groupNode(text string, group Condition) Node {
	if n := group.root(); n != nil {
		return n
	}
	return invalid{text: text, err: errEmpty}
}

// WhereEquals selects a field equal to the value.
func (c Condition) WhereEquals(field string, value any) Condition {
	return c.compare(field, Equal, value)
}

// WhereNotEquals selects a field that holds another value. NULL is not
// selected.
func (c Condition) WhereNotEquals(field string, value any) Condition {
	return c.compare(field, NotEqual, value)
}

// WhereEqualsOrNull selects a field equal to the value, or NULL.
func (c Condition) WhereEqualsOrNull(field string, value any) Condition {
	return c.add(Or{[]Node{compareNode(field, Equal, value), Null{Field: field}}})
}

// WhereLessThan selects a field less than the value.
func (c Condition) WhereLessThan(field string, value any) Condition {
	return c.compare(field, Less, value)
}

// WhereLessOrEquals selects a field less than or equal to the value.
func (c Condition) WhereLessOrEquals(field string, value any) Condition {
	return c.compare(field, LessOrEqual, value)
}

// WhereGreaterThan selects a field greater than the value.
func (c Condition) WhereGreaterThan(field string, value any) Condition {
	return c.compare(field, Greater, value)
}

// WhereGreaterOrEquals selects a field greater than or equal to the value.
func (c Condition) WhereGreaterOrEquals(field string, value any) Condition {
	return c.compare(field, GreaterOrEqual, value)
}

// WhereBetween selects a field from low to high, both included. A low above
// high is an error, except for texts, whose order is the field's to say: then
// it selects nothing.
func (c Condition) WhereBetween(field string, low, high any) Condition {
	from, to := compareNode(field, GreaterOrEqual, low), compareNode(field, LessOrEqual, high)
	f, fromOK := from.(Compare)
	t, toOK := to.(Compare)
	if fromOK && toOK && inverted(f.Value, t.Value) {
		return c.add(invalid{text: quoteName(field) + " BETWEEN ? AND ?", err: errors.New("the lower end is above the upper end")})
	}
	return c.add(And{[]Node{from, to}})
}

// inverted reports whether low is known to be after high. A text may stand for
// a decimal or a UUID, and the kind of the field is not known here. Relative
// times count backwards.
func inverted(low, high Value) bool {
	if v, err := high.As(low.kind); err == nil {
		high = v
	}
	switch {
	case low.kind == KindUint64 && high.kind == KindInt64:
		return true // the upper end is negative, As would have converted it
	case low.kind != high.kind || low.kind == KindText:
		return false
	case low.IsRelative():
		low, high = high, low
	}
	return CompareValues(low, high) > 0
}

// WhereNull selects NULL.
func (c Condition) WhereNull(field string) Condition { return c.add(Null{Field: field}) }

// WhereNotNull selects any value of the field's kind.
func (c Condition) WhereNotNull(field string) Condition {
	return c.add(Null{Field: field, Negated: true})
}

// WhereEmpty selects NULL and, in a text field, the empty text. White space is
// not empty.
func (c Condition) WhereEmpty(field string) Condition { return c.add(Empty{Field: field}) }

// WhereNotEmpty selects what [Condition.WhereEmpty] does not.
func (c Condition) WhereNotEmpty(field string) Condition {
	return c.add(Empty{Field: field, Negated: true})
}

// WhereUnknown selects NULL and stored values that do not belong to the
// field's kind, such as a text in an integer column or a date of zeros. No
// other term selects the latter.
func (c Condition) WhereUnknown(field string) Condition {
	return c.add(Known{Field: field, Negated: true})
}

// WhereKnown selects stored values of the field's kind.
func (c Condition) WhereKnown(field string) Condition { return c.add(Known{Field: field}) }

// WhereTrue selects true in a bool field.
func (c Condition) WhereTrue(field string) Condition { return c.compare(field, Equal, true) }

// WhereFalse selects false in a bool field. NULL is not false.
func (c Condition) WhereFalse(field string) Condition { return c.compare(field, Equal, false) }

// WhereContains selects a text field that contains the literal text, which
// must not be empty.
func (c Condition) WhereContains(field, text string) Condition {
	return c.match(field, Contains, text, false)
}

// WhereNotContains selects a text field that does not contain the text. NULL
// is not selected.
func (c Condition) WhereNotContains(field, text string) Condition {
	return c.match(field, Contains, text, true)
}

// WhereStartsWith selects a text field that starts with the literal text,
// which must not be empty.
func (c Condition) WhereStartsWith(field, text string) Condition {
	return c.match(field, StartsWith, text, false)
}

// WhereNotStartsWith selects a text field that does not start with the text.
// NULL is not selected.
func (c Condition) WhereNotStartsWith(field, text string) Condition {
	return c.match(field, StartsWith, text, true)
}

// WhereEndsWith selects a text field that ends with the literal text, which
// must not be empty.
func (c Condition) WhereEndsWith(field, text string) Condition {
	return c.match(field, EndsWith, text, false)
}

// WhereNotEndsWith selects a text field that does not end with the text. NULL
// is not selected.
func (c Condition) WhereNotEndsWith(field, text string) Condition {
	return c.match(field, EndsWith, text, true)
}

// WhereLike selects a text field that matches the whole pattern: % stands for
// any characters, _ for exactly one code point, and \ makes the next %, _ or \
// literal. A pattern that is empty, longer than 1,000 bytes, consists of % alone
// or has a \ before anything else is an error.
func (c Condition) WhereLike(field, pattern string) Condition {
	return c.add(likeNode(field, pattern, false))
}

// WhereNotLike selects a text field that does not match the pattern. NULL is
// not selected.
func (c Condition) WhereNotLike(field, pattern string) Condition {
	return c.add(likeNode(field, pattern, true))
}

// WhereIn selects a field whose value is one of the values, given one by one
// or as one slice. WhereIn of nothing matches nothing.
func (c Condition) WhereIn(field string, values ...any) Condition {
	return c.in(field, values, false)
}

// WhereNotIn selects a field whose value is none of the values, given one by
// one or as one slice. WhereNotIn of nothing would match everything and is an
// error. NULL is not selected.
func (c Condition) WhereNotIn(field string, values ...any) Condition {
	return c.in(field, values, true)
}

// WhereID selects the contact with that key, one value for each of the key's
// columns, in their order.
func (c Condition) WhereID(key ...any) Condition {
	values, err := valuesOf(key)
	if err == nil && len(values) == 0 {
		err = errors.New("no key given")
	}
	if err != nil {
		return c.add(invalid{text: "ID ?", err: err})
	}
	return c.add(ID{values})
}

// WhereExists selects contacts with an associated row: any row, or one that
// fulfils the condition, of which there may be at most one.
func (c Condition) WhereExists(association string, rows ...Condition) Condition {
	n, bad := rowsNode("EXISTS "+quoteName(association), rows)
	if bad != nil {
		return c.add(bad)
	}
	return c.add(Exists{Association: association, Rows: n})
}

// WhereNotExists selects contacts without an associated row, or without one
// that fulfils the condition. A row for which the condition is unknown does not
// fulfil it, as in SQL: where a row of unknown time could be a recent one, say
// so, and the contact stays:
//
//	recent := where.New().WhereGreaterOrEquals("placed", where.Ago(year)).
//		Or().WhereUnknown("placed")
//	dormant := where.New().WhereNotExists("orders", recent)
func (c Condition) WhereNotExists(association string, rows ...Condition) Condition {
	n, bad := rowsNode("NOT EXISTS "+quoteName(association), rows)
	if bad != nil {
		return c.add(bad)
	}
	return c.add(Exists{Association: association, Rows: n, Negated: true})
}

// WhereCount compares the number of associated rows, of all or of those that
// fulfil the condition, with n, which must not be negative. Rows for which the
// condition is unknown are not counted.
func (c Condition) WhereCount(association string, op Op, n int64, rows ...Condition) Condition {
	return c.count(Count{Association: association, Op: op, N: n}, rows)
}

// WhereCountDistinct compares the number of distinct values of a field of the
// associated rows with n. NULL is no value.
func (c Condition) WhereCountDistinct(association, field string, op Op, n int64, rows ...Condition) Condition {
	return c.count(Count{Association: association, By: CountValues, Field: field, Op: op, N: n}, rows)
}

// WhereCountMonths compares the number of different calendar months, in UTC,
// of a time or date field of the associated rows with n.
func (c Condition) WhereCountMonths(association, field string, op Op, n int64, rows ...Condition) Condition {
	return c.count(Count{Association: association, By: CountMonths, Field: field, Op: op, N: n}, rows)
}

func (c Condition) compare(field string, op Op, value any) Condition {
	return c.add(compareNode(field, op, value))
}

func compareNode(field string, op Op, value any) Node {
	v, err := ValueOf(value)
	if err != nil {
		return invalid{text: quoteName(field) + " " + op.String() + " ?", err: err}
	}
	return Compare{Field: field, Op: op, Value: v}
}

func (c Condition) match(field string, mode MatchMode, text string, negated bool) Condition {
	n := Match{Field: field, Mode: mode, Text: text, Negated: negated}
	if text == "" {
		return c.add(invalid{text: redactedText(n), err: errors.New("the search text is empty; use WhereEmpty or WhereNotEmpty")})
	}
	if _, err := textValue(text); err != nil {
		return c.add(invalid{text: redactedText(n), err: err})
	}
	return c.add(n)
}

func likeNode(field, pattern string, negated bool) Node {
	n := Like{Field: field, Pattern: pattern, Negated: negated}
	if err := checkPattern(pattern); err != nil {
		return invalid{text: redactedText(n), err: err}
	}
	return n
}

const maxPattern = 1000

func checkPattern(pattern string) error {
	switch {
	case pattern == "":
		return errors.New("the pattern is empty; use WhereEmpty or WhereNotEmpty")
	case len(pattern) > maxPattern:
		return fmt.Errorf("the pattern is longer than %d bytes", maxPattern)
	case strings.Trim(pattern, "%") == "":
		return errors.New("the pattern matches every text; use WhereNotNull")
	}
	if _, err := textValue(pattern); err != nil {
		return err
	}
	for i := 0; i < len(pattern); i++ {
		if pattern[i] != '\\' {
			continue
		}
		i++
		if i == len(pattern) || !strings.ContainsRune(`%_\`, rune(pattern[i])) {
			return errors.New(`a \ in the pattern is not followed by %, _ or \`)
		}
	}
	return nil
}

func (c Condition) in(field string, values []any, negated bool) Condition {
	n := In{Field: field, Negated: negated}
	var err error
	if n.Values, err = valuesOf(values); err == nil && negated && len(n.Values) == 0 {
		err = errors.New("NOT IN of nothing would match everything")
	}
	if err != nil {
		return c.add(invalid{text: redactedText(n), err: err})
	}
	return c.add(n)
}

// valuesOf converts the values, or the elements of the one slice among them.
func valuesOf(values []any) ([]Value, error) {
	if len(values) == 1 && values[0] != nil {
		if r := reflect.ValueOf(values[0]); r.Kind() == reflect.Slice && r.Type().Elem().Kind() != reflect.Uint8 {
			values = make([]any, r.Len())
			for i := range values {
				values[i] = r.Index(i).Interface()
			}
		}
	}
	out := make([]Value, len(values))
	for i, x := range values {
		v, err := ValueOf(x)
		if err != nil {
			return nil, fmt.Errorf("element %d: %w", i+1, err)
		}
		out[i] = v
	}
	return out, nil
}

// rowsNode returns the condition on associated rows as a node, nil for any
// row, or what is wrong with it.
func rowsNode(text string, rows []Condition) (n, bad Node) {
	switch len(rows) {
	case 0:
		return nil, nil
	case 1:
		if n := rows[0].root(); n != nil {
			return n, nil
		}
		return nil, invalid{text: text, err: errors.New("the condition on the rows is empty; leave it out to mean any row")}
	}
	return nil, invalid{text: text, err: errors.New("more than one condition on the rows; join them with And or Or")}
}

func (c Condition) count(n Count, rows []Condition) Condition {
	text := "COUNT " + quoteName(n.Association)
	var bad Node
	n.Rows, bad = rowsNode(text, rows)
	switch {
	case bad != nil:
		return c.add(bad)
	case !n.Op.valid():
		return c.add(invalid{text: text, err: errors.New("no such comparison; use where.Equal to where.GreaterOrEqual")})
	case n.N < 0:
		return c.add(invalid{text: text, err: errors.New("the number is negative")})
	}
	return c.add(n)
}
