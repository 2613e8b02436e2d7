package sqltx

import (
	"context"
	"database/sql"
)

// Tx is a transaction on one connection. Its statements end with the context
// that they are given; the transaction itself ends only with [Runner.Run]. It is
// not safe for concurrent use.
type Tx struct {
	sql *sql.Tx
	// asking is set while the driver starts a query. After a panic there
	// database/sql waits for ever when the transaction is rolled back.
	asking bool
	failed error // the first one
}

// QueryContext runs a statement that returns rows.
func (t *Tx) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	if t.failed != nil {
		return nil, t.failed
	}
	t.asking = true
	rows, err := t.sql.QueryContext(ctx, query, args...)
	t.asking = false
	t.failed = err
	return rows, err
}

// ExecContext runs a statement that returns no rows.
func (t *Tx) ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error) {
	if t.failed != nil {
		return nil, t.failed
	}
	result, err := t.sql.ExecContext(ctx, query, args...)
	t.failed = err
	return result, err
}
