package sqlstate_test

import (
	"database/sql"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/contactsweep/contactsweep/internal/servertest"
	"github.com/contactsweep/contactsweep/scheduler"
	"github.com/contactsweep/contactsweep/scheduler/sqlstate"
)

func TestOpenRefusesOtherLayouts(t *testing.T) {
	t.Parallel()
	servertest.OnEach(t, func(t *testing.T, e servertest.Engine) {
		t.Helper()
		db, ctx := e.New(t), t.Context()
		refused := func(text string) {
			_, err := sqlstate.Open(ctx, db, e.Dialect)
			require.ErrorIs(t, err, sqlstate.ErrLayout)
			require.ErrorContains(t, err, text)
		}
		refused("at version 0 and this program needs version 1: run the migration")
		v, err := sqlstate.Status(ctx, db, e.Dialect)
		require.NoError(t, err)
		require.Equal(t, sqlstate.Versions{Has: 0, Needs: 1}, v)
		open(t, e, db)
		execute(t, db, "UPDATE contactsweep_migrations SET checksum = 'x'")
		refused("version 1 was made by other statements")
		execute(t, db, "INSERT INTO contactsweep_migrations (line, version, name, checksum, begun, done, applied_us, changes) VALUES ('scheduler', 2, '', '', 0, 0, 1, 0)")
		execute(t, db, "UPDATE contactsweep_migrations SET applied_us = 1")
		v, err = sqlstate.Status(ctx, db, e.Dialect)
		require.NoError(t, err)
		require.Equal(t, sqlstate.Versions{Has: 2, Needs: 1}, v)
		refused("at version 2 and this program needs version 1")
		require.ErrorIs(t, sqlstate.Migrate(ctx, db, e.Dialect), sqlstate.ErrLayout)
	})
}

func TestAHostExecutesTheSQLItself(t *testing.T) {
	t.Parallel()
	servertest.OnEach(t, func(t *testing.T, e servertest.Engine) {
		t.Helper()
		db := e.New(t)
		versions, err := sqlstate.SQL(e.Dialect, sqlstate.WithTablePrefix("own_"))
		require.NoError(t, err)
		require.Len(t, versions, 1)
		for _, statement := range versions[0] {
			execute(t, db, statement)
		}
		st := open(t, e, db, sqlstate.WithTablePrefix("own_")) // migrates nothing
		require.NoError(t, st.Register(t.Context(), scheduler.RegisterRequest{Definitions: []scheduler.Definition{definition("a")}}))
	})
}

func TestTablesInAnotherSchema(t *testing.T) {
	t.Parallel()
	servertest.OnEach(t, func(t *testing.T, e servertest.Engine) {
		t.Helper()
		db, schema := e.New(t), "jobs-2"
		db.SetMaxOpenConns(1) // an attached database is the connection's
		switch e.Dialect {
		case sqlstate.SQLite:
			execute(t, db, `ATTACH DATABASE '`+t.TempDir()+`/jobs.db' AS "jobs-2"`)
		case sqlstate.PostgreSQL:
			execute(t, db, `CREATE SCHEMA "jobs-2"`)
		case sqlstate.MySQL:
			schema = e.Create(t)
		}
		there := open(t, e, db, sqlstate.WithSchema(schema), sqlstate.WithTablePrefix("x_"))
		here := open(t, e, db, sqlstate.WithTablePrefix("x_"))
		require.NoError(t, there.Register(t.Context(), scheduler.RegisterRequest{Definitions: []scheduler.Definition{definition("a"), definition("b")}}))
		startNow(t, there, "a", 1e9)
		for st, want := range map[*sqlstate.State]int{there: 1, here: 0} {
			page, err := st.Runs(t.Context(), scheduler.RunsRequest{Limit: 10})
			require.NoError(t, err)
			require.Len(t, page.Runs, want)
		}
		_, err := sqlstate.Open(t.Context(), db, e.Dialect, sqlstate.WithSchema(schema))
		require.ErrorIs(t, err, sqlstate.ErrLayout, "another prefix")
	})
}

func TestWhatIsRefused(t *testing.T) {
	t.Parallel()
	db := new(sql.DB)
	for text, f := range map[string]func() error{
		"no database": func() error { return sqlstate.Migrate(t.Context(), nil, sqlstate.SQLite) },
		"sqlstate: no database": func() error {
			_, err := sqlstate.Open(t.Context(), (*sql.DB)(nil), sqlstate.SQLite)
			return err
		},
		"no dialect(0); use sqlstate.SQLite": func() error { _, err := sqlstate.Status(t.Context(), db, 0); return err },
		`the table prefix "A" is not a name`: func() error {
			_, err := sqlstate.SQL(sqlstate.MySQL, sqlstate.WithTablePrefix("A"))
			return err
		},
		`the schema "a.b" is not a name`: func() error {
			_, err := sqlstate.Open(t.Context(), db, sqlstate.MySQL, sqlstate.WithSchema("a.b"))
			return err
		},
	} {
		require.ErrorContains(t, f(), text)
	}
}
