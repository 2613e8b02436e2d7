package sqlstore

import (
	"slices"
	"strings"

	"github.com/contactsweep/contactsweep/where"
)

// served reports whether an index finds the rows that belong to one contact, so
// that it is worth to ask for them contact by contact. Where the statement is
// about many contacts, the index must also answer the test of the rows; without
// that one pass over all rows costs less than a visit to each.
func (b *builder) served(a *association, tested where.Node) bool {
	var columns []string
	if !b.few {
		columns = append(columns, a.tested...)
		where.Walk(tested, func(n where.Node) bool {
			if f, err := a.rows.field(where.FieldOf(n)); err == nil {
				columns = append(columns, f.ColumnName())
			}
			return true
		})
	}
	indexes := b.tables[a.Table].indexes
	return !slices.ContainsFunc(a.refs, func(r reference) bool {
		return !slices.ContainsFunc(indexes, func(i indexInfo) bool { return !i.partial && i.serves(columnNames(r.from), columns) })
	})
}

// serves reports whether the index starts with the one columns and has the
// others too.
func (i indexInfo) serves(first, others []string) bool {
	if len(i.columns) < len(first) || !sameNames(i.columns[:len(first)], first) {
		return false
	}
	return !slices.ContainsFunc(others, func(name string) bool {
		return !slices.ContainsFunc(i.columns, func(c string) bool { return strings.EqualFold(c, name) })
	})
}

// led is the rows of an association in a statement about few contacts, led to
// the indexes by which they are found; where a reference has none, the rows as
// they are.
func (b *builder) led(a *association, row level) level {
	var names []string
	for _, r := range a.refs {
		columns := columnNames(r.from)
		at := slices.IndexFunc(row.info.indexes, func(i indexInfo) bool { return !i.partial && i.serves(columns, nil) })
		if at < 0 || row.info.indexes[at].name == "" {
			return row
		}
		if name := row.info.indexes[at].name; !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	row.hint = b.force(names)
	return row
}
