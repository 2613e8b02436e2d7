package contacts

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/contactsweep/contactsweep/where"
)

// ErrInvalidSchema is in the chain of what [Schema.Validate] returns.
var ErrInvalidSchema = errors.New("invalid schema")

// SchemaError lists everything that is wrong with a schema. It matches
// [ErrInvalidSchema] with errors.Is.
type SchemaError struct {
	Faults []error // at least one; each names the place
}

// Error lists all faults on one line.
func (e *SchemaError) Error() string {
	parts := make([]string, len(e.Faults))
	for i, f := range e.Faults {
		parts[i] = f.Error()
	}
	return "contacts: invalid schema: " + strings.Join(parts, "; ")
}

// Unwrap returns ErrInvalidSchema and the faults.
func (e *SchemaError) Unwrap() []error { return append([]error{ErrInvalidSchema}, e.Faults...) }

// Validate reports everything that is wrong with the schema itself, as a
// [*SchemaError], or nil. Whether it describes the database is for the store's
// Verify to say.
func (s Schema) Validate() error {
	c := checker{schema: s, names: map[string]bool{}, tables: map[string]string{}, columns: map[string][]Field{}}
	c.table("contacts", s.Table)
	c.fields("contacts", s.Table, s.Fields)
	c.contactKey()
	for _, a := range s.Associations {
		c.association(a, level{fields: s.Fields, key: s.Key, tables: []string{s.Table}, deleted: true})
	}
	c.changes()
	c.unchanged()
	c.kept()
	c.cascades()
	if len(c.faults) > 0 {
		return &SchemaError{Faults: c.faults}
	}
	return nil
}

// level is what lies above an association.
type level struct {
	fields  []Field
	key     []string
	tables  []string // of everything above, the contact table first
	deleted bool     // the rows above are deleted
}

type checker struct {
	schema  Schema
	names   map[string]bool
	tables  map[string]string  // by the last part of the name, in lower case
	columns map[string][]Field // by table
	faults  []error
}

func (c *checker) fault(place, format string, args ...any) {
	c.faults = append(c.faults, fmt.Errorf("%s: %w", place, fmt.Errorf(format, args...)))
}

func (c *checker) table(place, table string) {
	parts := strings.Split(table, ".")
	if len(parts) > 2 {
		c.fault(place, "table name %q has more than one dot", table)
	}
	for _, p := range parts {
		c.identifier(place, "table", p)
	}
	c.sameTable(place, table, strings.ToLower(parts[len(parts)-1]))
}

// sameTable refuses two spellings of what may be one table: the contact table
// would not be recognised among the associations, nor a cycle.
func (c *checker) sameTable(place, table, last string) {
	other, ok := c.tables[last]
	if !ok {
		c.tables[last] = table
		return
	}
	qualified := strings.Contains(table, ".") && strings.Contains(other, ".")
	if other != table && (!qualified || strings.EqualFold(other, table)) {
		c.fault(place, "table %q may be %q; spell a table in one way everywhere", table, other)
	}
}

const maxIdentifier = 128

// identifier refuses names that no engine can take. Adapters quote all names.
func (c *checker) identifier(place, what, name string) {
	switch {
	case name == "":
		c.fault(place, "the %s has no name", what)
	case len(name) > maxIdentifier:
		c.fault(place, "the %s name is longer than %d bytes", what, maxIdentifier)
	case !utf8.ValidString(name) || strings.ContainsFunc(name, func(r rune) bool { return !unicode.IsPrint(r) || r == '?' }):
		c.fault(place, "the %s name %q contains a character that names must not have", what, name)
	}
}

func (c *checker) fields(place, table string, fields []Field) {
	seen, columns := map[string]bool{}, map[string]bool{}
	for _, f := range fields {
		at := fmt.Sprintf("%s, field %q", place, f.Name)
		c.identifier(at, "field", f.Name)
		c.identifier(at, "column", f.ColumnName())
		if seen[f.Name] {
			c.fault(at, "there are two fields of that name")
		}
		if columns[f.ColumnName()] {
			c.fault(at, "two fields have the column %q", f.ColumnName())
		}
		seen[f.Name], columns[f.ColumnName()] = true, true
		c.field(at, f)
		c.column(at, table, f)
	}
}

// column compares the field with others of the same column, here and in other
// associations of the table.
func (c *checker) column(at, table string, f Field) {
	name := f.ColumnName()
	for _, other := range c.columns[table] {
		switch known := other.ColumnName(); {
		case known == name:
			if other.Kind != f.Kind || other.Encoding != f.Encoding {
				c.fault(at, "column %q of table %q has another kind or encoding elsewhere in the schema", name, table)
			}
			if other.CaseInsensitive != f.CaseInsensitive { // then it would refer to other rows elsewhere
				c.fault(at, "column %q of table %q is case-insensitive in one part of the schema and not in another", name, table)
			}
			return
		case strings.EqualFold(known, name):
			c.fault(at, "column %q of table %q may be %q; spell a column in one way everywhere", name, table, known)
			return
		}
	}
	c.columns[table] = append(c.columns[table], f)
}

func (c *checker) field(at string, f Field) {
	if !f.Kind.Valid() {
		c.fault(at, "no kind; make fields with contacts.Text, contacts.Int64, …")
		return
	}
	if err := f.Encoding.check(f.Kind); err != nil {
		c.fault(at, "%w", err)
	}
	if f.CaseInsensitive && f.Kind != where.KindText {
		c.fault(at, "the field is %s, and only text can be case-insensitive", f.Kind)
	}
}

func (c *checker) contactKey() {
	if len(c.schema.Key) == 0 {
		c.fault("contacts", "no key; name the fields that identify a contact")
	}
	c.key("contacts", c.schema.Key, c.schema.Fields)
	for _, f := range c.schema.KeyFields() {
		switch {
		case f.Kind != where.KindInt64 && f.Kind != where.KindUint64 && f.Kind != where.KindText && f.Kind != where.KindUUID:
			c.fault("contacts", "key field %q is %s; keys are int64, uint64, text or UUID", f.Name, f.Kind)
		case f.CaseInsensitive:
			c.fault("contacts", "key field %q is case-insensitive; keys are compared exactly", f.Name)
		}
	}
}

func (c *checker) key(place string, key []string, fields []Field) {
	for i, name := range key {
		if _, ok := findField(fields, name); !ok {
			c.fault(place, "key field %q is not among the fields", name)
		}
		if slices.Contains(key[:i], name) {
			c.fault(place, "key field %q is named twice", name)
		}
	}
}
