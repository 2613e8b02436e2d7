package deletion

import (
	"context"
	"errors"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/store"
)

// add fixes targets, and saves the progress with them.
func (j *journal) add(ctx context.Context, p progressed, targets []store.Target, suppress bool) error {
	document, err := seal(p)
	if err != nil {
		return err
	}
	change := store.SaveRequest{Fence: j.fence(), Progress: document, TTL: j.s.o.lease}
	tries := 0
	err = j.s.reader().try(ctx, "fix targets", func() error {
		tries++
		result, err := j.ledger.Targets.Add(ctx, store.AddRequest{Save: change, Targets: targets, Suppress: suppress})
		if err == nil {
			j.op = result.Operation
		}
		if tries > 1 && errors.Is(err, store.ErrFenced) && j.saved(ctx, change) {
			return nil
		}
		return err
	})
	if err == nil {
		j.p = p
	}
	j.lost = j.lost || errors.Is(err, store.ErrFenced)
	return err
}

// release lets all targets go, and counts them as released. Those that are
// doomed stay.
func (j *journal) release(ctx context.Context) error {
	for j.op.Targets > 0 {
		before := j.op.Targets
		n := min(before, fixedPage)
		p := j.p
		if j.restores {
			p.Restored += n
		} else {
			p.Released += n
		}
		if err := j.settle(ctx, p, nil); err != nil {
			return err
		}
		if fewer := n - (before - j.op.Targets); fewer > 0 { // doomed ones stay; saved with the next change
			if j.restores {
				j.p.Restored -= fewer
			} else {
				j.p.Released -= fewer
			}
			return nil
		}
	}
	return nil
}

// settle takes targets off, the next ones if no keys are given, and saves the
// progress with that.
func (j *journal) settle(ctx context.Context, p progressed, keys []contacts.Key) error {
	document, err := seal(p)
	if err != nil {
		return err
	}
	change := store.SaveRequest{Fence: j.fence(), Progress: document, Deleted: &p.Deleted, TTL: j.s.o.lease}
	tries := 0
	err = j.s.reader().try(ctx, "release targets", func() error {
		tries++
		result, err := j.ledger.Targets.Release(ctx, store.ReleaseRequest{
			Scope: j.op.Scope, Operation: j.op.ID, Keys: keys, Limit: fixedPage, Save: &change,
		})
		if err == nil {
			j.op = result.Operation
		}
		if tries > 1 && errors.Is(err, store.ErrFenced) && j.saved(ctx, change) {
			return nil
		}
		return err
	})
	if err != nil {
		j.lost = j.lost || errors.Is(err, store.ErrFenced)
		return err
	}
	j.p = p
	return nil
}
