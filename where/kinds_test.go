package where_test

import (
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/contactsweep/contactsweep/where"
)

// unknownNames are conditions on what the catalog does not have.
func unknownNames() []refused {
	n := where.New()
	const fields = "there are bool, date, decimal, float, folded, int, text, time, uint, uuid"
	return []refused{
		{"a field that does not exist", n.WhereNull("emial"), `emial IS NULL: there is no field emial; ` + fields},
		{"a hostile field", n.WhereEquals(`a" OR "1"="1`, 1), `there is no field "a\" OR \"1\"=\"1"`},
		{"a field without a name", n.WhereEmpty(""), `there is no field ""`},
		{"an association that does not exist", n.WhereExists("orders"), "EXISTS orders: there is no association orders; there are rows"},
		{"an association counted that does not exist", n.WhereCount("orders", where.Less, 1), "there is no association orders"},
		{"an association of rows asked of contacts", n.WhereNotExists("lines"), `there is no association lines; there are rows; it is below rows: WhereExists("rows", where.New().WhereExists("lines"))`},
		{"a field of the rows that does not exist", n.WhereNotExists("rows", n.WhereNull("x")), "rows: x IS NULL: there is no field x; " + fields},
		{"an association of the rows that does not exist", n.WhereExists("rows", n.WhereExists("lines", n.WhereExists("x"))), "rows: lines: EXISTS x: there is no association x"},
		{"a counted field that does not exist", n.WhereCountDistinct("rows", "x", where.Less, 2), "there is no field x"},
		{"months of a number", n.WhereCountMonths("rows", "int", where.Less, 2), "COUNT(MONTHS int OF rows) < ?: the field is int64, and only times and dates have months"},
		{"a key of other size", n.WhereID(1), "ID = (1 values): the key has 2 columns (int, text), but 1 values were given"},
		{"a key of rows without one", n.WhereExists("rows", n.WhereID(1)), "rows: ID = (1 values): there is no key here"},
		{"a key of another kind", n.WhereID("a", "b"), "int = ?: the field is int64 and the value is text"},
	}
}

// wrongKinds are values in fields of other kinds.
func wrongKinds() []refused {
	n := where.New()
	return []refused{
		{"a number in text", n.WhereEquals("text", 0), "text = ?: the field is text and the value is int64; pass a string"},
		{"a bool in text", n.WhereTrue("text"), "the field is text and the value is bool; pass a string"},
		{"a text in an integer", n.WhereEquals("int", "1"), "the field is int64 and the value is text; pass an integer"},
		{"a float in an integer", n.WhereEquals("int", 1.0), "the field is int64 and the value is float64; pass an integer"},
		{"an integer that does not fit", n.WhereEquals("int", uint64(math.MaxInt64)+1), "int = ?: the integer does not fit int64"},
		{"a negative unsigned integer", n.WhereIn("uint", 1, -1), "uint IN (2 values): the integer does not fit uint64"},
		{"an integer in a float", n.WhereEquals("float", 3), "the field is float64 and the value is int64; pass a float64, such as 3.0"},
		{"a float in a decimal", n.WhereEquals("decimal", 1.5), `the field is decimal and the value is float64; pass its text, such as "12.50"`},
		{"a text that is no decimal", n.WhereEquals("decimal", "1,5"), "decimal = ?: not a decimal number of at most 65 digits"},
		{"an integer in a bool", n.WhereEquals("bool", 1), "the field is bool and the value is int64; pass a bool, or use WhereTrue"},
		{"an order of bools", n.WhereLessThan("bool", true), "bool < ?: the field is bool, which has no order"},
		{"a range of bools", n.WhereNot(n.WhereGreaterThan("bool", false)), "bool > ?: the field is bool, which has no order"},
		{"a text in a time", n.WhereLessThan("time", "2026-01-01"), "the field is time and the value is text; pass a time.Time or where.Ago"},
		{"a date in a time", n.WhereLessThan("time", where.Date{Year: 2026, Month: 1, Day: 1}), "the field is time and the value is date; pass a time.Time"},
		{"a number in a time", n.WhereLessThan("time", 1700000000), "the field is time and the value is int64"},
		{"days ago in a time", n.WhereLessThan("time", where.DateAgo(1)), "the field is time and the value is dateago"},
		{"a time in a date", n.WhereLessThan("date", now()), "the field is date and the value is time; pass a where.Date or where.DateAgo"},
		{"ago in a date", n.WhereLessThan("date", where.Ago(time.Hour)), "the field is date and the value is ago"},
		{"a text that is no UUID", n.WhereEquals("uuid", "1"), "uuid = ?: not a UUID in its canonical text form"},
		{"a UUID with other letters", n.WhereEquals("uuid", "0000000g-0000-0000-0000-000000000000"), "not a UUID"},
		{"a UUID without dashes", n.WhereEquals("uuid", "00000000000000000000000000000000"), "not a UUID"},
		{"a number in a UUID", n.WhereEquals("uuid", 1), "the field is uuid and the value is int64; pass a [16]byte or its canonical text"},
		{"a search in a number", n.WhereContains("int", "1"), "int CONTAINS ?: the field is int64, not text"},
		{"a pattern in a time", n.WhereNotLike("time", "2026%"), "time NOT LIKE ?: the field is time, not text"},
		{"one element of another kind", n.WhereIn("int", 1, 2, "3"), "int IN (3 values): the field is int64 and the value is text"},
		{"a row's field of another kind", n.WhereExists("rows", n.WhereEquals("int", "1")), "rows: int = ?: the field is int64 and the value is text"},
	}
}

