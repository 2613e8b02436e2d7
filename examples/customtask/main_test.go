package main

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestCustomTask(t *testing.T) {
	t.Parallel()
	var out strings.Builder
	require.NoError(t, run(t.Context(), &out))
	require.Equal(t, `Delete contacts without email (Acme.ContactCleaner)
  enabled: true, daily at 02:00 in UTC, days: 7, runs: 0

Delete contacts without email (Acme.ContactCleaner)
  enabled: true, daily at 02:00 in UTC, days: 7, runs: 3
  run-now: succeeded, deleted 0 contacts
  run-now: succeeded, deleted 1000 contacts
  run-now: paused, deleted 1000 contacts
`, out.String())
}
