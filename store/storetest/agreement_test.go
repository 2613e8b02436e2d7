package storetest_test

import (
	"maps"
	"os"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/contactsweep/contactsweep/internal/servertest"
	"github.com/contactsweep/contactsweep/store/storetest"
)

// TestAgreement runs for two seconds for each of the schemas, or for as many
// minutes as CONTACTSWEEP_AGREE_MINUTES says.
func TestAgreement(t *testing.T) {
	t.Parallel()
	d := 2 * time.Second
	if text := os.Getenv("CONTACTSWEEP_AGREE_MINUTES"); text != "" {
		minutes, err := strconv.ParseFloat(text, 64)
		require.NoError(t, err)
		d = time.Duration(minutes * float64(time.Minute))
	}
	harnesses := map[string]storetest.Harness{
		"memory":                   memoryHarness{},
		"sqlite":                   newSQLite(false, true),
		"sqlite with foreign keys": newSQLite(true, true),
	}
	t.Run("with postgres", func(t *testing.T) { // a subtest, so that a missing server skips nothing else
		t.Parallel()
		all := maps.Clone(harnesses)
		all["postgres"] = newPostgres(t, servertest.Postgres(), false)
		all["postgres with foreign keys"] = newPostgres(t, servertest.Postgres(), true) // which has cascades to do
		storetest.Agree(t, all, d)
	})
	t.Run("with mariadb", func(t *testing.T) {
		t.Parallel()
		servertest.MariaDB().Available(t)
		all := maps.Clone(harnesses)
		all["mariadb"] = newMariaDB(servertest.MariaDB(), false)
		all["mariadb with foreign keys"] = newMariaDB(servertest.MariaDB(), true)
		storetest.Agree(t, all, d)
	})
	t.Run("embedded", func(t *testing.T) {
		t.Parallel()
		storetest.Agree(t, harnesses, d)
	})
}
