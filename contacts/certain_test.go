package contacts_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/where"
)

// TestConditionsThatRequiredFieldsMakeTrue: a test that every contact passes
// is no less a mistake when only the schema shows it.
func TestConditionsThatRequiredFieldsMakeTrue(t *testing.T) {
	t.Parallel()
	cat := contacts.Schema{
		Table: "contacts", Key: []string{"id"},
		Fields: []contacts.Field{
			contacts.Int64("id"), contacts.Text("status").NotNull(), contacts.Bool("hold"), contacts.Bool("active").NotNull(),
		},
	}.Catalog()
	for _, always := range []where.Condition{
		where.New().WhereNotNull("id"),
		where.New().WhereKnown("status"),
		where.New().WhereNotNull("id").WhereNotNull("status"),
		where.New().WhereNot(where.New().WhereNull("id")),
		where.New().WhereEquals("id", 5).Or().WhereNotEquals("id", 5),
		where.New().WhereLessThan("id", 5).Or().WhereGreaterOrEquals("id", 5),
		where.New().WhereTrue("active").Or().WhereFalse("active"),
		where.New().WhereTrue("hold").Or().WhereFalse("hold").Or().WhereNull("hold"),
		where.New().WhereTrue("hold").Or().WhereFalse("hold").Or().WhereUnknown("hold"),
		where.New().WhereIn("status", "a").Or().WhereNotIn("status", "a").Or().WhereTrue("hold"),
		where.New().WhereTrue("hold").Or().WhereNotNull("id").WhereKnown("status"),
		where.New().WhereTrue("hold").Where(where.New().WhereNotNull("id").WhereNotNull("status").Or().WhereEquals("status", "x")),
		where.All(where.New().WhereNotNull("id"), where.New().WhereNotNull("status")),
		where.All(where.New().WhereNotNull("id"), where.Everything(), where.New().WhereKnown("status").WhereKnown("active")),
	} {
		require.ErrorContains(t, always.Validate(cat), "is always true", always)
	}
	for _, fine := range []where.Condition{
		where.New().WhereNotNull("id").WhereEquals("status", "x"),
		where.New().WhereNotNull("id").WhereEquals("status", "x").Or().WhereTrue("hold"),
		where.All(where.New().WhereNotNull("id"), where.New().WhereEquals("status", "x")),
		where.New().WhereTrue("hold").Or().WhereFalse("hold"),
		where.New().WhereTrue("active").Or().WhereNull("active"),
		where.New().WhereLessThan("id", 5).Or().WhereGreaterThan("id", 5),
	} {
		require.NoError(t, fine.Validate(cat), fine)
	}
}
