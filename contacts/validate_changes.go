package contacts

import (
	"fmt"
	"slices"

	"github.com/contactsweep/contactsweep/where"
)

// link is a reference in terms of tables and columns, in which associations
// that share a table can be compared.
type link struct {
	place     string
	table     string
	fields    []string // columns of the reference, in the order of target
	above     string   // the table referred to
	target    []string // its columns
	constants map[string]constant
	changed   []changed // in a row that refers by it
}

// changed is a column that an action sets.
type changed struct {
	column, field string
	verb, advice  string
}

type constant struct {
	value where.Value
	fold  bool
}

// changes refuses to set a column that something else needs in a row which
// stays: another reference would be lost, or refer to another row.
func (c *checker) changes() {
	if len(c.faults) > 0 {
		return // names may be wrong
	}
	links := c.schema.links()
	for _, l := range links {
		for _, set := range l.changed {
			i := slices.IndexFunc(links, func(other link) bool { return other.needs(set.column, l) })
			if i >= 0 {
				c.fault(l.place, "%s, which %s needs too; %s", fmt.Sprintf(set.verb, set.field), links[i].place, set.advice)
			}
		}
	}
}

// links returns the references of all associations that are not only read.
func (s Schema) links() []link {
	var out []link
	placed := s.Placed()
	for _, p := range placed {
		if p.Action == ReadOnly {
			continue
		}
		table, fields, key := s.Table, s.Fields, s.Key
		if p.Above >= 0 {
			up := placed[p.Above]
			table, fields, key = up.Table, up.Fields, up.Key
		}
		for i, r := range p.References {
			l := newLink(p, r)
			l.place = fmt.Sprintf("association %q, reference %d", p.Name, i+1)
			l.above, l.target = table, columnsOf(fields, r.Target(key))
			out = append(out, l)
		}
	}
	return out
}

func newLink(p Placed, r Reference) link {
	l := link{table: p.Table, fields: columnsOf(p.Fields, r.Fields), constants: map[string]constant{}}
	for name := range r.Constants {
		f, _ := p.Lookup(name)
		if v, err := r.Constant(name, f); err == nil {
			l.constants[f.ColumnName()] = constant{v, f.CaseInsensitive}
		}
	}
	for _, change := range p.Changes(r) {
		f, _ := p.Lookup(change.Field)
		set := changed{column: f.ColumnName(), field: change.Field}
		switch {
		case p.Action == HandOver:
			set.verb, set.advice = "handing over sets field %q", "name only the other fields in Heir"
		case slices.Contains(r.Fields, change.Field):
			set.verb, set.advice = "detaching sets field %q to NULL", "name the other fields in SetNull"
		default:
			set.verb, set.advice = "Set names field %q", "leave it out"
		}
		l.changed = append(l.changed, set)
	}
	return l
}

func columnsOf(fields []Field, names []string) []string {
	out := make([]string, len(names))
	for i, name := range names {
		f, _ := findField(fields, name)
		out[i] = f.ColumnName()
	}
	return out
}

// needs reports whether l can refer to something that stays, by a row's column
// that is changed when what other refers to is deleted.
func (l link) needs(column string, other link) bool {
	if l.above == other.table && slices.Contains(l.target, column) {
		return true
	}
	_, constant := l.constants[column]
	if l.table != other.table || !constant && !slices.Contains(l.fields, column) {
		return false
	}
	return !l.same(other) && !l.excludes(other)
}

// same reports whether both refer to the same row, which is gone then.
func (l link) same(other link) bool {
	if l.above != other.above || len(l.fields) != len(other.fields) {
		return false
	}
	for i, name := range l.fields {
		j := slices.Index(other.fields, name)
		if j < 0 || other.target[j] != l.target[i] {
			return false
		}
	}
	return true
}

// excludes reports whether no row can be both references, because they demand
// different constants.
func (l link) excludes(other link) bool {
	for column, a := range l.constants {
		b, ok := other.constants[column]
		if !ok || a.value == b.value {
			continue
		}
		if !a.fold && !b.fold || where.Fold(a.value.Text()) != where.Fold(b.value.Text()) {
			return true
		}
	}
	return false
}
