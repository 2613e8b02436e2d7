package deletion

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/store"
	"github.com/contactsweep/contactsweep/where"
)

// PendingTable is where other systems, or a condition, put contacts that are to be
// deleted, with a reason each; an operation of [Request.Pending], nightly perhaps,
// empties it. Its methods fail with ErrNoLedger where the store keeps no ledger.
//
// A contact stays in the table until it is deleted or gone. One that is protected
// or held back is tried again by the next operation.
type PendingTable struct{ s *Service }

// Pending returns the pending table.
func (s *Service) Pending() PendingTable { return PendingTable{s} }

// PendingContact is a contact of the pending table.
type PendingContact struct {
	Key    contacts.Key
	Reason string // no contact data: it goes to the archive
	Since  time.Time
}

// Put adds contacts for one reason. A contact that is there already keeps its time
// and gets the new reason.
func (p PendingTable) Put(ctx context.Context, reason string, keys ...contacts.Key) error {
	if len(reason) > maxReason {
		return &RequestError{Faults: []error{fmt.Errorf("the reason has %d bytes; at most %d", len(reason), maxReason)}}
	}
	if err := p.s.needsLedger(); err != nil {
		return err
	}
	keys, err := p.s.checkedKeys(keys)
	if err != nil || len(keys) == 0 {
		return err
	}
	if err := p.s.authorize(ctx, Action{Kind: ActionSubmit, Keys: keys}); err != nil {
		return err
	}
	return p.put(ctx, reason, keys)
}

func (p PendingTable) put(ctx context.Context, reason string, keys []contacts.Key) error {
	rows := make([]store.PendingContact, len(keys))
	for i, k := range keys {
		rows[i] = store.PendingContact{Key: k, Reason: reason}
	}
	return p.s.reader().try(ctx, "fill the pending table", func() error {
		return p.s.ledger.Pending.Put(ctx, store.PutRequest{Scope: p.s.o.scopeLabel, Contacts: rows})
	})
}

// PutMatching adds the contacts that match, are in scope and not protected, and
// returns how many. An error comes with how many were added before it.
func (p PendingTable) PutMatching(ctx context.Context, reason string, condition where.Condition) (int64, error) {
	if len(reason) > maxReason {
		return 0, &RequestError{Faults: []error{fmt.Errorf("the reason has %d bytes; at most %d", len(reason), maxReason)}}
	}
	if err := p.s.needsLedger(); err != nil {
		return 0, err
	}
	if condition.IsEverything() {
		return 0, &RequestError{Faults: []error{errors.New("everything cannot be put into the pending table; submit it with ConfirmEverything")}}
	}
	sel, err := p.s.selection(condition, now())
	if err != nil {
		return 0, err
	}
	if err := p.s.authorize(ctx, Action{Kind: ActionSubmit, Conditions: []where.Condition{condition}}); err != nil {
		return 0, err
	}
	read := p.s.reader()
	walk := targets{}
	if walk.by, err = p.s.walkBy(callOptions{}, sel); err != nil {
		return 0, err
	}
	if walk.bound, err = read.bound(ctx, walk.by); err != nil {
		return 0, err
	}
	walk.walking = walk.bound != ""
	var added int64
	for {
		keys, err := walk.take(ctx, read, sel, fixedPage)
		if err != nil || len(keys) == 0 {
			return added, err
		}
		if err := p.put(ctx, reason, keys); err != nil {
			return added, err
		}
		added += int64(len(keys))
	}
}

// Remove takes contacts off the table, and returns how many were there.
func (p PendingTable) Remove(ctx context.Context, keys ...contacts.Key) (int64, error) {
	if err := p.s.needsLedger(); err != nil {
		return 0, err
	}
	keys, err := p.s.checkedKeys(keys)
	if err != nil || len(keys) == 0 {
		return 0, err
	}
	if err := p.s.authorize(ctx, Action{Kind: ActionRestore, Keys: keys}); err != nil {
		return 0, err
	}
	return p.s.removePending(ctx, keys)
}

func (s *Service) removePending(ctx context.Context, keys []contacts.Key) (n int64, err error) {
	err = s.reader().try(ctx, "take contacts off the pending table", func() (err error) {
		n, err = s.ledger.Pending.Remove(ctx, s.o.scopeLabel, keys)
		return err
	})
	return n, err
}

// Count returns how many contacts there are.
func (p PendingTable) Count(ctx context.Context) (n int64, err error) {
	if err := p.s.readable(ctx, ""); err != nil {
		return 0, err
	}
	err = p.s.reader().try(ctx, "count the pending table", func() (err error) {
		n, err = p.s.ledger.Pending.Count(ctx, p.s.o.scopeLabel)
		return err
	})
	return n, err
}

// PendingList is a page of the table.
type PendingList struct {
	Contacts []PendingContact
	Next     string
	More     bool
}

// List returns at most limit contacts, 1 to 1000, in the order of their keys,
// behind the Next of the page before.
func (p PendingTable) List(ctx context.Context, after string, limit int) (PendingList, error) {
	if limit < 1 || limit > maxList {
		return PendingList{}, &RequestError{Faults: []error{errors.New("the limit is outside 1 to 1000")}}
	}
	if err := p.s.readable(ctx, ""); err != nil {
		return PendingList{}, err
	}
	var page store.PendingPage
	err := p.s.reader().try(ctx, "read the pending table", func() (err error) {
		page, err = p.s.ledger.Pending.Page(ctx, store.PendingRequest{Scope: p.s.o.scopeLabel, After: store.Cursor(after), Limit: limit})
		return err
	})
	out := PendingList{Next: string(page.Next), More: page.More}
	for _, c := range page.Contacts {
		out.Contacts = append(out.Contacts, PendingContact{Key: c.Key, Reason: c.Reason, Since: c.Since})
	}
	return out, err
}
