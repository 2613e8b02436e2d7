package sqlstore

import (
	"slices"
	"strings"

	"github.com/contactsweep/contactsweep/store"
)

// walks looks at the contacts' fields that runs may walk by. What it finds only
// concerns the runs that do.
func (v *verification) walks() {
	m := v.store.model
	t := v.tables[m.contacts.table]
	for _, f := range m.contacts.fields {
		if _, err := m.schema.WalkField(f.Name); err != nil || v.store.unsupported(f) != nil {
			continue
		}
		c := t.column(f.ColumnName())
		add := func(severity store.Severity, code, message, advice string) {
			v.find(store.Finding{Code: code, Severity: severity, Table: m.contacts.table, Column: f.ColumnName(), Message: message, Advice: advice, Walk: f.Name})
		}
		if !c.notNull && c.keyPart == 0 {
			add(store.Fatal, CodeWalkNullable, "the column can be NULL, although the schema says that it is not; a walk by it does not meet such contacts",
				"declare the column NOT NULL, or walk by the key")
		}
		if c.odd {
			add(store.Fatal, CodeWalkCollation, "the column compares texts by the collation "+c.collation+", of which nothing is known; its order may not be that of the values",
				"declare the column with a collation of the engine's own, or walk by the key")
		}
		if t.kind == plainTable {
			v.walkIndex(t, f.ColumnName(), add)
		}
	}
}

// walkIndex asks for an index that has the contacts in the order of a walk.
func (v *verification) walkIndex(t tableInfo, column string, add func(severity store.Severity, code, message, advice string)) {
	wanted := append([]string{column}, columnNames(v.store.model.contacts.key)...)
	starts := func(i indexInfo, with []string) bool {
		has := append(slices.Clone(i.columns), v.store.appended(t)...)
		return !i.partial && len(has) >= len(with) && slices.EqualFunc(has[:len(with)], with, strings.EqualFold)
	}
	advice := "create an index on " + strings.Join(wanted, ", ")
	switch {
	case slices.ContainsFunc(t.indexes, func(i indexInfo) bool { return starts(i, wanted) }):
	case slices.ContainsFunc(t.indexes, func(i indexInfo) bool { return starts(i, wanted[:1]) }):
		add(store.Warning, CodeWalkUnindexed, "no index has the key behind the field, so that contacts with the same value are read and sorted anew for every page of a walk by it", advice)
	default:
		add(store.Warning, CodeWalkUnindexed, "no index starts with the field, so that every page of a walk by it reads the whole table", advice)
	}
}
