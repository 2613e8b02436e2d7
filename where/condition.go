package where

import (
	"errors"
	"slices"
	"time"
)

// Condition says which contacts, or which associated rows, are meant. It is an
// immutable value: methods return a new Condition and never change the old
// one, so a Condition can be shared between goroutines. The zero Condition and
// [New] are empty, and an empty condition is an error wherever one is needed.
type Condition struct {
	groups  [][]Node // an OR of ANDs; no group is empty
	pending joiner
	// parts says that the terms of the only group are the conditions that All
	// joined. Whatever is added makes them terms like any other.
	parts bool
}

type joiner uint8

const (
	joinDefault joiner = iota // nothing said: AND
	joinAnd
	joinOr
)

var (
	errEmpty    = errors.New("the condition is empty; where.Everything() is the only way to match all contacts")
	errDangling = errors.New("And or Or without a term on both sides")
)

// New returns an empty condition to add terms to.
func New() Condition { return Condition{} }

// Everything matches all contacts. It stands alone: combined with other terms
// it is an error, and a deletion by it must be confirmed in the call.
func Everything() Condition { return single(Constant{True: true}) }

// NoResults matches nothing.
func NoResults() Condition { return single(Constant{}) }

func single(n Node) Condition { return Condition{groups: [][]Node{{n}}} }

// IsZero reports whether the condition has no terms at all.
func (c Condition) IsZero() bool { return len(c.groups) == 0 && c.pending == joinDefault }

// IsEverything reports whether the condition is [Everything].
func (c Condition) IsEverything() bool {
	k, ok := c.root().(Constant)
	return ok && k.True
}

// And joins the next term by AND, which is also the default.
func (c Condition) And() Condition { return c.joinBy(joinAnd) }

// Or joins the next term by OR. AND binds tighter than OR.
func (c Condition) Or() Condition { return c.joinBy(joinOr) }

func (c Condition) joinBy(j joiner) Condition {
	if c.pending != joinDefault || len(c.groups) == 0 {
		c = c.add(invalid{text: "AND/OR", err: errDangling})
	}
	c.pending, c.parts = j, false
	return c
}

// add appends a term without touching the arrays that c shares with others.
func (c Condition) add(n Node) Condition {
	groups := slices.Clone(c.groups)
	if last := len(groups) - 1; last >= 0 && c.pending != joinOr {
		groups[last] = append(slices.Clip(groups[last]), n)
	} else {
		groups = append(groups, []Node{n})
	}
	return Condition{groups: groups}
}

// root is the whole condition as one node: nil when it is empty.
func (c Condition) root() Node {
	groups := c.groups
	if c.pending != joinDefault {
		groups = c.add(invalid{text: "AND/OR", err: errDangling}).groups
	}
	terms := make([]Node, len(groups))
	for i, g := range groups {
		if len(g) == 1 {
			terms[i] = g[0]
		} else {
			terms[i] = And{slices.Clone(g)}
		}
	}
	switch len(terms) {
	case 0:
		return nil
	case 1:
		return terms[0]
	}
	return Or{terms}
}

// Invalid returns a condition that is an error wherever it is used, for
// functions that make conditions and are asked for one that cannot be. The
// term names what was asked for; neither it nor the error may contain contact
// data. A nil error is replaced.
func Invalid(term string, err error) Condition {
	if err == nil {
		err = errors.New("is not possible")
	}
	return single(invalid{text: term, err: err})
}

// All returns the condition that is true when all of the given ones are. Those
// that are [Everything] add nothing to the others; without any other it is
// Everything itself. Without conditions it is empty, and so invalid.
//
// The limit on the size of a condition applies to each of the given ones, as
// long as they are few (16) and nothing is added to the result. What is too
// large as a whole has no JSON form.
func All(conditions ...Condition) Condition {
	var parts []Node
	for _, c := range conditions {
		switch {
		case c.IsEverything():
		case c.parts:
			parts = append(parts, c.groups[0]...)
		default:
			parts = append(parts, groupNode("(…)", c))
		}
	}
	switch {
	case len(conditions) == 0:
		return Condition{}
	case len(parts) == 0:
		return Everything()
	}
	return Condition{groups: [][]Node{parts}, parts: len(parts) > 1}
}

// Freeze returns the condition with every relative time ([Ago], [DateAgo])
// replaced by the instant or date that it stands for when the run starts at
// that instant. A condition without relative times is returned as it is, and
// so is one that is too large to be used.
func (c Condition) Freeze(at time.Time) Condition {
	if c.tooLarge() || !c.relative() {
		return c
	}
	out := Condition{pending: c.pending, parts: c.parts, groups: make([][]Node, len(c.groups))}
	for i, group := range c.groups {
		out.groups[i] = make([]Node, len(group))
		for j, n := range group {
			out.groups[i][j] = freezeNode(n, at)
		}
	}
	return out
}

func freezeNode(n Node, at time.Time) Node {
	var failed error
	frozen := rebuild(n, func(v Value) Value {
		f, err := v.freeze(at)
		if err != nil {
			failed = err
		}
		return f
	})
	if failed != nil {
		return invalid{text: redactedText(n), err: failed}
	}
	return frozen
}

// relative reports whether the condition holds a relative time.
func (c Condition) relative() bool {
	found := false
	for _, group := range c.groups {
		for _, n := range group {
			rebuild(n, func(v Value) Value {
				found = found || v.IsRelative()
				return v
			})
		}
	}
	return found
}
