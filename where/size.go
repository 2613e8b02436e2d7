package where

import "fmt"

const (
	maxNodes = 500
	maxDepth = 50
	maxParts = 16
)

var errTooLarge = fmt.Errorf("more than %d terms, or brackets deeper than %d", maxNodes, maxDepth)

// tooLarge reports whether the condition is too large to be used. Terms can be
// shared, so that a small value can stand for a tree without end; everything
// that visits all nodes asks this first. It looks at no more of them than
// there may be.
func (c Condition) tooLarge() bool {
	if c.parts && len(c.groups[0]) <= maxParts {
		for _, part := range c.groups[0] {
			if tooLarge(part, 0, new(int)) {
				return true
			}
		}
		return false
	}
	root := c.root()
	return root != nil && tooLarge(root, 0, new(int))
}

func tooLarge(n Node, depth int, nodes *int) bool {
	*nodes++
	if *nodes > maxNodes || depth > maxDepth {
		return true
	}
	var below []Node
	switch n := n.(type) {
	case And:
		below = n.Terms
	case Or:
		below = n.Terms
	case Not:
		below = []Node{n.Term}
	case Exists:
		below = []Node{n.Rows}
	case Count:
		below = []Node{n.Rows}
	case nil, Constant, Compare, Null, Known, Empty, In, Match, Like, ID, invalid:
	}
	for _, b := range below {
		if b != nil && tooLarge(b, depth+1, nodes) {
			return true
		}
	}
	return false
}
