package sqlstore

import (
	"strings"

	sq "github.com/Masterminds/squirrel"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/store"
)

// mysql is the engine of MySQL and MariaDB. What it writes means the same
// whatever the session's SQL mode, time zone and default character set are;
// only the connection has to speak utf8mb4, which remarks checks.
type mysql struct{}

func (mysql) dialect() Dialect { return MySQL }

func (mysql) quote(name string) string { return "`" + strings.ReplaceAll(name, "`", "``") + "`" }

func (mysql) placeholders() sq.PlaceholderFormat { return sq.Question }

// once needs no word: a common table expression is computed, not merged, where
// it is read more than once, and a statement sees one state of the tables.
func (mysql) once() string { return "AS" }

// maxArgs is the number of parameters that the protocol counts in two bytes.
func (mysql) maxArgs() int { return 65535 }

// pacing: from 1000 contacts on nothing is gained, and 500 are a quarter slower.
func (mysql) pacing() store.Pacing { return store.Pacing{Start: 1000, Max: 2000} }

// write is nil: rows are locked.
func (mysql) write(string, string) term { return nil }

// target is the form of DELETE with several tables. A single table's would
// read all of it: MariaDB makes no semi-join of an IN there. The table has no
// alias, which would be looked for in the connection's own database.
func (mysql) target(table, _ string) string { return table + " USING " + table }

func (mysql) unnamed() bool { return true }

// changed has a second table, of one row, for the same reason.
func (m mysql) changed(table, alias string) string {
	one := m.quote("contactsweep's one row")
	return "(SELECT 1 AS " + one + ") AS " + one + ", " + table + " AS " + alias
}

// probe keeps MariaDB from computing the subquery for all rows, which it does
// for EXISTS and NOT EXISTS without it, once for every page.
func (mysql) probe() string { return "LIMIT 1 OFFSET 0" }

func (mysql) passes() bool { return true }

func (mysql) apart() bool { return false }

// force: for more than 200 keys, MySQL guesses how many rows there are from the
// average of all values. Where most rows refer to nothing, NULL counts as a
// value of very many rows, and each batch would read, and lock, the whole table.
func (m mysql) force(indexes []string) string {
	quoted := make([]string, len(indexes))
	for i, name := range indexes {
		quoted[i] = m.quote(name)
	}
	return " FORCE INDEX (" + strings.Join(quoted, ", ") + ")"
}

// rereads is false: error 1093.
func (mysql) rereads() bool { return false }

func (m mysql) exactly(c column) string {
	if mysqlTypeOf(c.info) != mysqlText || c.info.collation == "" {
		return ""
	}
	return m.bytes(c)
}

// joined compares as the database joins the columns, by the collation of the
// column that is referred to. It has to be named where the two differ, because
// a comparison of different collations is an error.
func (m mysql) joined(above, row column) (aboveSQL, rowSQL string) {
	switch {
	case m.folds(above.field, row.field):
		return m.fold(above), m.fold(row)
	case mysqlTypeOf(above.info) != mysqlText || mysqlTypeOf(row.info) != mysqlText, above.info.collate == row.info.collate:
		return above.sql, row.sql
	case above.info.charset == row.info.charset:
		return above.sql, row.sql + " COLLATE " + above.info.collate
	case above.info.charset == utf8mb4:
		return above.sql, "CONVERT(" + row.sql + " USING utf8mb4) COLLATE " + above.info.collate
	case row.info.charset == utf8mb4:
		return "CONVERT(" + above.sql + " USING utf8mb4) COLLATE " + row.info.collate, row.sql
	}
	both := func(c column) string { return "CONVERT(" + c.sql + " USING utf8mb4) COLLATE utf8mb4_general_ci" }
	return both(above), both(row)
}

func (mysql) folds(above, row contacts.Field) bool {
	return above.CaseInsensitive || row.CaseInsensitive
}

// mysqlFolding stands for a comparison without the case of ASCII letters.
const mysqlFolding = "ascii letters"

func (mysql) folding() string { return mysqlFolding }

// share is what both MySQL and MariaDB understand.
func (mysql) share() string { return "LOCK IN SHARE MODE" }

func (mysql) stepwise() {}
