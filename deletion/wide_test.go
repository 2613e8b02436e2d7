package deletion_test

import (
	"fmt"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/where"
)

// TestTheServiceAddsToConditionsOfTheLargestSize: what is counted can be
// previewed, compared and deleted too.
func TestTheServiceAddsToConditionsOfTheLargestSize(t *testing.T) {
	t.Parallel()
	wide := func(more string) where.Condition {
		c := where.New().WhereStartsWith("email", "secret")
		for i := range 494 {
			c = c.WhereNotEquals("email", fmt.Sprint(more, i))
		}
		return c
	}
	st := mixed(t)
	svc := service(t, st, onHold())
	n, err := svc.Count(t.Context(), wide("a"))
	require.NoError(t, err)
	plan, err := svc.Preview(t.Context(), wide("a"))
	require.NoError(t, err)
	require.Equal(t, n, plan.Matched-plan.Protected)
	compared, err := svc.Compare(t.Context(), wide("a"), wide("b"))
	require.NoError(t, err)
	require.Equal(t, plan.Matched, compared.Overlaps[0].Matched)
	report, err := svc.Execute(t.Context(), plan)
	require.NoError(t, err)
	require.Equal(t, plan.Deletable, report.Deleted)

	// Where contacts restrict, the targets are read with what restricts.
	chain := staff(t, 3, contacts.Restrict)
	c := where.New().WhereEquals("name", "x")
	for i := range 494 {
		c = c.WhereNotEquals("name", strconv.Itoa(i))
	}
	report, err = service(t, chain).BulkDelete(t.Context(), c)
	require.NoError(t, err)
	require.EqualValues(t, 1, report.Deleted)
	require.Equal(t, []int64{2, 3}, left(chain))
}
