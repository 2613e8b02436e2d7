package storetest_test

import (
	"testing"

	"github.com/contactsweep/contactsweep/internal/servertest"
	"github.com/contactsweep/contactsweep/store/storetest"
)

// TestConformance runs the suite over every store. A new engine is one more
// line.
func TestConformance(t *testing.T) {
	t.Parallel()
	for name, h := range map[string]func(t *testing.T) storetest.Harness{
		"memory":                     func(*testing.T) storetest.Harness { return memoryHarness{} },
		"sqlite":                     func(*testing.T) storetest.Harness { return newSQLite(false, false) },
		"sqlite with foreign keys":   func(*testing.T) storetest.Harness { return newSQLite(true, false) },
		"postgres":                   func(t *testing.T) storetest.Harness { return newPostgres(t, servertest.Postgres(), false) },
		"postgres with foreign keys": func(t *testing.T) storetest.Harness { return newPostgres(t, servertest.Postgres(), true) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			storetest.Run(t, h(t))
		})
	}
}
