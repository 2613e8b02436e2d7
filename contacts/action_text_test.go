package contacts_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/contactsweep/contactsweep/contacts"
)

func TestActionsAreWrittenByName(t *testing.T) {
	t.Parallel()
	for a := contacts.Delete; a <= contacts.ReadOnly; a++ {
		text, err := json.Marshal(a)
		require.NoError(t, err)
		require.Equal(t, `"`+a.String()+`"`, string(text))
		var read contacts.Action
		require.NoError(t, json.Unmarshal(text, &read))
		require.Equal(t, a, read)
	}
	read := contacts.Keep
	for _, wrong := range []string{`"no action"`, `"DELETE"`, `""`, `1`} {
		require.Error(t, json.Unmarshal([]byte(wrong), &read), wrong)
	}
	require.Equal(t, contacts.Keep, read)
	_, err := json.Marshal(contacts.Action(0))
	require.Error(t, err)
}
