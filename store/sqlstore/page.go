package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/store"
	"github.com/contactsweep/contactsweep/where"
)

// Page returns selected contacts in the order of the key. It is one statement
// that walks the key's index from the cursor on.
func (s *Store) Page(ctx context.Context, r store.PageRequest) (store.Page, error) {
	const op = "read page"
	p, err := r.Resolve(s.model.schema)
	if err != nil {
		return store.Page{}, invalid(err)
	}
	if r.Limit < 1 || r.Scan < 0 {
		return store.Page{}, invalid(fmt.Errorf("a page of %d contacts out of %d", r.Limit, r.Scan))
	}
	q := pageQuery{store: s, b: s.builder(r.Selection), request: r}
	q.c = q.b.level(s.model.contacts)
	for _, name := range r.Fields {
		f, err := s.model.contacts.field(name)
		if err == nil {
			err = s.unsupported(f)
		}
		if err != nil {
			return store.Page{}, invalid(err)
		}
		q.fields = append(q.fields, f)
	}
	which, err := q.bounds()
	switch {
	case err != nil:
		return store.Page{}, invalid(err)
	case ctx.Err() != nil:
		return store.Page{}, failure(ctx, s.engine, op, "", ctx.Err())
	case which == nil:
		return store.Page{Next: r.After}, nil
	}
	if r.Scan > 0 && r.Keys == nil {
		if which, err = q.shorten(ctx, which); err != nil {
			return store.Page{}, err
		}
	}
	t := selection{
		columns: q.columns(), from: expr(q.b.source(q.c)),
		where: all(append(which, q.b.keyKnown(q.c), q.b.predicate(p.Condition, q.c),
			q.b.predicate(p.Scope, q.c), q.b.predicate(p.Unprotected, q.c))...),
		order: q.b.keyOrder(q.c, ""), limit: int64(r.Limit),
	}
	for {
		if err := query(ctx, s.engine, s.db, op, s.model.schema.Table, t.term(), q.scan); err != nil {
			return store.Page{}, err
		}
		if len(q.page.Keys) > 0 || q.scanned < t.limit {
			return q.finish(q.scanned == t.limit)
		}
		// None of these contacts can be named, so there is no cursor either
		// from which the next page could go on behind them.
		t.limit, q.scanned = readOn*t.limit, 0
	}
}

// readOn is how many times as many contacts are read when none of those that
// were can be named.
const readOn = 8

// longPage is how many keys of one column are sure to take less than 16 MiB.
const longPage = 100_000

// PageSize returns a long page for conditions on associated rows that no index
// answers. Every page would be a pass over those rows.
func (s *Store) PageSize(sel store.Selection, limit int) int {
	p, err := sel.Resolve(s.model.schema)
	if err != nil || !s.passes() {
		return limit
	}
	b := s.builder(sel)
	c := b.level(s.model.contacts)
	for _, part := range [...]where.Predicate{p.Condition, p.Scope, p.Unprotected} {
		b.predicate(part, c)
	}
	if !b.unserved {
		return limit
	}
	return max(limit, longPage/len(c.rows.key))
}

// pageQuery makes and reads one page.
type pageQuery struct {
	store   *Store
	b       *builder
	c       level
	request store.PageRequest
	fields  []contacts.Field
	scanned int64        // rows, those that cannot be named included
	end     store.Cursor // where the page ends if it is not full; "": where it was asked to
	page    store.Page
}

// bounds returns which part of the contacts the page is of; no terms mean none.
func (q *pageQuery) bounds() (which []term, err error) {
	if q.request.Keys != nil {
		keys, err := q.store.distinct(q.request.Keys)
		if err != nil || len(keys) == 0 {
			return nil, err
		}
		k, err := q.b.keyList(keys)
		return []term{q.b.keyIn(q.c, k)}, err
	}
	if q.request.Until == "" {
		return nil, nil
	}
	key := q.b.columns(q.c, q.c.rows.key)
	if q.request.After != "" {
		values, err := q.store.cursorValues(q.request.After)
		if err != nil {
			return nil, err
		}
		which = append(which, q.b.beyond(key, ">", values))
	}
	values, err := q.store.cursorValues(q.request.Until)
	if err != nil {
		return nil, err
	}
	return append(which, q.b.beyond(key, "<=", values)), nil
}

