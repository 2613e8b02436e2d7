package deletion_test

import (
	"context"
	"fmt"
	"time"

	"github.com/contactsweep/contactsweep/deletion"
	"github.com/contactsweep/contactsweep/where"
)

// Before a host sends, it asks about all of its recipients at once.
func ExampleSuppressions_Check() {
	ctx := context.Background()
	svc := officer(office())
	if _, err := svc.Operations().Submit(ctx, deletion.Request{Keys: customers(2, 3)}); err != nil {
		fmt.Println(err)
		return
	}
	suppressed, err := svc.Suppressions().Check(ctx, deletion.Sending, customers(1, 2, 3, 4)...)
	for _, s := range suppressed {
		fmt.Println("not to customer", s.Key, s.State)
	}
	fmt.Println(err)
	suppressed, err = svc.Suppressions().Check(ctx, deletion.OptingOut, customers(2)...)
	fmt.Println(len(suppressed), err) // that is always allowed
	// Output:
	// not to customer 2 pending
	// not to customer 3 pending
	// <nil>
	// 0 <nil>
}

// The period holds for what is submitted afterwards, by any process.
func ExampleSuppressions_SetPeriod() {
	ctx := context.Background()
	svc := officer(office())
	before, err := svc.Operations().Submit(ctx, deletion.Request{Keys: customers(1)})
	if err != nil {
		fmt.Println(err)
		return
	}
	if err := svc.Suppressions().SetPeriod(ctx, 60*24*time.Hour); err != nil {
		fmt.Println(err)
		return
	}
	after, err := svc.Operations().Submit(ctx, deletion.Request{Keys: customers(2)})
	fmt.Println(before.Period, after.Period, err)
	// Output: 48h0m0s 1440h0m0s <nil>
}

func ExampleSuppressions_List() {
	ctx := context.Background()
	svc := officer(office())
	if _, err := svc.Operations().Submit(ctx, deletion.Request{Condition: noEmail()}); err != nil {
		fmt.Println(err)
		return
	}
	filter := deletion.SuppressionFilter{Restorable: true, Limit: 2}
	for {
		page, err := svc.Suppressions().List(ctx, filter)
		if err != nil {
			fmt.Println(err)
			return
		}
		for _, s := range page.Suppressed {
			fmt.Println("customer", s.Key, s.State)
		}
		if !page.More {
			return
		}
		filter.After = page.Next
	}
	// Output:
	// customer 1 pending
	// customer 3 pending
	// customer 5 pending
}

// The archive proves that an address is gone, without holding it: it has a hash
// that only who has the secret can look up.
func ExampleArchive_ByEmail() {
	ctx := context.Background()
	secret := []byte("32 random bytes of your key store")
	svc := officer(office(), deletion.WithArchive(deletion.ArchiveConfig{
		Keys: map[string][]byte{"2026": secret}, KeyID: "2026",
		Fields: []string{"created"},
	}))
	op, err := svc.Operations().Submit(ctx, deletion.Request{Keys: customers(4), Reason: "asked by email", Period: deletion.AtOnce()})
	if err != nil {
		fmt.Println(err)
		return
	}
	if _, err := svc.Operations().ProcessDue(ctx); err != nil {
		fmt.Println(err)
		return
	}
	entries, err := svc.Archive().ByEmail(ctx, " Customer4@EXAMPLE.com")
	for _, e := range entries {
		fmt.Println(e.Key, e.Reason, e.Operation == op.ID, e.Times, e.Fields["created"].Time().Format(time.DateOnly))
	}
	fmt.Println(len(entries), err)
	entries, err = svc.Archive().ByEmail(ctx, "customer6@example.com")
	fmt.Println(len(entries), err)
	// Output:
	// 4 asked by email true 1 2020-01-04
	// 1 <nil>
	// 0 <nil>
}

