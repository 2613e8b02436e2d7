package retention_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/deletion/retention"
	"github.com/contactsweep/contactsweep/scheduler"
	"github.com/contactsweep/contactsweep/where"
)

func TestWhatIsRefused(t *testing.T) {
	t.Parallel()
	h := newHost(t)
	rule := contacts.Contactless()
	for _, tt := range []struct {
		name string
		make func() error
		want string
	}{
		{"less than a week", func() error { _, err := retention.DeleteInactive(h.svc, 7*day-1); return err }, "at least 7 days are needed"},
		{"no service", func() error { _, err := retention.DeleteInactive(nil, 7*day); return err }, "a service is needed"},
		{"no condition", func() error { _, err := retention.DeleteMatching(h.svc, where.New()); return err }, "the condition is empty"},
		{"everything", func() error { _, err := retention.DeleteMatching(h.svc, where.Everything()); return err }, "the condition selects everything"},
		{"several", func() error {
			_, err := retention.DeleteMatching(h.svc, rule, retention.BatchSize(0), retention.Pause(-1), retention.TimeLimit(0), retention.Cap(0),
				retention.CapShare(1.5), retention.Reason(""), retention.Notify(nil), retention.PreviewFirst(nil), nil)
			return err
		}, "retention: DeleteMatching: BatchSize: 0 is less than 1; Pause: -1ns is negative; TimeLimit: 0s is not positive; Cap: 0 is less than 1; " +
			"CapShare: the share is not above 0 and at most 1; Reason: it has 0 bytes; 1 to 1000 are possible; Notify: the function is nil; " +
			"PreviewFirst: a history is needed, such as a scheduler.Control; option 9 of 9 is nil"},
		{"the pending table of a rule", func() error {
			_, err := retention.DeleteMatching(h.svc, rule, retention.EmptyPendingTable())
			return err
		}, "EmptyPendingTable: it is for ProcessDue"},
		{"a cap of others' operations", func() error { _, err := retention.ProcessDue(h.svc, retention.Cap(1)); return err }, "Cap: it has no effect without EmptyPendingTable"},
		{"a preview of others' operations", func() error { _, err := retention.ProcessDue(h.svc, retention.PreviewFirst(h.control(t))); return err }, "PreviewFirst: it has no effect"},
		{"no service to process with", func() error { _, err := retention.ProcessDue(nil); return err }, "a service is needed"},
		{"nothing to watch", func() error { _, err := retention.Watch(nil, time.Minute, nil, retention.Cap(1)); return err }, "retention: Watch: a history is needed, such as a scheduler.Control; 1m0s is less than an hour; no task is named; Cap: it has no effect"},
		{"a task that is none", func() error { _, err := retention.Watch(h.control(t), day, []string{"a b"}); return err }, "a b"},
		{"a control that is nil", func() error { _, err := retention.Watch((*scheduler.Control)(nil), day, []string{"a"}); return err }, "a history is needed"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			err := tt.make()
			require.ErrorIs(t, err, retention.ErrInvalidOption)
			require.ErrorContains(t, err, tt.want)
		})
	}
}

func TestAWeekIsEnough(t *testing.T) {
	t.Parallel()
	h := newHost(t)
	h.add(t, 3, 8*day)
	h.add(t, 3, 6*day)
	task, err := retention.DeleteInactive(h.svc, 7*day)
	require.NoError(t, err)
	_, err = task.Execute(context.WithoutCancel(t.Context()), scheduler.Run{Task: name, Kind: scheduler.KindRunNow})
	require.NoError(t, err)
	require.EqualValues(t, 3, h.left(t))
}
