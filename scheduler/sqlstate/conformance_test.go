package sqlstate_test

import (
	"database/sql"
	"fmt"
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

// conform runs the suite over states that share a database, each with a prefix
// of its own and over a pool of so many connections.
func conform(t *testing.T, e servertest.Engine, connections int) {
	t.Helper()
	database := e.Create(t)
	var n atomic.Int64
	statetest.Run(t, func(tb testing.TB) scheduler.State {
		tb.Helper()
		db := e.Open(tb, database)
		db.SetMaxOpenConns(connections)
		return open(tb, e, db, sqlstate.WithTablePrefix(fmt.Sprintf("t%d_", n.Add(1))))
	})
}

func TestConformance(t *testing.T) {
	t.Parallel()
	servertest.OnEach(t, func(t *testing.T, e servertest.Engine) {
		t.Helper()
		conform(t, e, 8)
	})
}

// One connection is enough for everything. Which calls hold how many does not
// depend on the engine.
func TestConformanceOverOneConnection(t *testing.T) {
	t.Parallel()
	conform(t, servertest.Engines()[0], 1)
}
