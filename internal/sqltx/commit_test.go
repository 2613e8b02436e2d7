package sqltx_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/contactsweep/contactsweep/internal/dialect"
	"github.com/contactsweep/contactsweep/internal/servertest"
	"github.com/contactsweep/contactsweep/internal/sqlerr"
	"github.com/contactsweep/contactsweep/internal/sqltx"
)

// A constraint that is tested at the end fails the commit itself.
func TestACommitThatTheEngineRefusesDidNothing(t *testing.T) {
	t.Parallel()
	onEach(t, func(d desk) {
		if d.Dialect == dialect.MySQL {
			d.Skip("it tests all constraints at once")
		}
		for _, statement := range []string{
			map[dialect.Dialect]string{dialect.SQLite: "PRAGMA foreign_keys = 1", dialect.PostgreSQL: "SELECT 1"}[d.Dialect],
			"CREATE TABLE below (t INTEGER REFERENCES t DEFERRABLE INITIALLY DEFERRED)",
		} {
			_, err := d.db.ExecContext(d.Context(), statement)
			require.NoError(d, err)
		}
		err := d.runner.Run(d.Context(), func(t *sqltx.Tx) error {
			if _, err := t.ExecContext(d.Context(), increment); err != nil {
				return err
			}
			_, err := t.ExecContext(d.Context(), "INSERT INTO below VALUES (7)")
			return err
		})
		var commit *sqltx.CommitError
		require.ErrorAs(d, err, &commit)
		require.True(d, commit.Certain)
		require.Equal(d, sqlerr.Constraint, commit.Class)
		require.EqualError(d, err, "commit: constraint violation")
		require.Zero(d, d.n(), "and the connection is free")
	})
}

func TestNobodyKnowsOfACommitOnALostConnection(t *testing.T) {
	t.Parallel()
	e := servertest.Engines()[1]
	database := e.Create(t)
	db, other := e.Open(t, database), e.Open(t, database)
	err := sqltx.Runner{DB: db, Dialect: e.Dialect}.Run(t.Context(), func(x *sqltx.Tx) error {
		var session int64
		if _, err := sqltx.One(t.Context(), x, []any{&session}, "SELECT pg_backend_pid()"); err != nil {
			return err
		}
		var ended bool
		_, err := sqltx.One(t.Context(), other, []any{&ended}, "SELECT pg_terminate_backend($1, 10000)", session)
		require.True(t, ended)
		return err
	})
	var commit *sqltx.CommitError
	require.ErrorAs(t, err, &commit)
	require.False(t, commit.Certain)
	require.EqualError(t, err, "commit: outcome of the transaction is unknown")
	require.ErrorIs(t, err, commit.Err)
}
