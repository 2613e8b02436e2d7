package storetest

import (
	"math"
	"testing"
	"time"

	"github.com/contactsweep/contactsweep/where"
)

func testCompare(t *testing.T, h Harness) {
	t.Helper()
	w := where.New
	runSelects(t, h, sampleSchema(), sampleData(), []selects{
		{"WhereEquals text counts case", w().WhereEquals("name", "Brazil"), ids(1)},
		{"WhereEquals the empty text is not NULL", w().WhereEquals("name", ""), ids(3)},
		{"WhereEquals a space is not empty", w().WhereEquals("name", " "), ids(4)},
		{"WhereEquals case-insensitive", w().WhereEquals("nick", "aNN"), ids(1, 2)},
		{"WhereEquals case-insensitive folds ASCII only", w().WhereEquals("nick", "kÖHLER"), ids(8)},
		{"WhereEquals case-insensitive counts trailing spaces", w().WhereEquals("nick", "bob"), ids()},
		{"WhereEquals int", w().WhereEquals("score", 5), ids(3, 4)},
		{"WhereEquals int given as uint8", w().WhereEquals("score", uint8(9)), ids(6)},
		{"WhereEquals uint", w().WhereEquals("visits", uint64(7)), ids(2)},
		{"WhereEquals uint given as int", w().WhereEquals("visits", 8), ids(3)},
		{"WhereEquals float", w().WhereEquals("ratio", 0.1), ids(3)},
		{"WhereEquals float negative zero", w().WhereEquals("ratio", negativeZero()), ids(2)},
		{"WhereEquals decimal in another spelling", w().WhereEquals("balance", "12.500"), ids(3)},
		{"WhereEquals bool", w().WhereEquals("active", true), ids(1, 3)},
		{"WhereEquals time in another zone", w().WhereEquals("created", utc(2020, time.January, 1, 0, 0, 0).In(time.FixedZone("east", 5*3600+1800))), ids(1)},
		{"WhereEquals time in milliseconds", w().WhereEquals("seen", utc(2024, time.June, 30, 23, 59, 59).Add(999*time.Millisecond)), ids(2)},
		{"WhereEquals date", w().WhereEquals("birthday", date(2000, 2, 29)), ids(1)},
		{"WhereEquals uuid as bytes", w().WhereEquals("token", token(2)), ids(2)},
		{"WhereEquals uuid as text in upper case", w().WhereEquals("token", "AB000000-0000-4F00-8000-000000000002"), ids(2)},
		{"WhereNotEquals does not select NULL", w().WhereNotEquals("name", "Brazil"), ids(2, 3, 4, 6, 7, 8)},
		{"WhereNotEquals int", w().WhereNotEquals("score", 5), ids(1, 2, 6, 7)},
		{"WhereNotEquals case-insensitive", w().WhereNotEquals("nick", "ann"), ids(3, 4, 6, 7, 8)},
		{"WhereEqualsOrNull", w().WhereEqualsOrNull("score", 5), ids(3, 4, 5, 8)},
		{"WhereEqualsOrNull is one term", w().WhereEquals("id", 4).WhereEqualsOrNull("score", 5), ids(4)},
		{"WhereLessThan", w().WhereLessThan("score", 5), ids(1, 2)},
		{"WhereLessThan text is by code points", w().WhereLessThan("name", "Z"), ids(1, 3, 4, 6, 7)},
		{"WhereLessThan time", w().WhereLessThan("created", utc(2024, time.June, 30, 23, 59, 59)), ids(1)},
		{"WhereLessThan date", w().WhereLessThan("birthday", date(1970, 1, 1)), ids(2)},
		{"WhereLessOrEquals", w().WhereLessOrEquals("score", 5), ids(1, 2, 3, 4)},
		{"WhereLessOrEquals time", w().WhereLessOrEquals("created", utc(2024, time.June, 30, 23, 59, 59)), ids(1, 2)},
		{"WhereGreaterThan is numeric", w().WhereGreaterThan("score", 9), ids(7)},
		{"WhereGreaterThan decimal", w().WhereGreaterThan("balance", "-0.05"), ids(2, 3)},
		{"WhereGreaterOrEquals", w().WhereGreaterOrEquals("score", 9), ids(6, 7)},
		{"WhereGreaterOrEquals uuid", w().WhereGreaterOrEquals("token", token(2)), ids(2, 3)},
		{"WhereBetween includes both ends", w().WhereBetween("score", 0, 9), ids(2, 3, 4, 6)},
		{"WhereBetween one value", w().WhereBetween("score", 5, 5), ids(3, 4)},
		{"WhereBetween times", w().WhereBetween("created", utc(2020, time.January, 1, 0, 0, 0), utc(2025, time.January, 1, 0, 0, 0)), ids(1, 2)},
		{"WhereTrue", w().WhereTrue("active"), ids(1, 3)},
		{"WhereFalse is not NULL", w().WhereFalse("active"), ids(2, 4)},
		{"WhereID", w().WhereID(3), ids(3)},
		{"WhereID of nobody", w().WhereID(99), ids()},
	})
}

func negativeZero() float64 { return math.Copysign(0, -1) }

func testNull(t *testing.T, h Harness) {
	t.Helper()
	w := where.New
	runSelects(t, h, sampleSchema(), sampleData(), []selects{
		{"WhereNull text", w().WhereNull("name"), ids(5)},
		{"WhereNull int", w().WhereNull("score"), ids(5, 8)},
		{"WhereNull bool", w().WhereNull("active"), ids(5, 6, 7, 8)},
		{"WhereNull key", w().WhereNull("id"), ids()},
		{"WhereNotNull text", w().WhereNotNull("name"), ids(1, 2, 3, 4, 6, 7, 8)},
		{"WhereNotNull time", w().WhereNotNull("created"), ids(1, 2, 3)},
		{"WhereEmpty text is NULL or empty, not a space", w().WhereEmpty("name"), ids(3, 5)},
		{"WhereEmpty case-insensitive text", w().WhereEmpty("nick"), ids(3, 5)},
		{"WhereEmpty int is NULL, not zero", w().WhereEmpty("score"), ids(5, 8)},
		{"WhereEmpty decimal is NULL, not zero", w().WhereEmpty("balance"), ids(4, 5, 6, 7, 8)},
		{"WhereEmpty bool is NULL, not false", w().WhereEmpty("active"), ids(5, 6, 7, 8)},
		{"WhereEmpty is one term", w().WhereEquals("id", 3).WhereEmpty("name"), ids(3)},
		{"WhereNotEmpty text", w().WhereNotEmpty("name"), ids(1, 2, 4, 6, 7, 8)},
		{"WhereNotEmpty date", w().WhereNotEmpty("birthday"), ids(1, 2, 3)},
		{"WhereNot of WhereEmpty", w().WhereNot(w().WhereEmpty("name")), ids(1, 2, 4, 6, 7, 8)},
		{"WhereNot of WhereNotEmpty", w().WhereNot(w().WhereNotEmpty("name")), ids(3, 5)},
		{"WhereUnknown is NULL where all values belong to the kind", w().WhereUnknown("score"), ids(5, 8)},
		{"WhereKnown is the rest", w().WhereKnown("score"), ids(1, 2, 3, 4, 6, 7)},
		{"WhereNot of WhereKnown", w().WhereNot(w().WhereKnown("score")), ids(5, 8)},
	})
}
