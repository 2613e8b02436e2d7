package where

import "fmt"

// leaf resolves a node that tests one field.
func (r *resolver) leaf(n Node, cat Catalog, negated bool) Node {
	f, ok := r.field(n, FieldOf(n), cat)
	if !ok {
		return Constant{}
	}
	switch n := n.(type) {
	case Compare:
		return r.compare(n, f, negated)
	case Null:
		n.Negated = n.Negated != negated
		return n
	case Known:
		n.Negated = n.Negated != negated
		return n
	case Empty:
		return empty(n.Field, f, n.Negated != negated)
	case In:
		return r.in(n, f, negated)
	case Match:
		r.text(n, f)
		n.Negated, n.Fold = n.Negated != negated, f.Fold
		if n.Fold {
			n.Text = Fold(n.Text)
		}
		return n
	case Like:
		r.text(n, f)
		n.Negated, n.Fold = n.Negated != negated, f.Fold
		if n.Fold {
			n.Pattern = Fold(n.Pattern)
		}
		return n
	case And, Or, Not, Constant, ID, Exists, Count, invalid:
	}
	r.fail(TermError{redactedText(n), fmt.Errorf("unknown node %T", n)})
	return Constant{}
}

// FieldOf returns the name of the field that a node tests itself, and "" for
// nodes that test none. The field that a Count counts is one of its rows, not
// one that it tests.
func FieldOf(n Node) string {
	switch n := n.(type) {
	case Compare:
		return n.Field
	case Null:
		return n.Field
	case Known:
		return n.Field
	case Empty:
		return n.Field
	case In:
		return n.Field
	case Match:
		return n.Field
	case Like:
		return n.Field
	case And, Or, Not, Constant, ID, Exists, Count, invalid:
	}
	return ""
}

func (r *resolver) compare(n Compare, f Field, negated bool) Node {
	text := redactedText(n)
	v, ok := r.value(text, n.Value, f)
	if !ok {
		return Constant{}
	}
	if n.Op != Equal && n.Op != NotEqual && !f.Kind.Ordered() {
		r.fail(TermError{text, fmt.Errorf("the field is %s, which has no order", f.Kind)})
	}
	n.Value, n.Fold = v, f.Fold
	if negated {
		n.Op = n.Op.negate()
	}
	return n
}

// value returns an operand as a value of the field's kind.
func (r *resolver) value(text string, v Value, f Field) (Value, bool) {
	v, err := v.As(f.Kind)
	if err == nil && v.IsRelative() && !r.relative {
		err = errNotFrozen
	}
	if err != nil {
		r.fail(TermError{text, err})
		return v, false
	}
	if f.Fold {
		v.str = Fold(v.str)
	}
	return v, true
}

// empty turns the test into one of NULL and of the empty text.
func empty(field string, f Field, negated bool) Node {
	switch {
	case f.Kind != KindText:
		return Null{Field: field, Negated: negated}
	case negated:
		return Compare{Field: field, Op: NotEqual, Value: Value{kind: KindText}, Fold: f.Fold}
	}
	return Or{[]Node{
		Null{Field: field},
		Compare{Field: field, Op: Equal, Value: Value{kind: KindText}, Fold: f.Fold},
	}}
}

func (r *resolver) in(n In, f Field, negated bool) Node {
	text := redactedText(n)
	if len(n.Values) == 0 {
		return r.constant(n, negated, n.Negated != negated)
	}
	n.Negated, n.Fold = n.Negated != negated, f.Fold
	values := n.Values
	n.set = make(map[Value]struct{}, len(values))
	n.Values = make([]Value, 0, len(values))
	for _, v := range values {
		v, ok := r.value(text, v, f)
		if !ok {
			return Constant{} // one wrong element is enough to say
		}
		if _, seen := n.set[v]; !seen {
			n.set[v] = struct{}{}
			n.Values = append(n.Values, v)
		}
	}
	return n
}

// text reports a search for text in a field of another kind.
func (r *resolver) text(n Node, f Field) {
	if f.Kind != KindText {
		r.fail(TermError{redactedText(n), fmt.Errorf("the field is %s, not text", f.Kind)})
	}
}
