package sqlstore

import (
	"slices"
	"strings"

	sq "github.com/Masterminds/squirrel"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/store"
	"github.com/contactsweep/contactsweep/where"
)

// postgres is the engine of PostgreSQL. Every parameter has its type in the
// statement, so that no driver and no mode of a driver has to guess it, and a
// value beyond the range of a column is compared and not refused.
type postgres struct{ ordinary }

func (postgres) dialect() Dialect { return PostgreSQL }

func (postgres) quote(name string) string { return `"` + strings.ReplaceAll(name, `"`, `""`) + `"` }

func (postgres) placeholders() sq.PlaceholderFormat { return sq.Dollar }

func (postgres) once() string { return "AS MATERIALIZED" }

// maxArgs is what the protocol can count.
func (postgres) maxArgs() int { return 65535 }

// pacing: beyond 5000 contacts nothing is gained.
func (postgres) pacing() store.Pacing { return store.Pacing{Start: 500, Max: 5000} }

func (postgres) write(string, string) term { return nil }

func (postgres) share() string { return "FOR SHARE" }

func (postgres) target(table, alias string) string { return table + " AS " + alias }

func (postgres) changed(table, alias string) string { return table + " AS " + alias }

func (postgres) rereads() bool { return true }

// probe keeps the planner from joining, which would read the associated rows of
// all contacts before those of the page.
func (postgres) probe() string { return "OFFSET 0" }

func (postgres) passes() bool { return true }

func (postgres) apart() bool { return false }

// The types of columns, as format_type names them without their modifiers.
const (
	pgText        = "text"
	pgVarchar     = "character varying"
	pgChar        = "character"
	pgCitext      = "citext"
	pgEnum        = "enum" // any
	pgSmallint    = "smallint"
	pgInteger     = "integer"
	pgBigint      = "bigint"
	pgNumeric     = "numeric"
	pgReal        = "real"
	pgDouble      = "double precision"
	pgBoolean     = "boolean"
	pgTimestamp   = "timestamp without time zone"
	pgTimestamptz = "timestamp with time zone"
	pgDate        = "date"
	pgUUID        = "uuid"
	pgBytea       = "bytea"
)

// pgTypes are the types of columns that can hold the field's values, the first
// of them that of columns which the store makes itself.
func pgTypes(f contacts.Field) []string {
	texts := []string{pgText, pgVarchar, pgChar, pgCitext, pgEnum}
	integers := []string{pgBigint, pgInteger, pgSmallint}
	switch f.Kind {
	case where.KindText:
		return texts
	case where.KindInt64:
		return integers
	case where.KindUint64:
		return append([]string{pgNumeric}, integers...)
	case where.KindFloat64:
		return []string{pgDouble, pgReal}
	case where.KindDecimal:
		switch f.Encoding.Form { //nolint:exhaustive // the others are of other kinds
		case contacts.FormUnits:
			return integers
		case contacts.FormReal:
			return []string{pgDouble}
		}
		return append([]string{pgNumeric}, integers...)
	case where.KindBool:
		return []string{pgBoolean}
	case where.KindTime:
		switch {
		case perSecond(f.Encoding) != 0:
			return integers
		case f.Encoding.Form == contacts.FormText:
			return texts[:3]
		case f.Encoding.Zone != "":
			return []string{pgTimestamp}
		}
		return []string{pgTimestamptz, pgTimestamp}
	case where.KindDate:
		return []string{pgDate}
	case where.KindUUID:
		switch f.Encoding.Form { //nolint:exhaustive // the others are of other kinds
		case contacts.FormUUIDText:
			return texts[:3]
		case contacts.FormUUIDBytes:
			return []string{pgBytea}
		}
		return []string{pgUUID}
	}
	return nil
}

// pgType is the column's type; one that has not been looked at is as the store
// would make it.
func pgType(c column) string {
	if c.info.declared == "" {
		if types := pgTypes(c.field); len(types) > 0 {
			return types[0]
		}
	}
	return c.info.declared
}

// pgFits reports whether the column can hold the field's values. In a column of
// another type every value is unknown, because PostgreSQL would not compare
// them, or after a conversion.
func pgFits(c column) bool { return slices.Contains(pgTypes(c.field), pgType(c)) }

// pgBinary compares by code points, whatever the column's collation is.
const pgBinary = ` COLLATE "C"`

// pgBytes is a textual column as it is compared by code points.
func pgBytes(c column) string {
	if t := pgType(c); t != pgText && t != pgVarchar {
		return c.sql + "::text" + pgBinary
	}
	return c.sql + pgBinary
}

// pgFold has the letters A to Z in lower case: in this collation lower knows no
// others.
func pgFold(c column) string { return "lower(" + pgBytes(c) + ")" }

// pgTextual reports whether the column holds texts.
func pgTextual(c column) bool {
	return slices.Contains([]string{pgText, pgVarchar, pgChar, pgCitext, pgEnum}, pgType(c))
}

// exactly is needed where the column takes different texts for one.
func (postgres) exactly(c column) string {
	if !pgTextual(c) || c.info.collation == "" {
		return ""
	}
	return pgBytes(c)
}

func (postgres) joined(above, row column) (aboveSQL, rowSQL string) {
	if above.field.CaseInsensitive || row.field.CaseInsensitive {
		return pgFold(above), pgFold(row)
	}
	return above.sql, row.sql
}

func (postgres) folds(above, row contacts.Field) bool {
	return above.CaseInsensitive || row.CaseInsensitive
}

// folding is the index on lower(… COLLATE "C").
func (postgres) folding() string { return "lower" }

// alike compares types; integers of any size compare by one index.
func (postgres) alike(a, b columnInfo) bool {
	family := func(c columnInfo) string {
		switch c.declared {
		case pgSmallint, pgInteger:
			return pgBigint
		case pgVarchar:
			return pgText
		}
		return c.declared
	}
	return family(a) == family(b) && a.collation == b.collation
}

// misfit is fatal: in a column of another type every value is unknown.
func (postgres) misfit(f contacts.Field, c columnInfo) store.Severity {
	if pgFits(column{field: f, info: c}) {
		return 0
	}
	return store.Fatal
}
