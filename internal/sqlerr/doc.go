// Package sqlerr says what an error of a database driver means: its class and
// its code, whether a commit that failed with it did nothing, and whether a
// value was there already. It reads codes by the names that drivers agree on and
// imports none of them. It reads no text for it, except the few that
// go-sql-driver/mysql has instead of codes.
//
// It is for store/sqlstore, which turns the classes into those of package store,
// and for scheduler/sqlstate.
package sqlerr
