package deletion

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/store"
	"github.com/contactsweep/contactsweep/where"
)

// record makes the run an operation, where the store keeps a ledger: a new one,
// or the one that the call goes on with.
func (r *run) record(ctx context.Context, q request) (err error) {
	switch {
	case r.s.ledger == nil && r.o.from != nil && r.o.from.operation != "":
		return fmt.Errorf("deletion: %w, and the run was an operation", ErrNoLedger)
	case r.s.ledger == nil, r.o.dryRun:
		return nil
	case q.journal != nil: // the operation is taken up as such
		r.j = q.journal
	case r.o.from != nil && r.o.from.operation != "":
		if err := r.s.running(ctx); err != nil {
			return err
		}
		if r.j, err = r.s.acquire(ctx, r.o.from.operation); err != nil {
			return &about{"go on with", r.o.from.operation, err}
		}
	default:
		if err := r.s.running(ctx); err != nil {
			return err
		}
		document, err := r.requested(q)
		if err != nil {
			return err
		}
		p := progressed{At: r.report.At, Attempts: 1}
		if r.j, err = r.s.open(ctx, document, p, "", true); err != nil {
			return err
		}
	}
	r.report.Operation = r.j.op.ID
	r.logger = r.logger.With(slog.String("operation", r.j.op.ID))
	r.reader.logger, r.reader.journal = r.logger, r.j
	r.targets.recorded = true
	if r.o.from == nil {
		return nil
	}
	return r.load(ctx, q)
}

// load goes on where the record stands, whatever an older Next says.
func (r *run) load(ctx context.Context, q request) (err error) {
	j := r.j
	if j.op.State.Terminal() || j.op.State == StatePending && j.op.Ready.After(j.op.Updated) && q.journal == nil {
		return &StateError{ID: j.op.ID, State: j.op.State, Do: "go on with", Why: "there is nothing to go on with"}
	}
	if q.journal == nil && j.op.State == StatePaused && j.p.PausedBy == PausedByPerson {
		return &StateError{ID: j.op.ID, State: j.op.State, Do: "go on with", Why: "a person has paused it; Operations.Resume goes on with it"}
	}
	if err := r.same(); err != nil {
		return err
	}
	var protected where.Condition
	if j.q.Protected != nil {
		protected = *j.q.Protected
	}
	if r.sel, err = r.s.selection(q.condition, j.p.At, protected); err != nil {
		return err
	}
	if j.q.Pinned {
		r.sel.Condition = where.Everything()
	}
	r.report.At = j.p.At
	from := *r.o.from
	from.fresh = !j.p.Prepared
	from.at, from.operation = j.p.At, j.op.ID
	from.cursor, from.bound, from.walking = store.Cursor(j.p.Cursor), store.Cursor(j.p.Bound), j.p.Walking
	from.fixed, from.after, from.by = j.p.Fixed, j.p.After, j.q.WalkBy
	from.budget = budget{cap: j.p.Cap, share: j.p.Share, most: j.p.Most}
	r.o.from = &from
	r.targets.by = j.q.WalkBy
	if j.p.Prepared && !r.o.newCap { // the caps are those that it began with
		r.o.cap, r.o.share = 0, 0
	}
	if err := r.enter(ctx); err != nil {
		return err
	}
	return r.j.deliver(ctx)
}

// same refuses to go on where the condition, the schema or the scope is another
// than the operation's. Of two protections both apply.
func (r *run) same() error {
	// Fingerprints that cannot be compared part by part have no differences that
	// could be named, and are not the same for that.
	differ := differences(r.j.q.Fingerprint, r.fingerprint)
	protects := len(differ) == 1 && differ[0] == "protection"
	if r.j.q.Kind != r.kind || r.j.q.Fingerprint != r.fingerprint && !protects {
		return &DriftError{Changed: true, Differs: differ}
	}
	return nil
}

