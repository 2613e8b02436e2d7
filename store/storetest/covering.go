package storetest

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/store"
	"github.com/contactsweep/contactsweep/where"
)

// testCovering checks that Verify speaks of rows that no association covers,
// and only of those. Its severity is the store's to say.
func testCovering(t *testing.T, h Harness) {
	t.Helper()
	holds := func(name string, action contacts.Action, which where.Condition, constants map[string]any) contacts.Association {
		return contacts.Association{
			Name: name, Table: "holds", Action: action, Where: which,
			Fields:     []contacts.Field{contacts.Int64("person"), contacts.Bool("open"), contacts.Text("type")},
			References: []contacts.Reference{{Fields: []string{"person"}, Constants: constants}},
		}
	}
	open, all := where.New().WhereTrue("open"), where.Condition{}
	type associations = []contacts.Association
	for _, c := range []struct {
		name         string
		associations associations
		found        bool
	}{
		{"all rows", associations{holds("holds", contacts.Delete, all, nil)}, false},
		{"the open ones restrict", associations{holds("open", contacts.Restrict, open, nil)}, true},
		{"the open ones are deleted", associations{holds("open", contacts.Delete, open, nil)}, true},
		{"the open ones are detached", associations{holds("open", contacts.Detach, open, nil)}, true},
		{"the others are deleted", associations{holds("open", contacts.Restrict, open, nil), holds("all", contacts.Delete, all, nil)}, false},
		{"the others are kept", associations{holds("open", contacts.Delete, open, nil), holds("all", contacts.Keep, all, nil)}, false},
		{"rows of another table", associations{holds("of people", contacts.Delete, all, map[string]any{"type": "person"})}, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			b := setup(t, h, contacts.Schema{
				Table: "people", Key: []string{"id"}, Fields: []contacts.Field{contacts.Int64("id").NotNull()}, Associations: c.associations,
			}, Data{"people": {{"id": 1}}, "holds": {{"person": 1, "open": true}, {"person": 1, "open": false}}})
			findings, err := b.st.Verify(t.Context())
			require.NoError(t, err)
			found := false
			for _, f := range findings {
				found = found || f.Code == store.CodePartlyCovered && f.Table == "holds"
			}
			require.Equal(t, c.found, found, "%v", findings)
		})
	}
}
