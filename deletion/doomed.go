package deletion

import (
	"context"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/store"
)

// doomed returns a page of the contacts whose rows are partly gone.
func (j *journal) doomed(ctx context.Context, after int64, limit int) (page store.TargetPage, err error) {
	if j.op.Targets == 0 {
		return page, nil
	}
	err = j.s.reader().try(ctx, "read doomed contacts", func() (err error) {
		page, err = j.ledger.Targets.Page(ctx, store.TargetsRequest{
			Scope: j.op.Scope, Operation: j.op.ID, After: after, Limit: limit, Doomed: true,
		})
		return err
	})
	return page, err
}

// loadDoomed returns the contacts whose deletion an earlier call has begun: they
// come first, whether they still match or not.
func (r *run) loadDoomed(ctx context.Context) ([]contacts.Key, error) {
	if r.j == nil || r.j.p.Attempts < 2 {
		return nil, nil
	}
	var out []contacts.Key
	after := int64(0)
	for {
		page, err := r.j.doomed(ctx, after, fixedPage)
		if err != nil {
			return nil, err
		}
		for _, t := range page.Targets {
			out, after = append(out, t.Key), t.Ordinal
		}
		if !page.More || len(page.Targets) == 0 {
			return out, nil
		}
	}
}

// finishDoomed goes on with the deletion of a contact.
func (r *run) finishDoomed(ctx context.Context) (BatchReport, StopReason, error) {
	keys := r.doomed[:1]
	batch, rest, err := r.batch(ctx, keys, keys[0])
	if len(rest) == 0 {
		r.doomed = r.doomed[1:]
	}
	if err == nil {
		err = r.progress()
	}
	return batch, r.asked, err
}

// unfinished reports whether the contact goes on to be deleted, and counts the
// rows that are gone.
func (r *run) unfinished(b *batch, out store.Outcome) bool {
	if len(out.Unfinished) == 0 || b.work[0][0] != b.heavy {
		return false
	}
	if !b.doomed && !r.ahead.fixed && !r.targets.fixed {
		r.j.op.Targets++ // it is one now
	}
	b.tries, b.doomed = r.s.o.newRetries(), true
	for name, rows := range out.Rows {
		b.rows[name] += rows
	}
	return true
}
