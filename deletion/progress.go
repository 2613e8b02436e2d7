package deletion

import (
	"fmt"
	"time"
)

// Progress is how far a run has come.
type Progress struct {
	// Done is the number of contacts that were deleted or skipped.
	Done int64
	// Total is the number of contacts that matched when the run began; 0 when
	// they were not counted, see [CountFirst].
	Total int64
	// Rate is contacts done per second.
	Rate float64
	// Remaining is the time that the rest will take at that rate, pauses
	// included; 0 when it is not known.
	Remaining time.Duration
}

func (r *run) progress() error {
	show := r.s.o.progress
	if show == nil {
		return nil
	}
	p := Progress{Done: r.done.deleted + r.done.skipped.Total()}
	if r.report.Counted {
		p.Total = r.report.Matched
	}
	if elapsed := time.Since(r.start).Seconds(); elapsed > 0 {
		p.Rate = float64(p.Done) / elapsed
	}
	if left := p.Total - p.Done; left > 0 && p.Rate > 0 {
		const most = 1e9 // seconds; a Duration ends at 9.2e9
		p.Remaining = time.Duration(min(float64(left)/p.Rate, most) * float64(time.Second))
	}
	err := call("progress", func() error {
		show(p)
		return nil
	})
	if err != nil {
		return fmt.Errorf("deletion: %w", err)
	}
	return nil
}
