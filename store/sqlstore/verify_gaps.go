package sqlstore

import (
	"slices"
	"strings"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/store"
)

// of returns the foreign keys that the references of a gap are.
func (s *sighting) of(g contacts.Gap) []foreignKey { return foreignKeysOf(s.tables, s.keys, g) }

func foreignKeysOf(tables tableSet, keys []foreignKey, g contacts.Gap) []foreignKey {
	var out []foreignKey
	from, to := tables[g.Table], tables[g.Above]
	for _, k := range keys {
		if k.database == from.database && strings.EqualFold(k.table, from.name) &&
			k.parentDatabase == to.database && strings.EqualFold(k.parent, to.name) && sameNames(k.columns, g.Columns) {
			out = append(out, k)
		}
	}
	return out
}

// gaps says what becomes of the rows that no association covers: as with those
// of tables that are not in the schema, only an enforced foreign key keeps them
// from being left behind. Without a foreign key, rows with other constants than
// the schema's refer to something else.
func (v *verification) gaps() {
	for _, g := range v.store.model.gaps {
		keys := foreignKeysOf(v.tables, v.keys, g)
		if len(keys) == 0 && !g.Constants {
			v.find(store.PartlyCovered(g, store.Fatal, store.LeftBehind))
		}
		for _, k := range keys {
			v.gap(g, k)
		}
	}
}

func (v *verification) gap(g contacts.Gap, k foreignKey) {
	switch {
	case k.onDelete == cascade:
		f := store.PartlyCovered(g, store.Fatal, "the database deletes the others, uncounted")
		said := store.Finding{Code: CodeCascadeRemovesKept, Table: v.nameOf(k), Column: f.Column}.Name()
		if !slices.ContainsFunc(v.findings, func(g store.Finding) bool { return g.Name() == said }) {
			v.find(f)
		}
	case !v.enforced:
		v.find(store.PartlyCovered(g, store.Fatal, "foreign keys are not enforced, so that "+store.LeftBehind))
	case k.onDelete == setNull, k.onDelete == setDefault:
		v.find(store.PartlyCovered(g, store.Fatal, "the database changes the others, uncounted"))
	default:
		v.find(store.PartlyCovered(g, store.Warning, "contacts with others cannot be deleted"))
	}
}
