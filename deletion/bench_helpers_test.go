package deletion_test

import (
	"runtime"
	"runtime/metrics"
	"slices"
	"time"
)

func median(values []float64) float64 {
	values = slices.Sorted(slices.Values(values))
	return values[len(values)/2]
}

// lateToEarly compares the batches of the last third with those of the first, by
// their time per contact. The very last batch is left out, because it is seldom
// full.
func lateToEarly(batches []time.Duration) float64 {
	if len(batches) < 4 {
		return 1
	}
	batches = batches[:len(batches)-1]
	third := len(batches) / 3
	mean := func(b []time.Duration) float64 {
		var sum time.Duration
		for _, d := range b {
			sum += d
		}
		return sum.Seconds() / float64(len(b))
	}
	return mean(batches[len(batches)-third:]) / mean(batches[:third])
}

// watchHeap samples the bytes of heap objects until the function that it
// returns is called, which gives the most that was seen above the start.
func watchHeap() func() float64 {
	runtime.GC()
	sample := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}}
	read := func() uint64 {
		metrics.Read(sample)
		return sample[0].Value.Uint64()
	}
	base, peak := read(), uint64(0)
	done, finished := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(finished)
		tick := time.NewTicker(2 * time.Millisecond)
		defer tick.Stop()
		for {
			select {
			case <-done:
				return
			case <-tick.C:
				peak = max(peak, read())
			}
		}
	}()
	return func() float64 {
		close(done)
		<-finished
		return float64(max(peak, base) - base)
	}
}
