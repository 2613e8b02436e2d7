package deletion

import (
	"context"
	"errors"
	"fmt"
	"log/slog"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/store"
	"github.com/contactsweep/contactsweep/where"
)

// prepare does everything that comes before the first batch. What can be
// refused without the store is refused before it is touched.
func (r *run) prepare(ctx context.Context, q request) (err error) {
	if q.kind != ActionDeleteKeys {
		r.report.Condition = q.condition.Redacted()
	}
	kind := q.kind
	if q.resumes {
		kind = actionResume
	}
	if r.o, err = r.s.callConfig(kind, q.options); err != nil {
		return err
	}
	r.pace, r.report.DryRun = newPace(r.s.pacing, r.o.batchSize, r.o.batchTime), r.o.dryRun
	r.identify()
	if err := r.check(q); err != nil {
		return err
	}
	if err := r.s.authorize(ctx, action(q, r.o)); err != nil {
		return err
	}
	if err := r.record(ctx, q); err != nil {
		return err
	}
	if err := r.verify(ctx); err != nil {
		return err
	}
	if err := r.bound(ctx, q); err != nil {
		return err
	}
	if err := r.caps(ctx, q); err != nil {
		return err
	}
	if err := r.pin(ctx, q); err != nil {
		return err
	}
	if err := r.prepared(ctx, q); err != nil {
		return err
	}
	if r.doomed, err = r.loadDoomed(ctx); err != nil {
		return err
	}
	r.begun = true
	started := []slog.Attr{
		slog.Bool("counted", r.report.Counted), slog.Int64("matched", r.report.Matched),
		slog.Int("batch_size", r.pace.size), slog.Int("fixed", len(r.targets.pending)),
	}
	if r.targets.by != "" {
		started = append(started, slog.String("walk_by", r.targets.by))
	}
	r.logger.LogAttrs(ctx, slog.LevelInfo, "deletion started", started...)
	return nil
}

func action(q request, o callOptions) Action {
	a := Action{Kind: q.kind, Keys: q.keys, DryRun: o.dryRun, Resumed: o.from != nil}
	if o.from != nil {
		a.Operation = o.from.operation
	}
	if q.kind != ActionDeleteKeys {
		a.Conditions = []where.Condition{q.condition}
	}
	return a
}

// check checks the condition, its confirmation, and what the call goes on
// with.
func (r *run) check(q request) (err error) {
	at := now()
	if q.plan != nil {
		at = q.plan.At
	}
	if r.o.from != nil {
		at = r.o.from.at
	}
	r.report.At = at
	if r.sel, err = r.s.selection(q.condition, at, q.protected); err != nil {
		return err
	}
	what := conditionText(q.condition)
	if q.kind == ActionDeleteKeys {
		what = "keys"
		if err := r.checkKeys(q.keys); err != nil {
			return err
		}
	} else if q.condition.IsEverything() != (r.o.atMost > 0) {
		if r.o.atMost > 0 {
			return &OptionsError{Faults: []error{errors.New("ConfirmEverything has no effect on a condition; use Cap to limit the call")}}
		}
		return &NotConfirmedError{}
	}
	fingerprint := r.s.fingerprintOf(what)
	r.kind = q.kind
	if q.plan != nil {
		r.previewed = q.plan.selected()
		if ours := r.s.fingerprintOfPlan(q.plan); q.plan.Fingerprint != ours {
			return &DriftError{Changed: true, Differs: differences(q.plan.Fingerprint, ours)}
		}
	}
	if r.o.from != nil {
		if err := r.belongs(*r.o.from, q, fingerprint); err != nil {
			return err
		}
	}
	if q.kind != ActionDeleteKeys {
		if r.targets.by, err = r.s.walkBy(r.o, r.sel); err != nil {
			return err
		}
	}
	r.fingerprint = fingerprint
	return nil
}

// belongs refuses a place to go on that is none of a run like this one. The
// fingerprint covers what may be deleted.
func (r *run) belongs(n Next, q request, fingerprint string) error {
	switch {
	case n.kind != q.kind:
		return &DriftError{Changed: true, Differs: []string{"kind of call"}}
	case n.operation != "" && r.s.ledger != nil: // its record is compared
	case n.fingerprint != fingerprint:
		return &DriftError{Changed: true, Differs: differences(n.fingerprint, fingerprint)}
	case q.plan != nil && (!n.at.Equal(q.plan.At) || n.previewed != q.plan.selected()):
		return &DriftError{Changed: true, Differs: []string{"plan"}}
	}
	return nil
}

// checkKeys makes the keys the first targets: those of the call, each once, or
// what is left of an earlier one.
func (r *run) checkKeys(keys []contacts.Key) error {
	if r.o.from != nil {
		if len(keys) > 0 {
			return &OptionsError{Faults: []error{errors.New("From: the keys are those of the earlier call; pass no others")}}
		}
		keys = r.o.from.pending
	}
	var faults []error
	seen := make(map[contacts.Key]bool, len(keys))
	for i, k := range keys {
		k, err := r.s.schema.CheckKey(k)
		if err != nil {
			faults = append(faults, fmt.Errorf("key %d of %d: %w", i+1, len(keys), err))
			continue
		}
		if !seen[k] {
			seen[k] = true
			r.targets.pending = append(r.targets.pending, k)
		}
	}
	if len(faults) > 0 {
		return &KeysError{Faults: faults}
	}
	return nil
}

// verify refuses a store in which a deletion could lose data.
func (r *run) verify(ctx context.Context) error {
	findings, err := r.reader.verify(ctx)
	if err != nil {
		return err
	}
	findings = concerning(r.targets.by, findings)
	r.report.Warnings = findings
	var fatal []store.Finding
	for _, f := range findings {
		r.logger.LogAttrs(ctx, slog.LevelWarn, "finding", slog.String("severity", f.Severity.String()), slog.String("name", f.Name()),
			slog.String("message", f.Message), slog.String("advice", f.Advice))
		if f.Severity != store.Warning && !r.s.o.accepted[f.Name()] {
			fatal = append(fatal, f)
		}
	}
	if len(fatal) > 0 {
		return &UnsafeError{Findings: fatal}
	}
	return nil
}

// bound fixes the end of the walk, so that a run ends however many contacts
// are created meanwhile.
func (r *run) bound(ctx context.Context, q request) (err error) {
	switch {
	case r.o.resumed():
		n := r.o.from
		if q.kind != ActionDeleteKeys || n.fixed {
			r.targets = targets{
				pending: n.pending, by: n.by, cursor: n.cursor, bound: n.bound, walking: n.walking, recorded: r.j != nil, fixed: n.fixed, after: n.after,
			}
		}
	case q.kind != ActionDeleteKeys:
		r.targets.bound, err = r.reader.bound(ctx, r.targets.by)
		r.targets.walking = r.targets.bound != ""
	}
	r.targets.slow = r.o.batchTime
	if sizer, ok := r.s.store.(store.PageSizer); ok && r.targets.walking && !r.targets.fixed {
		r.targets.ahead = sizer.PageSize(r.sel, r.pace.size)
		if r.o.batchLimit > 0 { // what a batch leaves of a page has to be carried in Next
			r.targets.ahead = min(r.targets.ahead, maxCarried*r.pace.size)
		}
	}
	return err
}

// maxCarried is how many batches of a page that was read ahead Next carries.
const maxCarried = 20
