package sqlstore

import (
	"context"
	"strings"
	"time"

	sq "github.com/Masterminds/squirrel"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/store"
	"github.com/contactsweep/contactsweep/where"
)

// sqlite is the engine of SQLite.
type sqlite struct{ ordinary }

func (sqlite) dialect() Dialect { return SQLite }

func (sqlite) quote(name string) string { return `"` + strings.ReplaceAll(name, `"`, `""`) + `"` }

func (sqlite) placeholders() sq.PlaceholderFormat { return sq.Question }

func (sqlite) once() string { return "AS MATERIALIZED" }

// maxArgs is SQLITE_MAX_VARIABLE_NUMBER since 3.32.
func (sqlite) maxArgs() int { return 32766 }

// pacing asks for larger batches than elsewhere, because most of a batch's cost
// is per batch: rows of few contacts already lie on nearly as many pages as those
// of many. One writer excludes all others, which poll for the lock: without a
// pause between batches they may miss it again and again.
func (sqlite) pacing() store.Pacing {
	return store.Pacing{Start: 5000, Min: 5000, Max: 10_000, Target: 750 * time.Millisecond, Pause: 0.1}
}

// write starts the write transaction. A deferred transaction gets the write
// lock with its first write, here before it has read anything, so that it
// waits for other writers instead of failing on a stale snapshot.
func (s sqlite) write(table, column string) term {
	return updateRows(table+` AS "c"`, []assignment{{s.quote(column), expr(`"c".` + s.quote(column))}}, expr("1 = 0"))
}

func (sqlite) target(table, alias string) string { return table + " AS " + alias }

func (sqlite) changed(table, alias string) string { return table + " AS " + alias }

func (sqlite) rereads() bool { return true }

func (sqlite) probe() string { return "" }

func (sqlite) passes() bool { return false }

// apart: the rowid at the end of every index takes no part in comparisons of
// row values.
func (sqlite) apart() bool { return true }

// binary is the collation that compares bytes.
const (
	binary = "BINARY"
	noCase = "NOCASE"
)

// textual reports whether the field's values are stored as text.
func textual(f contacts.Field) bool {
	switch f.Kind {
	case where.KindText, where.KindDate:
		return true
	case where.KindTime:
		return f.Encoding.Form == contacts.FormNative || f.Encoding.Form == contacts.FormText
	case where.KindUUID:
		return f.Encoding.Form != contacts.FormUUIDBytes
	case where.KindInt64, where.KindUint64, where.KindFloat64, where.KindDecimal, where.KindBool:
	}
	return false
}

func (sqlite) exactly(c column) string {
	if !textual(c.field) || c.info.collation == "" {
		return ""
	}
	return c.sql + " COLLATE " + binary
}

func (s sqlite) collation(c columnInfo) string {
	switch {
	case c.odd:
		return s.quote(c.collation)
	case c.collation == "":
		return binary
	}
	return c.collation
}

// joined compares as the database joins the columns: by the collation of the
// column that is referred to, which is the left one. An IN takes its collation
// from the side of the row, so there it has to be named.
func (s sqlite) joined(above, row column) (aboveSQL, rowSQL string) {
	switch {
	case s.folds(above.field, row.field):
		return above.sql + " COLLATE " + noCase, row.sql + " COLLATE " + noCase
	case textual(row.field) && above.info.collation != row.info.collation:
		return above.sql, row.sql + " COLLATE " + s.collation(above.info)
	}
	return above.sql, row.sql
}

func (sqlite) folds(above, row contacts.Field) bool {
	return above.CaseInsensitive || row.CaseInsensitive
}

func (sqlite) folding() string { return noCase }

func (sqlite) counts(context.Context, queryer) (bool, error) { return true, nil }

// tally counts the table's rows, because what was deleted of it is not counted
// alone. The transaction holds the lock, so nobody else adds or deletes any.
func (s sqlite) tally(table tableInfo, fewer bool) term {
	if !fewer {
		return expr("SELECT total_changes(), 0")
	}
	return expr("SELECT total_changes(), -(SELECT count(*) FROM " + s.quote(table.database) + "." + s.quote(table.name) + ")")
}
