package storetest

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/store"
)

// testEvents checks that what happened is kept until the host knows.
func testEvents(t *testing.T, b *ledgerBench) {
	t.Helper()
	t.Run("until they are acknowledged", func(t *testing.T) { t.Parallel(); b.desk().testUndelivered(t) })
	t.Run("of no operation", func(t *testing.T) {
		t.Parallel()
		d := b.desk()
		events, err := d.Events.Undelivered(t.Context(), d.scope, "nobody", 1)
		require.NoError(t, err)
		require.Empty(t, events)
		require.NoError(t, d.Events.Acknowledge(t.Context(), d.scope, "nobody", 1))
	})
}

// requireEvents checks which documents are kept, in order.
func (d desk) requireEvents(t *testing.T, id string, want ...string) {
	t.Helper()
	events, err := d.Events.Undelivered(t.Context(), d.scope, id, 100)
	require.NoError(t, err)
	var got []string
	for _, e := range events {
		got = append(got, string(e.Document))
	}
	require.Equal(t, want, got)
}

func (d desk) testUndelivered(t *testing.T) {
	t.Helper()
	op := d.create(t, store.StateProcessing)
	var sequences []int64
	for i, document := range []string{`1`, ``, `3`, `4`} {
		b := d.batch(op, []contacts.Key{})
		b.Checkpoint.Sequence += int64(i)
		c := store.Commit{Event: []byte(document)}
		if document == "" {
			c.Event = nil
		} else {
			sequences = append(sequences, b.Checkpoint.Sequence+1)
		}
		b.Checkpoint.Commit = commits(c)
		_, err := d.st.Delete(t.Context(), b)
		require.NoError(t, err)
	}
	d.requireEvents(t, op.ID, `1`, `3`, `4`)
	some, err := d.Events.Undelivered(t.Context(), d.scope, op.ID, 2)
	require.NoError(t, err)
	require.Len(t, some, 2)
	for i, e := range some {
		require.Equal(t, sequences[i], e.Sequence)
	}
	some[0].Document[0] = 'x'
	d.requireEvents(t, op.ID, `1`, `3`, `4`)
	require.NoError(t, d.Events.Acknowledge(t.Context(), d.scope, op.ID, sequences[1]))
	require.NoError(t, d.Events.Acknowledge(t.Context(), d.scope, op.ID, sequences[1]))
	d.requireEvents(t, op.ID, `1`, `4`)
	d.save(t, d.get(t, op.ID), store.SaveRequest{State: store.StateCompleted})
	d.requireEvents(t, op.ID, `1`, `4`)
	require.NoError(t, d.Events.Acknowledge(t.Context(), d.scope, op.ID, sequences[0]))
	d.requireEvents(t, op.ID, `4`)
}

// testSettings checks what can be changed while services run.
func testSettings(t *testing.T, b *ledgerBench) {
	t.Helper()
	d := b.desk()
	get := func() store.Setting {
		s, err := d.Settings.Get(t.Context(), d.scope)
		require.NoError(t, err)
		return s
	}
	require.Equal(t, store.Setting{}, get(), "none were ever made")
	for _, step := range []struct {
		change store.SettingChange
		want   store.Setting
	}{
		{store.SettingChange{}, store.Setting{}},
		{store.SettingChange{Stopped: new(true), Why: new("maintenance")}, store.Setting{Stopped: true, Why: "maintenance"}},
		{store.SettingChange{Period: new(48 * time.Hour)}, store.Setting{Period: new(48 * time.Hour), Stopped: true, Why: "maintenance"}},
		{store.SettingChange{Period: new(time.Duration(0)), Why: new("")}, store.Setting{Period: new(time.Duration(0)), Stopped: true}},
		{store.SettingChange{Stopped: new(false)}, store.Setting{Period: new(time.Duration(0))}},
		{store.SettingChange{Period: new(90 * 24 * time.Hour)}, store.Setting{Period: new(90 * 24 * time.Hour)}},
	} {
		got, err := d.Settings.Set(t.Context(), d.scope, step.change)
		require.NoError(t, err)
		require.Equal(t, step.want, got)
		if got.Period != nil {
			*got.Period++
		}
		require.Equal(t, step.want, get())
	}
}
