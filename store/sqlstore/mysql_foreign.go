package sqlstore

import (
	"context"
	"database/sql"
	"strings"

	"github.com/contactsweep/contactsweep/internal/sqlerr"
)

// foreignKeys looks in all databases of the server: a cascade from another one
// must be found, too.
//
// On MariaDB, information_schema knows of a foreign key only when it opens the
// table that has it, so that it would have to open all tables of all databases.
// That is slow where there are thousands, and servers have crashed over it when
// databases were dropped meanwhile. So InnoDB's own dictionary is asked first,
// which opens nothing and hides nothing. It needs the privilege PROCESS. Without
// it, all tables are opened, and what is found are the foreign keys of those
// that the user may see. On MySQL, information_schema reads the server's own
// dictionary, and opens nothing.
func (m mysql) foreignKeys(ctx context.Context, q queryer, tables tableSet) ([]foreignKey, error) {
	databases := tables.databases()
	if len(databases) == 0 {
		return nil, nil
	}
	asked := false
	err := each(ctx, q, func(r *sql.Rows) error { return r.Scan(&asked) },
		"SELECT @@version LIKE '%MariaDB%' AND @@lower_case_table_names < 2") // with 2, InnoDB does not know how names were written
	if err != nil {
		return nil, err
	}
	if asked {
		keys, whole, err := m.keysByDictionary(ctx, q, databases)
		switch n, _ := sqlerr.CodeOf(err, "Number"); {
		case err == nil && whole:
			return keys, nil
		case err != nil && n != mysqlNoPrivilege && n != mysqlNoSuchView:
			return nil, err
		}
	}
	return m.keysByTables(ctx, q, databases)
}

// Errors that say that the dictionary cannot be read.
const (
	mysqlNoSuchView  = 1109 // an administrator can leave it out
	mysqlNoPrivilege = 1227
)

// keysByTables reads what the tables say that the user may see.
func (mysql) keysByTables(ctx context.Context, q queryer, databases []string) ([]foreignKey, error) {
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
