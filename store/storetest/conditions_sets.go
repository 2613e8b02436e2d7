package storetest

import (
	"testing"
	"time"

	"github.com/contactsweep/contactsweep/where"
)

func testSets(t *testing.T, h Harness) {
	t.Helper()
	w := where.New
	many := make([]int, 40_000)
	for i := range many {
		many[i] = i + 5
	}
	runSelects(t, h, sampleSchema(), sampleData(), []selects{
		{"WhereIn", w().WhereIn("score", 5, 9), ids(3, 4, 6)},
		{"WhereIn a slice", w().WhereIn("score", []int64{-5, 10}), ids(1, 7)},
		{"WhereIn one value", w().WhereIn("score", 0), ids(2)},
		{"WhereIn a value twice", w().WhereIn("score", 5, 5), ids(3, 4)},
		{"WhereIn nothing matches nothing", w().WhereIn("score"), ids()},
		{"WhereIn an empty slice matches nothing", w().WhereIn("score", []int{}), ids()},
		{"WhereIn texts counts case", w().WhereIn("name", "brazil", "", "x'y"), ids(2, 3)},
		{"WhereIn texts case-insensitive", w().WhereIn("nick", "aNn", "BOB "), ids(1, 2, 4)},
		{"WhereIn times", w().WhereIn("created", utc(2020, time.January, 1, 0, 0, 0), utc(1999, time.January, 1, 0, 0, 0)), ids(1)},
		{"WhereIn times that the encoding cannot hold", w().WhereIn("seen", utc(2020, time.January, 1, 0, 0, 0).Add(time.Microsecond)), ids()},
		{"WhereIn dates", w().WhereIn("birthday", date(1969, 12, 31)), ids(2)},
		{"WhereIn uuids", w().WhereIn("token", token(1), token(3)), ids(1, 3)},
		{"WhereIn bools", w().WhereIn("active", true, false), ids(1, 2, 3, 4)},
		{"WhereIn decimals", w().WhereIn("balance", "0.00", "12.50", "0.001"), ids(2, 3)},
		{"WhereIn floats", w().WhereIn("ratio", 0.1, 0.2), ids(3)},
		{"WhereIn uints", w().WhereIn("visits", 7, uint64(8)), ids(2, 3)},
		{"WhereIn 40,000 values", w().WhereIn("score", many), ids(3, 4, 6, 7)},
		{"WhereNotIn does not select NULL", w().WhereNotIn("score", 5, 9), ids(1, 2, 7)},
		{"WhereNotIn 40,000 values", w().WhereNotIn("score", many), ids(1, 2)},
		{"WhereNotIn case-insensitive", w().WhereNotIn("nick", "ANN", ""), ids(4, 6, 7, 8)},
		{"WhereNotIn times that the encoding cannot hold", w().WhereNotIn("seen", utc(2020, time.January, 1, 0, 0, 0).Add(time.Microsecond)), ids(1, 2, 3)},
		{"WhereNot of WhereIn does not select NULL", w().WhereNot(w().WhereIn("score", 5, 9)), ids(1, 2, 7)},
		{"WhereNot of WhereNotIn", w().WhereNot(w().WhereNotIn("score", 5, 9)), ids(3, 4, 6)},
		{"NoResults", where.NoResults(), ids()},
		{"NoResults in an AND", w().WhereKnown("score").NoResults(), ids()},
		{"NoResults in an OR", w().WhereEquals("score", 9).Or().NoResults(), ids(6)},
		{"Everything", where.Everything(), ids(1, 2, 3, 4, 5, 6, 7, 8)},
		{"WhereID in an OR", w().WhereID(1).Or().WhereID(7), ids(1, 7)},
		{"WhereNot of WhereID", w().WhereNot(w().WhereID(1)), ids(2, 3, 4, 5, 6, 7, 8)},
	})
}
