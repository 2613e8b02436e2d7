package sqlstore

import (
	"context"
	"database/sql"
)

// counts asks for a function that some of those who speak PostgreSQL's dialect
// do not have, and for the setting that it depends on.
func (postgres) counts(ctx context.Context, q queryer) (on bool, err error) {
	err = each(ctx, q, func(r *sql.Rows) error { return r.Scan(&on) },
		`SELECT count(*) > 0 AND coalesce(pg_catalog.current_setting('track_counts', true), '') = 'on'
		FROM pg_catalog.pg_proc p WHERE p.proname = 'pg_stat_get_xact_tuples_deleted'`)
	return on, err
}

// firstOID is the first number of what is not the system's own.
const firstOID = "16384"

// tally leaves out what was inserted, which foreign keys never do. A
// partitioned table has the rows of its partitions.
func (s postgres) tally(table tableInfo, fewer bool) term {
	const deleted = "pg_catalog.pg_stat_get_xact_tuples_deleted(c.oid)"
	all := "SELECT coalesce(sum(" + deleted + " + pg_catalog.pg_stat_get_xact_tuples_updated(c.oid)), 0)::bigint"
	from := " FROM pg_catalog.pg_class c WHERE c.relkind = 'r' AND c.oid >= " + firstOID
	if !fewer {
		return expr(all + ", 0::bigint" + from)
	}
	name := s.quote(table.database) + "." + s.quote(table.name)
	return expr(all+", coalesce(sum("+deleted+") FILTER (WHERE c.oid = pg_catalog.to_regclass(?::text)::oid"+
		" OR c.oid IN (SELECT l.relid FROM pg_catalog.pg_partition_tree(pg_catalog.to_regclass(?::text)) AS l)), 0)::bigint"+from, name, name)
}
