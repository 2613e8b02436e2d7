package deletion

import (
	"cmp"
	"context"
	"errors"
	"slices"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/store"
)

// classify asks the store what it would do with each of the contacts, in
// transactions that are undone. Those that fail are divided, down to contacts
// that cannot be deleted, which are returned.
func (r *run) classify(ctx context.Context, keys []contacts.Key) (out store.Outcome, failing []contacts.Key, err error) {
	work := [][]contacts.Key{keys}
	for len(work) > 0 {
		part := work[0]
		work = work[1:]
		if len(part) == 0 {
			continue
		}
		var o store.Outcome
		err := r.reader.try(ctx, "look at what holds contacts back", func() (err error) {
			o, err = r.s.store.Delete(ctx, store.Batch{Selection: r.sel, Keys: part, MaxRows: r.s.o.maxRows, DryRun: true})
			return err
		})
		tooMuch := errors.Is(err, store.ErrStatementTimeout)
		refused := errors.Is(err, store.ErrTooManyRows) || errors.Is(err, store.ErrConstraint)
		switch {
		case err == nil:
			out.Deleted = append(out.Deleted, o.Deleted...)
			out.Skipped = append(out.Skipped, o.Skipped...)
		case ctx.Err() == nil && len(part) > 1 && (tooMuch || refused):
			middle := len(part) / 2
			work = append([][]contacts.Key{part[:middle], part[middle:]}, work...)
			r.report.Retries++
		case ctx.Err() == nil && refused:
			// It got as far as the deletion, so nothing holds it back.
			failing = append(failing, part...)
		default:
			return out, failing, err
		}
	}
	return out, failing, nil
}

// explain reports contacts as skipped, with the cause that the store gives for
// them. They stay skipped even if the cause has just gone.
func (r *run) explain(ctx context.Context, keys []contacts.Key) error {
	out, failing, err := r.classify(ctx, keys)
	if err != nil {
		return err
	}
	skipped := out.Skipped
	for _, k := range slices.Concat(out.Deleted, failing) {
		skipped = append(skipped, store.Skipped{Key: k, Cause: store.Changed})
	}
	r.leave(skipped)
	return nil
}

// unguarded returns the contacts that nothing holds back now, in their order,
// and reports the others: a row that they share with a guarded contact keeps
// them even if the run takes the guard away. What only fails, or is kept by
// the store, is left to its batch.
func (r *run) unguarded(ctx context.Context, keys []contacts.Key) ([]contacts.Key, error) {
	size := r.pace.size
	if r.o.batchLimit > 0 { // which is on deletions, and these are undone
		size = cmp.Or(r.s.o.batchSize, r.s.pacing.Start)
	}
	free := keys[:0]
	for chunk := range slices.Chunk(keys, size) {
		out, _, err := r.classify(ctx, chunk)
		if err != nil {
			return nil, err
		}
		var held []contacts.Key
		var why []store.Skipped
		for _, s := range out.Skipped {
			if s.Cause < store.KeptByStore {
				held, why = append(held, s.Key), append(why, s)
			}
		}
		r.leave(why)
		free = append(free, without(chunk, held)...)
	}
	return free, nil
}

// leave reports contacts that are no targets.
func (r *run) leave(skipped []store.Skipped) {
	t := newTally()
	r.skip(&t, skipped, "")
	r.done.add(t)
}
