package sqlstore_test

import (
	"math"
	"math/big"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/contactsweep/contactsweep/store/sqlstore"
)

// reads compares what a number is read as with a decimal.
func reads(t require.TestingT, x float64, decimal string) int {
	got, ok := new(big.Rat).SetString(strconv.FormatFloat(x, 'e', 14, 64))
	require.True(t, ok)
	want, ok := new(big.Rat).SetString(decimal)
	require.True(t, ok)
	return got.Cmp(want)
}

func TestRangesOfRealsAreExact(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(r *rapid.T) {
		decimal := rapid.StringMatching(`-?(0|[1-9][0-9]{0,33})(\.[0-9]{0,29}[1-9])?`).Draw(r, "decimal")
		from, beyond := sqlstore.RealRange(decimal)
		below := math.Nextafter(from, math.Inf(-1))
		require.GreaterOrEqual(r, reads(r, from, decimal), 0)
		require.Negative(r, reads(r, below, decimal))
		require.Positive(r, reads(r, beyond, decimal))
		require.LessOrEqual(r, reads(r, math.Nextafter(beyond, math.Inf(-1)), decimal), 0)
	})
}

func TestRangesOfRealsAreCheap(t *testing.T) {
	t.Parallel()
	start := time.Now()
	for i := range 10_000 {
		sqlstore.RealRange(strconv.Itoa(i) + ".37")
	}
	require.Less(t, time.Since(start), time.Second, "a list of 10,000 decimals")
}
