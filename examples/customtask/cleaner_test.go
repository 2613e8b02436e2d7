package main

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/deletion"
	"github.com/contactsweep/contactsweep/scheduler"
	"github.com/contactsweep/contactsweep/scheduler/memstate"
	"github.com/contactsweep/contactsweep/store/memory"
)

// A task is tested without a database, by the code that deletes from one, and without
// waiting: in the bubble, a week takes no time.
func TestContactCleaner(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		st, err := memory.New(contacts.DefaultSchema())
		require.NoError(t, err)
		for id := 1; id <= 2500; id++ {
			require.NoError(t, st.Insert(memory.Row{"id": id, "created": time.Now()}))
		}
		require.NoError(t, st.Insert(memory.Row{"id": 9001, "created": time.Now(), "email": "ann@home.no"}))
		svc, err := deletion.New(st)
		require.NoError(t, err)

		tasks := scheduler.NewRegistry()
		require.NoError(t, tasks.Register("Acme.ContactCleaner", ContactCleaner{svc}, scheduler.DailyAt(2, 0, time.UTC),
			scheduler.Parameters(map[string]string{"days": "7"})))
		runner, err := scheduler.NewRunner(tasks, memstate.New())
		require.NoError(t, err)
		left := func(d time.Duration) int {
			ctx, cancel := context.WithTimeout(t.Context(), d)
			defer cancel()
			require.NoError(t, runner.Run(ctx))
			return len(st.Contacts())
		}
		require.Equal(t, 2501, left(7*24*time.Hour), "nobody is older than a week")
		require.Equal(t, 1501, left(24*time.Hour))
		require.Equal(t, 501, left(24*time.Hour))
		require.Equal(t, 1, left(24*time.Hour))
		require.Equal(t, 1, left(24*time.Hour), "a contact with an address stays")
	})
}

func TestContactCleanerWithoutParameters(t *testing.T) {
	t.Parallel()
	_, err := ContactCleaner{}.Execute(t.Context(), scheduler.Run{Parameters: map[string]string{"days": "-1"}})
	require.EqualError(t, err, `the parameter days is "-1"; a number of days from 1 on is needed`)
}
