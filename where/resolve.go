package where

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

var (
	errAlwaysTrue = errors.New("is always true; where.Everything(), alone, is the only way to match all contacts")
	errEverything = errors.New("where.Everything() cannot be combined with other terms")
	errNotFrozen  = errors.New("the relative time has not been frozen; call Freeze with the start of the run")
)

// Predicate is a condition that has been checked against a catalog and is
// ready to be evaluated or rendered. It is immutable and safe for concurrent
// use. The zero Predicate matches nothing.
type Predicate struct{ root Node }

// Root returns the tree; see [Node] for what it may contain. It must not be
// modified.
func (p Predicate) Root() Node {
	if p.root == nil {
		return Constant{}
	}
	return p.root
}

// Validate reports everything that is wrong with the condition for contacts or
// rows that the catalog describes, as an [*InvalidError], or nil. Relative
// times need not be frozen.
func (c Condition) Validate(cat Catalog) error {
	_, err := c.resolve(cat, true)
	return err
}

// Resolve checks the condition as [Condition.Validate] does and returns it as
// a Predicate. Relative times must have been frozen.
func (c Condition) Resolve(cat Catalog) (Predicate, error) {
	return c.resolve(cat, false)
}

func (c Condition) resolve(cat Catalog, relative bool) (Predicate, error) {
	r := resolver{relative: relative}
	written := c.root()
	root := written
	switch {
	case root == nil:
		r.fail(TermError{Err: errEmpty})
	case c.IsEverything():
		return Predicate{root: Constant{True: true}}, nil
	case c.tooLarge():
		r.fail(TermError{Err: errTooLarge})
	case c.parts:
		root = r.parts(c.groups[0], cat)
	default:
		root = r.node(root, cat, false)
	}
	if len(r.faults) == 0 && certain(root, cat) {
		r.fail(TermError{redactedText(written), errAlwaysTrue})
	}
	if len(r.faults) > 0 {
		return Predicate{}, &InvalidError{Terms: distinct(r.faults)}
	}
	return Predicate{root: root}, nil
}

// resolver collects the faults of one condition.
type resolver struct {
	relative bool     // relative times are allowed
	path     []string // associations around the current node
	faults   []TermError
}

func (r *resolver) fail(f TermError) {
	f.Term = strings.Join(append(slices.Clip(r.path), f.Term), ": ")
	r.faults = append(r.faults, f)
}

// parts resolves what All joined. Each part stays a term of its own: an engine
// that limits the depth of an expression limits the length of an AND as well.
func (r *resolver) parts(terms []Node, cat Catalog) Node {
	out, isFalse := make([]Node, 0, len(terms)), false
	for _, t := range terms {
		n := r.node(t, cat, false)
		_, constant := n.(Constant)
		isFalse = isFalse || constant
		out = append(out, n)
	}
	if isFalse {
		return Constant{}
	}
	return And{out}
}

// node returns n, negated if so asked, with typed values and without Not,
// Empty and ID. After a fault the result is of no use but never nil.
func (r *resolver) node(n Node, cat Catalog, negated bool) Node {
	switch n := n.(type) {
	case And:
		return r.join(n, n.Terms, cat, negated, negated)
	case Or:
		return r.join(n, n.Terms, cat, negated, !negated)
	case Not:
		return r.node(n.Term, cat, !negated)
	case Constant:
		if n.True {
			r.fail(TermError{redactedText(n), errEverything})
			return Constant{}
		}
		return r.constant(n, negated, negated)
	case Exists:
		return r.exists(n, cat, negated)
	case Count:
		return r.count(n, cat, negated)
	case ID:
		return r.id(n, cat, negated)
	case invalid:
		r.fail(TermError{n.text, n.err})
		return Constant{}
	case Compare, Null, Known, Empty, In, Match, Like:
	}
	return r.leaf(n, cat, negated)
}

// constant is where a term, as it was written, turns out to be always true, an
// error, or always false.
func (r *resolver) constant(n Node, negated, isTrue bool) Node {
	if isTrue {
		if negated {
			n = Not{n}
		}
		r.fail(TermError{redactedText(n), errAlwaysTrue})
	}
	return Constant{}
}

// join resolves the terms of an AND or OR and joins them, after constants are
// folded: false ends an AND and vanishes from an OR.
func (r *resolver) join(written Node, terms []Node, cat Catalog, negated, or bool) Node {
	var out []Node
	isFalse := false
	for _, t := range terms {
		switch t := r.node(t, cat, negated).(type) {
		case Constant:
			isFalse = true
		case And:
			out = appendTerms(out, t, t.Terms, !or)
		case Or:
			out = appendTerms(out, t, t.Terms, or)
		default:
			out = append(out, t)
		}
	}
	switch {
	case len(out) == 0, isFalse && !or:
		return Constant{}
	case len(out) == 1:
		return out[0]
	case or:
		if alwaysTrue(out, cat) {
			return r.constant(written, negated, true)
		}
		return Or{out}
	}
	return And{out}
}

func appendTerms(out []Node, whole Node, terms []Node, flatten bool) []Node {
	if flatten {
		return append(out, terms...)
	}
	return append(out, whole)
}

func (r *resolver) id(n ID, cat Catalog, negated bool) Node {
	key := cat.Key()
	switch {
	case len(key) == 0:
		r.fail(TermError{redactedText(n), errors.New("there is no key here")})
		return Constant{}
	case len(key) != len(n.Values):
		r.fail(TermError{redactedText(n), fmt.Errorf("the key has %d columns (%s), but %d values were given",
			len(key), strings.Join(key, ", "), len(n.Values))})
		return Constant{}
	}
	terms := make([]Node, len(key))
	for i, field := range key {
		terms[i] = Compare{Field: field, Op: Equal, Value: n.Values[i]}
	}
	return r.node(And{terms}, cat, negated)
}
