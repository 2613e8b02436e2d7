package sqlstore

import (
	"cmp"
	"context"
	"database/sql"
	"slices"
	"strings"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/store"
)

// catalog reads what the database knows of its tables.
type catalog interface {
	// inspect returns what there is of the named tables, in the databases that
	// are given for them. It finds out how the textual columns compare.
	inspect(ctx context.Context, q queryer, tables []string, homes map[string]string, textual map[string][]string) (tableSet, error)
	// version is a number that is another one after every change of a
	// database's tables.
	version(ctx context.Context, q queryer, database string) (int64, error)
	// foreignKeys returns those that refer to tables in the databases of the set.
	foreignKeys(ctx context.Context, q queryer, tables tableSet) ([]foreignKey, error)
	// enforcing reports whether foreign keys are enforced on a connection.
	enforcing(ctx context.Context, q queryer) (bool, error)
	// triggered lists the names of tables that have triggers, or anything else
	// that may keep rows or make new ones.
	triggered(tables tableSet) term
	// remarks are findings about the server and the connection.
	remarks(ctx context.Context, q queryer, tables tableSet) ([]store.Finding, error)
	auditing
}

// habits are what an engine does with what the catalogue says.
type habits interface {
	// misfit says how much it matters that the column's type is not made for the
	// field's values; 0: it is.
	misfit(f contacts.Field, c columnInfo) store.Severity
	// alike reports whether two columns store equal values in the same form.
	alike(a, b columnInfo) bool
	// immediate reports whether a foreign key with that action forbids to
	// delete a row together with those that refer to it, in one statement, or
	// changes them although they go.
	immediate(onDelete string) bool
	// appended are the columns that every index of the table has at its end.
	appended(t tableInfo) []string
	// joinable is nil where two columns can be compared with each other.
	// Otherwise a statement that would do so fails.
	joinable(above, row column) error
}

// queryer is a *sql.DB or a *sql.Tx.
type queryer interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
}

// tableSet is what there is of the schema's tables, by the names that the
// schema has for them.
type tableSet map[string]tableInfo

type tableInfo struct {
	database string // the name of the attached database
	name     string // without the database
	kind     tableKind
	reuses   bool // the key of a deleted row may be given to a new one
	// keepsHistory says that deleted rows stay in a history of the table.
	keepsHistory bool
	columns      []columnInfo
	indexes      []indexInfo
	// exactNames says that names of columns differ by the case of letters.
	exactNames bool
	// part says that the table shares rows with others of the database: it is a
	// partition, or inherits, or others inherit from it.
	part bool
}

type tableKind uint8

const (
	missing tableKind = iota
	plainTable
	view
	virtualTable
	unsafeTable // what is done to it is not undone with the transaction
)

type columnInfo struct {
	name      string
	declared  string // the declared type, in capitals
	collation string // "": by bytes
	odd       bool   // the collation is not one that the engine brings
	charset   string // of texts, where the engine has several
	collate   string // the collation's name, also where it compares by bytes
	notNull   bool
	generated bool
	// expression is what a generated column is computed by, as the database
	// writes it.
	expression string
	keyPart    int // 1 for the first column of the primary key, 0: not in it
}

type indexInfo struct {
	name       string   // where a statement can name it
	columns    []string // "" for an expression
	collations []string
	unique     bool
	partial    bool
	// omits is what a partial index leaves out, if that is all rows without a
	// value in one of its own columns.
	omits omission
}

// omission is what an index leaves out.
type omission uint8

const (
	omitsSome  omission = iota // any rows
	omitsEmpty                 // those with an empty text or NULL in one of its columns
	omitsNull                  // those with NULL in one of its columns
)

type foreignKey struct {
	name     string // where it has one
	database string
	table    string
	// parentDatabase is where the table is that the key refers to.
	parentDatabase string
	parent         string
	columns        []string
	target         []string // empty: the parent's primary key
	onDelete       string   // in capitals
	onUpdate       string
}

// column returns the column of that name.
func (t tableInfo) column(name string) columnInfo {
	for _, c := range t.columns {
		if c.name == name || !t.exactNames && strings.EqualFold(c.name, name) {
			return c
		}
	}
	return columnInfo{}
}

func (t tableInfo) has(column string) bool { return t.column(column).name != "" }

// unique reports whether an index makes the columns unique together when they
// are compared by the collations. One that leaves out empty texts counts only
// if they refer to nothing.
func (t tableInfo) unique(columns, collations []string, empty bool) bool {
	return slices.ContainsFunc(t.indexes, func(i indexInfo) bool {
		return i.unique && sameNames(i.columns, columns) && i.tells(columns, collations) &&
			(!i.partial || i.omits == omitsNull || i.omits == omitsEmpty && empty)
	})
}

// tells reports whether values that the collations take for equal are equal to
// the index as well. Equal bytes are so by any collation.
func (i indexInfo) tells(columns, collations []string) bool {
	for n, name := range i.columns {
		at := slices.IndexFunc(columns, func(c string) bool { return strings.EqualFold(c, name) })
		if at < 0 || collations[at] != "" && (n >= len(i.collations) || collations[at] != i.collations[n]) {
			return false
		}
	}
	return true
}

// key is the primary key, in its order.
func (t tableInfo) key() []string {
	var parts []columnInfo
	for _, c := range t.columns {
		if c.keyPart > 0 {
			parts = append(parts, c)
		}
	}
	slices.SortFunc(parts, func(a, b columnInfo) int { return cmp.Compare(a.keyPart, b.keyPart) })
	out := make([]string, len(parts))
	for i, c := range parts {
		out[i] = c.name
	}
	return out
}

// collations are those of the columns themselves.
func (t tableInfo) collations(columns []string) []string {
	out := make([]string, len(columns))
	for i, c := range columns {
		out[i] = t.column(c).collation
	}
	return out
}

// sameNames compares without order and case.
func sameNames(a, b []string) bool {
	if len(a) != len(b) {
		return false
	}
	for _, name := range a {
		if !slices.ContainsFunc(b, func(other string) bool { return strings.EqualFold(name, other) }) {
			return false
		}
	}
	return true
}

// databases are the attached databases that the tables are in.
func (s tableSet) databases() []string {
	var out []string
	for _, t := range s {
		if t.kind != missing && !slices.Contains(out, t.database) {
			out = append(out, t.database)
		}
	}
	slices.Sort(out)
	return out
}
