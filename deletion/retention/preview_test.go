package retention_test

import (
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"github.com/contactsweep/contactsweep/deletion/retention"
	"github.com/contactsweep/contactsweep/scheduler"
)

// The first run that succeeds only previews, also when the host was restarted in between
// and the runs before it failed.
func TestTheFirstRunOnlyPreviews(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHost(t)
		h.add(t, 100, 90*day)
		h.add(t, 50, 0)
		h.until(t, day, inactive(t, h, retention.Off()))
		require.Equal(t, scheduler.OutcomeSucceeded, h.runs(t)[0].Outcome)
		h.until(t, day, inactive(t, h, quick(retention.PreviewFirst(h.control(t)))...))
		require.EqualValues(t, 150, h.left(t))
		require.Equal(t, []retention.EventKind{retention.Previewed}, h.kinds())
		require.EqualValues(t, 100, h.events[0].Deleted)
		require.Equal(t, "preview only: 100 of 150 contacts match, 0 are protected and 0 held back by their rows; the next run deletes 100", h.runs(t)[1].Message)
		h.until(t, 2*day, inactive(t, h, quick(retention.PreviewFirst(h.control(t)))...))
		require.EqualValues(t, 50, h.left(t))
		require.Equal(t, []retention.EventKind{retention.Previewed, retention.Done, retention.Done}, h.kinds())
	})
}