// enter saves that the operation is being worked on.
func (r *run) enter(ctx context.Context) error {
	next := r.j.op.State
	switch r.j.op.State {
	case StatePaused, StateFailed:
		next = r.j.op.Left
	case StatePending:
		next = StateProcessing
	case StateRefused:
		next = StatePreparing
	case StatePreparing, StateProcessing, StateCompleted, StateCancelled:
	}
	p := r.j.p
	p.Attempts++
	p.PausedBy = ""
	change := store.SaveRequest{TTL: r.s.o.lease, Ready: &store.When{}}
	if next != r.j.op.State {
		change.State = next
	}
	r.j.entered = true
	return r.j.save(ctx, p, change)
}

// requested is the document of the run's request.
func (r *run) requested(q request) (requested, error) {
	out := requested{
		Kind: q.kind, Origin: fromCondition, Fingerprint: r.fingerprint, Cap: r.o.cap, Share: r.o.share, Exempt: r.o.exempt, AtMost: r.o.atMost,
		BatchSize: r.o.batchSize, BatchTime: r.o.batchTime, Pause: r.o.pause, Stamp: r.s.o.identity, WalkBy: r.targets.by,
	}
	if q.kind == ActionDeleteKeys {
		out.Origin = fromKeys
	} else {
		out.Condition, out.Redacted = &q.condition, q.condition.Redacted()
		if _, err := q.condition.MarshalJSON(); err != nil {
			return out, fmt.Errorf("deletion: the condition cannot be recorded: %w", err)
		}
	}
	if q.plan != nil {
		out.Planned, out.Previewed = true, saturate(q.plan.selected(), r.o.tolerance)
	}
	if r.s.o.protects {
		out.Protected = &r.s.o.protected
	}
	return out, nil
}

// prepared saves where the run begins. Targets that are fixed go to the ledger,
// so that they outlive the process.
func (r *run) prepared(ctx context.Context, q request) error {
	if r.j == nil {
		return nil
	}
	if len(r.targets.pending) > 0 || q.kind == ActionDeleteKeys && !r.targets.fixed {
		if err := r.fix(ctx, r.targets.pending); err != nil {
			return err
		}
	}
	p := r.place(r.j.p, r.targets.position(), r.targets.walking)
	p.Prepared, p.Bound, p.Fixed = true, []byte(r.targets.bound), r.targets.fixed
	p.Counted, p.Matched = r.report.Counted || p.Counted, max(p.Matched, r.report.Matched)
	p.count(r.j.base, r.done)
	change := store.SaveRequest{TTL: r.s.o.lease}
	if r.j.op.State == StatePreparing {
		change.State = StateProcessing
	}
	return r.j.save(ctx, p, change)
}

// fix keeps the targets in the ledger. What an earlier try left there goes
// first.
func (r *run) fix(ctx context.Context, keys []contacts.Key) error {
	if err := r.j.release(ctx); err != nil {
		return err
	}
	for chunk := range slices.Chunk(keys, fixedPage) {
		chunk, err := r.spare(ctx, chunk)
		if err != nil {
			return err
		}
		targets, err := r.stamped(ctx, chunk)
		if err != nil {
			return err
		}
		if err := r.j.add(ctx, r.j.p, targets, false); err != nil {
			return err
		}
	}
	r.targets = targets{recorded: true, fixed: true, walking: len(keys) > 0, slow: r.targets.slow}
	return nil
}

// stamped makes targets of keys. Keys without a contact get a stamp that none
// has, so that one who comes later is not taken for them.
func (r *run) stamped(ctx context.Context, keys []contacts.Key) ([]store.Target, error) {
	targets := make([]store.Target, len(keys))
	for i, k := range keys {
		targets[i].Key = k
	}
	if len(r.j.q.Stamp) == 0 {
		return targets, nil
	}
	page, err := r.reader.page(ctx, store.PageRequest{
		Selection: store.Selection{At: r.sel.At, Condition: where.Everything()}, Keys: keys, Limit: len(keys), Fields: r.j.q.Stamp,
	})
	if err != nil {
		return nil, err
	}
	if len(page.Values) != len(page.Keys) {
		return nil, errValues
	}
	stamps := make(map[contacts.Key][]byte, len(keys))
	for i, k := range page.Keys {
		stamps[k] = stampOf(page.Values[i])
	}
	for i, k := range keys {
		if targets[i].Stamp = stamps[k]; targets[i].Stamp == nil {
			targets[i].Stamp = []byte(unknownStamp)
		}
	}
	return targets, nil
}

