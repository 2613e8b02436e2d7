package sqlstore

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/contactsweep/contactsweep/store"
)

// List implements [store.Operations].
func (l operations) List(ctx context.Context, r store.ListRequest) (store.OperationPage, error) {
	const op = "list operations"
	if err := faulty(r.Check()); err != nil {
		return store.OperationPage{}, err
	}
	q := listing{ledger: l.ledger, request: r}
	if r.After != "" {
		var err error
		if q.after, err = readListed(r.After); err != nil {
			return store.OperationPage{}, invalid(err)
		}
	}
	var now int64
	err := l.read(ctx, op, l.sql("SELECT {now}"), func(rows *sql.Rows) error { return rows.Scan(&now) })
	if err != nil {
		return store.OperationPage{}, err
	}
	out := store.OperationPage{Now: instant(now)}
	err = l.read(ctx, op, q.term(now), func(rows *sql.Rows) error {
		o, err := scanRecord(rows, r.Documents)
		out.Operations = append(out.Operations, o.Operation)
		return err
	})
	if err != nil {
		return store.OperationPage{}, err
	}
	if n := len(out.Operations); n > r.Limit {
		out.Operations, out.More = out.Operations[:r.Limit], true
	}
	out.Next = r.After
	if n := len(out.Operations); n > 0 && !r.Ready {
		last := out.Operations[n-1]
		out.Next, err = listed{last.ID, last.Created.UnixMicro()}.cursor()
	}
	return out, err
}

// listing makes the statement of a list.
type listing struct {
	*ledger
	request store.ListRequest
	after   listed
}

// term finds the operations of each state by an index of its own, and those that
// are ready by theirs, and reads the records of those that the page is of.
func (q listing) term(now int64) term {
	order := []string{q.write("[o].[created]"), q.write("[o].[id]")}
	if q.request.Ready {
		s := q.records(q.request.Documents, all(append(q.created(q.request.From, q.request.Until),
			q.sql("[o].[scope] = ?text AND [o].[ready] > ?int AND [o].[ready] <= ?int AND [o].[expires] <= ?int", q.request.Scope, 0, now, now),
			q.among(q.request.States))...))
		s.order, s.limit = []string{q.write("[o].[ready]"), order[1]}, int64(q.request.Limit)+1
		return s.term()
	}
	if !q.request.OldestFirst {
		order[0], order[1] = order[0]+" DESC", order[1]+" DESC"
	}
	s := q.records(q.request.Documents, nil)
	s.order, s.limit = order, int64(q.request.Limit)+1
	if len(q.request.States) == 0 {
		s.where = q.part(nil)
		return s.term()
	}
	var parts []string
	var args []any
	for i, state := range q.request.States {
		one := selection{
			columns: []term{q.sql("[o].[id]")}, from: q.sql("{operations} AS [o]"), where: q.part(&state), order: order, limit: s.limit,
		}
		parts = append(parts, fmt.Sprintf("SELECT %s FROM (?) AS %s", q.quote("id"), q.quote(fmt.Sprintf("s%d", i+1))))
		args = append(args, one.term())
	}
	s.from = q.sql("(?) AS [p] JOIN {operations} AS [o] ON [o].[id] = [p].[id]", expr(strings.Join(parts, " UNION "), args...))
	return s.term()
}

// part is true for the operations of a state, or of all, that the page can be of.
func (q listing) part(state *store.State) term {
	terms := []term{q.sql("[o].[scope] = ?text", q.request.Scope)}
	if state != nil {
		terms = append(terms, q.sql("[o].[state] = ?text", string(*state)))
	}
	terms = append(terms, q.created(q.request.From, q.request.Until)...)
	if q.after.ID != "" {
		form := "[o].[created] <= ?int AND ([o].[created] < ?int OR [o].[id] < ?text)"
		if q.request.OldestFirst {
			form = strings.ReplaceAll(form, "<", ">")
		}
		terms = append(terms, q.sql(form, q.after.N, q.after.N, q.after.ID))
	}
	return all(terms...)
}

func (l *ledger) created(from, until time.Time) []term {
	var out []term
	if !from.IsZero() {
		out = append(out, l.sql("[o].[created] >= ?int", ceiling(from)))
	}
	if !until.IsZero() {
		out = append(out, l.sql("[o].[created] < ?int", ceiling(until)))
	}
	return out
}

// ceiling is the first microsecond that is not before the time.
func ceiling(t time.Time) int64 {
	n := t.UnixMicro()
	if time.UnixMicro(n).Before(t) {
		n++
	}
	return n
}

func (l *ledger) among(states []store.State) term {
	if len(states) == 0 {
		return nil
	}
	var ways []term
	for _, s := range states {
		ways = append(ways, l.sql("[o].[state] = ?text", string(s)))
	}
	return anyOf(ways...)
}

// Summary implements [store.Operations].
func (l operations) Summary(ctx context.Context, r store.SummaryRequest) ([]store.SummaryCell, error) {
	if err := faulty(store.CheckScope(r.Scope)); err != nil {
		return nil, err
	}
	const quarter = int64(15 * time.Minute / time.Microsecond)
	divided, whole := "/", "bigint"
	if l.dialect() == MySQL {
		divided, whole = "DIV", "SIGNED"
	}
	slot := fmt.Sprintf("[o].[created] %s %d", divided, quarter)
	where := all(append([]term{l.sql("[o].[scope] = ?text", r.Scope)}, l.created(r.From, r.Until)...)...)
	q := l.sql("SELECT "+slot+", [o].[state], count(*), CAST(sum([o].[deleted]) AS "+whole+") FROM {operations} AS [o] WHERE ? GROUP BY "+
		slot+", [o].[state] ORDER BY "+slot+", [o].[state]", where)
	var out []store.SummaryCell
	err := l.read(ctx, "summarise operations", q, func(rows *sql.Rows) error {
		var c store.SummaryCell
		var start int64
		var state string
		if err := rows.Scan(&start, &state, &c.Operations, &c.Deleted); err != nil {
			return err //nolint:wrapcheck // wrapped by each
		}
		c.Start, c.State = time.UnixMicro(start*quarter).UTC(), store.State(state)
		out = append(out, c)
		return nil
	})
	return out, err
}

// listed is a place in a list that is ordered by a number and an ID.
type listed struct {
	ID string
	N  int64
}

func (p listed) cursor() (store.Cursor, error) {
	text, err := json.Marshal(p)
	if err != nil {
		return "", fmt.Errorf("sqlstore: cursor: %w", err)
	}
	return store.Cursor(keyCursor + string(text)), nil
}

func readListed(c store.Cursor) (listed, error) {
	text, ok := strings.CutPrefix(string(c), keyCursor)
	var p listed
	if !ok || json.Unmarshal([]byte(text), &p) != nil || p.ID == "" {
		return listed{}, errCursor
	}
	return p, nil
}
