// Package memory keeps contacts in memory, for the unit tests of host
// applications: a rule that decides which contacts go is tested without a
// database, by the same code that deletes from one.
//
// Make a store with [New], fill it with [Store.Insert] and [Store.InsertRows],
// hand it to deletion.New, and look at what is left with [Store.Contacts] and
// [Store.Rows]. Conditions mean the same here as on every database, down to
// NULL; batches are atomic; associations are deleted, changed, kept and
// restrict in the same way.
//
// With [WithLedger] it keeps a ledger too: operations are suppressed, restored,
// resumed and remembered as in a database, at once and in one lock with the
// contacts. Tests in testing/synctest bubbles move its clock.
//
// The store keeps a million contacts with ten million rows without trouble.
// Nothing is durable: it all ends with the process.
package memory