// fixedPage is how many targets are written or released at a time.
const fixedPage = 1000

// place sets in a document where the run stands.
func (r *run) place(p progressed, at position, walking bool) progressed {
	p.Cursor, p.After, p.Walking = []byte(at.cursor), at.ordinal, walking
	p.Cap, p.Share, p.Most = r.budget.cap, r.budget.share, r.budget.most
	return p
}

// checkpoint makes the transaction part of the operation.
func (r *run) checkpoint(b *batch, keys []contacts.Key) *store.Checkpoint {
	j := r.j
	if j == nil {
		return nil
	}
	cp := &store.Checkpoint{
		Fence: j.fence(), TTL: r.s.o.lease, Pinned: r.targets.fixed || r.ahead.fixed, Pending: j.q.Origin == fromPending,
	}
	cp.Doom = len(keys) == 1 && keys[0] == b.heavy
	if (cp.Pinned || cp.Doom) && len(j.q.Stamp) > 0 {
		cp.Stamp, cp.Stamped = j.q.Stamp, stamp
	}
	archive := r.s.o.archive
	if archive != nil {
		cp.Fields = archive.fields
	}
	cp.Commit = func(c store.Committing) (store.Commit, error) {
		j.outcome = c.Outcome
		j.next = r.documentAfter(b, keys, c.Outcome)
		document, err := seal(j.next)
		if err != nil {
			return store.Commit{}, err
		}
		out := store.Commit{Progress: document, Deleted: j.next.Deleted}
		if archive != nil {
			if out.Archive, err = archive.entries(j, c); err != nil {
				return store.Commit{}, err
			}
		}
		if r.s.o.afterBatch != nil && len(c.Outcome.Unfinished) == 0 {
			out.Event, err = sealEvent(BatchEvent{Batch: j.base.Batches + b.number, Deleted: c.Outcome.Deleted, Survived: c.Outcome.Skipped})
		}
		return out, err
	}
	return cp
}

// documentAfter is the document behind a transaction with that outcome.
func (r *run) documentAfter(b *batch, keys []contacts.Key, out store.Outcome) progressed {
	t := newTally()
	t.add(r.done)
	t.add(b.tally)
	t.deleted += int64(len(out.Deleted))
	unfinished := len(out.Unfinished) > 0
	for name, n := range out.Rows {
		t.rows[name] += n
	}
	for _, s := range out.Skipped {
		t.skip(s.Cause)
	}
	last := len(b.work) == 1 && !unfinished
	p := r.j.p
	if behind, ok := r.ahead.behind[keys[len(keys)-1]]; ok && !unfinished {
		p = r.place(p, behind, !last || r.ahead.walking || len(r.ahead.pending) > 0)
	}
	spent := r.budget.spend(int64(len(out.Deleted)))
	p.Cap, p.Most = spent.cap, spent.most
	p.count(r.j.base, t)
	p.Batches = r.j.base.Batches + r.report.Batches
	if last {
		p.Batches++
	}
	p.Retries = r.j.base.Retries + r.report.Retries + r.reader.retried
	p.Worked = r.j.base.Worked + time.Since(r.j.start)
	return p
}

// settledTargets is how many targets the transaction has taken off.
func (r *run) settledTargets(b *batch, out store.Outcome) int64 {
	if !r.ahead.fixed && !r.targets.fixed {
		if b.doomed && len(out.Unfinished) == 0 && len(b.work[0]) == 1 && b.work[0][0] == b.heavy {
			return 1
		}
		return 0
	}
	n := int64(len(out.Deleted) + len(out.Skipped))
	for _, s := range out.Skipped {
		if s.Cause == store.Released {
			n--
		}
	}
	return n
}

// committed says that the transaction of the checkpoint was committed.
func (j *journal) committed() {
	j.op.Sequence++
	j.op.Deleted = j.next.Deleted
	j.p = j.next
}
