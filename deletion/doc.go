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
// and [Next] do hold keys: they are for the host.
package deletion
