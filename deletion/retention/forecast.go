package retention

import (
	"context"
	"fmt"
	"math"
	"time"

	"github.com/contactsweep/contactsweep/deletion"
)

// Forecast says what is left of work that was paused.
type Forecast struct {
	// Known says that Remaining is: the contacts that were left when the run paused.
	Known     bool
	Remaining int64
	// Slots is the number of slots that the rest takes at the rate of this one, Needs the
	// working time, pauses included; 0: at this rate it never ends, because no contact was
	// done, or nothing is left.
	Slots int64
	Needs time.Duration
}

// String says it in words.
func (f Forecast) String() string {
	switch {
	case !f.Known:
		return "how many are left is not known"
	case f.Remaining == 0:
		return "none are left"
	case f.Slots == 0:
		return fmt.Sprintf("%d are left, and at this rate it never ends", f.Remaining)
	case f.Slots == 1:
		return fmt.Sprintf("%d are left: at this rate 1 more night, of %s", f.Remaining, f.Needs.Round(time.Second))
	}
	return fmt.Sprintf("%d are left: at this rate %d more nights, of %s together", f.Remaining, f.Slots, f.Needs.Round(time.Second))
}

// forecast extrapolates from what one run has done.
func forecast(remaining, done int64, took time.Duration) Forecast {
	f := Forecast{Known: true, Remaining: remaining}
	if remaining <= 0 || done <= 0 {
		return f
	}
	f.Slots = (remaining-1)/done + 1
	needs := float64(took) / float64(done) * float64(remaining)
	f.Needs = time.Duration(min(needs, float64(math.MaxInt64/2)))
	return f
}

// forecast counts what a run has left. A count that fails makes no run fail.
func (d *Deletion) forecast(ctx context.Context, report deletion.Report) Forecast {
	if ctx.Err() != nil {
		return Forecast{}
	}
	done := report.Deleted + report.Skipped.Total()
	if report.Operation != "" {
		op, err := d.svc.Operations().Get(ctx, report.Operation)
		if err == nil && op.Counted {
			return forecast(max(0, op.Matched-op.Deleted-op.Skipped.Total()), done, report.Duration)
		}
	}
	left, err := d.svc.Count(ctx, d.condition)
	if err != nil {
		return Forecast{}
	}
	// What was skipped for these causes still matches.
	k := report.Skipped
	return forecast(max(0, left-k.Restricted-k.KeptByStore-k.TooManyRows-k.Failed), done, report.Duration)
}