// Other systems, and a condition, put contacts into the pending table; an
// operation empties it. What is protected waits there.
func ExamplePendingTable_Put() {
	ctx := context.Background()
	svc := officer(office(), deletion.WithProtected(where.New().WhereTrue("legal_hold")))
	if err := svc.Pending().Put(ctx, "closed the account", customers(2, 3)...); err != nil {
		fmt.Println(err)
		return
	}
	n, err := svc.Pending().PutMatching(ctx, "no email", noEmail())
	fmt.Println("added", n, err)

	if _, err := svc.Operations().Submit(ctx, deletion.Request{Pending: true, Period: deletion.AtOnce()}); err != nil {
		fmt.Println(err)
		return
	}
	done, err := svc.Operations().ProcessDue(ctx)
	for _, p := range done {
		fmt.Println("deleted", p.Report.Deleted)
	}
	fmt.Println(err)
	left, err := svc.Pending().List(ctx, "", 100)
	for _, c := range left.Contacts {
		fmt.Println("customer", c.Key, "waits:", c.Reason)
	}
	fmt.Println(err)
	// Output:
	// added 2 <nil>
	// deleted 3
	// <nil>
	// customer 3 waits: closed the account
	// <nil>
}

func ExampleOperations_List() {
	ctx := context.Background()
	svc := officer(office())
	for i, key := range []string{"T-1", "T-2", "T-3"} {
		q := deletion.Request{Keys: customers(i + 1), IdempotencyKey: key, By: "ada"}
		if _, err := svc.Operations().Submit(ctx, q); err != nil {
			fmt.Println(err)
			return
		}
	}
	filter := deletion.OperationFilter{States: []deletion.State{deletion.StatePending}, OldestFirst: true, Limit: 2}
	for {
		page, err := svc.Operations().List(ctx, filter)
		if err != nil {
			fmt.Println(err)
			return
		}
		for _, op := range page.Operations {
			fmt.Println(op.Key, op.State, op.By)
		}
		if !page.More {
			return
		}
		filter.After = page.Next
	}
	// Output:
	// T-1 pending ada
	// T-2 pending ada
	// T-3 pending ada
}

func ExampleOperations_Summary() {
	ctx := context.Background()
	svc := officer(office())
	if _, err := svc.BulkDelete(ctx, noEmail()); err != nil {
		fmt.Println(err)
		return
	}
	if _, err := svc.Operations().Submit(ctx, deletion.Request{Keys: customers(2)}); err != nil {
		fmt.Println(err)
		return
	}
	now := time.Now().UTC()
	month := time.Date(now.Year(), now.Month(), 1, 0, 0, 0, 0, time.UTC)
	s, err := svc.Operations().Summary(ctx, deletion.SummaryRequest{
		From: month.AddDate(0, -2, 0), Until: month.AddDate(0, 2, 0), By: deletion.ByMonth,
	})
	fmt.Println(s.Total, s.States[deletion.StateCompleted], s.States[deletion.StatePending], len(s.Series), err)
	// Output: {2 3} {1 3} {1 0} 4 <nil>
}

// What a monitoring system asks for every minute.
func ExampleOperations_Health() {
	ctx := context.Background()
	svc := officer(office())
	if _, err := svc.BulkDelete(ctx, noEmail()); err != nil {
		fmt.Println(err)
		return
	}
	if _, err := svc.Operations().Submit(ctx, deletion.Request{Keys: customers(2), Period: deletion.AtOnce()}); err != nil {
		fmt.Println(err)
		return
	}
	h, err := svc.Operations().Health(ctx)
	fmt.Println("backlog", h.Backlog, "waiting for less than a minute", h.OldestDue < time.Minute)
	fmt.Println("failures", h.Failures, "stopped", h.Stopped, err)
	fmt.Println("success in the last hour", time.Since(h.LastSuccess) < time.Hour)
	// Output:
	// backlog 1 waiting for less than a minute true
	// failures 0 stopped false <nil>
	// success in the last hour true
}
