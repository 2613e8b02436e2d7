package deletion

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/contactsweep/contactsweep/where"
)

// Comparison holds the previews of several conditions, all at one instant.
type Comparison struct {
	At       time.Time
	Plans    []*Plan // in the order of the conditions
	Overlaps []Overlap
}

// Overlap is the number of contacts that two conditions both match.
type Overlap struct {
	A, B    int // indexes of Comparison.Plans, A below B
	Matched int64
}

// Compare previews several conditions side by side, and counts for each two
// of them how many contacts both match. It changes nothing.
func (s *Service) Compare(ctx context.Context, conditions ...where.Condition) (*Comparison, error) {
	if len(conditions) < 2 {
		return nil, &OptionsError{Faults: []error{errors.New("Compare takes at least two conditions")}}
	}
	o, err := s.callConfig(ActionCompare, nil)
	if err != nil {
		return nil, err
	}
	p := previewer{s: s, reader: s.reader(), at: now(), o: o}
	var faults []error
	for i, c := range conditions {
		if _, err := s.selection(c, p.at); err != nil {
			faults = append(faults, fmt.Errorf("condition %d: %w", i+1, err))
		}
	}
	if len(faults) > 0 {
		return nil, errors.Join(faults...)
	}
	if err := s.authorize(ctx, Action{Kind: ActionCompare, Conditions: conditions}); err != nil {
		return nil, err
	}
	if err := p.begin(ctx); err != nil {
		return nil, err
	}
	out := &Comparison{At: p.at}
	for _, c := range conditions {
		plan, err := p.plan(ctx, c)
		if err != nil {
			return nil, err
		}
		out.Plans = append(out.Plans, plan)
	}
	for a := range conditions {
		for b := a + 1; b < len(conditions); b++ {
			both, err := p.count(ctx, where.All(conditions[a], conditions[b]), false)
			if err != nil {
				return nil, err
			}
			out.Overlaps = append(out.Overlaps, Overlap{A: a, B: b, Matched: both})
		}
	}
	return out, nil
}

// String returns the previews as a table with one row for each, without
// contact data. Conditions are numbered from 1.
func (c *Comparison) String() string {
	var b strings.Builder
	var rows strings.Builder
	rows.WriteString("#\tmatched\tshare\tprotected\trestricted\tdeletable\tcondition\n")
	for i, p := range c.Plans {
		fmt.Fprintf(&rows, "%d\t%d\t%s\t%d\t%d\t%d\t%s\n",
			i+1, p.Matched, percent(p.Share), p.Protected, p.Restricted, p.Deletable, p.Condition.Redacted())
	}
	align(&b, rows.String())
	for _, o := range c.Overlaps {
		fmt.Fprintf(&b, "%d and %d both match %d\n", o.A+1, o.B+1, o.Matched)
	}
	return strings.TrimSuffix(b.String(), "\n")
}
