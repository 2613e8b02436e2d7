package contacts

import (
	"slices"
	"time"

	"github.com/contactsweep/contactsweep/where"
)

// Gap is a reference to contacts or rows that are deleted, of whose own rows
// the schema's associations cover only some. Nothing is done about the others:
// they are left without what they refer to, unless the database prevents that.
type Gap struct {
	Table   string   // of the rows that refer
	Columns []string // of the reference
	Above   string   // the table that they refer to
	Below   bool     // that is an association's, not the contacts'
	// Associations are the names of those that cover some of the rows.
	Associations []string
	// Constants says that only rows with other constants are left out. Those
	// usually refer to another table, and are none of the schema's.
	Constants bool
}

// Gaps returns the references of which associations cover only some rows,
// because each has a condition, or is declared below only one of the
// associations that delete rows of the table above. An association without a
// condition, whatever its action, covers all rows of its reference and
// constants; one that is [ReadOnly] covers none. Two conditions cover all rows
// only when they are WhereKnown and WhereUnknown of one field: a stored value
// that does not belong to its field fulfils no other.
//
// The schema must be valid. Stores report the gaps in their Verify.
func (s Schema) Gaps() []Gap {
	placed := s.Placed()
	ways := s.ways(placed)
	var out []Gap
	for above := -1; above < len(placed); above++ {
		if above >= 0 && placed[above].Action != Delete {
			continue
		}
		table := s.Table
		if above >= 0 {
			table = placed[above].Table
		}
		for _, g := range gapsBelow(ways, table, above) {
			if !slices.ContainsFunc(out, g.same) {
				out = append(out, g)
			}
		}
	}
	return out
}

func (g Gap) same(other Gap) bool {
	return g.Table == other.Table && g.Above == other.Above && g.Constants == other.Constants && slices.Equal(g.Columns, other.Columns)
}

// way is one reference of an association that is not only read.
type way struct {
	association, above int // their places; above is -1 for the contacts
	name               string
	table, aboveTable  string
	columns, target    []string
	constants          map[string]constant
	where              coverage
}

// coverage is which rows a condition selects, as far as that is certain.
type coverage struct {
	all            bool
	known, unknown string // the column of which it selects these values, and all of them
}

func (s Schema) ways(placed []Placed) []way {
	var out []way
	for i, p := range placed {
		if p.Action == ReadOnly {
			continue
		}
		table, fields, key := s.Table, s.Fields, s.Key
		if p.Above >= 0 {
			table, fields, key = placed[p.Above].Table, placed[p.Above].Fields, placed[p.Above].Key
		}
		for _, r := range p.References {
			w := way{
				association: i, above: p.Above, name: p.Name, table: p.Table, aboveTable: table,
				columns: columnsOf(p.Fields, r.Fields), target: columnsOf(fields, r.Target(key)),
				constants: map[string]constant{}, where: s.coverage(p),
			}
			for name := range r.Constants {
				f, _ := p.Lookup(name)
				if v, err := r.Constant(name, f); err == nil { // the schema is valid
					w.constants[f.ColumnName()] = constant{v, f.CaseInsensitive}
				}
			}
			out = append(out, w)
		}
	}
	return out
}

func (s Schema) coverage(p Placed) coverage {
	if p.Where.IsZero() {
		return coverage{all: true}
	}
	// What the condition is frozen for does not matter to a test of knowledge.
	of, err := p.Where.Freeze(time.Unix(0, 0)).Resolve(catalog{schema: &s, fields: p.Fields, key: p.Key})
	if n, ok := of.Root().(where.Known); ok && err == nil {
		f, _ := findField(p.Fields, n.Field)
		if n.Negated {
			return coverage{unknown: f.ColumnName()}
		}
		return coverage{known: f.ColumnName()}
	}
	return coverage{}
}

// gapsBelow returns the gaps in what refers to the rows that the association at
// that place deletes, or to the contacts.
func gapsBelow(ways []way, table string, above int) []Gap {
	var out []Gap
	done := make([]bool, len(ways))
	for i, first := range ways {
		if done[i] || first.aboveTable != table {
			continue
		}
		var group, here []way
		for j, w := range ways {
			if !w.like(first) {
				continue
			}
			done[j] = true
			group = append(group, w)
			if reaches(ways, w.above, above) {
				here = append(here, w)
			}
		}
		if g, ok := gapOf(group, here); ok {
			out = append(out, g)
		}
	}
	return out
}

// like reports whether both are the same columns of a table and refer to the
// same columns of another.
func (w way) like(other way) bool {
	if w.table != other.table || w.aboveTable != other.aboveTable || len(w.columns) != len(other.columns) {
		return false
	}
	for i, column := range w.columns {
		j := slices.Index(other.columns, column)
		if j < 0 || other.target[j] != w.target[i] {
			return false
		}
	}
	return true
}

// narrower reports whether rows with w's constants have those of other.
func (w way) narrower(other way) bool {
	for column, theirs := range other.constants {
		own, ok := w.constants[column]
		if !ok || own.value != theirs.value || own.fold && !theirs.fold {
			return false
		}
	}
	return true
}

// reaches reports whether the rows of the association at place a are all of
// those at place b, and maybe more.
func reaches(ways []way, a, b int) bool {
	if a == b || a < 0 || b < 0 {
		return a == b
	}
	return !slices.ContainsFunc(ways, func(w way) bool {
		return w.association == b && !slices.ContainsFunc(ways, func(v way) bool {
			return v.association == a && v.where.all && v.like(w) && w.narrower(v) && reaches(ways, v.above, w.above)
		})
	})
}

// gapOf compares the ways of a reference with those that reach the rows below
// all that is deleted.
func gapOf(group, here []way) (Gap, bool) {
	if covered(way{}, here) {
		return Gap{}, false
	}
	g := Gap{Table: group[0].table, Columns: group[0].columns, Above: group[0].aboveTable, Below: group[0].above >= 0, Constants: true}
	for _, w := range group {
		g.Constants = g.Constants && covered(w, here)
		if !slices.Contains(g.Associations, w.name) {
			g.Associations = append(g.Associations, w.name)
		}
	}
	return g, true
}

// covered reports whether the ways cover all rows with w's constants.
func covered(w way, by []way) bool {
	return slices.ContainsFunc(by, func(a way) bool {
		return w.narrower(a) && (a.where.all || a.where.known != "" && slices.ContainsFunc(by, func(b way) bool {
			return w.narrower(b) && a.where.known == b.where.unknown
		}))
	})
}
