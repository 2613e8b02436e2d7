package storetest

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/store"
)

// testArchive checks what is remembered of deletions. Entries are made by
// batches, because nothing else makes them.
func testArchive(t *testing.T, b *ledgerBench) {
	t.Helper()
	t.Run("lookup", func(t *testing.T) { t.Parallel(); b.desk().testLookup(t) })
	t.Run("another deletion of the same contact", func(t *testing.T) { t.Parallel(); b.desk().testArchiveMerges(t) })
	t.Run("prune", func(t *testing.T) { t.Parallel(); b.desk().testPrune(t) })
}

// archive deletes contacts and remembers the entries.
func (d desk) archive(t *testing.T, keys []contacts.Key, entries ...store.ArchiveEntry) {
	t.Helper()
	b := d.batch(d.create(t, store.StateProcessing), keys)
	b.Checkpoint.Commit = commits(store.Commit{Archive: entries})
	out, err := d.st.Delete(t.Context(), b)
	require.NoError(t, err)
	require.Len(t, out.Deleted, len(keys))
}

func (d desk) lookup(t *testing.T, keys []contacts.Key, hashes ...store.Hash) []store.ArchiveEntry {
	t.Helper()
	found, err := d.Archive.Lookup(t.Context(), store.LookupRequest{Scope: d.scope, Keys: keys, Hashes: hashes})
	require.NoError(t, err)
	for i, e := range found {
		require.True(t, i == 0 || !found[i-1].Last.Before(e.Last), "the latest deletion first")
	}
	return found
}

func reasons(entries []store.ArchiveEntry) []string {
	var out []string
	for _, e := range entries {
		out = append(out, e.Reason)
	}
	return out
}

func (d desk) testLookup(t *testing.T) {
	t.Helper()
	keys := d.some(t, 4)
	sum := func(n byte) []byte { return []byte{n, 0, '\'', 0xff, n} }
	d.archive(t, keys[:1], store.ArchiveEntry{Key: keys[0], HashKeyID: "k1", Hash: sum(1), Reason: "a"})
	d.archive(t, keys[1:2], store.ArchiveEntry{Key: keys[1], HashKeyID: "k1", Hash: sum(1), Reason: "b"})
	d.archive(t, keys[2:],
		store.ArchiveEntry{Key: keys[2], HashKeyID: "k2", Hash: sum(1), Reason: "c"},
		store.ArchiveEntry{Key: keys[3], Reason: "d"}, store.ArchiveEntry{Key: keys[3], HashKeyID: "k1", Hash: sum(2), Reason: "e"})
	h := func(id string, n byte) store.Hash { return store.Hash{KeyID: id, Sum: sum(n)} }
	for name, c := range map[string]struct {
		keys   []contacts.Key
		hashes []store.Hash
		want   []string
	}{
		"a key":                      {keys[:1], nil, []string{"a"}},
		"a key of two entries":       {keys[3:], nil, []string{"d", "e"}},
		"a hash":                     {nil, []store.Hash{h("k1", 1)}, []string{"b", "a"}},
		"the sum of another key":     {nil, []store.Hash{h("k2", 1)}, []string{"c"}},
		"several hashes":             {nil, []store.Hash{h("k1", 1), h("k2", 1), h("k3", 1), h("k1", 9)}, []string{"c", "b", "a"}},
		"keys and hashes, each once": {keys, []store.Hash{h("k1", 1), h("k1", 1), h("k2", 1)}, []string{"c", "d", "e", "b", "a"}},
		"nobody":                     {keysOf(t, 555_555), []store.Hash{h("K1", 1), {KeyID: "k1", Sum: []byte{1}}}, nil},
		"nothing asked":              {nil, nil, nil},
	} {
		t.Run(name, func(t *testing.T) {
			got := reasons(d.lookup(t, c.keys, c.hashes...))
			require.ElementsMatch(t, c.want, got)
		})
	}
	require.Equal(t, "b", d.lookup(t, keys[:2])[0].Reason, "the latest first")
}

func (d desk) testArchiveMerges(t *testing.T) {
	t.Helper()
	keys := d.some(t, 1)
	hash := store.Hash{KeyID: "k", Sum: []byte("h")}
	entry := func(reason string) store.ArchiveEntry {
		return store.ArchiveEntry{Key: keys[0], HashKeyID: hash.KeyID, Hash: hash.Sum, Reason: reason, Operation: reason, Rule: len(reason), Fields: []byte(`"` + reason + `"`)}
	}
	d.archive(t, keys, entry("one"), entry("three"))
	first := d.lookup(t, keys)
	require.Len(t, first, 1)
	require.EqualValues(t, 2, first[0].Times)
	require.Equal(t, "three", first[0].Reason)
	require.Equal(t, "three", first[0].Operation)
	require.Equal(t, 5, first[0].Rule)
	require.JSONEq(t, `"three"`, string(first[0].Fields))
	require.Equal(t, first[0].First, first[0].Last)
	require.Empty(t, d.lookup(t, nil, store.Hash{KeyID: "k", Sum: []byte("H")}), "hashes are exact")
	again := d.some(t, 1)
	d.archive(t, again, store.ArchiveEntry{Key: again[0], HashKeyID: hash.KeyID, Hash: hash.Sum}, store.ArchiveEntry{Key: again[0]})
	require.Len(t, d.lookup(t, nil, hash), 2, "another key is another entry")
	require.Len(t, d.lookup(t, again), 2, "and so is another hash, or none")
	require.Equal(t, first, d.lookup(t, keys), "which is none of this one's business")
}

func (d desk) testPrune(t *testing.T) {
	t.Helper()
	keys := d.some(t, 5)
	d.archive(t, keys[:3], entriesFor(keys[:3])...)
	d.archive(t, keys[3:], entriesFor(keys[3:])...)
	border := d.lookup(t, keys[3:])[0].Last
	older := len(d.lookup(t, keys[:3]))
	for _, e := range d.lookup(t, keys[:3]) {
		if !e.Last.Before(border) {
			older--
		}
	}
	prune := func(before time.Time, limit int) int64 {
		n, err := d.Archive.Prune(t.Context(), store.PruneRequest{Scope: d.scope, Before: before, Limit: limit})
		require.NoError(t, err)
		return n
	}
	require.Zero(t, prune(d.lookup(t, keys[:3])[0].First, 10), "what was deleted at that time stays")
	require.EqualValues(t, min(2, older), prune(border, 2), "at most that many")
	require.EqualValues(t, max(0, older-2), prune(border, 2))
	require.Zero(t, prune(border, 2))
	require.Len(t, d.lookup(t, keys), 5-older)
	require.EqualValues(t, 5-older, prune(d.now(t).Add(time.Second), 100))
	require.Empty(t, d.lookup(t, keys))
}
