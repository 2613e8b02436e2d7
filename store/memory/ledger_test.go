package memory_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/store"
	"github.com/contactsweep/contactsweep/store/memory"
	"github.com/contactsweep/contactsweep/where"
)

// ledgerOf returns a store with contacts 1 to n, each with as many activities,
// and an operation that is processing them.
func ledgerOf(t *testing.T, n int) (*memory.Store, store.Operation) {
	t.Helper()
	s, err := memory.New(contacts.DefaultSchema(), memory.WithLedger())
	require.NoError(t, err)
	for id := 1; id <= n; id++ {
		require.NoError(t, s.Insert(memory.Row{"id": id, "created": time.Unix(0, 0)}))
		for row := range id {
			require.NoError(t, s.InsertRows("activities", memory.Row{"id": id*1000 + row, "contact_id": id, "created": time.Unix(0, 0)}))
		}
	}
	op, err := s.Ledger().Operations.Create(t.Context(), store.CreateRequest{
		Operation: store.Operation{ID: "1", Format: 1, State: store.StateProcessing, Lease: store.Lease{Holder: "me"}}, TTL: time.Minute,
	})
	require.NoError(t, err)
	return s, op
}

func TestDoomedContactGoesInSeveralTransactions(t *testing.T) {
	t.Parallel()
	const rows = 7
	s, op := ledgerOf(t, rows)
	keys, err := contacts.Keys(rows)
	require.NoError(t, err)
	fence := store.Fence{ID: op.ID, Term: 1}
	var counted int64
	batch := store.Batch{
		Selection: store.Selection{Condition: where.Everything()}, Keys: keys, MaxRows: 3,
		Checkpoint: &store.Checkpoint{TTL: time.Minute, Doom: true, Commit: func(store.Committing) (store.Commit, error) { return store.Commit{}, nil }},
	}
	for step := range 3 {
		batch.Checkpoint.Fence = fence
		out, err := s.Delete(t.Context(), batch)
		require.NoError(t, err)
		counted += out.Rows["activities"]
		fence.Sequence++
		require.Len(t, out.Unfinished, map[int]int{0: 1, 1: 1}[step])
		require.Len(t, out.Deleted, map[int]int{2: 1}[step])
	}
	require.EqualValues(t, rows, counted)
	require.Len(t, s.Contacts(), rows-1)
	require.Len(t, s.Rows("activities"), rows*(rows-1)/2)
	op, err = s.Ledger().Operations.Get(t.Context(), "", op.ID)
	require.NoError(t, err)
	require.Zero(t, op.Targets)
}
