package deletion

import (
	"time"

	"github.com/contactsweep/contactsweep/store"
)

// What holds where neither the host nor the store says otherwise.
const (
	defaultStart  = 500
	defaultMin    = 100
	defaultMax    = 10_000
	defaultTarget = 250 * time.Millisecond
)

// preferences returns the pace that suits the store, with the defaults filled
// in and Start between Min and Max.
func preferences(st store.Store) store.Pacing {
	var p store.Pacing
	if pacer, ok := st.(store.Pacer); ok {
		p = pacer.Pacing()
	}
	if p.Start < 1 {
		p.Start = defaultStart
	}
	if p.Max < 1 {
		p.Max = max(p.Start, defaultMax)
	}
	if p.Min < 1 {
		p.Min = min(p.Start, defaultMin)
	}
	p.Min = min(p.Min, p.Max)
	p.Start = min(max(p.Start, p.Min), p.Max)
	if p.Target <= 0 {
		p.Target = defaultTarget
	}
	p.Pause = max(p.Pause, 0)
	return p
}

// pace sizes the batches of a run.
type pace struct {
	size     int           // the most contacts of the next batch
	min, max int           // of size
	target   time.Duration // 0: the size is fixed
	each     float64       // nanoseconds per contact of the last batch
}

// newPace starts with the size that the host fixed, or with the store's and the
// time that the host chose, 0 for the store's.
func newPace(prefer store.Pacing, fixed int, chosen time.Duration) pace {
	p := pace{size: prefer.Start, min: prefer.Min, max: prefer.Max, target: prefer.Target}
	switch {
	case fixed > 0:
		p = pace{size: fixed, min: 1, max: fixed}
	case chosen > 0:
		p.min, p.target = min(p.min, defaultMin), chosen
	}
	return p
}

// took says how long the store took for a batch of n contacts. The next size is
// what fits into the target at the speed of the slower of the last two batches,
// so that a lucky one does not count; it is at most twice and at least half of
// what it was. A batch that had to be divided or tried again is no reason to grow.
func (p *pace) took(n int, d time.Duration, mayGrow bool) {
	if p.target == 0 || n == 0 {
		return
	}
	if 2*n < p.size && d <= p.target {
		return // so few contacts say little about many, and the fixed cost of a batch weighs too much
	}
	each := float64(d) / float64(n)
	slower := max(each, p.each)
	p.each = each
	next := p.max
	if p.size <= p.max/2 {
		next = 2 * p.size
	}
	if !mayGrow {
		next = p.size
	}
	if fits := float64(p.target) / slower; fits < float64(next) {
		next = int(fits)
	}
	p.size = max(next, p.size/2, p.min)
}

// contended makes the next batches half as large, so that they are less in the
// way of others. A size that the host fixed stays.
func (p *pace) contended() {
	if p.target > 0 {
		p.size = max(p.size/2, p.min)
	}
}

// tooMuch says that the store could not manage twice as many contacts. No batch
// is larger for the rest of the run, because to try and fail again is dear.
func (p *pace) tooMuch(half int) {
	p.max = min(p.max, max(half, 1))
	p.min = min(p.min, p.max)
	p.size = min(p.size, p.max)
}
