package where

import (
	"cmp"
	"fmt"
)

// rows resolves the condition on an association's rows, nil for any row. none
// says that no row can fulfil it; ok is false after a fault.
func (r *resolver) rows(n Node, association string, rows Node, cat Catalog) (below Catalog, out Node, none, ok bool) {
	below, ok = cat.Association(association)
	if !ok {
		r.fail(TermError{redactedText(n), r.noAssociation(association, cat)})
		return nil, nil, false, false
	}
	if rows == nil {
		return below, nil, false, true
	}
	before := len(r.faults)
	r.path = append(r.path, quoteName(association))
	out = r.node(rows, below, false)
	r.path = r.path[:len(r.path)-1]
	_, none = out.(Constant)
	return below, out, none, len(r.faults) == before
}

func (r *resolver) exists(n Exists, cat Catalog, negated bool) Node {
	_, rows, none, ok := r.rows(n, n.Association, n.Rows, cat)
	switch {
	case !ok:
		return Constant{}
	case none:
		return r.constant(n, negated, n.Negated != negated)
	}
	n.Negated = n.Negated != negated
	n.Rows = rows
	return n
}

func (r *resolver) count(n Count, cat Catalog, negated bool) Node {
	below, rows, none, ok := r.rows(n, n.Association, n.Rows, cat)
	written := n
	if negated {
		n.Op = n.Op.negate()
	}
	if below != nil && n.By != CountRows {
		ok = r.counted(&n, below) && ok
	}
	switch {
	case !ok:
		return Constant{}
	case none:
		return r.constant(written, negated, n.Op.Holds(cmp.Compare(0, n.N)))
	case n.N == 0 && n.Op == GreaterOrEqual:
		return r.constant(written, negated, true)
	case n.N == 0 && n.Op == Less:
		return Constant{}
	}
	n.Rows = rows
	return n
}

// counted checks the field that is counted.
func (r *resolver) counted(n *Count, below Catalog) bool {
	f, ok := r.field(*n, n.Field, below)
	if ok && n.By == CountMonths && f.Kind != KindTime && f.Kind != KindDate {
		r.fail(TermError{redactedText(*n), fmt.Errorf("the field is %s, and only times and dates have months", f.Kind)})
		ok = false
	}
	n.Fold = f.Fold
	return ok
}
