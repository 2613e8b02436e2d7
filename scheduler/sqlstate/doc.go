// Package sqlstate keeps the state of a scheduler in a host's own SQL database:
// SQLite, PostgreSQL, MySQL or MariaDB, over any driver. Instances that share
// the database share the work.
//
//	err := sqlstate.Migrate(ctx, db, sqlstate.PostgreSQL) // when deploying, on purpose
//	…
//	state, err := sqlstate.Open(ctx, db, sqlstate.PostgreSQL)
//	runner, err := scheduler.NewRunner(tasks, state)
//
// It has four tables with a prefix of their own, of which migrations and
// migration_lock are shared with other parts of this module. Hosts that change
// their database with a tool of their own take the statements from [SQL].
//
// The database's clock alone decides, clocks of instances play no part. SQLite has no
// clock of its own: there it is that of the machine, to the millisecond, which
// is the same for all processes that share the file.
//
// Nothing depends on a session, so that poolers of transactions may stand between,
// and no call holds more than one connection, so that a pool of one is enough.
// Options of the driver play no part, except that a connection must not be in a
// transaction of somebody else (go-sql-driver's autocommit=0).
package sqlstate
