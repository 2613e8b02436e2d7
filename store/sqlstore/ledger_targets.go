package sqlstore

import (
	"bytes"
	"context"
	"database/sql"
	"fmt"
	"slices"
	"time"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/store"
)

// targets keeps the contacts that operations have fixed.
type targets struct{ *ledger }

var _ store.Targets = targets{}

// Add implements [store.Targets].
func (l targets) Add(ctx context.Context, r store.AddRequest) (store.AddResult, error) {
	const op = "add targets"
	if err := faulty(r.Check()); err != nil {
		return store.AddResult{}, err
	}
	given := map[contacts.Key]store.Target{}
	keys := make([]contacts.Key, len(r.Targets))
	for i, target := range r.Targets {
		keys[i] = target.Key
	}
	keys, err := l.checked(keys)
	if err != nil {
		return store.AddResult{}, err
	}
	for _, target := range r.Targets {
		if k, err := l.model.schema.CheckKey(target.Key); err == nil { // checked above
			if _, again := given[k]; !again {
				given[k] = target
			}
		}
	}
	var out store.AddResult
	err = l.begin(ctx, op, func(t *tx) error {
		was, now, err := l.lock(t, r.Save.Scope, r.Save.ID)
		if err != nil {
			return err
		}
		o := was
		if err := o.fenced(op, r.Save.Fence); err != nil {
			return err
		}
		fresh, err := l.missing(t, o.ID, keys)
		if err != nil {
			return err
		}
		if err := l.fix(t, &o, fresh, given, r.Suppress); err != nil {
			return err
		}
		if err := o.apply(op, r.Save, now); err != nil {
			return err
		}
		out = store.AddResult{Added: int64(len(fresh)), Operation: o.Operation}
		return l.save(t, was, o)
	})
	if err != nil {
		return store.AddResult{}, err
	}
	return out, nil
}

// missing returns the keys that are no targets yet.
func (l *ledger) missing(t *tx, operation string, keys []contacts.Key) ([]contacts.Key, error) {
	there := map[contacts.Key]bool{}
	for some := range slices.Chunk(keys, chunk) {
		found, err := l.fixed(t, operation, some)
		if err != nil {
			return nil, err
		}
		for k := range found {
			there[k] = true
		}
	}
	return slices.DeleteFunc(slices.Clone(keys), func(k contacts.Key) bool { return there[k] }), nil
}

// fixed reads the targets with these keys. The record's lock keeps others from
// changing them.
func (l *ledger) fixed(t *tx, operation string, keys []contacts.Key) (map[contacts.Key]store.Target, error) {
	b, c := l.level("targets")
	k, err := b.keyList(keys)
	if err != nil {
		return nil, invalid(err)
	}
	out := make(map[contacts.Key]store.Target, len(keys))
	err = t.query("", selection{
		columns: append(b.keyRead(c), l.sql("[c].[stamp], [c].[reason], [c].[doomed], [c].[ordinal]")), from: expr(b.source(c)),
		where: all(l.sql("[c].[operation] = ?text", operation), b.keyIn(c, k)),
	}.term(), func(r *sql.Rows) error {
		target, err := l.scanTarget(r)
		out[target.Key] = target
		return err
	})
	return out, err
}

func (l *ledger) scanTarget(r *sql.Rows) (store.Target, error) {
	var t store.Target
	var doomed int64
	key, err := l.scanKey(r, &t.Stamp, &t.Reason, &doomed, &t.Ordinal)
	t.Key, t.Doomed = key, doomed != 0
	return t, err
}

// fix adds targets to an operation whose record is locked, and counts them.
func (l *ledger) fix(t *tx, o *record, keys []contacts.Key, given map[contacts.Key]store.Target, suppress bool) error {
	rows := make([][]any, 0, len(keys))
	for _, k := range keys {
		row, err := l.keyValues(k)
		if err != nil {
			return err
		}
		o.ordinal++
		target := given[k]
		rows = append(rows, append(row, o.ID, o.Scope, o.ordinal, flag(suppress), flag(target.Doomed), blobOrNull(target.Stamp), target.Reason))
	}
	o.Targets += int64(len(keys))
	return l.insert(t, insertion{table: "targets", rows: rows, columns: []string{
		"operation text", "scope text", "ordinal int", "suppressed int", "doomed int", "stamp bytes", "reason text",
	}})
}

// Page implements [store.Targets].
func (l targets) Page(ctx context.Context, r store.TargetsRequest) (store.TargetPage, error) {
	if err := faulty(r.Check()); err != nil {
		return store.TargetPage{}, err
	}
	b, c := l.level("targets")
	where := l.sql("[c].[scope] = ?text AND [c].[operation] = ?text AND [c].[ordinal] > ?int", r.Scope, r.Operation, r.After)
	if r.Doomed {
		where = all(where, l.sql("[c].[doomed] = ?int", 1))
	}
	var out store.TargetPage
	err := l.read(ctx, "read targets", selection{
		columns: append(b.keyRead(c), l.sql("[c].[stamp], [c].[reason], [c].[doomed], [c].[ordinal]")), from: expr(b.source(c)),
		where: where, order: []string{l.write("[c].[ordinal]")}, limit: int64(r.Limit) + 1,
	}.term(), func(rows *sql.Rows) error {
		target, err := l.scanTarget(rows)
		out.Targets = append(out.Targets, target)
		return err
	})
	if err != nil {
		return store.TargetPage{}, err
	}
	if len(out.Targets) > r.Limit {
		out.Targets, out.More = out.Targets[:r.Limit], true
	}
	return out, nil
}

