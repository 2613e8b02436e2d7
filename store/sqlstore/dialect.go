package sqlstore

import (
	"fmt"

	sq "github.com/Masterminds/squirrel"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/internal/dialect"
	"github.com/contactsweep/contactsweep/store"
	"github.com/contactsweep/contactsweep/where"
)

// Dialect names a database engine. The zero Dialect is none and refused. It is
// the same type for all packages of this module that take one.
type Dialect = dialect.Dialect

// The dialects.
const (
	// SQLite is SQLite from version 3.38 on, with any driver.
	SQLite = dialect.SQLite
	// PostgreSQL is PostgreSQL from version 13 on, and what speaks its protocol
	// and its dialect, with any driver.
	PostgreSQL = dialect.PostgreSQL
	// MySQL is MySQL from version 8.0.17 on and MariaDB from version 10.6 on,
	// with any driver whose connections speak utf8mb4.
	MySQL = dialect.MySQL
)

func engineOf(d Dialect) (engine, error) {
	switch d {
	case SQLite:
		return sqlite{}, nil
	case PostgreSQL:
		return postgres{}, nil
	case MySQL:
		return mysql{}, nil
	}
	return nil, fmt.Errorf("sqlstore: there is no %s; use sqlstore.SQLite, sqlstore.PostgreSQL or sqlstore.MySQL", d)
}

// engine is all that differs between dialects. An engine has no state.
type engine interface {
	syntax
	plans
	columnTests
	codec
	definitions
	joins
	operation
}

// syntax is how statements are written.
type syntax interface {
	// quote makes a name of any characters an identifier.
	quote(name string) string
	placeholders() sq.PlaceholderFormat
	// target is what stands behind DELETE FROM, for a table under an alias, and
	// changed what stands behind UPDATE.
	target(table, alias string) string
	changed(table, alias string) string
	// unnamed reports whether the table of a DELETE has no alias but its name.
	unnamed() bool
	// rereads reports whether a statement may read in a subquery, as it is, the
	// table that it changes.
	rereads() bool
	// maxArgs is the largest number of arguments of a statement.
	maxArgs() int
}

// plans are how an engine is led to the plan that its statements need.
type plans interface {
	// once is AS before a common table expression that is to be computed once.
	once() string
	// probe ends a subquery that is to be asked for one row after the other, by
	// an index, and not for all rows at once; "" where the engine does so anyway.
	probe() string
	// passes reports whether the engine answers, without such an index, for all
	// contacts in one pass.
	passes() bool
	// apart reports whether contacts with the same value of the field that a
	// walk goes by are asked for in a statement of their own, because an index
	// does not serve a comparison of the field and the key together.
	apart() bool
	// force stands behind a table whose rows are found by the named indexes;
	// "" where the engine finds out by itself.
	force(indexes []string) string
}

// columnTests are all that is asked of one column.
type columnTests interface {
	tests
	texts
	doubts
}

// tests are the conditions on one column. The term that a method returns is
// true exactly when the test is true in three-valued logic, where a stored
// value outside the field's kind is unknown; otherwise it is false or NULL.
type tests interface {
	// known is true for values of the field's kind, in its encoding; null is
	// true for NULL, and filled for texts that are not empty.
	known(c column) term
	null(c column) term
	filled(c column) term
	compare(c column, n where.Compare) term
	in(c column, n where.In) term
	// distinct is an expression that is equal for equal values, and month one
	// that is equal for values of the same month.
	distinct(c column, fold bool) string
	month(c column) string
}

// texts are tests of texts, to which the same applies.
type texts interface {
	match(c column, n where.Match) term
	like(c column, n where.Like) term
}

// doubts are what is asked of a sample of stored values.
type doubts interface {
	// stray is true for values that may be meant as some of the field's, but
	// are stored in another way.
	stray(c column) term
	// suspect is the bytes of a text that may not be UTF-8, else NULL; "" where
	// there can be none.
	suspect(c column) string
}

// codec converts values between Go and the database.
type codec interface {
	// unsupported says what is wrong with the field's encoding here.
	unsupported(f contacts.Field) error
	encode(f contacts.Field, v where.Value) (any, error)
	// read is the expression whose result decode understands, whatever the
	// driver does with the column's declared type.
	read(c column) string
	decode(f contacts.Field, stored any) where.Value
}

// definitions are how tables are made.
type definitions interface {
	// columnType is the type of a column for the field; an index may need
	// another one.
	columnType(f contacts.Field, indexed bool) string
	// holdsUint64 reports whether the column can hold integers from 2^63 on.
	holdsUint64(c columnInfo) bool
	// createIndex are the statements that make an index.
	createIndex(table, name string, i indexDDL) []string
	// onlyKey is the constraint of a column that is the whole key.
	onlyKey(f contacts.Field) string
	// tableOptions stand behind the columns of a table.
	tableOptions() string
}

// joins are how rows are found by keys and by references.
type joins interface {
	// bind makes a list of keys; the columns are those of the contacts' key.
	bind(columns []column, keys []contacts.Key) (boundKeys, error)
	// isOneOf is true for columns that are equal to one of the keys: as they
	// compare themselves, or byte by byte where exactly has made them.
	isOneOf(columns []string, exact bool, keys boundKeys) term
	// beyond compares the key, in the columns' own order, with the stored
	// values of another one: op is > or <=. The key's index must serve it.
	beyond(columns []column, op string, values []any) term
	// exactly is the column as keys are compared, byte by byte, or "" when
	// the column itself does that.
	exactly(c column) string
	// folds reports whether a field and one that refers to it are compared
	// without the case of letters.
	folds(above, row contacts.Field) bool
	// folding is what stands for that in indexInfo.collations.
	folding() string
	// joined is the column of the row above, and of the row that refers to
	// it, as they are compared with each other; folded where folds says so.
	joined(above, row column) (aboveSQL, rowSQL string)
}

// operation is how batches run.
type operation interface {
	// pacing is the pace that suits the engine.
	pacing() store.Pacing
	// write locks all of the database by a change of nothing in a column of the
	// table; nil where rows are locked instead, by a reading statement that
	// ends with FOR UPDATE.
	write(table, column string) term
	// dialect is the engine's.
	dialect() Dialect
	// violated finds out which of the foreign keys does not allow a change,
	// where only the error's text tells.
	violated(err error, keys []foreignKey) (foreignKey, bool)
	catalog
	habits
}

// boundKeys is a list of keys, made once for the statements of a batch. Only
// the engine that made it knows what it holds.
type boundKeys any

// column is a column of a table in a statement.
type column struct {
	field contacts.Field
	sql   string // quoted, with its table's alias
	info  columnInfo
}
