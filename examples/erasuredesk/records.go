package main

import (
	"context"
	"fmt"
	"text/tabwriter"
	"time"

	"github.com/contactsweep/contactsweep/deletion"
)

// proof answers "is this address gone, since when, and why". The archive knows a
// keyed hash of the address, not the address.
func (d desk) proof(ctx context.Context, address string) error {
	entries, err := d.svc.Archive().ByEmail(ctx, address)
	if err != nil {
		return err
	}
	if len(entries) == 0 {
		fmt.Fprintf(d.out, "  %s: never deleted\n", address)
		return nil
	}
	for _, e := range entries {
		op, err := d.svc.Operations().Get(ctx, e.Operation)
		if err != nil {
			return err
		}
		fmt.Fprintf(d.out, "  %s: deleted %s, %s, %s handled by %s; customer since %s\n", address,
			e.Last.Format(time.DateOnly), e.Reason, op.Key, op.By, e.Fields["created"].Time().Format(time.DateOnly))
	}
	return nil
}

// list prints all operations, the oldest first.
func (d desk) list(ctx context.Context) error {
	t := tabwriter.NewWriter(d.out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "  ticket\tstate\tclerk\tsuppressed\trestored\tdeleted\theld back\torders\tinvoices")
	f := deletion.OperationFilter{OldestFirst: true}
	for {
		page, err := d.svc.Operations().List(ctx, f)
		if err != nil {
			return err
		}
		for _, op := range page.Operations {
			rows := map[string]int64{}
			for _, a := range op.Associations {
				rows[a.Name] = a.Rows
			}
			fmt.Fprintf(t, "  %s\t%s\t%s\t%d\t%d\t%d\t%d\t%d\t%d\n", op.Key, op.State, op.By,
				op.Suppressed, op.Restored, op.Deleted, op.Skipped.Restricted, rows["orders"], rows["invoices"])
		}
		if !page.More {
			return t.Flush()
		}
		f.After = page.Next
	}
}

// summary prints how many operations of the last month there are in each state.
func (d desk) summary(ctx context.Context) error {
	now := time.Now()
	s, err := d.svc.Operations().Summary(ctx, deletion.SummaryRequest{From: now.AddDate(0, -1, 0), Until: now.Add(time.Hour)})
	if err != nil {
		return err
	}
	fmt.Fprintf(d.out, "  in a month: %d operations, %d customers deleted\n", s.Total.Operations, s.Total.Deleted)
	for _, state := range []deletion.State{deletion.StatePending, deletion.StateCompleted, deletion.StateCancelled, deletion.StateFailed} {
		fmt.Fprintf(d.out, "  %-9s  %d\n", state, s.States[state].Operations)
	}
	return nil
}

// books looks at the shop's tables with plain SQL.
func (d desk) books(ctx context.Context) error {
	var customers, invoices string
	if err := d.db.QueryRowContext(ctx, `SELECT
  (SELECT group_concat(id || ' ' || name, ', ') FROM (SELECT id, name FROM customers ORDER BY id)),
  (SELECT group_concat(name || ' ' || (cents / 100), ', ') FROM (SELECT name, cents FROM invoices ORDER BY id))`).Scan(&customers, &invoices); err != nil {
		return err
	}
	_, err := fmt.Fprintf(d.out, "  customers: %s\n  invoices: %s\n", customers, invoices)
	return err
}
