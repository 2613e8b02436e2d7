package sqlstore_test

import (
	"context"
	"database/sql"
	"errors"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/contactsweep/contactsweep/store"
	"github.com/contactsweep/contactsweep/store/sqlstore"
	"github.com/contactsweep/contactsweep/where"
)

// A deferred transaction is a writing one from its first statement on: what is
// read afterwards cannot be changed by others any more.
func TestTheFirstStatementTakesTheWriteLock(t *testing.T) {
	t.Parallel()
	for _, journal := range []string{"wal", "delete"} {
		t.Run(journal, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), "crm.db")
			db, h := hooked(t, path, "?_pragma=journal_mode("+journal+")&_txlock=deferred")
			st := openCRM(t, db)
			other := open(t, path)
			statements := 0
			h.set(nil, func(what, _ string) error {
				if what != "exec" && what != "query" {
					return nil
				}
				statements++
				_, err := other.ExecContext(t.Context(), "UPDATE people SET email = 'new@x'")
				code, _, class := sqlstore.Class(err)
				require.Equal(t, "5", code, "after statement %d another connection must be refused", statements)
				require.ErrorIs(t, class, store.ErrTransient)
				return nil
			})
			out, err := st.Delete(t.Context(), noEmail(t))
			require.NoError(t, err)
			require.Len(t, out.Deleted, 3)
			require.Greater(t, statements, 5)
		})
	}
}

func TestABusyDatabaseIsTransient(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "crm.db")
	db := open(t, path, "journal_mode(wal)")
	db.SetMaxOpenConns(1)
	st := openCRM(t, db)
	other := open(t, path)
	tx, err := other.BeginTx(t.Context(), nil)
	require.NoError(t, err)
	_, err = tx.ExecContext(t.Context(), "UPDATE people SET email = 'new@x' WHERE id = 1")
	require.NoError(t, err)

	_, err = st.Delete(t.Context(), noEmail(t))
	require.ErrorIs(t, err, store.ErrTransient)
	require.NoError(t, tx.Commit())

	out, err := st.Delete(t.Context(), noEmail(t))
	require.NoError(t, err, "the connection is usable again")
	require.Equal(t, []int64{2, 3}, deletedIDs(out))
	require.Equal(t, store.Changed, out.Skipped[0].Cause, "the change of the other one counts")
}

// With a rollback journal a reader does not keep the writer from its lock, but
// from committing.
func TestABusyCommitIsRolledBack(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "crm.db")
	db := open(t, path, "journal_mode(delete)")
	db.SetMaxOpenConns(1)
	st := openCRM(t, db)
	before := dump(t, db)
	reader := open(t, path)
	rows, err := reader.QueryContext(t.Context(), "SELECT id FROM people")
	require.NoError(t, err)
	defer func() { require.NoError(t, rows.Close()) }()
	require.True(t, rows.Next())

	_, err = st.Delete(t.Context(), noEmail(t))
	require.ErrorIs(t, err, store.ErrTransient)
	require.NoError(t, rows.Close())
	require.NoError(t, rows.Err())
	require.Equal(t, before, dump(t, db), "nothing was committed later by the same connection")

	out, err := st.Delete(t.Context(), noEmail(t))
	require.NoError(t, err)
	require.Len(t, out.Deleted, 3)
}

func TestOneConnectionIsEnough(t *testing.T) {
	t.Parallel()
	db := file(t)
	db.SetMaxOpenConns(1)
	st := openCRM(t, db)
	_, err := st.Verify(t.Context())
	require.NoError(t, err)
	_, err = st.Count(t.Context(), store.CountRequest{Selection: noEmail(t).Selection, Rows: true})
	require.NoError(t, err)
	require.Len(t, keysOf(t, st, where.New().WhereEmpty("email")), 4)
	_, err = st.Delete(t.Context(), noEmail(t))
	require.NoError(t, err)
	require.Equal(t, 0, db.Stats().InUse)
}

func TestWaitingForAConnectionEndsWithTheContext(t *testing.T) {
	t.Parallel()
	db := file(t)
	st := openCRM(t, db)
	db.SetMaxOpenConns(1)
	held, err := db.Conn(t.Context())
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	batch := noEmail(t)
	go func() {
		_, err := st.Delete(ctx, batch)
		done <- err
	}()
	for db.Stats().WaitCount == 0 {
		select {
		case err := <-done:
			t.Fatal("did not wait", err)
		default:
		}
	}
	cancel()
	require.ErrorIs(t, <-done, context.Canceled)
	require.NoError(t, held.Close())
	_, err = st.Delete(t.Context(), noEmail(t))
	require.NoError(t, err)
}

var errBoom = errors.New("boom")

// Every call of the driver fails once: with an error, by the end of the
// context, or with a panic. Nothing is done then, no transaction is left open,
// and the same batch succeeds afterwards.
func TestAFailureAtAnyCallChangesNothing(t *testing.T) {
	t.Parallel()
	type failure func(cancel context.CancelFunc) error
	for name, fail := range map[string]failure{
		"error":  func(context.CancelFunc) error { return errBoom },
		"cancel": func(cancel context.CancelFunc) error { cancel(); return nil },
		"panic":  func(context.CancelFunc) error { panic("boom") },
	} {
		for _, late := range []bool{false, true} {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				db, h := hooked(t, filepath.Join(t.TempDir(), "crm.db"), "?_pragma=foreign_keys(1)")
				st := openCRM(t, db)
				db.SetMaxOpenConns(1)
				before := dump(t, db)
				n := 0
				for ; ; n++ {
					if ok := failAt(t, db, h, st, n, late, name == "panic", fail, before); ok {
						break
					}
				}
				require.Greater(t, n, 5)
				require.Equal(t, 3, count(t, db, "SELECT count(*) FROM people"))
			})
		}
	}
}

// failAt fails the n-th call, before or after the driver's work, and reports
// whether the batch succeeded because there were no more calls.
func failAt(t *testing.T, db *sql.DB, h *hooks, st *sqlstore.Store, n int, late, panics bool,
	fail func(context.CancelFunc) error, before string,
) bool {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	calls := 0
	hook := func(what, _ string) error {
		// A begin that fails after it succeeded is not in the store's hands,
		// nor is a panic in a query: database/sql keeps the connection.
		if what == "rollback" || what == "commit" || what == "begin" || what == "query" && panics {
			return nil
		}
		if calls++; calls == n+1 {
			return fail(cancel)
		}
		return nil
	}
	if late {
		h.set(nil, hook)
	} else {
		h.set(hook, nil)
	}
	var out store.Outcome
	var err error
	panicked := true
	func() {
		defer func() {
			if panicked {
				require.NotNil(t, recover())
			}
		}()
		out, err = st.Delete(ctx, noEmail(t))
		panicked = false
	}()
	h.set(nil, nil)
	require.Equal(t, 0, db.Stats().InUse, "call %d", n)
	if !panicked && err == nil {
		require.Len(t, out.Deleted, 3)
		return true
	}
	if !panicked && !errors.Is(err, errBoom) {
		require.ErrorIs(t, err, context.Canceled, "call %d", n)
	}
	require.Equal(t, before, dump(t, db), "call %d", n)
	return false
}

func TestAPanicInAQueryDoesNotHang(t *testing.T) {
	t.Parallel()
	db, h := hooked(t, filepath.Join(t.TempDir(), "crm.db"), "")
	st := openCRM(t, db)
	h.set(func(what, _ string) error {
		if what == "query" {
			panic("boom")
		}
		return nil
	}, nil)
	require.PanicsWithValue(t, "boom", func() { _, _ = st.Delete(t.Context(), noEmail(t)) })
}
