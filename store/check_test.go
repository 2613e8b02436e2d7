package store_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/contactsweep/contactsweep/store"
)

func TestCheckNamesEveryFaultAtOnce(t *testing.T) {
	t.Parallel()
	err := store.CreateRequest{
		Operation: store.Operation{Scope: "\xff", Key: strings.Repeat("k", 256), State: "done", Wanted: "rest", Deleted: -1},
		ReadyIn:   new(time.Duration(-1)), TTL: time.Second,
	}.Check()
	for _, fault := range []string{
		"the scope is not valid UTF-8", "the idempotency key has 256 bytes; at most 255", "the operation's ID is empty", "the state is not one of",
		"the format is not positive", "ReadyIn is negative", "nothing is wanted of it", "deleted contacts is negative", "the holder is empty",
	} {
		require.ErrorContains(t, err, fault)
	}
}

func TestCheckNeverQuotesWhatItWasGiven(t *testing.T) {
	t.Parallel()
	const secret = "secret@example.com\x00"
	for _, err := range []error{
		store.CheckID(secret, secret), store.CheckIdempotencyKey("", secret), store.State(secret).Check(), store.Wanted(secret).Check(),
		store.PutRequest{Contacts: []store.PendingContact{{Reason: secret}}}.Check(),
		store.LookupRequest{Hashes: []store.Hash{{KeyID: secret, Sum: []byte(secret)}}}.Check(),
		store.ArchiveEntry{Reason: secret, Operation: secret}.Check(),
		store.SettingChange{Why: new(secret)}.Check(),
	} {
		require.Error(t, err)
		require.NotContains(t, err.Error(), "secret")
	}
}

func TestCheckAllowsWhatIsInOrder(t *testing.T) {
	t.Parallel()
	require.NoError(t, store.CreateRequest{Operation: store.Operation{ID: strings.Repeat("i", 255), Format: 1, State: store.StatePending}}.Check())
	require.NoError(t, store.SaveRequest{Fence: store.Fence{ID: "1"}, State: store.StateFailed, Left: store.StateProcessing, Ready: &store.When{Never: true, In: -1}}.Check())
	require.NoError(t, store.ReleaseRequest{Operation: "1", Limit: 1}.Check())
	require.NoError(t, store.LookupRequest{}.Check())
	require.NoError(t, store.SettingChange{}.Check())
}

func TestOnlyPausedAndFailedOperationsGoBack(t *testing.T) {
	t.Parallel()
	for _, s := range store.States() {
		require.NoError(t, s.Check())
		require.Equal(t, s == store.StatePaused || s == store.StateFailed, s.Resumes())
		require.Equal(t, s.Resumes(), s.May(store.StateProcessing, store.StateProcessing) && !s.May(store.StateProcessing, store.StatePreparing))
	}
}
