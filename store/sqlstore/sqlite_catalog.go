package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"strings"

	"github.com/contactsweep/contactsweep/internal/sqltx"
)

// each runs a query and calls scan for every row.
func each(ctx context.Context, q queryer, scan func(*sql.Rows) error, query string, args ...any) error {
	return sqltx.Each(ctx, q, scan, query, args...)
}

func (s sqlite) inspect(ctx context.Context, q queryer, tables []string, homes map[string]string, textual map[string][]string) (tableSet, error) {
	out := tableSet{}
	for _, name := range tables {
		t, err := s.inspectTable(ctx, q, name, homes[name])
		if err == nil && t.kind != missing {
			err = s.inspectColumns(ctx, q, &t)
		}
		if err == nil && t.kind == plainTable {
			err = errors.Join(s.inspectIndexes(ctx, q, &t), s.inspectRowid(ctx, q, &t))
		}
		if err == nil && t.kind != missing {
			err = s.inspectCollations(ctx, q, &t, textual[name])
		}
		if err != nil {
			return nil, err
		}
		out[name] = t
	}
	return out, nil
}

func (s sqlite) inspectTable(ctx context.Context, q queryer, name, home string) (tableInfo, error) {
	database, table, qualified := strings.Cut(name, ".")
	if !qualified {
		database, table = home, name
	}
	var t tableInfo
	err := each(ctx, q, func(r *sql.Rows) error {
		var db, found, kind string
		if err := r.Scan(&db, &found, &kind); err != nil {
			return err //nolint:wrapcheck // wrapped by each
		}
		// A name without a database is one of main, then of others; of temp,
		// which is a matter of one connection, only if there is no other.
		if database != "" && !strings.EqualFold(db, database) ||
			t.kind != missing && (t.database == "main" || db != "main" && t.database != "temp") {
			return nil
		}
		t = tableInfo{database: db, name: found, kind: plainTable}
		switch kind {
		case "view":
			t.kind = view
		case "virtual", "shadow":
			t.kind = virtualTable
		}
		return nil
	}, `SELECT "l"."schema", "l"."name", "l"."type" FROM pragma_table_list(?) AS "l"`, table)
	return t, err
}

func (s sqlite) version(ctx context.Context, q queryer, database string) (n int64, err error) {
	err = each(ctx, q, func(r *sql.Rows) error { return r.Scan(&n) }, "PRAGMA "+s.quote(database)+".schema_version")
	return n, err
}

// master is the table of tables of a database.
func (s sqlite) master(database string) string {
	if database == "temp" {
		return "sqlite_temp_master"
	}
	return s.quote(database) + ".sqlite_master"
}

func (sqlite) inspectColumns(ctx context.Context, q queryer, t *tableInfo) error {
	return each(ctx, q, func(r *sql.Rows) error {
		var c columnInfo
		if err := r.Scan(&c.name, &c.declared, &c.notNull, &c.keyPart, &c.generated); err != nil {
			return err //nolint:wrapcheck // wrapped by each
		}
		t.columns = append(t.columns, c)
		return nil
	}, `SELECT "i"."name", upper("i"."type"), "i"."notnull", "i"."pk", "i"."hidden" > 1 FROM pragma_table_xinfo(?, ?) AS "i"`, t.name, t.database)
}

