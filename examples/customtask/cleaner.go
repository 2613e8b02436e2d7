package main

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/deletion"
	"github.com/contactsweep/contactsweep/scheduler"
	"github.com/contactsweep/contactsweep/where"
)

// ContactCleaner is a task of the host's own. It deletes a batch of contacts without an
// email address that are older than a few days; the next run takes the next batch. What it
// needs are its fields, so that a test gives it others.
type ContactCleaner struct {
	Contacts deletion.BulkDeletionService
}

const batch = 1000

// Execute implements scheduler.ScheduledTask.
func (c ContactCleaner) Execute(ctx context.Context, run scheduler.Run) (scheduler.Result, error) {
	days, err := strconv.Atoi(run.Parameters["days"])
	if err != nil || days < 1 {
		return scheduler.Result{}, fmt.Errorf("the parameter days is %q; a number of days from 1 on is needed", run.Parameters["days"])
	}
	rule := where.New().
		WhereLessThan(contacts.Created, where.Ago(time.Duration(days)*24*time.Hour)).
		And().
		WhereEmpty(contacts.Email)

	report, err := c.Contacts.BulkDelete(ctx, rule, deletion.BatchLimit(batch))
	if err != nil {
		return scheduler.Result{}, err
	}
	return scheduler.Result{Message: fmt.Sprintf("deleted %d contacts", report.Deleted), Paused: report.More}, nil
}
