package sqlstore_test

import (
	"testing"
	"time"

	"github.com/go-sql-driver/mysql"
	"github.com/stretchr/testify/require"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/store"
	"github.com/contactsweep/contactsweep/store/sqlstore"
	"github.com/contactsweep/contactsweep/where"
)

// A TIMESTAMP is an instant, which the server shows in the session's zone. In
// an hour that occurs twice it shows two instants alike.
func TestMySQLTimestampsDoNotDependOnTheSession(t *testing.T) {
	t.Parallel()
	_, database := myPeople(t, "ts TIMESTAMP(3) NULL, INDEX (ts)", `
SET time_zone = '+00:00', sql_mode = '';
INSERT INTO people (ts) VALUES ('2026-10-25 00:30:00'), ('2026-10-25 01:30:00'), ('2026-10-25 01:30:00.001'), ('1970-01-01 00:00:01'), ('2038-01-19 03:14:07'), (NULL), (0), ('2026-03-31 23:59:59.999'), ('2026-04-01 00:00:00')`,
		contacts.Time("ts"))
	w := where.New
	first := time.Date(2026, 10, 25, 0, 30, 0, 0, time.UTC)
	second := first.Add(time.Hour)
	for _, zone := range []string{"'+00:00'", "'+02:00'", "'-11:00'", "'+13:00'"} {
		t.Run(zone, func(t *testing.T) {
			t.Parallel()
			st := myOpen(t, myPool(t, database, func(c *mysql.Config) { c.Params = map[string]string{"time_zone": zone} }), contacts.Time("ts"))
			for i, tt := range []struct {
				condition where.Condition
				want      []int64
			}{
				{w().WhereEquals("ts", first), []int64{1}},
				{w().WhereEquals("ts", second), []int64{2}},
				{w().WhereEquals("ts", second.Add(time.Millisecond)), []int64{3}},
				{w().WhereEquals("ts", second.Add(time.Microsecond)), []int64{}},
				{w().WhereGreaterThan("ts", second.Add(time.Microsecond)), []int64{3, 5}},
				{w().WhereLessThan("ts", second), []int64{1, 4, 8, 9}},
				{w().WhereLessOrEquals("ts", second), []int64{1, 2, 4, 8, 9}},
				{w().WhereIn("ts", first, second), []int64{1, 2}},
				{w().WhereNotIn("ts", first, second), []int64{3, 4, 5, 8, 9}},
				{w().WhereNotEquals("ts", first), []int64{2, 3, 4, 5, 8, 9}},
				{w().WhereGreaterThan("ts", time.Unix(1, 0)), []int64{1, 2, 3, 5, 8, 9}},
				{w().WhereGreaterThan("ts", time.Date(1960, 1, 1, 0, 0, 0, 0, time.UTC)), []int64{1, 2, 3, 4, 5, 8, 9}},
				{w().WhereLessThan("ts", time.Date(2100, 1, 1, 0, 0, 0, 0, time.UTC)), []int64{1, 2, 3, 4, 5, 8, 9}},
				{w().WhereGreaterOrEquals("ts", time.Date(2100, 1, 1, 0, 0, 0, 0, time.UTC)), []int64{}},
				{w().WhereNull("ts"), []int64{6}},
				{w().WhereUnknown("ts"), []int64{6, 7}},
			} {
				require.Equal(t, tt.want, myIDs(t, st, tt.condition), "%d: %s", i, tt.condition)
			}
			require.Equal(t, second, myValue(t, st, 2, "ts"))
		})
	}
}

// myValue reads a field of a contact.
func myValue(t *testing.T, st *sqlstore.Store, id int, field string) any {
	t.Helper()
	keys, err := contacts.Keys(id)
	require.NoError(t, err)
	page, err := st.Page(t.Context(), store.PageRequest{Selection: store.Selection{Condition: where.Everything()}, Keys: keys, Limit: 1, Fields: []string{field}})
	require.NoError(t, err)
	require.Len(t, page.Values, 1)
	if page.Values[0][0].IsUnknown() {
		return "unknown"
	}
	return page.Values[0][0].Any()
}

// The months of times are those of UTC, in every encoding.
func TestMySQLCountsMonthsOfUTC(t *testing.T) {
	t.Parallel()
	tokyo, err := time.LoadLocation("Asia/Tokyo")
	require.NoError(t, err)
	for name, tt := range map[string]struct {
		column string
		field  contacts.Field
		zone   *time.Location
	}{
		"datetime":        {"DATETIME", contacts.Time("at"), time.UTC},
		"datetime of far": {"DATETIME", contacts.Time("at").Encoded(contacts.NaiveTime("Asia/Tokyo")), tokyo},
		"timestamp":       {"TIMESTAMP NULL", contacts.Time("at"), time.UTC},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			schema := contacts.Schema{
				Table: "people", Key: []string{"id"}, Fields: []contacts.Field{contacts.Int64("id").NotNull()},
				Associations: []contacts.Association{{
					Name: "visits", Table: "visits", Action: contacts.Delete, Fields: []contacts.Field{contacts.Int64("of"), tt.field}, References: []contacts.Reference{{Fields: []string{"of"}}},
				}},
			}
			_, database := myPeople(t, "x INT", "INSERT INTO people VALUES (1, 0), (2, 0);\nCREATE TABLE visits (of INT, at "+tt.column+", INDEX (of)) ENGINE=InnoDB")
			db := myPool(t, database, func(c *mysql.Config) { c.Params = map[string]string{"time_zone": "'+00:00'"} })
			for _, at := range []time.Time{
				time.Date(2026, 3, 31, 23, 59, 59, 0, time.UTC), time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC), // contact 1: one month
				time.Date(2026, 4, 30, 23, 59, 59, 0, time.UTC), time.Date(2026, 5, 1, 0, 0, 0, 0, time.UTC), // contact 2: two
			} {
				of := 1
				if at.Month() > time.March {
					of = 2
				}
				_, err := db.ExecContext(t.Context(), "INSERT INTO visits VALUES (?, ?)", of, at.In(tt.zone).Format(time.DateTime))
				require.NoError(t, err)
			}
			st, err := sqlstore.Open(t.Context(), myPool(t, database, func(c *mysql.Config) { c.Params = map[string]string{"time_zone": "'-05:00'"} }), sqlstore.MySQL, schema)
			require.NoError(t, err)
			require.Equal(t, []int64{1}, myIDs(t, st, where.New().WhereCountMonths("visits", "at", where.Equal, 1)))
			require.Equal(t, []int64{2}, myIDs(t, st, where.New().WhereCountMonths("visits", "at", where.Equal, 2)))
		})
	}
}
