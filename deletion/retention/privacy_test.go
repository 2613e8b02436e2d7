package retention_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/deletion/retention"
	"github.com/contactsweep/contactsweep/store/memory"
	"github.com/contactsweep/contactsweep/where"
)

// The marker is a value of a condition and of every contact, and is in nothing that a task
// says: not when it is done, paused, refused or failed.
func TestWhatATaskSaysHoldsNoContactData(t *testing.T) {
	t.Parallel()
	for _, ledger := range [][]memory.Option{{memory.WithLedger()}, nil} {
		h := newHost(t, ledger...)
		h.add(t, 40, 90*day)
		mine := where.New().WhereContains(contacts.Email, "m4rk3r")
		var said strings.Builder
		for i, tt := range []struct {
			rule    where.Condition
			options []retention.Option
		}{
			{mine, []retention.Option{retention.Cap(3)}},
			{mine.WhereEquals("m4il", "m4rk3r"), nil},
			{mine, []retention.Option{retention.BatchSize(10), retention.Pause(time.Hour), retention.TimeLimit(time.Minute)}},
			{mine, []retention.Option{retention.Pause(0)}},
		} {
			task, err := retention.DeleteMatching(h.svc, tt.rule, append(tt.options, retention.Notify(h.tell))...)
			require.NoError(t, err)
			result, err := run(t, task, 1+i)
			fmt.Fprintf(&said, "%+v %v\n", result, err)
		}
		fmt.Fprintf(&said, "%+v", h.events)
		require.Equal(t, []retention.EventKind{retention.Refused, retention.Failed, retention.Unfinished, retention.Done}, h.kinds())
		require.NotContains(t, said.String(), "m4rk3r")
		require.Zero(t, h.left(t))
	}
}

func TestForecastInWords(t *testing.T) {
	t.Parallel()
	for want, f := range map[string]retention.Forecast{
		"how many are left is not known":                                  {},
		"none are left":                                                   {Known: true},
		"7 are left, and at this rate it never ends":                      {Known: true, Remaining: 7},
		"7 are left: at this rate 1 more night, of 2s":                    {Known: true, Remaining: 7, Slots: 1, Needs: 2 * time.Second},
		"7000 are left: at this rate 3 more nights, of 10h30m0s together": {Known: true, Remaining: 7000, Slots: 3, Needs: 630 * time.Minute},
	} {
		require.Equal(t, want, f.String())
	}
}
