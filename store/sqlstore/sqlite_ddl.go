package sqlstore

import (
	"strings"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/where"
)

func (sqlite) columnType(f contacts.Field, _ bool) string {
	switch f.Kind {
	case where.KindInt64, where.KindUint64, where.KindBool:
		return "INTEGER"
	case where.KindFloat64:
		return "REAL"
	case where.KindDecimal:
		if f.Encoding.Form == contacts.FormReal {
			return "REAL"
		}
		return "INTEGER"
	case where.KindTime:
		if perSecond(f.Encoding) != 0 {
			return "INTEGER"
		}
	case where.KindUUID:
		if f.Encoding.Form == contacts.FormUUIDBytes {
			return "BLOB"
		}
	case where.KindText, where.KindDate:
	}
	return "TEXT"
}

// onlyKey is the constraint of a column that is the whole key. Without
// AUTOINCREMENT SQLite would give the id of a deleted contact to a new one.
func (sqlite) onlyKey(f contacts.Field) string {
	if f.Kind == where.KindInt64 || f.Kind == where.KindUint64 {
		return "PRIMARY KEY AUTOINCREMENT NOT NULL"
	}
	return "PRIMARY KEY NOT NULL"
}

func (s sqlite) createIndex(table, name string, i indexDDL) []string {
	database, table := qualified(table)
	columns := make([]string, len(i.columns))
	for n, c := range i.columns {
		if columns[n] = s.quote(c); i.folded[n] {
			columns[n] += " COLLATE " + noCase
		}
	}
	name = s.quote(name)
	if database != "" {
		name = s.quote(database) + "." + name
	}
	kind := "INDEX "
	if i.unique {
		kind = "UNIQUE INDEX "
	}
	out := "CREATE " + kind + name + " ON " + s.quote(table) + " (" + strings.Join(columns, ", ") + ")"
	if i.where != "" {
		out += " WHERE " + s.quote(i.where) + " <> ''"
	}
	return []string{out}
}

func (sqlite) holdsUint64(columnInfo) bool { return false }
