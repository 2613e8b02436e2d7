// Package contactsweep deletes contacts in bulk: by condition, in batches,
// with everything that belongs to them, at the pace the database can bear, and
// with a report of what was done.
//
// This package holds no code; a host imports the packages below it.
//
//   - where builds conditions: which contacts.
//   - contacts describes the host's tables in a schema: what belongs to a
//     contact, and what happens to it. It also holds ready conditions.
//   - store/sqlstore opens a SQL database as a store, over the host's *sql.DB;
//     store/memory is a store in memory for unit tests.
//   - deletion is the service: it counts, previews and deletes; with a ledger it
//     suppresses, restores, resumes and remembers.
//   - scheduler runs tasks on a schedule, once on however many instances; it
//     knows nothing of contacts. deletion/retention has ready tasks for it.
//   - store and store/storetest are for authors of other stores.
//
// Start with the README, then with package deletion.
package contactsweep
