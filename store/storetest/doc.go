// Package storetest proves that a store keeps its contract. It is for authors
// of adapters, and for tests of code that works with stores.
//
// # The suite
//
// An author of an adapter writes a [Harness], which opens the store over fresh
// storage with given rows and reads all rows back, and one test:
//
//	type harness struct{}
//
//	func (harness) Open(tb testing.TB, schema contacts.Schema, data storetest.Data) store.Store {
//		db := newDatabase(tb)            // empty, closed with tb.Cleanup
//		createTables(tb, db, schema)     // a column for every field, in its encoding
//		for table, rows := range data {
//			insertRows(tb, db, schema, table, rows)
//		}
//		st, err := mystore.Open(tb.Context(), db, schema)
//		require.NoError(tb, err)
//		return st
//	}
//
//	func (harness) Dump(tb testing.TB, st store.Store) storetest.Data { … } // the opposite
//
//	func TestConformance(t *testing.T) {
//		storetest.Run(t, harness{})
//	}
//
// What a storage can do more, or cannot do, a harness says by also being a
// [ForeignHarness], a [LimitedHarness], a [StrictHarness], a [RefillHarness] or a
// [LedgerHarness].
//
// The suite opens a few hundred stores, each with a schema of its own. Together
// they have fields of every kind in every [contacts.Encoding] but those with a
// zone, names that are dangerous in query languages, and associations to depth
// three that share tables. A store must open all of them, and its Verify must
// find nothing fatal. A harness for another kind of storage than SQL is in
// examples/adapter/jsonstore.
//
// The suite covers what [store.Store] promises: the meaning of every condition
// with every kind of value, the walk, what belongs to a contact and what
// happens to it, and that nothing changes when a call fails. What is left
// after a deletion is compared row by row with the suite's own small model.
// Its subtests are small and named, and every failure can be run alone.
//
// Where the store keeps a ledger, the groups named "ledger" cover that too: every
// promise of its ports and of checkpoints, every arrow between states, who wins
// when two want the same, and histories drawn at random and compared with a
// model. Where it keeps none they are skipped.
//
// It cannot cover what only the author can provoke: that a batch is whole or not
// there when the storage fails in the middle of it, that what was committed is
// there when it is opened again, and which class its errors have. A Harness.Dump
// that reads the storage itself, and not the store, proves the second on the way.
//
// [Agree] draws random data and random conditions and demands that all stores
// give the same answers, for as long as it is told to.
//
// # The failing store
//
// [Fail] wraps a store so that one of its calls fails, before or after its
// work. Sweep that call over a whole operation to test how code copes.
package storetest
