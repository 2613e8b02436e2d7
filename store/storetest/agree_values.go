package storetest

import (
	"math"
	"slices"
	"time"

	"pgregory.net/rapid"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/where"
)

// pools are the values that [Agree] draws from, small enough for values to
// meet their equals, and with every trap that is known.
type pools struct {
	stored   map[string]*rapid.Generator[any]         // by table and field: what rows hold, NULL included
	operands map[contacts.Field]*rapid.Generator[any] // what conditions compare with
	unique   map[contacts.Field][]any                 // what keys and targets of references hold
	patterns *rapid.Generator[string]
	searches *rapid.Generator[string]
}

func newPools(schema contacts.Schema, harnesses map[string]Harness) *pools {
	p := &pools{
		stored: map[string]*rapid.Generator[any]{}, operands: map[contacts.Field]*rapid.Generator[any]{}, unique: map[contacts.Field][]any{},
		patterns: rapid.SampledFrom([]string{
			"a%", "%a", "%a%", "_", "__", "_%", "%_", "a_", `\%`, `\_`, `\\`, `%\%%`, `%\\%`, "%é%", "😀", "_😀", "A%b", "%\n%", "a", " ", "%'%", "[a]", "%[%", "*", "a*%", "?", "%%a",
		}),
		searches: rapid.SampledFrom([]string{
			"a", "A", "b", "ab", "a ", " ", "%", "_", `\`, "é", "É", "e\u0301", "😀", "'", `"`, "\n", "[", "]", "*", "?", "^", "日", "a%", `\%`,
		}),
	}
	linked, targets := linkedFields(schema), targetFields(schema)
	for table, fields := range tablesOf(schema) {
		for _, f := range fields {
			values := slices.DeleteFunc(valuesOf(f), func(x any) bool { return !everyHolds(harnesses, f, x) })
			p.unique[f] = slices.DeleteFunc(slices.Clone(values), func(x any) bool { return x == "" }) // which a foreign key would take for a reference
			p.operands[f] = rapid.SampledFrom(append(operandsOf(f), values...))
			few := values[:min(3, len(values))]
			drawn := slices.Concat([]any{nil, nil}, values, few)
			if linked[table+"."+f.Name] {
				drawn = slices.Concat([]any{nil}, few, few, few, values[:min(8, len(values))])
			}
			if !f.Required && !targets[table+"."+f.Name] && everyForeign(harnesses, f) {
				drawn = append(drawn, Foreign(0), Foreign(1))
			}
			p.stored[table+"."+f.Name] = rapid.SampledFrom(drawn)
		}
	}
	return p
}

// linkedFields returns the fields, by table and name, that hold references or
// what belongs to them: they are drawn from few values, to hit something.
func linkedFields(schema contacts.Schema) map[string]bool {
	out := map[string]bool{}
	for _, p := range schema.Placed() {
		for _, r := range p.References {
			for _, name := range r.Fields {
				out[p.Table+"."+name] = true
			}
			for name := range r.Constants {
				out[p.Table+"."+name] = true
			}
		}
	}
	return out
}

// targetFields returns the fields, by table and name, that references refer to.
// They hold no foreign values: a database may find them equal to each other.
func targetFields(schema contacts.Schema) map[string]bool {
	out := map[string]bool{}
	placed := schema.Placed()
	for _, p := range placed {
		above, _ := aboveOf(schema, placed, p)
		for _, r := range p.References {
			for _, name := range r.To {
				out[above+"."+name] = true
			}
		}
	}
	return out
}

func everyHolds(harnesses map[string]Harness, f contacts.Field, x any) bool {
	for _, h := range harnesses {
		if !holds(h, f, x) {
			return false
		}
	}
	return true
}

func everyForeign(harnesses map[string]Harness, f contacts.Field) bool {
	for _, h := range harnesses {
		if foreigns(h, f) == 0 {
			return false
		}
	}
	return true
}

