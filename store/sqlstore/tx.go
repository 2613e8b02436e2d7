package sqlstore

import (
	"context"
	"database/sql"
	"fmt"

	"github.com/contactsweep/contactsweep/store"
)

// tx is a transaction on one connection. Its statements end with the context
// of the call; the transaction itself ends only by an explicit commit or
// rollback.
type tx struct {
	engine
	ctx context.Context //nolint:containedctx // a tx lives as long as one call
	op  string
	sql *sql.Tx
	// asking is set while the driver starts a query. After a panic there
	// database/sql waits for ever when the transaction is rolled back.
	asking bool
	// done is how many rows the statements have deleted or changed, and what of
	// it was left to the database, as far as that is known.
	done int64
}

// QueryContext implements queryer.
func (t *tx) QueryContext(ctx context.Context, text string, args ...any) (*sql.Rows, error) {
	t.asking = true
	rows, err := t.sql.QueryContext(ctx, text, args...)
	t.asking = false
	return rows, err //nolint:wrapcheck // for each, which wraps it
}

// transaction runs work in a transaction and commits when it succeeds.
// After any failure, and after a panic, it is rolled back. No statement
// follows a failed one: SQLite may have ended the transaction by itself, and
// the statement would be committed at once.
func (s *Store) transaction(ctx context.Context, op string, work func(*tx) error) (err error) {
	begun, release, err := s.begin(ctx)
	if err != nil {
		return failure(ctx, s.engine, op, "", err)
	}
	defer release()
	done := false
	t := &tx{engine: s.engine, ctx: ctx, op: op, sql: begun}
	defer func() {
		if !done && !t.asking {
			rollback(begun)
		}
	}()
	if err := work(t); err != nil {
		return err
	}
	if err := ctx.Err(); err != nil {
		return failure(ctx, s.engine, op, "", err)
	}
	done = true
	return s.commit(op, begun)
}

// begin waits for a connection as long as the context allows, but does not tie
// the transaction to it: database/sql would roll back in the background.
func (s *Store) begin(ctx context.Context) (*sql.Tx, context.CancelFunc, error) {
	own, cancel := context.WithCancel(context.WithoutCancel(ctx))
	stop := context.AfterFunc(ctx, cancel)
	begun, err := s.db.BeginTx(own, &sql.TxOptions{Isolation: s.isolation()})
	if stop() || err != nil {
		if err != nil {
			cancel()
			return nil, nil, fmt.Errorf("%w", err)
		}
		return begun, cancel, nil
	}
	rollback(begun)
	cancel()
	return nil, nil, fmt.Errorf("%w", ctx.Err())
}

// rollback has no error to report: it fails when the transaction is gone
// already, which is what SQLite does by itself after some errors.
func rollback(t *sql.Tx) { _ = t.Rollback() }

// commit leaves no doubt where the engine leaves none: an engine that says it
// is busy, or that a constraint fails, has not committed, and the driver has
// rolled back, because database/sql gives the connection back in any case.
func (s *Store) commit(op string, t *sql.Tx) error {
	err := t.Commit()
	if err == nil {
		return nil
	}
	rollback(t)
	d := s.diagnose(err)
	if !d.certain {
		d.class = store.ErrOutcomeUnknown
	}
	return &store.Error{Op: op, Class: d.class, Code: d.code, Table: d.table, Constraint: d.constraint, Err: err}
}

// exec runs a statement that changes rows of a table, and returns how many.
func (t *tx) exec(table string, q term) (int64, error) {
	st, err := render(t, q)
	if err != nil {
		return 0, invalid(err)
	}
	r, err := t.sql.ExecContext(t.ctx, st.sql, st.args...)
	if err != nil {
		return 0, failure(t.ctx, t, t.op, table, err)
	}
	n, err := r.RowsAffected()
	t.done += n
	return n, failure(t.ctx, t, t.op, table, err)
}

// query reads rows.
func (t *tx) query(table string, q term, scan func(*sql.Rows) error) error {
	return query(t.ctx, t.engine, t, t.op, table, q, scan)
}

func query(ctx context.Context, e engine, q queryer, op, table string, what term, scan func(*sql.Rows) error) error {
	st, err := render(e, what)
	if err != nil {
		return invalid(err)
	}
	return failure(ctx, e, op, table, each(ctx, q, scan, st.sql, st.args...))
}
