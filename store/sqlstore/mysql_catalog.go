package sqlstore

import (
	"context"
	"database/sql"
	"strings"
)

// The catalogue is read from information_schema, as text: the types of its
// columns differ from version to version.

func (m mysql) inspect(ctx context.Context, q queryer, tables []string, homes map[string]string, _ map[string][]string) (tableSet, error) {
	out := tableSet{}
	for _, name := range tables {
		t, err := m.inspectTable(ctx, q, name, homes[name])
		if err == nil && t.kind != missing {
			err = m.inspectColumns(ctx, q, &t)
		}
		if err == nil && t.kind == plainTable {
			err = m.inspectIndexes(ctx, q, &t)
		}
		if err != nil {
			return nil, err
		}
		out[name] = t
	}
	return out, nil
}

// inspectTable looks for a table in the named database, where it was found
// before, or in the connection's own.
func (mysql) inspectTable(ctx context.Context, q queryer, name, home string) (tableInfo, error) {
	database, table := qualified(name)
	if database == "" {
		database = home
	}
	var t tableInfo
	err := each(ctx, q, func(r *sql.Rows) error {
		var db, found, kind string
		var engine, transactions sql.NullString
		if err := r.Scan(&db, &found, &kind, &engine, &transactions); err != nil {
			return err //nolint:wrapcheck // wrapped by each
		}
		if t.kind != missing && t.name == table {
			return nil // not one that differs in case
		}
		t = tableInfo{database: db, name: found, kind: plainTable, keepsHistory: strings.Contains(kind, "VERSIONED")}
		switch {
		case strings.Contains(kind, "VIEW"):
			t.kind = view
		case transactions.String != "YES":
			t.kind = unsafeTable
		}
		return nil
	}, "SELECT t.TABLE_SCHEMA, t.TABLE_NAME, t.TABLE_TYPE, t.ENGINE, (SELECT e.TRANSACTIONS FROM information_schema.ENGINES AS e WHERE e.ENGINE = t.ENGINE)"+
		" FROM information_schema.TABLES AS t WHERE t.TABLE_SCHEMA = COALESCE(NULLIF(?, ''), DATABASE()) AND t.TABLE_NAME = ?"+
		" AND (t.TABLE_NAME = BINARY ? OR @@lower_case_table_names > 0)", database, table, table)
	return t, err
}

func (mysql) inspectColumns(ctx context.Context, q queryer, t *tableInfo) error {
	return each(ctx, q, func(r *sql.Rows) error {
		var c columnInfo
		var charset, collate, generation sql.NullString
		var nullable, extra string
		if err := r.Scan(&c.name, &c.declared, &charset, &collate, &nullable, &extra, &generation); err != nil {
			return err //nolint:wrapcheck // wrapped by each
		}
		c.declared = mysqlDeclared(c.declared)
		c.charset, c.collate, c.notNull, c.generated = charset.String, collate.String, nullable == "NO", generation.String != ""
		if c.generated {
			c.expression = generation.String
		}
		if c.collation = c.collate; byBytes(c) {
			c.collation = ""
		}
		t.columns = append(t.columns, c)
		return nil
	}, "SELECT c.COLUMN_NAME, c.COLUMN_TYPE, c.CHARACTER_SET_NAME, c.COLLATION_NAME, c.IS_NULLABLE, c.EXTRA, c.GENERATION_EXPRESSION"+
		" FROM information_schema.COLUMNS AS c WHERE c.TABLE_SCHEMA = ? AND c.TABLE_NAME = ? ORDER BY c.ORDINAL_POSITION", t.database, t.name)
}

// mysqlDeclared is the type in capitals, without the values of an ENUM.
func mysqlDeclared(declared string) string {
	name, _, _ := strings.Cut(declared, "(")
	switch upper := strings.ToUpper(name); upper {
	case "ENUM", "SET":
		return upper
	}
	return strings.ToUpper(declared)
}

