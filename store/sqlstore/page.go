package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"

	"github.com/contactsweep/contactsweep/store"
	"github.com/contactsweep/contactsweep/where"
)

// Page returns selected contacts in the order of the walk. It is one statement
// that walks an index from the cursor on, if there is one that starts with what
// the walk goes by.
func (s *Store) Page(ctx context.Context, r store.PageRequest) (store.Page, error) {
	const op = "read page"
	p, err := r.Resolve(s.model.schema)
	if err != nil {
		return store.Page{}, invalid(err)
	}
	q, err := s.pageQuery(r)
	if err != nil {
		return store.Page{}, invalid(err)
	}
	some, err := q.bounds()
	switch {
	case err != nil:
		return store.Page{}, invalid(err)
	case ctx.Err() != nil:
		return store.Page{}, failure(ctx, s.engine, op, "", ctx.Err())
	case !some:
		return store.Page{Next: r.After}, nil
	}
	if r.Scan > 0 && r.Keys == nil {
		if err := q.shorten(ctx); err != nil {
			return store.Page{}, err
		}
	}
	for _, t := range q.selections(p) {
		full, err := q.read(ctx, t)
		if err != nil {
			return store.Page{}, err
		}
		if full || len(q.page.Keys) == r.Limit {
			return q.finish(true)
		}
	}
	return q.finish(false)
}

// read reads contacts for the page, and reports whether there may be more of
// them. When none can be named there is no cursor from which the next page could
// go on behind them, so that more are read.
func (q *pageQuery) read(ctx context.Context, t selection) (full bool, err error) {
	for t.limit = int64(q.request.Limit - len(q.page.Keys)); ; t.limit *= readOn {
		q.scanned = 0
		if err := query(ctx, q.store.engine, q.store.db, "read page", q.c.rows.table, t.term(), q.scan); err != nil {
			return false, err
		}
		if full = q.scanned == t.limit; len(q.page.Keys) > 0 || !full {
			return full, nil
		}
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
	w       way
	request store.PageRequest
	values  fieldValues
	keys    term // of a page by keys; nil: a part of the walk
	part    part
	scanned int64        // rows, those that cannot be named included
	end     store.Cursor // where the page ends if it is not full; "": where it was asked to
	last    station      // of the contacts in the page
	page    store.Page
}

func (s *Store) pageQuery(r store.PageRequest) (*pageQuery, error) {
	if r.Limit < 1 || r.Scan < 0 {
		return nil, fmt.Errorf("a page of %d contacts out of %d", r.Limit, r.Scan)
	}
	q := &pageQuery{store: s, b: s.builder(r.Selection), request: r}
	q.c = q.b.level(s.model.contacts)
	var err error
	if q.w, err = s.way(r.By); err != nil {
		return nil, err
	}
	if r.Keys != nil {
		q.w.by = nil // they are in the order of the key
	}
	q.values, err = s.fieldValues(s.model.contacts, r.Fields)
	return q, err
}

// bounds finds out which part of the contacts the page is of, and reports
// whether there can be any.
func (q *pageQuery) bounds() (some bool, err error) {
	if q.request.Keys != nil {
		keys, err := q.store.distinct(q.request.Keys)
		if err != nil || len(keys) == 0 {
			return false, err
		}
		k, err := q.b.keyList(keys)
		q.keys = q.b.keyIn(q.c, k)
		return true, err
	}
	if q.request.Until == "" {
		return false, nil
	}
	if q.request.After != "" {
		if q.part.from, err = q.w.station(q.request.After); err != nil {
			return false, err
		}
	}
	q.part.to, err = q.w.station(q.request.Until)
	return true, err
}

// selections are the page's statements, usually one.
func (q *pageQuery) selections(p store.Predicates) []selection {
	which := []term{q.keys}
	if q.keys == nil {
		which = q.w.terms(q.b, q.c, q.part, p.Condition)
	} else if condition := q.b.predicate(p.Condition, q.c); condition != nil {
		which[0] = all(q.keys, condition)
	}
	var out []selection
	for _, t := range which {
		out = append(out, selection{
			columns: q.columns(), from: expr(q.b.source(q.c)),
			where: all(t, q.w.known(q.b, q.c), q.b.predicate(p.Scope, q.c), q.b.predicate(p.Unprotected, q.c)),
			order: q.w.order(q.b, q.c, ""),
		})
	}
	return out
}

// shorten ends the page at the contact that is Scan contacts further on, if
// there is one before its end; twice that where it takes two statements.
func (q *pageQuery) shorten(ctx context.Context) error {
	for _, t := range q.w.between(q.b, q.c, q.part) {
		far := selection{
			columns: q.w.read(q.b, q.c), from: expr(q.b.source(q.c)),
			where: all(t, q.w.known(q.b, q.c)),
			order: q.w.order(q.b, q.c, ""), limit: 1, offset: int64(q.request.Scan - 1),
		}.term()
		var end station
		err := query(ctx, q.store.engine, q.store.db, "read page", q.c.rows.table, far, func(r *sql.Rows) (err error) {
			if end, err = q.w.scan(r); errors.Is(err, errKeyRead) {
				end = station{}
				return nil // then the page is longer
			}
			return err
		})
		if err != nil {
			return err
		}
		if !end.key.IsZero() {
			return q.endAt(end)
		}
	}
	return nil
}

func (q *pageQuery) endAt(end station) error {
	cursor, err := q.w.cursor(end)
	if err == nil && cursor != q.request.Until {
		q.part.to, q.end = end, cursor
	}
	return err
}

// columns are the contact's station, and its fields.
func (q *pageQuery) columns() []term {
	return append(q.w.read(q.b, q.c), q.values.columns(q.b, q.c)...)
}

func (q *pageQuery) scan(r *sql.Rows) error {
	p, err := q.w.scan(r, q.values.into...)
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
	q.page.Keys, q.last = append(q.page.Keys, p.key), p
	if q.request.Cursors && q.request.Keys == nil {
		behind, err := q.w.cursor(p)
		if err != nil {
			return err
		}
		q.page.Cursors = append(q.page.Cursors, behind)
	}
	if q.request.Fields == nil {
		return nil
	}
	q.page.Values = append(q.page.Values, slices.Clone(q.values.decoded()))
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
		next, err := q.w.cursor(q.last)
		if err != nil {
			return store.Page{}, err
		}
		q.page.More = next != q.request.Until
		q.page.Next = next
	}
	return q.page, nil
}
