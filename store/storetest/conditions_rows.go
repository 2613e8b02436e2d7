package storetest

import (
	"testing"
	"time"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/where"
)

// rowsSchema has associations to be read: events with times, and orders with
// lines with parts.
func rowsSchema() contacts.Schema {
	to := func(field string) []contacts.Reference { return []contacts.Reference{{Fields: []string{field}}} }
	return contacts.Schema{
		Table: "people", Key: []string{"id"},
		Fields: []contacts.Field{contacts.Int64("id").NotNull(), contacts.Text("name"), contacts.Int64("boss")},
		Associations: []contacts.Association{
			{
				Name: "events", Table: "events", Action: contacts.Delete, References: to("person"),
				Fields: []contacts.Field{
					contacts.Int64("person"), contacts.Text("type"), contacts.Text("tag").FoldCase(), contacts.Int64("points"),
					contacts.Time("at"), contacts.Time("unix").Encoded(contacts.UnixMicros()), contacts.Date("day"), contacts.Decimal("cost").Encoded(contacts.DecimalUnits(2)),
				},
			},
			{
				Name: "orders", Table: "orders", Action: contacts.Delete, References: to("buyer"), Key: []string{"id"},
				Fields: []contacts.Field{contacts.Int64("id").NotNull(), contacts.Int64("buyer"), contacts.Text("state")},
				Associations: []contacts.Association{{
					Name: "lines", Table: "lines", Action: contacts.Delete, References: to("of"), Key: []string{"id"},
					Fields: []contacts.Field{contacts.Int64("id").NotNull(), contacts.Int64("of"), contacts.Int64("amount")},
					Associations: []contacts.Association{{
						Name: "parts", Table: "parts", Action: contacts.Delete, References: to("line"),
						Fields: []contacts.Field{contacts.Int64("line"), contacts.Text("sku")},
					}},
				}},
			},
			{Name: "team", Table: "people", Action: contacts.Keep, References: to("boss")},
		},
	}
}

func rowsData() Data {
	return Data{
		"people": {{"id": 1, "name": "a"}, {"id": 2, "name": "b", "boss": 1}, {"id": 3, "name": "c", "boss": 1}, {"id": 4, "boss": 3}, {"id": 5, "boss": 5}},
		"events": {
			{
				"person": 1, "type": "send", "tag": "X", "points": 1, "cost": "1.10",
				"at": utc(2025, time.December, 31, 23, 59, 59), "unix": utc(2025, time.December, 31, 23, 59, 59).Add(999_999 * time.Microsecond), "day": date(2025, 12, 31),
			},
			{
				"person": 1, "type": "send", "tag": "x", "points": 1, "cost": "1.1",
				"at": utc(2026, time.January, 1, 0, 0, 0), "unix": utc(2026, time.January, 1, 0, 0, 0), "day": date(2026, 1, 1),
			},
			{"person": 1, "type": "open", "tag": "y", "points": nil, "at": utc(2026, time.January, 31, 23, 59, 59), "unix": utc(1969, time.December, 31, 23, 59, 59), "day": date(2025, 1, 31)},
			{"person": 2, "type": "send", "tag": "", "points": 2},
			{"person": 2, "type": "send", "points": 0},
			{"person": 3, "type": nil, "points": -1},
			{"person": nil, "type": "open", "points": 5},
			{"person": 99, "type": "open", "points": 5},
		},
		"orders": {{"id": 10, "buyer": 1, "state": "paid"}, {"id": 11, "buyer": 1, "state": "open"}, {"id": 20, "buyer": 2, "state": "paid"}, {"id": 30, "buyer": 3}},
		"lines":  {{"id": 100, "of": 10, "amount": 5}, {"id": 101, "of": 11, "amount": 7}, {"id": 102, "of": 20, "amount": 7}, {"id": 103, "amount": 1}},
		"parts":  {{"line": 100, "sku": "wheel"}, {"line": 101, "sku": "axle"}, {"line": 102, "sku": "axle"}, {"sku": "bolt"}},
	}
}

