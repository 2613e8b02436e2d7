package sqlstore_test

import (
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/store"
	"github.com/contactsweep/contactsweep/store/sqlstore"
	"github.com/contactsweep/contactsweep/where"
)

func TestTheLedgerKeepsKeysOfEveryKindExactly(t *testing.T) {
	t.Parallel()
	uuid := func(b byte) [16]byte { return [16]byte{0: 255 - b, 15: b} }
	for name, tt := range map[string]struct {
		fields []contacts.Field
		keys   [][]any
	}{
		"int64":      {[]contacts.Field{contacts.Int64("id")}, [][]any{{int64(math.MinInt64)}, {int64(1)<<53 + 1}, {int64(math.MaxInt64)}}},
		"uint64":     {[]contacts.Field{contacts.Uint64("id")}, [][]any{{1}, {uint64(1)<<53 + 1}, {uint64(1)<<63 - 1}}},
		"text":       {[]contacts.Field{contacts.Text("id")}, [][]any{{"A"}, {"a"}, {"a "}, {"é"}, {"\u2028"}, {`"\'`}, {"😀"}, {""}, {"?"}}},
		"uuid":       {[]contacts.Field{contacts.UUID("id")}, [][]any{{uuid(0)}, {uuid(1)}, {uuid(255)}}},
		"uuid text":  {[]contacts.Field{contacts.UUID("id").Encoded(contacts.UUIDText())}, [][]any{{uuid(0)}, {uuid(1)}, {uuid(255)}}},
		"uuid bytes": {[]contacts.Field{contacts.UUID("id").Encoded(contacts.UUIDBytes())}, [][]any{{uuid(0)}, {uuid(1)}, {uuid(255)}}},
		"composite": {
			[]contacts.Field{contacts.Int64("tenant"), contacts.UUID("id").Encoded(contacts.UUIDBytes()), contacts.Text("part")},
			[][]any{{1, uuid(1), "a"}, {1, uuid(1), "b"}, {1, uuid(2), ""}, {2, uuid(0), "a"}, {2, uuid(1), "a"}},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			schema := keyed(tt.fields...)
			schema.Associations = nil
			onEach(t, schema, "", func(t *testing.T, b desk) {
				t.Helper()
				b.keepsKeys(t, b.insert(t, tt.keys))
			})
		})
	}
}

// insert makes contacts.
func (b desk) insert(t *testing.T, keys [][]any) []contacts.Key {
	t.Helper()
	schema := b.st.Schema()
	out := make([]contacts.Key, len(keys))
	for i, values := range keys {
		k, err := contacts.NewKey(values...)
		require.NoError(t, err)
		out[i], err = schema.CheckKey(k)
		require.NoError(t, err)
		var columns, marks []string
		var args []any
		for n, v := range out[i].Values() {
			f := schema.KeyFields()[n]
			x, err := sqlstore.Encode(b.dialect, f, v)
			require.NoError(t, err)
			columns, marks, args = append(columns, f.ColumnName()), append(marks, b.mark(n+1)), append(args, x)
		}
		_, err = b.db.ExecContext(t.Context(), "INSERT INTO people ("+strings.Join(columns, ", ")+") VALUES ("+strings.Join(marks, ", ")+")", args...)
		require.NoError(t, err)
	}
	return out
}

func (b desk) mark(n int) string {
	if b.dialect == sqlstore.PostgreSQL {
		return fmt.Sprintf("$%d", n)
	}
	return "?"
}

