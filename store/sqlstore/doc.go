// Package sqlstore keeps contacts in a host's own SQL database, over the
// *sql.DB that the host has opened anyway, with the driver of its choice.
//
//	st, err := sqlstore.Open(ctx, db, sqlstore.SQLite, schema)
//
// [Open] compares names only; [Store.Verify] looks for everything that could
// lose data, leave orphans or be slow. [Discover] proposes a schema for tables
// that are there, from the database's foreign keys; a host without tables of
// its own makes them from [DDL].
//
// # How values are stored
//
// Every field has a kind and an encoding; a stored value that does not belong
// to them (an integer in a column of times as text, a date that does not
// exist) is unknown to every condition. [Encode] returns what the store reads
// as a given value. On SQLite the engine's own way is: integers and booleans
// as integers, times as text in UTC ([contacts.SQLiteTime]), dates as text,
// UUIDs as their canonical text in lower case. SQLite has no exact decimal
// type and needs an encoding for them. Text that is not valid UTF-8 is not
// recognised inside SQLite; it is unknown only where it is read.
//
// # What a batch does
//
// [Store.Delete] is one transaction on one connection, so a pool of a single
// connection is enough. On SQLite it begins with a write that changes nothing,
// so that the transaction holds the write lock before it reads, whatever the
// driver's way to begin one. Rows are deleted and changed explicitly, the
// deepest first; cascades of the database are not relied on, unless the host
// says so with [contacts.Association.Cascaded]: then PostgreSQL and MySQL delete
// these rows, and they are counted by the transaction's own counters, or under
// their lock before. SQLite is faster without. [Open] refuses
// associations of one table of which none can come first, because each sets a
// field that the other's condition tests; on MySQL and MariaDB also those that
// set several fields of one of their rows' several references.
//
// # The ledger
//
// [WithLedger] lets the store keep the library's own memory in tables beside the
// contacts: contactsweep_operations, _targets, _archive, _pending, _events,
// _settings and _layout, and the two of the migrations. [Migrate] makes them, on
// purpose, or [MigrationSQL] says how; [MigrationStatus] tells which version
// there is. Texts in them compare byte by byte, and times are microseconds since
// 1970 by the database's clock, 0 for never.
//
// A contact's key is in the columns key_1, key_2 and so on, in the order and with
// the types of the schema's key, so that a host can join them. It may fill the
// pending table itself, where all other columns have defaults:
//
//	INSERT INTO contactsweep_pending (key_1) SELECT id FROM customers WHERE …
//
// [Store.UnsuppressedSQL] is a condition for the host's own statements. On MySQL a
// text in a key has at most 255 characters in the ledger, and a key at most two
// texts.
//
// A batch with a checkpoint is one transaction still, which locks the operation
// first. A contact that goes in several transactions is cut by the keys of its
// rows, as the schema or the table names them, else by the place of the row; one
// with rows that stay as they are referred to goes at once or fails with
// [store.ErrTooManyRows].
package sqlstore
