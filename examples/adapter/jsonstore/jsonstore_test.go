package jsonstore_test

import (
	"testing"
	"time"

	"github.com/contactsweep/contactsweep/store/storetest"
)

func TestConformance(t *testing.T) {
	t.Parallel()
	storetest.Run(t, newHarness())
}

// TestAgreement compares the store with the suite's model, on random data.
func TestAgreement(t *testing.T) {
	t.Parallel()
	storetest.Agree(t, map[string]storetest.Harness{"jsonstore": newHarness()}, 2*time.Second)
}
