package storetest_test

import (
	"testing"

	"github.com/contactsweep/contactsweep/store/storetest"
)

// TestConformance runs the suite over every store. A new engine is one more
// line.
func TestConformance(t *testing.T) {
	t.Parallel()
	for name, h := range map[string]storetest.Harness{
		"memory":                   memoryHarness{},
		"sqlite":                   newSQLite(false, false),
		"sqlite with foreign keys": newSQLite(true, false),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			storetest.Run(t, h)
		})
	}
}