func (s sqlite) inspectIndexes(ctx context.Context, q queryer, t *tableInfo) error {
	last := -1
	var texts []string
	err := each(ctx, q, func(r *sql.Rows) error {
		var seq int
		var unique, partial bool
		var name, collation, text sql.NullString
		if err := r.Scan(&seq, &unique, &partial, &name, &collation, &text); err != nil {
			return err //nolint:wrapcheck // wrapped by each
		}
		if seq != last {
			t.indexes, last = append(t.indexes, indexInfo{unique: unique, partial: partial}), seq
			texts = append(texts, text.String)
		}
		i := &t.indexes[len(t.indexes)-1]
		i.columns = append(i.columns, name.String)
		i.collations = append(i.collations, strings.ToUpper(collation.String))
		return nil
	}, `SELECT "l"."seq", "l"."unique", "l"."partial", "x"."name", "x"."coll",
			CASE WHEN "l"."partial" THEN (SELECT "m"."sql" FROM `+s.master(t.database)+` AS "m" WHERE "m"."type" = 'index' AND "m"."name" = "l"."name") END
		FROM pragma_index_list(?, ?) AS "l" CROSS JOIN pragma_index_xinfo("l"."name", ?) AS "x"
		WHERE "x"."key" = 1 ORDER BY "l"."seq", "x"."seqno"`, t.name, t.database, t.database)
	for i, text := range texts {
		t.indexes[i].omits = sqliteOmission(text, t.indexes[i].columns)
	}
	return err
}

// inspectRowid adds what the index lists leave out: the rowid as the key, and
// that the key of a table without rowid cannot be NULL.
func (s sqlite) inspectRowid(ctx context.Context, q queryer, t *tableInfo) error {
	without, autoincrement := false, false
	err := each(ctx, q, func(r *sql.Rows) error { return r.Scan(&without, &autoincrement) },
		`SELECT "l"."wr", instr(upper("m"."sql"), 'AUTOINCREMENT') > 0
		FROM pragma_table_list(?) AS "l" JOIN `+s.master(t.database)+` AS "m" ON "m"."name" = "l"."name"
		WHERE "m"."type" = 'table' AND "l"."schema" = ?`, t.name, t.database)
	key, ok := t.rowidKey()
	if ok && !without {
		t.indexes = append(t.indexes, indexInfo{columns: []string{key}, unique: true})
		t.reuses = !autoincrement
	}
	for i, c := range t.columns {
		if c.keyPart > 0 && (ok || without) {
			t.columns[i].notNull = true
		}
	}
	return err
}

func (s sqlite) foreignKeys(ctx context.Context, q queryer, tables tableSet) ([]foreignKey, error) {
	var out []foreignKey
	for _, database := range tables.databases() {
		table, last := "", -1
		err := each(ctx, q, func(r *sql.Rows) error {
			var k foreignKey
			var id int
			var from string
			var to sql.NullString
			if err := r.Scan(&k.table, &id, &k.parent, &from, &to, &k.onDelete, &k.onUpdate); err != nil {
				return err //nolint:wrapcheck // wrapped by each
			}
			if k.table != table || id != last {
				k.database, k.parentDatabase, table, last = database, database, k.table, id
				out = append(out, k)
			}
			key := &out[len(out)-1]
			key.columns = append(key.columns, from)
			if to.Valid {
				key.target = append(key.target, to.String)
			}
			return nil
		}, `SELECT "m"."name", "f"."id", "f"."table", "f"."from", "f"."to", upper("f"."on_delete"), upper("f"."on_update")
			FROM `+s.master(database)+` AS "m" CROSS JOIN pragma_foreign_key_list("m"."name", ?) AS "f"
			WHERE "m"."type" = 'table' ORDER BY "m"."name", "f"."id", "f"."seq"`, database)
		if err != nil {
			return nil, err
		}
	}
	return out, nil
}

// immediate: only NO ACTION waits for the end of the statement.
func (sqlite) immediate(onDelete string) bool { return onDelete != noAction }

func (sqlite) enforcing(ctx context.Context, q queryer) (on bool, err error) {
	err = each(ctx, q, func(r *sql.Rows) error { return r.Scan(&on) }, "PRAGMA foreign_keys")
	return on, err
}

func (s sqlite) triggered(tables tableSet) term {
	parts := []string{`SELECT "m"."tbl_name" FROM sqlite_temp_master AS "m" WHERE "m"."type" = 'trigger'`}
	for _, database := range tables.databases() {
		if database != "temp" {
			parts = append(parts, `SELECT "m"."tbl_name" FROM `+s.master(database)+` AS "m" WHERE "m"."type" = 'trigger'`)
		}
	}
	return expr(strings.Join(parts, " UNION ALL "))
}
