package where

import (
	"errors"
	"fmt"
	"slices"
)

// condition reads a node back through the builder, which checks it.
func (j *jsonNode) condition(depth int) (Condition, error) {
	if j == nil {
		return Condition{}, errEmpty
	}
	if depth > maxJSONDepth {
		return Condition{}, errTooLarge
	}
	if !slices.Contains(jsonOperators[:], j.Op) && !slices.Contains(opTexts[1:], j.Op) {
		return Condition{}, errNoOperator
	}
	if err := j.checkMembers(); err != nil {
		return Condition{}, err
	}
	c, err := j.build(depth)
	if err != nil {
		return Condition{}, err
	}
	if bad, ok := c.root().(invalid); ok {
		return Condition{}, fmt.Errorf("%s: %w", bad.text, bad.err)
	}
	return c, nil
}

// member is a set of the members that a node has besides its operator.
type member uint16

const (
	memberTerms member = 1 << iota
	memberField
	memberValue
	memberValues
	memberText
	memberAssociation
	memberRows
	memberBy
	memberCompare
	memberN
)

// checkMembers refuses members that the operator does not have: what would be
// ignored might have been meant to narrow the condition.
func (j *jsonNode) checkMembers() error {
	var has member
	for m, set := range map[member]bool{
		memberTerms: j.Terms != nil, memberField: j.Field != "", memberValue: j.Value != nil,
		memberValues: j.Values != nil, memberText: j.Text != nil, memberAssociation: j.Association != "",
		memberRows: j.Rows != nil, memberBy: j.By != "", memberCompare: j.Compare != "", memberN: j.N != nil,
	} {
		if set {
			has |= m
		}
	}
	if has&^j.members() != 0 {
		return fmt.Errorf("operator %q has a member that does not belong to it", j.Op)
	}
	return nil
}

// members returns the members that the operator may have.
func (j *jsonNode) members() member {
	switch j.Op {
	case jsonAnd, jsonOr, jsonNot:
		return memberTerms
	case jsonEverything, jsonNothing:
		return 0
	case jsonID:
		return memberValues
	case jsonNull, jsonNotNull, jsonKnown, jsonUnknown, jsonEmpty, jsonNotEmpty:
		return memberField
	case jsonIn, jsonNotIn:
		return memberField | memberValues
	case jsonContains, jsonNotContains, jsonStarts, jsonNotStarts, jsonEnds, jsonNotEnds, jsonLike, jsonNotLike:
		return memberField | memberText
	case jsonExists, jsonNotExists:
		return memberAssociation | memberRows
	case jsonCount:
		own := memberAssociation | memberRows | memberCompare | memberN
		if j.By != "" {
			own |= memberBy | memberField
		}
		return own
	}
	return memberField | memberValue
}

func (j *jsonNode) build(depth int) (Condition, error) {
	switch j.Op {
	case jsonAnd, jsonOr, jsonNot:
		return j.join(depth)
	case jsonEverything:
		return Everything(), nil
	case jsonNothing:
		return NoResults(), nil
	case jsonExists, jsonNotExists, jsonCount:
		return j.association(depth)
	case jsonID, jsonIn, jsonNotIn:
		return j.list()
	}
	if op := Op(max(0, slices.Index(opTexts[:], j.Op))); op.valid() { //nolint:gosec // a small index
		if j.Value == nil {
			return Condition{}, fmt.Errorf("operator %q without a value", j.Op)
		}
		v, err := j.Value.value()
		if err != nil {
			return Condition{}, err
		}
		return New().compare(j.Field, op, v), nil
	}
	return j.leaf()
}

func (j *jsonNode) leaf() (Condition, error) {
	c := New()
	var text string
	if j.Text != nil {
		text = *j.Text
	}
	switch j.Op {
	case jsonNull:
		return c.WhereNull(j.Field), nil
	case jsonNotNull:
		return c.WhereNotNull(j.Field), nil
	case jsonKnown:
		return c.WhereKnown(j.Field), nil
	case jsonUnknown:
		return c.WhereUnknown(j.Field), nil
	case jsonEmpty:
		return c.WhereEmpty(j.Field), nil
	case jsonNotEmpty:
		return c.WhereNotEmpty(j.Field), nil
	case jsonContains, jsonNotContains:
		return c.match(j.Field, Contains, text, j.Op == jsonNotContains), nil
	case jsonStarts, jsonNotStarts:
		return c.match(j.Field, StartsWith, text, j.Op == jsonNotStarts), nil
	case jsonEnds, jsonNotEnds:
		return c.match(j.Field, EndsWith, text, j.Op == jsonNotEnds), nil
	case jsonLike, jsonNotLike:
		return c.add(likeNode(j.Field, text, j.Op == jsonNotLike)), nil
	}
	return Condition{}, errNoOperator
}

func (j *jsonNode) join(depth int) (Condition, error) {
	terms := make([]Node, len(j.Terms))
	for i, t := range j.Terms {
		c, err := t.condition(depth + 1)
		if err != nil {
			return Condition{}, err
		}
		terms[i] = c.root()
	}
	switch {
	case len(terms) < 2 && j.Op != jsonNot, j.Op == jsonNot && len(terms) != 1:
		return Condition{}, fmt.Errorf("operator %q with %d terms", j.Op, len(terms))
	case j.Op == jsonNot:
		return single(Not{terms[0]}), nil
	case j.Op == jsonAnd:
		return single(And{terms}), nil
	}
	return single(Or{terms}), nil
}

func (j *jsonNode) list() (Condition, error) {
	values := make([]any, len(j.Values))
	for i, w := range j.Values {
		v, err := w.value()
		if err != nil {
			return Condition{}, err
		}
		values[i] = v
	}
	if j.Op == jsonID {
		return New().WhereID(values...), nil
	}
	return New().in(j.Field, values, j.Op == jsonNotIn), nil
}

func (j *jsonNode) association(depth int) (Condition, error) {
	var rows []Condition
	if j.Rows != nil {
		c, err := j.Rows.condition(depth + 1)
		if err != nil {
			return Condition{}, err
		}
		rows = []Condition{c}
	}
	switch j.Op {
	case jsonExists:
		return New().WhereExists(j.Association, rows...), nil
	case jsonNotExists:
		return New().WhereNotExists(j.Association, rows...), nil
	}
	by := slices.Index([]string{"", jsonByValues, jsonByMonths}, j.By)
	if by < 0 || j.N == nil {
		return Condition{}, errors.New("a count without a number, or by something unknown")
	}
	return New().count(Count{
		Association: j.Association, By: CountBy(by), Field: j.Field, N: *j.N, //nolint:gosec // a small index
		Op: Op(max(0, slices.Index(opTexts[:], j.Compare))), //nolint:gosec // a small index
	}, rows), nil
}
