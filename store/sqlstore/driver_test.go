package sqlstore_test

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
	"modernc.org/sqlite"
)

// hooks is a driver over modernc's that shows every statement to a test before
// and after it runs, and can fail it.
type hooks struct {
	dsn string

	mu     sync.Mutex
	before func(what, query string) error
	after  func(what, query string) error
	seen   []seen
}

// seen is a statement as the driver got it.
type seen struct {
	query string
	args  []driver.NamedValue
}

// hooked opens a database through hooks.
func hooked(tb testing.TB, path string, dsn string) (*sql.DB, *hooks) {
	tb.Helper()
	h := &hooks{dsn: "file:" + strings.ReplaceAll(path, "#", "%23") + dsn}
	db := sql.OpenDB(h)
	tb.Cleanup(func() { require.NoError(tb, db.Close()) })
	return db, h
}

// set replaces the hooks; they are called with "begin", "exec", "query",
// "commit" or "rollback".
func (h *hooks) set(before, after func(what, query string) error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.before, h.after, h.seen = before, after, nil
}

// statements returns what was executed since set.
func (h *hooks) statements() []seen {
	h.mu.Lock()
	defer h.mu.Unlock()
	return append([]seen(nil), h.seen...)
}

func (h *hooks) enter(what, query string, args []driver.NamedValue) error {
	h.mu.Lock()
	if query != "" {
		h.seen = append(h.seen, seen{query, args})
	}
	f := h.before
	h.mu.Unlock()
	if f != nil {
		return f(what, query)
	}
	return nil
}

func (h *hooks) leave(what, query string, err error) error {
	h.mu.Lock()
	f := h.after
	h.mu.Unlock()
	if f == nil || err != nil {
		return err
	}
	return f(what, query)
}

func (h *hooks) Connect(context.Context) (driver.Conn, error) {
	c, err := (&sqlite.Driver{}).Open(h.dsn)
	if err != nil {
		return nil, err
	}
	inner, ok := c.(innerConn)
	if !ok {
		return nil, errors.New("the driver has changed")
	}
	return &hookedConn{innerConn: inner, hooks: h}, nil
}

func (h *hooks) Driver() driver.Driver { return &sqlite.Driver{} }

type innerConn interface {
	driver.Conn
	driver.ConnBeginTx
	driver.ConnPrepareContext
	driver.ExecerContext
	driver.QueryerContext
}

type hookedConn struct {
	innerConn

	hooks *hooks
}

func (c *hookedConn) ExecContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Result, error) {
	if err := c.hooks.enter("exec", query, args); err != nil {
		return nil, err
	}
	r, err := c.innerConn.ExecContext(ctx, query, args)
	return r, c.hooks.leave("exec", query, err)
}

func (c *hookedConn) QueryContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Rows, error) {
	if err := c.hooks.enter("query", query, args); err != nil {
		return nil, err
	}
	r, err := c.innerConn.QueryContext(ctx, query, args)
	if err != nil {
		return nil, err
	}
	if err := c.hooks.leave("query", query, nil); err != nil {
		return nil, errors.Join(err, r.Close())
	}
	return r, nil
}

func (c *hookedConn) BeginTx(ctx context.Context, opts driver.TxOptions) (driver.Tx, error) {
	if err := c.hooks.enter("begin", "", nil); err != nil {
		return nil, err
	}
	t, err := c.innerConn.BeginTx(ctx, opts)
	return &hookedTx{t, c.hooks}, c.hooks.leave("begin", "", err)
}

type hookedTx struct {
	driver.Tx

	hooks *hooks
}

func (t *hookedTx) Commit() error {
	if err := t.hooks.enter("commit", "", nil); err != nil {
		return err
	}
	return t.hooks.leave("commit", "", t.Tx.Commit())
}

func (t *hookedTx) Rollback() error {
	if err := t.hooks.enter("rollback", "", nil); err != nil {
		return err
	}
	return t.hooks.leave("rollback", "", t.Tx.Rollback())
}
