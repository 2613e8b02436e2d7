package migrate_test

import (
	"database/sql"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func exec(tb testing.TB, db *sql.DB, statement string) {
	tb.Helper()
	_, err := db.ExecContext(tb.Context(), statement)
	require.NoError(tb, err, statement)
}

func text(tb testing.TB, db *sql.DB, query string) string {
	tb.Helper()
	var out string
	require.NoError(tb, db.QueryRowContext(tb.Context(), query).Scan(&out), query)
	return out
}

func after(milliseconds int) <-chan time.Time {
	return time.After(time.Duration(milliseconds) * time.Millisecond)
}
