package dialect_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/contactsweep/contactsweep/internal/dialect"
	"github.com/contactsweep/contactsweep/internal/servertest"
)

func TestNamesAreQuotedWhateverTheyAre(t *testing.T) {
	t.Parallel()
	require.Equal(t, `"a""b"`, dialect.SQLite.Quote(`a"b`))
	require.Equal(t, `"a""b"`, dialect.PostgreSQL.Quote(`a"b`))
	require.Equal(t, "`a``b`", dialect.MySQL.Quote("a`b"))
}

func TestPlaceholders(t *testing.T) {
	t.Parallel()
	const query = `SELECT ?, 'it''s ?', "a?" FROM t WHERE x = ?`
	require.Equal(t, query, dialect.SQLite.Rebind(query))
	require.Equal(t, query, dialect.MySQL.Rebind(query))
	require.Equal(t, `SELECT $1, 'it''s ?', "a?" FROM t WHERE x = $2`, dialect.PostgreSQL.Rebind(query))
}

func TestNamings(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		naming dialect.Naming
		fault  string
	}{
		"the default":            {dialect.Naming{}, ""},
		"both":                   {dialect.Naming{Prefix: "acme_", Schema: "my-App$1"}, ""},
		"a quote in the prefix":  {dialect.Naming{Prefix: `a"`}, "table prefix"},
		"a prefix in upper case": {dialect.Naming{Prefix: "Acme"}, "table prefix"},
		"a digit first":          {dialect.Naming{Prefix: "1a"}, "table prefix"},
		"a long prefix":          {dialect.Naming{Prefix: strings.Repeat("a", 25)}, "table prefix"},
		"a quote in the schema":  {dialect.Naming{Schema: "a`b"}, "schema"},
		"a schema with a dot":    {dialect.Naming{Schema: "a.b"}, "schema"},
		"a line in the schema":   {dialect.Naming{Schema: "a\n"}, "schema"},
		"a long schema":          {dialect.Naming{Schema: strings.Repeat("a", 64)}, "schema"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			err := tt.naming.Validate()
			if tt.fault == "" {
				require.NoError(t, err)
				return
			}
			require.ErrorContains(t, err, tt.fault)
		})
	}
	require.Equal(t, `"main"."contactsweep_x"`, dialect.Naming{}.Table(dialect.SQLite, "x"))
	require.Equal(t, `"contactsweep_x"`, dialect.Naming{}.Table(dialect.PostgreSQL, "x"))
	require.Equal(t, "`s`.`p_x`", dialect.Naming{Prefix: "p_", Schema: "s"}.Table(dialect.MySQL, "x"))
}

// The time zone of the session and of the host must not matter.
func TestTheDatabasesClock(t *testing.T) {
	t.Parallel()
	servertest.OnEach(t, func(t *testing.T, e servertest.Engine) {
		t.Helper()
		db := e.New(t)
		db.SetMaxOpenConns(1)
		for _, zone := range map[dialect.Dialect][]string{
			dialect.SQLite:     {"SELECT 1"},
			dialect.PostgreSQL: {"SET TIME ZONE 'Asia/Kathmandu'", "BEGIN"},
			dialect.MySQL:      {"SET time_zone = '-09:30'", "SET sql_mode = ''"},
		}[e.Dialect] {
			_, err := db.ExecContext(t.Context(), zone)
			require.NoError(t, err)
			var last int64
			for range 3 {
				before := time.Now()
				var now int64
				require.NoError(t, db.QueryRowContext(t.Context(), "SELECT "+e.Dialect.Now()).Scan(&now))
				require.WithinRange(t, time.UnixMicro(now), before.Add(-2*time.Millisecond), time.Now().Add(2*time.Millisecond), "%d", now)
				require.GreaterOrEqual(t, now, last)
				last = now
			}
		}
	})
}
