// Package sqltx runs transactions that end in a known way: rolled back after
// any failure, and with an error of their own when nobody can say whether the
// commit was done. It needs no state of a session and one connection only, and
// works behind poolers of transactions.
//
// It is for store/sqlstore (batches, and its ledger) and for scheduler/sqlstate.
package sqltx
