package sqlstore

import (
	"fmt"
	"slices"
	"strings"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/store"
)

func (v *verification) references() {
	for _, a := range v.store.model.all {
		up := v.store.model.contacts
		if a.above != nil {
			up = a.above.rows
		}
		for _, r := range a.refs {
			v.index(a, r)
			v.types(a, r, up)
			if a.Action != contacts.ReadOnly {
				v.target(a, r, up)
			}
			v.settable(a, r)
		}
	}
}

// index asks for an index by which the rows of a contact are found.
func (v *verification) index(a *association, r reference) {
	t, columns := v.tables[a.Table], columnNames(r.from)
	if t.kind != plainTable {
		return
	}
	leads := func(i indexInfo) bool {
		return !i.partial && len(i.columns) > 0 && slices.ContainsFunc(columns, func(c string) bool { return strings.EqualFold(c, i.columns[0]) })
	}
	if slices.ContainsFunc(t.indexes, leads) {
		return
	}
	v.add(store.Warning, CodeReferenceUnindexed, a.Table, strings.Join(columns, ","),
		"no index on the reference, so that every batch reads the whole table",
		"create an index on "+strings.Join(columns, ", "))
}

// types compares the columns of a reference with those that they refer to.
func (v *verification) types(a *association, r reference, up *rowSet) {
	for i, f := range r.from {
		from, to := v.tables[a.Table].column(f.ColumnName()), v.tables[up.table].column(r.to[i].ColumnName())
		severity := store.Fatal // rows may not be found, and be left without their contact
		if a.Action == contacts.ReadOnly {
			severity = store.Warning
		}
		v.odd(severity, a.Table, from)
		v.odd(severity, up.table, to)
		if !v.store.alike(from, to) {
			v.add(severity, CodeReferenceType, a.Table, from.name,
				fmt.Sprintf("declared as %q, but refers to %s.%s, declared as %q", from.declared, up.table, to.name, to.declared),
				"declare both columns with the same type")
		}
		if from.collation != to.collation {
			v.add(store.Warning, CodeReferenceCollation, a.Table, from.name,
				fmt.Sprintf("does not compare texts as %s.%s does, to which it refers; an index may not be usable", up.table, to.name),
				"declare both columns with the same collation")
		}
	}
}

// target asks for an index that makes unique what is referred to, as the
// reference is compared with it. Unless it is the key, the empty text refers to
// nothing, so that an index that leaves it out is enough.
func (v *verification) target(a *association, r reference, up *rowSet) {
	columns, above := columnNames(r.to), v.tables[up.table]
	collations, folded := above.collations(columns), false
	for i, f := range r.from {
		if v.store.folds(r.to[i], f) {
			collations[i], folded = v.store.folding(), true
		}
	}
	if up == v.store.model.contacts && r.toKey && !folded {
		return // the key has its own findings
	}
	if !above.unique(columns, collations, !r.toKey) {
		v.add(store.Fatal, CodeTargetNotUnique, up.table, strings.Join(columns, ","),
			fmt.Sprintf("rows of %s refer to it, but it is not unique as they are compared with it; rows of others could be deleted", a.Table),
			"create a unique index, without the case of letters (COLLATE NOCASE on SQLite) where a field is case-insensitive; it may leave out NULL, and empty texts where this is not the key")
	}
}
