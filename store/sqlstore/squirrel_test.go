package sqlstore_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/store/sqlstore"
	"github.com/contactsweep/contactsweep/where"
)

// Every row is something that squirrel, used freely, turns into a statement
// that affects more rows than meant, or other ones.
func TestWhatSquirrelWidensIsAnError(t *testing.T) {
	t.Parallel()
	one := sqlstore.Expr("a = ?", 1)
	for name, give := range map[string]sqlstore.Term{
		"delete without a condition":            sqlstore.DeleteRows("t", nil),
		"update without a condition":            sqlstore.UpdateRows("t", "a", nil),
		"delete with an empty AND":              sqlstore.DeleteRows("t", sqlstore.All()),
		"delete with an empty OR":               sqlstore.DeleteRows("t", sqlstore.AnyOf()),
		"delete with an AND of nothing but nil": sqlstore.DeleteRows("t", sqlstore.All(nil, nil)),
		"delete with an empty expression":       sqlstore.DeleteRows("t", sqlstore.Expr("")),
		"a nested empty group":                  sqlstore.DeleteRows("t", sqlstore.All(one, sqlstore.AnyOf())),
		"fewer arguments than placeholders":     sqlstore.DeleteRows("t", sqlstore.Expr("a = ? OR b = ?", 1)),
		"more arguments than placeholders":      sqlstore.DeleteRows("t", sqlstore.Expr("a = 1", 1)),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			sql, _, err := sqlstore.Render(give)
			require.Error(t, err, sql)
		})
	}
}

func TestGroupsKeepTheirBrackets(t *testing.T) {
	t.Parallel()
	or := sqlstore.Expr("a = ? OR b = ?", 1, 2)
	sql, args, err := sqlstore.Render(sqlstore.DeleteRows("t", sqlstore.All(or, sqlstore.Expr("c = ?", 3))))
	require.NoError(t, err)
	require.Equal(t, "DELETE FROM t WHERE (a = ? OR b = ?) AND (c = ?)", sql)
	require.Equal(t, []any{1, 2, 3}, args)
}

func TestArgumentsStayInTheOrderOfTheirPlaceholders(t *testing.T) {
	t.Parallel()
	inner := sqlstore.Expr("EXISTS (?)", sqlstore.Expr("SELECT 1 WHERE x = ?", "inner"))
	sql, args, err := sqlstore.Render(sqlstore.DeleteRows("t", sqlstore.All(
		sqlstore.Expr("z = ?", "first"), inner, sqlstore.Expr("y = ?", "last"))))
	require.NoError(t, err)
	require.Equal(t, "DELETE FROM t WHERE (z = ?) AND (EXISTS (SELECT 1 WHERE x = ?)) AND (y = ?)", sql)
	require.Equal(t, []any{"first", "inner", "last"}, args)
}

func TestTooManyParametersAreRefused(t *testing.T) {
	t.Parallel()
	floats := make([]any, 40000)
	for i := range floats {
		floats[i] = float64(i) / 3
	}
	_, _, err := sqlstore.Condition(renderSchema(), where.New().WhereIn("score", floats...))
	require.ErrorContains(t, err, "more than the 32766 of one statement")
}

func TestUnsupportedEncodingsAreRefused(t *testing.T) {
	t.Parallel()
	schema := renderSchema()
	schema.Fields = append(schema.Fields, contacts.Decimal("native"), contacts.Time("local").Encoded(contacts.NaiveTime("Europe/Berlin")))
	for _, c := range []where.Condition{
		where.New().WhereEquals("native", "1"), where.New().WhereNull("native"), where.New().WhereKnown("local"),
	} {
		_, _, err := sqlstore.Condition(schema, c)
		require.ErrorContains(t, err, "SQLite")
	}
}
