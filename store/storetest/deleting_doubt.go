package storetest

import (
	"testing"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/where"
)

// doubtSchema restricts by the same rows that it deletes, at both levels, and by
// contacts.
func doubtSchema() contacts.Schema {
	id := contacts.Int64("id").NotNull()
	visit := contacts.Association{
		Name: "visits", Table: "visits", Key: []string{"id"}, Action: contacts.Delete, References: refs("person"),
		Fields: []contacts.Field{id, contacts.Int64("person"), contacts.Time("closed")},
	}
	claim := contacts.Association{
		Name: "claims", Table: "claims", Action: contacts.Delete, References: refs("visit"),
		Fields: []contacts.Field{contacts.Int64("visit"), contacts.Text("state"), contacts.Int64("sum")},
	}
	restricting := func(a contacts.Association, name string, which where.Condition) contacts.Association {
		a.Name, a.Action, a.Where, a.Associations = name, contacts.Restrict, which, nil
		return a
	}
	visit.Associations = []contacts.Association{
		claim, restricting(claim, "open claims", where.New().WhereNotEquals("state", "closed").WhereNotNull("sum").WhereGreaterThan("sum", 0)),
	}
	return contacts.Schema{
		Table: "people", Key: []string{"id"}, Fields: []contacts.Field{id, contacts.Int64("boss"), contacts.Text("rank")},
		Associations: []contacts.Association{
			visit, restricting(visit, "open visits", where.New().WhereNull("closed")),
			{Name: "team", Table: "people", Action: contacts.Restrict, References: refs("boss"), Where: where.New().WhereNotIn("rank", "temp", "guest")},
		},
	}
}

func doubtData() Data {
	closed := utc(2020, 1, 1, 0, 0, 0)
	return Data{
		"people": {
			{"id": 1},
			{"id": 2},
			{"id": 3},
			{"id": 4},
			{"id": 5},
			{"id": 6},
			{"id": 7},
			{"id": 8, "boss": 6, "rank": "temp"},
			{"id": 9, "boss": 7},
		},
		"visits": {
			{"id": 10, "person": 1},
			{"id": 20, "person": 2, "closed": closed},
			{"id": 30, "person": 3, "closed": closed},
			{"id": 40, "person": 4, "closed": closed},
			{"id": 50, "person": 5, "closed": closed},
		},
		"claims": {
			{"visit": 20, "state": "closed", "sum": 5},
			{"visit": 20, "state": "open", "sum": 0},
			{"visit": 20, "state": "open"},
			{"visit": 30, "sum": 5},
			{"visit": 40, "state": "open", "sum": 5},
			{"visit": 50},
			{"state": "open", "sum": 5},
		},
	}
}

// testDoubt checks that rows hold their contact back for which the condition of
// an association that restricts is unknown, and that conditions on the
// association, and counts of its rows, see the same rows.
func testDoubt(t *testing.T, h Harness) {
	t.Helper()
	w := where.New
	held := map[string]string{"1": "restricted open visits", "3": "restricted open claims", "4": "restricted open claims", "7": "restricted team"}
	gone := ids(2, 5, 6, 8, 9)
	t.Run("conditions", func(t *testing.T) {
		t.Parallel()
		unrestricted, _ := doubtSchema().Unrestricted()
		runSelects(t, h, doubtSchema(), doubtData(), []selects{
			{"unrestricted", unrestricted, gone},
			{"rows in doubt exist", w().WhereExists("team"), ids(7)},
			{"below rows too", w().WhereExists("visits", w().WhereExists("open claims")), ids(3, 4)},
			{"and are counted", w().WhereCount("visits", where.Equal, 1, w().WhereCount("open claims", where.Equal, 0)), ids(1, 2, 5)},
			{"a condition on them is what it is", w().WhereExists("visits", w().WhereExists("open claims", w().WhereNotEquals("state", "closed"))), ids(4)},
		})
	})
	runDeletions(t, h, []deletion{{
		name: "NULL", schema: doubtSchema(), data: doubtData(), deleted: gone, skipped: held, rows: map[string]int64{"visits": 2, "claims": 4},
	}})
	visits, _ := doubtSchema().Associations[0].Lookup("closed")
	rank, _ := doubtSchema().Lookup("rank")
	if foreigns(h, visits) == 0 || foreigns(h, rank) == 0 {
		return
	}
	data := doubtData()
	data["visits"] = append(data["visits"], Row{"id": 60, "person": 6, "closed": Foreign(0)})
	data["people"][7]["rank"] = Foreign(0)
	runDeletions(t, h, []deletion{{
		name: "foreign values", schema: doubtSchema(), data: data, deleted: ids(2, 5, 8, 9), rows: map[string]int64{"visits": 2, "claims": 4},
		skipped: map[string]string{"1": held["1"], "3": held["3"], "4": held["4"], "6": "restricted open visits", "7": held["7"]},
	}})
}
