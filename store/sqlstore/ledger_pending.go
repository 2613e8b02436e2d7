package sqlstore

import (
	"context"
	"database/sql"
	"slices"
	"strings"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/store"
)

// pending is the table that others fill.
type pending struct{ *ledger }

var _ store.Pending = pending{}

// Put implements [store.Pending].
func (l pending) Put(ctx context.Context, r store.PutRequest) error {
	if err := faulty(r.Check()); err != nil {
		return err
	}
	reasons := map[contacts.Key]string{}
	keys := make([]contacts.Key, len(r.Contacts))
	for i, c := range r.Contacts {
		keys[i] = c.Key
	}
	keys, err := l.checked(keys)
	if err != nil || len(keys) == 0 {
		return err
	}
	for _, c := range r.Contacts { // the last one counts
		if k, err := l.model.schema.CheckKey(c.Key); err == nil { // checked above
			reasons[k] = c.Reason
		}
	}
	return l.begin(ctx, "put contacts", func(t *tx) error {
		now, err := l.now(t)
		if err != nil {
			return err
		}
		rows := make([][]any, 0, len(keys))
		for _, k := range keys {
			row, err := l.keyValues(k)
			if err != nil {
				return err
			}
			rows = append(rows, append(row, r.Scope, reasons[k], now))
		}
		key := strings.Join(quotedBy(l.engine, columnNames(l.keyed["pending"].key)), ", ")
		return l.insert(t, insertion{
			table: "pending", rows: rows, columns: []string{"scope text", "reason text", "since int"},
			suffix: l.onConflict("pending", "[scope], "+key, "[reason] = new.reason"),
		})
	})
}

// Page implements [store.Pending].
func (l pending) Page(ctx context.Context, r store.PendingRequest) (store.PendingPage, error) {
	if err := faulty(r.Check()); err != nil {
		return store.PendingPage{}, err
	}
	byKey := way{store: l.Store}
	b, c := l.level("pending")
	where := l.sql("[c].[scope] = ?text", r.Scope)
	if r.After != "" {
		at, err := byKey.station(r.After)
		if err != nil {
			return store.PendingPage{}, invalid(err)
		}
		values, err := byKey.values(at)
		if err != nil {
			return store.PendingPage{}, invalid(err)
		}
		where = all(where, b.beyond(b.columns(c, c.rows.key), ">", values))
	}
	out := store.PendingPage{Next: r.After}
	err := l.read(ctx, "read pending contacts", selection{
		columns: append(b.keyRead(c), l.sql("[c].[reason], [c].[since]")), from: expr(b.source(c)),
		where: where, order: b.keyOrder(c, ""), limit: int64(r.Limit) + 1,
	}.term(), func(rows *sql.Rows) error {
		var p store.PendingContact
		var since int64
		var err error
		p.Key, err = l.scanKey(rows, &p.Reason, &since)
		p.Since = instant(since)
		out.Contacts = append(out.Contacts, p)
		return err
	})
	if err != nil {
		return store.PendingPage{}, err
	}
	if len(out.Contacts) > r.Limit {
		out.Contacts, out.More = out.Contacts[:r.Limit], true
	}
	if n := len(out.Contacts); n > 0 {
		out.Next, err = byKey.cursor(station{key: out.Contacts[n-1].Key})
	}
	return out, err
}

// Remove implements [store.Pending].
func (l pending) Remove(ctx context.Context, scope string, keys []contacts.Key) (int64, error) {
	keys, err := l.distinct(keys)
	if err := faulty(store.CheckScope(scope), err); err != nil {
		return 0, err
	}
	var n int64
	err = l.begin(ctx, "remove pending contacts", func(t *tx) error {
		n = 0
		for some := range slices.Chunk(keys, chunk) {
			removed, err := l.unlist(t, "pending", "scope", scope, some)
			if err != nil {
				return err
			}
			n += removed
		}
		return nil
	})
	if err != nil {
		return 0, err
	}
	return n, nil
}

// Count implements [store.Pending].
func (l pending) Count(ctx context.Context, scope string) (n int64, err error) {
	if err := faulty(store.CheckScope(scope)); err != nil {
		return 0, err
	}
	q := l.sql("SELECT count(*) FROM {pending} AS [c] WHERE [c].[scope] = ?text", scope)
	err = l.read(ctx, "count pending contacts", q, func(r *sql.Rows) error { return r.Scan(&n) })
	return n, err
}
