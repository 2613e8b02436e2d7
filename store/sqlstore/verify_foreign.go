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
		return t.database == k.database && strings.EqualFold(t.name, k.parent)
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

// whole reports whether the association treats all rows of the foreign key.
func (r registration) whole() bool { return r.by.Where.IsZero() && len(r.ref.constants) == 0 }

// kept reports whether rows of the foreign key go on referring to a contact that
// is gone.
func (r registration) kept() bool { return r.by.Action == contacts.Keep || r.ref.stays }

// registered returns the associations that a foreign key belongs to. Those
// that are only read do not say what happens to their rows.
func (m *model) registered(tables tableSet, k foreignKey, parent string) []registration {
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
		if parent, deleted := m.deletedFrom(v.tables, k); deleted {
			if by := m.registered(v.tables, k, parent); len(by) > 0 {
				v.agrees(k, by)
			}
		}
	}
}

const register = "add an association for it to the schema"

// unregistered rows are either removed or changed by the database, or they
// hold the contact back, as long as foreign keys are enforced; without that
// they would be left without it.
func (v *verification) unregistered(k foreignKey) {
	column := strings.Join(k.columns, ",")
	severity := store.Warning
	message := "the reference to " + k.parent + " is not in the schema"
	if !v.enforced {
		severity = store.Fatal
		message += "; foreign keys are not enforced, so that its rows would be left without their contact"
	}
	switch k.onDelete {
	case cascade:
		v.add(store.Fatal, CodeUnregisteredCascade, k.table, column,
			message+", and the database deletes its rows, uncounted", register)
	case setNull, setDefault:
		v.add(severity, CodeUnregisteredSetNull, k.table, column,
			message+", and the database changes its rows, uncounted", register+", with Detach")
	default:
		v.add(severity, CodeUnregisteredReference, k.table, column,
			message+"; contacts with such rows cannot be deleted", register+", for example with Restrict")
	}
}

// agrees compares what the database does with what the schema says.
func (v *verification) agrees(k foreignKey, by []registration) {
	column := strings.Join(k.columns, ",")
	if slices.ContainsFunc(by, func(r registration) bool { return r.by.Action == contacts.Delete && r.whole() }) {
		return // nothing is left for the database to do
	}
	detached := slices.ContainsFunc(by, func(r registration) bool { return r.by.Action.Changes() && !r.ref.stays && r.whole() })
	kept := slices.ContainsFunc(by, registration.kept)
	switch k.onDelete {
	case cascade:
		if detached {
			v.add(store.Warning, CodeCascadeAfterDetach, k.table, column,
				"the database deletes rows that the schema detaches or hands over; that is done first",
				"declare the foreign key ON DELETE SET NULL, or NO ACTION for rows that are handed over")
			return
		}
		v.add(store.Fatal, CodeCascadeRemovesKept, k.table, column,
			"the database deletes rows that the schema does not delete", "declare another action for the foreign key, or choose Delete for all its rows")
	case setNull, setDefault:
		if !detached && kept {
			v.add(store.Warning, CodeForeignKeyChangesKept, k.table, column,
				"the database changes the reference of rows that the schema keeps", "choose Detach, or declare another action for the foreign key")
		}
	default:
		if !detached && kept {
			severity := store.Warning
			if slices.ContainsFunc(by, func(r registration) bool { return r.ref.stays }) {
				severity = store.Fatal // what the schema asks for can never be
			}
			v.add(severity, CodeForeignKeyBlocks, k.table, column,
				"the foreign key does not allow to keep rows without their contact, so that contacts with such rows cannot be deleted",
				"choose another action, leave Stays out of the reference, or remove the foreign key")
		}
	}
}
