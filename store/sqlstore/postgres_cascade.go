package sqlstore

import (
	"slices"
	"strings"
)

func (postgres) countsFirst() bool { return false }

// cascades looks for the triggers by which foreign keys act: they can be
// switched off for a session and for a table. Rows of a partitioned table are
// counted in its partitions.
func (s postgres) cascades(keys []foreignKey) term {
	const (
		enabled = "t.tgenabled IN ('O', 'A')"
		acts    = ` AND EXISTS (SELECT 1 FROM pg_catalog.pg_trigger t WHERE t.tgrelid = pg_catalog.to_regclass(?::text)::oid AND t.tgconstrrelid = pg_catalog.to_regclass(?::text)::oid
			AND t.tgfoid = 'pg_catalog."RI_FKey_cascade_del"()'::pg_catalog.regprocedure::oid AND ` + enabled + ")"
		disabled = ` AND NOT EXISTS (SELECT 1 FROM pg_catalog.pg_trigger t WHERE t.tgisinternal AND NOT ` + enabled + `
			AND (t.tgrelid = pg_catalog.to_regclass(?::text)::oid OR t.tgrelid IN (SELECT l.relid FROM pg_catalog.pg_partition_tree(pg_catalog.to_regclass(?::text)) AS l)))`
		deleted = `, (SELECT coalesce(sum(pg_catalog.pg_stat_get_xact_tuples_deleted(o.oid)), 0)::bigint FROM
			(SELECT pg_catalog.to_regclass(?::text)::oid UNION SELECT l.relid::oid FROM pg_catalog.pg_partition_tree(pg_catalog.to_regclass(?::text)) AS l) AS o(oid))`
	)
	var text strings.Builder
	text.WriteString("SELECT pg_catalog.current_setting('session_replication_role') <> 'replica' AND pg_catalog.current_setting('track_counts') = 'on'")
	var args []any
	var parents []string
	for _, k := range keys {
		parent := s.quote(k.parentDatabase) + "." + s.quote(k.parent)
		text.WriteString(acts)
		args = append(args, parent, s.quote(k.database)+"."+s.quote(k.table))
		if !slices.Contains(parents, parent) {
			parents = append(parents, parent)
		}
	}
	for _, p := range parents {
		text.WriteString(disabled)
		args = append(args, p, p)
	}
	for _, k := range keys {
		table := s.quote(k.database) + "." + s.quote(k.table)
		text.WriteString(deleted)
		args = append(args, table, table)
	}
	return expr(text.String(), args...)
}
