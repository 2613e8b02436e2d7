package sqlstore_test

import (
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/contactsweep/contactsweep/store"
	"github.com/contactsweep/contactsweep/where"
)

func TestACheckpointIsCommittedWithItsBatch(t *testing.T) {
	t.Parallel()
	onEach(t, crm(), fillCRM, func(t *testing.T, b desk) {
		t.Helper()
		b.db.SetMaxOpenConns(1)
		f := b.start(t, "op")
		require.NoError(t, b.Pending.Put(t.Context(), store.PutRequest{Scope: "eu", Contacts: []store.PendingContact{{Key: idsOf(t, 1)[0]}, {Key: idsOf(t, 5)[0]}, {Key: idsOf(t, 9)[0]}}}))
		out, err := b.st.Delete(t.Context(), checkpointed(t, f, func(c *store.Checkpoint) {
			c.Pending, c.Fields = true, []string{"email", "id"}
			c.Commit = func(c store.Committing) (store.Commit, error) {
				require.Len(t, c.Values, len(c.Outcome.Deleted))
				require.Equal(t, where.KindInt64, c.Values[0][1].Kind())
				entries := make([]store.ArchiveEntry, len(c.Outcome.Deleted))
				for i, k := range c.Outcome.Deleted {
					entries[i] = store.ArchiveEntry{Key: k, HashKeyID: "k", Hash: []byte{0, 255, byte(i)}, Rule: 1, Reason: "no ' email", Operation: "op", Fields: []byte("\x00{}")}
				}
				return store.Commit{Progress: []byte("p1"), Deleted: int64(len(entries)), Archive: entries, Event: []byte("gone")}, nil
			}
		}, 1, 2, 3, 4, 5, 9))
		require.NoError(t, err)
		require.Equal(t, []int64{1, 2, 3}, deletedIDs(out))
		o := b.get(t, f)
		require.Equal(t, f.Sequence+1, o.Sequence)
		require.Equal(t, int64(3), o.Deleted)
		require.Equal(t, "p1", string(o.Progress))
		require.Equal(t, "{}", string(o.Request))
		require.WithinDuration(t, o.Updated.Add(time.Minute), o.Lease.Expires, 10*time.Second)
		entries, err := b.Archive.Lookup(t.Context(), store.LookupRequest{Scope: "eu", Keys: idsOf(t, 1, 2, 4), Hashes: []store.Hash{{KeyID: "k", Sum: []byte{0, 255, 2}}, {KeyID: "other", Sum: []byte{0, 255, 1}}}})
		require.NoError(t, err)
		require.Len(t, entries, 3)
		require.Equal(t, "no ' email", entries[0].Reason)
		require.Equal(t, []byte("\x00{}"), entries[0].Fields)
		require.Equal(t, int64(1), entries[0].Times)
		none, err := b.Archive.Lookup(t.Context(), store.LookupRequest{Scope: "us", Keys: idsOf(t, 1)})
		require.NoError(t, err)
		require.Empty(t, none)
		left, err := b.Pending.Page(t.Context(), store.PendingRequest{Scope: "eu", Limit: 10})
		require.NoError(t, err)
		require.Len(t, left.Contacts, 1)
		require.Equal(t, idsOf(t, 5)[0], left.Contacts[0].Key)
		events, err := b.Events.Undelivered(t.Context(), "eu", "op", 5)
		require.NoError(t, err)
		require.Len(t, events, 1)
		require.Equal(t, o.Sequence, events[0].Sequence)
		require.Equal(t, "gone", string(events[0].Document))
		require.NoError(t, b.Events.Acknowledge(t.Context(), "eu", "op", o.Sequence))

		_, err = b.st.Delete(t.Context(), checkpointed(t, f, nil, 4))
		require.ErrorIs(t, err, store.ErrFenced)
	})
}

func TestABatchWithoutItsCheckpointDoesNothing(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		class   error
		arrange func(t *testing.T, b desk, c *store.Checkpoint)
	}{
		"another term":          {store.ErrFenced, func(_ *testing.T, _ desk, c *store.Checkpoint) { c.Term++ }},
		"another sequence":      {store.ErrFenced, func(_ *testing.T, _ desk, c *store.Checkpoint) { c.Sequence++ }},
		"no such operation":     {store.ErrNotFound, func(_ *testing.T, _ desk, c *store.Checkpoint) { c.ID = "none" }},
		"another scope":         {store.ErrNotFound, func(_ *testing.T, _ desk, c *store.Checkpoint) { c.Scope = "us" }},
		"a pause is wanted":     {store.ErrInterrupted, asked(store.WantedPause)},
		"to be cancelled":       {store.ErrInterrupted, asked(store.WantedCancel)},
		"the stop switch is on": {store.ErrInterrupted, stop},
		"Commit fails": {errRefused, func(_ *testing.T, _ desk, c *store.Checkpoint) {
			c.Commit = func(store.Committing) (store.Commit, error) { return store.Commit{}, errRefused }
		}},
		"an entry of another contact": {store.ErrInvalidRequest, func(t *testing.T, _ desk, c *store.Checkpoint) {
			t.Helper()
			c.Commit = func(store.Committing) (store.Commit, error) {
				return store.Commit{Archive: []store.ArchiveEntry{{Key: idsOf(t, 5)[0]}}}, nil
			}
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			onEach(t, crm(), fillCRM, func(t *testing.T, b desk) {
				t.Helper()
				f := b.start(t, "op")
				batch := checkpointed(t, f, nil, 1, 2)
				tt.arrange(t, b, batch.Checkpoint)
				out, err := b.st.Delete(t.Context(), batch)
				require.ErrorIs(t, err, tt.class)
				require.Empty(t, out)
				require.Equal(t, int64(6), b.count(t, "SELECT count(*) FROM people"))
				require.Equal(t, f.Sequence, b.get(t, f).Sequence)
			})
		})
	}
}

