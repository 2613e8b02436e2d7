package memory_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/store"
	"github.com/contactsweep/contactsweep/store/memory"
	"github.com/contactsweep/contactsweep/where"
)

// schema has a field of most kinds, a chain, a shared table and a reference
// between contacts.
func schema() contacts.Schema {
	orderID := contacts.Int64("id").NotNull()
	return contacts.Schema{
		Table: "contacts",
		Key:   []string{"id"},
		Fields: []contacts.Field{
			contacts.Int64("id"), contacts.Text("email"), contacts.Int64("age"), contacts.UUID("external"),
			contacts.Time("created").Encoded(contacts.UnixSeconds()),
			contacts.Time("seen").Encoded(contacts.TimeText("2006-01-02T15:04:05.000+00:00")),
			contacts.Time("changed"),
			contacts.Decimal("balance").Encoded(contacts.DecimalUnits(2)),
			contacts.Decimal("score").Encoded(contacts.DecimalReal()),
			contacts.Int64("manager_id"),
		},
		Associations: []contacts.Association{
			{
				Name: "orders", Table: "orders", Action: contacts.Delete, Key: []string{"id"},
				Fields:     []contacts.Field{orderID, contacts.Int64("customer_id"), contacts.Text("state")},
				References: []contacts.Reference{{Fields: []string{"customer_id"}}},
				Associations: []contacts.Association{{
					Name: "lines", Table: "lines", Action: contacts.Delete,
					Fields:     []contacts.Field{contacts.Int64("order_id"), contacts.Text("item")},
					References: []contacts.Reference{{Fields: []string{"order_id"}}},
				}},
			},
			{
				Name: "sales", Table: "orders", Action: contacts.Detach,
				Fields:     []contacts.Field{contacts.Int64("seller_id"), contacts.Text("status").In("state")},
				References: []contacts.Reference{{Fields: []string{"seller_id"}}},
			},
			{
				Name: "reports", Table: "contacts", Action: contacts.Detach,
				References: []contacts.Reference{{Fields: []string{"manager_id"}}},
			},
		},
	}
}

func newStore(tb testing.TB) *memory.Store {
	tb.Helper()
	st, err := memory.New(schema())
	require.NoError(tb, err)
	return st
}

// key is the key of one id.
func key(tb testing.TB, id any) contacts.Key {
	tb.Helper()
	k, err := contacts.NewKey(id)
	require.NoError(tb, err)
	return k
}

func keys(tb testing.TB, ids ...int) []contacts.Key {
	tb.Helper()
	out, err := contacts.Keys(ids...)
	require.NoError(tb, err)
	return out
}

func everything() store.Selection {
	return store.Selection{
		At:        time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC),
		Condition: where.Everything(),
	}
}

// endsAfter is a context that ends when it has been asked so many times.
type endsAfter struct {
	context.Context //nolint:containedctx // it is a context
	left            int
}

func (c *endsAfter) Err() error {
	if c.left--; c.left < 0 {
		return context.Canceled
	}
	return nil
}

func TestNewRefusesAnInvalidSchema(t *testing.T) {
	t.Parallel()
	_, err := memory.New(contacts.Schema{})
	require.ErrorIs(t, err, contacts.ErrInvalidSchema)
}

func TestNewRefusesToDetachTheKey(t *testing.T) {
	t.Parallel()
	s := contacts.Schema{
		Table: "contacts", Key: []string{"tenant", "id"},
		Fields: []contacts.Field{contacts.Text("tenant"), contacts.Int64("id"), contacts.Int64("manager_id")},
		Associations: []contacts.Association{{
			Name: "reports", Table: "contacts", Action: contacts.Detach,
			References: []contacts.Reference{{Fields: []string{"tenant", "manager_id"}}},
		}},
	}
	_, err := memory.New(s)
	require.ErrorContains(t, err, `"tenant"`)
	s.Associations[0].References[0].SetNull = []string{"manager_id"}
	_, err = memory.New(s)
	require.NoError(t, err)
}

func TestVerifyFindsNothing(t *testing.T) {
	t.Parallel()
	st := newStore(t)
	findings, err := st.Verify(t.Context())
	require.NoError(t, err)
	require.Empty(t, findings)
	require.Equal(t, schema().Fingerprint(), st.Schema().Fingerprint())
}
