package main

import (
	"regexp"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"
)

// In the bubble the pauses between the batches take no time, and the nights are the same
// on any machine.
func TestNightly(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var out strings.Builder
		require.NoError(t, run(t.Context(), &out))
		require.Equal(t, `night 1
  mail: Acme.DeleteInactive will not finish: 400 are left: at this rate 2 more nights, of 3s together
  02:00 Acme.DeleteInactive: paused, deleted 300 contacts, in 2s, operation …, paused; 400 are left: at this rate 2 more nights, of 3s together
  03:00 Acme.Process: succeeded, 0 operations; deleted 0 contacts
  08:00 Acme.Watch: succeeded, 2 tasks watched, none overdue
night 2
  mail: Acme.DeleteInactive will not finish: 100 are left: at this rate 1 more night, of 1s
  02:00 Acme.DeleteInactive: paused, deleted 300 contacts, in 2s, operation …, paused; 100 are left: at this rate 1 more night, of 1s
  03:00 Acme.Process: succeeded, 1 operation, 1 completed; deleted 5 contacts
  08:00 Acme.Watch: succeeded, 2 tasks watched, none overdue
night 3
  02:00 Acme.DeleteInactive: succeeded, deleted 100 contacts, operation …, done
  mail: Acme.Process refused by cap
  03:00 Acme.Process: failed, retention: 0 operations; deleted 0 contacts: pending table: deletion: cap exceeded: at least 95 contacts match, and the cap is 20
  08:00 Acme.Watch: succeeded, 2 tasks watched, none overdue
inactive contacts left: 0
`, regexp.MustCompile(`operation [\w-]+`).ReplaceAllString(out.String(), "operation …"))
	})
}