func testRowConditions(t *testing.T, h Harness) {
	t.Helper()
	w := where.New
	send, open := w().WhereEquals("type", "send"), w().WhereEquals("type", "open")
	runSelects(t, h, rowsSchema(), rowsData(), []selects{
		{"WhereExists any row", w().WhereExists("events"), ids(1, 2, 3)},
		{"WhereExists a row that fulfils a condition", w().WhereExists("events", open), ids(1)},
		{"WhereExists of nothing", w().WhereExists("events", where.NoResults()), ids()},
		{"WhereExists where the condition is unknown", w().WhereExists("events", w().WhereNotEquals("type", "send")), ids(1)},
		{"WhereExists with two terms wants them in one row", w().WhereExists("events", send.WhereEquals("points", 2)), ids(2)},
		{"WhereExists twice may find two rows", w().WhereExists("events", send).WhereExists("events", open), ids(1)},
		{"WhereNotExists", w().WhereNotExists("events"), ids(4, 5)},
		{"WhereNotExists with a condition", w().WhereNotExists("events", send), ids(3, 4, 5)},
		{"WhereNot of WhereExists is never unknown", w().WhereNot(w().WhereExists("events", send)), ids(3, 4, 5)},
		{"WhereNot of WhereNotExists", w().WhereNot(w().WhereNotExists("events", send)), ids(1, 2)},
		{"WhereExists in an OR", w().WhereEquals("name", "c").Or().WhereExists("events", open), ids(1, 3)},
		{"WhereExists nested", w().WhereExists("orders", w().WhereExists("lines", w().WhereExists("parts", w().WhereEquals("sku", "axle")))), ids(1, 2)},
		{"WhereExists nested wants one chain", w().WhereExists("orders", w().WhereEquals("state", "paid").WhereExists("lines", w().WhereEquals("amount", 7))), ids(2)},
		{"WhereNotExists nested", w().WhereExists("orders", w().WhereNotExists("lines")), ids(3)},
		{"no order without lines", w().WhereNotExists("orders", w().WhereNotExists("lines")), ids(1, 2, 4, 5)},
		{"WhereExists of contacts", w().WhereExists("team"), ids(1, 3, 5)},
		{"WhereExists of contacts with a condition", w().WhereExists("team", w().WhereEquals("name", "b")), ids(1)},
		{"WhereExists of contacts of contacts", w().WhereExists("team", w().WhereExists("team")), ids(1, 5)},
		{"WhereExists of associations of contacts of contacts", w().WhereExists("team", w().WhereExists("orders")), ids(1)},
		{"WhereID of a row", w().WhereExists("orders", w().WhereID(20)), ids(2)},
		{"WhereCount equal", w().WhereCount("events", where.Equal, 2), ids(2)},
		{"WhereCount not equal", w().WhereCount("events", where.NotEqual, 2), ids(1, 3, 4, 5)},
		{"WhereCount zero", w().WhereCount("events", where.Equal, 0), ids(4, 5)},
		{"WhereCount less", w().WhereCount("events", where.Less, 2), ids(3, 4, 5)},
		{"WhereCount less or equal", w().WhereCount("events", where.LessOrEqual, 2), ids(2, 3, 4, 5)},
		{"WhereCount greater", w().WhereCount("events", where.Greater, 2), ids(1)},
		{"WhereCount greater or equal", w().WhereCount("events", where.GreaterOrEqual, 1), ids(1, 2, 3)},
		{"WhereCount with a condition", w().WhereCount("events", where.Equal, 2, send), ids(1, 2)},
		{"WhereCount counts rows, not values", w().WhereCount("events", where.Equal, 2, w().WhereEquals("points", 1)), ids(1)},
		{"WhereNot of WhereCount", w().WhereNot(w().WhereCount("events", where.Greater, 1, send)), ids(3, 4, 5)},
		{"WhereCount of rows with rows", w().WhereCount("orders", where.Equal, 2, w().WhereExists("lines")), ids(1)},
		{"WhereCount in WhereExists", w().WhereExists("orders", w().WhereCount("lines", where.Equal, 0)), ids(3)},
		{"WhereCountDistinct", w().WhereCountDistinct("events", "points", where.Equal, 1), ids(1, 3)},
		{"WhereCountDistinct NULL is no value", w().WhereCountDistinct("events", "points", where.Equal, 0), ids(4, 5)},
		{"WhereCountDistinct of texts", w().WhereCountDistinct("events", "type", where.GreaterOrEqual, 2), ids(1)},
		{"WhereCountDistinct case-insensitive", w().WhereCountDistinct("events", "tag", where.Equal, 2), ids(1)},
		{"WhereCountDistinct the empty text is a value", w().WhereCountDistinct("events", "tag", where.Equal, 1), ids(2)},
		{"WhereCountDistinct of decimals", w().WhereCountDistinct("events", "cost", where.Equal, 1), ids(1)},
		{"WhereCountDistinct with a condition", w().WhereCountDistinct("events", "points", where.Equal, 2, send), ids(2)},
		{"WhereCountMonths of a time", w().WhereCountMonths("events", "at", where.Equal, 2), ids(1)},
		{"WhereCountMonths of Unix times", w().WhereCountMonths("events", "unix", where.Equal, 3), ids(1)},
		{"WhereCountMonths of a date tells years apart", w().WhereCountMonths("events", "day", where.Equal, 3), ids(1)},
		{"WhereCountMonths with a condition", w().WhereCountMonths("events", "at", where.Equal, 1, open), ids(1)},
		{"WhereCountMonths none", w().WhereCountMonths("events", "at", where.Less, 1), ids(2, 3, 4, 5)},
	})
}
