package sqltx_test

import (
	"context"
	"database/sql"
	"errors"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/sync/errgroup"

	"github.com/contactsweep/contactsweep/internal/servertest"
	"github.com/contactsweep/contactsweep/internal/sqltx"
)

// desk is a database with a table t of one row, in which n is 0.
type desk struct {
	*testing.T
	servertest.Engine
	db     *sql.DB
	runner sqltx.Runner
}

func onEach(t *testing.T, test func(desk)) {
	t.Helper()
	servertest.OnEach(t, func(t *testing.T, e servertest.Engine) {
		t.Helper()
		db := e.New(t)
		db.SetMaxOpenConns(1)
		for _, statement := range []string{"CREATE TABLE t (id INTEGER PRIMARY KEY, n INTEGER NOT NULL)", "INSERT INTO t VALUES (1, 0)"} {
			_, err := db.ExecContext(t.Context(), statement)
			require.NoError(t, err)
		}
		test(desk{t, e, db, sqltx.Runner{DB: db, Dialect: e.Dialect, Table: "t"}})
	})
}

func (d desk) n() (n int) {
	d.Helper()
	found, err := sqltx.One(d.Context(), d.db, []any{&n}, "SELECT n FROM t WHERE id = 1")
	require.NoError(d, err)
	require.True(d, found)
	return n
}

const increment = "UPDATE t SET n = n + 1 WHERE id = 1"

func TestWhatFailsIsNotThere(t *testing.T) {
	t.Parallel()
	onEach(t, func(d desk) {
		work := func(after func(*sqltx.Tx) error) error {
			return d.runner.Run(d.Context(), func(t *sqltx.Tx) error {
				n, err := sqltx.Exec(d.Context(), t, increment)
				require.NoError(d, err)
				require.EqualValues(d, 1, n)
				return after(t)
			})
		}
		own := errors.New("own")
		require.ErrorIs(d, work(func(*sqltx.Tx) error { return own }), own)
		require.Zero(d, d.n())
		require.PanicsWithValue(d, "own", func() { _ = work(func(*sqltx.Tx) error { panic("own") }) })
		require.Zero(d, d.n(), "after a panic the connection is free and nothing is there")

		// A failed statement cannot be passed over.
		require.Error(d, work(func(t *sqltx.Tx) error {
			_, first := t.ExecContext(d.Context(), "INSERT INTO t VALUES (1, 5)")
			_, second := t.ExecContext(d.Context(), increment)
			_, third := t.QueryContext(d.Context(), "SELECT 1") //nolint:sqlclosecheck,rowserrcheck // it fails
			require.Error(d, first)
			require.Equal(d, []error{first, first}, []error{second, third})
			return nil
		}))
		require.Zero(d, d.n())
		require.NoError(d, work(func(*sqltx.Tx) error { return nil }))
		require.Equal(d, 1, d.n())
	})
}

func TestAnEndedContextCommitsNothing(t *testing.T) {
	t.Parallel()
	onEach(t, func(d desk) {
		ctx, cancel := context.WithCancel(d.Context())
		err := d.runner.Run(ctx, func(t *sqltx.Tx) error {
			_, err := t.ExecContext(ctx, increment)
			cancel()
			return err
		})
		require.ErrorIs(d, err, context.Canceled)
		require.Zero(d, d.n())
		require.ErrorIs(d, d.runner.Run(ctx, func(*sqltx.Tx) error { return nil }), context.Canceled)
		require.NoError(d, d.runner.Run(d.Context(), func(*sqltx.Tx) error { return nil }), "the connection is free")
	})
}

// Whoever reads first and then writes must not fail because others write, too.
func TestReadingBeforeWritingLosesNothing(t *testing.T) {
	t.Parallel()
	servertest.OnEach(t, func(t *testing.T, e servertest.Engine) {
		t.Helper()
		database := e.Create(t)
		first := e.Open(t, database)
		for _, statement := range []string{"CREATE TABLE t (id INTEGER PRIMARY KEY, n INTEGER NOT NULL)", "INSERT INTO t VALUES (1, 0)"} {
			_, err := first.ExecContext(t.Context(), statement)
			require.NoError(t, err)
		}
		var g errgroup.Group
		for range 4 {
			runner := sqltx.Runner{DB: e.Open(t, database), Dialect: e.Dialect, Table: "t"}
			g.Go(func() error {
				for range 20 {
					if err := runner.Run(t.Context(), func(x *sqltx.Tx) error {
						var n int
						if _, err := sqltx.One(t.Context(), x, []any{&n}, "SELECT n FROM t WHERE id = 1"+e.Dialect.ForUpdate()); err != nil {
							return err
						}
						_, err := sqltx.Exec(t.Context(), x, e.Dialect.Rebind("UPDATE t SET n = ? WHERE id = 1"), n+1)
						return err
					}); err != nil {
						return err
					}
				}
				return nil
			})
		}
		require.NoError(t, g.Wait())
		var n int
		require.NoError(t, first.QueryRowContext(t.Context(), "SELECT n FROM t").Scan(&n))
		require.Equal(t, 80, n)
	})
}