var errRefused = errors.New("refused")

func asked(w store.Wanted) func(*testing.T, desk, *store.Checkpoint) {
	return func(t *testing.T, b desk, c *store.Checkpoint) {
		t.Helper()
		_, err := b.Operations.Ask(t.Context(), c.Scope, c.ID, w)
		require.NoError(t, err)
	}
}

func stop(t *testing.T, b desk, _ *store.Checkpoint) {
	t.Helper()
	on := true
	s, err := b.Settings.Set(t.Context(), "eu", store.SettingChange{Stopped: &on})
	require.NoError(t, err)
	require.True(t, s.Stopped)
}

func TestPinnedBatchesKeepToTheirTargets(t *testing.T) {
	t.Parallel()
	onEach(t, crm(), fillCRM, func(t *testing.T, b desk) {
		t.Helper()
		f := b.start(t, "op")
		stamp := func(v []where.Value) []byte { return []byte(v[0].Text()) }
		add := store.AddRequest{Save: store.SaveRequest{Fence: f, TTL: time.Minute}, Suppress: true}
		for _, k := range idsOf(t, 1, 2, 3, 4) {
			add.Targets = append(add.Targets, store.Target{Key: k, Reason: "asked", Stamp: []byte{}})
		}
		add.Targets[1].Stamp = []byte("another")
		added, err := b.Targets.Add(t.Context(), add)
		require.NoError(t, err)
		require.Equal(t, int64(4), added.Added)
		require.Equal(t, int64(4), added.Operation.Targets)
		f = fenceOf(added.Operation)
		released, err := b.Targets.Release(t.Context(), store.ReleaseRequest{
			Scope: "eu", Operation: "op", Keys: idsOf(t, 3, 6), Save: &store.SaveRequest{Fence: f, TTL: time.Minute},
		})
		require.NoError(t, err)
		require.Equal(t, idsOf(t, 3), released.Keys)
		f = fenceOf(released.Operation)

		out, err := b.st.Delete(t.Context(), checkpointed(t, f, func(c *store.Checkpoint) {
			c.Pinned, c.Stamp, c.Stamped, c.Fields = true, []string{"email"}, stamp, []string{"id"}
			commit := c.Commit
			c.Commit = func(c store.Committing) (store.Commit, error) {
				require.Equal(t, []string{"asked"}, c.Reasons)
				require.Len(t, c.Values[0], 1)
				require.Equal(t, int64(1), c.Values[0][0].Int64())
				return commit(c)
			}
		}, 1, 2, 3, 4))
		require.NoError(t, err)
		require.Equal(t, []int64{1}, deletedIDs(out))
		causes := map[int64]store.Cause{}
		for _, s := range out.Skipped {
			causes[s.Key.First().Int64()] = s.Cause
		}
		require.Equal(t, map[int64]store.Cause{2: store.Gone, 3: store.Released, 4: store.Restricted}, causes)
		o := b.get(t, f)
		require.Zero(t, o.Targets)
		page, err := b.Targets.Page(t.Context(), store.TargetsRequest{Scope: "eu", Operation: "op", Limit: 5})
		require.NoError(t, err)
		require.Empty(t, page.Targets)
	})
}

func TestAHeavyContactGoesInBoundedTransactions(t *testing.T) {
	t.Parallel()
	const heavy = `
INSERT INTO people (id, email) VALUES (1, ''), (2, ''), (3, 'x');
INSERT INTO orders (id, buyer) VALUES (1, 1), (2, 1), (3, 1), (4, 2);
INSERT INTO lines (id, of) VALUES (1, 1), (2, 1), (3, 2), (4, 2), (5, 3), (6, 3), (7, 4);
INSERT INTO teams (id, owner) VALUES (1, 1), (2, 1), (3, 2)`
	onEach(t, crm(), heavy, func(t *testing.T, b desk) {
		t.Helper()
		f := b.start(t, "op")
		total := map[string]int64{}
		rounds := 0
		for {
			batch := checkpointed(t, f, func(c *store.Checkpoint) { c.Doom = true }, 1)
			batch.MaxRows = 4
			out, err := b.st.Delete(t.Context(), batch)
			require.NoError(t, err)
			sum := int64(0)
			for name, n := range out.Rows {
				total[name] += n
				sum += n
			}
			require.LessOrEqual(t, sum, int64(4))
			f = fenceOf(b.get(t, f))
			if len(out.Deleted) > 0 {
				break
			}
			require.Equal(t, idsOf(t, 1), out.Unfinished)
			require.Equal(t, int64(1), b.get(t, f).Targets)
			_, err = b.st.Delete(t.Context(), checkpointed(t, f, nil, 1))
			require.ErrorIs(t, err, store.ErrState)
			rounds++
			require.Less(t, rounds, 5)
			// From now on its condition does not matter any more.
			_, err = b.db.ExecContext(t.Context(), "UPDATE people SET email = 'late' WHERE id = 1")
			require.NoError(t, err)
		}
		require.Equal(t, 2, rounds)
		require.Equal(t, map[string]int64{"orders": 3, "lines": 6, "groups": 2, "reports": 0}, total)
		require.Equal(t, int64(2), b.count(t, "SELECT count(*) FROM people"))
		require.Equal(t, int64(1), b.count(t, "SELECT count(*) FROM orders"))
		require.Zero(t, b.get(t, f).Targets)
	})
}
