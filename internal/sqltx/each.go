package sqltx

import (
	"context"
	"database/sql"
	"fmt"
)

// Queryer is a DB, a *sql.DB or a Tx.
type Queryer interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
}

// Each runs a query and calls scan for every row.
func Each(ctx context.Context, q Queryer, scan func(*sql.Rows) error, query string, args ...any) (err error) {
	rows, err := q.QueryContext(ctx, query, args...)
	if err != nil {
		return fmt.Errorf("%w", err)
	}
	defer func() {
		if closeErr := rows.Close(); err == nil && closeErr != nil {
			err = fmt.Errorf("%w", closeErr)
		}
	}()
	for rows.Next() {
		if err := scan(rows); err != nil {
			return fmt.Errorf("%w", err)
		}
	}
	if err := rows.Err(); err != nil {
		return fmt.Errorf("%w", err)
	}
	return nil
}

// One runs a query and scans its first row; it reports whether there is one.
func One(ctx context.Context, q Queryer, into []any, query string, args ...any) (found bool, err error) {
	err = Each(ctx, q, func(rows *sql.Rows) error {
		if found {
			return nil
		}
		found = true
		return rows.Scan(into...)
	}, query, args...)
	return found, err
}

// Execer is a DB, a *sql.DB or a Tx.
type Execer interface {
	ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
}

// Exec runs a statement and returns how many rows it changed. Whether a row that
// stays as it was counts differs between engines and connections: a statement
// whose count matters has to change a counter.
func Exec(ctx context.Context, e Execer, query string, args ...any) (int64, error) {
	result, err := e.ExecContext(ctx, query, args...)
	if err != nil {
		return 0, fmt.Errorf("%w", err)
	}
	n, err := result.RowsAffected()
	if err != nil {
		return 0, fmt.Errorf("%w", err)
	}
	return n, nil
}
