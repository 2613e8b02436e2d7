package where

import "slices"

// Requires reports whether the predicate is true only for rows in which the
// field has a value of its kind: neither NULL nor unknown. It looks at how the
// predicate is put together, and says no in doubt.
func (p Predicate) Requires(field string) bool { return requires(p.Root(), field) }

func requires(n Node, field string) bool {
	demanded := func(t Node) bool { return requires(t, field) }
	switch n := n.(type) {
	case And:
		return slices.ContainsFunc(n.Terms, demanded)
	case Or:
		return len(n.Terms) > 0 && !slices.ContainsFunc(n.Terms, func(t Node) bool { return !demanded(t) })
	case Constant:
		return !n.True
	case Compare:
		return n.Field == field
	case In:
		return n.Field == field
	case Match:
		return n.Field == field
	case Like:
		return n.Field == field
	case Null:
		return n.Negated && n.Field == field
	case Known:
		return !n.Negated && n.Field == field
	case Exists, Count: // of other rows
	case Not, Empty, ID, invalid: // not in a predicate
	}
	return false
}
