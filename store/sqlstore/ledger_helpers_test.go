package sqlstore_test

import (
	"database/sql"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/internal/servertest"
	"github.com/contactsweep/contactsweep/store"
	"github.com/contactsweep/contactsweep/store/sqlstore"
	"github.com/contactsweep/contactsweep/where"
)

// desk is a database with contacts and a ledger.
type desk struct {
	dialect sqlstore.Dialect
	db      *sql.DB
	st      *sqlstore.Store
	*store.Ledger
}

// dialects are those with a server for tests.
func dialects() []sqlstore.Dialect {
	return []sqlstore.Dialect{sqlstore.SQLite, sqlstore.PostgreSQL, sqlstore.MySQL}
}

// onEach runs a test on each engine, with the contacts of the schema.
func onEach(t *testing.T, schema contacts.Schema, fill string, test func(t *testing.T, b desk)) {
	t.Helper()
	for _, d := range dialects() {
		t.Run(d.String(), func(t *testing.T) {
			t.Parallel()
			test(t, newDesk(t, d, emptyDatabase(t, d), schema, fill))
		})
	}
}

// emptyDatabase makes one.
func emptyDatabase(t *testing.T, d sqlstore.Dialect) *sql.DB {
	t.Helper()
	switch d {
	case sqlstore.PostgreSQL:
		return servertest.Postgres().New(t)
	case sqlstore.MySQL:
		return servertest.MariaDB().New(t)
	case sqlstore.SQLite:
	}
	return file(t, "foreign_keys(1)")
}

func newDesk(t *testing.T, d sqlstore.Dialect, db *sql.DB, schema contacts.Schema, fill string) desk {
	t.Helper()
	ddl, err := sqlstore.DDL(d, schema)
	require.NoError(t, err)
	for s := range strings.SplitSeq(fill, ";\n") {
		if s = strings.TrimSpace(s); s != "" {
			if d == sqlstore.MySQL {
				s = strings.ReplaceAll(s, "groups", "`groups`")
				s = strings.ReplaceAll(strings.ReplaceAll(s, "lines (", "`lines` ("), "INTO lines", "INTO `lines`")
			}
			ddl = append(ddl, s)
		}
	}
	for _, s := range ddl {
		_, err := db.ExecContext(t.Context(), s)
		require.NoError(t, err, s)
	}
	require.NoError(t, sqlstore.Migrate(t.Context(), db, d, schema))
	st, err := sqlstore.Open(t.Context(), db, d, schema, sqlstore.WithLedger())
	require.NoError(t, err)
	return desk{d, db, st, st.Ledger()}
}

// start makes an operation that is held, and that is processing.
func (b desk) start(t *testing.T, id string) store.Fence {
	t.Helper()
	o, err := b.Operations.Create(t.Context(), store.CreateRequest{
		Operation: store.Operation{ID: id, Scope: "eu", Format: 1, State: store.StateProcessing, Request: []byte("{}"), Lease: store.Lease{Holder: "host"}},
		TTL:       time.Minute,
	})
	require.NoError(t, err)
	return fenceOf(o)
}

func fenceOf(o store.Operation) store.Fence {
	return store.Fence{Scope: o.Scope, ID: o.ID, Term: o.Lease.Term, Sequence: o.Sequence}
}

func (b desk) get(t *testing.T, f store.Fence) store.Operation {
	t.Helper()
	o, err := b.Operations.Get(t.Context(), f.Scope, f.ID)
	require.NoError(t, err)
	return o
}

// count asks for one number.
func (b desk) count(t *testing.T, query string) int64 {
	t.Helper()
	var n int64
	require.NoError(t, b.db.QueryRowContext(t.Context(), query).Scan(&n), query)
	return n
}

func idsOf(t *testing.T, ids ...int) []contacts.Key {
	t.Helper()
	keys, err := contacts.Keys(ids...)
	require.NoError(t, err)
	return keys
}

// batch is one of contacts without an email, with a checkpoint.
func checkpointed(t *testing.T, f store.Fence, change func(*store.Checkpoint), ids ...int) store.Batch {
	t.Helper()
	c := store.Checkpoint{
		Fence: f, TTL: time.Minute,
		Commit: func(c store.Committing) (store.Commit, error) {
			return store.Commit{Progress: []byte("done"), Deleted: int64(len(c.Outcome.Deleted))}, nil
		},
	}
	if change != nil {
		change(&c)
	}
	return store.Batch{
		Selection: store.Selection{Condition: where.New().WhereEmpty("email"), At: time.Now()}, Keys: idsOf(t, ids...), Checkpoint: &c,
	}
}
