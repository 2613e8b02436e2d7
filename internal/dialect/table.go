package dialect

import (
	"slices"
	"strings"
)

// Type is what a column of the library's own tables holds. Texts are compared
// byte by byte on every engine, except that MySQL ignores spaces at their end:
// what identifies something must not end in one.
type Type uint8

// The types.
const (
	// Integer is a signed one of 64 bits; times are integers, too.
	Integer Type = iota + 1
	// ID is a text of at most MaxID characters.
	ID
	// ShortText is a text of at most MaxShortText characters.
	ShortText
	// LongText is JSON, or another text of any length. No index has it.
	LongText
	// Key is bytes, at most MaxKey.
	Key
	// Bytes are bytes of any number. No index has them.
	Bytes
)

// How long values may be. A longer one must be refused before it reaches the
// database: depending on its mode, MySQL would cut it silently.
const (
	MaxID        = 128
	MaxShortText = 255
	MaxKey       = 1024
)

// Type is the type of a column, without NOT NULL.
func (d Dialect) Type(t Type) string {
	types := map[Type][3]string{
		Integer:   {"INTEGER", "bigint", "BIGINT"},
		ID:        {"TEXT COLLATE BINARY", `text COLLATE "C"`, "VARCHAR(128) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin"},
		ShortText: {"TEXT COLLATE BINARY", `text COLLATE "C"`, "VARCHAR(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin"},
		LongText:  {"TEXT COLLATE BINARY", `text COLLATE "C"`, "LONGTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin"},
		Key:       {"BLOB", "bytea", "VARBINARY(1024)"},
		Bytes:     {"BLOB", "bytea", "LONGBLOB"},
	}
	if !d.Known() {
		return ""
	}
	return types[t][d-1]
}

// Column is a column of a table. It is NOT NULL unless it says otherwise.
type Column struct {
	Name     string
	Type     Type
	Nullable bool
}

// Index is an index of a table.
type Index struct {
	Name    string // without the table's
	Columns []string
	Unique  bool
}

// Table is one of the library's own tables. Names come from the library, never
// from anybody else.
type Table struct {
	Name       string // without the prefix
	Columns    []Column
	PrimaryKey []string
	Indexes    []Index
}

// Create is the statements that make the table and its indexes, each to be
// executed alone.
func (t Table) Create(d Dialect, n Naming) []string { return t.create(d, n, "CREATE TABLE ") }

// CreateMissing is Create for a table without indexes, which may exist.
func (t Table) CreateMissing(d Dialect, n Naming) string {
	return t.create(d, n, "CREATE TABLE IF NOT EXISTS ")[0]
}

func (t Table) create(d Dialect, n Naming, words string) []string {
	var lines []string
	for _, c := range t.Columns {
		line := d.Quote(c.Name) + " " + d.Type(c.Type)
		if !c.Nullable {
			line += " NOT NULL"
		}
		lines = append(lines, line)
	}
	lines = append(lines, "PRIMARY KEY "+d.list(t.PrimaryKey))
	var after []string
	for _, i := range t.Indexes {
		if d == MySQL { // has no transaction around several statements
			lines = append(lines, unique(i)+"KEY "+d.Quote(n.Name(t.Name+"_"+i.Name))+" "+d.list(i.Columns))
			continue
		}
		after = append(after, i.create(d, n, t.Name))
	}
	return slices.Insert(after, 0, words+n.Table(d, t.Name)+" (\n\t"+strings.Join(lines, ",\n\t")+"\n)"+d.tableOptions())
}

// AddIndex is the statement that adds an index to a table that exists.
func (i Index) AddIndex(d Dialect, n Naming, table string) string { return i.create(d, n, table) }

func (i Index) create(d Dialect, n Naming, table string) string {
	name, on := d.Quote(n.Name(table+"_"+i.Name)), n.Table(d, table)
	if d == SQLite { // the schema belongs to the index there
		name, on = n.schema(d)+name, d.Quote(n.Name(table))
	}
	return "CREATE " + unique(i) + "INDEX " + name + " ON " + on + " " + d.list(i.Columns)
}

func unique(i Index) string {
	if i.Unique {
		return "UNIQUE "
	}
	return ""
}

// AddColumn is the statement that adds a column to a table that exists. It must
// be nullable, because there may be rows.
func (c Column) AddColumn(d Dialect, n Naming, table string) string {
	return "ALTER TABLE " + n.Table(d, table) + " ADD COLUMN " + d.Quote(c.Name) + " " + d.Type(c.Type)
}

func (d Dialect) list(columns []string) string {
	quoted := make([]string, len(columns))
	for i, c := range columns {
		quoted[i] = d.Quote(c)
	}
	return "(" + strings.Join(quoted, ", ") + ")"
}

func (d Dialect) tableOptions() string {
	switch d {
	case SQLite:
		return " STRICT"
	case MySQL: // whatever the server's defaults are
		return " ENGINE=InnoDB ROW_FORMAT=DYNAMIC DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin"
	case PostgreSQL:
	}
	return ""
}
