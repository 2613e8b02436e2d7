package retention

import (
	"context"
	"fmt"
	"strings"

	"github.com/contactsweep/contactsweep/scheduler"
)

// previewed begins the message of a run that only previewed; the history knows it by
// that.
const previewed = "preview only: "

// first reports whether the run is to preview only.
func (s *settings) first(ctx context.Context, run scheduler.Run) (bool, error) {
	if s.history == nil {
		return false, nil
	}
	found := false
	_, err := newest(ctx, s.history, run.Task, func(r scheduler.RunRecord) bool {
		found = good(r) && strings.HasPrefix(r.Message, previewed)
		return found
	})
	return !found, err
}

// preview counts what a run would delete.
func (d *Deletion) preview(ctx context.Context, e *Event) error {
	plan, err := d.svc.Preview(ctx, d.condition)
	if err != nil {
		return err
	}
	e.Kind, e.Deleted, e.Skipped = Previewed, plan.Deletable, plan.Matched-plan.Deletable
	e.Message = fmt.Sprintf("%s%d of %d contacts match, %d are protected and %d held back by their rows; the next run deletes %d",
		previewed, plan.Matched, plan.Total, plan.Protected, plan.Restricted, plan.Deletable)
	return nil
}

// newest goes through the history of a task, the newest run first, until the function says
// that it has seen enough, and returns the last page.
func newest(ctx context.Context, h History, task string, enough func(scheduler.RunRecord) bool) (scheduler.RunsPage, error) {
	request := scheduler.RunsRequest{Task: task, Limit: 100}
	for {
		page, err := h.History(ctx, request)
		if err != nil {
			return page, err
		}
		for _, r := range page.Runs {
			if enough(r) {
				return page, nil
			}
			request.Before = r.ID
		}
		if !page.More {
			return page, nil
		}
	}
}

// good reports whether a run did what it could.
func good(r scheduler.RunRecord) bool {
	return r.Outcome == scheduler.OutcomeSucceeded || r.Outcome == scheduler.OutcomePaused
}