// keepsKeys has all keys through all tables.
func (b desk) keepsKeys(t *testing.T, keys []contacts.Key) {
	t.Helper()
	ctx := t.Context()
	for range 2 {
		require.NoError(t, b.Pending.Put(ctx, store.PutRequest{Scope: "eu", Contacts: pendingOf(keys)}))
	}
	var waiting []contacts.Key
	for r := (store.PendingRequest{Scope: "eu", Limit: 2}); ; {
		page, err := b.Pending.Page(ctx, r)
		require.NoError(t, err)
		for _, c := range page.Contacts {
			waiting = append(waiting, c.Key)
		}
		if r.After = page.Next; !page.More {
			break
		}
	}
	everything := store.Selection{Condition: where.Everything()}
	require.Equal(t, walk(t, b.st, everything, 100), waiting, "in the order of the contacts")

	f := b.start(t, "op")
	add := store.AddRequest{Save: store.SaveRequest{Fence: f, TTL: time.Minute}, Suppress: true}
	for _, k := range keys[1:] {
		add.Targets = append(add.Targets, store.Target{Key: k})
	}
	added, err := b.Targets.Add(ctx, add)
	require.NoError(t, err)
	require.EqualValues(t, len(keys)-1, added.Added)
	suppressed, err := b.Targets.Suppressed(ctx, "eu", keys)
	require.NoError(t, err)
	var hidden []contacts.Key
	for _, s := range suppressed {
		hidden = append(hidden, s.Key)
	}
	require.ElementsMatch(t, keys[1:], hidden)
	require.Equal(t, int64(1), b.unsuppressed(t, "eu"))
	require.EqualValues(t, len(keys), b.unsuppressed(t, "over ? 'there'"))

	out, err := b.st.Delete(ctx, store.Batch{Selection: everything, Keys: keys, Checkpoint: &store.Checkpoint{
		Fence: fenceOf(added.Operation), TTL: time.Minute, Pinned: true, Pending: true,
		Commit: func(c store.Committing) (store.Commit, error) {
			var out store.Commit
			for _, k := range c.Outcome.Deleted {
				out.Archive = append(out.Archive, store.ArchiveEntry{Key: k})
			}
			return out, nil
		},
	}})
	require.NoError(t, err)
	require.ElementsMatch(t, keys[1:], out.Deleted)
	entries, err := b.Archive.Lookup(ctx, store.LookupRequest{Scope: "eu", Keys: keys})
	require.NoError(t, err)
	var gone []contacts.Key
	for _, e := range entries {
		gone = append(gone, e.Key)
	}
	require.ElementsMatch(t, keys[1:], gone)
	n, err := b.Pending.Remove(ctx, "eu", keys)
	require.NoError(t, err)
	require.Equal(t, int64(1), n)
}

func pendingOf(keys []contacts.Key) []store.PendingContact {
	out := make([]store.PendingContact, len(keys))
	for i, k := range keys {
		out[i].Key = k
	}
	return out
}

// unsuppressed counts contacts by a statement of the host's.
func (b desk) unsuppressed(t *testing.T, scope string) (n int64) {
	t.Helper()
	counts := map[int64]bool{}
	for _, alias := range []string{"p", "c", "suppressed", "Suppressed", "contactsweep_targets", "Odd 'name`\""} {
		text, args, err := b.st.UnsuppressedSQL(scope, alias, 1)
		require.NoError(t, err)
		require.NotContains(t, text, scope)
		quoted := `"` + strings.ReplaceAll(alias, `"`, `""`) + `"`
		if b.dialect == sqlstore.MySQL {
			quoted = "`" + strings.ReplaceAll(alias, "`", "``") + "`"
		}
		query := "SELECT count(*) FROM people AS " + quoted + " WHERE 1 = " + b.mark(1) + " AND " + text
		require.NoError(t, b.db.QueryRowContext(t.Context(), query, append([]any{1}, args...)...).Scan(&n), query)
		counts[n] = true
	}
	require.Len(t, counts, 1)
	return n
}

func TestHostsFillThePendingTableThemselves(t *testing.T) {
	t.Parallel()
	onEach(t, crm(), fillCRM, func(t *testing.T, b desk) {
		t.Helper()
		_, err := b.db.ExecContext(t.Context(), "INSERT INTO contactsweep_pending (key_1) SELECT id FROM people WHERE email = ''")
		require.NoError(t, err)
		page, err := b.Pending.Page(t.Context(), store.PendingRequest{Limit: 10})
		require.NoError(t, err)
		require.Len(t, page.Contacts, 4)
		require.WithinDuration(t, time.Now(), page.Contacts[0].Since, time.Minute)
		require.Empty(t, page.Contacts[0].Reason)
		require.NoError(t, b.Pending.Put(t.Context(), store.PutRequest{Contacts: []store.PendingContact{{Key: page.Contacts[0].Key, Reason: "new"}}}))
		again, err := b.Pending.Page(t.Context(), store.PendingRequest{Limit: 1})
		require.NoError(t, err)
		require.Equal(t, "new", again.Contacts[0].Reason)
		require.Equal(t, page.Contacts[0].Since, again.Contacts[0].Since)
		require.True(t, again.More)
	})
}
