package dialect

import (
	"fmt"
	"regexp"
)

// DefaultPrefix is the prefix of a Naming that says none.
const DefaultPrefix = "contactsweep_"

// Naming says where the library's own tables are and how they are called. The
// zero Naming is valid.
type Naming struct {
	// Prefix starts the name of each table and index: lower-case ASCII letters,
	// digits and underscores, at most 24, no digit first; "" is DefaultPrefix.
	Prefix string
	// Schema is the schema of PostgreSQL, the database of MySQL, the attached
	// database of SQLite; it must exist. "" is where the connection looks first,
	// in SQLite main.
	Schema string
}

// Validate says what is wrong with the names.
func (n Naming) Validate() error {
	if n.Prefix != "" && !regexp.MustCompile(`^[a-z_][a-z0-9_]{0,23}$`).MatchString(n.Prefix) {
		return fmt.Errorf("the table prefix %q is not a name: up to 24 of a to z, 0 to 9 and _, no digit first", n.Prefix)
	}
	if n.Schema != "" && !regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_$-]{0,62}$`).MatchString(n.Schema) {
		return fmt.Errorf("the schema %q is not a name: up to 63 of A to Z, a to z, 0 to 9, _, $ and -, no digit first", n.Schema)
	}
	return nil
}

// Name is the plain name of a table or an index.
func (n Naming) Name(name string) string {
	if n.Prefix == "" {
		return DefaultPrefix + name
	}
	return n.Prefix + name
}

// Table is the table's name as statements have it, quoted, with its schema.
func (n Naming) Table(d Dialect, name string) string {
	return n.schema(d) + d.Quote(n.Name(name))
}

// schema is the quoted schema with its dot, "" for none. In SQLite there is
// always one: a temporary table must not stand in for the library's.
func (n Naming) schema(d Dialect) string {
	switch {
	case n.Schema != "":
		return d.Quote(n.Schema) + "."
	case d == SQLite:
		return d.Quote("main") + "."
	}
	return ""
}

// Exists is a query that returns one row when the table exists, and none
// otherwise.
func (n Naming) Exists(d Dialect, name string) (query string, args []any) {
	switch d {
	case SQLite:
		return "SELECT 1 FROM " + n.schema(d) + "sqlite_master WHERE type = 'table' AND name = ?", []any{n.Name(name)}
	case PostgreSQL:
		return "SELECT 1 WHERE to_regclass(CAST($1 AS text)) IS NOT NULL", []any{n.Table(d, name)}
	case MySQL:
		return "SELECT 1 FROM information_schema.tables WHERE table_schema = COALESCE(?, DATABASE()) AND table_name = ?",
			[]any{sqlNull(n.Schema), n.Name(name)}
	}
	return "", nil
}

// sqlNull is NULL for the empty text.
func sqlNull(text string) any {
	if text == "" {
		return nil
	}
	return text
}
