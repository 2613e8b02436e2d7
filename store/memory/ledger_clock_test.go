package memory_test

import (
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/store"
	"github.com/contactsweep/contactsweep/store/memory"
	"github.com/contactsweep/contactsweep/where"
)

func TestLedgerFollowsTheClockOfABubble(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s, op := ledgerOf(t, 1)
		l := s.Ledger()
		_, err := l.Leases.Acquire(t.Context(), store.AcquireRequest{ID: op.ID, Holder: "other", TTL: time.Minute})
		require.ErrorIs(t, err, store.ErrHeld)
		<-time.After(time.Minute)
		got, err := l.Leases.Acquire(t.Context(), store.AcquireRequest{ID: op.ID, Holder: "other", TTL: time.Minute})
		require.NoError(t, err, "a lease ends when it expires")
		require.Equal(t, op.Created.Add(time.Minute), got.Updated)
		_, err = l.Leases.Save(t.Context(), store.SaveRequest{
			Fence: store.Fence{ID: op.ID, Term: got.Lease.Term}, Ready: &store.When{In: 60 * 24 * time.Hour},
		})
		require.NoError(t, err)
		ready := func() int {
			page, err := l.Operations.List(t.Context(), store.ListRequest{Ready: true, Limit: 9})
			require.NoError(t, err)
			return len(page.Operations)
		}
		require.Zero(t, ready())
		<-time.After(60*24*time.Hour - time.Microsecond)
		require.Zero(t, ready())
		<-time.After(time.Microsecond)
		require.Equal(t, 1, ready())
	})
}

func TestArchiveKeepsTheFirstDeletion(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s, op := ledgerOf(t, 1)
		keys, err := contacts.Keys(1)
		require.NoError(t, err)
		first := time.Now().UTC()
		for i := range int64(3) {
			_, err := s.Delete(t.Context(), store.Batch{
				Selection: store.Selection{Condition: where.Everything()}, Keys: keys,
				Checkpoint: &store.Checkpoint{Fence: store.Fence{ID: op.ID, Term: 1, Sequence: i}, TTL: time.Hour, Commit: func(c store.Committing) (store.Commit, error) {
					return store.Commit{Archive: []store.ArchiveEntry{{Key: c.Outcome.Deleted[0], Fields: []byte{byte(i)}}}}, nil
				}},
			})
			require.NoError(t, err)
			found, err := s.Ledger().Archive.Lookup(t.Context(), store.LookupRequest{Keys: keys})
			require.NoError(t, err)
			require.Equal(t, []store.ArchiveEntry{{
				Key: keys[0], First: first, Last: first.Add(time.Duration(i) * time.Hour), Times: i + 1, Fields: []byte{byte(i)},
			}}, found)
			require.NoError(t, s.Insert(memory.Row{"id": 1, "created": time.Unix(0, 0)}))
			<-time.After(time.Hour)
		}
	})
}

func TestCommitThatPanicsLeavesEverythingAsItWas(t *testing.T) {
	t.Parallel()
	s, op := ledgerOf(t, 2)
	keys, err := contacts.Keys(1, 2)
	require.NoError(t, err)
	batch := store.Batch{
		Selection: store.Selection{Condition: where.Everything()}, Keys: keys,
		Checkpoint: &store.Checkpoint{Fence: store.Fence{ID: op.ID, Term: 1}, TTL: time.Minute, Commit: func(store.Committing) (store.Commit, error) {
			panic(errors.New("a mistake of the host"))
		}},
	}
	require.Panics(t, func() { _, _ = s.Delete(t.Context(), batch) })
	require.Len(t, s.Contacts(), 2)
	require.Len(t, s.Rows("activities"), 3)
	batch.Checkpoint.Commit = func(store.Committing) (store.Commit, error) { return store.Commit{}, nil }
	out, err := s.Delete(t.Context(), batch)
	require.NoError(t, err)
	require.Len(t, out.Deleted, 2)
	require.Empty(t, s.Contacts())
}

func TestWithoutALedgerThereIsNoCheckpoint(t *testing.T) {
	t.Parallel()
	s, err := memory.New(contacts.DefaultSchema())
	require.NoError(t, err)
	require.Nil(t, s.Ledger())
	_, err = s.Delete(t.Context(), store.Batch{
		Selection:  store.Selection{Condition: where.Everything()},
		Checkpoint: &store.Checkpoint{Fence: store.Fence{ID: "1"}, TTL: 1, Commit: func(store.Committing) (store.Commit, error) { return store.Commit{}, nil }},
	})
	require.ErrorIs(t, err, store.ErrInvalidRequest)
	_, err = memory.New(contacts.DefaultSchema(), memory.WithLedger(), nil)
	require.ErrorContains(t, err, "option 2 of 2 is nil")
}
