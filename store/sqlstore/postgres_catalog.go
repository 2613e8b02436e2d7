package sqlstore

import (
	"context"
	"database/sql"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// PostgreSQL calls schema what this package calls database.

func (s postgres) inspect(ctx context.Context, q queryer, tables []string, homes map[string]string, _ map[string][]string) (tableSet, error) {
	out := tableSet{}
	for _, name := range tables {
		t, err := s.inspectTable(ctx, q, name, homes[name])
		if err == nil && t.kind != missing {
			err = s.inspectColumns(ctx, q, &t)
		}
		if err == nil && t.kind == plainTable {
			err = s.inspectIndexes(ctx, q, &t)
		}
		if err != nil {
			return nil, err
		}
		out[name] = t
	}
	return out, nil
}

// inspectTable looks for a name without a schema along the search path.
func (s postgres) inspectTable(ctx context.Context, q queryer, name, home string) (tableInfo, error) {
	schema, table := qualified(name)
	if schema == "" {
		schema = home
	}
	named := s.quote(table)
	if schema != "" {
		named = s.quote(schema) + "." + named
	}
	t := tableInfo{exactNames: true}
	err := each(ctx, q, func(r *sql.Rows) error {
		var kind string
		if err := r.Scan(&t.database, &t.name, &kind, &t.part); err != nil {
			return err //nolint:wrapcheck // wrapped by each
		}
		switch kind {
		case "r", "p":
			t.kind = plainTable
		case "f":
			t.kind = virtualTable
		default:
			t.kind = view
		}
		return nil
	}, `SELECT n.nspname::text, c.relname::text, c.relkind::text,
			EXISTS (SELECT 1 FROM pg_catalog.pg_inherits i WHERE i.inhrelid = c.oid OR i.inhparent = c.oid AND c.relkind <> 'p')
		FROM pg_catalog.pg_class c
		JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
		WHERE c.oid = pg_catalog.to_regclass($1::text) AND c.relkind IN ('r', 'p', 'v', 'm', 'f')`, named)
	return t, err
}

// inspectColumns sees through domains, and takes a collation by which different
// texts can be equal for one of its own.
func (s postgres) inspectColumns(ctx context.Context, q queryer, t *tableInfo) error {
	return each(ctx, q, func(r *sql.Rows) error {
		var c columnInfo
		if err := r.Scan(&c.name, &c.declared, &c.collation, &c.notNull, &c.generated, &c.keyPart); err != nil {
			return err //nolint:wrapcheck // wrapped by each
		}
		if c.declared == pgCitext || c.declared == pgChar {
			c.collation = c.declared
		}
		t.columns = append(t.columns, c)
		return nil
	}, `SELECT a.attname::text,
			CASE WHEN y.typtype = 'e' THEN 'enum'
				WHEN y.typname = 'citext' THEN 'citext'
				ELSE pg_catalog.format_type(CASE WHEN y.typtype = 'd' THEN y.typbasetype ELSE y.oid END, NULL) END,
			CASE WHEN l.collisdeterministic THEN '' ELSE coalesce(l.collname::text, '') END,
			a.attnotnull OR y.typnotnull, a.attgenerated <> '',
			coalesce(pg_catalog.array_position(i.indkey::int2[], a.attnum), -1) + 1
		FROM pg_catalog.pg_class c
		JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
		JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
		JOIN pg_catalog.pg_type y ON y.oid = a.atttypid
		LEFT JOIN pg_catalog.pg_collation l ON l.oid = a.attcollation
		LEFT JOIN pg_catalog.pg_index i ON i.indrelid = c.oid AND i.indisprimary
		WHERE n.nspname = $1::name AND c.relname = $2::name ORDER BY a.attnum`, t.database, t.name)
}

// inspectIndexes leaves out indexes that are not valid, and those whose
// uniqueness is only checked at the end of a transaction counts as none.
func (s postgres) inspectIndexes(ctx context.Context, q queryer, t *tableInfo) error {
	last := ""
	return each(ctx, q, func(r *sql.Rows) error {
		var index, column, definition, collation, predicate string
		var unique bool
		if err := r.Scan(&index, &unique, &predicate, &column, &definition, &collation); err != nil {
			return err //nolint:wrapcheck // wrapped by each
		}
		if index != last {
			t.indexes, last = append(t.indexes, indexInfo{unique: unique, partial: predicate != ""}), index
		}
		i := &t.indexes[len(t.indexes)-1]
		if column == "" {
			column, collation = foldedColumn(definition)
		} else if info := t.column(column); info.collation != "" && collation == "" {
			collation = info.collation // citext and char have none in the catalogue
		}
		i.columns, i.collations = append(i.columns, column), append(i.collations, collation)
		if predicate != "" {
			i.omits = pgOmission(predicate, i.columns)
		}
		return nil
	}, `SELECT x.relname::text, i.indisunique AND i.indimmediate, coalesce(pg_catalog.pg_get_expr(i.indpred, i.indrelid), ''),
			coalesce(a.attname::text, ''), pg_catalog.pg_get_indexdef(i.indexrelid, k.n, true),
			CASE WHEN l.collisdeterministic THEN '' ELSE coalesce(l.collname::text, '') END
		FROM pg_catalog.pg_class c
		JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
		JOIN pg_catalog.pg_index i ON i.indrelid = c.oid AND i.indisvalid
		JOIN pg_catalog.pg_class x ON x.oid = i.indexrelid
		CROSS JOIN LATERAL pg_catalog.generate_series(1, i.indnkeyatts::int) AS k(n)
		LEFT JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum = (i.indkey::int2[])[k.n - 1] AND a.attnum > 0
		LEFT JOIN pg_catalog.pg_collation l ON l.oid = (i.indcollation::oid[])[k.n - 1]
		WHERE n.nspname = $1::name AND c.relname = $2::name ORDER BY x.relname, k.n`, t.database, t.name)
}

// foldedColumn recognises the expression by which DDL makes indexes for fields
// that are compared without the case of letters.
func foldedColumn(definition string) (column, collation string) {
	m := regexp.MustCompile(`^lower\(\(?("(?:[^"]|"")*"|[a-z_][a-z0-9_]*)\)?(?:::text\)?)? COLLATE "C"\)+$`).FindStringSubmatch(definition)
	if m == nil {
		return "", ""
	}
	return unquoted(m[1]), postgres{}.folding()
}

// pgOmission reads the condition of a partial index, as sqliteOmission does.
func pgOmission(predicate string, columns []string) omission {
	m := regexp.MustCompile(`^\(+("(?:[^"]|"")*"|[a-z_][a-z0-9_]*)\)?(?:::text)? (<> ''::(?:text|citext|bpchar)|IS NOT NULL)\)+$`).FindStringSubmatch(predicate)
	if m == nil || !slices.Contains(columns, unquoted(m[1])) {
		return omitsSome
	}
	if strings.HasPrefix(m[2], "IS") {
		return omitsNull
	}
	return omitsEmpty
}

// foreignKeys leaves out the copies that partitions have of a key.
func (s postgres) foreignKeys(ctx context.Context, q queryer, tables tableSet) ([]foreignKey, error) {
	var out []foreignKey
	for _, schema := range tables.databases() {
		last := int64(-1)
		err := each(ctx, q, func(r *sql.Rows) error {
			var k foreignKey
			var id int64
			var deleted, updated, from, to string
			if err := r.Scan(&id, &k.database, &k.table, &k.parentDatabase, &k.parent, &deleted, &updated, &from, &to); err != nil {
				return err //nolint:wrapcheck // wrapped by each
			}
			if id != last {
				k.onDelete, k.onUpdate, last = pgAction(deleted), pgAction(updated), id
				out = append(out, k)
			}
			key := &out[len(out)-1]
			key.columns, key.target = append(key.columns, from), append(key.target, to)
			return nil
		}, `SELECT k.oid::bigint, fn.nspname::text, f.relname::text, pn.nspname::text, p.relname::text, k.confdeltype::text, k.confupdtype::text, fa.attname::text, pa.attname::text
			FROM pg_catalog.pg_constraint k
			JOIN pg_catalog.pg_class f ON f.oid = k.conrelid JOIN pg_catalog.pg_namespace fn ON fn.oid = f.relnamespace
			JOIN pg_catalog.pg_class p ON p.oid = k.confrelid JOIN pg_catalog.pg_namespace pn ON pn.oid = p.relnamespace
			CROSS JOIN LATERAL pg_catalog.generate_series(1, pg_catalog.cardinality(k.conkey)) AS n(n)
			JOIN pg_catalog.pg_attribute fa ON fa.attrelid = k.conrelid AND fa.attnum = k.conkey[n.n]
			JOIN pg_catalog.pg_attribute pa ON pa.attrelid = k.confrelid AND pa.attnum = k.confkey[n.n]
			WHERE k.contype = 'f' AND k.conparentid = 0 AND pn.nspname = $1::name
			ORDER BY fn.nspname, f.relname, k.conname, k.oid, n.n`, schema)
		if err != nil {
			return nil, err
		}
	}
	return out, nil
}

func pgAction(code string) string {
	switch code {
	case "c":
		return cascade
	case "r":
		return restrict
	case "n":
		return setNull
	case "d":
		return setDefault
	}
	return noAction
}

// version changes with the foreign keys that refer to tables of the schema.
func (postgres) version(ctx context.Context, q queryer, schema string) (n int64, err error) {
	err = each(ctx, q, func(r *sql.Rows) error { return r.Scan(&n) },
		`SELECT coalesce(sum(k.oid::bigint), 0)::bigint + count(*) FROM pg_catalog.pg_constraint k
		JOIN pg_catalog.pg_class p ON p.oid = k.confrelid JOIN pg_catalog.pg_namespace pn ON pn.oid = p.relnamespace
		WHERE k.contype = 'f' AND pn.nspname = $1::name`, schema)
	return n, err
}

// enforcing is false for a session that plays a replica: no foreign key is
// looked at there.
func (postgres) enforcing(ctx context.Context, q queryer) (on bool, err error) {
	err = each(ctx, q, func(r *sql.Rows) error { return r.Scan(&on) },
		`SELECT pg_catalog.current_setting('session_replication_role') <> 'replica'`)
	return on, err
}

func (postgres) immediate(onDelete string) bool { return onDelete == restrict }

// triggered lists the tables on which something may keep rows, or make new
// ones, when rows are deleted or changed: triggers, rules, row-level security.
func (p postgres) triggered(tables tableSet) term {
	return p.watched(tables, "c.relrowsecurity", 8|16, "'2', '4'")
}

// deleting lists those of them that matter when rows are deleted.
func (p postgres) deleting(tables tableSet) term {
	return p.watched(tables, "c.relrowsecurity", 8, "'4'")
}

// acting leaves out row-level security, which keeps rows and changes none.
func (p postgres) acting(tables tableSet) term { return p.watched(tables, "false", 8|16, "'2', '4'") }

// watched takes the bits of the triggers' events, 8 for DELETE and 16 for UPDATE,
// and the codes of the rules'.
func (postgres) watched(tables tableSet, also string, events int, rules string) term {
	return expr(`SELECT c.relname::text FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
		WHERE n.nspname = ANY (?::text::text[]) AND c.relkind IN ('r', 'p', 'f') AND (`+also+`
			OR c.relhastriggers AND EXISTS (SELECT 1 FROM pg_catalog.pg_trigger t
				WHERE t.tgrelid = c.oid AND NOT t.tgisinternal AND t.tgenabled <> 'D' AND t.tgtype::int & `+strconv.Itoa(events)+` <> 0)
			OR c.relhasrules AND EXISTS (SELECT 1 FROM pg_catalog.pg_rewrite w
				WHERE w.ev_class = c.oid AND w.ev_enabled <> 'D' AND w.ev_type IN (`+rules+`)))`, pgArray(anySlice(tables.databases())))
}

func anySlice(list []string) []any {
	out := make([]any, len(list))
	for i, s := range list {
		out[i] = s
	}
	return out
}

// stray values cannot be: the type of a column holds nothing else.
func (postgres) stray(column) term { return expr("1 = 0") }

// suspect texts cannot be in a database of UTF-8.
func (postgres) suspect(column) string { return "" }
