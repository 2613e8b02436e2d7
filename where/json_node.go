package where

import (
	"fmt"
	"strings"
)

// The operators of the JSON form that are not comparisons. A negated test has
// an operator of its own, so that no flag can get lost.
const (
	jsonAnd, jsonOr, jsonNot      = "and", "or", "not"
	jsonEverything, jsonNothing   = "everything", "nothing"
	jsonID                        = "id"
	jsonNull, jsonNotNull         = "null", "not-null"
	jsonKnown, jsonUnknown        = "known", "unknown"
	jsonEmpty, jsonNotEmpty       = "empty", "not-empty"
	jsonIn, jsonNotIn             = "in", "not-in"
	jsonContains, jsonNotContains = "contains", "not-contains"
	jsonStarts, jsonNotStarts     = "starts-with", "not-starts-with"
	jsonEnds, jsonNotEnds         = "ends-with", "not-ends-with"
	jsonLike, jsonNotLike         = "like", "not-like"
	jsonExists, jsonNotExists     = "exists", "not-exists"
	jsonCount                     = "count"
	jsonByValues, jsonByMonths    = "values", "months"
	maxJSONDepth                  = 4 * maxDepth
)

var jsonOperators = [...]string{ //nolint:gochecknoglobals // a constant table
	jsonAnd, jsonOr, jsonNot, jsonEverything, jsonNothing, jsonID, jsonNull, jsonNotNull, jsonKnown, jsonUnknown,
	jsonEmpty, jsonNotEmpty, jsonIn, jsonNotIn, jsonContains, jsonNotContains, jsonStarts, jsonNotStarts,
	jsonEnds, jsonNotEnds, jsonLike, jsonNotLike, jsonExists, jsonNotExists, jsonCount,
}

// errNoOperator does not say which: a mixed-up input may have contact data in
// that place.
var errNoOperator = fmt.Errorf("no such operator; there are %s, %s",
	strings.Join(opTexts[1:], ", "), strings.Join(jsonOperators[:], ", "))

func pick(negated bool, plain, opposite string) string {
	if negated {
		return opposite
	}
	return plain
}

func toJSON(n Node) (*jsonNode, error) {
	switch n := n.(type) {
	case And:
		return joinToJSON(jsonAnd, n.Terms)
	case Or:
		return joinToJSON(jsonOr, n.Terms)
	case Not:
		return joinToJSON(jsonNot, []Node{n.Term})
	case Constant:
		return &jsonNode{Op: pick(n.True, jsonNothing, jsonEverything)}, nil
	case ID:
		return &jsonNode{Op: jsonID, Values: valuesToJSON(n.Values)}, nil
	case Compare:
		v := valueToJSON(n.Value)
		return &jsonNode{Op: n.Op.String(), Field: n.Field, Value: &v}, nil
	case Null:
		return &jsonNode{Op: pick(n.Negated, jsonNull, jsonNotNull), Field: n.Field}, nil
	case Known:
		return &jsonNode{Op: pick(n.Negated, jsonKnown, jsonUnknown), Field: n.Field}, nil
	case Empty:
		return &jsonNode{Op: pick(n.Negated, jsonEmpty, jsonNotEmpty), Field: n.Field}, nil
	case In:
		return &jsonNode{Op: pick(n.Negated, jsonIn, jsonNotIn), Field: n.Field, Values: valuesToJSON(n.Values)}, nil
	case Match:
		return &jsonNode{Op: matchToJSON(n), Field: n.Field, Text: &n.Text}, nil
	case Like:
		return &jsonNode{Op: pick(n.Negated, jsonLike, jsonNotLike), Field: n.Field, Text: &n.Pattern}, nil
	case Exists:
		return rowsToJSON(&jsonNode{Op: pick(n.Negated, jsonExists, jsonNotExists), Association: n.Association}, n.Rows)
	case Count:
		by := [...]string{CountRows: "", CountValues: jsonByValues, CountMonths: jsonByMonths}[n.By]
		return rowsToJSON(&jsonNode{
			Op: jsonCount, Association: n.Association, Field: n.Field, By: by, Compare: n.Op.String(), N: &n.N,
		}, n.Rows)
	case invalid:
		return nil, &InvalidError{Terms: []TermError{{n.text, n.err}}}
	}
	return nil, fmt.Errorf("where: unknown node %T", n)
}

func joinToJSON(op string, terms []Node) (*jsonNode, error) {
	out := &jsonNode{Op: op, Terms: make([]*jsonNode, len(terms))}
	for i, t := range terms {
		var err error
		if out.Terms[i], err = toJSON(t); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func rowsToJSON(out *jsonNode, rows Node) (*jsonNode, error) {
	if rows == nil {
		return out, nil
	}
	var err error
	out.Rows, err = toJSON(rows)
	return out, err
}

func valuesToJSON(values []Value) []jsonValue {
	out := make([]jsonValue, len(values))
	for i, v := range values {
		out[i] = valueToJSON(v)
	}
	return out
}

func matchToJSON(n Match) string {
	switch n.Mode {
	case Contains:
		return pick(n.Negated, jsonContains, jsonNotContains)
	case StartsWith:
		return pick(n.Negated, jsonStarts, jsonNotStarts)
	case EndsWith:
		return pick(n.Negated, jsonEnds, jsonNotEnds)
	}
	return ""
}