// valuesOf returns values that a field of the kind can hold, the most common
// ones first.
func valuesOf(f contacts.Field) []any {
	switch f.Kind {
	case where.KindText:
		return []any{
			"a", "A", "b", "", "ab", "aB", " ", "a ", "é", "É", "e\u0301", "😀", "\uffff", "%", "_", `\`, "a%b", `a\%b`, "'", `"`, "\n", "[a]", "a*", "?", "^", "日本", "0", "null",
		}
	case where.KindInt64:
		return []any{1, 2, 3, 0, -1, 4, 10, 9, 1<<53 + 1, 1 << 53, int64(math.MaxInt64), int64(math.MinInt64)}
	case where.KindUint64:
		return []any{1, 2, 3, 0, 4, 10, 1<<53 + 1, uint64(math.MaxInt64), uint64(math.MaxInt64) + 1, uint64(math.MaxUint64)}
	case where.KindFloat64:
		return []any{1.0, 0.0, 0.1, -1.5, 0.3, 0.1 + nearly(0.2), 1e300, -math.MaxFloat64, math.SmallestNonzeroFloat64, float64(1 << 53)}
	case where.KindDecimal:
		if f.Encoding.Form == contacts.FormReal {
			return []any{"1", "0", "0.1", "-1.5", "0.3", "123456.789012345", "999999999999999", "0.000001"}
		}
		return []any{"1", "0", "0.01", "-0.01", "12.50", "-12.5", "92233720368547758.07", "-92233720368547758.08"}
	case where.KindBool:
		return []any{true, false}
	case where.KindTime:
		return timesOf(f)
	case where.KindDate:
		return []any{date(2026, 3, 31), date(2026, 3, 1), date(2026, 2, 28), date(2025, 3, 31), date(1970, 1, 1), date(1969, 12, 31), date(1000, 1, 1), date(9999, 12, 31)}
	case where.KindUUID:
		return []any{token(1), token(2), token(3), [16]byte{}, [16]byte{15: 1}, [16]byte{0: 0x80}, [16]byte{0: 0xff, 15: 0xff}}
	}
	return nil
}

func timesOf(f contacts.Field) []any {
	east, west := time.FixedZone("east", 5*3600+1800), time.FixedZone("west", -8*3600)
	out := []any{
		instant(), instant().Add(-time.Second).In(east), utc(2026, time.March, 1, 0, 0, 0).In(west), utc(2026, time.February, 28, 23, 59, 59), utc(2025, time.March, 31, 12, 0, 0).In(east),
		time.Unix(0, 0), time.Unix(-1, 0).In(west), utc(1000, time.January, 1, 0, 0, 0), utc(9999, time.December, 31, 23, 59, 59),
	}
	switch f.Encoding.Form { //nolint:exhaustive // the others have whole seconds
	case contacts.FormUnixMicros:
		out = append(out, instant().Add(time.Microsecond), time.Unix(-1, 999_999_000))
		fallthrough
	case contacts.FormUnixMillis, contacts.FormText:
		out = append(out, instant().Add(time.Millisecond), time.Unix(-1, 999_000_000), instant().Add(500*time.Millisecond))
	}
	return out
}

// operandsOf returns operands that no row holds, between and beyond the values.
func operandsOf(f contacts.Field) []any {
	switch f.Kind { //nolint:exhaustive // the others have no values in between
	case where.KindText:
		return []any{"aa", "B", "\U0010ffff", "~"}
	case where.KindInt64:
		return []any{5, uint64(7)}
	case where.KindUint64:
		return []any{5, uint64(math.MaxUint64), uint64(math.MaxInt64) + 1}
	case where.KindFloat64:
		return []any{0.2, negativeZero(), math.MaxFloat64}
	case where.KindDecimal:
		return []any{"0.005", "-0.005", "0.1000000000000000055511151231", "12.500000001", "100000000000000000000000000000", "-100000000000000000000000000000", "92233720368547758.08"}
	case where.KindTime:
		return []any{
			instant().Add(500_001 * time.Microsecond), instant().Add(-time.Microsecond), time.Unix(-1, 500_000_000), time.Unix(0, 1000), where.Ago(0), where.Ago(time.Hour), where.Ago(365 * 24 * time.Hour),
			utc(9999, time.December, 31, 23, 59, 59).Add(999_999 * time.Microsecond),
		}
	case where.KindDate:
		return []any{where.DateAgo(0), where.DateAgo(30), date(2000, 1, 1)}
	case where.KindUUID:
		return []any{"ab000000-0000-4f00-8000-000000000001"}
	}
	return nil
}
