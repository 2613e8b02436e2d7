package storetest_test

import (
	"os"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

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
	storetest.Agree(t, map[string]storetest.Harness{
		"memory":                   memoryHarness{},
		"sqlite":                   newSQLite(false, true),
		"sqlite with foreign keys": newSQLite(true, true),
	}, d)
}
