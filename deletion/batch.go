package deletion

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/store"
)

// batch is a batch in progress: usually one transaction, several when it has
// to be divided.
type batch struct {
	number   int
	attempts int
	work     [][]contacts.Key // the candidates that are left, by transaction
	tries    retries          // of the next transaction
	tally
	lost      store.Outcome  // of the last transaction, if it was committed without anybody knowing
	keys      []contacts.Key // deleted
	took      time.Duration  // by the store, for all transactions
	done      int            // the candidates of those that succeeded
	doneIn    time.Duration  // the time of those
	divided   bool           // for too many rows
	contended bool           // others were in the way
	heavy     contacts.Key   // goes in several transactions
	doomed    bool           // and has begun to
}

// batch deletes the candidates. It returns those that it did not come to.
func (r *run) batch(ctx context.Context, keys []contacts.Key, heavy contacts.Key) (report BatchReport, rest []contacts.Key, err error) {
	start := time.Now()
	b := &batch{
		number: r.report.Batches + 1, work: [][]contacts.Key{keys}, tries: r.s.o.newRetries(), tally: newTally(), heavy: heavy, doomed: !heavy.IsZero(),
	}
	for len(b.work) > 0 && err == nil && r.asked == StoppedNot {
		if err = r.transaction(ctx, b); err != nil {
			err = r.recover(ctx, b, err)
		}
	}
	for _, keys := range b.work {
		rest = append(rest, keys...)
	}
	r.pace.took(b.done, b.doneIn, b.attempts == 1)
	if b.divided && b.skipped.TooManyRows == 0 {
		r.pace.tooMuch(r.pace.size / 2) // not one heavy contact, but too many of them at once
	}
	if len(b.work) == 0 {
		r.report.Batches++
	}
	r.done.add(b.tally)
	r.rest = r.pauseAfter(b.took)
	report = BatchReport{
		Number: b.number, Candidates: len(keys), Deleted: b.deleted, DeletedKeys: b.keys, Skipped: b.skipped,
		Associations: associations(r.s.schema, b.rows, contacts.Action.Touches),
		Attempts:     b.attempts, Inferred: b.inferred, Duration: time.Since(start), StoreTime: b.took,
	}
	r.logger.LogAttrs(ctx, slog.LevelDebug, "batch", slog.Int("number", b.number), slog.Int("candidates", len(keys)), slog.Int64("deleted", b.deleted),
		slog.Int64("skipped", b.skipped.Total()), slog.Int("attempts", b.attempts), slog.Duration("duration", report.Duration),
		slog.Duration("store_time", b.took), slog.Int("next_size", r.pace.size))
	return report, rest, err
}

// transaction tries the first part of the work.
func (r *run) transaction(ctx context.Context, b *batch) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	keys := b.work[0]
	b.attempts++
	if err := r.before(ctx, b.number, b.attempts, keys); err != nil {
		return err
	}
	start := time.Now()
	out, err := r.s.store.Delete(ctx, store.Batch{
		Selection: r.sel, Keys: keys, MaxRows: r.s.o.maxRows, DryRun: r.o.dryRun, Checkpoint: r.checkpoint(b, keys),
	})
	took := time.Since(start)
	b.took += took
	if err != nil {
		b.lost = out
		return err
	}
	b.done += len(keys)
	b.doneIn += took
	if r.j != nil {
		r.j.committed()
		r.j.op.Targets -= r.settledTargets(b, out)
	}
	if r.unfinished(b, out) {
		return nil
	}
	if n := len(out.Deleted) + len(out.Skipped); n != len(keys) {
		err = &failure{op: fmt.Sprintf("delete batch: %d of %d contacts are accounted for", n, len(keys)), err: errContract}
	}
	return errors.Join(r.concluded(ctx, b, out, false, ""), err)
}

// concluded counts what became of the first part of the work and tells the
// host.
func (r *run) concluded(ctx context.Context, b *batch, out store.Outcome, inferred bool, reason string) error {
	b.work, b.tries = b.work[1:], r.s.o.newRetries()
	n := int64(len(out.Deleted))
	b.deleted += n
	r.budget = r.budget.spend(n)
	if inferred {
		b.inferred += n
	}
	b.keys = append(b.keys, out.Deleted...)
	for name, rows := range out.Rows {
		b.rows[name] += rows
	}
	r.skip(&b.tally, out.Skipped, reason)
	return r.tell(ctx, BatchEvent{Batch: b.number, Deleted: out.Deleted, Survived: out.Skipped, Inferred: inferred})
}

func (r *run) skip(t *tally, skipped []store.Skipped, reason string) {
	for _, s := range skipped {
		t.skip(s.Cause)
		if len(r.report.SkippedContacts) < maxSkipped {
			r.report.SkippedContacts = append(r.report.SkippedContacts,
				SkippedContact{Key: s.Key, Cause: s.Cause, Association: s.Association, Reason: reason})
		}
	}
}
