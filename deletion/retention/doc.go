// Package retention holds ready tasks for package scheduler that delete contacts
// night after night.
//
//   - [DeleteInactive] deletes contacts without activity: at 02:00, in batches of
//     1000 with a minute between, for four hours at most.
//   - [DeleteMatching] deletes what a condition selects, for hosts that only want to
//     name one.
//   - [ProcessDue] processes operations that are due or were interrupted, and on
//     request the pending table.
//   - [Watch] tells when one of them has not succeeded for some days.
//
// A host makes a task over its service and registers it:
//
//	task, err := retention.DeleteInactive(svc, 90*24*time.Hour,
//		retention.Cap(500_000), retention.Notify(mail.Owner))
//	err = retention.Register(tasks, "Acme.DeleteInactive", task)
//
// # A night that is not long enough
//
// At the time limit a task pauses and leaves the rest to its next slot; its result
// says how many nights more that will take, and so does [Unfinished]. Where the
// store keeps a ledger, all nights are one operation: the same condition at the same
// instant, with the cap of its first night, and it goes on where it stopped. An
// operation whose rule, schema or scope is not the task's any more is cancelled, and
// what is left of it released, before a new one begins. Without a ledger every night
// is a new run, which counts, and is capped, anew.
//
// An instance that dies leaves its operation to the next attempt of the same slot.
//
// # What a person decides
//
// A task does not go on with an operation that a person has paused: it fails, and
// says so, until the operation is resumed or cancelled. A run that a cap refused is
// tried again in every slot, and runs once the cap is raised. [Operations.ProcessDue]
// of package deletion, called by the host itself, takes up whatever a time limit
// paused, also outside a task's window; the task [ProcessDue] leaves the operations of
// other tasks alone.
//
// An authorizer of the service is asked as for any caller: for reading, submitting,
// retrying and cancelling operations, or without a ledger for the deletion itself.
//
// Results, errors and events hold no contact data.
//
// [Operations.ProcessDue]: https://pkg.go.dev/github.com/contactsweep/contactsweep/deletion#Operations.ProcessDue
package retention
