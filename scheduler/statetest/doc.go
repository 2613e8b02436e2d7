// Package statetest proves that a scheduler.State keeps its contract. It is for
// authors of states: a test calls [Run] with a function that opens one over
// fresh, empty storage.
//
//	func TestConformance(t *testing.T) {
//		statetest.Run(t, func(tb testing.TB) scheduler.State {
//			db := newDatabase(tb) // empty, closed with tb.Cleanup
//			st, err := mystate.Open(tb.Context(), db)
//			require.NoError(tb, err)
//			return st
//		})
//	}
//
// The suite opens some dozens of states. It cannot cover what only the author
// can provoke: that a call is whole or not there when the storage fails in the
// middle of it, and that everything is there when the storage is opened again.
package statetest
