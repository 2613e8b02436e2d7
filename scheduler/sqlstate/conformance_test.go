package sqlstate_test

import (
	"database/sql"
	"fmt"
	"slices"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/contactsweep/contactsweep/internal/servertest"
	"github.com/contactsweep/contactsweep/scheduler"
	"github.com/contactsweep/contactsweep/scheduler/sqlstate"
	"github.com/contactsweep/contactsweep/scheduler/statetest"
)

// open migrates a database and opens a state over it.
func open(tb testing.TB, e servertest.Engine, db *sql.DB, opts ...sqlstate.Option) *sqlstate.State {
	tb.Helper()
	require.NoError(tb, sqlstate.Migrate(tb.Context(), db, e.Dialect, opts...))
	st, err := sqlstate.Open(tb.Context(), db, e.Dialect, opts...)
	require.NoError(tb, err)
	return st
}

// conform runs the suite over states with a prefix of their own, each over a pool of
// so many connections. On servers they share a database.
func conform(t *testing.T, e servertest.Engine, connections int) {
	t.Helper()
	database := e.Create(t)
	var n atomic.Int64
	statetest.Run(t, func(tb testing.TB) scheduler.State {
		tb.Helper()
		database := database
		if e.Dialect == sqlstate.SQLite { // where all writers of a database wait for each other
			database = e.Create(tb)
		}
		db := e.Open(tb, database)
		db.SetMaxOpenConns(connections)
		prefix := sqlstate.WithTablePrefix(fmt.Sprintf("t%d_", n.Add(1)))
		versions, err := sqlstate.SQL(e.Dialect, prefix) // which takes less time than to migrate
		require.NoError(tb, err)
		for _, statement := range slices.Concat(versions...) {
			execute(tb, db, statement)
		}
		st, err := sqlstate.Open(tb.Context(), db, e.Dialect, prefix)
		require.NoError(tb, err)
		return st
	})
}

func TestConformance(t *testing.T) {
	t.Parallel()
	servertest.OnEach(t, func(t *testing.T, e servertest.Engine) {
		t.Helper()
		conform(t, e, 8)
	})
}
