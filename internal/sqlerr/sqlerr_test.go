package sqlerr_test

import (
	"context"
	"database/sql"
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/contactsweep/contactsweep/internal/dialect"
	"github.com/contactsweep/contactsweep/internal/servertest"
	"github.com/contactsweep/contactsweep/internal/sqlerr"
)

// What each code means is tested with store/sqlstore.
func TestDuplicatesAndThingsThatExist(t *testing.T) {
	t.Parallel()
	servertest.OnEach(t, func(t *testing.T, e servertest.Engine) {
		t.Helper()
		db := e.New(t)
		run := func(statement string) sqlerr.Diagnosis {
			_, err := db.ExecContext(t.Context(), statement)
			return sqlerr.Diagnose(e.Dialect, err)
		}
		for _, statement := range []string{
			"CREATE TABLE t (a INTEGER PRIMARY KEY, b INTEGER NOT NULL, c INTEGER CHECK (c > 0))", "CREATE UNIQUE INDEX t_b ON t (b)", "INSERT INTO t VALUES (1, 1, 1)",
		} {
			require.Equal(t, sqlerr.Diagnosis{}, run(statement))
		}
		for _, statement := range []string{"INSERT INTO t VALUES (1, 2, 1)", "INSERT INTO t VALUES (2, 1, 1)"} {
			d := run(statement)
			require.True(t, d.Duplicate, statement)
			require.Equal(t, sqlerr.Constraint, d.Class)
		}
		d := run("INSERT INTO t VALUES (3, 3, -1)")
		require.False(t, d.Duplicate)
		require.Equal(t, sqlerr.Constraint, d.Class)
		for _, statement := range []string{"CREATE TABLE t (a INTEGER)", "CREATE INDEX t_b ON t (a)", "ALTER TABLE t ADD COLUMN b INTEGER"} {
			require.Equal(t, e.Dialect != dialect.SQLite, run(statement).Exists, statement)
		}
	})
}

func TestAnErrorHidesWhatTheDriverSays(t *testing.T) {
	t.Parallel()
	servertest.OnEach(t, func(t *testing.T, e servertest.Engine) {
		t.Helper()
		db := e.New(t)
		_, err := db.ExecContext(t.Context(), "CREATE TABLE t (a VARCHAR(50) PRIMARY KEY)")
		require.NoError(t, err)
		const insert = "INSERT INTO t VALUES ('ann@example.com')"
		_, err = db.ExecContext(t.Context(), insert)
		require.NoError(t, err)
		_, driver := db.ExecContext(t.Context(), insert)
		wrapped := sqlerr.Wrap(t.Context(), e.Dialect, "keep a thing", driver)
		require.ErrorIs(t, wrapped, driver)
		require.Contains(t, wrapped.Error(), "keep a thing: constraint violation (code ")
		require.NotContains(t, wrapped.Error(), "ann")
		require.Equal(t, wrapped, sqlerr.Wrap(t.Context(), e.Dialect, "again", wrapped))
		require.NoError(t, sqlerr.Wrap(t.Context(), e.Dialect, "keep a thing", nil))
		ended, cancel := context.WithCancel(t.Context())
		cancel()
		wrapped = sqlerr.Wrap(ended, e.Dialect, "keep a thing", errors.New("ann@example.com"))
		require.ErrorIs(t, wrapped, context.Canceled)
		require.EqualError(t, wrapped, "keep a thing: context canceled")
	})
}

func TestErrorsOfTheContextHaveItsTextOnly(t *testing.T) {
	t.Parallel()
	err := sqlerr.Wrap(t.Context(), dialect.MySQL, "read", errors.Join(sql.ErrConnDone, context.DeadlineExceeded))
	require.EqualError(t, err, "read: context deadline exceeded")
	require.EqualError(t, sqlerr.Wrap(t.Context(), dialect.MySQL, "read", errors.New("secret")), "read: failed")
	require.True(t, sqlerr.Contention.Retry())
	require.True(t, sqlerr.Transient.Retry())
	require.False(t, sqlerr.Full.Retry())
}
