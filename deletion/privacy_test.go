package deletion_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/deletion"
	"github.com/contactsweep/contactsweep/store"
	"github.com/contactsweep/contactsweep/store/memory"
	"github.com/contactsweep/contactsweep/where"
)

// TestNoContactDataInLogsErrorsAndTexts looks for addresses, which are also
// the keys, in everything that a host is likely to print.
func TestNoContactDataInLogsErrorsAndTexts(t *testing.T) {
	t.Parallel()
	driver := errors.New("Key (email)=(secret@example.com) already exists")
	for name, failure := range map[string]error{
		"no failure": nil,
		"classed":    &store.Error{Op: "delete batch", Class: store.ErrConstraint, Table: "orders", Err: driver},
		"bare":       driver,
		"wrapped":    fmt.Errorf("secret@example.com: %w", &store.Error{Op: "delete batch", Class: store.ErrFull, Err: driver}),
		"transient":  fmt.Errorf("%w: %w", store.ErrTransient, driver),
		"unknown":    fmt.Errorf("%w: %w", store.ErrOutcomeUnknown, driver),
		"panic":      nil,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var out bytes.Buffer
			st := &scripted{Store: addresses(t)}
			st.delete = func(_ int, _ store.Batch, do func() (store.Outcome, error)) (store.Outcome, error) {
				if failure != nil {
					return store.Outcome{}, failure
				}
				return do()
			}
			svc := service(t, st,
				deletion.WithLogger(slog.New(slog.NewTextHandler(&out, &slog.HandlerOptions{Level: slog.LevelDebug}))),
				deletion.WithAfterBatch(func(context.Context, deletion.BatchEvent) error {
					if name == "panic" {
						panic("secret@example.com")
					}
					return nil
				}))
			condition := where.New().WhereContains("email", "secret").WhereNotEquals("email", "secret@example.com")
			plan, err := svc.Preview(t.Context(), condition, deletion.SampleFields("email"))
			require.NoError(t, err)
			comparison, err := svc.Compare(t.Context(), condition, condition)
			require.NoError(t, err)
			report, err := svc.BulkDelete(t.Context(), condition)
			_, keysErr := svc.DeleteContact(t.Context(), "secret@example.com")
			fmt.Fprintln(&out, plan, comparison, report, report.Next, err, keysErr)
			slog.New(slog.NewJSONHandler(&out, nil)).Info("host", "report", report, "next", report.Next, "condition", condition)

			require.NotContains(t, strings.ToLower(out.String()), "secret")
			require.Contains(t, out.String(), "deletion ended")
			require.Contains(t, out.String(), "email CONTAINS ?")
		})
	}
}

func addresses(t *testing.T) *memory.Store {
	t.Helper()
	st, err := memory.New(contacts.Schema{Table: "people", Key: []string{"email"}, Fields: []contacts.Field{contacts.Text("email")}})
	require.NoError(t, err)
	for i := range 3 {
		require.NoError(t, st.Insert(memory.Row{"email": fmt.Sprintf("secret%d@example.com", i)}))
	}
	return st
}
