package memory

import (
	"bytes"
	"context"
	"fmt"
	"slices"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/store"
)

// targets is the ledger's port for the contacts that operations have fixed.
type targets struct{ *ledger }

// fixed is a target.
type fixed struct {
	of            *record
	next          *fixed // with the same key, of another operation
	key           contacts.Key
	stamp, reason string
	ordinal       int64
	stamped       bool
	suppressed    bool
	doomed        bool
	gone          bool
}

// Add fixes targets.
func (t targets) Add(ctx context.Context, r store.AddRequest) (store.AddResult, error) {
	const op = "add targets"
	fault := r.Check()
	keys := make([]contacts.Key, len(r.Targets))
	for i := range r.Targets {
		keys[i] = r.Targets[i].Key
	}
	if fault == nil {
		keys, fault = t.checkKeys(keys)
	}
	done, err := t.change(ctx, op, fault)
	if err != nil {
		return store.AddResult{}, err
	}
	defer done()
	rec, err := t.held(op, r.Save.Fence, true)
	if err == nil {
		err = rec.maySave(op, r.Save, rec.op.Targets+int64(len(keys)))
	}
	if err != nil {
		return store.AddResult{}, err
	}
	before := rec.op.Targets
	for i, k := range keys {
		if rec.target(k) == nil {
			given := &r.Targets[i]
			rec.fix(&fixed{key: k, stamp: string(given.Stamp), stamped: given.Stamp != nil, reason: given.Reason, suppressed: r.Suppress})
		}
	}
	rec.save(r.Save)
	return store.AddResult{Added: rec.op.Targets - before, Operation: rec.view(true)}, nil
}

// target returns the operation's target with the key, or nil.
func (r *record) target(k contacts.Key) *fixed {
	for f := r.scope.fixed[k]; f != nil; f = f.next {
		if f.of == r {
			return f
		}
	}
	return nil
}

// fix adds a target.
func (r *record) fix(f *fixed) {
	r.ordinals++
	f.of, f.ordinal, f.next = r, r.ordinals, r.scope.fixed[f.key]
	r.scope.fixed[f.key] = f
	r.targets = append(r.targets, f)
	if r.op.Targets++; r.op.Targets == 1 {
		r.scope.fixing = put(r.scope.fixing, r, compareIDs)
	}
	if f.doomed {
		r.doomed++
	}
}

const minShrink = 1024

// settle takes a target off.
func (r *record) settle(f *fixed) {
	head := r.scope.fixed[f.key]
	switch {
	case head != f:
		for head.next != f {
			head = head.next
		}
		head.next = f.next
	case f.next != nil:
		r.scope.fixed[f.key] = f.next
	default:
		delete(r.scope.fixed, f.key)
	}
	f.gone = true
	if f.doomed {
		r.doomed--
	}
	if r.op.Targets--; r.op.Targets == 0 {
		r.scope.fixing = drop(r.scope.fixing, r, compareIDs)
		r.targets = nil
		return
	}
	for r.targets[0].gone {
		r.targets = r.targets[1:]
	}
	if n := len(r.targets); n > minShrink && int64(n) > 2*r.op.Targets {
		r.targets = slices.Clip(slices.DeleteFunc(r.targets, func(f *fixed) bool { return f.gone }))
	}
}

// behind returns the targets with a greater ordinal.
func (r *record) behind(ordinal int64) []*fixed {
	i, _ := slices.BinarySearchFunc(r.targets, ordinal, func(f *fixed, ordinal int64) int {
		if f.ordinal <= ordinal {
			return -1
		}
		return 1
	})
	return r.targets[i:]
}

// Page returns a page of targets.
func (t targets) Page(ctx context.Context, r store.TargetsRequest) (store.TargetPage, error) {
	done, err := t.begin(ctx, "page of targets", r.Check())
	if err != nil {
		return store.TargetPage{}, err
	}
	defer done()
	var page store.TargetPage
	rec, err := t.find("page of targets", r.Scope, r.Operation)
	if err != nil || r.Doomed && rec.doomed == 0 {
		return page, nil // what is not there has no targets
	}
	for _, f := range rec.behind(r.After) {
		if f.gone || r.Doomed && !f.doomed {
			continue
		}
		if page.More = len(page.Targets) == r.Limit; page.More {
			break
		}
		out := store.Target{Key: f.key, Reason: f.reason, Doomed: f.doomed, Ordinal: f.ordinal}
		if f.stamped {
			out.Stamp = []byte(f.stamp)
		}
		page.Targets = append(page.Targets, out)
	}
	return page, nil
}

// Release takes targets off.
func (t targets) Release(ctx context.Context, r store.ReleaseRequest) (store.ReleaseResult, error) {
	const op = "release targets"
	keys, fault := r.Keys, r.Check()
	if fault == nil {
		keys, fault = t.checkKeys(r.Keys)
	}
	done, err := t.change(ctx, op, fault)
	if err != nil {
		return store.ReleaseResult{}, err
	}
	defer done()
	rec, err := t.releasing(op, r)
	if err != nil {
		return store.ReleaseResult{}, err
	}
	chosen := rec.chosen(keys, r)
	released := int64(len(chosen))
	progress := rec.op.Progress
	switch {
	case r.Save != nil:
		err = rec.maySave(op, *r.Save, rec.op.Targets-released)
	case r.Progress != nil:
		if progress, err = r.Progress(bytes.Clone(progress), released); err != nil {
			err = fmt.Errorf("memory: %s: progress: %w", op, err)
		}
	}
	if err != nil {
		return store.ReleaseResult{}, err
	}
	out := store.ReleaseResult{Released: released}
	for _, f := range chosen {
		if r.Keys != nil {
			out.Keys = append(out.Keys, f.key)
		}
		rec.settle(f)
	}
	if r.Save != nil {
		rec.save(*r.Save)
	} else {
		rec.op.Progress = bytes.Clone(progress)
		rec.moved(now())
	}
	out.Operation = rec.view(true)
	return out, nil
}

// releasing returns the operation if the request may release its targets.
func (t targets) releasing(op string, r store.ReleaseRequest) (*record, error) {
	if r.Save != nil {
		return t.held(op, r.Save.Fence, true)
	}
	rec, err := t.find(op, r.Scope, r.Operation)
	switch {
	case err != nil:
		return nil, err
	case rec.op.State != store.StatePending:
		return nil, fmt.Errorf("memory: %s: %w", op, store.ErrState)
	case !rec.free(now()):
		return nil, fmt.Errorf("memory: %s: %w", op, store.ErrHeld)
	}
	return rec, nil
}

// chosen returns the targets that the request means, each once.
func (r *record) chosen(keys []contacts.Key, request store.ReleaseRequest) []*fixed {
	var out []*fixed
	if request.Keys == nil {
		for _, f := range r.targets {
			if len(out) == request.Limit {
				break
			}
			if !f.gone && !f.doomed {
				out = append(out, f)
			}
		}
		return out
	}
	seen := make(map[*fixed]struct{}, len(keys))
	for _, k := range keys {
		f := r.target(k)
		if f == nil || f.doomed {
			continue
		}
		if _, twice := seen[f]; !twice {
			seen[f] = struct{}{}
			out = append(out, f)
		}
	}
	return out
}
