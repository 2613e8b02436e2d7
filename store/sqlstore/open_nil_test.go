package sqlstore_test

import (
	"database/sql"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/store/sqlstore"
)

func TestANilPoolIsRefused(t *testing.T) {
	t.Parallel()
	var pool *sql.DB
	_, err := sqlstore.Open(t.Context(), pool, sqlstore.SQLite, contacts.DefaultSchema())
	require.ErrorContains(t, err, "no database")
}
