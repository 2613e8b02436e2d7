package deletion

import (
	"context"
	"slices"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/store"
	"github.com/contactsweep/contactsweep/where"
)

// minPinPage is the smallest page that is read when targets are fixed.
const minPinPage = 1000

// pin fixes all targets now if the run would change its own truth while it
// walks: what it deletes would make other contacts match, lose their
// protection or come free of what restricts them.
func (r *run) pin(ctx context.Context, q request) error {
	if r.o.resumed() && (!r.targets.walking || r.targets.fixed) {
		return nil // the targets that are left came with Next
	}
	v, err := volatile(r.s.schema, r.sel, r.report.Warnings)
	if err != nil {
		return err
	}
	if q.kind == ActionDeleteKeys {
		if !r.report.Counted {
			r.counted(int64(len(r.targets.pending)))
		}
		if v.any() {
			return r.pinKeys(ctx, v)
		}
		return nil
	}
	if !v.any() {
		return nil
	}
	free, held := r.sel, r.sel
	if v.restricts {
		unrestricted, _ := r.s.schema.Unrestricted()
		free.Condition = where.All(r.sel.Condition, unrestricted)
		held.Condition = where.All(r.sel.Condition, where.New().WhereNot(unrestricted))
	}
	pinned, err := r.readAll(ctx, free)
	if err != nil {
		return err
	}
	if v.restricts {
		if err := r.reportHeld(ctx, held); err != nil {
			return err
		}
	}
	r.counted(int64(len(pinned)) + r.done.skipped.Total())
	if v.guards {
		if pinned, err = r.unguarded(ctx, pinned); err != nil {
			return err
		}
	}
	r.targets = targets{pending: pinned, by: r.targets.by, recorded: r.j != nil}
	return nil
}

// readAll reads the keys of all selected contacts up to the bound.
func (r *run) readAll(ctx context.Context, sel store.Selection) ([]contacts.Key, error) {
	var out []contacts.Key
	walk := r.targets
	walk.slow = 0
	for {
		keys, err := walk.take(ctx, r.reader, sel, max(r.pace.size, minPinPage))
		if err != nil || len(keys) == 0 {
			return out, err
		}
		if len(out)+len(keys) > r.s.o.pinLimit {
			return nil, &PinLimitError{Limit: r.s.o.pinLimit}
		}
		out = append(out, keys...)
	}
}

// reportHeld reports the contacts that are restricted now, and so are no
// targets even if the run frees them.
func (r *run) reportHeld(ctx context.Context, held store.Selection) error {
	walk := r.targets
	walk.slow = 0
	walk.pending = nil // they are targets
	for {
		keys, err := walk.take(ctx, r.reader, held, max(r.pace.size, minPinPage))
		if err != nil || len(keys) == 0 {
			return err
		}
		if err := r.explain(ctx, keys); err != nil {
			return err
		}
	}
}

// pinKeys takes those contacts off the targets that cannot be deleted now.
func (r *run) pinKeys(ctx context.Context, v volatility) (err error) {
	eligible := r.sel
	eligible.Condition = r.s.unrestricted(r.sel.Condition)
	var free []contacts.Key
	for chunk := range slices.Chunk(r.targets.pending, max(r.pace.size, minPinPage)) {
		page, err := r.reader.page(ctx, store.PageRequest{Selection: eligible, Keys: chunk, Limit: len(chunk)})
		if err != nil {
			return err
		}
		held := without(chunk, page.Keys)
		if err := r.explain(ctx, held); err != nil {
			return err
		}
		free = append(free, without(chunk, held)...)
	}
	if v.guards {
		if free, err = r.unguarded(ctx, free); err != nil {
			return err
		}
	}
	r.targets.pending = free
	return nil
}

// without returns the keys that are not among others, in their order.
func without(keys, others []contacts.Key) []contacts.Key {
	set := make(map[contacts.Key]bool, len(others))
	for _, k := range others {
		set[k] = true
	}
	var out []contacts.Key
	for _, k := range keys {
		if !set[k] {
			out = append(out, k)
		}
	}
	return out
}
