package contacts_test

import (
	"iter"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/where"
)

// row is a stored row. A missing field is NULL.
type row struct {
	values map[string]where.Value
	below  map[string][]row
}

func (r row) Value(field string) where.Value { return r.values[field] }

func (r row) Rows(association string) iter.Seq[where.Row] {
	return func(yield func(where.Row) bool) {
		for _, below := range r.below[association] {
			if !yield(below) {
				return
			}
		}
	}
}

func value(t *testing.T, x any) where.Value {
	t.Helper()
	v, err := where.ValueOf(x)
	require.NoError(t, err)
	return v
}

func now() time.Time { return time.Date(2026, 3, 15, 12, 0, 0, 0, time.UTC) }

// selects says whether a run that starts now selects the contact.
func selects(t *testing.T, schema contacts.Schema, c where.Condition, contact row) bool {
	t.Helper()
	p, err := c.Freeze(now()).Resolve(schema.Catalog())
	require.NoError(t, err)
	return p.Eval(contact) == where.True
}

// crm is a valid schema with something of everything.
func crm() contacts.Schema {
	return contacts.Schema{
		Table: "crm.people",
		Key:   []string{"tenant", "id"},
		Fields: []contacts.Field{
			contacts.Text("tenant").NotNull(), contacts.Int64("id").NotNull(), contacts.Int64("manager"),
			contacts.Text("email").In("mail").FoldCase(), contacts.UUID("external").Encoded(contacts.UUIDBytes()),
			contacts.Time("created").Encoded(contacts.UnixMillis()), contacts.Decimal("spent").Encoded(contacts.DecimalUnits(2)),
		},
		Associations: []contacts.Association{
			{
				Name: "orders", Table: "crm.orders", Action: contacts.Delete, Key: []string{"number"},
				Fields: []contacts.Field{
					contacts.Int64("number"), contacts.Text("tenant"), contacts.Int64("buyer"), contacts.Int64("payer"), contacts.Bool("open"),
				},
				References: []contacts.Reference{{Fields: []string{"tenant", "buyer"}}, {Fields: []string{"tenant", "payer"}}},
				Associations: []contacts.Association{
					{
						Name: "lines", Table: "crm.lines", Action: contacts.Delete,
						Fields:     []contacts.Field{contacts.Int64("order")},
						References: []contacts.Reference{{Fields: []string{"order"}}},
					},
					{
						Name: "claims", Table: "crm.claims", Action: contacts.Restrict,
						Fields:     []contacts.Field{contacts.Int64("order"), contacts.Bool("settled")},
						References: []contacts.Reference{{Fields: []string{"order"}}}, Where: where.New().WhereFalse("settled"),
					},
					{
						Name: "disputes", Table: "crm.disputes", Action: contacts.Restrict,
						Fields:     []contacts.Field{contacts.Int64("order")},
						References: []contacts.Reference{{Fields: []string{"order"}}},
					},
				},
			},
			{
				Name: "notes", Table: "crm.notes", Action: contacts.Delete,
				Fields: []contacts.Field{contacts.Text("tenant"), contacts.Int64("of"), contacts.Text("type")},
				References: []contacts.Reference{{
					Fields: []string{"tenant", "of"}, Constants: map[string]any{"type": "person"},
				}},
			},
			{
				Name: "reports", Table: "crm.people", Action: contacts.Detach,
				References: []contacts.Reference{{Fields: []string{"tenant", "manager"}, SetNull: []string{"manager"}}},
			},
			{
				Name: "upstream", Table: "feed.ids", Action: contacts.ReadOnly,
				Fields:     []contacts.Field{contacts.UUID("id").Encoded(contacts.UUIDBytes())},
				References: []contacts.Reference{{Fields: []string{"id"}, To: []string{"external"}}},
			},
			{
				Name: "contracts", Table: "crm.contracts", Action: contacts.Restrict,
				Fields:     []contacts.Field{contacts.Text("tenant"), contacts.Int64("person")},
				References: []contacts.Reference{{Fields: []string{"tenant", "person"}}},
			},
		},
	}
}
