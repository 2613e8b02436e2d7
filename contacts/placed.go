package contacts

import (
	"cmp"
	"slices"

	"github.com/contactsweep/contactsweep/where"
)

// Placed is an association with its place in the schema.
type Placed struct {
	Association
	// Above is the index of the association above in [Schema.Placed], -1 for
	// an association of the contact itself.
	Above int
	// Depth is 1 for an association of the contact, 2 for one below it, ….
	Depth int
	// OfContacts says that the rows are contacts: the association's table is
	// the contact table, and Fields and Key are the schema's.
	OfContacts bool
}

// Placed returns all associations in the order of their declaration, each
// before those below it.
func (s Schema) Placed() []Placed {
	var out []Placed
	var place func(associations []Association, above, depth int)
	place = func(associations []Association, above, depth int) {
		for _, a := range associations {
			p := Placed{Association: a, Above: above, Depth: depth, OfContacts: a.Table == s.Table}
			if p.OfContacts {
				p.Fields, p.Key = s.Fields, s.Key
			}
			out = append(out, p)
			place(a.Associations, len(out)-1, depth+1)
		}
	}
	place(s.Associations, -1, 1)
	return out
}

// Order returns the indexes of [Schema.Placed] in the order in which a batch
// must treat them: what is deeper first, then by the action ([Delete] before
// [Anonymise], then [Detach], then [HandOver]), then in the order of
// declaration.
//
// Two associations may share rows, so every store must use this order. The rows
// of all associations are those that belong to the contacts before anything is
// changed. But a row that one association deletes is not changed by a later
// one, and neither is a row that refers no more, by any of the later one's
// references, to what is deleted: detached rows are not handed over. Rows are
// anonymised before that, whatever becomes of their references then. Of two
// associations that set a field to different values the later one has the last
// word.
func (s Schema) Order() []int {
	placed := s.Placed()
	order := make([]int, len(placed))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int {
		if c := cmp.Compare(placed[b].Depth, placed[a].Depth); c != 0 {
			return c
		}
		return cmp.Compare(placed[a].Action, placed[b].Action)
	})
	return order
}

// Target returns the names of the fields that the reference refers to: To, or
// the given key.
func (r Reference) Target(key []string) []string {
	if len(r.To) == 0 {
		return key
	}
	return r.To
}

// ToKey reports whether the reference refers to the given key, that of the row
// above: by default, or because To names its fields, in any order.
func (r Reference) ToKey(key []string) bool {
	target := r.Target(key)
	return len(target) == len(key) && !slices.ContainsFunc(key, func(name string) bool { return !slices.Contains(target, name) })
}

// Nulled returns the names of the fields that Detach sets to NULL, and
// Anonymise unless the reference stays.
func (r Reference) Nulled() []string {
	if len(r.SetNull) == 0 {
		return r.Fields
	}
	return r.SetNull
}

// Belonging returns the condition that tells which rows belong to the
// association, apart from its references: those for which it is true, or if
// unless is set those for which it is not. Where all rows do, the condition is
// the zero Condition.
func (a Association) Belonging() (test where.Condition, unless bool) {
	if a.Action != Restrict || a.Where.IsZero() {
		return a.Where, false
	}
	return where.New().WhereNot(a.Where), true
}

// Unrestricted returns the condition that selects contacts which no association
// with the action [Restrict] holds back, at any depth; false where the schema
// has none.
func (s Schema) Unrestricted() (where.Condition, bool) {
	out := where.New()
	for _, a := range s.Associations {
		if c, ok := restricts(a); ok {
			out = out.WhereNot(c)
		}
	}
	return out, !out.IsZero()
}

// restricts returns the condition that the association, or one below it, holds
// a contact back.
func restricts(a Association) (where.Condition, bool) {
	if a.Action == Restrict {
		return where.New().WhereExists(a.Name), true
	}
	out := where.New()
	for _, below := range a.Associations {
		c, ok := restricts(below)
		if !ok {
			continue
		}
		if !out.IsZero() {
			out = out.Or()
		}
		out = out.WhereExists(a.Name, c)
	}
	return out, !out.IsZero()
}
