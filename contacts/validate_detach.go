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
	nulled    map[string]string // the columns that Detach sets to NULL, with the names of their fields
}

type constant struct {
	value where.Value
	fold  bool
}

// detached refuses to set a column to NULL that something else needs in a row
// which stays: another reference would be lost with the one that is detached.
func (c *checker) detached() {
	if len(c.faults) > 0 {
		return // names may be wrong
	}
	links := c.schema.links()
	for _, l := range links {
		for _, column := range l.fields {
			name, ok := l.nulled[column]
			if !ok {
				continue
			}
			i := slices.IndexFunc(links, func(other link) bool { return other.needs(column, l) })
			if i >= 0 {
				c.fault(l.place, "detaching sets field %q to NULL, which %s needs too; name the other fields in SetNull", name, links[i].place)
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
			l := newLink(p.Association, r)
			l.place = fmt.Sprintf("association %q, reference %d", p.Name, i+1)
			l.above, l.target = table, columnsOf(fields, r.Target(key))
			out = append(out, l)
		}
	}
	return out
}

func newLink(a Association, r Reference) link {
	l := link{table: a.Table, fields: columnsOf(a.Fields, r.Fields), constants: map[string]constant{}, nulled: map[string]string{}}
	for name := range r.Constants {
		f, _ := a.Lookup(name)
		if v, err := r.Constant(name, f); err == nil {
			l.constants[f.ColumnName()] = constant{v, f.CaseInsensitive}
		}
	}
	if a.Action == Detach {
		nulled := r.Nulled()
		for i, column := range columnsOf(a.Fields, nulled) {
			l.nulled[column] = nulled[i]
		}
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
// that is set to NULL when the row is detached from what other refers to.
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
