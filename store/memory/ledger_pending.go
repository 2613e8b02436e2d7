package memory

import (
	"context"
	"slices"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/store"
	"github.com/contactsweep/contactsweep/where"
)

// pending is the ledger's port for contacts that wait for their deletion.
type pending struct{ *ledger }

// waiting is the pending table of a scope.
type waiting struct {
	contacts map[contacts.Key]*waiter
	order    []*waiter // by key, once it is sorted; some are gone
	sorted   bool
}

type waiter struct {
	store.PendingContact
	gone bool
}

// Put adds contacts.
func (p pending) Put(ctx context.Context, r store.PutRequest) error {
	fault := r.Check()
	keys := make([]contacts.Key, len(r.Contacts))
	for i, c := range r.Contacts {
		keys[i] = c.Key
	}
	if fault == nil {
		keys, fault = p.checkKeys(keys)
	}
	done, err := p.change(ctx, "put pending contacts", fault)
	if err != nil {
		return err
	}
	defer done()
	if len(keys) == 0 {
		return nil
	}
	w := &p.within(r.Scope).pending
	if w.contacts == nil {
		w.contacts = map[contacts.Key]*waiter{}
	}
	at := now()
	for i, k := range keys {
		if known := w.contacts[k]; known != nil {
			known.Reason = r.Contacts[i].Reason
			continue
		}
		added := &waiter{PendingContact: store.PendingContact{Key: k, Reason: r.Contacts[i].Reason, Since: at}}
		w.contacts[k] = added
		w.order, w.sorted = append(w.order, added), false
	}
	return nil
}

// sort puts the contacts in order.
func (w *waiting) sort() {
	type entry struct {
		*waiter
		values []where.Value
	}
	entries := make([]entry, 0, len(w.contacts))
	for _, c := range w.order {
		if !c.gone {
			entries = append(entries, entry{c, c.Key.Values()})
		}
	}
	slices.SortFunc(entries, func(a, b entry) int { return compareKeys(a.values, b.values) })
	w.order, w.sorted = make([]*waiter, len(entries)), true
	for i, e := range entries {
		w.order[i] = e.waiter
	}
}

// remove takes a contact off, and reports whether it was there.
func (w *waiting) remove(k contacts.Key) bool {
	c := w.contacts[k]
	if c == nil {
		return false
	}
	c.gone = true
	delete(w.contacts, k)
	if len(w.order) > minShrink && len(w.order) > 2*len(w.contacts) {
		w.order = slices.Clip(slices.DeleteFunc(w.order, func(c *waiter) bool { return c.gone }))
	}
	return true
}

// Page returns contacts in the order of the key.
func (p pending) Page(ctx context.Context, r store.PendingRequest) (store.PendingPage, error) {
	fault := r.Check()
	var after []where.Value
	if fault == nil && r.After != "" {
		byKey := way{store: p.store}
		at, err := byKey.read(r.After)
		after, fault = at.key.Values(), err
	}
	done, err := p.change(ctx, "page of pending contacts", fault)
	if err != nil {
		return store.PendingPage{}, err
	}
	defer done()
	w := &p.in(r.Scope).pending
	if !w.sorted {
		w.sort()
	}
	start := 0
	if after != nil {
		start, _ = slices.BinarySearchFunc(w.order, after, func(c *waiter, after []where.Value) int {
			if compareKeys(c.Key.Values(), after) <= 0 {
				return -1
			}
			return 1
		})
	}
	page := store.PendingPage{Next: r.After}
	for _, c := range w.order[start:] {
		if c.gone {
			continue
		}
		if page.More = len(page.Contacts) == r.Limit; page.More {
			break
		}
		page.Contacts = append(page.Contacts, c.PendingContact)
	}
	if n := len(page.Contacts); n > 0 {
		page.Next, err = cursor(page.Contacts[n-1].Key)
	}
	return page, err
}

// Remove takes contacts off.
func (p pending) Remove(ctx context.Context, scope string, keys []contacts.Key) (int64, error) {
	fault := store.CheckScope(scope)
	if fault == nil {
		keys, fault = p.checkKeys(keys)
	}
	done, err := p.change(ctx, "remove pending contacts", fault)
	if err != nil {
		return 0, err
	}
	defer done()
	w := &p.in(scope).pending
	var removed int64
	for _, k := range keys {
		if w.remove(k) {
			removed++
		}
	}
	return removed, nil
}

// Count returns how many wait.
func (p pending) Count(ctx context.Context, scope string) (int64, error) {
	done, err := p.begin(ctx, "count pending contacts", store.CheckScope(scope))
	if err != nil {
		return 0, err
	}
	defer done()
	return int64(len(p.in(scope).pending.contacts)), nil
}
