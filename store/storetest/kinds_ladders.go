package storetest

import (
	"math"
	"slices"
	"strings"
	"time"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/where"
)

func ladders() []ladder {
	return slices.Concat([]ladder{
		{name: "text", field: contacts.Text("v"), steps: textSteps()},
		{name: "case-insensitive text", field: contacts.Text("v").FoldCase(), steps: foldedSteps()},
		{name: "int64", field: contacts.Int64("v"), steps: []any{
			int64(math.MinInt64), int64(math.MinInt64 + 1), -1<<53 - 1, -1 << 53, -10, -9, -1, 0, 1, 9, 10, 1 << 53, 1<<53 + 1, int64(math.MaxInt64 - 1), int64(math.MaxInt64),
		}},
		{name: "uint64", field: contacts.Uint64("v"), steps: []any{
			0, 1, 9, 10, 1<<53 + 1, uint64(math.MaxInt64), uint64(math.MaxInt64 + 1), uint64(math.MaxUint64 - 1), uint64(math.MaxUint64),
		}},
		{name: "float64", field: contacts.Float64("v"), steps: []any{
			-math.MaxFloat64, -1e15 - 0.5, -1.5, -math.SmallestNonzeroFloat64, 0.0, math.SmallestNonzeroFloat64, 0.1, 0.3, 0.1 + nearly(0.2), 1.0, 1.5,
			float64(1 << 53), 1e300, math.MaxFloat64,
		}},
		{name: "date", field: contacts.Date("v"), steps: []any{
			date(1000, 1, 1), date(1600, 2, 29), date(1969, 12, 31), date(1970, 1, 1), date(2024, 2, 29), date(2024, 3, 1), date(9999, 12, 31),
		}},
	}, decimalLadders(), timeLadders(), uuidLadders())
}

// nearly keeps the compiler from adding constants exactly.
func nearly(f float64) float64 { return f }