// byBytes reports whether texts are equal in the column only if their bytes
// are, and sorted by them.
func byBytes(c columnInfo) bool {
	exact := c.collate == "utf8mb4_nopad_bin" || c.collate == "utf8mb4_0900_bin"
	return exact && !padded(c) && strings.Contains(c.declared, "VARCHAR") || exact && strings.HasSuffix(c.declared, "TEXT")
}

func (m mysql) inspectIndexes(ctx context.Context, q queryer, t *tableInfo) error {
	last := ""
	err := each(ctx, q, func(r *sql.Rows) error {
		var name string
		var nonUnique int
		var column, prefix sql.NullString
		if err := r.Scan(&name, &nonUnique, &column, &prefix); err != nil {
			return err //nolint:wrapcheck // wrapped by each
		}
		if name != last || len(t.indexes) == 0 {
			t.indexes, last = append(t.indexes, indexInfo{name: name, unique: nonUnique == 0}), name
		}
		i := &t.indexes[len(t.indexes)-1]
		m.indexed(t, i, column.String, prefix.Valid)
		if name == "PRIMARY" {
			for n := range t.columns {
				if t.columns[n].name == column.String {
					t.columns[n].keyPart = len(i.columns)
				}
			}
		}
		return nil
	}, "SELECT s.INDEX_NAME, s.NON_UNIQUE, s.COLUMN_NAME, s.SUB_PART FROM information_schema.STATISTICS AS s"+
		" WHERE s.TABLE_SCHEMA = ? AND s.TABLE_NAME = ? AND s.INDEX_TYPE IN ('BTREE', 'HASH') ORDER BY s.INDEX_NAME, s.SEQ_IN_INDEX", t.database, t.name)
	if err == nil {
		t.indexes = append(t.indexes, caselessly(t)...)
	}
	return err
}

// indexed adds a column to an index. One that is computed from another stands
// for it, where it is known how.
func (m mysql) indexed(t *tableInfo, i *indexInfo, name string, prefix bool) {
	c := t.column(name)
	i.partial = i.partial || prefix
	if base, folded, filled := m.source(t, c); base.name != "" {
		c = base
		if folded {
			c.collation = mysqlFolding
		}
		i.name = "" // it does not find the column itself
		if filled {
			i.partial, i.omits = true, omitsEmpty
		}
	}
	if prefix {
		i.omits = omitsSome
	}
	i.columns, i.collations = append(i.columns, c.name), append(i.collations, c.collation)
}

// source finds the column that another one is computed from as createIndex
// does. It must compare by bytes, or else more than the empty text would be
// left out.
func (m mysql) source(t *tableInfo, c columnInfo) (base columnInfo, folded, filled bool) {
	if c.expression == "" {
		return base, false, false
	}
	plain := func(e string) string {
		return strings.ToLower(strings.NewReplacer(" ", "", "_utf8mb4", "", `\'`, "'", "(", "", ")", "").Replace(e))
	}
	for _, b := range t.columns {
		if b.collation != "" || c.collation != "" || b.generated {
			continue
		}
		for _, kind := range [...]struct{ folded, filled bool }{{true, false}, {false, true}, {true, true}} {
			if plain(m.computed(m.quote(b.name), kind.folded, kind.filled)) == plain(c.expression) {
				return b, kind.folded, kind.filled
			}
		}
	}
	return base, false, false
}

// caselessly are the unique indexes by collations that take letters for equal
// without their case: what is unique there is so when only ASCII letters are.
func caselessly(t *tableInfo) []indexInfo {
	var out []indexInfo
	for _, i := range t.indexes {
		other := indexInfo{columns: i.columns, unique: i.unique, partial: i.partial, omits: i.omits}
		differs := false
		for n, name := range i.columns {
			collation := i.collations[n]
			if (mysql{}).hints(column{info: t.column(name)}, true) && collation != mysqlFolding {
				collation, differs = mysqlFolding, true
			}
			other.collations = append(other.collations, collation)
		}
		if differs && i.unique {
			out = append(out, other)
		}
	}
	return out
}
