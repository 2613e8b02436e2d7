package sqlstore

import "strings"

// countsFirst: no counter of a session sees what foreign keys delete.
func (mysql) countsFirst() bool { return true }

// cascades asks for the foreign keys by their names, because no number says
// that tables have changed. Once a batch has counted the rows of a table,
// nobody can change its keys before the transaction ends.
func (mysql) cascades(keys []foreignKey) term {
	var text strings.Builder
	text.WriteString("SELECT @@foreign_key_checks = 1")
	var args []any
	for _, k := range keys {
		text.WriteString(" AND (SELECT count(*) FROM information_schema.REFERENTIAL_CONSTRAINTS AS c WHERE c.CONSTRAINT_SCHEMA = ? AND c.TABLE_NAME = ?" +
			" AND c.CONSTRAINT_NAME = ? AND c.REFERENCED_TABLE_NAME = ? AND c.DELETE_RULE = 'CASCADE') = 1")
		args = append(args, k.database, k.table, k.name, k.parent)
	}
	return expr(text.String()+strings.Repeat(", 0", len(keys)), args...)
}
