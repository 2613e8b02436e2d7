package sqlstore

import (
	"cmp"
	"math"
	"sort"
	"strconv"
	"strings"

	"github.com/contactsweep/contactsweep/where"
)

// Decimals in floating-point columns are compared at 15 digits. Rounding to 15
// digits keeps the order, so all numbers that are read as one decimal are
// neighbours: instead of rounding the column, which no index could help with,
// it is compared with the first and the last of them.

// realRange returns the smallest number that is read as at least the decimal,
// and the smallest that is read as more.
func realRange(decimal string) (from, beyond float64) {
	size, negative := strings.CutPrefix(decimal, "-")
	from, beyond = positiveRange(size)
	if negative {
		down := math.Inf(-1)
		return -math.Nextafter(beyond, down), -math.Nextafter(from, down)
	}
	return from, beyond
}

func positiveRange(decimal string) (from, beyond float64) {
	x, err := strconv.ParseFloat(decimal, 64)
	if err != nil {
		return math.NaN(), math.NaN() // a decimal's text is always a number of the range
	}
	want := scientificOf(decimal)
	first := func(reached func(c int) bool) float64 { return firstReal(x, want, reached) }
	return first(func(c int) bool { return c >= 0 }), first(func(c int) bool { return c > 0 })
}

// firstReal returns the first number that is read as a decimal which has
// reached the wanted one. It is near to x, because hardly ten numbers are read
// as one decimal.
func firstReal(x float64, want scientific, reached func(c int) bool) float64 {
	// The bits of positive numbers are in the order of the numbers.
	is := func(bits uint64) bool { return reached(readScientific(math.Float64frombits(bits)).compare(want)) }
	at := math.Float64bits(x)
	low, high := at, at
	for step := uint64(1); low > 0 && is(low); step *= 2 {
		low -= min(step, low)
	}
	for step := uint64(1); !is(high); step *= 2 {
		high += step
	}
	n := sort.Search(int(high-low), func(i int) bool { return is(low + uint64(i)) }) //nolint:gosec // few, and not negative
	return math.Float64frombits(low + uint64(n))                                     //nolint:gosec // not negative
}

// scientific is a decimal that is not negative: 0.digits times ten to the
// exponent. Zero has no digits.
type scientific struct {
	digits   string // without zeros at either end
	exponent int
}

func scientificOf(decimal string) scientific {
	whole, fraction, _ := strings.Cut(decimal, ".")
	digits := whole + fraction
	significant := strings.TrimLeft(digits, "0")
	return scientific{strings.TrimRight(significant, "0"), len(whole) - (len(digits) - len(significant))}
}

// readScientific is the decimal that a number is read as.
func readScientific(x float64) scientific {
	mantissa, exponent, _ := strings.Cut(strconv.FormatFloat(x, 'e', realDigits-1, 64), "e")
	n, err := strconv.Atoi(exponent)
	digits := strings.TrimRight(mantissa[:1]+mantissa[min(2, len(mantissa)):], "0")
	if err != nil || digits == "" {
		return scientific{}
	}
	return scientific{digits, n + 1}
}

func (s scientific) compare(t scientific) int {
	switch {
	case s.digits == "" || t.digits == "":
		return cmp.Compare(s.digits, t.digits)
	case s.exponent != t.exponent:
		return cmp.Compare(s.exponent, t.exponent)
	}
	return cmp.Compare(s.digits, t.digits)
}

func (s sqlite) compareReal(c column, n where.Compare) term {
	from, beyond := realRange(n.Value.Decimal())
	return all(realTest(c.sql, n.Op, "?", from, beyond), s.known(c))
}

// realTest compares a column of floating-point numbers with those that are
// read as one decimal; mark is the placeholder.
func realTest(sql string, op where.Op, mark string, from, beyond any) term {
	switch op {
	case where.Equal:
		return expr(sql+" >= "+mark+" AND "+sql+" < "+mark, from, beyond)
	case where.NotEqual:
		return expr(sql+" < "+mark+" OR "+sql+" >= "+mark, from, beyond)
	case where.Less:
		return expr(sql+" < "+mark, from)
	case where.LessOrEqual:
		return expr(sql+" < "+mark, beyond)
	case where.Greater:
		return expr(sql+" >= "+mark, beyond)
	case where.GreaterOrEqual:
		return expr(sql+" >= "+mark, from)
	}
	return failed{errMode}
}

// inReal asks for a range in a list of ranges.
func (s sqlite) inReal(c column, n where.In) term {
	var args []any
	for _, v := range n.Values {
		from, beyond := realRange(v.Decimal())
		args = append(args, from, beyond)
	}
	rows := strings.TrimSuffix(strings.Repeat("(?, ?), ", len(n.Values)), ", ")
	found := "EXISTS (SELECT 1 FROM (VALUES " + rows + `) AS "j" WHERE ` +
		c.sql + ` >= "j"."column1" AND ` + c.sql + ` < "j"."column2")`
	if n.Negated {
		found = "NOT " + found
	}
	return all(expr(found, args...), s.known(c))
}