// shorten ends the page at the contact that is Scan contacts further on, if
// there is one before its end.
func (q *pageQuery) shorten(ctx context.Context, which []term) ([]term, error) {
	key := q.b.columns(q.c, q.c.rows.key)
	far := selection{
		columns: q.b.keyRead(q.c), from: expr(q.b.source(q.c)), where: all(append(which, q.b.keyKnown(q.c))...),
		order: q.b.keyOrder(q.c, ""), limit: 1, offset: int64(q.request.Scan - 1),
	}.term()
	var end store.Cursor
	err := query(ctx, q.store.engine, q.store.db, "read page", q.c.rows.table, far, func(r *sql.Rows) error {
		k, err := q.store.scanKey(r)
		if errors.Is(err, errKeyRead) {
			return nil // then the page is longer
		}
		if err == nil {
			end, err = cursorOf(k)
		}
		return err
	})
	if err != nil || end == "" || end == q.request.Until {
		return which, err
	}
	values, err := q.store.cursorValues(end)
	if err != nil {
		return nil, invalid(err)
	}
	q.end = end
	return append(which, q.b.beyond(key, "<=", values)), nil
}

// columns are the key, and for each field how it is stored and its value.
func (q *pageQuery) columns() []term {
	out := q.b.keyRead(q.c)
	for _, f := range q.fields {
		c := q.b.column(q.c, f)
		out = append(out,
			expr("CASE WHEN ? THEN 1 WHEN ? THEN 2 ELSE 0 END", q.b.null(c), q.b.known(c)),
			expr(q.b.read(c)))
	}
	return out
}

const (
	storedNull  = 1
	storedKnown = 2
)

func (q *pageQuery) scan(r *sql.Rows) error {
	states, raw := make([]int, len(q.fields)), make([]any, len(q.fields))
	var targets []any
	for i := range raw {
		targets = append(targets, &states[i], &raw[i])
	}
	k, err := q.store.scanKey(r, targets...)
	q.scanned++
	switch {
	case errors.Is(err, errKeyRead):
		return nil // text that is not UTF-8: no key can name the contact, so it is never selected
	case err != nil:
		return err
	}
	if len(q.page.Keys) == q.request.Limit {
		return nil // more than asked for, because others were in the way
	}
	q.page.Keys = append(q.page.Keys, k)
	if q.request.Cursors && q.request.Keys == nil {
		behind, err := cursorOf(k)
		if err != nil {
			return err
		}
		q.page.Cursors = append(q.page.Cursors, behind)
	}
	if q.request.Fields == nil {
		return nil
	}
	values := make([]where.Value, len(q.fields))
	for i, f := range q.fields {
		switch states[i] {
		case storedNull:
		case storedKnown:
			values[i] = q.store.decode(f, raw[i])
		default:
			values[i] = where.Unknown()
		}
	}
	q.page.Values = append(q.page.Values, values)
	return nil
}

// finish sets the cursor: a full page ends with its last contact, another one
// where it was asked to.
func (q *pageQuery) finish(full bool) (store.Page, error) {
	q.page.Next = q.request.Until
	if q.end != "" {
		q.page.Next, q.page.More = q.end, true
	}
	if n := len(q.page.Keys); n > 0 && (full || n == q.request.Limit) {
		next, err := cursorOf(q.page.Keys[n-1])
		if err != nil {
			return store.Page{}, err
		}
		q.page.More = next != q.request.Until
		q.page.Next = next
	}
	return q.page, nil
}
