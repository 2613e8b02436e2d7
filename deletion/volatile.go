package deletion

import (
	"slices"
	"strings"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/store"
	"github.com/contactsweep/contactsweep/where"
)

// volatility says what the deletion of a contact can change for another one.
type volatility struct {
	selects   bool // whether it is selected, in scope and unprotected
	restricts bool // whether associated rows hold it back
	guards    bool // whether a row that it shares with a guarded contact does
}

func (v volatility) any() bool { return v.selects || v.restricts || v.guards }

// volatile finds out whether a run by the selection would change its own
// truth, by what the schema says and what the store found. It may say yes where
// a finer look would say no: then targets are fixed needlessly, which costs
// memory and nothing else.
func volatile(schema contacts.Schema, sel store.Selection, findings []store.Finding) (volatility, error) {
	predicates, err := sel.Resolve(schema)
	if err != nil {
		return volatility{}, &failure{op: "selection", err: err}
	}
	p := places{schema: schema, placed: schema.Placed(), findings: findings}
	guard := p.volatile(predicates.Scope.Root()) || p.volatile(predicates.Unprotected.Root())
	v := volatility{
		selects: guard || p.volatile(predicates.Condition.Root()),
		guards:  predicates.Guarded && p.freed(guard),
	}
	for i := range p.placed {
		if p.placed[i].Action != contacts.Restrict {
			continue
		}
		for at := i; at >= 0; at = p.placed[at].Above {
			v.restricts = v.restricts || p.changes(at, nil)
		}
	}
	return v, nil
}

type places struct {
	schema   contacts.Schema
	placed   []contacts.Placed
	findings []store.Finding
}

// unsaid reports whether a deletion may change rows of the table in ways that
// the schema does not say.
func (p places) unsaid(table string) bool {
	return slices.ContainsFunc(p.findings, func(f store.Finding) bool {
		return f.Volatile == store.AllVolatile || f.Volatile != store.NotVolatile && same(f.Table, table)
	})
}

// volatile reports whether the condition reads what other deletions change.
func (p places) volatile(root where.Node) bool {
	found := false
	var visit func(association int, n where.Node)
	visit = func(association int, n where.Node) {
		fields := map[string]bool{}
		where.Walk(n, func(n where.Node) bool {
			name, rows, counted := associated(n)
			if name == "" {
				fields[where.FieldOf(n)] = true
				return true
			}
			below := p.index(name)
			visit(below, rows)
			found = found || below < 0 || p.changes(below, map[string]bool{counted: true})
			return false
		})
		if association >= 0 {
			found = found || p.changes(association, fields)
		} else {
			found = found || p.altered(fields)
		}
	}
	visit(-1, root)
	return found
}

func associated(n where.Node) (name string, rows where.Node, counted string) {
	switch n := n.(type) {
	case where.Exists:
		return n.Association, n.Rows, ""
	case where.Count:
		return n.Association, n.Rows, n.Field
	default:
		return "", nil, ""
	}
}

func (p places) index(name string) int {
	return slices.IndexFunc(p.placed, func(a contacts.Placed) bool { return a.Name == name })
}

// altered reports whether one of the contact's own fields is set when the
// contact that it refers to is deleted.
func (p places) altered(fields map[string]bool) bool {
	var names []string
	for name := range fields {
		if _, ok := p.schema.Lookup(name); ok {
			names = append(names, name)
		}
	}
	return p.alters(p.schema.Table, columns(p.contact(), names))
}

// alters reports whether a deletion sets one of the table's columns in rows that
// stay.
func (p places) alters(table string, columns []string) bool {
	if len(columns) > 0 && p.unsaid(table) {
		return true
	}
	for i, w := range p.placed {
		if same(w.Table, table) && intersect(p.set(i), columns) {
			return true
		}
	}
	return false
}

// moves reports whether the deletion of other contacts can change what the
// association's references refer to: a field of the contact, or of the row
// above, that a deletion sets.
func (p places) moves(i int) bool {
	a, table := p.placed[i], p.schema.Table
	if a.Above >= 0 {
		table = p.placed[a.Above].Table
	}
	return slices.ContainsFunc(a.References, func(r contacts.Reference) bool {
		return p.alters(table, p.target(a, r))
	})
}

// changes reports whether the deletion of other contacts can change which rows
// of the association a contact has, or those fields of them. The rows that are
// handed over to an heir are left out of account: it is protected, and no
// deletion depends on what it has.
func (p places) changes(read int, fields map[string]bool) bool {
	a := p.placed[read]
	if a.OfContacts || p.moves(read) || p.unsaid(a.Table) {
		return true
	}
	for i, w := range p.placed {
		switch {
		case !same(w.Table, a.Table) || !w.Action.Touches():
		case p.disjoint(read, i):
		case p.samePath(read, i): // then only the contact's own deletion reaches its rows
		case w.Action.Changes() && !p.reads(read, fields, p.set(i)):
		default:
			return true
		}
	}
	return false
}

// same compares the names of tables and columns, which may be spelt in upper
// or lower case. Two names taken for one cost no more than fixed targets.
func same(a, b string) bool { return strings.EqualFold(a, b) }

func intersect(a, b []string) bool {
	return slices.ContainsFunc(a, func(x string) bool {
		return slices.ContainsFunc(b, func(y string) bool { return same(x, y) })
	})
}

// columns returns the columns of an association's fields.
func columns(a contacts.Placed, fields []string) []string {
	out := make([]string, len(fields))
	for i, name := range fields {
		f, _ := a.Lookup(name)
		out[i] = f.ColumnName()
	}
	return out
}

// set returns the columns that the association sets in its rows.
func (p places) set(i int) []string {
	var out []string
	for _, r := range p.placed[i].References {
		out = append(out, setBy(p.placed[i], r)...)
	}
	return out
}

// setBy returns those that it sets in rows that refer by one of its references
// to what is deleted.
func setBy(a contacts.Placed, r contacts.Reference) []string {
	var names []string
	for _, c := range a.Changes(r) {
		names = append(names, c.Field)
	}
	return columns(a, names)
}

// reads reports whether the association's references, or the given fields, are
// stored in one of the columns. A condition on the rows counts as reading all
// of them.
func (p places) reads(i int, fields map[string]bool, from []string) bool {
	a := p.placed[i]
	if !a.Where.IsZero() {
		return true
	}
	var names []string
	for _, r := range a.References {
		names = append(names, r.Fields...)
		for name := range r.Constants {
			names = append(names, name)
		}
	}
	for name := range fields {
		if name != "" {
			names = append(names, name)
		}
	}
	return intersect(columns(a, names), from)
}
