package sqlstore

import (
	"fmt"

	sq "github.com/Masterminds/squirrel"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/store"
	"github.com/contactsweep/contactsweep/where"
)

// Dialect names a database engine. The zero Dialect is none and refused.
type Dialect uint8

// The dialects.
const (
	// SQLite is SQLite from version 3.38 on, with any driver.
	SQLite Dialect = iota + 1
)

// String returns the engine's name.
func (d Dialect) String() string {
	if d == SQLite {
		return "SQLite"
	}
	return fmt.Sprintf("dialect(%d)", uint8(d))
}

func (d Dialect) engine() (engine, error) {
	if d == SQLite {
		return sqlite{}, nil
	}
	return nil, fmt.Errorf("sqlstore: there is no %s; use sqlstore.SQLite", d)
}

// engine is all that differs between dialects. An engine has no state.
type engine interface {
	syntax
	tests
	doubts
	codec
	joins
	operation
}

// syntax is how statements are written.
type syntax interface {
	// quote makes a name of any characters an identifier.
	quote(name string) string
	placeholders() sq.PlaceholderFormat
	// once is AS before a common table expression that is to be computed once.
	once() string
	// maxArgs is the largest number of arguments of a statement.
	maxArgs() int
}

// tests are the conditions on one column. The term that a method returns is
// true exactly when the test is true in three-valued logic, where a stored
// value outside the field's kind is unknown; otherwise it is false or NULL.
type tests interface {
	// known is true for values of the field's kind, in its encoding.
	known(c column) term
	compare(c column, n where.Compare) term
	in(c column, n where.In) term
	match(c column, n where.Match) term
	like(c column, n where.Like) term
	// distinct is an expression that is equal for equal values, and month one
	// that is equal for values of the same month.
	distinct(c column, fold bool) string
	month(c column) string
}

// doubts are what is asked of a sample of stored values.
type doubts interface {
	// stray is true for values that may be meant as some of the field's, but
	// are stored in another way.
	stray(c column) term
	// suspect is the bytes of a text that may not be UTF-8, else NULL.
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
	columnType(f contacts.Field) string
	// onlyKey is the constraint of a column that is the whole key.
	onlyKey(f contacts.Field) string
}

// joins are how rows are found by keys and by references.
type joins interface {
	// keys is a list of keys as rows, in a statement whose text does not
	// depend on their number.
	keys(fields []contacts.Field, keys []contacts.Key) keyRows
	// crossJoin joins two tables so that the left one is the outer loop.
	crossJoin() string
	// exactly is the column as keys are compared, byte by byte, or "" when
	// the column itself does that.
	exactly(c column) string
	// folds reports whether a field and one that refers to it are compared
	// without the case of letters.
	folds(above, row contacts.Field) bool
	// folding is the name of the collation by which they are.
	folding() string
	// joined is the column of the row above, and of the row that refers to
	// it, as they are compared with each other.
	joined(above, row column) (aboveSQL, rowSQL string)
}

// operation is how batches run.
type operation interface {
	pacing() store.Pacing
	// lock makes the transaction a writing one before it reads anything.
	lock(table, column string) term
	// class returns the code of a driver's error, whether it leaves no doubt
	// that a failed commit did nothing, and its class, nil for none.
	class(err error) (code string, certain bool, class error)
	catalog
}

// keyRows is a list of keys as rows: what stands in FROM, the column
// expressions, and the expression of the place in the list.
type keyRows struct {
	from    term
	columns []term
	index   string
}

// column is a column of a table in a statement.
type column struct {
	field contacts.Field
	sql   string // quoted, with its table's alias
	info  columnInfo
}
