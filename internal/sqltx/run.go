package sqltx

import (
	"context"
	"database/sql"

	"github.com/contactsweep/contactsweep/internal/dialect"
	"github.com/contactsweep/contactsweep/internal/sqlerr"
)

// DB is the part of *sql.DB that is needed; wrappers that have it work as well.
type DB interface {
	ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	BeginTx(ctx context.Context, opts *sql.TxOptions) (*sql.Tx, error)
}

// Runner runs transactions, all in the same way.
type Runner struct {
	DB      DB
	Dialect dialect.Dialect
	// Table is a quoted table that exists. On SQLite each transaction begins
	// with a write to it that changes nothing, so that it waits for other
	// writers instead of failing when it writes after having read. "" is for
	// work that begins with a write itself, or only reads.
	Table string
}

// Run runs work in a transaction, at [dialect.Dialect.Isolation], and commits
// when it succeeds. After any failure, and after a panic, it is rolled back. No
// statement follows a failed one, even if the work would go on: SQLite may have
// ended the transaction by itself, and the statement would be committed at once.
//
// The work's own error is returned as it is, and what the driver says before the
// work as the driver says it; a failed commit is a [CommitError]. When the
// context ends before the commit, nothing is done and its error is returned.
func (r Runner) Run(ctx context.Context, work func(*Tx) error) error {
	begun, release, err := r.begin(ctx)
	if err != nil {
		return err
	}
	defer release()
	done := false
	t := &Tx{sql: begun}
	defer func() {
		if !done && !t.asking {
			rollback(begun)
		}
	}()
	if first := r.Dialect.TakeWrite(r.Table); first != "" && r.Table != "" {
		if _, err := t.ExecContext(ctx, first); err != nil {
			return err
		}
	}
	if err := work(t); err != nil {
		return err
	}
	if t.failed != nil {
		return t.failed
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	done = true
	return r.commit(begun)
}

// begin waits for a connection as long as the context allows, but does not tie
// the transaction to it: database/sql would roll back in the background.
func (r Runner) begin(ctx context.Context) (*sql.Tx, context.CancelFunc, error) {
	own, cancel := context.WithCancel(context.WithoutCancel(ctx))
	stop := context.AfterFunc(ctx, cancel)
	begun, err := r.DB.BeginTx(own, &sql.TxOptions{Isolation: r.Dialect.Isolation()})
	if stop() || err != nil {
		if err != nil {
			cancel()
			return nil, nil, err
		}
		return begun, cancel, nil
	}
	rollback(begun)
	cancel()
	return nil, nil, ctx.Err()
}

// rollback has no error to report: it fails when the transaction is gone
// already, which is what SQLite does by itself after some errors.
func rollback(t *sql.Tx) { _ = t.Rollback() }

// commit leaves no doubt where the engine leaves none: an engine that says it
// is busy, or that a constraint fails, has not committed, and the driver has
// rolled back, because database/sql gives the connection back in any case.
func (r Runner) commit(t *sql.Tx) error {
	err := t.Commit()
	if err == nil {
		return nil
	}
	rollback(t)
	return &CommitError{Diagnosis: sqlerr.Diagnose(r.Dialect, err), Err: err}
}

// CommitError is a commit that failed. If Certain is false, nobody knows whether
// the transaction was committed; otherwise it was not.
type CommitError struct {
	sqlerr.Diagnosis
	Err error // the driver's
}

// Error has nothing of the driver's text.
func (e *CommitError) Error() string {
	if e.Certain {
		return "commit: " + e.Class.String()
	}
	return "commit: outcome of the transaction is unknown"
}

// Unwrap returns the driver's error.
func (e *CommitError) Unwrap() error { return e.Err }
