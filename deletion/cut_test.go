package deletion_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/contactsweep/contactsweep/deletion"
	"github.com/contactsweep/contactsweep/internal/servertest"
	"github.com/contactsweep/contactsweep/store/sqlstore"
	"github.com/contactsweep/contactsweep/where"
)

// Connections that are cut before and after a COMMIT reaches the server: nothing
// is doubled, nothing is lost, and with a ledger everything is counted.
func TestConnectionsCutAtCommits(t *testing.T) {
	t.Parallel()
	for name, engine := range serverEngines() {
		for ledger, options := range map[string][]sqlstore.Option{"with a ledger": {sqlstore.WithLedger()}, "without": nil} {
			t.Run(name+" "+ledger, func(t *testing.T) {
				t.Parallel()
				testCutCommits(t, engine, options)
			})
		}
	}
}

func testCutCommits(t *testing.T, engine serverEngine, options []sqlstore.Option) {
	t.Helper()
	const size = 2000
	database := engine.server.Database(t)
	direct := engine.server.Open(t, database)
	engine.fill(t, direct, size)
	require.NoError(t, sqlstore.Migrate(t.Context(), direct, engine.dialect, benchSchema()))
	kept := dump(t, direct, "SELECT id FROM contacts WHERE email <> '' ORDER BY id")
	rows := int64(len(dump(t, direct, "SELECT a.id FROM activities a JOIN contacts c ON c.id = a.contact_id WHERE c.email = ''")))
	cuts := 0
	through := engine.server.Through(t, func(commit int) servertest.Cut {
		switch {
		case commit%5 == 2:
			cuts++
			return servertest.CutBefore
		case commit%5 == 4:
			cuts++
			return servertest.CutAfter
		}
		return servertest.CutNot
	})
	st, err := sqlstore.Open(t.Context(), through.Open(t, database), engine.dialect, benchSchema(), options...)
	require.NoError(t, err)
	svc, err := deletion.New(st, deletion.WithRetries(50), deletion.WithBackoff(time.Millisecond, 10*time.Millisecond))
	require.NoError(t, err)
	report, err := svc.BulkDelete(t.Context(), where.New().WhereEquals("email", ""), deletion.BatchSize(25))
	require.NoError(t, err)
	require.Greater(t, cuts, 10)
	require.EqualValues(t, size-len(kept), report.Deleted)
	require.Equal(t, kept, dump(t, direct, "SELECT id FROM contacts ORDER BY id"))
	require.Empty(t, dump(t, direct, "SELECT a.id FROM activities a LEFT JOIN contacts c ON c.id = a.contact_id WHERE c.id IS NULL"))
	if options == nil {
		require.Positive(t, report.Inferred)
		return
	}
	require.Zero(t, report.Inferred)
	require.Equal(t, rows, report.Associations[0].Rows)
	op, err := svc.Operations().Get(t.Context(), report.Operation)
	require.NoError(t, err)
	require.Equal(t, deletion.StateCompleted, op.State)
	require.Equal(t, report.Deleted, op.Deleted)
	require.Equal(t, rows, op.Associations[0].Rows)
}
