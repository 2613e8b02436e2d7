package memory

import (
	"bytes"
	"context"
	"slices"
	"time"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/store"
)

// archived is the ledger's port for who was deleted.
type archived struct{ *ledger }

// archive is the archive of a scope.
type archive struct {
	entries map[entryID]*store.ArchiveEntry
	byKey   map[contacts.Key][]entryID
	byHash  map[hash][]entryID
}

// hash is a store.Hash that can be compared.
type hash struct{ keyID, sum string }

type entryID struct {
	key  contacts.Key
	hash hash
}

// Lookup returns the entries that fit.
func (a archived) Lookup(ctx context.Context, r store.LookupRequest) ([]store.ArchiveEntry, error) {
	keys, fault := r.Keys, r.Check()
	if fault == nil {
		keys, fault = a.checkKeys(r.Keys)
	}
	done, err := a.begin(ctx, "lookup in archive", fault)
	if err != nil {
		return nil, err
	}
	defer done()
	in := &a.in(r.Scope).archive
	var ids []entryID
	for _, k := range keys {
		ids = append(ids, in.byKey[k]...)
	}
	for _, h := range r.Hashes {
		ids = append(ids, in.byHash[hash{h.KeyID, string(h.Sum)}]...)
	}
	var out []store.ArchiveEntry
	seen := make(map[entryID]struct{}, len(ids))
	for _, id := range ids {
		if _, twice := seen[id]; twice {
			continue
		}
		seen[id] = struct{}{}
		e := *in.entries[id]
		e.Hash, e.Fields = bytes.Clone(e.Hash), bytes.Clone(e.Fields)
		out = append(out, e)
	}
	slices.SortStableFunc(out, func(a, b store.ArchiveEntry) int { return b.Last.Compare(a.Last) })
	return out, nil
}

// Prune removes old entries.
func (a archived) Prune(ctx context.Context, r store.PruneRequest) (int64, error) {
	done, err := a.change(ctx, "prune archive", r.Check())
	if err != nil {
		return 0, err
	}
	defer done()
	in := &a.in(r.Scope).archive
	var removed int64
	for id, e := range in.entries {
		if removed == int64(r.Limit) {
			break
		}
		if e.Last.Before(r.Before) {
			in.remove(id)
			removed++
		}
	}
	return removed, nil
}

// add remembers a deletion.
func (a *archive) add(e store.ArchiveEntry, at time.Time) {
	id := entryID{e.Key, hash{e.HashKeyID, string(e.Hash)}}
	e.Hash, e.Fields = bytes.Clone(e.Hash), bytes.Clone(e.Fields)
	e.First, e.Last, e.Times = at, at, 1
	if known := a.entries[id]; known != nil {
		e.First, e.Times = known.First, known.Times+1
		*known = e
		return
	}
	if a.entries == nil {
		a.entries, a.byKey, a.byHash = map[entryID]*store.ArchiveEntry{}, map[contacts.Key][]entryID{}, map[hash][]entryID{}
	}
	a.entries[id] = &e
	a.byKey[id.key] = append(a.byKey[id.key], id)
	if id.hash != (hash{}) {
		a.byHash[id.hash] = append(a.byHash[id.hash], id)
	}
}

func (a *archive) remove(id entryID) {
	delete(a.entries, id)
	without(a.byKey, id.key, id)
	without(a.byHash, id.hash, id)
}

// without takes an entry off a list, and the list off the map when it is empty.
func without[K comparable](lists map[K][]entryID, k K, id entryID) {
	left := slices.DeleteFunc(lists[k], func(other entryID) bool { return other == id })
	if len(left) == 0 {
		delete(lists, k)
		return
	}
	lists[k] = left
}
