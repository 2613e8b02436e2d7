package storetest_test

import (
	"database/sql"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/store/sqlstore"
)

// openStore opens a store on tables that are there, and makes those of the
// ledger if there is to be one.
func openStore(tb testing.TB, db *sql.DB, dialect sqlstore.Dialect, schema contacts.Schema, ledger bool) *sqlstore.Store {
	tb.Helper()
	var options []sqlstore.Option
	if ledger {
		require.NoError(tb, sqlstore.Migrate(tb.Context(), db, dialect, schema))
		options = append(options, sqlstore.WithLedger())
	}
	st, err := sqlstore.Open(tb.Context(), db, dialect, schema, options...)
	require.NoError(tb, err)
	return st
}
