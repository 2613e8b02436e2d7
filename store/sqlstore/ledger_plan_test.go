package sqlstore_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/store"
	"github.com/contactsweep/contactsweep/store/sqlstore"
	"github.com/contactsweep/contactsweep/where"
)

// planned is a ledger of 100,000 operations and 1,000,000 targets, and as much
// of everything else.
func planned(t *testing.T, d sqlstore.Dialect) (traced, desk) {
	t.Helper()
	if testing.Short() {
		t.Skip("a ledger of 1,000,000 targets")
	}
	tr := newTraced(t, d)
	schema := contacts.Schema{Table: "contacts", Key: []string{"id"}, Fields: []contacts.Field{contacts.Int64("id").NotNull(), contacts.Text("email")}}
	b := newDesk(t, d, tr.db, schema, "")
	document := strings.Repeat("x", 400) // as long as a short condition
	execAll(t, tr.db,
		"INSERT INTO contacts (id, email) SELECT i, '' FROM "+tr.series(200_000),
		"INSERT INTO contactsweep_operations (id, scope, request_key, format, state, left_state, wanted, created, updated, finished, due, ready, holder, "+
			"term, expires, sequence, deleted, targets, ordinal, request, progress) SELECT "+tr.text("op-", "100000 + i")+", 'eu', "+tr.text("k", "i")+
			", 1, CASE i % 1000 WHEN 0 THEN 'processing' WHEN 1 THEN 'pending' WHEN 2 THEN 'paused' WHEN 3 THEN 'failed' ELSE 'completed' END, '', '', "+
			"1700000000000000 + i * CAST(60000000 AS "+tr.whole()+"), 0, 0, 0, CASE i % 1000 WHEN 0 THEN 1700000000000000 ELSE 0 END, '', 1, 0, 1, i, 10, 10, '"+document+"', '"+document+"' FROM "+tr.series(100_000),
		"INSERT INTO contactsweep_targets (operation, key_1, scope, ordinal, suppressed, doomed, stamp, reason) SELECT "+
			tr.text("op-", "100001 + 1000 * (i % 100)")+", i, 'eu', i, 1, 0, NULL, '' FROM "+tr.series(1_000_000),
		"INSERT INTO contactsweep_archive (key_1, scope, hash_key, hash, rule, reason, operation, first_at, last_at, times, fields) SELECT "+
			"i, 'eu', 'h', "+tr.bytes()+", 1, '', '', i, i + 0, 1, '' FROM "+tr.series(200_000),
		"INSERT INTO contactsweep_pending (key_1, scope) SELECT i, 'eu' FROM "+tr.series(200_000),
	)
	for _, table := range []string{"contacts", "contactsweep_operations", "contactsweep_targets", "contactsweep_archive", "contactsweep_pending"} {
		analyze := map[sqlstore.Dialect]string{sqlstore.SQLite: "ANALYZE ", sqlstore.PostgreSQL: "VACUUM ANALYZE ", sqlstore.MySQL: "ANALYZE TABLE "}
		execAll(t, tr.db, analyze[d]+table)
	}
	tr.take()
	return tr, b
}

// bytes is the number i as bytes.
func (d traced) bytes() string {
	if d.dialect == sqlstore.PostgreSQL {
		return "convert_to(CAST(i AS text), 'UTF8')"
	}
	return "CAST(i AS " + map[sqlstore.Dialect]string{sqlstore.SQLite: "BLOB", sqlstore.MySQL: "CHAR"}[d.dialect] + ")"
}

// whole is the name of an integer type in a CAST.
func (d traced) whole() string {
	if d.dialect == sqlstore.MySQL {
		return "SIGNED"
	}
	return "BIGINT"
}

func numbers(t *testing.T, from, n int) []contacts.Key {
	t.Helper()
	ids := make([]int, n)
	for i := range ids {
		ids[i] = from + i
	}
	return idsOf(t, ids...)
}

func TestALargeLedgerIsReadByIndexes(t *testing.T) {
	t.Parallel()
	for _, d := range dialects() {
		t.Run(d.String(), func(t *testing.T) {
			t.Parallel()
			tr, b := planned(t, d)
			b.readsByIndexes(t, tr)
			b.listsByIndexes(t, tr)
			b.changesByIndexes(t, tr)
		})
	}
}

