package sqlstore

import (
	"fmt"
	"strings"

	"github.com/contactsweep/contactsweep/store"
	"github.com/contactsweep/contactsweep/where"
)

func (v *verification) fields() {
	for _, r := range v.store.model.sets() {
		for _, f := range r.fields {
			name := f.ColumnName()
			if err := v.store.unsupported(f); err != nil {
				v.add(store.Fatal, CodeEncoding, r.table, name, "the engine cannot compare a "+f.Kind.String()+" field in this encoding",
					"name another with Field.Encoded; decimals need contacts.DecimalUnits or contacts.DecimalReal, times UTC")
				continue
			}
			c := v.tables[r.table].column(name)
			if severity := v.store.misfit(f, c); severity != 0 {
				v.add(severity, CodeColumnType, r.table, name,
					fmt.Sprintf("the declared type %q is not one for values of a %s field in its encoding, so that they are unknown", c.declared, f.Kind),
					"correct the field's kind or encoding, or the column's type")
			}
			if f.Kind == where.KindUint64 && !v.store.holdsUint64(c) {
				v.add(store.Warning, CodeRange, r.table, name, "integers from 2^63 on cannot be stored",
					"declare the field as Int64 if it never holds more")
			}
		}
	}
}

func (v *verification) contactKey() {
	m := v.store.model
	t, columns := v.tables[m.contacts.table], columnNames(m.contacts.key)
	if !t.unique(columns, t.collations(columns), false) {
		v.add(store.Fatal, CodeKeyNotUnique, m.contacts.table, strings.Join(columns, ","),
			"no unique index on exactly the columns of the key that compares as they do", "create one, or name the key that identifies a contact")
	}
	for _, name := range columns {
		v.odd(store.Fatal, m.contacts.table, t.column(name))
		switch c := t.column(name); {
		case c.notNull:
		case c.keyPart > 0:
			v.add(store.Warning, CodeKeyNullable, m.contacts.table, name,
				"the column can be NULL although it is in the primary key; such contacts are never selected", "declare the column NOT NULL")
		default:
			v.add(store.Fatal, CodeKeyNullable, m.contacts.table, name, "the key can be NULL", "declare the column NOT NULL")
		}
	}
	if t.reuses {
		v.add(store.Warning, CodeKeyReuse, m.contacts.table, strings.Join(columns, ","), "a new contact may get the id of a deleted one",
			"it matters where ids are kept outside of this database, such as in a report or a Next; on SQLite, AUTOINCREMENT prevents it")
	}
}

// odd looks for a collation of the host's own. Keys are compared by bytes in
// any case, but rows are joined as the database does.
func (v *verification) odd(severity store.Severity, table string, c columnInfo) {
	if c.odd {
		v.add(severity, CodeCollation, table, c.name,
			"compares texts by the collation "+c.collation+", of which nothing is known; texts that differ may be one to it",
			"declare the column without COLLATE, or with BINARY, NOCASE or RTRIM as SQLite defines them")
	}
}
