package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/deletion"
	"github.com/contactsweep/contactsweep/where"
)

// put is what other systems call, each for its own reason.
func put(ctx context.Context, svc *deletion.Service, reason string, from, to int) error {
	which, err := keys(from, to)
	if err != nil {
		return err
	}
	if err := svc.Pending().Put(ctx, reason, which...); err != nil {
		return err
	}
	fmt.Printf("  put %d: %s\n", len(which), reason)
	return nil
}

// putUnreachable is the CRM's own rule.
func putUnreachable(ctx context.Context, svc *deletion.Service) error {
	n, err := svc.Pending().PutMatching(ctx, "cannot be reached", contacts.Contactless())
	if err != nil {
		return err
	}
	fmt.Printf("  put %d: cannot be reached\n", n)
	return nil
}

// nightly is the job: it makes an operation of what is in the table, and works on
// it, and on whatever an earlier night has left. A job that is started twice in
// one night makes one operation.
func nightly(ctx context.Context, svc *deletion.Service, night string) error {
	op, err := svc.Operations().Submit(ctx, deletion.Request{
		Pending: true, Period: deletion.AtOnce(), IdempotencyKey: night, By: "nightly job", Reason: "pending",
	}, deletion.BatchSize(50))
	if errors.Is(err, deletion.ErrCapExceeded) {
		fmt.Printf("  %s: %s\n", op.State, err)
		return nil // a person has to look at it
	}
	if err != nil {
		return err
	}
	done, err := svc.Operations().ProcessDue(ctx)
	show(done)
	return err
}

func show(done []deletion.Processed) {
	for _, p := range done {
		showOne(p.Operation)
		if p.Err != nil {
			fmt.Println("   ", p.Err)
		}
	}
}

func showOne(op deletion.Operation) {
	fmt.Printf("  %s: %s, deleted %d in %d batches", op.Key, op.State, op.Deleted, op.Batches)
	if op.Skipped.Protected > 0 {
		fmt.Printf(", protected %d", op.Skipped.Protected)
	}
	fmt.Println()
}

// waiting prints how many are left in the table, and the first of them.
func waiting(ctx context.Context, svc *deletion.Service) error {
	n, err := svc.Pending().Count(ctx)
	if err != nil {
		return err
	}
	list, err := svc.Pending().List(ctx, "", 1)
	if err != nil {
		return err
	}
	fmt.Println("  still in the table:", n)
	for _, c := range list.Contacts {
		fmt.Printf("    the first is contact %s: %s\n", c.Key, c.Reason)
	}
	return nil
}

// why prints what the archive knows of a contact.
func why(ctx context.Context, svc *deletion.Service, id int) error {
	key, err := contacts.NewKey(id)
	if err != nil {
		return err
	}
	entries, err := svc.Archive().ByKey(ctx, key)
	if err != nil {
		return err
	}
	for _, e := range entries {
		op, err := svc.Operations().Get(ctx, e.Operation)
		if err != nil {
			return err
		}
		fmt.Printf("  contact %s: deleted in %s: %s\n", e.Key, op.Key, e.Reason)
	}
	return nil
}

func onHold() where.Condition { return where.New().WhereTrue("legal_hold") }
