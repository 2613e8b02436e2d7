package deletion

import (
	"context"
	"errors"
)

// Execute deletes what a preview showed. It refuses when the condition, the
// schema, the protection or the scope is not the one that was previewed, and
// when more contacts match than were previewed plus [Tolerance]; it never
// deletes more than that. Relative times refer to the preview's instant.
func (s *Service) Execute(ctx context.Context, plan *Plan, options ...Option) (Report, error) {
	if plan == nil || plan.check() != nil {
		return Report{Stopped: StoppedRefused}, &OptionsError{Faults: []error{errors.New("the plan is not one that Preview made")}}
	}
	return collect(s.steps(ctx, request{kind: ActionExecute, condition: plan.Condition, plan: plan, options: options}))
}
