package sqlstore

import (
	"context"
	"database/sql"
	"errors"

	"github.com/contactsweep/contactsweep/internal/sqltx"
	"github.com/contactsweep/contactsweep/store"
)

// tx is a transaction of a batch. Its statements end with the context of the
// call; the transaction itself ends only by an explicit commit or rollback.
type tx struct {
	engine
	*sqltx.Tx
	ctx context.Context //nolint:containedctx // a tx lives as long as one call
	op  string
	// done is how many rows the statements have deleted or changed, and what of
	// it was left to the database, as far as that is known.
	done int64
}

// transaction runs work in a transaction and commits when it succeeds.
// After any failure, and after a panic, it is rolled back.
func (s *Store) transaction(ctx context.Context, op string, work func(*tx) error) error {
	var failed error // in the work, which says itself what it means
	runner := sqltx.Runner{DB: s.db, Dialect: s.dialect()}
	err := runner.Run(ctx, func(begun *sqltx.Tx) error {
		failed = work(&tx{engine: s.engine, Tx: begun, ctx: ctx, op: op})
		return failed
	})
	var commit *sqltx.CommitError
	switch {
	case failed != nil:
		return failed
	case errors.As(err, &commit):
		return unsettled(op, commit)
	}
	return failure(ctx, s.engine, op, "", err)
}

// unsettled is a commit that failed. Whatever has become of the context, the
// answer of the database counts.
func unsettled(op string, c *sqltx.CommitError) error {
	d := c.Diagnosis
	out := &store.Error{Op: op, Class: storeClass(d.Class), Code: d.Code, Table: d.Table, Constraint: d.Constraint, Err: c.Err}
	if !d.Certain {
		out.Class = store.ErrOutcomeUnknown
	}
	return out
}

// exec runs a statement that changes rows of a table, and returns how many.
func (t *tx) exec(table string, q term) (int64, error) {
	st, err := render(t, q)
	if err != nil {
		return 0, invalid(err)
	}
	r, err := t.ExecContext(t.ctx, st.sql, st.args...)
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
