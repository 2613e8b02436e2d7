package sqlstore

import (
	"slices"
	"strings"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/store"
)

// The actions of foreign keys when the row above is deleted.
const (
	cascade    = "CASCADE"
	restrict   = "RESTRICT"
	setNull    = "SET NULL"
	setDefault = "SET DEFAULT"
	noAction   = "NO ACTION"
)

// deletedFrom returns the name that the schema has for the table that the
// foreign key refers to, if rows of it are deleted.
func (m *model) deletedFrom(tables tableSet, k foreignKey) (string, bool) {
	names := []string{m.contacts.table}
	for _, a := range m.all {
		if a.Action == contacts.Delete {
			names = append(names, a.Table)
		}
	}
	i := slices.IndexFunc(names, func(name string) bool {
		t := tables[name]
		return t.database == k.parentDatabase && strings.EqualFold(t.name, k.parent)
	})
	if i < 0 {
		return "", false
	}
	return names[i], true
}

// registration is an association, and the reference of it that a foreign key is.
type registration struct {
	by  *association
	ref reference
}

// whole reports whether the association treats all rows of the foreign key, but
// for those with an empty text; see reference.skipsEmpty.
func (r registration) whole() bool { return r.by.Where.IsZero() && len(r.ref.constants) == 0 }

// kept reports whether rows of the foreign key go on referring to a contact that
// is gone.
func (r registration) kept() bool { return r.by.Action == contacts.Keep || r.ref.stays }

// refersAs reports whether the foreign key joins the columns of the reference
// with the same ones as the reference does.
func (r reference) refersAs(k foreignKey, above tableInfo) bool {
	target := k.targetIn(above)
	if len(target) != len(k.columns) {
		return false
	}
	from, to := columnNames(r.from), columnNames(r.to)
	for i, c := range k.columns {
		at := slices.IndexFunc(from, func(name string) bool { return strings.EqualFold(name, c) })
		if at < 0 || !strings.EqualFold(to[at], target[i]) {
			return false
		}
	}
	return true
}

// registered returns the associations that a foreign key belongs to. Those
// that are only read do not say what happens to their rows.
func (m *model) registered(tables tableSet, k foreignKey, parent string) []registration {
	return slices.DeleteFunc(m.alike(tables, k, parent), func(r registration) bool {
		return !r.ref.refersAs(k, tables[parent])
	})
}

// alike returns the associations whose rows refer to the parent by the columns
// of a foreign key, whatever columns there they refer to.
func (m *model) alike(tables tableSet, k foreignKey, parent string) []registration {
	var out []registration
	for _, a := range m.all {
		t := tables[a.Table]
		up := m.contacts.table
		if a.above != nil {
			up = a.above.Table
		}
		if a.Action == contacts.ReadOnly || up != parent || t.database != k.database || !strings.EqualFold(t.name, k.table) {
			continue
		}
		for _, r := range a.refs {
			if sameNames(columnNames(r.from), k.columns) {
				out = append(out, registration{a, r})
			}
		}
	}
	return out
}

// unregistered returns the foreign keys to rows that are deleted, from tables
// or columns that the schema does not mention.
func (m *model) unregistered(tables tableSet, keys []foreignKey) []foreignKey {
	return slices.DeleteFunc(slices.Clone(keys), func(k foreignKey) bool {
		parent, deleted := m.deletedFrom(tables, k)
		return !deleted || len(m.registered(tables, k, parent)) > 0
	})
}

func (v *verification) foreign() {
	m := v.store.model
	for _, k := range m.unregistered(v.tables, v.keys) {
		v.unregistered(k)
	}
	for _, k := range v.keys {
		v.updated(k)
		parent, deleted := m.deletedFrom(v.tables, k)
		if !deleted {
			continue
		}
		by := m.registered(v.tables, k, parent)
		if len(by) > 0 {
			v.agrees(k, by)
		}
		if len(m.alike(v.tables, k, parent)) > len(by) {
			v.add(store.Fatal, CodeForeignKeyTarget, v.nameOf(k), strings.Join(k.columns, ","),
				"the foreign key refers to other columns of "+parent+" than the schema says, so that rows of other contacts would be taken for theirs",
				"correct the fields of the reference, or their order, or the foreign key")
		}
	}
}

// nameOf is what findings call the table of a foreign key: as the schema does,
// where it does, and else with its database, unless that is the contacts'.
func (v *verification) nameOf(k foreignKey) string {
	m := v.store.model
	hidden := false
	for _, r := range m.sets() {
		t := v.tables[r.table]
		if t.database == k.database && strings.EqualFold(t.name, k.table) {
			return r.table
		}
		hidden = hidden || strings.EqualFold(r.table, k.table)
	}
	if hidden || k.database != v.tables[m.contacts.table].database {
		return k.database + "." + k.table
	}
	return k.table
}

