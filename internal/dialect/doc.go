// Package dialect has what the SQL of the library's own tables needs to know of
// an engine: quoted and validated names, placeholders, the database's clock,
// types of columns, and whole tables.
//
// It is for store/sqlstore, whose ledger lies beside the host's contacts, and
// for scheduler/sqlstate. Both take their Dialect from here. How conditions and
// the host's own tables are written is sqlstore's alone.
package dialect
