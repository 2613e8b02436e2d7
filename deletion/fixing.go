package deletion

import (
	"context"
	"errors"
	"fmt"
	"math"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/store"
	"github.com/contactsweep/contactsweep/where"
)

// fixTargets writes the operation's targets to the ledger, page by page, with the
// place where it stands.
func (r *run) fixTargets(ctx context.Context, q Request) error {
	if err := r.verify(ctx); err != nil {
		return err
	}
	switch r.j.q.Origin {
	case fromKeys:
		return r.fixKeys(ctx, q)
	case fromPending:
		return r.fixPending(ctx)
	case fromCondition:
	}
	return r.fixMatching(ctx, q)
}

// fixMatching fixes what the condition selects.
func (r *run) fixMatching(ctx context.Context, q Request) error {
	plain := q.request(fromCondition, nil)
	if p := r.j.p; len(p.Bound) > 0 { // an earlier try has come so far
		r.targets = targets{by: r.j.q.WalkBy, cursor: store.Cursor(p.Cursor), bound: store.Cursor(p.Bound), walking: p.Walking, recorded: true}
		r.budget = budget{cap: p.Cap, share: p.Share, most: p.Most}
		if err := r.recap(ctx, plain); err != nil {
			return err
		}
	} else {
		if err := r.bound(ctx, plain); err != nil {
			return err
		}
		if err := r.caps(ctx, plain); err != nil {
			return err
		}
	}
	v, err := volatile(r.s.schema, r.sel, r.report.Warnings)
	if err != nil {
		return err
	}
	sel := r.sel
	if v.restricts { // what is held back now is no target, even if the run frees it
		sel.Condition = r.s.unrestricted(r.sel.Condition)
	}
	for r.targets.walking {
		page, err := r.reader.page(ctx, store.PageRequest{
			Selection: sel, By: r.targets.by, After: r.targets.cursor, Until: r.targets.bound, Limit: fixedPage, Fields: r.j.q.Stamp,
		})
		if err != nil {
			return err
		}
		r.targets.cursor, r.targets.walking = page.Next, page.More
		if err := r.fixPage(ctx, page, nil); err != nil {
			return err
		}
	}
	return nil
}

// recap counts what matches again, where the call that goes on brings a cap.
func (r *run) recap(ctx context.Context, q request) error {
	if !r.o.newCap {
		return nil
	}
	limit, total, err := r.limit(ctx, true)
	if err != nil || limit == nil {
		return err
	}
	place := r.targets
	r.targets = targets{walking: true} // all of them
	err = r.match(ctx, q, limit, total, math.MaxInt64)
	r.targets = place
	r.budget.cap, r.budget.share = limit, r.o.share
	return err
}

// fixPage fixes the contacts of a page.
func (r *run) fixPage(ctx context.Context, page store.Page, reasons map[contacts.Key]string) error {
	j := r.j
	targets := make([]store.Target, len(page.Keys))
	for i, k := range page.Keys {
		targets[i] = store.Target{Key: k, Reason: reasons[k]}
		if len(j.q.Stamp) > 0 {
			if len(page.Values) != len(page.Keys) {
				return errValues
			}
			targets[i].Stamp = stampOf(page.Values[i])
		}
	}
	p := r.place(j.p, r.targets.position(), r.targets.walking)
	p.Bound = []byte(r.targets.bound)
	p.count(j.base, r.done)
	before := j.op.Targets
	if j.q.Period > 0 {
		p.Suppressed += int64(len(targets))
	}
	if err := j.add(ctx, p, targets, j.q.Period > 0); err != nil {
		return err
	}
	if twice := before + int64(len(targets)) - j.op.Targets; j.q.Period > 0 {
		j.p.Suppressed -= twice // saved with the next change
	}
	if j.op.Wanted == store.WantedCancel {
		return errCancelled
	}
	return r.within(j.op.Targets)
}

var errCancelled = errors.New("the operation was cancelled while its contacts were fixed")

// within refuses more targets than the budget allows.
func (r *run) within(targets int64) error {
	if left := r.budget.left(); targets > left {
		return &CapError{Cap: left, Matched: targets, AtLeast: true}
	}
	return nil
}