func textSteps() []any {
	texts := []string{
		"", " ", "  ", "\t", "\n", "!", `"`, "%", "%%", "'", "''", "*", "0", "00", "1", "10", "9", "A", "B", "Brazil", "MARY", "MARY ", "MARY   ", "Z", "[a-z]", `\`, `\\`,
		"_", "a", "a ", `a\b`, "aa", "b", "brazil", "z", "Köhler", "Kohler", "Ko\u0308hler", "ß", "ss", "é", "ÿ", "日本", "\ue000", "\ufeff", "\uffff",
		"\U00010000", "😀", "\U0010ffff", strings.Repeat("x", 64<<10), strings.Repeat("x", 64<<10) + "y", strings.Repeat("é", 32<<10),
	}
	slices.Sort(texts) // UTF-8 sorts by code points
	return anys(texts)
}

func foldedSteps() []any {
	texts := []string{"", " ", "Ann", "ANNA", "ann ", "[", "_", "^", "BRAZIL", "z", "Ä", "ä", "É", "é", "\U0001f600"}
	slices.SortFunc(texts, func(a, b string) int { return strings.Compare(where.Fold(a), where.Fold(b)) })
	return anys(texts)
}

func anys[T any](values []T) []any {
	out := make([]any, len(values))
	for i, v := range values {
		out[i] = v
	}
	return out
}

// decimalLadders have operands that the encoding cannot hold: they are
// compared exactly all the same.
func decimalLadders() []ladder {
	huge := "1" + strings.Repeat("0", 40)
	decimal := func(e contacts.Encoding) contacts.Field { return contacts.Decimal("v").Encoded(e) }
	return []ladder{
		{
			name: "decimal", field: contacts.Decimal("v"),
			steps: []any{"-99999999999999999999.99", "-1", "-0.01", "0", "0.01", "0.1", "10", "99999999999999999999.99"},
			operands: []operand{
				{"-" + huge, 0}, {"0.001", 4}, {huge, 8},
			},
		},
		{
			name: "decimal in hundredths", field: decimal(contacts.DecimalUnits(2)),
			steps: []any{"-92233720368547758.08", "-99999999999999.99", "-10", "-9", "-0.02", "-0.01", "0", "0.01", "0.1", "9", "10", "12.50", "99999999999999.99", "92233720368547758.07"},
			operands: []operand{
				{"-" + huge, 0},
				{"-92233720368547758.09", 0},
				{"-92233720368547758.079", 1},
				{"-0.011", 5},
				{"-0.009", 6},
				{"-0.0000000001", 6},
				{"0.0000000001", 7},
				{"0.005", 7},
				{"0.011", 8},
				{"12.499", 11},
				{"12.501", 12},
				{"92233720368547758.071", 14},
				{"92233720368547758.08", 14},
				{huge, 14},
			},
		},
		{
			name: "decimal in whole units", field: decimal(contacts.DecimalUnits(0)),
			steps:    []any{"-9223372036854775808", "-1", "0", "1", "9223372036854775807"},
			operands: []operand{{"-9223372036854775808.5", 0}, {"-0.5", 2}, {"0.5", 3}, {"9223372036854775807.000000001", 5}},
		},
		{
			name: "decimal of 18 digits after the point", field: decimal(contacts.DecimalUnits(18)),
			steps:    []any{"-9.223372036854775808", "-0.000000000000000001", "0", "0.000000000000000001", "9.223372036854775807"},
			operands: []operand{{"-10", 0}, {"0.0000000000000000001", 3}, {"0.0000000000000000015", 4}, {"10", 5}},
		},
		{
			name: "decimal in a floating-point column", field: decimal(contacts.DecimalReal()),
			steps: []any{"-123456789012345", "-0.1", "0", "0.000001", "0.1", "0.3", "1.1", "12.5", "123456.789012345", "999999999999999"},
			operands: []operand{
				{"-" + huge, 0},
				{"-0.10000000000000000001", 1},
				{"-0.0999999999999999999", 2},
				{"0.09999999999999999999", 4},
				{"0.1000000000000000055511151231", 5},
				{"0.1000000000000000001", 5},
				{"0.30000000000000004", 6},
				{"123456.78901234500001", 9},
				{huge, 10},
			},
		},
	}
}

func timeLadders() []ladder {
	var out []ladder
	for _, l := range []struct {
		name string
		e    contacts.Encoding
		unit time.Duration
	}{
		{"native time", contacts.Encoding{}, time.Second},
		{"time as SQLite writes it", contacts.TimeText(contacts.SQLiteTime), time.Second},
		{"time as RFC 3339", contacts.TimeText("2006-01-02T15:04:05Z"), time.Second},
		{"time as RFC 3339 with an offset", contacts.TimeText("2006-01-02T15:04:05+00:00"), time.Second},
		{"time as text with tenths", contacts.TimeText("2006-01-02 15:04:05.0"), 100 * time.Millisecond},
		{"time as text with milliseconds", contacts.TimeText("2006-01-02T15:04:05.000Z"), time.Millisecond},
		{"time as text with microseconds", contacts.TimeText("2006-01-02 15:04:05.000000+00:00"), time.Microsecond},
		{"time in Unix seconds", contacts.UnixSeconds(), time.Second},
		{"time in Unix milliseconds", contacts.UnixMillis(), time.Millisecond},
		{"time in Unix microseconds", contacts.UnixMicros(), time.Microsecond},
	} {
		out = append(out, timeLadder(l.name, contacts.Time("v").Encoded(l.e), l.unit))
	}
	return out
}

// timeLadder has steps one unit of the encoding apart, in several zones, and,
// where the encoding is coarser than a microsecond, operands between them.
func timeLadder(name string, field contacts.Field, unit time.Duration) ladder {
	epoch, tokyo := time.Unix(0, 0), time.FixedZone("tokyo", 9*3600)
	l := ladder{name: name, field: field, steps: []any{
		utc(1000, time.January, 1, 0, 0, 0),
		utc(1582, time.October, 10, 12, 0, 0),
		epoch.Add(-2 * unit).UTC(),
		epoch.Add(-unit).In(tokyo),
		epoch.UTC(),
		epoch.Add(unit).In(tokyo),
		utc(2000, time.February, 29, 23, 59, 59),
		utc(2026, time.March, 29, 1, 30, 0).In(tokyo),
		utc(2038, time.January, 19, 3, 14, 8),
		utc(9999, time.December, 31, 23, 59, 59),
	}}
	if unit > time.Microsecond {
		l.operands = []operand{
			{epoch.Add(-unit - time.Microsecond), 3},
			{epoch.Add(-unit / 2), 4},
			{epoch.Add(-time.Microsecond), 4},
			{epoch.Add(time.Microsecond), 5},
			{epoch.Add(unit / 2).In(tokyo), 5},
			{epoch.Add(unit + time.Microsecond), 6},
			{utc(1000, time.January, 1, 0, 0, 0).Add(time.Microsecond), 1},
			{utc(9999, time.December, 31, 23, 59, 59).Add(time.Second - time.Microsecond), 10},
		}
	}
	return l
}

func uuidLadders() []ladder {
	steps := []any{
		[16]byte{},
		[16]byte{15: 1},
		[16]byte{0: 0x0a, 15: 0xff},
		[16]byte{0: 0x7f},
		[16]byte{0: 0x80},
		[16]byte{0: 0xa0},
		"ffffffff-ffff-ffff-ffff-fffffffffffe",
		"FFFFFFFF-FFFF-FFFF-FFFF-FFFFFFFFFFFF",
	}
	return []ladder{
		{name: "native uuid", field: contacts.UUID("v"), steps: steps},
		{name: "uuid as text", field: contacts.UUID("v").Encoded(contacts.UUIDText()), steps: steps},
		{name: "uuid as bytes", field: contacts.UUID("v").Encoded(contacts.UUIDBytes()), steps: steps},
	}
}
