package storetest_test

import (
	"strings"
	"testing"

	"github.com/contactsweep/contactsweep/internal/servertest"
	"github.com/contactsweep/contactsweep/store/storetest"
)

// TestConformance runs the suite over every store. A new engine is one more
// line.
func TestConformance(t *testing.T) {
	t.Parallel()
	for name, h := range map[string]func(tb testing.TB) storetest.Harness{
		"memory":                     harness(memoryHarness{}),
		"sqlite":                     harness(newSQLite(false, false)),
		"sqlite with foreign keys":   harness(newSQLite(true, false)),
		"postgres":                   onPostgres(false),
		"postgres with foreign keys": onPostgres(true),
		"mariadb":                    harness(newMariaDB(servertest.MariaDB(), false)),
		"mariadb with foreign keys":  harness(newMariaDB(servertest.MariaDB(), true)),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if strings.HasSuffix(name, "with foreign keys") && !strings.HasPrefix(name, "sqlite") {
				storetest.RunDeleting(t, h(t))
				return
			}
			storetest.Run(t, h(t))
		})
	}
}

func harness(h storetest.Harness) func(testing.TB) storetest.Harness {
	return func(testing.TB) storetest.Harness { return h }
}

func onPostgres(foreignKeys bool) func(testing.TB) storetest.Harness {
	return func(tb testing.TB) storetest.Harness {
		tb.Helper()
		return newPostgres(tb, servertest.Postgres(), foreignKeys)
	}
}
