// Package migrate makes and changes the library's own tables in steps that are
// recorded: versions of a line, each with a checksum. A line (the ledger, the
// scheduler) has versions of its own; several share one database, and its two
// tables migrations and migration_lock.
//
// No transaction around DDL is needed: a migration that stopped half-way goes on
// with the statement that was not done. Two processes that migrate at once do so
// one after the other, by a lock row with the database's clock.
//
// It is for store/sqlstore, whose ledger is one line, and for scheduler/sqlstate,
// whose state is another.
package migrate
