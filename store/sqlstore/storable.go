package sqlstore

import "github.com/contactsweep/contactsweep/where"

// storable returns the values of a list that the column can hold. If there are
// none the list needs no statement: then answer is the test.
func storable(e tests, c column, n where.In, operand func(column, where.Value) (any, place, error)) (values []any, answer term) {
	for _, v := range n.Values {
		x, at, err := operand(c, v)
		if err != nil {
			return nil, failed{err}
		}
		if at == exact {
			values = append(values, x)
		}
	}
	switch {
	case len(values) > 0:
		return values, nil
	case n.Negated:
		return nil, e.known(c)
	}
	return nil, expr("1 = 0")
}
