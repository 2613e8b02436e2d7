// Package deletion deletes contacts, and everything that belongs to them, in
// bulk and by condition.
//
// Make a [Service] over a store and call it:
//
//	svc, err := deletion.New(st, deletion.WithCapShare(0.2), deletion.WithLogger(logger))
//
//	plan, err := svc.Preview(ctx, condition)  // nothing is changed
//	report, err := svc.Execute(ctx, plan)     // refused when more match than were previewed
//
// Host code that only deletes can depend on the interface
// [BulkDeletionService]. Its unit tests use the same service over a memory
// store.
//
// # Which call to use
//
//   - [Service.Count] and [Service.Preview] look; [Service.Compare] looks at
//     several versions of a rule side by side.
//   - [Service.BulkDelete] deletes what matches, batch after batch.
//   - [Service.Batches] is the same run as an iterator: the host drives it.
//   - [Service.Execute] deletes what a preview showed, or refuses.
//   - [Service.DeleteKeys] and [Service.DeleteContact] delete by key.
//   - [Service.Export] and [Service.ExportKeys] write contacts, and what belongs
//     to them, as CSV.
//   - [Service.Operations] submits what is deleted later, restores, resumes.
//
// # A run
//
// A run fixes the instant that relative times refer to and the last contact
// that it will look at, and then walks forward by the key. Each batch is locked,
// tested again and deleted in one transaction, so that a contact which has
// changed meanwhile stays. Contacts that are created during the run, or match
// later, are left to the next run.
//
// Where a condition, a protection or a restrict association reads rows that
// the deletion of other contacts changes ("has no subordinates"), by the schema
// or by what the store finds in the database, such as triggers, all targets are
// fixed before the first batch and kept in memory; see [WithPinLimit]. They
// are still tested again in their batch: what an earlier batch changed so that
// it matches no more ("6 and those whose manager is 6", where 6 goes first) is
// skipped as changed, unless one batch holds them all; see [BatchSize].
//
// Batches are sized by the time that the store takes for them, so that others do
// not wait long for the rows or the file; see [WithBatchTime]. A host that knows
// better fixes the size ([WithBatchSize]) and the pauses ([WithPause]).
//
// On a large table, a condition that few contacts match is found faster in the
// order of an index that answers it: [WalkBy] and [WithWalkBy] name a field,
// such as the time of creation, by which the run goes instead of the key. The
// schema must declare it NOT NULL and immutable; see [contacts.Schema.WalkField].
//
// A run that stopped early says where to go on: pass [Report.Next] to [From].
// Each call returns a [Report], also with an error: what the report counts as
// deleted is gone.
//
// # Operations
//
// A store that keeps a ledger (sqlstore.WithLedger, memory.WithLedger)
// remembers operations in tables of its own beside the contacts. Then every run is
// an operation: who asked, why, how far it has come, saved in the transaction of
// each batch. When a process dies, [Operations.ResumeInterrupted] goes on from
// there, in any process, once the lease has lapsed ([WithLease]); only a request
// of keys that broke off while they were being recorded is cancelled.
//
//	op, err := svc.Operations().Submit(ctx, deletion.Request{Keys: keys, Reason: "asked by email", By: "ada", IdempotencyKey: "T-101"})
//	op, err = svc.Operations().Restore(ctx, op.ID)   // as long as it is pending
//	done, err := svc.Operations().ProcessDue(ctx)    // every few minutes
//
// [Operations.Submit] suppresses the contacts of a [Request] for a period, two
// days by default: their data stays as it is, and the host asks
// [Suppressions.Check] before it sends to them or creates them anew. The library
// starts nothing by itself: [Operations.ProcessDue] deletes what is due, and takes
// up what was interrupted, whenever the host calls it.
//
//   - Undo: [Operations.Restore] and [Operations.RestoreKeys], until the deletion
//     begins; [Operations.Cancel] ends an operation at any time.
//   - Control: [Operations.Pause] and [Operations.Resume] for one operation,
//     [Operations.Stop] and [Operations.Start] for all of them. A running one obeys
//     before its next batch, in whichever process it runs.
//   - Limits: what a cap refuses is on record, and runs by [Operations.Resume] with
//     a new [Cap].
//   - [Service.Pending] is a table that other systems fill, with a reason for each
//     contact; a request with Pending set empties it.
//   - [Service.Archive] proves afterwards who is gone, since when and why; see
//     [WithArchive].
//   - Oversight: [Operations.List], [Operations.Summary], [Operations.Health].
//
// [State] says what an operation may become. With a ledger, what [WithAfterBatch]
// is told is kept until the hook has returned without an error.
//
// # What keeps contacts
//
// Protected contacts ([WithProtected]) and those outside the service's scope
// ([WithScope]) are never deleted; the heirs to whom the schema hands rows over
// ([contacts.HandOver]) are protected too. Contacts with rows of an association
// that restricts, or with rows that have no heir, are left alone and reported.
// A cap ([WithCap], [WithCapShare]) refuses a run that matches too many
// contacts, before the first batch. [where.Everything] must be confirmed in the
// call, with a number.
//
// # Personal data
//
// Errors and logs never contain keys or field values. Reports, plans, events
// and [Next] do hold keys: they are for the host. The record of an operation that has
// ended holds no keys, and its condition without the values. Keys remain in the
// pending table, in events until the hook acknowledges them, and in the archive
// with what [ArchiveConfig] says.
package deletion
