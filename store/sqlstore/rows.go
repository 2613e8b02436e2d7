package sqlstore

import (
	"context"
	"database/sql"
	"fmt"

	"github.com/contactsweep/contactsweep/store"
	"github.com/contactsweep/contactsweep/where"
)

var _ store.RowReader = (*Store)(nil)

// ReadRows reads rows that belong to contacts. It is one statement, which is
// open while visit runs.
func (s *Store) ReadRows(ctx context.Context, r store.RowsRequest, visit func([]where.Value) error) error {
	const op = "read rows"
	q, err := s.rowQuery(r)
	if err != nil {
		return err
	}
	if err := ctx.Err(); err != nil {
		return failure(ctx, s.engine, op, "", err)
	}
	t, err := q.term(r)
	if err != nil || t == nil {
		return err
	}
	var stopped error
	err = query(ctx, s.engine, s.db, op, q.a.Table, t, func(rows *sql.Rows) error {
		if err := rows.Scan(q.values.into...); err != nil {
			return fmt.Errorf("%w", err)
		}
		stopped = visit(q.values.decoded())
		return stopped
	})
	if stopped != nil {
		return stopped
	}
	return err
}

// rowQuery makes and reads the statement of a [store.RowsRequest].
type rowQuery struct {
	store  *Store
	b      *builder
	a      *association
	is     store.Predicates
	values fieldValues
}

func (s *Store) rowQuery(r store.RowsRequest) (*rowQuery, error) {
	at, err := r.Resolve(s.model.schema)
	if err != nil {
		return nil, invalid(err)
	}
	q := &rowQuery{store: s, b: s.builder(r.Selection), a: s.model.all[at]}
	q.b.few = true
	if q.is, err = r.Selection.Resolve(s.model.schema); err != nil {
		return nil, invalid(err)
	}
	if q.values, err = s.fieldValues(q.a.rows, r.Fields); err != nil {
		return nil, invalid(err)
	}
	return q, nil
}

// term is the statement, nil where there are no contacts.
func (q *rowQuery) term(r store.RowsRequest) (term, error) {
	b, a := q.b, q.a
	row := b.level(a.rows)
	if !a.OfContacts {
		row = b.led(a, row)
	}
	var passed func(level) term
	if r.Passed != "" {
		var err error
		if passed, err = q.passed(r.Passed); err != nil {
			return nil, invalid(err)
		}
	}
	keys, err := q.store.distinct(r.Keys)
	if err != nil {
		return nil, invalid(err)
	}
	if len(keys) == 0 {
		return nil, nil //nolint:nilnil // nothing to read
	}
	k, err := b.keyList(keys)
	if err != nil {
		return nil, invalid(err)
	}
	tests := []term{b.reached(a, row, k)}
	if a.OfContacts {
		tests = append(tests, b.predicate(q.is.Scope, row), b.predicate(q.is.Unprotected, row))
	}
	if passed != nil && store.Sharable(q.store.model.schema, a.index) {
		tests = append(tests, expr("NOT (?)", b.owned(a, row, passed)))
	}
	return selection{columns: q.values.columns(b, row), from: expr(b.source(row)), where: all(tests...)}.term(), nil
}

// passed returns the test for contacts up to the cursor that are selected.
func (q *rowQuery) passed(cursor store.Cursor) (func(level) term, error) {
	w, err := q.store.way("")
	if err != nil {
		return nil, err
	}
	end, err := w.station(cursor)
	return func(c level) term {
		return all(w.known(q.b, c), w.beyond(q.b, c, "<=", end),
			q.b.predicate(q.is.Condition, c), q.b.predicate(q.is.Scope, c), q.b.predicate(q.is.Unprotected, c))
	}, err
}

// owned is true for a row of the association that belongs to a contact which
// passes the test, seen from the row: unlike reached, it is for few rows and
// many contacts. That the row passes the association's own condition is known.
// It is never unknown.
func (b *builder) owned(a *association, row level, test func(level) term) term {
	ways := make([]term, len(a.refs))
	for i, r := range a.refs {
		above := b.model.contacts
		if a.above != nil {
			above = a.above.rows
		}
		up := b.level(above)
		tests := []term{b.refersBy(r, up, row)}
		if a.above == nil {
			tests = append(tests, test(up))
		} else {
			tests = append(tests, b.rowCondition(a.above, up), b.owned(a.above, up, test))
		}
		ways[i] = expr("EXISTS (?)", selection{columns: []term{expr("1")}, from: expr(b.source(up)), where: all(tests...)}.term())
	}
	return anyOf(ways...)
}
