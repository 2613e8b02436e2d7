package storetest

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/store"
)

// testTexts checks that documents come back byte by byte, and that names are
// exact.
func testTexts(t *testing.T, b *ledgerBench) {
	t.Helper()
	for name, text := range hostileTexts() {
		t.Run("document: "+name, func(t *testing.T) { t.Parallel(); b.desk().testDocument(t, text) })
		t.Run("name: "+name, func(t *testing.T) { t.Parallel(); b.desk().testName(t, text) })
	}
	t.Run("names that are nearly the same", func(t *testing.T) { t.Parallel(); b.desk().testNearNames(t) })
}

func hostileTexts() map[string]string {
	return map[string]string{
		"quotes":             `it's "quoted" ` + "`so`",
		"backslashes":        `\ \\ \n \' \u0000`,
		"line separators":    "a\u2028b\u2029c\r\nd\te",
		"four bytes":         "😀 𝄞 \U0010ffff",
		"composed and not":   "é e\u0301",
		"comments":           `-- /* */ # ; DROP TABLE people`,
		"placeholders":       `? $1 :name @p1 %s {} {{.}}`,
		"patterns":           `100% _ [a-z]`,
		"spaces at the ends": "  a b  ",
		"control characters": "\x01\x1f\x7f\u0085",
		"byte order mark":    "\ufeffa\ufffe",
		"right to left":      "\u202eאב",
	}
}

// testDocument keeps the text in every place for documents and texts.
func (d desk) testDocument(t *testing.T, text string) {
	t.Helper()
	document, err := json.Marshal(map[string]string{"t": text, text: " 1.0 "})
	require.NoError(t, err)
	document = append([]byte("  "), append(document, ' ', '\n')...) // insignificant, and kept all the same
	keys := d.some(t, 1)
	r := d.request(store.StateProcessing)
	r.Operation.Request, r.Operation.Progress = document, document
	op, err := d.Operations.Create(t.Context(), r)
	require.NoError(t, err)
	require.Equal(t, string(document), string(d.get(t, op.ID).Request))
	op = d.save(t, op, store.SaveRequest{Request: []byte(text), Progress: document})
	require.Equal(t, text, string(d.get(t, op.ID).Request))
	target := store.Target{Key: keys[0], Stamp: document, Reason: text}
	added, err := d.Targets.Add(t.Context(), store.AddRequest{Save: store.SaveRequest{Fence: fence(op), TTL: long}, Targets: []store.Target{target}})
	require.NoError(t, err)
	kept := d.targets(t, op.ID, 1, false)[0]
	require.Equal(t, string(document), string(kept.Stamp))
	require.Equal(t, text, kept.Reason)
	d.put(t, text, keys...)
	require.Equal(t, text, d.waiting(t, 1)[0].Reason)

	b := d.batch(added.Operation, keys)
	b.Checkpoint.Commit = commits(store.Commit{Progress: document, Event: document, Archive: []store.ArchiveEntry{{Key: keys[0], Reason: text, Fields: document}}})
	_, err = d.st.Delete(t.Context(), b)
	require.NoError(t, err)
	require.Equal(t, string(document), string(d.get(t, op.ID).Progress))
	d.requireEvents(t, op.ID, string(document))
	entry := d.lookup(t, keys)[0]
	require.Equal(t, text, entry.Reason)
	require.Equal(t, string(document), string(entry.Fields))
	s, err := d.Settings.Set(t.Context(), d.scope, store.SettingChange{Why: &text})
	require.NoError(t, err)
	require.Equal(t, text, s.Why)
}

// testName uses the text as every name that there is.
func (d desk) testName(t *testing.T, text string) {
	t.Helper()
	d.scope += text
	keys := d.some(t, 1)
	r := d.request(store.StateProcessing)
	r.Operation.ID, r.Operation.Key, r.Operation.Lease.Holder = r.Operation.ID+text, text, text
	op, err := d.Operations.Create(t.Context(), r)
	require.NoError(t, err)
	require.Equal(t, []string{r.Operation.ID, text, text, d.scope}, []string{op.ID, op.Key, op.Lease.Holder, op.Scope})
	d.requireKept(t, op)
	found, err := d.Operations.Find(t.Context(), d.scope, text)
	require.NoError(t, err)
	require.Equal(t, plain(op), plain(found))
	require.Equal(t, []string{op.ID}, d.list(t, store.ListRequest{Limit: 1}, func() {}))
	op = d.addKeys(t, op, true, keys)
	d.requireTargetKeys(t, op.ID, keys)
	require.Equal(t, []string{op.ID}, []string{d.suppressedBy(t, keys[0])})
	b := d.batch(op, keys)
	b.Checkpoint.Commit = commits(store.Commit{Event: []byte(`1`), Archive: []store.ArchiveEntry{{Key: keys[0], HashKeyID: text, Hash: []byte(text), Operation: op.ID}}})
	_, err = d.st.Delete(t.Context(), b)
	require.NoError(t, err)
	d.requireEvents(t, op.ID, `1`)
	entry := d.lookup(t, nil, store.Hash{KeyID: text, Sum: []byte(text)})[0]
	require.Equal(t, text, entry.HashKeyID)
	require.Equal(t, op.ID, entry.Operation)
}

func (d desk) suppressedBy(t *testing.T, k contacts.Key) string {
	t.Helper()
	got, err := d.Targets.Suppressed(t.Context(), d.scope, []contacts.Key{k})
	require.NoError(t, err)
	require.Len(t, got, 1)
	return got[0].Operation
}

// testNearNames checks that names which a collation takes for one are several.
func (d desk) testNearNames(t *testing.T) {
	t.Helper()
	id := d.id()
	for i, near := range []string{"a", "A", "a ", " a", "ä", "a\u0308", "ａ", "á", "a\u200b"} {
		scope := desk{d.ledgerBench, d.scope + near}
		require.Empty(t, scope.list(t, store.ListRequest{Limit: 9}, func() {}), "%q is another scope", near)
		r := scope.request(store.StateProcessing)
		r.Operation.ID, r.Operation.Key = id+near, "key"
		op, err := scope.Operations.Create(t.Context(), r)
		require.NoError(t, err, "%q is another scope, and another ID", near)
		scope.add(t, op, true, i+1)
		_, err = scope.Settings.Set(t.Context(), scope.scope, store.SettingChange{Why: &near})
		require.NoError(t, err)
		scope.put(t, "", keysOf(t, i)...)
		scope.requirePending(t, ids(i)...)
		scope.requireSuppressed(t, map[int]string{i + 1: op.ID}, 1, 2, 3, 4, 5, 6, 7, 8, 9)
		got, err := scope.Settings.Get(t.Context(), scope.scope)
		require.NoError(t, err)
		require.Equal(t, near, got.Why)
	}
	_, err := d.Operations.Get(t.Context(), d.scope+"a", id+"A")
	require.ErrorIs(t, err, store.ErrNotFound)
}
