package migrate_test

import (
	"context"
	"database/sql"
	"errors"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/sync/errgroup"

	"github.com/contactsweep/contactsweep/internal/dialect"
	"github.com/contactsweep/contactsweep/internal/migrate"
	"github.com/contactsweep/contactsweep/internal/servertest"
)

func things(extra ...dialect.Index) dialect.Table {
	return dialect.Table{
		Name:       "things",
		Columns:    []dialect.Column{{Name: "id", Type: dialect.ID}, {Name: "n", Type: dialect.Integer}, {Name: "key", Type: dialect.Key, Nullable: true}, {Name: "data", Type: dialect.LongText, Nullable: true}},
		PrimaryKey: []string{"id"},
		Indexes:    append([]dialect.Index{{Name: "by_n", Columns: []string{"n", "id"}}, {Name: "by_key", Columns: []string{"key"}, Unique: true}}, extra...),
	}
}

// line has the versions up to a number.
func line(upTo int) migrate.Line {
	all := []migrate.Migration{
		{Name: "things", Statements: func(d dialect.Dialect, n dialect.Naming) []string { return things().Create(d, n) }},
		{Name: "colour of things", Statements: func(d dialect.Dialect, n dialect.Naming) []string {
			return []string{
				dialect.Column{Name: "colour", Type: dialect.ShortText, Nullable: true}.AddColumn(d, n, "things"),
				dialect.Index{Name: "by_colour", Columns: []string{"colour"}}.AddIndex(d, n, "things"),
				"UPDATE " + n.Table(d, "things") + " SET " + d.Quote("colour") + " = 'red' WHERE " + d.Quote("colour") + " IS NULL",
			}
		}},
		{Name: "parts", Statements: func(d dialect.Dialect, n dialect.Naming) []string {
			parts := things()
			parts.Name = "parts"
			return parts.Create(d, n)
		}},
	}
	return migrate.Line{Name: "things", Migrations: all[:upTo]}
}

func migrator(tb testing.TB, e servertest.Engine, db *sql.DB, n dialect.Naming, l migrate.Line) *migrate.Migrator {
	tb.Helper()
	m, err := migrate.New(db, e.Dialect, n, l)
	require.NoError(tb, err)
	return m
}

func TestLayouts(t *testing.T) {
	t.Parallel()
	servertest.OnEach(t, func(t *testing.T, e servertest.Engine) {
		t.Helper()
		db, ctx := e.New(t), t.Context()
		db.SetMaxOpenConns(1)
		one, two := migrator(t, e, db, dialect.Naming{}, line(1)), migrator(t, e, db, dialect.Naming{}, line(2))

		require.EqualError(t, two.Check(ctx), "the things tables are at version 0 and this program needs version 2: run the migration")
		require.NoError(t, one.Migrate(ctx))
		require.NoError(t, one.Check(ctx))
		require.EqualError(t, two.Check(ctx), "the things tables are at version 1 and this program needs version 2: run the migration")
		exec(t, db, "INSERT INTO "+dialect.Naming{}.Table(e.Dialect, "things")+" (id, n) VALUES ('a', 1)")
		require.NoError(t, two.Migrate(ctx))
		require.NoError(t, two.Migrate(ctx), "again")
		require.Equal(t, "red", text(t, db, "SELECT colour FROM "+dialect.Naming{}.Table(e.Dialect, "things")))
		const newer = "the things tables are at version 2 and this program needs version 1: use a newer version of the program"
		require.EqualError(t, one.Check(ctx), newer)
		require.EqualError(t, one.Migrate(ctx), newer)

		altered := line(2)
		altered.Migrations[0] = line(3).Migrations[2]
		err := migrator(t, e, db, dialect.Naming{}, altered).Migrate(ctx)
		require.EqualError(t, err, "the things tables are at version 2 and this program needs version 2: version 1 was made by other statements than this program has for it")
		var layout *migrate.LayoutError
		require.ErrorAs(t, err, &layout)
		require.Equal(t, 1, layout.Altered)

		other := line(1)
		other.Name, other.Migrations[0] = "parts", line(3).Migrations[2]
		require.NoError(t, migrator(t, e, db, dialect.Naming{}, other).Migrate(ctx), "another line in the same tables")
		require.NoError(t, migrator(t, e, db, dialect.Naming{Prefix: "b_"}, line(3)).Migrate(ctx), "another prefix")
		require.NoError(t, two.Check(ctx))
	})
}

