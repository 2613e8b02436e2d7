package where

// Op is a comparison. The zero Op is none.
type Op uint8

// The comparisons.
const (
	Equal Op = iota + 1
	NotEqual
	Less
	LessOrEqual
	Greater
	GreaterOrEqual
)

var opTexts = [...]string{"?", "=", "<>", "<", "<=", ">", ">="} //nolint:gochecknoglobals // a constant table

// String returns the operator as SQL writes it.
func (o Op) String() string {
	if !o.valid() {
		return opTexts[0]
	}
	return opTexts[o]
}

func (o Op) valid() bool { return o >= Equal && o <= GreaterOrEqual }

// negate returns the operator that holds exactly when o does not, for two
// known values.
func (o Op) negate() Op {
	return [...]Op{0, NotEqual, Equal, GreaterOrEqual, Greater, LessOrEqual, Less}[o]
}

// Holds reports whether the operator accepts a comparison's result, which is
// negative, zero or positive.
func (o Op) Holds(c int) bool {
	switch o {
	case Equal:
		return c == 0
	case NotEqual:
		return c != 0
	case Less:
		return c < 0
	case LessOrEqual:
		return c <= 0
	case Greater:
		return c > 0
	case GreaterOrEqual:
		return c >= 0
	}
	return false
}

// MatchMode says where a [Match] looks for its text.
type MatchMode uint8

// The places where a text can be looked for.
const (
	Contains MatchMode = iota + 1
	StartsWith
	EndsWith
)

// CountBy says what a [Count] counts. The zero CountBy counts rows.
type CountBy uint8

// What can be counted.
const (
	// CountRows counts rows.
	CountRows CountBy = iota
	// CountValues counts the distinct known values of a field.
	CountValues
	// CountMonths counts the distinct calendar months, in UTC, of a time or
	// date field's known values.
	CountMonths
)

// Node is one node of a condition's tree. The interface is sealed: the types
// of this package are all there are, and an adapter refuses any that it does
// not know. Nodes must not be modified.
//
//sumtype:decl
type Node interface{ node() }

// The nodes that a [Predicate] may contain: And, Or, Constant, Compare, Null,
// Known, In, Match, Like, Exists and Count. In a predicate every Value has its
// field's kind, and Fold is set where the field is case-insensitive; then
// operands are folded already and only the stored text has to be.
type (
	// And is true when all terms are.
	And struct{ Terms []Node }

	// Or is true when one term is.
	Or struct{ Terms []Node }

	// Constant is always true or always false. In a predicate it is true only
	// as the root, which is what [Everything] means.
	Constant struct{ True bool }

	// Compare compares a field with a value.
	Compare struct {
		Field string
		Op    Op
		Value Value
		Fold  bool
	}

	// Null tests for NULL, or Negated for a known value. It is unknown for a
	// stored value outside the field's kind.
	Null struct {
		Field   string
		Negated bool
	}

	// Known is true for a stored value of the field's kind and false for NULL
	// and values outside the kind; Negated it is the opposite. It is never
	// unknown.
	Known struct {
		Field   string
		Negated bool
	}

	// In tests whether a field's value is one of Values, or Negated is none
	// of them. Values is empty only when not negated; nothing is in it, so
	// that is false even for NULL.
	In struct {
		Field   string
		Values  []Value
		Negated bool
		Fold    bool

		set map[Value]struct{} // made by Resolve
	}

	// Match looks for a literal text in a text field.
	Match struct {
		Field   string
		Mode    MatchMode
		Text    string
		Negated bool
		Fold    bool
	}

	// Like compares a text field with a pattern: % stands for any characters,
	// _ for one code point, and \ makes the next %, _ or \ literal.
	Like struct {
		Field   string
		Pattern string
		Negated bool
		Fold    bool
	}

	// Exists is true when an associated row makes Rows true (any row when
	// Rows is nil), or Negated when none does. It is never unknown.
	Exists struct {
		Association string
		Rows        Node
		Negated     bool
	}

	// Count compares a number of associated rows that make Rows true (all
	// rows when Rows is nil), or of distinct values or months of Field in
	// them, with N. It is never unknown.
	Count struct {
		Association string
		Rows        Node
		By          CountBy
		Field       string
		Op          Op
		N           int64
		Fold        bool // of Field
	}
)

// The nodes that only a [Condition] contains; Resolve replaces them.
type (
	// Not negates a term. A predicate has none: negations are moved into the
	// leaves, which keeps three-valued logic exact.
	Not struct{ Term Node }

	// Empty tests for NULL or, in a text field, the empty text.
	Empty struct {
		Field   string
		Negated bool
	}

	// ID compares the key of the contact, one value for each of its columns.
	ID struct{ Values []Value }

	// invalid is a mistake made while building. It keeps its place, so that
	// the condition cannot be used, and no term is lost.
	invalid struct {
		text string
		err  error
	}
)

func (And) node()      {}
func (Or) node()       {}
func (Not) node()      {}
func (Constant) node() {}
func (Compare) node()  {}
func (Null) node()     {}
func (Known) node()    {}
func (Empty) node()    {}
func (In) node()       {}
func (Match) node()    {}
func (Like) node()     {}
func (ID) node()       {}
func (Exists) node()   {}
func (Count) node()    {}
func (invalid) node()  {}

// Walk calls visit for the node and then, unless visit returned false, for the
// nodes below it, those that select associated rows included.
func Walk(n Node, visit func(Node) bool) {
	if n == nil || !visit(n) {
		return
	}
	switch n := n.(type) {
	case And:
		for _, t := range n.Terms {
			Walk(t, visit)
		}
	case Or:
		for _, t := range n.Terms {
			Walk(t, visit)
		}
	case Not:
		Walk(n.Term, visit)
	case Exists:
		Walk(n.Rows, visit)
	case Count:
		Walk(n.Rows, visit)
	case Constant, Compare, Null, Known, Empty, In, Match, Like, ID, invalid:
	}
}

// rebuild returns the node with f applied to the values in it, at any depth.
func rebuild(n Node, f func(Value) Value) Node {
	switch n := n.(type) {
	case nil:
		return nil
	case And:
		return And{rebuildAll(n.Terms, f)}
	case Or:
		return Or{rebuildAll(n.Terms, f)}
	case Not:
		return Not{rebuild(n.Term, f)}
	case Exists:
		n.Rows = rebuild(n.Rows, f)
		return n
	case Count:
		n.Rows = rebuild(n.Rows, f)
		return n
	case Compare:
		n.Value = f(n.Value)
		return n
	case In:
		n.Values, n.set = mapValues(n.Values, f), nil
		return n
	case ID:
		n.Values = mapValues(n.Values, f)
		return n
	case Constant, Null, Known, Empty, Match, Like, invalid:
	}
	return n
}

func rebuildAll(terms []Node, f func(Value) Value) []Node {
	out := make([]Node, len(terms))
	for i, t := range terms {
		out[i] = rebuild(t, f)
	}
	return out
}

func mapValues(values []Value, f func(Value) Value) []Value {
	out := make([]Value, len(values))
	for i, v := range values {
		out[i] = f(v)
	}
	return out
}