// updated looks for what the database does when a column is set that the
// foreign key refers to.
func (v *verification) updated(k foreignKey) {
	column := strings.Join(k.columns, ",")
	for _, a := range v.store.model.setting(v.tables, k) {
		if acts(k.onUpdate) {
			v.add(store.Fatal, CodeUpdateChanges, v.nameOf(k), column,
				"the database changes its rows when rows of "+a.Table+" are changed, to which it refers, uncounted",
				"declare the foreign key ON UPDATE NO ACTION, or choose another action for association "+a.Name)
			continue
		}
		v.add(store.Warning, CodeUpdateBlocks, v.nameOf(k), column,
			"rows of "+a.Table+" to which it refers cannot be changed, nor their contact deleted",
			"choose another action for association "+a.Name+", or let the foreign key refer to another column")
	}
}

// setting are the associations that set a column to which the foreign key
// refers.
func (m *model) setting(tables tableSet, k foreignKey) []*association {
	return slices.DeleteFunc(slices.Clone(m.all), func(a *association) bool {
		t := tables[a.Table]
		return t.database != k.parentDatabase || !strings.EqualFold(t.name, k.parent) || !a.sets(k.targetIn(t))
	})
}

// targetIn are the columns that the foreign key refers to.
func (k foreignKey) targetIn(above tableInfo) []string {
	if len(k.target) == 0 {
		return above.key()
	}
	return k.target
}

// acts reports whether a foreign key with that action changes or deletes rows.
func acts(action string) bool { return action == cascade || action == setNull || action == setDefault }

const register = "add an association for it to the schema"

// unregistered rows are either removed or changed by the database, or they
// hold the contact back, as long as foreign keys are enforced; without that
// they would be left without it.
func (v *verification) unregistered(k foreignKey) {
	table, column := v.nameOf(k), strings.Join(k.columns, ",")
	severity := store.Warning
	message := "the reference to " + k.parent + " is not in the schema"
	if !v.enforced {
		severity = store.Fatal
		message += "; foreign keys are not enforced, so that its rows would be left without their contact"
	}
	switch k.onDelete {
	case cascade:
		v.add(store.Fatal, CodeUnregisteredCascade, table, column,
			message+", and the database deletes its rows, uncounted", register)
	case setNull, setDefault:
		v.add(store.Fatal, CodeUnregisteredSetNull, table, column,
			message+", and the database changes its rows, uncounted, even protected ones, and others may match then", register+", with Detach")
	default:
		v.add(severity, CodeUnregisteredReference, table, column,
			message+"; contacts with such rows cannot be deleted", register+", for example with Restrict")
	}
}

// agrees compares what the database does with what the schema says.
func (v *verification) agrees(k foreignKey, by []registration) {
	table, column := v.nameOf(k), strings.Join(k.columns, ",")
	if acts(k.onDelete) && by[0].ref.skipsEmpty() {
		v.add(store.Fatal, CodeForeignKeyEmpty, table, column,
			"for the foreign key the empty text refers to a row with the empty text, so that the database deletes or changes rows that belong to nobody in the schema",
			"declare the foreign key ON DELETE NO ACTION, or accept the finding if what it refers to is never empty; a batch that comes upon one fails")
	}
	if slices.ContainsFunc(by, func(r registration) bool { return r.by.Action == contacts.Delete && r.whole() }) {
		return // nothing is left for the database to do
	}
	detached := slices.ContainsFunc(by, func(r registration) bool { return r.by.Action.Changes() && !r.ref.stays && r.whole() })
	kept := slices.ContainsFunc(by, registration.kept)
	switch k.onDelete {
	case cascade:
		if detached {
			v.add(store.Warning, CodeCascadeAfterDetach, table, column,
				"the database deletes rows that the schema detaches or hands over; that is done first",
				"declare the foreign key ON DELETE SET NULL, or NO ACTION for rows that are handed over")
			return
		}
		v.add(store.Fatal, CodeCascadeRemovesKept, table, column,
			"the database deletes rows that the schema does not delete", "declare another action for the foreign key, or choose Delete for all its rows")
	case setNull, setDefault:
		if !detached && kept {
			v.add(store.Fatal, CodeForeignKeyChangesKept, table, column,
				"the database changes the reference of rows that the schema keeps, even protected ones, and others may match then", "choose Detach, or declare another action for the foreign key")
		}
	default:
		if !detached && kept {
			severity := store.Warning
			if slices.ContainsFunc(by, func(r registration) bool { return r.ref.stays }) {
				severity = store.Fatal // what the schema asks for can never be
			}
			v.add(severity, CodeForeignKeyBlocks, table, column,
				"the foreign key does not allow to keep rows without their contact, so that contacts with such rows cannot be deleted",
				"choose another action, leave Stays out of the reference, or remove the foreign key")
		}
	}
}