// A host that executes the text has the same as one that migrates.
func TestScriptsAreTheSame(t *testing.T) {
	t.Parallel()
	servertest.OnEach(t, func(t *testing.T, e servertest.Engine) {
		t.Helper()
		db, ctx := e.New(t), t.Context()
		n := dialect.Naming{Prefix: "acme_"}
		scripts, err := migrate.Scripts(e.Dialect, n, line(3))
		require.NoError(t, err)
		require.Len(t, scripts, 3)
		run := func(s migrate.Script) {
			require.True(t, strings.HasPrefix(s.String(), "-- version "))
			for _, statement := range s.Statements {
				exec(t, db, statement)
			}
		}
		run(scripts[0])
		require.NoError(t, migrator(t, e, db, n, line(1)).Check(ctx))
		run(scripts[1])
		require.NoError(t, migrator(t, e, db, n, line(2)).Check(ctx))
		require.NoError(t, migrator(t, e, db, n, line(3)).Migrate(ctx), "goes on after the scripts")
		require.NoError(t, migrator(t, e, db, n, line(3)).Check(ctx))
	})
}

func TestManyMigrateAtOnce(t *testing.T) {
	t.Parallel()
	servertest.OnEach(t, func(t *testing.T, e servertest.Engine) {
		t.Helper()
		database := e.Create(t)
		var g errgroup.Group
		for range 4 {
			db := e.Open(t, database)
			m := migrator(t, e, db, dialect.Naming{}, line(3))
			g.Go(func() error { return m.Migrate(t.Context()) })
		}
		require.NoError(t, g.Wait())
		db := e.Open(t, database)
		require.NoError(t, migrator(t, e, db, dialect.Naming{}, line(3)).Check(t.Context()))
		require.Equal(t, "3", text(t, db, "SELECT COUNT(*) FROM "+dialect.Naming{}.Table(e.Dialect, "migrations")))
	})
}

// failing is a pool that fails the n-th statement that it executes, before or
// after the database has done it.
type failing struct {
	*sql.DB
	at    int64
	after bool
	n     atomic.Int64
}

var errFailing = errors.New("no more")

func (f *failing) ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error) {
	hit := f.n.Add(1) == f.at
	if hit && !f.after {
		return nil, errFailing
	}
	result, err := f.DB.ExecContext(ctx, query, args...)
	if hit {
		return nil, errFailing
	}
	return result, err //nolint:wrapcheck // a double
}

// short is a line of few statements, of all sorts.
func short() migrate.Line {
	table := dialect.Table{Name: "things", Columns: []dialect.Column{{Name: "id", Type: dialect.ID}}, PrimaryKey: []string{"id"}}
	return migrate.Line{Name: "things", Migrations: []migrate.Migration{
		{Name: "things", Statements: table.Create},
		{Name: "colour of things", Statements: func(d dialect.Dialect, n dialect.Naming) []string {
			return []string{
				dialect.Column{Name: "colour", Type: dialect.ShortText, Nullable: true}.AddColumn(d, n, "things"),
				dialect.Index{Name: "by_colour", Columns: []string{"colour"}}.AddIndex(d, n, "things"),
			}
		}},
	}}
}

