package sqlstate

import (
	"context"
	"database/sql"
	"slices"
	"strings"
	"time"

	"github.com/contactsweep/contactsweep/internal/sqltx"
	"github.com/contactsweep/contactsweep/scheduler"
)

// Runs implements [scheduler.State].
func (s *State) Runs(ctx context.Context, r scheduler.RunsRequest) (scheduler.RunsPage, error) {
	if err := r.Validate(); err != nil {
		return scheduler.RunsPage{}, err
	}
	var page scheduler.RunsPage
	err := s.repeat(ctx, "read the history", func() (err error) {
		page, err = s.page(ctx, r)
		return err
	})
	return page, err
}

func (s *State) page(ctx context.Context, r scheduler.RunsRequest) (scheduler.RunsPage, error) {
	query, args := s.pageQuery(r)
	var page scheduler.RunsPage
	err := sqltx.Each(ctx, s.db, func(rows *sql.Rows) error {
		var now int64
		var row runRow
		if err := rows.Scan(append([]any{&now}, row.into()...)...); err != nil {
			return err
		}
		page.Now = moment(now)
		if run := row.record(); run != nil {
			page.Runs = append(page.Runs, *run)
		}
		return nil
	}, query, args...)
	if err != nil {
		return scheduler.RunsPage{}, err
	}
	slices.SortFunc(page.Runs, func(a, b scheduler.RunRecord) int { return int(b.ID - a.ID) })
	if page.More = len(page.Runs) > r.Limit; page.More {
		page.Runs = page.Runs[:r.Limit]
	}
	return page, nil
}

// pageQuery asks for one run more than the page holds, and has one row at least.
func (s *State) pageQuery(r scheduler.RunsRequest) (query string, args []any) {
	var terms []string
	term := func(text string, values ...any) { terms, args = append(terms, text), append(args, values...) }
	if r.Task != "" {
		term("h.task = ?", r.Task)
	}
	if r.Kind != "" {
		term("h.kind = ? AND h.slot_us = ?", string(r.Kind), r.Slot.UnixMicro())
	}
	if r.Before > 0 {
		term("h.id < ?", r.Before)
	}
	where := ""
	if len(terms) > 0 {
		where = " WHERE " + strings.Join(terms, " AND ")
	}
	args = append(args, r.Limit+1)
	names := strings.Join(columns(s.dialect, "h.", runs()), ", ")
	return s.dialect.Rebind("SELECT n.now_us, " + names + " FROM " + s.clock() + " LEFT JOIN (SELECT " + names + " FROM " + s.runs + " h" + where +
		" ORDER BY h.id DESC LIMIT ?) h ON 1 = 1"), args
}

// Prune implements [scheduler.State].
func (s *State) Prune(ctx context.Context, r scheduler.PruneRequest) (int64, error) {
	if err := r.Validate(); err != nil {
		return 0, err
	}
	var n int64
	err := s.repeat(ctx, "prune the history", func() error {
		n = 0
		runner := sqltx.Runner{DB: s.db, Dialect: s.dialect, Table: s.runs}
		return runner.Run(ctx, func(x *sqltx.Tx) (err error) {
			n, err = s.prune(ctx, x, r)
			return err
		})
	})
	if err != nil {
		return 0, err
	}
	return n, nil
}

// prune deletes runs that it has looked up before. Such a run can never again
// become the last one of its task, because it is settled only once.
func (s *State) prune(ctx context.Context, x *sqltx.Tx, r scheduler.PruneRequest) (n int64, err error) {
	query, args := s.pruneQuery(r)
	var ids []any
	err = sqltx.Each(ctx, x, func(rows *sql.Rows) error {
		var id int64
		if err := rows.Scan(&id); err != nil {
			return err
		}
		ids = append(ids, id)
		return nil
	}, query, args...)
	if err != nil {
		return 0, err
	}
	const many = 1000
	for some := range slices.Chunk(ids, many) {
		deleted, err := sqltx.Exec(ctx, x, s.dialect.Rebind("DELETE FROM "+s.runs+" WHERE id IN (?"+strings.Repeat(", ?", len(some)-1)+")"), some...)
		if err != nil {
			return 0, err
		}
		n += deleted
	}
	return n, nil
}

// pruneQuery finds the oldest runs. One that has not ended has a time before 1970.
func (s *State) pruneQuery(r scheduler.PruneRequest) (query string, args []any) {
	query = "SELECT h.id FROM " + s.runs + " h WHERE h.ended_us >= 0 AND h.ended_us <= " + s.dialect.Now() + " - ?"
	args = append(args, microsecondsUp(r.Age))
	if r.Task != "" {
		query, args = query+" AND h.task = ?", append(args, r.Task)
	}
	query += " AND NOT EXISTS (SELECT 1 FROM " + s.tasks + " t WHERE t.task = h.task AND t.last_kind = h.kind AND t.last_slot_us = h.slot_us)" +
		" ORDER BY h.ended_us LIMIT ?"
	return s.dialect.Rebind(query), append(args, r.Limit)
}

// microsecondsUp rounds up: what is younger must stay.
func microsecondsUp(d time.Duration) int64 {
	return int64((d-1)/time.Microsecond) + 1
}
