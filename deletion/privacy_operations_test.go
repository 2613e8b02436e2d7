package deletion_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/deletion"
	"github.com/contactsweep/contactsweep/store/memory"
	"github.com/contactsweep/contactsweep/where"
)

// A marker that is an address and a key appears nowhere in what operations log,
// report or keep once they are over.
func TestNoContactDataInOperations(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		const marker = "marker@example.com"
		st, err := memory.New(contacts.Schema{
			Table: "people", Key: []string{"email"}, Fields: []contacts.Field{contacts.Text("email"), contacts.Text("name")},
		}, memory.WithLedger())
		require.NoError(t, err)
		var out bytes.Buffer
		fails := true
		svc, err := deletion.New(st,
			deletion.WithLogger(slog.New(slog.NewTextHandler(&out, &slog.HandlerOptions{Level: slog.LevelDebug}))),
			deletion.WithArchive(deletion.ArchiveConfig{Keys: map[string][]byte{"k": bytes.Repeat([]byte("s"), 32)}, KeyID: "k"}),
			deletion.WithAfterBatch(func(context.Context, deletion.BatchEvent) error {
				if fails {
					return errors.New(marker)
				}
				return nil
			}))
		require.NoError(t, err)
		key, err := contacts.NewKey(marker)
		require.NoError(t, err)
		ops := svc.Operations()
		ids := []string{}
		say := func(what ...any) {
			for _, w := range what {
				_, _ = fmt.Fprintf(&out, "%v %+v\n", w, w)
			}
		}
		for _, q := range []deletion.Request{
			{Condition: where.New().WhereEquals("email", marker)}, {Keys: []contacts.Key{key}}, {Pending: true},
		} {
			require.NoError(t, st.Insert(memory.Row{"email": marker, "name": marker}))
			if q.Pending {
				require.NoError(t, svc.Pending().Put(t.Context(), "asked", key))
			}
			op, err := ops.Submit(t.Context(), q)
			require.NoError(t, err)
			ids = append(ids, op.ID)
			_, refused := ops.Submit(t.Context(), deletion.Request{Condition: where.New().WhereEquals("age", marker)})
			require.Error(t, refused)
			<-time.After(49 * time.Hour)
			done, err := ops.ProcessDue(t.Context())
			require.NoError(t, err)
			require.Len(t, done, 1)
			require.Error(t, done[0].Err)
			say(op, refused, done[0].Operation, done[0].Report, deletionText(done[0].Err))
			fails = false
			report, err := ops.Resume(t.Context(), op.ID)
			require.NoError(t, err)
			_, restoring := ops.Restore(t.Context(), op.ID)
			say(report, restoring)
			fails = true
		}
		list, err := ops.List(t.Context(), deletion.OperationFilter{})
		require.NoError(t, err)
		health, err := ops.Health(t.Context())
		require.NoError(t, err)
		summary, err := ops.Summary(t.Context(), deletion.SummaryRequest{From: time.Now().AddDate(0, -1, 0), Until: time.Now().AddDate(0, 1, 0)})
		require.NoError(t, err)
		say(list, health, summary)
		for _, id := range ids {
			kept, err := st.Ledger().Operations.Get(t.Context(), "", id)
			require.NoError(t, err)
			require.Equal(t, deletion.StateCompleted, kept.State)
			say(string(kept.Request), string(kept.Progress))
		}
		require.NotContains(t, strings.ToLower(out.String()), "marker")
		require.Contains(t, out.String(), "email = ?")
	})
}

// deletionText is what the library itself says of an error; what the host's own
// error says is the host's.
func deletionText(err error) string {
	var hook *deletion.HookError
	if errors.As(err, &hook) {
		return hook.Hook
	}
	return err.Error()
}
