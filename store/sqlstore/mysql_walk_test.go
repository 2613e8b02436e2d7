package sqlstore_test

import (
	"testing"

	"github.com/go-sql-driver/mysql"
	"github.com/stretchr/testify/require"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/store"
	"github.com/contactsweep/contactsweep/where"
)

// A TIMESTAMP is walked as the instant that it is, whatever the session's zone,
// in which the column is compared.
func TestMySQLWalksByTimestamps(t *testing.T) {
	t.Parallel()
	field := contacts.Time("ts").NotNull().NeverChanges()
	_, database := myPeople(t, "ts TIMESTAMP(6) NOT NULL, INDEX (ts)", `
SET time_zone = '+00:00', sql_mode = '';
INSERT INTO people (ts) VALUES ('2026-10-25 01:30:00.000001'), ('2026-10-25 00:30:00'), ('2026-10-25 01:30:00'), ('1970-01-01 00:00:01'), ('2038-01-19 03:14:07'),
 (0), ('2026-10-25 00:30:00'), ('2026-10-25 01:30:00'), ('1970-01-01 00:00:01'), ('2038-01-19 03:14:07.999999'), (0)`, field)
	for _, zone := range []string{"'+00:00'", "'+02:00'", "'-11:00'", "'+13:00'"} {
		st := myOpen(t, myPool(t, database, func(c *mysql.Config) { c.Params = map[string]string{"time_zone": zone} }), field)
		until, err := st.Bound(t.Context(), store.BoundRequest{By: "ts"})
		require.NoError(t, err)
		for limit := 1; limit <= 4; limit++ {
			r := store.PageRequest{Selection: store.Selection{Condition: where.Everything()}, By: "ts", Until: until, Limit: limit}
			var got []any
			for more := true; more; {
				page, err := st.Page(t.Context(), r)
				require.NoError(t, err)
				for _, k := range page.Keys {
					got = append(got, k.First().Any())
				}
				r.After, more = page.Next, page.More
				require.LessOrEqual(t, len(got), 9)
			}
			require.Equal(t, []any{int64(4), int64(9), int64(2), int64(7), int64(3), int64(8), int64(1), int64(5), int64(10)}, got, "%s, %d at a time", zone, limit)
		}
	}
}
