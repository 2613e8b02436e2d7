package sqlstore

import (
	"context"
	"database/sql"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// version is always the same: no cheap number changes with the tables. A
// batch fails closed when what it names is gone, but a foreign key that comes
// during a run is first seen by the next Verify.
func (mysql) version(context.Context, queryer, string) (int64, error) { return 0, nil }

// foreignKeys looks in all databases that the user may see.
func (mysql) foreignKeys(ctx context.Context, q queryer, tables tableSet) ([]foreignKey, error) {
	databases := tables.databases()
	if len(databases) == 0 {
		return nil, nil
	}
	args := make([]any, len(databases))
	for i, d := range databases {
		args[i] = d
	}
	var out []foreignKey
	err := each(ctx, q, func(r *sql.Rows) error {
		var k foreignKey
		var column, target string
		if err := r.Scan(&k.name, &k.database, &k.table, &k.parentDatabase, &k.parent, &column, &target); err != nil {
			return err //nolint:wrapcheck // wrapped by each
		}
		if n := len(out); n == 0 || out[n-1].database != k.database || out[n-1].table != k.table || out[n-1].name != k.name {
			out = append(out, k)
		}
		key := &out[len(out)-1]
		key.columns, key.target = append(key.columns, column), append(key.target, target)
		return nil
	}, "SELECT k.CONSTRAINT_NAME, k.TABLE_SCHEMA, k.TABLE_NAME, k.REFERENCED_TABLE_SCHEMA, k.REFERENCED_TABLE_NAME, k.COLUMN_NAME, k.REFERENCED_COLUMN_NAME"+
		" FROM information_schema.KEY_COLUMN_USAGE AS k WHERE k.REFERENCED_TABLE_SCHEMA IN ("+repeat("?", len(args))+")"+
		" ORDER BY k.TABLE_SCHEMA, k.TABLE_NAME, k.CONSTRAINT_NAME, k.ORDINAL_POSITION", args...)
	if err != nil {
		return nil, err
	}
	return out, each(ctx, q, func(r *sql.Rows) error {
		var database, table, name, deleted, updated string
		if err := r.Scan(&database, &table, &name, &deleted, &updated); err != nil {
			return err //nolint:wrapcheck // wrapped by each
		}
		for i := range out {
			if k := &out[i]; k.database == database && k.table == table && k.name == name {
				k.onDelete, k.onUpdate = strings.ToUpper(deleted), strings.ToUpper(updated)
			}
		}
		return nil
	}, "SELECT c.CONSTRAINT_SCHEMA, c.TABLE_NAME, c.CONSTRAINT_NAME, c.DELETE_RULE, c.UPDATE_RULE FROM information_schema.REFERENTIAL_CONSTRAINTS AS c"+
		" WHERE c.UNIQUE_CONSTRAINT_SCHEMA IN ("+repeat("?", len(args))+")", args...)
}

// immediate: InnoDB checks row by row, and knows no later check.
func (mysql) immediate(onDelete string) bool { return onDelete == restrict || onDelete == "NO ACTION" }

// counts: no counter of a session sees what foreign keys do.
func (mysql) counts(context.Context, queryer) (bool, error) { return false, nil }

func (mysql) tally(tableInfo, bool) term { return failed{errAnswer} }

func (mysql) enforcing(ctx context.Context, q queryer) (on bool, err error) {
	err = each(ctx, q, func(r *sql.Rows) error { return r.Scan(&on) }, "SELECT @@foreign_key_checks")
	return on, err
}

// triggered asks for one table after the other: then the server opens only
// these, and not all that there are. Triggers of other tables do not matter,
// because what the database does to their rows by itself runs none (from MySQL
// 9.7 on it can be told to, but then those cascades are fatal to a run).
func (m mysql) triggered(tables tableSet) term { return m.watched(tables, "") }

// deleting lists the tables with triggers that run when rows are deleted.
func (m mysql) deleting(tables tableSet) term {
	return m.watched(tables, " AND t.EVENT_MANIPULATION = 'DELETE'")
}

func (mysql) watched(tables tableSet, also string) term {
	var parts []string
	var args []any
	for _, name := range slices.Sorted(maps.Keys(tables)) {
		if t := tables[name]; t.kind != missing {
			parts = append(parts, "SELECT t.EVENT_OBJECT_TABLE FROM information_schema.TRIGGERS AS t WHERE t.EVENT_OBJECT_SCHEMA = ? AND t.EVENT_OBJECT_TABLE = ?"+also)
			args = append(args, t.database, t.name)
		}
	}
	if parts == nil {
		return failed{errAnswer}
	}
	return expr(strings.Join(parts, " UNION ALL "), args...)
}

func (mysql) joinable(above, row column) error {
	if a, b := mysqlTypeOf(above.info), mysqlTypeOf(row.info); a != b || a == mysqlOther {
		return fmt.Errorf("sqlstore: field %q refers to %q, but their columns cannot be compared without a conversion: %s and %s",
			row.field.Name, above.field.Name, row.info.declared, above.info.declared)
	}
	return nil
}

// repeat writes placeholders.
func repeat(mark string, n int) string {
	return strings.TrimSuffix(strings.Repeat(mark+", ", n), ", ")
}