func TestANegativeZeroIsZero(t *testing.T) {
	t.Parallel()
	require.Equal(t, "0.0", value(t, math.Copysign(0, -1)).String())
	require.Equal(t, value(t, 0.0), value(t, math.Copysign(0, -1)))
}

func TestOnlyTextIsFolded(t *testing.T) {
	t.Parallel()
	cat := table{fields: map[string]where.Field{"uuid": {Kind: where.KindUUID, Fold: true}}}
	p, err := where.New().WhereEquals("uuid", [16]byte{'A'}).Resolve(cat)
	require.NoError(t, err)
	require.Equal(t, where.True, p.Eval(row{values: map[string]where.Value{"uuid": value(t, [16]byte{'A'})}}))
}

func TestAFieldWithoutAKindTakesNoValue(t *testing.T) {
	t.Parallel()
	cat := table{fields: map[string]where.Field{"x": {}}}
	require.ErrorContains(t, where.New().WhereEquals("x", 1).Validate(cat), "the field has no valid kind")
}

func TestValuesAreTakenAsTheFieldsKind(t *testing.T) {
	t.Parallel()
	type id int32
	for _, tt := range []struct {
		name string
		in   any
		kind where.Kind
		want any
	}{
		{"a named integer", id(-7), where.KindInt64, int64(-7)},
		{"an unsigned integer that fits", uint64(math.MaxInt64), where.KindInt64, int64(math.MaxInt64)},
		{"an integer for an unsigned field", 7, where.KindUint64, uint64(7)},
		{"the largest unsigned integer", uint64(math.MaxUint64), where.KindUint64, uint64(math.MaxUint64)},
		{"a float32", float32(0.5), where.KindFloat64, 0.5},
		{"a negative zero", math.Copysign(0, -1), where.KindFloat64, 0.0},
		{"a decimal's text", "+0012.500", where.KindDecimal, "12.5"},
		{"a negative zero decimal", "-0.00", where.KindDecimal, "0"},
		{"a decimal type", amount("-.5"[:1] + "0.5"), where.KindDecimal, "-0.5"},
		{"a UUID's text", "00112233-4455-6677-8899-AABBCCDDEEFF", where.KindUUID, [16]byte{0, 0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77, 0x88, 0x99, 0xaa, 0xbb, 0xcc, 0xdd, 0xee, 0xff}},
		{"a time of another zone", now().In(time.FixedZone("", 7200)), where.KindTime, now()},
		{"a time finer than a microsecond", now().Add(1999), where.KindTime, now().Add(1000)},
		{"a time before 1970 finer than a microsecond", time.Unix(-1, 1), where.KindTime, time.Unix(-1, 0).UTC()},
		{"a date", where.Date{Year: 1000, Month: 1, Day: 1}, where.KindDate, where.Date{Year: 1000, Month: 1, Day: 1}},
		{"a bool", true, where.KindBool, true},
		{"a text", "é ", where.KindText, "é "},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			v := valueAs(t, tt.in, tt.kind)
			require.Equal(t, tt.kind, v.Kind())
			require.Equal(t, tt.want, v.Any())
			require.False(t, v.IsNull() || v.IsUnknown() || v.IsRelative())
			again := value(t, v.Any())
			again, err := again.As(tt.kind)
			require.NoError(t, err)
			require.Equal(t, v, again, "the Go value must give the value back")
		})
	}
}

func TestAccessorsOfOtherKindsGiveZero(t *testing.T) {
	t.Parallel()
	for _, v := range []where.Value{{}, where.Unknown(), value(t, where.Ago(time.Hour))} {
		require.Zero(t, v.Kind())
		require.Empty(t, v.Text())
		require.Zero(t, v.Int64())
		require.Zero(t, v.Uint64())
		require.Zero(t, v.Float64())
		require.Empty(t, v.Decimal())
		require.False(t, v.Bool())
		require.True(t, v.Time().IsZero())
		require.Zero(t, v.Date())
		require.Zero(t, v.UUID())
		require.Nil(t, v.Any())
	}
	require.True(t, where.Value{}.IsNull())
	require.True(t, where.Unknown().IsUnknown())
	require.Equal(t, "NULL UNKNOWN", where.Value{}.String()+" "+where.Unknown().String())
	require.Equal(t, "null int64 kind(77)", where.Kind(0).String()+" "+where.KindInt64.String()+" "+where.Kind(77).String())
	require.False(t, where.Kind(0).Valid() || where.KindBool.Ordered() || where.Kind(77).Valid())
	require.True(t, where.KindBool.Valid() && where.KindUUID.Ordered())
}
