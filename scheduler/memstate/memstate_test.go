package memstate_test

import (
	"testing"

	"github.com/contactsweep/contactsweep/scheduler"
	"github.com/contactsweep/contactsweep/scheduler/memstate"
	"github.com/contactsweep/contactsweep/scheduler/statetest"
)

func TestConformance(t *testing.T) {
	t.Parallel()
	statetest.Run(t, func(testing.TB) scheduler.State { return memstate.New() })
}
