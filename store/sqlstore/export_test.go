package sqlstore

import (
	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/internal/sqlerr"
	"github.com/contactsweep/contactsweep/where"
)

// Term is a part of a statement.
type Term = term

// Expr is SQL with its arguments.
func Expr(sql string, args ...any) Term { return expr(sql, args...) }

// All joins terms by AND.
func All(terms ...Term) Term { return all(terms...) }

// AnyOf joins terms by OR.
func AnyOf(terms ...Term) Term { return anyOf(terms...) }

// DeleteRows deletes rows.
func DeleteRows(table string, where Term) Term { return deleteRows(table, where) }

// UpdateRows sets a column to NULL.
func UpdateRows(table, column string, where Term) Term {
	return updateRows(table, []assignment{{column, expr("NULL")}}, where)
}

// Render makes a statement for SQLite.
func Render(t Term) (string, []any, error) {
	st, err := render(sqlite{}, t)
	return st.sql, st.args, err
}

// Condition is the SQL of a condition on contacts, and its arguments.
func Condition(schema contacts.Schema, c where.Condition) (string, []any, error) {
	m, err := newModel(schema)
	if err != nil {
		return "", nil, err
	}
	p, err := c.Resolve(schema.Catalog())
	if err != nil {
		return "", nil, err
	}
	b := &builder{engine: sqlite{}, model: m}
	return Render(b.predicate(p, b.level(m.contacts)))
}

// Treatment is the statement that deletes or detaches rows for no contacts.
func Treatment(schema contacts.Schema, keys ...contacts.Key) (string, []any, error) {
	m, err := newModel(schema)
	if err != nil {
		return "", nil, err
	}
	b := &builder{engine: sqlite{}, model: m}
	k, err := b.keyList(keys)
	if err != nil {
		return "", nil, err
	}
	return Render(b.treatment(m.order[0], k))
}

// Decode reads a stored value.
func Decode(f contacts.Field, stored any) where.Value { return sqlite{}.decode(f, stored) }

// Class is the class of a driver's error, its code, and whether a commit that
// failed with it did nothing.
func Class(err error) (code string, certain bool, class error) {
	return classOf(SQLite, err)
}

func classOf(d Dialect, err error) (code string, certain bool, class error) {
	found := sqlerr.Diagnose(d, err)
	return found.Code, found.Certain, storeClass(found.Class)
}

// PostgresClass is Class for PostgreSQL.
func PostgresClass(err error) (code string, certain bool, class error) {
	return classOf(PostgreSQL, err)
}

// MySQLClass is Class of MySQL.
func MySQLClass(err error) (code string, certain bool, class error) {
	return classOf(MySQL, err)
}

// MySQLTooOld reports whether a server's version is not supported.
func MySQLTooOld(version string) bool { return mysqlTooOld(version) }
