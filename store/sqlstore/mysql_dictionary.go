package sqlstore

import (
	"context"
	"database/sql"
	"slices"
	"strings"
)

// innodbNames is the longest text in the dictionary's columns that is surely not
// cut off.
const innodbNames = 190

// keysByDictionary reads InnoDB's dictionary. It is not whole where names are
// cut off, where a database has the name of a directory that the server did not
// make, or where a foreign key was made or dropped meanwhile.
func (mysql) keysByDictionary(ctx context.Context, q queryer, databases []string) (keys []foreignKey, whole bool, err error) {
	args := []any{innodbNames}
	for _, d := range databases {
		args = append(args, d)
	}
	whole = !slices.ContainsFunc(databases, func(d string) bool { return strings.HasPrefix(d, "#mysql50#") })
	last, missing := "", 0 // columns of the last key
	err = each(ctx, q, func(r *sql.Rows) error {
		var id string
		var k foreignKey
		var columns, actions int
		var column, target sql.NullString
		var cut bool
		if err := r.Scan(&id, &k.name, &k.database, &k.table, &k.parentDatabase, &k.parent, &columns, &actions, &column, &target, &cut); err != nil {
			return err //nolint:wrapcheck // wrapped by each
		}
		if len(keys) == 0 || id != last {
			whole = whole && !cut && missing == 0
			k.onDelete, k.onUpdate = innodbActions(actions)
			keys, last, missing = append(keys, k), id, columns
		}
		if column.Valid {
			key := &keys[len(keys)-1]
			key.columns, key.target = append(key.columns, column.String), append(key.target, target.String)
			missing--
		}
		return nil
	}, innodbQuery(len(databases)), args...)
	return keys, whole && missing == 0, err
}

// innodbQuery asks for the foreign keys to the tables of so many databases, but
// for those of the copies that ALTER TABLE makes. The names of databases and
// tables are those of their files there, divided by a slash.
func innodbQuery(databases int) string {
	first := func(name string) string { return "SUBSTRING_INDEX(" + name + ", '/', 1)" }
	rest := func(name string) string { return "SUBSTRING(" + name + ", LOCATE('/', " + name + ") + 1)" }
	decoded := func(part string) string {
		return "CONVERT(CONVERT(CAST(" + part + " AS BINARY) USING filename) USING utf8mb4)"
	}
	return "SELECT f.ID, " + rest("f.ID") + ", " + decoded(first("f.FOR_NAME")) + ", " + decoded(rest("f.FOR_NAME")) + ", " +
		decoded(first("f.REF_NAME")) + ", " + decoded(rest("f.REF_NAME")) + ", f.N_COLS, f.TYPE, c.FOR_COL_NAME, c.REF_COL_NAME," +
		" GREATEST(CHAR_LENGTH(f.ID), CHAR_LENGTH(f.FOR_NAME), CHAR_LENGTH(f.REF_NAME)) > ?" +
		" FROM information_schema.INNODB_SYS_FOREIGN AS f" +
		" LEFT JOIN information_schema.INNODB_SYS_FOREIGN_COLS AS c ON CAST(c.ID AS BINARY) = CAST(f.ID AS BINARY)" +
		" WHERE (LOCATE('/', f.REF_NAME) = 0 OR CAST(" + decoded(first("f.REF_NAME")) + " AS BINARY) IN (" + repeat("CAST(? AS BINARY)", databases) + "))" +
		" AND " + rest("f.FOR_NAME") + " NOT LIKE '#sql%'" +
		" ORDER BY CAST(f.FOR_NAME AS BINARY), CAST(f.ID AS BINARY), c.POS"
}

// innodbActions reads the bits by which InnoDB keeps what a foreign key does.
func innodbActions(bits int) (deleted, updated string) {
	action := func(cascades, nulls, nothing int) string {
		switch {
		case bits&cascades != 0:
			return cascade
		case bits&nulls != 0:
			return setNull
		case bits&nothing != 0:
			return noAction
		}
		return restrict
	}
	return action(1, 2, 16), action(4, 8, 32)
}
