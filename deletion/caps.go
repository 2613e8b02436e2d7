package deletion

import (
	"context"
	"math"
	"math/big"
	"strconv"

	"github.com/contactsweep/contactsweep/store"
	"github.com/contactsweep/contactsweep/where"
)

// budget is what a run may still delete; nil is no limit.
type budget struct {
	cap   *int64  // what is left of the caps; a new Cap replaces it
	share float64 // the share that cap was computed from; 0: a plain number
	most  *int64  // what is left of what was confirmed or previewed
}

// left returns the largest number of contacts that may still be deleted.
func (b budget) left() int64 {
	left := int64(math.MaxInt64)
	for _, p := range [...]*int64{b.cap, b.most} {
		if p != nil {
			left = min(left, *p)
		}
	}
	return left
}

// spend returns the budget after that many deletions.
func (b budget) spend(n int64) budget {
	return budget{cap: less(b.cap, n), share: b.share, most: less(b.most, n)}
}

func less(p *int64, n int64) *int64 {
	if p == nil {
		return nil
	}
	return new(max(*p-n, 0))
}

// limited returns the lower of a limit, where there is one, and n.
func limited(p *int64, n int64) *int64 {
	if p != nil && *p < n {
		return p
	}
	return &n
}

// shareOf returns how many of total contacts the share is, rounded down. The
// share means the decimal number that the host wrote: 0.29 of 100 is 29.
func shareOf(share float64, total int64) int64 {
	exact, ok := new(big.Rat).SetString(strconv.FormatFloat(share, 'g', -1, 64))
	if !ok {
		return 0
	}
	exact.Mul(exact, new(big.Rat).SetInt64(total))
	return new(big.Int).Quo(exact.Num(), exact.Denom()).Int64()
}

// caps counts what the caps, the plan and the host ask to be counted, and
// refuses the run when there is too much of it.
func (r *run) caps(ctx context.Context, q request) error {
	resumed := r.o.resumed()
	if resumed {
		r.budget = r.o.from.budget
	}
	if err := r.confirmed(ctx, q); err != nil {
		return err
	}
	previewed := int64(math.MaxInt64)
	if q.plan != nil {
		previewed = saturate(q.plan.selected(), r.o.tolerance)
		r.budget.most = limited(r.budget.most, previewed)
	}
	if resumed {
		previewed = math.MaxInt64 // some of it is gone; the budget holds what is left
		if r.o.newCap {
			r.budget.cap, r.budget.share = nil, 0
		}
		if err := r.usedUp(); err != nil {
			return err
		}
	}
	limit, total, err := r.limit(ctx, !resumed || r.o.newCap || !r.covered())
	if err != nil {
		return err
	}
	if limit == nil && previewed == math.MaxInt64 && !r.o.countFirst {
		return nil
	}
	if err := r.match(ctx, q, limit, total, previewed); err != nil {
		return err
	}
	if limit != nil {
		r.budget.cap = limited(r.budget.cap, *limit)
		if r.o.share > 0 && (r.budget.share == 0 || r.o.share < r.budget.share) {
			r.budget.share = r.o.share
		}
	}
	return nil
}

// covered reports whether the caps that the run began with were no looser than
// the service's are now, so that what is left need not be counted again.
func (r *run) covered() bool {
	b := r.o.from.budget
	return (r.o.cap == 0 || b.cap != nil && *b.cap <= r.o.cap) &&
		(r.o.share == 0 || b.share > 0 && b.share <= r.o.share)
}

// usedUp refuses to go on with a run that may not delete anything more.
func (r *run) usedUp() error {
	if r.budget.left() == 0 {
		return &CapError{UsedUp: true}
	}
	return nil
}

func saturate(a, b int64) int64 {
	if a > math.MaxInt64-b {
		return math.MaxInt64
	}
	return a + b
}

// confirmed checks that there are no more contacts than were confirmed. A run
// that goes on was counted when it began, and only gets the lower bound.
func (r *run) confirmed(ctx context.Context, q request) error {
	if !q.condition.IsEverything() || q.kind == ActionDeleteKeys {
		return nil
	}
	if !r.o.resumed() {
		total, err := r.total(ctx, saturate(r.o.atMost, 1))
		if err != nil {
			return err
		}
		if total > r.o.atMost {
			return &NotConfirmedError{AtMost: r.o.atMost, Total: total}
		}
	}
	r.budget.most = limited(r.budget.most, r.o.atMost)
	return nil
}

// total counts the contacts in scope, protected ones included.
func (r *run) total(ctx context.Context, atMost int64) (int64, error) {
	all := r.sel
	all.Condition, all.Protected = where.Everything(), where.Condition{}
	counts, err := r.reader.count(ctx, store.CountRequest{Selection: all, AtMost: atMost})
	return counts.Contacts, err
}

// limit returns the cap in force, nil for none, and the total that a share was
// computed from.
func (r *run) limit(ctx context.Context, apply bool) (limit *int64, total int64, err error) {
	if !apply || r.o.exempt {
		return nil, 0, nil
	}
	if r.o.cap > 0 {
		limit = new(r.o.cap)
	}
	if r.o.share > 0 {
		if total, err = r.total(ctx, 0); err != nil {
			return nil, 0, err
		}
		limit = limited(limit, shareOf(r.o.share, total))
	}
	return limit, total, nil
}

// match counts the targets, no further than needed, and compares them with
// what is allowed.
func (r *run) match(ctx context.Context, q request, limit *int64, total, previewed int64) error {
	matched := int64(len(r.targets.pending))
	atMost := int64(0)
	switch {
	case r.targets.fixed:
		matched = r.j.op.Targets
	case r.targets.walking: // else they are fixed in memory
		if !r.o.countFirst && r.o.share == 0 {
			atMost = saturate(*limited(limit, previewed), 1)
		}
		counts, err := r.reader.count(ctx, store.CountRequest{Selection: r.sel, AtMost: atMost})
		if err != nil {
			return err
		}
		matched = counts.Contacts
	}
	r.counted(matched)
	r.report.AtLeast = atMost > 0 && matched == atMost
	if limit != nil && matched > *limit {
		e := &CapError{Cap: *limit, Matched: matched, AtLeast: r.report.AtLeast}
		if r.o.share > 0 && shareOf(r.o.share, total) == *limit {
			e.Share, e.Total = r.o.share, total
		}
		return e
	}
	if matched > previewed {
		return &DriftError{Previewed: q.plan.selected(), Tolerance: r.o.tolerance, Matched: matched}
	}
	return nil
}

func (r *run) counted(n int64) { r.report.Counted, r.report.Matched = true, n }