func TestAFailedMigrationGoesOn(t *testing.T) {
	t.Parallel()
	servertest.OnEach(t, func(t *testing.T, e servertest.Engine) {
		t.Helper()
		db := e.New(t)
		for _, after := range []bool{true, false} {
			if !after && e.Dialect != dialect.SQLite {
				continue // what was not executed leaves nothing behind, on any engine
			}
			for at := int64(1); ; at++ {
				n := dialect.Naming{Prefix: "f" + map[bool]string{true: "a", false: "b"}[after] + string(rune('a'+at/26)) + string(rune('a'+at%26)) + "_"}
				f := &failing{DB: db, at: at, after: after}
				m, err := migrate.New(f, e.Dialect, n, short())
				require.NoError(t, err)
				if err := m.Migrate(t.Context()); err == nil && f.n.Load() < at {
					require.Greater(t, at, int64(12))
					break // there are no more
				}
				forget(t, e, db, n)
				require.NoError(t, m.Migrate(t.Context()), "statement %d", at)
				require.NoError(t, m.Check(t.Context()), "statement %d", at)
				require.Equal(t, "0", text(t, db, "SELECT COUNT(*) FROM "+n.Table(e.Dialect, "things")))
			}
		}
	})
}

// forget is what time does to the lock of a process that died.
func forget(tb testing.TB, e servertest.Engine, db *sql.DB, n dialect.Naming) {
	tb.Helper()
	query, args := n.Exists(e.Dialect, "migration_lock")
	var one int
	if db.QueryRowContext(tb.Context(), query, args...).Scan(&one) == nil {
		exec(tb, db, "UPDATE "+n.Table(e.Dialect, "migration_lock")+" SET until_us = 0")
	}
}

func TestTheLockKeepsOthersWaiting(t *testing.T) {
	t.Parallel()
	servertest.OnEach(t, func(t *testing.T, e servertest.Engine) {
		t.Helper()
		db := e.New(t)
		require.NoError(t, migrator(t, e, db, dialect.Naming{}, line(1)).Migrate(t.Context()))
		lock := dialect.Naming{}.Table(e.Dialect, "migration_lock")
		exec(t, db, "UPDATE "+lock+" SET holder = 'somebody', until_us = "+e.Dialect.Now()+" + 60000000")
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		m := migrator(t, e, db, dialect.Naming{}, line(2))
		go func() { ended <- m.Migrate(ctx) }()
		select {
		case err := <-ended:
			require.Fail(t, "did not wait", "%v", err)
		case <-t.Context().Done():
		case <-after(300):
		}
		cancel()
		require.ErrorIs(t, <-ended, context.Canceled)
		require.Error(t, m.Check(t.Context()))
		forget(t, e, db, dialect.Naming{})
		require.NoError(t, m.Migrate(t.Context()))
	})
}

func TestWhatIsRefused(t *testing.T) {
	t.Parallel()
	db := new(sql.DB)
	for want, f := range map[string]func() error{
		"no database":   func() error { _, err := migrate.New(nil, dialect.SQLite, dialect.Naming{}, line(1)); return err },
		"no dialect(0)": func() error { _, err := migrate.New(db, 0, dialect.Naming{}, line(1)); return err },
		"table prefix": func() error {
			_, err := migrate.New(db, dialect.SQLite, dialect.Naming{Prefix: "a; --"}, line(1))
			return err
		},
		"schema": func() error {
			_, err := migrate.Scripts(dialect.SQLite, dialect.Naming{Schema: `a"b`}, line(1))
			return err
		},
		"no migrations": func() error { _, err := migrate.Scripts(dialect.SQLite, dialect.Naming{}, line(0)); return err },
		`the line "A'"`: func() error {
			_, err := migrate.Scripts(dialect.SQLite, dialect.Naming{}, migrate.Line{Name: "A'"})
			return err
		},
		"name of version 1": func() error {
			_, err := migrate.Scripts(dialect.SQLite, dialect.Naming{}, migrate.Line{Name: "a", Migrations: []migrate.Migration{{Name: "it's"}}})
			return err
		},
	} {
		require.ErrorContains(t, f(), want)
	}
}