// Release implements [store.Targets].
func (l targets) Release(ctx context.Context, r store.ReleaseRequest) (store.ReleaseResult, error) {
	const op = "release targets"
	if err := faulty(r.Check()); err != nil {
		return store.ReleaseResult{}, err
	}
	wanted, err := l.distinct(r.Keys)
	if err != nil {
		return store.ReleaseResult{}, invalid(err)
	}
	var out store.ReleaseResult
	err = l.begin(ctx, op, func(t *tx) error {
		was, now, err := l.lock(t, r.Scope, r.Operation)
		if err != nil {
			return err
		}
		o := was
		if err := o.releasable(op, r, now); err != nil {
			return err
		}
		keys, err := l.chosen(t, r, wanted)
		if err != nil {
			return err
		}
		o.Targets -= int64(len(keys))
		if err := o.release(op, r, int64(len(keys)), now); err != nil {
			return err
		}
		if err := l.unfix(t, r.Operation, keys); err != nil {
			return err
		}
		out = store.ReleaseResult{Released: int64(len(keys)), Operation: o.Operation}
		if r.Keys != nil {
			out.Keys = keys
		}
		return l.save(t, was, o)
	})
	if err != nil {
		return store.ReleaseResult{}, err
	}
	return out, nil
}

// chosen returns the targets that the request means.
func (l *ledger) chosen(t *tx, r store.ReleaseRequest, keys []contacts.Key) ([]contacts.Key, error) {
	if r.Keys == nil {
		return l.next(t, r.Operation, r.Scope, r.Limit)
	}
	return l.undoomed(t, r.Operation, keys)
}

// release changes the record with a release of so many targets.
func (o *record) release(op string, r store.ReleaseRequest, released int64, now time.Time) error {
	if r.Save != nil {
		return o.apply(op, *r.Save, now)
	}
	if r.Progress != nil {
		progress, err := r.Progress(bytes.Clone(o.Progress), released)
		if err != nil {
			return fmt.Errorf("sqlstore: %s: %w", op, err)
		}
		o.Progress = loaded(progress)
	}
	o.Sequence++
	o.Updated = now
	return nil
}

// releasable is nil when the operation's targets may be released.
func (o *record) releasable(op string, r store.ReleaseRequest, now time.Time) error {
	switch {
	case r.Save != nil:
		return o.fenced(op, r.Save.Fence)
	case o.State != store.StatePending:
		return class(op, store.ErrState, "the operation is "+string(o.State))
	case o.held(now):
		return class(op, store.ErrHeld, "")
	}
	return nil
}

// undoomed returns those of the keys that are targets and not doomed.
func (l *ledger) undoomed(t *tx, operation string, keys []contacts.Key) ([]contacts.Key, error) {
	var out []contacts.Key
	for some := range slices.Chunk(keys, chunk) {
		found, err := l.fixed(t, operation, some)
		if err != nil {
			return nil, err
		}
		for _, k := range some {
			if target, ok := found[k]; ok && !target.Doomed {
				out = append(out, k)
			}
		}
	}
	return out, nil
}

// next returns the first targets that are not doomed.
func (l *ledger) next(t *tx, operation, scope string, limit int) ([]contacts.Key, error) {
	b, c := l.level("targets")
	var out []contacts.Key
	err := t.query("", selection{
		columns: b.keyRead(c), from: expr(b.source(c)),
		where: l.sql("[c].[scope] = ?text AND [c].[operation] = ?text AND [c].[doomed] = ?int", scope, operation, 0),
		order: []string{l.write("[c].[ordinal]")}, limit: int64(limit),
	}.term(), func(r *sql.Rows) error {
		k, err := l.scanKey(r)
		out = append(out, k)
		return err
	})
	return out, err
}

// unfix takes targets off.
func (l *ledger) unfix(t *tx, operation string, keys []contacts.Key) error {
	for some := range slices.Chunk(keys, chunk) {
		if _, err := l.unlist(t, "targets", "operation", operation, some); err != nil {
			return err
		}
	}
	return nil
}

// unlist deletes the rows with these keys, and a text in another column.
func (l *ledger) unlist(t *tx, table, name, value string, keys []contacts.Key) (int64, error) {
	b, _ := l.level(table)
	k, err := b.keyList(keys)
	if err != nil {
		return 0, invalid(err)
	}
	c := b.change(l.keyed[table])
	return t.exec("", b.delete(c, all(expr(c.alias+"."+l.write("["+name+"] = ?text"), value), b.keyIn(c, k))))
}