// fixKeys fixes the contacts of the given keys. Those that are not there, or are
// protected, are counted as skipped.
func (r *run) fixKeys(ctx context.Context, q Request) error {
	if err := r.limitKeys(ctx); err != nil {
		return err
	}
	chunk := make([]contacts.Key, 0, fixedPage)
	n := 0
	for k, err := range q.stream() {
		n++
		if err != nil {
			return fmt.Errorf("deletion: the stream of keys broke off behind %d: %w", n-1, err)
		}
		if k, err = r.s.schema.CheckKey(k); err != nil {
			return &KeysError{Faults: []error{fmt.Errorf("key %d: %w", n, err)}}
		}
		if chunk = append(chunk, k); len(chunk) == fixedPage {
			if err := r.fixChunk(ctx, chunk, nil); err != nil {
				return err
			}
			chunk = chunk[:0]
		}
		if err := ctx.Err(); err != nil {
			return &failure{op: "submit", err: err}
		}
	}
	return r.fixChunk(ctx, chunk, nil)
}

// limitKeys puts the caps into the budget.
func (r *run) limitKeys(ctx context.Context) error {
	limit, _, err := r.limit(ctx, true)
	if err == nil && limit != nil {
		r.budget.cap, r.budget.share = limit, r.o.share
	}
	return err
}

// fixChunk fixes those of the keys that can be deleted.
func (r *run) fixChunk(ctx context.Context, keys []contacts.Key, reasons map[contacts.Key]string) error {
	if len(keys) == 0 {
		return nil
	}
	distinct := unique(keys)
	page, err := r.reader.page(ctx, store.PageRequest{Selection: r.sel, Keys: distinct, Limit: len(distinct), Fields: r.j.q.Stamp})
	if err != nil {
		return err
	}
	if missing := without(distinct, page.Keys); len(missing) > 0 {
		if err := r.missing(ctx, missing); err != nil {
			return err
		}
	}
	return r.fixPage(ctx, page, reasons)
}

// missing counts keys that are no targets: protected, or not there.
func (r *run) missing(ctx context.Context, keys []contacts.Key) error {
	all := r.sel
	all.Protected = where.Condition{}
	page, err := r.reader.page(ctx, store.PageRequest{Selection: all, Keys: keys, Limit: len(keys)})
	if err != nil {
		return err
	}
	var skipped []store.Skipped
	for _, k := range page.Keys {
		skipped = append(skipped, store.Skipped{Key: k, Cause: store.Protected})
	}
	gone := without(keys, page.Keys)
	for _, k := range gone {
		skipped = append(skipped, store.Skipped{Key: k, Cause: store.Gone})
	}
	if r.j.q.Origin == fromPending && len(gone) > 0 { // nothing is left to be done for them
		if _, err := r.s.removePending(ctx, gone); err != nil {
			return err
		}
	}
	r.leave(skipped)
	return nil
}

// fixPending fixes the contacts of the pending table, with the reason of each.
func (r *run) fixPending(ctx context.Context) error {
	if err := r.limitKeys(ctx); err != nil {
		return err
	}
	r.targets.cursor, r.targets.walking = store.Cursor(r.j.p.Cursor), true
	for r.targets.walking {
		var page store.PendingPage
		err := r.reader.try(ctx, "read the pending table", func() (err error) {
			page, err = r.j.ledger.Pending.Page(ctx, store.PendingRequest{Scope: r.j.op.Scope, After: r.targets.cursor, Limit: fixedPage})
			return err
		})
		if err != nil {
			return err
		}
		keys, reasons := make([]contacts.Key, len(page.Contacts)), map[contacts.Key]string{}
		for i, c := range page.Contacts {
			keys[i], reasons[c.Key] = c.Key, c.Reason
		}
		r.targets.cursor, r.targets.walking = page.Next, page.More
		if err := r.fixChunk(ctx, keys, reasons); err != nil {
			return err
		}
	}
	return nil
}

// unique returns the keys, each once, in their order.
func unique(keys []contacts.Key) []contacts.Key {
	seen := make(map[contacts.Key]bool, len(keys))
	out := make([]contacts.Key, 0, len(keys))
	for _, k := range keys {
		if !seen[k] {
			seen[k] = true
			out = append(out, k)
		}
	}
	return out
}