func (b desk) readsByIndexes(t *testing.T, tr traced) {
	t.Helper()
	ctx := t.Context()
	found, err := b.Targets.Suppressed(ctx, "eu", numbers(t, 500_000, 1000))
	require.NoError(t, err)
	require.Len(t, found, 1000)
	require.Equal(t, 1, tr.requireIndexes(t, "suppressed"))
	first, err := b.Targets.Suppressions(ctx, store.SuppressionsRequest{Scope: "eu", Limit: 100})
	require.NoError(t, err)
	_, err = b.Targets.Suppressions(ctx, store.SuppressionsRequest{Scope: "eu", Limit: 100, After: first.Next})
	require.NoError(t, err)
	_, err = b.Targets.Suppressions(ctx, store.SuppressionsRequest{Scope: "eu", Limit: 100, After: first.Next, Restorable: true})
	require.NoError(t, err)
	require.Equal(t, 3, tr.requireIndexes(t, "suppressions"))
	for _, doomed := range []bool{false, true} {
		_, err = b.Targets.Page(ctx, store.TargetsRequest{Scope: "eu", Operation: "op-150001", After: 500, Limit: 100, Doomed: doomed})
		require.NoError(t, err)
	}
	_, err = b.Archive.Lookup(ctx, store.LookupRequest{Scope: "eu", Keys: numbers(t, 1000, 500), Hashes: []store.Hash{{KeyID: "h", Sum: []byte("77")}, {KeyID: "h", Sum: []byte("78")}}})
	require.NoError(t, err)
	waiting, err := b.Pending.Page(ctx, store.PendingRequest{Scope: "eu", Limit: 1000})
	require.NoError(t, err)
	_, err = b.Pending.Page(ctx, store.PendingRequest{Scope: "eu", Limit: 1000, After: waiting.Next})
	require.NoError(t, err)
	_, err = b.Events.Undelivered(ctx, "eu", "op-150001", 10)
	require.NoError(t, err)
	tr.requireIndexes(t, "pages")
	text, args, err := b.st.UnsuppressedSQL("eu", "c", 0)
	require.NoError(t, err)
	require.Empty(t, column(t, tr.db, "SELECT c.email FROM contacts AS c WHERE c.id BETWEEN 1000 AND 1100 AND "+text, args...))
	tr.requireIndexes(t, "the host's own statement")
}

func (b desk) listsByIndexes(t *testing.T, tr traced) {
	t.Helper()
	ctx := t.Context()
	from, until := time.UnixMicro(1_700_000_000_000_000).Add(1000*time.Hour), time.UnixMicro(1_700_000_000_000_000).Add(1010*time.Hour)
	for name, r := range map[string]store.ListRequest{
		"all":              {},
		"the oldest first": {OldestFirst: true},
		"some states":      {States: []store.State{store.StatePaused, store.StateFailed}},
		"one state":        {States: []store.State{store.StatePending}, OldestFirst: true},
		"some days":        {From: from, Until: until, Documents: true},
		"ready":            {Ready: true},
	} {
		r.Scope, r.Limit = "eu", 50
		page, err := b.Operations.List(ctx, r)
		require.NoError(t, err)
		require.Len(t, page.Operations, 50, name)
		require.Equal(t, 1, tr.requireIndexes(t, name))
		if r.After = page.Next; r.Ready {
			continue
		}
		next, err := b.Operations.List(ctx, r)
		require.NoError(t, err)
		require.NotEqual(t, page.Operations[0].ID, next.Operations[0].ID)
		require.Equal(t, 1, tr.requireIndexes(t, name))
	}
	for _, r := range []store.SummaryRequest{{Scope: "eu"}, {Scope: "eu", From: from, Until: until}} {
		cells, err := b.Operations.Summary(ctx, r)
		require.NoError(t, err)
		require.NotEmpty(t, cells)
		require.Equal(t, 1, tr.requireIndexes(t, "summary"))
	}
	_, err := b.Operations.Get(ctx, "eu", "op-150001")
	require.NoError(t, err)
	_, err = b.Operations.Find(ctx, "eu", "k50001")
	require.NoError(t, err)
	require.Equal(t, 2, tr.requireIndexes(t, "one operation"))
}

func (b desk) changesByIndexes(t *testing.T, tr traced) {
	t.Helper()
	ctx := t.Context()
	f := b.start(t, "new")
	add := store.AddRequest{Save: store.SaveRequest{Fence: f, TTL: time.Hour}}
	for _, k := range numbers(t, 1000, 2000) {
		add.Targets = append(add.Targets, store.Target{Key: k})
	}
	added, err := b.Targets.Add(ctx, add)
	require.NoError(t, err)
	for _, r := range []store.ReleaseRequest{{Limit: 100}, {Keys: numbers(t, 1100, 100)}} {
		r.Scope, r.Operation, r.Save = "eu", "new", &store.SaveRequest{Fence: fenceOf(added.Operation), TTL: time.Hour}
		released, err := b.Targets.Release(ctx, r)
		require.NoError(t, err)
		require.Equal(t, int64(100), released.Released)
		added.Operation = released.Operation
	}
	tr.requireIndexes(t, "targets")
	for _, size := range []int{10, 1000} {
		out, err := b.st.Delete(ctx, store.Batch{
			Selection: store.Selection{Condition: where.New().WhereEmpty("email")}, Keys: numbers(t, 1200+size*7/10, size), Checkpoint: &store.Checkpoint{
				Fence: fenceOf(b.get(t, f)), TTL: time.Hour, Pinned: true, Pending: true, Fields: []string{"email"},
				Commit: func(c store.Committing) (store.Commit, error) {
					out := store.Commit{Event: []byte("{}")}
					for _, k := range c.Outcome.Deleted {
						out.Archive = append(out.Archive, store.ArchiveEntry{Key: k})
					}
					return out, nil
				},
			},
		})
		require.NoError(t, err)
		require.Len(t, out.Deleted, size)
		tr.requireIndexes(t, "a batch")
	}
	n, err := b.Archive.Prune(ctx, store.PruneRequest{Scope: "eu", Before: time.UnixMicro(1000), Limit: 100})
	require.NoError(t, err)
	require.Equal(t, int64(100), n)
	n, err = b.Pending.Remove(ctx, "eu", numbers(t, 50_000, 1000))
	require.NoError(t, err)
	require.Equal(t, int64(1000), n)
	tr.requireIndexes(t, "removals")
}
